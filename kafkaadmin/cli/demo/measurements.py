"""What the demo measures: calls, disturbances, and how long each disturbance held calls up.

Pure: no I/O and no clock. Times are seconds since the demo began.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kafkaadmin.models.offsets import OffsetAndMetadata
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.results import BatchResult

__all__ = ["Call", "Disturbance", "Record", "Truth", "first_failure", "percentile"]

Offsets = Mapping[TopicPartition, OffsetAndMetadata]


@dataclass(slots=True, kw_only=True)
class Call:
    """One reading of all groups' offsets. `ended` is `None` while it is under way; `failure` says what was wrong."""

    began: float
    ended: float | None = None
    failure: str | None = None

    def took(self, now: float) -> float:
        """Seconds, so far for a call that is under way."""
        return (now if self.ended is None else self.ended) - self.began


@dataclass(slots=True, kw_only=True)
class Disturbance:
    """Something that happened to the cluster.

    `kafka_after`: seconds until Kafka itself had a live coordinator for every group again, 0 where it never lacked
    one, `None` while it does.
    """

    what: str
    at: float
    kafka_after: float | None = 0.0


@dataclass(slots=True)
class Record:
    """All that was measured."""

    calls: list[Call] = field(default_factory=list[Call])
    disturbances: list[Disturbance] = field(default_factory=list[Disturbance])

    def begin(self, at: float) -> Call:
        """A call begins."""
        call = Call(began=at)
        self.calls.append(call)
        return call

    def end(self, call: Call, at: float, failure: str | None = None) -> None:
        """It is over."""
        call.ended, call.failure = at, failure

    def give_up(self, at: float) -> None:
        """Calls that are under way still are not waited for: they count as failed."""
        for call in self.calls:
            if call.ended is None:
                self.end(call, at, "no answer before the end")

    def forget_unfinished(self) -> None:
        """The user wants no more: calls that are under way count as never made."""
        self.calls = [call for call in self.calls if call.ended is not None]

    @property
    def failures(self) -> list[str]:
        """What went wrong, one text a failed call."""
        return [call.failure for call in self.calls if call.failure is not None]

    @property
    def under_way(self) -> int:
        """How many calls have no answer yet."""
        return sum(call.ended is None for call in self.calls)

    def latencies(self) -> list[float]:
        """Seconds that each finished call took, in order of their beginning."""
        return [call.ended - call.began for call in self.calls if call.ended is not None]

    def recovery(self, disturbance: Disturbance) -> float | None:
        """Seconds until callers were served again, `None` when they are not yet, or were not.

        That is when the calls caught by the disturbance had their answers, and so had the first one begun after it.
        """
        at = disturbance.at
        caught = [call for call in self.calls if call.began < at and (call.ended is None or call.ended > at)]
        after = next((call for call in self.calls if call.began >= at), None)
        if after is None:
            return None
        ends: list[float] = []
        for call in (*caught, after):
            if call.ended is None or call.failure is not None:
                return None
            ends.append(call.ended)
        return max(ends) - at

    def worst_by_slot(self, *, start: float, slot: float, slots: int, now: float) -> list[float | None]:
        """The slowest of the calls begun in each slot of time, `None` for a slot without any."""
        worst: list[float | None] = [None] * slots
        for call in reversed(self.calls):
            index = math.floor((call.began - start) / slot)
            if index < 0:
                break
            if index < slots:
                worst[index] = max(worst[index] or 0.0, call.took(now))
        return worst


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values don't exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


class Truth:
    """What the demo's groups really have committed, to hold answers against.

    A group's offsets only grow. A right answer lies between what was committed when the call began and what was being
    committed when it ended.
    """

    def __init__(self, partitions: Mapping[str, Sequence[TopicPartition]]) -> None:
        self.partitions = partitions
        self._committed = dict.fromkeys(partitions, 0)
        self._committing = dict.fromkeys(partitions, 0)

    def next_offset(self, group: str) -> int:
        """A group is about to commit this, for all its partitions."""
        self._committing[group] += 1
        return self._committing[group]

    def committed(self, group: str, offset: int) -> None:
        """It has."""
        self._committed[group] = offset

    def now(self) -> Mapping[str, int]:
        """What every group has committed for sure, to be kept when a call begins."""
        return dict(self._committed)

    def first_lie(self, answer: Mapping[str, Offsets], since: Mapping[str, int]) -> str | None:
        """What is wrong with an answer to a call that began when the truth was `since`, `None` when nothing is."""
        for group, partitions in self.partitions.items():
            offsets = answer.get(group)
            if offsets is None:
                return f"group {group!r} is missing from the answer"
            if set(offsets) != set(partitions):
                return f"group {group!r}: {len(offsets)} partitions instead of {len(partitions)}"
            for partition, found in offsets.items():
                if not since[group] <= found.offset <= self._committing[group]:
                    return (
                        f"group {group!r}: {partition} is at {found.offset}, "
                        f"not from {since[group]} to {self._committing[group]}"
                    )
        return None


def first_failure(result: BatchResult[str, Offsets]) -> str | None:
    """What a call that came back could not read, of a group or of one of its partitions."""
    for error in result.failed.values():
        return str(error)
    for offsets in result.succeeded.values():
        if isinstance(offsets, BatchResult):
            for error in offsets.failed.values():
                return str(error)
    return None
