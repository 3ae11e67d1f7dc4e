"""What a run found, and whether it may be called good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.support.chaos.resources import MEGABYTE, Resources
from tests.support.chaos.tally import Tally

__all__ = ["Recovery", "Report"]

SHOWN = 20
GROWTH_ALLOWED = 4 * MEGABYTE
"""What Python code may hold more after the run: the ledger and the tally are part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """After one fault, in seconds: until Kafka answered for the group again, and until it took all commits promptly.

    It may answer, and yet keep whoever commits waiting: for a replica that is gone, and not yet counted out. `callers`:
    for how much longer than `well` a call about the group waited, `after_served`: than `kafka`.
    """

    fault: str
    kafka: float
    well: float
    callers: float
    after_served: float

    def __str__(self) -> str:
        kafka = f"Kafka after {self.kafka:.2f} s, callers {self.after_served:.2f} s later"
        if self.well == self.kafka:
            return kafka
        return f"{kafka}; Kafka served it well after {self.well:.2f} s, callers {self.callers:.2f} s later"


@dataclass(slots=True, kw_only=True)
class Report:
    """A whole run."""

    seconds: float = 0.0
    recoveries: list[Recovery] = field(default_factory=list[Recovery])
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list[str])
    before: Resources | None = None
    after: Resources | None = None
    largest: list[str] = field(default_factory=list[str])
    made_again: list[str] = field(default_factory=list[str])
    """Deleted topics whose names are taken again, since a broker that was cut off had kept an order to make them."""
    evidence: list[str] = field(default_factory=list[str])
    """What the journal says around answers that were wrong, and of writes that were lost."""
    left_open: int = 0
    """Connections that were still open when all clients had been closed, beyond those from before."""

    def faults(self, tally: Tally) -> list[str]:
        """What must not be; nothing in a good run."""
        assert self.before is not None
        assert self.after is not None
        grown = self.after.traced - self.before.traced
        found = {
            f"{len(tally.failures)} calls failed": bool(tally.failures),
            f"{len(tally.wrong)} answers were wrong": bool(tally.wrong),
            f"{len(self.lost)} acknowledged writes were lost": bool(self.lost),
            f"memory grew by {grown / MEGABYTE:.2f} MB": grown > GROWTH_ALLOWED,
            f"{self.left_open} connections were left open": self.left_open > 0,
            f"tasks went from {self.before.tasks} to {self.after.tasks}": self.after.tasks != self.before.tasks,
            "nothing was hurt": not self.recoveries,
        }
        return [what for what, bad in found.items() if bad]

    def lines(self, tally: Tally) -> Iterator[str]:
        """The report as text; what is longest comes first."""
        yield from self.evidence
        total = tally.calls.total()
        kinds = ", ".join(f"{kind} {count}" for kind, count in tally.calls.most_common())
        yield f"{total} calls in {self.seconds:.0f} s ({total / max(self.seconds, 1):.0f} a second): {kinds}"
        yield f"{len(tally.failures)} failed, {len(tally.wrong)} answered wrongly"
        yield from _some(tally.failures)
        yield from _some([each.told for each in tally.wrong])
        yield f"{self.acknowledged} writes acknowledged, {len(self.lost)} of them lost"
        yield from _some(self.lost)
        yield f"{len(self.made_again)} topics made once more by brokers that had kept the order"
        yield from _some(self.made_again)
        yield f"{tally.ambiguous} writes marked ambiguous; {tally.behind} descriptions behind while groups moved"
        yield f"longest call: {tally.longest:.2f} s, {tally.longest_kind}"
        yield from self._recovery_lines()
        yield f"before: {self.before}"
        yield f"after:  {self.after}"
        yield from (f"    {line}" for line in self.largest)
        yield f"left open by closed clients: {self.left_open} connections"

    def _recovery_lines(self) -> Iterator[str]:
        for fault in dict.fromkeys(each.fault for each in self.recoveries):
            own = [each for each in self.recoveries if each.fault == fault]
            kafka, callers = [each.well for each in own], [each.callers for each in own]
            yield (
                f"{fault}, {len(own)} times: Kafka well after {median(kafka):.2f} s (at most {max(kafka):.2f}),"
                f" callers {median(callers):.2f} s later (at most {max(callers):.2f})"
            )


def _some(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"    {line}" for line in lines[:SHOWN])
    if len(lines) > SHOWN:
        yield f"    and {len(lines) - SHOWN} more"
