"""The demo on a terminal, drawn anew several times a second."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kafkaadmin.cli.demo.journal import Journal, Kind
from kafkaadmin.cli.demo.report import blocks, duration, kafka_text, marks

__all__ = ["LiveView", "draw"]

_SLOT = 0.25
_MOST_SLOTS = 80
"""A bar of the timeline is a quarter of a second. All twenty seconds fit where the terminal is wide enough."""
_BORDER = 4
_FRAME = 11
"""Lines that the view takes besides disturbances and journal."""
_LABEL = "latency "

_STYLES = {Kind.CLUSTER: "bold yellow", Kind.ROUTER: "cyan", Kind.SERVED: "green", Kind.FAILED: "bold red"}


class LiveView:
    """Keeps the picture of a journal on a terminal."""

    def __init__(self, journal: Journal, console: Console) -> None:
        self._journal = journal
        self._console = console
        self._live = Live(console=console, auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._live.stop()

    def refresh(self) -> None:
        """Draw what is known by now."""
        self._live.update(draw(self._journal, *self._console.size), refresh=True)

    def conclude(self, lines: Sequence[str], verdict: str, *, good: bool) -> None:
        """Say the last word under the picture, which stays."""
        for line in lines:
            self._console.print(Text(line))
        self._console.print(Text(verdict, style="bold green" if good else "bold red"))


def draw(journal: Journal, width: int, height: int) -> RenderableType:
    """The picture, for a terminal of this size. Texts are never read as markup."""
    disturbances = journal.record.disturbances
    room = max(3, height - _FRAME - len(disturbances))
    parts = [_numbers(journal), Text(), _timeline(journal, min(_MOST_SLOTS, width - _BORDER - len(_LABEL)))]
    if disturbances:
        parts.append(_recoveries(journal))
    return Panel(Group(*parts, Text(), _latest(journal, room)), title=Text(journal.title), title_align="left")


def _numbers(journal: Journal) -> Text:
    record = journal.record
    failed = len(record.failures)
    slowest = max((call.took(journal.now()) for call in record.calls), default=0.0)
    return Text.assemble(
        ("calls ", "dim"),
        (f"{len(record.calls)}", "bold"),
        ("   failed ", "dim"),
        (f"{failed}", "bold red" if failed else "bold green"),
        ("   under way ", "dim"),
        f"{record.under_way}",
        ("   slowest ", "dim"),
        duration(slowest),
        ("   requests ", "dim"),
        f"{journal.narrator.requests}",
        ("   at ", "dim"),
        f"{journal.now():.1f} s",
    )


def _timeline(journal: Journal, slots: int) -> RenderableType:
    """A bar for each quarter of a second: how long the slowest of its calls took."""
    now = journal.now()
    start = max(0.0, (now // _SLOT + 1 - slots) * _SLOT)
    worst = journal.record.worst_by_slot(start=start, slot=_SLOT, slots=slots, now=now)
    bars = Text(_LABEL, style="dim", no_wrap=True)
    for style, alike in groupby(worst, key=_style):
        bars.append(blocks(list(alike)), style=style)
    numbers = marks(journal.record.disturbances, start=start, slot=_SLOT, slots=slots)
    return Group(bars, Text(" " * len(_LABEL) + numbers, style="bold yellow", no_wrap=True))


def _style(seconds: float | None) -> str:
    if seconds is None or seconds < 0.1:
        return "green"
    return "yellow" if seconds < 1 else "red"


def _recoveries(journal: Journal) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column("#", justify="right")
    table.add_column("what happened", no_wrap=True)
    table.add_column("Kafka needed", no_wrap=True)
    table.add_column("callers waited", no_wrap=True)
    for number, disturbance in enumerate(journal.record.disturbances, start=1):
        served = journal.record.recovery(disturbance)
        after = Text("...", style="bold yellow") if served is None else Text(duration(served), style="bold green")
        table.add_row(
            Text(f"{number}", style="bold yellow"), Text(disturbance.what), Text(kafka_text(disturbance)), after
        )
    return table


def _latest(journal: Journal, room: int) -> Text:
    text = Text(no_wrap=True, overflow="ellipsis")
    for at, kind, told in journal.lines[-room:]:
        text.append(f"{at:6.2f} s  ", style="dim")
        text.append(f"{told}\n", style=_STYLES[kind])
    return text
