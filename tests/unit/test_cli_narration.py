"""The client's events in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from kafkaadmin import (
    BrokerSuspected,
    BrokerUnavailable,
    ConnectionLost,
    CoordinatorInvalidated,
    CoordinatorResolved,
    Event,
    LookupFailed,
    Rebootstrapped,
    RequestSent,
    RetryScheduled,
)
from kafkaadmin.cli.demo.narration import Narrator, narrate, printable

RESET = "broker 2 (10.0.0.2:9092): lost: [Errno 104] Connection reset by peer"
LOST = ConnectionLost(broker_id=2, host="10.0.0.2", port=9092, in_flight=1, reason=RESET)
REFUSED = BrokerUnavailable(broker_id=2, reason="10.0.0.2:9092: 10.0.0.2: Connection refused")


def invalidated(count: int, reason: str, broker: int = 2) -> list[Event]:
    return [
        CoordinatorInvalidated(type="group", key=f"g{index}", broker_id=broker, reason=reason) for index in range(count)
    ]


def resolved(keys: range, broker: int, previous: int | None) -> list[Event]:
    return [CoordinatorResolved(type="group", key=f"g{index}", broker_id=broker, previous=previous) for index in keys]


def told(*events: Event | Sequence[Event]) -> list[str]:
    burst: list[Event] = []
    for event in events:
        burst += [event] if isinstance(event, Event) else event
    return [sentence.text for sentence in narrate(burst)]


def test_broken_connections_are_one_sentence_however_many_groups_they_carried() -> None:
    unavailable = BrokerUnavailable(broker_id=2, reason=RESET)

    assert told(LOST, invalidated(67, RESET), unavailable) == [
        "broker 2's connections broke (Connection reset by peer): 67 groups looked up afresh"
    ]


def test_a_broker_that_refuses_connections_is_told_from_one_whose_connections_broke() -> None:
    assert told(REFUSED) == ["broker 2 takes no connections (Connection refused)"]


def test_groups_that_moved_are_one_sentence() -> None:
    events = invalidated(71, "list_consumer_group_offsets: group 'g1': NOT_COORDINATOR (16)")

    assert told(events) == ["broker 2 has lost 71 groups (NOT_COORDINATOR (16)): looked up afresh"]


def test_silence_is_said_with_its_length() -> None:
    assert told(BrokerSuspected(broker_id=2, seconds=1.52)) == [
        "broker 2 has been silent for 1.5 s: other brokers are asked who coordinates"
    ]


def test_a_group_that_is_looked_up_in_vain_several_times_counts_once() -> None:
    waiting = LookupFailed(type="group", key="g1", reason="COORDINATOR_NOT_AVAILABLE (15)", retry_in=0.1)

    assert told(waiting, waiting) == [
        "no coordinator yet for 1 group (COORDINATOR_NOT_AVAILABLE (15)): asked again until there is one"
    ]


def test_what_was_found_says_whether_it_is_new() -> None:
    assert told(resolved(range(3), 1, None)) == ["3 groups found: 3 at broker 1"]
    assert told(resolved(range(3), 1, 1)) == ["3 groups found: 3 at broker 1, where they were"]
    assert told(resolved(range(3), 1, 2)) == ["3 groups found: 3 at broker 1, their new coordinator"]
    assert told(resolved(range(2), 1, 2), resolved(range(2, 3), 3, 3)) == [
        "3 groups found: 2 at broker 1, 1 at broker 3 (2 of them somewhere new)"
    ]


def test_a_new_beginning_says_why() -> None:
    assert told(Rebootstrapped(reason="no known broker could be reached")) == [
        "begins anew at the bootstrap addresses (no known broker could be reached)"
    ]


def test_a_burst_is_told_once_it_is_over() -> None:
    narrator = Narrator()
    narrator.hear(REFUSED, 1.0)

    assert narrator.sentences(1.01) == []
    assert len(narrator.sentences(1.1)) == 1
    assert narrator.sentences(1.2) == []


def test_a_burst_that_does_not_end_is_told_after_a_while() -> None:
    narrator = Narrator()
    for tick in range(31):
        narrator.hear(REFUSED, 1.0 + tick / 100)

    assert len(narrator.sentences(1.301)) == 1


def test_what_was_said_is_not_repeated_until_coordinators_are_found() -> None:
    narrator = Narrator()

    def say(event: Event, at: float) -> list[str]:
        narrator.hear(event, at)
        return narrator.sentences(at, all_of_it=True)

    assert say(REFUSED, 1.0)
    assert not say(REFUSED, 2.0)
    assert say(resolved(range(1), 1, 2)[0], 3.0)
    assert say(REFUSED, 4.0)


def test_requests_and_retries_are_counted_and_not_told() -> None:
    narrator = Narrator()
    narrator.hear(RequestSent(broker_id=1, api="OffsetFetch", version=9), 1.0)
    narrator.hear(RetryScheduled(operation="", keys=1, delay=0.0, reason=""), 1.0)

    assert (narrator.requests, narrator.retries) == (1, 1)
    assert narrator.sentences(1.0, all_of_it=True) == []


def test_a_connection_reaped_while_idle_is_not_worth_telling() -> None:
    narrator = Narrator()
    narrator.hear(ConnectionLost(broker_id=2, host="", port=1, in_flight=0, reason="idle"), 1.0)

    assert narrator.sentences(1.0, all_of_it=True) == []


def test_what_brokers_say_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[31m\nb\u202ec é") == "a\\x1b[31m\\nb\\u202ec é"
    assert told(BrokerUnavailable(broker_id=2, reason="x: \x1b[2J")) == ["broker 2 takes no connections (\\x1b[2J)"]


def test_a_broker_that_was_replaced_has_lost_its_groups_whoever_has_them_now() -> None:
    events = [*invalidated(2, "now at broker 1 (10.0.0.1:9092)"), *invalidated(1, "silent, and replaced")]

    assert told(events) == ["broker 2 has lost 2 groups (replaced): looked up afresh"]
