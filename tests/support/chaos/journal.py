"""What happened when, on disk: a run writes down all of it, and reads back what bears on an answer that was wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from kafkaadmin.events import (
    BrokerSuspected,
    BrokerUnavailable,
    ConnectionLost,
    CoordinatorInvalidated,
    CoordinatorResolved,
    Event,
    LookupFailed,
    RequestCompleted,
    RetryScheduled,
)
from tests.support.chaos.ledger import Kept

__all__ = ["EVERYBODY", "Journal", "Step", "Story", "as_text", "listen", "telling", "unanswered"]

EVERYBODY = "*"
"""What a line is about that bears on every answer."""

BEFORE, AFTER = 25.0, 2.0
"""Seconds before and after an answer that are told of."""

Step = tuple[float, Event]
Story = list[Step]
"""What a client did for one call: when, and what."""

_story: ContextVar[Story | None] = ContextVar("story", default=None)


class Journal:
    """Lines, each at a `time.monotonic()` and about something: a group, a topic, a partition of the offsets."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._file = path.open("w", buffering=1 << 16, encoding="utf-8")

    def note(self, about: str, what: str, at: float | None = None) -> None:
        """From any thread. What has several lines is one note."""
        at = time.monotonic() if at is None else at
        line = what.replace("\n", "\v")
        with self._lock:
            self._file.write(f"{at:.3f}\t{about}\t{line}\n")

    def around(self, at: float, about: Collection[str]) -> list[str]:
        """What was noted about these, and about everybody, around a moment: in the order of time."""
        wanted = {EVERYBODY, *about}
        return self._told(
            [each for each in self._notes() if at - BEFORE <= each[0] <= at + AFTER and each[1] in wanted]
        )

    def life_of(self, subject: str) -> list[str]:
        """All that was noted about one thing, and about everybody from before its first line to after its last."""
        notes = list(self._notes())
        own = [at for at, about, _ in notes if about == subject]
        since, until = min(own, default=0.0) - BEFORE, max(own, default=0.0) + BEFORE
        return self._told([each for each in notes if since <= each[0] <= until and each[1] in (subject, EVERYBODY)])

    def _notes(self) -> Iterator[tuple[float, str, str]]:
        with self._lock:
            self._file.flush()
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                at, about, what = line.rstrip("\n").split("\t", 2)
                yield float(at), about, what.replace("\v", "\n")

    def _told(self, notes: list[tuple[float, str, str]]) -> list[str]:
        return [f"{self.since_start(at)} {what}" for at, _, what in sorted(notes)]

    def since_start(self, at: float) -> str:
        """A moment as the run's own lines tell it."""
        return f"{at - self._began:9.3f}"

    def begin(self, at: float) -> None:
        """Moments are told from this one on."""
        self._began = at

    def close(self) -> None:
        with self._lock:
            self._file.close()


@contextmanager
def telling(story: Story) -> Generator[None]:
    """What clients do inside is told to this story; also by tasks that are begun inside."""
    token = _story.set(story)
    try:
        yield
    finally:
        _story.reset(token)


def listen(event: Event) -> None:
    """Observes a client: each event belongs to the call in whose course it comes."""
    story = _story.get()
    if story is not None:
        story.append((time.monotonic(), event))


def unanswered(story: Story, api: str) -> Iterator[Kept]:
    """The requests that were sent, and that nobody has answered."""
    for at, event in story:
        if isinstance(event, RequestCompleted) and event.api == api and event.error and event.broker_id is not None:
            yield Kept(event.broker_id, at - event.seconds, at)


def as_text(story: Story, journal: Journal, about: Collection[str]) -> list[str]:
    """A line a step. What was found out about other groups than these is left out."""
    return [f"{journal.since_start(at)}   {told}" for at, event in story if (told := _told(event, about))]


def _told(event: Event, about: Collection[str]) -> str | None:
    match event:
        case RequestCompleted():
            end = event.error if event.error is not None else "answered"
            return f"{event.api} v{event.version} to {event.broker_id}, {event.seconds:.3f} s: {end}"
        case CoordinatorResolved() if event.key in about:
            return f"{event.key} is with {event.broker_id}, before {event.previous}"
        case CoordinatorInvalidated() if event.key in about:
            return f"{event.key} isn't with {event.broker_id}: {event.reason}"
        case LookupFailed() if event.key in about:
            return f"nobody knows where {event.key} is: {event.reason}"
        case RetryScheduled():
            return f"again in {event.delay:.2f} s: {event.reason}"
        case BrokerSuspected():
            return f"{event.broker_id} is silent for {event.seconds:.2f} s"
        case BrokerUnavailable():
            return f"{event.broker_id} is lost: {event.reason}"
        case ConnectionLost():
            return f"a connection to {event.broker_id} is lost: {event.reason}"
        case _:
            return None
