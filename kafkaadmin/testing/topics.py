"""Topics and their partitions, as the brokers of a `FakeCluster` keep them. No I/O, no clock."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

__all__ = [
    "CONSUMER_OFFSETS",
    "FIRST_TIMESTAMP_MS",
    "INTERNAL_TOPICS",
    "NO_LEADER",
    "RECORD_INTERVAL_MS",
    "TRANSACTION_STATE",
    "Partition",
    "Topic",
    "is_legal_name",
    "spread_replicas",
    "timestamp_of",
]

CONSUMER_OFFSETS = "__consumer_offsets"
TRANSACTION_STATE = "__transaction_state"
INTERNAL_TOPICS = frozenset({CONSUMER_OFFSETS, TRANSACTION_STATE})

NO_LEADER = -1

FIRST_TIMESTAMP_MS = 1_700_000_000_000
RECORD_INTERVAL_MS = 1_000

_LEGAL_NAME = re.compile(r"[a-zA-Z0-9._-]{1,249}")


@dataclass(slots=True, kw_only=True)
class Partition:
    """One partition: who leads it, who follows, and which offsets its log holds, `end_offset` excluded."""

    index: int
    replicas: tuple[int, ...]
    leader: int
    isr: tuple[int, ...]
    leader_epoch: int = 0
    start_offset: int = 0
    end_offset: int = 0
    before_move: tuple[int, ...] | None = None
    adding: tuple[int, ...] = ()
    removing: tuple[int, ...] = ()

    def begin_move(self, target: tuple[int, ...]) -> None:
        """Be on the way to other replicas: old and new ones hold the partition meanwhile."""
        old = self.replicas if self.before_move is None else self.before_move
        self.before_move = old
        self.adding = tuple(broker for broker in target if broker not in old)
        self.removing = tuple(broker for broker in old if broker not in target)
        self.replicas = (*target, *self.removing)

    def end_move(self, replicas: tuple[int, ...], live: Collection[int]) -> None:
        """Be where the move led, or where it began."""
        self.before_move, self.adding, self.removing = None, (), ()
        self.replicas = replicas
        self.isr = tuple(broker for broker in replicas if broker in live) or replicas
        if self.leader not in replicas:
            self.elect(live)

    def elect(self, candidates: Collection[int]) -> bool:
        """Give the partition to its first candidate that is in sync. Says whether the leader changed."""
        leader = next((broker for broker in self.replicas if broker in self.isr and broker in candidates), NO_LEADER)
        return self.hand_to(leader)

    def hand_to(self, leader: int) -> bool:
        """Make a broker the leader, in a new epoch. Says whether it was not."""
        if leader == self.leader:
            return False
        self.leader = leader
        self.leader_epoch += 1
        return True

    def shrink_isr(self, broker_id: int) -> None:
        """A broker fell out of sync. The last one in sync stays: only it can lead again."""
        left = tuple(broker for broker in self.isr if broker != broker_id)
        self.isr = left or self.isr

    def expand_isr(self, broker_id: int) -> None:
        """A replica has caught up."""
        if broker_id in self.replicas and broker_id not in self.isr:
            self.isr = (*self.isr, broker_id)

    def offset_at(self, timestamp_ms: int) -> int | None:
        """The first offset written at this time or later, None when there is none."""
        since_first = timestamp_ms - FIRST_TIMESTAMP_MS
        offset = max(self.start_offset, -(-since_first // RECORD_INTERVAL_MS))
        return offset if offset < self.end_offset else None


@dataclass(slots=True, kw_only=True)
class Topic:
    """A topic. `unknown_to` are the brokers that have not heard of it yet."""

    name: str
    topic_id: UUID
    partitions: tuple[Partition, ...]
    configs: Mapping[str, str] = field(default_factory=dict[str, str])
    unknown_to: frozenset[int] = frozenset()

    def partition(self, index: int) -> Partition | None:
        """The partition of this number, None when the topic has fewer."""
        return self.partitions[index] if 0 <= index < len(self.partitions) else None


def timestamp_of(offset: int) -> int:
    """When the record at an offset was written, in ms since 1970: one record a second, in every partition alike."""
    return FIRST_TIMESTAMP_MS + offset * RECORD_INTERVAL_MS


def is_legal_name(name: str) -> bool:
    """Whether Kafka takes this as a topic's name."""
    return name not in {".", ".."} and _LEGAL_NAME.fullmatch(name) is not None


def spread_replicas(brokers: Sequence[int], partitions: int, replication_factor: int) -> list[tuple[int, ...]]:
    """Replicas for each partition: leaders go round the brokers, followers are the next ones."""
    return [
        tuple(brokers[(partition + step) % len(brokers)] for step in range(replication_factor))
        for partition in range(partitions)
    ]
