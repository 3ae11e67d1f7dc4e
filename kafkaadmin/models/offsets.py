"""Offsets: where in a partition to look, what is found there, and what a group has committed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from kafkaadmin.errors import ConfigurationError

__all__ = ["OffsetAndMetadata", "OffsetPlace", "OffsetSpec", "PartitionOffset"]

_EPOCH = datetime.fromtimestamp(0, UTC)


# A tuple, not a dataclass: a scan of 10,000 groups makes one per partition, and this is less than half the price.
class OffsetAndMetadata(NamedTuple):
    """A committed offset: the next record that the group will read.

    `metadata` is what the committer added, `leader_epoch` the epoch of the last record read; brokers before 2.1
    don't keep it.
    """

    offset: int
    metadata: str = ""
    leader_epoch: int | None = None


class OffsetPlace(Enum):
    """Places in a partition that need no time to be named."""

    EARLIEST = "earliest"
    LATEST = "latest"
    MAX_TIMESTAMP = "max timestamp"
    EARLIEST_LOCAL = "earliest local"
    LATEST_TIERED = "latest tiered"
    EARLIEST_PENDING_UPLOAD = "earliest pending upload"


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetSpec:
    """Which offset of a partition `list_offsets` looks for: a place or a time. Made by the methods below."""

    target: OffsetPlace | datetime

    def __post_init__(self) -> None:
        if not isinstance(self.target, OffsetPlace):
            _check_time(self.target)

    @classmethod
    def earliest(cls) -> OffsetSpec:
        """The first offset still kept: in tiered storage too, where there is any."""
        return cls(target=OffsetPlace.EARLIEST)

    @classmethod
    def latest(cls) -> OffsetSpec:
        """The offset that the next record will get; under READ_COMMITTED the last stable offset."""
        return cls(target=OffsetPlace.LATEST)

    @classmethod
    def max_timestamp(cls) -> OffsetSpec:
        """The record with the highest timestamp (KIP-734, brokers 3.0 and later)."""
        return cls(target=OffsetPlace.MAX_TIMESTAMP)

    @classmethod
    def earliest_local(cls) -> OffsetSpec:
        """The first offset on the leader's own disk (KIP-405, brokers 3.4 and later)."""
        return cls(target=OffsetPlace.EARLIEST_LOCAL)

    @classmethod
    def latest_tiered(cls) -> OffsetSpec:
        """The last offset in tiered storage (KIP-1005, brokers 3.9 and later)."""
        return cls(target=OffsetPlace.LATEST_TIERED)

    @classmethod
    def earliest_pending_upload(cls) -> OffsetSpec:
        """The first offset that tiered storage still lacks (KIP-1023, brokers 4.2 and later)."""
        return cls(target=OffsetPlace.EARLIEST_PENDING_UPLOAD)

    @classmethod
    def at(cls, time: datetime | int) -> OffsetSpec:
        """The first record whose timestamp is `time` or later: a datetime with a time zone, or epoch milliseconds."""
        if not isinstance(time, int):
            return cls(target=time)
        try:
            return cls(target=_EPOCH + timedelta(milliseconds=time))
        except OverflowError:
            raise ConfigurationError(f"OffsetSpec.at: {time} milliseconds is no time that can be named") from None


def _check_time(value: object) -> None:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ConfigurationError(f"OffsetSpec: a place, or a datetime with a time zone expected, not {value!r}")
    if value < _EPOCH:
        raise ConfigurationError(f"OffsetSpec: {value} is before 1970")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionOffset:
    """What `list_offsets` found in a partition.

    `offset` is `None` where nothing matches: no record at or after the time, no record at all. `timestamp` is the
    record's, where the question was about time; `None` also for one beyond the year 9999, which producers can make.
    """

    offset: int | None
    timestamp: datetime | None = None
    leader_epoch: int | None = None
