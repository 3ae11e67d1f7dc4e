"""What the demo makes of its calls: failures, recoveries, and answers held against the truth."""

from __future__ import annotations

import pytest

from kafkaadmin import BatchResult, BrokerError, OffsetAndMetadata, TopicPartition
from kafkaadmin.cli.demo.measurements import Call, Disturbance, Record, Truth, first_failure, percentile

ORDERS = TopicPartition("orders", 0)


def finished(began: float, ended: float | None, failure: str | None = None) -> Call:
    return Call(began=began, ended=ended, failure=failure)


def test_callers_are_served_again_when_those_caught_and_the_next_one_have_their_answers() -> None:
    record = Record(calls=[finished(0.0, 0.1), finished(0.9, 3.0), finished(1.2, 2.5), finished(1.4, 9.0)])

    assert record.recovery(Disturbance(what="", at=1.0)) == 2.0


def test_a_call_that_was_over_before_the_disturbance_does_not_count() -> None:
    record = Record(calls=[finished(0.0, 0.9), finished(1.0, 1.25)])

    assert record.recovery(Disturbance(what="", at=1.0)) == 0.25


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param([finished(0.0, 0.1)], id="no call since"),
        pytest.param([finished(0.9, None), finished(1.1, 1.2)], id="the one caught is under way"),
        pytest.param([finished(1.1, None)], id="the next one is under way"),
        pytest.param([finished(1.1, 1.2, "refused")], id="the next one failed"),
    ],
)
def test_callers_are_not_served_again_while(calls: list[Call]) -> None:
    assert Record(calls=calls).recovery(Disturbance(what="", at=1.0)) is None


def test_calls_given_up_at_the_end_are_failures() -> None:
    record = Record()
    record.end(record.begin(0.0), 0.1)
    record.begin(1.0)
    record.give_up(2.0)

    assert record.failures == ["no answer before the end"]
    assert record.under_way == 0


def test_calls_under_way_at_an_interruption_are_no_failures() -> None:
    record = Record()
    record.end(record.begin(0.0), 0.1)
    record.begin(1.0)
    record.forget_unfinished()

    assert len(record.calls) == 1
    assert not record.failures


def test_each_slot_of_the_timeline_has_the_slowest_of_its_calls() -> None:
    record = Record(calls=[finished(0.5, 0.6), finished(2.0, 2.1), finished(2.2, 2.7), finished(4.5, None)])

    worst = record.worst_by_slot(start=1.0, slot=1.0, slots=4, now=6.0)

    assert worst == pytest.approx([None, 0.5, None, 1.5])


def test_percentiles_are_values_that_occurred() -> None:
    values = [0.4, 0.1, 0.3, 0.2]

    assert (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1.0)) == (0.2, 0.4, 0.4)
    assert percentile([], 0.5) == 0


@pytest.fixture
def truth() -> Truth:
    truth = Truth({"billing": (ORDERS,)})
    truth.committed("billing", truth.next_offset("billing"))
    return truth


def answer(offset: int, partition: TopicPartition = ORDERS) -> dict[str, dict[TopicPartition, OffsetAndMetadata]]:
    return {"billing": {partition: OffsetAndMetadata(offset)}}


def test_an_offset_committed_before_the_call_is_right(truth: Truth) -> None:
    assert truth.first_lie(answer(1), truth.now()) is None


def test_an_offset_being_committed_during_the_call_is_right(truth: Truth) -> None:
    since = truth.now()
    truth.next_offset("billing")

    assert truth.first_lie(answer(1), since) is None
    assert truth.first_lie(answer(2), since) is None


def test_an_offset_older_than_the_call_is_a_lie(truth: Truth) -> None:
    truth.committed("billing", truth.next_offset("billing"))

    assert truth.first_lie(answer(1), truth.now()) == "group 'billing': orders-0 is at 1, not from 2 to 2"


def test_an_offset_that_nobody_committed_is_a_lie(truth: Truth) -> None:
    assert truth.first_lie(answer(7), truth.now()) is not None


@pytest.mark.parametrize("wrong", [{}, {"billing": {}}, answer(1, TopicPartition("orders", 1))])
def test_what_the_answer_leaves_out_or_makes_up_is_a_lie(
    truth: Truth, wrong: dict[str, dict[TopicPartition, OffsetAndMetadata]]
) -> None:
    assert truth.first_lie(wrong, truth.now()) is not None


def test_a_group_that_could_not_be_read_is_a_failure() -> None:
    assert first_failure(BatchResult({}, {"billing": BrokerError(30)})) == "GROUP_AUTHORIZATION_FAILED (30)"


def test_a_partition_that_could_not_be_read_is_a_failure() -> None:
    offsets: BatchResult[TopicPartition, OffsetAndMetadata] = BatchResult({}, {ORDERS: BrokerError(29)})

    assert first_failure(BatchResult({"billing": offsets}, {})) == "TOPIC_AUTHORIZATION_FAILED (29)"


def test_a_call_that_read_everything_is_none() -> None:
    assert first_failure(BatchResult({"billing": {ORDERS: OffsetAndMetadata(1)}}, {})) is None
