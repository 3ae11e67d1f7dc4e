"""The demo's numbers in words and bars, and the two views that show them."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from kafkaadmin.cli.demo.journal import Journal
from kafkaadmin.cli.demo.live_view import LiveView
from kafkaadmin.cli.demo.measurements import Call, Disturbance, Record
from kafkaadmin.cli.demo.plain_view import PlainView
from kafkaadmin.cli.demo.report import blocks, duration, kafka_text, marks, recoveries, totals, verdict


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0 ms"), (0.0124, "12 ms"), (0.9994, "999 ms"), (0.9996, "1.00 s"), (12.345, "12.35 s")]
)
def test_durations_are_in_the_unit_that_people_read(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_timeline_is_logarithmic_and_blank_where_nothing_was_asked() -> None:
    assert blocks([None, 0.001, 0.01, 0.1, 1.0, 60.0]) == " ▁▂▅▇█"


def test_disturbances_stand_below_the_moment_they_happened_in() -> None:
    happened = [Disturbance(what="", at=0.2), Disturbance(what="", at=1.0), Disturbance(what="", at=99.0)]

    assert marks(happened, start=0.0, slot=0.5, slots=4) == "1 2 "


@pytest.mark.parametrize(("after", "text"), [(0.0, "at once"), (None, "not yet"), (1.5, "1.50 s")])
def test_when_kafka_had_coordinators(after: float | None, text: str) -> None:
    assert kafka_text(Disturbance(what="", at=0.0, kafka_after=after)) == text


def test_the_summary_sets_recovery_beside_kafkas_own() -> None:
    record = Record(
        calls=[Call(began=1.0, ended=3.0)], disturbances=[Disturbance(what="broker 3 killed", at=1.0, kafka_after=1.5)]
    )

    *_, row = recoveries(record)
    assert row.split() == ["1.0", "s", "broker", "3", "killed", "1.50", "s", "2.00", "s"]


def test_a_disturbance_that_callers_did_not_get_over_says_so() -> None:
    record = Record(
        calls=[Call(began=1.0, ended=3.0, failure="lost")], disturbances=[Disturbance(what="broker 3 killed", at=1.0)]
    )

    assert recoveries(record)[-1].endswith("not served")


def test_the_verdict_names_the_first_failure_and_escapes_it() -> None:
    record = Record(calls=[Call(began=0.0, ended=1.0), Call(began=0.0, ended=1.0, failure="group \x1b[31m")])

    assert verdict(record) == "1 of 2 calls FAILED; the first: group \\x1b[31m"


def test_without_failures_the_verdict_says_that_none_failed() -> None:
    assert verdict(Record(calls=[Call(began=0.0, ended=1.0)])) == "No call failed."


def test_a_demo_without_calls_claims_nothing() -> None:
    assert verdict(Record()) == "No call was made."
    assert totals(Record(), requests=0, retries=0) == []


@pytest.fixture
def journal() -> Journal:
    """One disturbance, survived, seen from second 3."""
    now = iter([0.0, 1.0, 1.0, 1.1])
    journal = Journal(clock=lambda: next(now, 3.0))
    journal.title = "3 brokers"
    call = journal.record.begin(1.2)
    journal.happened("broker 3 killed [bold]")
    journal.ended(call, None)
    journal.bring_up_to_date()
    return journal


def test_the_plain_view_writes_each_line_once_and_in_ascii(journal: Journal) -> None:
    out = io.StringIO()
    with PlainView(journal, out) as view:
        view.refresh()
        view.refresh()
        view.conclude(["1 call"], "No call failed.", good=True)

    text = out.getvalue()
    assert text.isascii()
    assert text.count("cluster broker 3 killed") == 1
    assert text.startswith("3 brokers\n")
    assert text.endswith("\nNo call failed.\n")


def test_the_plain_view_escapes_what_the_stream_cannot_show(journal: Journal) -> None:
    journal.title = "grüße"
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    PlainView(journal, out).refresh()
    out.seek(0)

    assert out.readline() == "gr\\xfc\\xdfe\n"


def test_the_live_view_shows_recoveries_and_reads_no_markup(journal: Journal) -> None:
    out = io.StringIO()
    console = Console(file=out, width=120, height=40, force_terminal=True, color_system=None)
    with LiveView(journal, console) as view:
        view.refresh()
        view.conclude(["1 call"], "No call failed.", good=True)

    assert "1 broker 3 killed [bold]" in out.getvalue()
    assert "No call failed." in out.getvalue()
