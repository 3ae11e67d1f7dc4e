"""How far a call has come, for whoever wants to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kafkaadmin.errors import KafkaAdminError
from kafkaadmin.models.results import Progress

__all__ = ["Report", "Tally", "all_but", "count"]

Report = Callable[[Progress], object]
"""What a caller gives to be told."""


class Tally:
    """Counts the keys that a call settles, in however many runs, and reports after each answer that settled some."""

    __slots__ = ("_done", "_failed", "_report", "_total")

    def __init__(self, report: Report, total: int) -> None:
        self._report = report
        self._total = total
        self._done = self._failed = 0

    @classmethod
    def of(cls, report: Report | None, total: int) -> Tally | None:
        """One that reports, where somebody wants to know."""
        return None if report is None else cls(report, total)

    def failures(self, failed: Mapping[Any, KafkaAdminError]) -> int:
        """How many of these errors count."""
        return len(failed)

    def add(self, done: int, failed: int) -> None:
        """So many more keys have their value, and so many their error; or fewer, where what was told didn't last."""
        if done or failed:
            self._done += done
            self._failed += failed
            self._report(Progress(done=self._done, total=self._total, failed=self._failed))


class _But(Tally):
    """A count for a run whose errors of some classes don't count."""

    __slots__ = ("_again", "_whole")

    def __init__(self, whole: Tally, again: tuple[type[KafkaAdminError], ...]) -> None:
        self._whole = whole
        self._again = again

    def failures(self, failed: Mapping[Any, KafkaAdminError]) -> int:
        return sum(not isinstance(error, self._again) for error in failed.values())

    def add(self, done: int, failed: int) -> None:
        self._whole.add(done, failed)


def all_but(tally: Tally | None, *again: type[KafkaAdminError]) -> Tally | None:
    """The same count, for a run that isn't the last word: keys with such errors are asked about once more."""
    return None if tally is None else _But(tally, again)


def count(tally: Tally | None, done: int, failed: int) -> None:
    """Count what no run has told, where somebody wants to know."""
    if tally is not None:
        tally.add(done, failed)
