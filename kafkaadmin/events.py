"""What a client tells its observers: every decision of routing and network, as a frozen dataclass.

Observers are called in the client's event loop, in order. They must neither block nor raise: what one raises comes out
of the call that it was told about. Events carry no time of their own: an observer that wants one takes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

__all__ = [
    "BrokerSuspected",
    "BrokerUnavailable",
    "ConnectionLost",
    "ConnectionOpened",
    "CoordinatorInvalidated",
    "CoordinatorResolved",
    "Event",
    "LookupFailed",
    "Observer",
    "Rebootstrapped",
    "RequestCompleted",
    "RequestSent",
    "RetryScheduled",
    "SessionRenewed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The root of all events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOpened(Event):
    """A connection is ready for requests. `broker_id` is `None` for a bootstrap address whose id isn't known yet."""

    broker_id: int | None
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLost(Event):
    """A connection ended. `in_flight`: how many requests were waiting for their answers on it."""

    broker_id: int | None
    host: str
    port: int
    in_flight: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRenewed(Event):
    """This client has logged in again on a connection whose SASL session was about to end (KIP-368)."""

    broker_id: int | None
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSent(Event):
    """A request was handed to a connection. `api` is Kafka's name, as in `OffsetFetch`.

    `broker_id` is `None` for a bootstrap address whose broker isn't known yet.
    """

    broker_id: int | None
    api: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCompleted(Event):
    """The attempt begun by `RequestSent` is over: answered (`error` is `None`), or given up, for the reason in `error`.

    `seconds` is how long it took.
    """

    broker_id: int | None
    api: str
    version: int
    seconds: float
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinatorResolved(Event):
    """A lookup named the broker that coordinates `key`. `previous` is the broker routed to before it, if any."""

    type: str
    key: str
    broker_id: int
    previous: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinatorInvalidated(Event):
    """The mapping of `key` to `broker_id` was dropped; `reason` says on what evidence."""

    type: str
    key: str
    broker_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupFailed(Event):
    """Nobody could say who coordinates `key`; the next try is `retry_in` seconds away."""

    type: str
    key: str
    reason: str
    retry_in: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerUnavailable(Event):
    """A broker's connections failed. All coordinators there are looked up afresh."""

    broker_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSuspected(Event):
    """A broker has been silent for `seconds` with requests waiting: another is asked who coordinates."""

    broker_id: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryScheduled(Event):
    """Some keys of a call are tried again in `delay` seconds."""

    operation: str
    keys: int
    delay: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebootstrapped(Event):
    """No known broker could be reached (or the cluster was replaced): the bootstrap addresses are used again."""

    reason: str


Observer = Callable[[Event], None]


class Announcer:
    """Hands events to the observers. `if announce:` is false when nobody listens, so that no event need be made."""

    __slots__ = ("_observers",)

    def __init__(self, observers: Iterable[Observer] = ()) -> None:
        self._observers = tuple(observers)

    def __bool__(self) -> bool:
        return bool(self._observers)

    def __call__(self, event: Event) -> None:
        for observer in self._observers:
            observer(event)
