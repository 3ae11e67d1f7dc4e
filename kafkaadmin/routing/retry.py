"""What an error code means for the route and for the key, as tables; and how long to pause."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from kafkaadmin.config import RetryPolicy
from kafkaadmin.routing.destinations import ActiveController, AnyBroker, BrokerId, Controller, Coordinator, Leader

__all__ = ["IN_DOUBT", "LOADING", "Action", "Backoff", "action_for"]


class Action(Enum):
    """What follows from an error code in an answer."""

    FINAL = "the key is settled, with this error"
    MOVED = "the route was wrong: drop it, look up at once"
    MOVED_LATER = "the route is gone and nobody may know the new one yet: drop it, back off, look up"
    HOLD = "the route is right, the broker isn't ready: back off, ask it again"
    LOST = "the broker gave up half-way: as if the answer had been lost"
    REBOOTSTRAP = "this is another cluster: forget everything, start from the bootstrap addresses"


LOADING = 14

IN_DOUBT: Mapping[type, frozenset[int]] = {
    Coordinator: frozenset({15, 16}),
    Controller: frozenset({6, 41}),
    ActiveController: frozenset({6, 41}),
}
"""Codes that also answer a write whose record is in the log already: the broker couldn't see it replicated in time, or
lost its office before. Its successor may have taken the record over (seen on Kafka 4.4.0). A controller says 6 instead
of 41 where the quorum's own voters are changed."""

_EVERYWHERE: dict[int, Action] = {
    7: Action.LOST,  # REQUEST_TIMED_OUT
    13: Action.LOST,  # NETWORK_EXCEPTION
    14: Action.HOLD,  # COORDINATOR_LOAD_IN_PROGRESS
    15: Action.HOLD,  # COORDINATOR_NOT_AVAILABLE, from a broker that isn't asked as a coordinator
    89: Action.HOLD,  # THROTTLING_QUOTA_EXCEEDED: the connection waits as told
    129: Action.REBOOTSTRAP,  # REBOOTSTRAP_REQUIRED
}

_BY_DESTINATION: dict[type, dict[int, Action]] = {
    Coordinator: {
        15: Action.MOVED_LATER,  # COORDINATOR_NOT_AVAILABLE
        16: Action.MOVED,  # NOT_COORDINATOR
    },
    Leader: {
        3: Action.MOVED,  # UNKNOWN_TOPIC_OR_PARTITION: Metadata decides whether there is none
        5: Action.MOVED_LATER,  # LEADER_NOT_AVAILABLE
        6: Action.MOVED,  # NOT_LEADER_OR_FOLLOWER
        9: Action.MOVED_LATER,  # REPLICA_NOT_AVAILABLE
        56: Action.MOVED_LATER,  # KAFKA_STORAGE_ERROR
        74: Action.MOVED,  # FENCED_LEADER_EPOCH
        75: Action.HOLD,  # UNKNOWN_LEADER_EPOCH
        78: Action.HOLD,  # OFFSET_NOT_AVAILABLE
        100: Action.MOVED,  # UNKNOWN_TOPIC_ID
    },
    Controller: {41: Action.MOVED},  # NOT_CONTROLLER
    ActiveController: {
        6: Action.MOVED,  # NOT_LEADER_OR_FOLLOWER, of the metadata log
        41: Action.MOVED,
    },
    BrokerId: {},
    AnyBroker: {},
}

_TABLES: Mapping[type, Mapping[int, Action]] = {kind: _EVERYWHERE | own for kind, own in _BY_DESTINATION.items()}


def action_for(code: int, destination: type, retry_on: frozenset[int], final: frozenset[int] = frozenset()) -> Action:
    """The action for `code` from the kind of broker that was asked.

    `retry_on` adds codes to be waited out, `final` takes some away.
    """
    if code in final:
        return Action.FINAL
    if code in retry_on:
        return Action.HOLD
    return _TABLES[destination].get(code, Action.FINAL)


class Backoff:
    """Pauses with full jitter: anything from nothing to a bound that doubles with each try up to the maximum."""

    __slots__ = ("_policy", "_random")

    def __init__(self, policy: RetryPolicy, random: Callable[[], float]) -> None:
        self._policy = policy
        self._random = random

    def bound(self, attempt: int) -> float:
        """The longest pause before try number `attempt` (from 1)."""
        return min(self._policy.maximum, self._policy.initial * 2.0 ** min(attempt - 1, 62))

    def pause(self, attempt: int) -> float:
        return self.jitter() * self.bound(attempt)

    def jitter(self) -> float:
        """What a bound is multiplied with; those that wait for the same thing share it, and come back together."""
        return self._random()
