"""The client's events in plain words: one sentence for a burst of them, not one a group.

Pure: no I/O and no clock. Times are seconds since the demo began.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

from kafkaadmin.events import (
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

__all__ = ["Narrator", "Sentence", "narrate", "printable"]

_QUIET = 0.05
"""A burst is over when nothing has happened for so many seconds,"""
_LONGEST = 0.3
"""or when it is that old."""

_TOLD = (BrokerSuspected, BrokerUnavailable, CoordinatorInvalidated, CoordinatorResolved, LookupFailed, Rebootstrapped)


class Sentence(NamedTuple):
    """What to say of a burst. `topic` tells a sentence that would only repeat, with other numbers, what was said."""

    topic: Hashable
    text: str


class Narrator:
    """Takes events as an observer gets them, and gives sentences. Also counts requests and retries."""

    def __init__(self) -> None:
        self.requests = 0
        self.retries = 0
        self._burst: list[Event] = []
        self._began = 0.0
        self._latest = 0.0
        self._said: set[Hashable] = set()

    def hear(self, event: Event, at: float) -> None:
        """An event came."""
        self.requests += isinstance(event, RequestSent)
        self.retries += isinstance(event, RetryScheduled)
        if isinstance(event, _TOLD) or (isinstance(event, ConnectionLost) and event.in_flight):
            if not self._burst:
                self._began = at
            self._burst.append(event)
            self._latest = at

    def sentences(self, now: float, *, all_of_it: bool = False) -> list[str]:
        """What there is to say by now. What was said already isn't repeated until something has been found out."""
        ripe = now - self._latest >= _QUIET or now - self._began >= _LONGEST
        if not self._burst or not (ripe or all_of_it):
            return []
        burst, self._burst = self._burst, []
        told: list[str] = []
        for topic, text in narrate(burst):
            if topic not in self._said:
                self._said.add(topic)
                told.append(text)
        if any(isinstance(event, CoordinatorResolved) for event in burst):
            self._said.clear()
        return told


def narrate(burst: Sequence[Event]) -> Iterator[Sentence]:
    """Sentences for events that belong together: what was noticed, what was done about it, what came of it."""
    for event in burst:
        if isinstance(event, Rebootstrapped):
            text = f"begins anew at the bootstrap addresses ({_cause(event.reason)})"
            yield Sentence(Rebootstrapped, text)
    suspected = {event.broker_id: event for event in burst if isinstance(event, BrokerSuspected)}
    for broker, suspicion in suspected.items():
        text = f"broker {broker} has been silent for {suspicion.seconds:.1f} s: other brokers are asked who coordinates"
        yield Sentence((BrokerSuspected, broker), text)
    yield from _departures(burst)
    waiting = [event for event in burst if isinstance(event, LookupFailed)]
    if waiting:
        keys = {(event.type, event.key) for event in waiting}
        text = f"no coordinator yet for {_groups(len(keys))} ({_commonest(waiting)}): asked again until there is one"
        yield Sentence(LookupFailed, text)
    yield from _arrivals(burst)


def _departures(burst: Sequence[Event]) -> Iterator[Sentence]:
    """Which brokers' groups must be looked up, and why."""
    unavailable = {event.broker_id: event for event in burst if isinstance(event, BrokerUnavailable)}
    broken = {event.broker_id for event in burst if isinstance(event, ConnectionLost)}
    dropped: dict[int, list[CoordinatorInvalidated]] = defaultdict(list)
    for event in burst:
        if isinstance(event, CoordinatorInvalidated):
            dropped[event.broker_id].append(event)
    for broker in dict.fromkeys((*unavailable, *dropped)):
        keys = {(event.type, event.key) for event in dropped[broker]}
        failure = unavailable.get(broker)
        if failure is not None:
            verb = "'s connections broke" if broker in broken else " takes no connections"
            text = f"broker {broker}{verb} ({_cause(failure.reason)})"
            text += f": {_groups(len(keys))} looked up afresh" if keys else ""
        else:
            text = f"broker {broker} has lost {_groups(len(keys))} ({_commonest(dropped[broker])}): looked up afresh"
        yield Sentence((BrokerUnavailable if failure else CoordinatorInvalidated, broker, broker in broken), text)


def _arrivals(burst: Sequence[Event]) -> Iterator[Sentence]:
    """Where groups were found, as it stands at the end of the burst."""
    found = {(event.type, event.key): event for event in burst if isinstance(event, CoordinatorResolved)}
    if not found:
        return
    brokers = Counter(event.broker_id for event in found.values())
    where = ", ".join(f"{count} at broker {broker}" for broker, count in sorted(brokers.items()))
    moved = sum(event.previous not in {None, event.broker_id} for event in found.values())
    new = all(event.previous is None for event in found.values())
    change = "" if new else ", where they were" if not moved else f" ({moved} of them somewhere new)"
    if moved == len(found):
        change = ", their new coordinator" if len(brokers) == 1 else ", their new coordinators"
    yield Sentence((CoordinatorResolved, where), f"{_groups(len(found))} found: {where}{change}")


def _groups(count: int) -> str:
    return "1 group" if count == 1 else f"{count} groups"


def _commonest(events: Iterable[CoordinatorInvalidated | LookupFailed]) -> str:
    reasons = Counter("replaced" if event.reason.startswith("now at ") else _cause(event.reason) for event in events)
    [(reason, _)] = reasons.most_common(1)
    return reason


def _cause(reason: str) -> str:
    """The last link of a reason's chain: `broker 3 (…): lost: [Errno 104] Connection reset` -> `Connection reset`."""
    return printable(re.sub(r"^\[Errno -?\d+\] ", "", reason.rsplit(": ", 1)[-1]))


def printable(text: str) -> str:
    """A text from outside with everything escaped that could steer a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
