"""How far a call has come, for whoever wants to know."""

from __future__ import annotations

from collections.abc import Callable

from kafkaadmin.models.results import Progress

__all__ = ["Report", "Tally"]

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

    def add(self, done: int, failed: int) -> None:
        """So many more keys have their value, and so many their error."""
        if done or failed:
            self._done += done
            self._failed += failed
            self._report(Progress(done=self._done, total=self._total, failed=self._failed))
