"""What the callers' process holds: memory, descriptors, tasks."""

from __future__ import annotations

import gc
import os
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Resources", "largest", "measure", "open_descriptors"]

PAGE = os.sysconf("SC_PAGE_SIZE")
MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """`resident` and `traced` in bytes; `traced` is what Python code has allocated since tracing began, and holds."""

    resident: int
    traced: int
    descriptors: int
    tasks: int

    def __str__(self) -> str:
        return (
            f"{self.resident / MEGABYTE:.1f} MB resident, {self.traced / MEGABYTE:.2f} MB allocated by Python since"
            f" the start, {self.descriptors} descriptors, {self.tasks} tasks"
        )


def measure(tasks: int) -> Resources:
    """What is held now, garbage left out; `tasks` are counted by whoever knows their loops."""
    gc.collect()
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
    traced = tracemalloc.get_traced_memory()[0] if tracemalloc.is_tracing() else 0
    return Resources(resident=resident, traced=traced, descriptors=open_descriptors(), tasks=tasks)


def open_descriptors() -> int:
    """How many descriptors this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def largest(count: int = 6) -> list[str]:
    """Where most of the traced memory was allocated."""
    statistics = tracemalloc.take_snapshot().statistics("lineno")
    return [f"{each.size / 1024:8.1f} kB in {each.count:6d} blocks: {each.traceback}" for each in statistics[:count]]
