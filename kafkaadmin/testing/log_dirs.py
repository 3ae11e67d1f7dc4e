"""The directories in which a `FakeCluster`'s brokers keep replicas. No I/O, and nothing on any disk."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["LOG_DIRS", "TOTAL_BYTES", "USABLE_BYTES", "LogDirs"]

LOG_DIRS = ("/kafka/data-1", "/kafka/data-2")
"""What each broker has; replicas lie in the first until they are moved."""

TOTAL_BYTES, USABLE_BYTES = 1 << 40, 1 << 39

_Replica = tuple[str, int, int]
"""Topic, partition, broker."""


@dataclass(slots=True)
class LogDirs:
    """Where replicas were moved to."""

    moved: dict[_Replica, str] = field(default_factory=dict[_Replica, str])

    def of(self, topic: str, partition: int, broker_id: int) -> str:
        """The directory that a replica lies in."""
        return self.moved.get((topic, partition, broker_id), LOG_DIRS[0])

    def move(self, topic: str, partition: int, broker_id: int, to: str) -> None:
        """Put a replica somewhere else, at once."""
        self.moved[topic, partition, broker_id] = to
