"""An admin operation as a declaration: what to ask of whom, and how to read the answer.

The driver does the rest: finds who must answer, sends, fails over, and tries again what did not settle.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, NamedTuple, TypeVar

import anyio

from kafkaadmin.errors import KafkaAdminError
from kafkaadmin.models.brokers import Broker
from kafkaadmin.network import Lane
from kafkaadmin.routing.destinations import Destination
from kafkawire import Request, Response

__all__ = [
    "Attempt",
    "Deadline",
    "Done",
    "Errored",
    "Failed",
    "Operation",
    "Outcome",
    "Repeat",
    "Verified",
    "at_version",
    "settle",
]

K = TypeVar("K")
V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)
R = TypeVar("R", bound=Response)


class Deadline(NamedTuple):
    """The absolute moment, on the event loop's clock, at which a call gives up. `seconds` is what was allowed."""

    at: float
    seconds: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(anyio.current_time() + seconds, seconds)

    def remaining(self) -> float:
        return max(0.0, self.at - anyio.current_time())

    def within(self, seconds: float) -> Deadline:
        """The deadline for a part that may take no longer than this."""
        return Deadline.after(min(seconds, self.remaining()))

    def timeout_ms(self, now: float) -> int:
        """What is left, for a broker: at least a millisecond."""
        return max(1, min(math.ceil((self.at - now) * 1000), 2**31 - 1))


@dataclass(frozen=True, slots=True)
class Done(Generic[V_co]):
    """The key is settled, with this value."""

    value: V_co


@dataclass(frozen=True, slots=True)
class Errored:
    """The broker answered this key with an error code: the tables in `retry` say what becomes of it.

    `throttle_time`: seconds to wait, where it is a quota that the key was refused by.
    """

    code: int
    message: str | None = None
    throttle_time: float = 0.0


@dataclass(frozen=True, slots=True)
class Failed:
    """The key is settled, with this error."""

    error: KafkaAdminError


Outcome = Done[V_co] | Errored | Failed


def settle(code: int, value: Callable[[], V], message: str | None = None) -> Outcome[V]:
    """The outcome for a key that was answered with `code`: the value only where there is no error."""
    return Errored(code, message) if code else Done(value())


class Attempt(NamedTuple):
    """What a request is made for: the version that the broker takes, how long it may work on it, and who it is.

    `owner_is_new`: the broker was found to own a key a moment ago, for the first time or anew. What it has taken over
    from another one may not all be visible yet.
    `doubtful`: the keys that were asked for before, in a request that may have been applied.
    """

    version: int
    timeout_ms: int
    broker: Broker
    owner_is_new: bool = False
    doubtful: Collection[Any] = ()


class Repeat(Enum):
    """What may be done when an answer was lost and the request may have been applied."""

    SAFE = "a read, or a write that can be sent twice without harm"
    NEVER = "can't be sent twice, and nothing tells whether it was applied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified(Generic[K, V]):
    """A write that is sent again, and whose "already so" is then read back.

    After an answer was lost, a code in `already` is not believed: `verify(key, deadline)` reads the cluster and gives
    the value (marked ambiguous) if the earlier attempt explains the state, or `None` if it doesn't. So it does
    where an answer can't be read, or leaves the key out: `verify` must hold for every key of the operation.

    `not_so`: keys that a broker has shown not to be so, asked by the same call before. Of these a controller's "already
    so" is doubted sooner (`FORWARDED_ANEW_SOONEST`), though no answer was lost.
    """

    already: frozenset[int]
    verify: Callable[[K, Deadline], Awaitable[V | None]]
    not_so: Collection[object] = ()


def at_version(version: int, keys: int, *, before: int) -> Callable[[int], int]:
    """How many keys one request carries: `keys` from this version on, `before` in older ones."""
    return lambda offered: keys if offered >= version else before


def _no_limit(version: int) -> int:
    return 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[K, R, V]):
    """One admin operation over keys of one kind.

    - `to(key)`: who must answer for the key.
    - `request(keys, attempt)`: the request for keys that one broker owns now.
    - `outcomes(keys, response, attempt)`: an outcome for each of those keys; one that is left out becomes a failure.
      An answer without its version can be misread: empty `groups` are a silence in v8, and as it should be in v7.
    - `keys_per_request(version)`: the most keys that one request carries.
    - `at_least`, `at_most`: bounds on the version, where the operation needs or avoids some; `needs` says in an error
      for what.
    - `retry_on`: codes that this operation waits out, besides those that every operation does.
    - `final`: codes that are the caller's to deal with, though other operations wait them out.
    - `noun`: what a key is called in errors (`group`, `topic`, …). An operation about nothing smaller than the cluster
      has one key, `None`.
    """

    name: str
    noun: str
    to: Callable[[K], Destination]
    api: type[Request[R]]
    request: Callable[[Sequence[K], Attempt], Request[R]]
    outcomes: Callable[[Sequence[K], R, Attempt], Iterable[tuple[K, Outcome[V]]]]
    keys_per_request: Callable[[int], int] = _no_limit
    at_least: int | None = None
    at_most: int | None = None
    needs: str = ""
    repeat: Repeat | Verified[K, V] = Repeat.SAFE
    retry_on: frozenset[int] = frozenset()
    final: frozenset[int] = frozenset()
    lane: Lane = Lane.SHORT

    def label(self, key: K) -> str:
        """The key as an error names it: `list_consumer_group_offsets: group 'billing'`."""
        if key is None:
            return self.name
        told: Any = key
        return f"{self.name}: {self.noun} {told!r}" if isinstance(key, str) else f"{self.name}: {self.noun} {told}"
