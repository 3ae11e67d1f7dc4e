"""What the callers' process holds: memory, descriptors, tasks."""

from __future__ import annotations

import gc
import os
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Resources", "largest", "measure", "open_connections"]

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


def open_connections() -> int:
    """How many TCP sockets this process has open; what the harness says to Docker's engine goes another way."""
    tables = [Path(f"/proc/self/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    inodes = {line.split()[9] for table in tables for line in table}
    targets = [_target(each) for each in Path("/proc/self/fd").iterdir()]
    return sum(target.startswith("socket:[") and target[8:-1] in inodes for target in targets)


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except FileNotFoundError:
        return ""  # the one that the directory was read by


def largest(count: int = 6) -> list[str]:
    """Where most of the traced memory was allocated."""
    statistics = tracemalloc.take_snapshot().statistics("lineno")
    return [f"{each.size / 1024:8.1f} kB in {each.count:6d} blocks: {each.traceback}" for each in statistics[:count]]
