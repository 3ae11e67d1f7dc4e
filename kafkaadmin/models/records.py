"""Records, deleted from the start of a partition."""

from __future__ import annotations

from dataclasses import dataclass

from kafkaadmin.errors import ConfigurationError
from kafkaadmin.models.offsets import OffsetPlace

__all__ = ["DeletedRecords", "RecordsToDelete"]

_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class RecordsToDelete:
    """Which records of a partition to delete: those before an offset, or all that consumers can read.

    Made by the methods below. No number stands for "all": a -1 or a `None` that got here by mistake is refused.
    """

    before: int | OffsetPlace

    def __post_init__(self) -> None:
        if self.before is OffsetPlace.LATEST:
            return
        if isinstance(self.before, bool) or not isinstance(self.before, int) or not 0 <= self.before <= _MOST:
            raise ConfigurationError(
                f"records are deleted before an offset from 0 on, not {self.before!r}; all of them are "
                "RecordsToDelete.up_to_high_watermark()"
            )

    @classmethod
    def before_offset(cls, offset: int) -> RecordsToDelete:
        """The records before this offset, which becomes the first one left."""
        return cls(offset)

    @classmethod
    def up_to_high_watermark(cls) -> RecordsToDelete:
        """All records that consumers can read: those that all in-sync replicas have."""
        return cls(OffsetPlace.LATEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedRecords:
    """What is left of a partition: `low_watermark` is the first offset that its live replicas still have."""

    low_watermark: int
