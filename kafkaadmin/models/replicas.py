"""Replicas: who leads, where they move, and in which directories they lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from kafkaadmin.errors import KafkaAdminError
from kafkaadmin.models.partitions import TopicPartition

__all__ = [
    "AlteredReassignment",
    "ElectedLeader",
    "LogDirDescription",
    "PartitionReassignment",
    "ReplicaInfo",
    "ReplicaLogDirInfo",
    "TopicPartitionReplica",
]


class TopicPartitionReplica(NamedTuple):
    """A partition's replica on one broker."""

    topic: str
    partition: int
    broker_id: int

    def __str__(self) -> str:
        return f"{self.topic}-{self.partition} on broker {self.broker_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectedLeader:
    """A partition that was given a leader anew.

    `ambiguous`: an answer was lost, and when asked again no election was needed. So this call held it, unless somebody
    else did just then, or nobody had to.
    """

    partition: TopicPartition
    ambiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlteredReassignment:
    """A partition that is on its way to other replicas, or (`replicas` is `None`) on its way back.

    `ambiguous`: an answer was lost, and when asked again there was no move to cancel. So this call cancelled it, unless
    it was over, or somebody else did just then.
    """

    replicas: tuple[int, ...] | None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionReassignment:
    """A partition on its way to other replicas.

    `replicas` has all of now: those that come (`adding_replicas`), those that go (`removing_replicas`), and those that
    stay.
    """

    replicas: tuple[int, ...]
    adding_replicas: tuple[int, ...]
    removing_replicas: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaInfo:
    """A replica in a directory. `size` is in bytes.

    `offset_lag` says by how many records it is behind: a current replica the partition's high watermark, a future one
    (`is_future`, on its way here from another directory) the current one's end.
    """

    size: int
    offset_lag: int
    is_future: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDirDescription:
    """A directory in which a broker keeps partitions.

    `error` says why nothing is known of it, as when it is offline. `total_bytes` and `usable_bytes` are the volume's,
    `None` from brokers before 3.3. `is_cordoned`: it takes no new replicas (KIP-1066, brokers 4.3 and later).
    """

    error: KafkaAdminError | None
    replicas: Mapping[TopicPartition, ReplicaInfo]
    total_bytes: int | None
    usable_bytes: int | None
    is_cordoned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaLogDirInfo:
    """Where a replica lies, and where it is moving to, if anywhere. The lags count records."""

    current_log_dir: str | None
    current_offset_lag: int | None
    future_log_dir: str | None = None
    future_offset_lag: int | None = None
