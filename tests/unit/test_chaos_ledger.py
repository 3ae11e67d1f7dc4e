"""The ledger of the chaos runs: which answers an acknowledged write leaves room for."""

from __future__ import annotations

import time
from uuid import UUID

from kafkaadmin import TopicPartition
from tests.support.chaos.ledger import Kept, Ledger, Register, Topic
from tests.support.chaos.weather import Weather


def written(register: Register, times: int) -> Register:
    for turn in range(times):
        register.acknowledge(register.begin(takes_away=register.blinks and turn % 2 == 1))
    return register


def test_read_must_see_what_was_acknowledged_before_it_began() -> None:
    register = written(Register("offset"), 5)
    assert register.refutes(5, 5) is None
    assert register.refutes(5, 4) is not None
    assert register.refutes(5, None) is not None


def test_read_may_see_a_write_that_is_under_way_or_was_made_meanwhile() -> None:
    register = written(Register("offset"), 6)
    register.begin()
    assert [seen for seen in range(10) if register.refutes(5, seen) is None] == [5, 6, 7]


def test_nothing_is_there_before_the_first_write() -> None:
    register = Register("offset")
    assert register.refutes_now(None) is None
    register.begin()
    assert register.refutes_now(None) is None
    assert register.refutes_now(1) is None


def test_what_was_deleted_must_not_be_seen_again() -> None:
    register = written(Register("offset", blinks=True), 2)
    assert register.refutes_now(None) is None
    assert register.refutes_now(1) is not None
    assert register.refutes_now(2) is not None


def test_what_is_being_deleted_may_be_there_or_not() -> None:
    register = written(Register("offset", blinks=True), 1)
    assert register.refutes_now(None) is not None
    register.begin(takes_away=True)
    assert register.refutes_now(None) is None
    assert register.refutes_now(1) is None


def test_a_write_that_failed_may_have_left_either() -> None:
    register = written(Register("offset", blinks=True), 2)
    register.begin()
    number = register.begin()
    assert register.refutes_now(None) is None
    register.acknowledge(number)
    assert register.refutes_now(None) is not None
    assert register.refutes_now(number) is None


def test_ledger_counts_what_was_acknowledged() -> None:
    ledger = Ledger()
    written(ledger.offset("billing", TopicPartition("orders", 0)), 3)
    written(ledger.topic("orders").register, 2).begin()
    assert len(ledger) == 5


MADE, ANOTHER = UUID(int=1), UUID(int=2)
KEPT = Kept(broker=2, since=10.0, until=17.0)


def deleted(*kept: Kept) -> Topic:
    return Topic(written(Register("topic", blinks=True), 2), MADE, kept)


def yes(kept: Kept) -> bool:
    return True


def test_a_deleted_topic_must_be_gone() -> None:
    assert deleted(KEPT).refutes_now(None, yes) is None
    assert deleted(KEPT).refutes_now(MADE, yes) is not None


def test_another_topic_has_the_name_of_a_deleted_one_only_if_a_broker_may_have_kept_the_order() -> None:
    assert deleted(KEPT).refutes_now(ANOTHER, yes) is None
    assert deleted().refutes_now(ANOTHER, yes) is not None
    assert deleted(KEPT).refutes_now(ANOTHER, lambda kept: False) is not None


def test_a_topic_that_was_not_deleted_must_be_there() -> None:
    topic = Topic(written(Register("topic", blinks=True), 1), MADE, (KEPT,))
    assert topic.refutes_now(MADE, yes) is None
    assert topic.refutes_now(None, yes) is not None


def test_a_broker_may_keep_orders_from_when_it_was_hurt_until_all_was_well() -> None:
    weather = Weather()
    before = time.monotonic()
    weather.break_out(keeping=[2, 3])
    weather.calm_down()
    after = time.monotonic()
    weather.break_out()
    assert weather.was_keeping(2, before, after)
    assert weather.was_keeping(3, before, after)
    assert not weather.was_keeping(1, before, after)
    assert not weather.was_keeping(2, before - 2, before - 1)
    assert not weather.was_keeping(2, after + 1, after + 2)
