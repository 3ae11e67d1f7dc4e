"""The demo as lines of text, for pipes and plain terminals: nothing but ASCII of our own."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self, TextIO

from kafkaadmin.cli.demo.journal import Journal
from kafkaadmin.cli.demo.report import recoveries, status

__all__ = ["PlainView"]

_STATUS_EVERY = 2.0


class PlainView:
    """Writes each line of the journal as it comes, and how it is going every two seconds."""

    def __init__(self, journal: Journal, out: TextIO) -> None:
        self._journal = journal
        self._out = out
        self._titled = False
        self._written = 0
        self._next_status = _STATUS_EVERY

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        pass

    def refresh(self) -> None:
        """Write what has come since."""
        if self._journal.title and not self._titled:
            self._titled = True
            self._write(self._journal.title)
        lines = self._journal.lines
        for at, kind, text in lines[self._written :]:
            self._write(f"{at:6.2f} s  {kind.value:<8}{text}")
        self._written = len(lines)
        now = self._journal.now()
        if now >= self._next_status and self._journal.record.calls:
            self._next_status = now + _STATUS_EVERY
            self._write(f"{now:6.2f} s  {'calls':<8}{status(self._journal.record, now)}")

    def conclude(self, lines: Sequence[str], verdict: str, *, good: bool) -> None:
        """Write the last word, with what the journal has of the disturbances."""
        for part in (lines, recoveries(self._journal.record), (verdict,)):
            for line in ("", *part) if part else ():
                self._write(line)

    def _write(self, line: str) -> None:
        encoding = self._out.encoding or "ascii"  # a group's name may be beyond what it can show
        self._out.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        self._out.flush()
