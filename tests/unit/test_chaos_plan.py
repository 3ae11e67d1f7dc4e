"""In which order a chaos run hurts its brokers, and what it calls a good run."""

from __future__ import annotations

from itertools import islice

from tests.support.chaos.faults import EVERYWHERE, ON_DOCKER, Step, plan
from tests.support.chaos.report import GROWTH_ALLOWED, Recovery, Report
from tests.support.chaos.resources import Resources
from tests.support.chaos.service import Probe, well_since
from tests.support.chaos.tally import Tally, Wrong

FAULTS = (*EVERYWHERE, *ON_DOCKER)
GROUPS = [f"group-{number}" for number in range(20)]


def steps(seed: str, count: int = 100) -> list[tuple[str, int, float, bool]]:
    def told(step: Step) -> tuple[str, int, float, bool]:
        return step.fault.name, step.victim, step.hold, step.company

    return [told(step) for step in islice(plan(FAULTS, GROUPS, seed), count)]


def test_a_seed_decides_what_happens_to_whom_and_for_how_long() -> None:
    assert steps("one") == steps("one")
    assert steps("one") != steps("another")


def test_every_fault_has_its_turn_before_any_comes_again() -> None:
    names = [name for name, *_ in steps("one", len(FAULTS) + 1)]
    assert sorted(names) == sorted([*(fault.name for fault in FAULTS), "election"])


def finished(*, traced: int = 0, tasks: int = 2) -> Report:
    before = Resources(resident=0, traced=0, descriptors=0, tasks=2)
    after = Resources(resident=0, traced=traced, descriptors=0, tasks=tasks)
    return Report(
        recoveries=[Recovery(fault="frozen", kafka=6.0, well=6.0, callers=1.0, after_served=1.0)],
        before=before,
        after=after,
    )


def test_kafka_is_well_from_the_first_commit_on_that_none_failed_after() -> None:
    slow, refused = Probe(1.0, 6.0, False), Probe(2.0, 2.1, False)
    good = [Probe(began, began + 0.1, True) for began in (0.0, 1.5, 2.5, 3.0)]
    assert well_since([*good, slow, refused]) == 2.6
    assert well_since(good) is None
    assert well_since([slow]) is None


def test_a_run_without_failures_losses_and_growth_is_good() -> None:
    assert finished(traced=GROWTH_ALLOWED).faults(Tally()) == []


def test_whatever_must_not_be_is_told() -> None:
    assert finished().faults(Tally(failures=["no answer"])) == ["1 calls failed"]
    assert finished().faults(Tally(wrong=[Wrong("an old offset", 0.0)])) == ["1 answers were wrong"]
    assert finished(tasks=3).faults(Tally()) == ["tasks went from 2 to 3"]
    assert len(finished(traced=GROWTH_ALLOWED + 1).faults(Tally())) == 1
    lost, leaking, idle = finished(), finished(), finished()
    lost.lost.append("offset")
    leaking.left_open = 1
    idle.recoveries.clear()
    assert [report.faults(Tally()) for report in (lost, leaking, idle)] == [
        ["1 acknowledged writes were lost"],
        ["1 connections were left open"],
        ["nothing was hurt"],
    ]
