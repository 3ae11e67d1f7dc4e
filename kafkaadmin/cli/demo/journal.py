"""All that the demo has seen so far, on the demo's own clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from kafkaadmin.cli.demo.measurements import Call, Disturbance, Record
from kafkaadmin.cli.demo.narration import Narrator, printable
from kafkaadmin.cli.demo.report import recovery_text
from kafkaadmin.events import Event

__all__ = ["Journal", "Kind", "Line"]


class Kind(Enum):
    """Who a line is about."""

    CLUSTER = "cluster"
    ROUTER = "router"
    SERVED = "served"
    FAILED = "FAILED"


class Line(NamedTuple):
    """Something to tell the user, `at` seconds after the demo began."""

    at: float
    kind: Kind
    text: str


class Journal:
    """Measurements and sentences, as they come in. `title` says what is being read."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.title = ""
        self.record = Record()
        self.narrator = Narrator()
        self.lines: list[Line] = []
        self._clock = clock
        self._start = clock()
        self._served = 0

    def now(self) -> float:
        """Seconds since the demo began."""
        return self._clock() - self._start

    def hear(self, event: Event) -> None:
        """Observe a client."""
        self.narrator.hear(event, self.now())

    def happened(self, what: str, *, kafka_after: float | None = 0.0) -> Disturbance:
        """The cluster was disturbed, just now."""
        disturbance = Disturbance(what=what, at=self.now(), kafka_after=kafka_after)
        self.record.disturbances.append(disturbance)
        self._write(Kind.CLUSTER, what)
        return disturbance

    def ended(self, call: Call, failure: str | None) -> None:
        """A call is over."""
        self.record.end(call, self.now(), failure)
        if failure is not None:
            self._write(Kind.FAILED, printable(failure))

    def bring_up_to_date(self, *, all_of_it: bool = False) -> None:
        """Write down what has become ripe to be told."""
        for sentence in self.narrator.sentences(self.now(), all_of_it=all_of_it):
            self._write(Kind.ROUTER, sentence)
        for disturbance in self.record.disturbances[self._served :]:
            served = self.record.recovery(disturbance)
            if served is None or disturbance.kafka_after is None:
                break
            self._served += 1
            self._write(Kind.SERVED, recovery_text(disturbance, served))

    def _write(self, kind: Kind, text: str) -> None:
        self.lines.append(Line(self.now(), kind, text))
