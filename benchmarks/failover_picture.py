"""Draws what `failover.py` saw: a panel for each fault, a lane for each client."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.patches import Patch

SEAM = 0.3
"""Seconds between two polls of one state that are drawn as one bar."""

LANE_HEIGHT = 0.72
KAFKA = "#1f5fa8"


class State(Enum):
    """What became of a poll."""

    OK = "ok"
    SLOW = "slow"
    FAILED = "failed"
    WRONG = "wrong"
    CRASHED = "crashed"


COLOURS = {
    State.OK: "#8fcf9f",
    State.SLOW: "#f2c14e",
    State.FAILED: "#d64545",
    State.WRONG: "#7b3fa0",
    State.CRASHED: "#1c1c1c",
}

MEANING = {
    State.OK: "right answer",
    State.SLOW: "right, after more than 1 s, or not yet",
    State.FAILED: "error",
    State.WRONG: "wrong answer",
    State.CRASHED: "process crashed",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A poll from its beginning to its end, in seconds since the fault."""

    start: float
    end: float
    state: State
    said: str


@dataclass(frozen=True, slots=True)
class Lane:
    """All that one client did."""

    client: str
    spans: Sequence[Span]


@dataclass(frozen=True, slots=True)
class Panel:
    """One fault: when it is watched, when Kafka itself had a coordinator again, and what the clients did."""

    name: str
    title: str
    start: float
    end: float
    kafka: float | None
    lanes: Sequence[Lane]


def draw(panels: Sequence[Panel], folder: Path, subtitle: str) -> None:
    """Write `failover.svg` and `failover.png` into the folder."""
    mpl.use("Agg")
    mpl.rcParams.update({"svg.hashsalt": "kafkaadmin", "font.size": 9, "font.family": "DejaVu Sans"})
    figure, axes = plt.subplots(len(panels), 1, figsize=(10, 1.55 * len(panels) + 0.9), squeeze=False)
    for axis, panel in zip(axes[:, 0], panels, strict=True):
        _draw_panel(axis, panel)
    axes[-1, 0].set_xlabel("seconds since the fault")
    legend = [Patch(color=COLOURS[state], label=MEANING[state]) for state in State]
    figure.legend(handles=legend, loc="lower center", ncols=len(legend), frameon=False)
    figure.suptitle(
        f"A group's coordinator is lost while its offsets are read ten times a second ({subtitle})", fontsize=10
    )
    figure.tight_layout(rect=(0, 0.03, 1, 1))
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "failover.svg", metadata={"Date": None})
    figure.savefig(folder / "failover.png", dpi=150)
    plt.close(figure)


def _draw_panel(axis: Any, panel: Panel) -> None:
    for row, lane in enumerate(panel.lanes):
        for span in merged(lane.spans):
            start, end = max(span.start, panel.start), min(span.end, panel.end)
            if end > start:
                axis.broken_barh(
                    [(start, end - start)], (row - LANE_HEIGHT / 2, LANE_HEIGHT), color=COLOURS[span.state], linewidth=0
                )
    axis.set_yticks(range(len(panel.lanes)), [lane.client for lane in panel.lanes])
    axis.invert_yaxis()
    axis.set_xlim(panel.start, panel.end)
    axis.axvline(0, color="#555555", linewidth=0.8)
    axis.set_title(panel.title, loc="left", fontsize=9, fontweight="bold")
    if panel.kafka is not None:
        axis.axvline(panel.kafka, color=KAFKA, linewidth=1.2, linestyle="--")
        axis.set_title(f"Kafka itself has a new one after {panel.kafka:.1f} s", loc="right", fontsize=8, color=KAFKA)
    axis.spines[["top", "right"]].set_visible(False)


def merged(spans: Sequence[Span]) -> list[Span]:
    """Polls of one state that follow closely, as one: each lasts until the next begins."""
    result: list[Span] = []
    for index, span in enumerate(spans):
        following = spans[index + 1].start if index + 1 < len(spans) else span.end
        end = following if following - span.end < SEAM else span.end
        if result and result[-1].state is span.state and span.start - result[-1].end < SEAM:
            last = result[-1]
            result[-1] = Span(last.start, end, last.state, last.said)
        else:
            result.append(Span(span.start, end, span.state, span.said))
    return result
