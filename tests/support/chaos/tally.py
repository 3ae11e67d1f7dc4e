"""What became of the callers' calls: counted, and kept one by one only while a fault is under observation."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

__all__ = ["Call", "Tally", "Wrong"]

LAST_CALLS = 5_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call about a group, in `time.monotonic()` seconds."""

    group: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Wrong:
    """An answer that must not be, when it came, and what it was about."""

    told: str
    at: float
    about: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """Counts by kind of call. Written from several threads: each line is one step under the interpreter's lock."""

    calls: Counter[str] = field(default_factory=Counter[str])
    ambiguous: int = 0
    longest: float = 0.0
    longest_kind: str = ""
    failures: list[str] = field(default_factory=list[str])
    wrong: list[Wrong] = field(default_factory=list[Wrong])
    behind: int = 0
    """Lists and descriptions of groups that fell short while groups moved: Kafka offers nothing that would tell."""
    about_groups: deque[Call] = field(default_factory=lambda: deque[Call](maxlen=LAST_CALLS))
    """The calls about one group that ended last: what recovery is measured by."""

    def ended(self, kind: str, group: str | None, began: float, ended: float) -> None:
        """One more call is over, however it went."""
        self.calls[kind] += 1
        if ended - began > self.longest:
            self.longest, self.longest_kind = ended - began, kind
        if group is not None:
            self.about_groups.append(Call(group, began, ended))

    def held_up(self, groups: frozenset[str], past: float) -> float:
        """Seconds for which a call about these groups was still unanswered past a moment: the longest."""
        calls = [call for call in list(self.about_groups) if call.group in groups and call.ended > past]
        return max((call.ended - max(call.began, past) for call in calls), default=0.0)
