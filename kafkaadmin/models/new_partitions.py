"""More partitions for topics that are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import cast

from kafkaadmin.errors import ConfigurationError

__all__ = ["CreatedPartitions", "NewPartitions"]

_MOST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class NewPartitions:
    """How many partitions a topic shall have in all, once the new ones are there.

    `assignments` says where the new ones go, from the first of them on: the ids of each one's replicas, the preferred
    leader first. Without it the controller places them.
    """

    total: int
    _: KW_ONLY
    assignments: Sequence[Sequence[int]] | None = None

    def __post_init__(self) -> None:
        if not _is_number(self.total) or not 1 <= self.total <= _MOST:
            raise ConfigurationError(f"NewPartitions.total must be from 1 to {_MOST}, not {self.total!r}")
        if self.assignments is not None and not _is_list(self.assignments, _is_replicas):
            raise ConfigurationError(
                f"NewPartitions.assignments must list the broker ids of each new partition, not {self.assignments!r}"
            )


def _is_list(value: object, each: object) -> bool:
    if isinstance(value, str | bytes) or not isinstance(value, Sequence) or not value:
        return False
    return callable(each) and all(each(one) for one in cast("Sequence[object]", value))


def _is_replicas(value: object) -> bool:
    return _is_list(value, _is_number)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedPartitions:
    """A topic that was given more partitions, or with `validate_only` would have been. `total` is what it has now.

    `ambiguous`: an answer was lost, and when asked again the topic had its partitions, just as ordered. So this call
    made them, unless somebody else did just then.
    """

    topic: str
    total: int
    ambiguous: bool = False
