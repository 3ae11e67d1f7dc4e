"""What is said of the measurements: numbers in words, the latency timeline, the summary.

Pure: no I/O and no clock.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from kafkaadmin.cli.demo.measurements import Disturbance, Record, percentile
from kafkaadmin.cli.demo.narration import printable

__all__ = ["blocks", "duration", "kafka_text", "marks", "recoveries", "recovery_text", "status", "totals", "verdict"]

_BLOCKS = "▁▂▃▄▅▆▇█"
_FASTEST = 0.005
"""Seconds up to which a call gets the lowest block; each block more stands for two and a half times as long."""
_STEP = 2.5


def duration(seconds: float) -> str:
    """As people read it: milliseconds below one second."""
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.2f} s"


def blocks(latencies: Sequence[float | None]) -> str:
    """A bar for each latency, on a logarithmic scale, and a space for none."""
    return "".join(" " if seconds is None else _BLOCKS[_height(seconds)] for seconds in latencies)


def _height(seconds: float) -> int:
    if seconds <= _FASTEST:
        return 0
    return min(len(_BLOCKS) - 1, math.ceil(math.log(seconds / _FASTEST, _STEP)))


def marks(disturbances: Sequence[Disturbance], *, start: float, slot: float, slots: int) -> str:
    """A row to stand under `blocks`: each disturbance's number where it happened."""
    row = [" "] * slots
    for number, disturbance in enumerate(disturbances, start=1):
        index = math.floor((disturbance.at - start) / slot)
        if 0 <= index < slots:
            row[index] = str(number)[-1]
    return "".join(row)


def kafka_text(disturbance: Disturbance) -> str:
    """When Kafka itself had coordinators for all groups."""
    if disturbance.kafka_after is None:
        return "not yet"
    return "at once" if disturbance.kafka_after == 0 else duration(disturbance.kafka_after)


def recovery_text(disturbance: Disturbance, served: float) -> str:
    """How long callers waited, beside how long Kafka needed."""
    kafka = f"; Kafka itself needed {kafka_text(disturbance)}" if disturbance.kafka_after else ""
    return f"all groups read again after {duration(served)}{kafka} ({disturbance.what})"


def status(record: Record, now: float) -> str:
    """One line on how it is going."""
    slowest = max((call.took(now) for call in record.calls), default=0.0)
    return (
        f"{len(record.calls)} calls, {len(record.failures)} failed, {record.under_way} under way, "
        f"slowest {duration(slowest)}"
    )


def totals(record: Record, *, requests: int, retries: int) -> list[str]:
    """How many calls there were, and how long they took."""
    if not record.calls:
        return []
    latencies = record.latencies()
    median, rare, most = (duration(percentile(latencies, share)) for share in (0.5, 0.99, 1.0))
    return [
        f"{len(record.calls)} calls, {len(record.failures)} failed",
        f"{requests} requests, {retries} rounds of asking again for some groups",
        f"a call took {median} at the median, {rare} at the 99th percentile, {most} at most",
    ]


def recoveries(record: Record) -> list[str]:
    """Each disturbance as a line: when, what, how long Kafka took, and how long callers waited."""
    if not record.disturbances:
        return []
    width = max(len(disturbance.what) for disturbance in record.disturbances)
    return [
        f"  {'':<8}  {'':<{width}}  Kafka had      callers had",
        f"  {'at':<8}  {'what happened':<{width}}  coordinators   all groups after",
        *(_row(record, disturbance, width) for disturbance in record.disturbances),
    ]


def _row(record: Record, disturbance: Disturbance, width: int) -> str:
    served = record.recovery(disturbance)
    after = "not served" if served is None else duration(served)
    return f"  {disturbance.at:6.1f} s  {disturbance.what:<{width}}  {kafka_text(disturbance):<13}  {after}"


def verdict(record: Record) -> str:
    """Whether every call came back right."""
    failures = record.failures
    if not record.calls:
        return "No call was made."
    if not failures:
        return "No call failed, and no offset was wrong." if record.disturbances else "No call failed."
    return f"{len(failures)} of {len(record.calls)} calls FAILED; the first: {printable(failures[0])}"
