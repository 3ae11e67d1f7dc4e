"""Share groups (KIP-932): groups whose members read the same partitions beside one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from kafkaadmin.models.brokers import Broker
from kafkaadmin.models.partitions import TopicPartition
from kafkawire.enums import AclOperation, GroupState, GroupType

__all__ = ["ShareGroupDescription", "ShareGroupMember", "SharePartitionOffset"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareGroupMember:
    """A member of a share group. `assignment` is what it reads from, most often together with others."""

    member_id: str
    client_id: str
    host: str
    member_epoch: int
    rack_id: str | None = None
    subscribed_topics: tuple[str, ...] = ()
    assignment: tuple[TopicPartition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareGroupDescription:
    """A share group.

    While `target_assignment_epoch` lags behind `group_epoch`, a new assignment is due. `authorized_operations` is
    `None` unless it was asked for.
    """

    group_id: str
    state: GroupState
    coordinator: Broker
    assignor: str
    members: tuple[ShareGroupMember, ...]
    group_epoch: int
    target_assignment_epoch: int
    authorized_operations: frozenset[AclOperation] | None = None

    @property
    def type(self) -> GroupType:
        """SHARE."""
        return GroupType.SHARE


class SharePartitionOffset(NamedTuple):
    """Where a share group starts to read a partition: everything before is settled, for good or bad.

    It trails what members have acknowledged. `lag` counts the records that are still to be settled; it is `None` from
    brokers before 4.2, and where they don't know it.
    """

    start_offset: int
    leader_epoch: int | None = None
    lag: int | None = None
