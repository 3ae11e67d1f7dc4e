"""Topics: made, listed, described and deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, cast
from uuid import UUID

from kafkaadmin.errors import ConfigurationError
from kafkawire.enums import AclOperation

__all__ = ["CreatedTopic", "DeletedTopic", "NewTopic", "PartitionDescription", "TopicDescription", "TopicListing"]


@dataclass(frozen=True, slots=True)
class NewTopic:
    """A topic to be made.

    `partitions` and `replication_factor` are left to the brokers' defaults where `None` (brokers 2.4 and later).
    `assignments` maps each partition, from 0 on, to the ids of its replicas, the preferred leader first; it replaces
    both. A config whose value is `None` gets the broker's default.
    """

    name: str
    _: KW_ONLY
    partitions: int | None = None
    replication_factor: int | None = None
    assignments: Mapping[int, Sequence[int]] | None = None
    configs: Mapping[str, str | None] = field(default_factory=dict[str, str | None])

    def __post_init__(self) -> None:
        _name(self.name)
        _count(f"topic {self.name!r}: partitions", self.partitions, 2**31 - 1)
        _count(f"topic {self.name!r}: replication_factor", self.replication_factor, 2**15 - 1)
        if self.assignments is not None and (self.partitions, self.replication_factor) != (None, None):
            raise ConfigurationError(f"topic {self.name!r}: assignments replace partitions and replication_factor")
        _assignments(f"topic {self.name!r}: assignments", self.assignments)
        _configs(f"topic {self.name!r}: configs", self.configs)


def _name(value: object) -> None:
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"NewTopic.name must be a text that is not empty, not {value!r}")


def _count(what: str, value: object, most: int) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise ConfigurationError(f"{what} must be from 1 to {most}, or None for the broker's default, not {value!r}")


def _assignments(what: str, value: object) -> None:
    if value is None:
        return
    given = _mapping(what, value)
    if not given or set(given) != set(range(len(given))):
        raise ConfigurationError(f"{what} must map the partitions 0, 1, 2, … to broker ids, not {value!r}")
    for brokers in given.values():
        if (
            not isinstance(brokers, Sequence)
            or not brokers
            or not all(isinstance(each, int) for each in cast("Sequence[object]", brokers))
        ):
            raise ConfigurationError(f"{what} must give every partition a list of broker ids, not {brokers!r}")


def _configs(what: str, value: object) -> None:
    for key, setting in _mapping(what, value).items():
        if not isinstance(key, str) or not (setting is None or isinstance(setting, str)):
            raise ConfigurationError(f"{what}: {key!r} must be a text or None, not {setting!r}")


def _mapping(what: str, value: object) -> Mapping[object, Any]:
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{what} must be a mapping, not {value!r}")
    return cast("Mapping[object, Any]", value)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedTopic:
    """A topic that was made, or with `validate_only` would have been.

    `topic_id` is `None` from brokers before 2.8, and when only validated. `partitions`, `replication_factor` and
    `configs` are `None` from brokers before 2.4, or where the principal may not describe configs; a sensitive config's
    value is `None`.
    `existed`: it was there already, and `if_exists` allowed that.
    `ambiguous`: an answer was lost, and when asked again the topic was there, just as ordered. So this call made it,
    unless somebody else made the same just then.
    """

    name: str
    topic_id: UUID | None = None
    partitions: int | None = None
    replication_factor: int | None = None
    configs: Mapping[str, str | None] | None = None
    ambiguous: bool = False
    existed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedTopic:
    """A topic that is gone. `name` or `topic_id` is `None` where it was not asked by and the broker didn't tell.

    `ambiguous`: an answer was lost, and when asked again there was no such topic. So this call deleted it, unless
    somebody else did just then.
    """

    name: str | None
    topic_id: UUID | None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicListing:
    """A topic as `list_topics` gives it. `topic_id` is `None` from brokers before 2.8."""

    name: str
    topic_id: UUID | None
    is_internal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionDescription:
    """A partition and the ids of the brokers that hold it.

    `leader` is `None` while it has none. `replicas` begins with the preferred leader; `in_sync_replicas` are those
    that have caught up, `offline_replicas` those on dead brokers or disks. `eligible_leader_replicas` may lead without
    loss although they are not in sync, and `last_known_eligible_leader_replicas` could when last heard of (KIP-966):
    both are `None` where brokers don't say: before 3.8, and of topics that are described by id.
    """

    partition: int
    leader: int | None
    leader_epoch: int | None
    replicas: tuple[int, ...]
    in_sync_replicas: tuple[int, ...]
    offline_replicas: tuple[int, ...]
    eligible_leader_replicas: tuple[int, ...] | None = None
    last_known_eligible_leader_replicas: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicDescription:
    """A topic and its partitions, by number.

    `topic_id` is `None` from brokers before 2.8. `authorized_operations` is `None` unless it was asked for.
    """

    name: str
    topic_id: UUID | None
    is_internal: bool
    partitions: tuple[PartitionDescription, ...]
    authorized_operations: frozenset[AclOperation] | None = None
