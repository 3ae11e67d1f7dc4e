"""Groups: listed, described, emptied and deleted."""

from __future__ import annotations

from dataclasses import dataclass

from kafkaadmin.errors import ConfigurationError
from kafkaadmin.models.brokers import Broker
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.share_groups import ShareGroupDescription
from kafkaadmin.models.streams_groups import StreamsGroupDescription
from kafkawire.enums import AclOperation, GroupState, GroupType

__all__ = [
    "ClassicGroupDescription",
    "ClassicGroupMember",
    "ConsumerGroupDescription",
    "ConsumerGroupMember",
    "DeletedGroup",
    "GroupDescription",
    "GroupListing",
    "MemberToRemove",
    "RemovedMember",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupListing:
    """A group as its coordinator lists it.

    `state` is `None` from brokers before 2.6, `type` from those before 3.8. `protocol_type` is `"consumer"` for
    groups of consumers, another text for Connect, Streams and others, `""` for a group that nobody ever joined.
    """

    group_id: str
    protocol_type: str
    state: GroupState | None = None
    type: GroupType | None = None

    @property
    def is_simple_consumer_group(self) -> bool:
        """Whether it only has offsets, committed by somebody who assigns partitions by hand."""
        return self.protocol_type == ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerGroupMember:
    """A member of a consumer group, of either protocol.

    `group_instance_id` names a static member (KIP-345). `assignment` is what it owns, `target_assignment` what it
    shall own (KIP-848 only). `subscribed_topics` and `subscribed_topic_pattern` say what it wants; for a classic
    member they come from what it told its group. `member_epoch` and `is_classic` (does it still speak the classic
    protocol?) are known in KIP-848 groups only, the latter from brokers 4.0 on.

    Classic members describe themselves in bytes of their own making. Where those can't be read, `unreadable` says
    why, and what they would have told is empty.
    """

    member_id: str
    client_id: str
    host: str
    group_instance_id: str | None = None
    rack_id: str | None = None
    assignment: tuple[TopicPartition, ...] = ()
    target_assignment: tuple[TopicPartition, ...] | None = None
    subscribed_topics: tuple[str, ...] = ()
    subscribed_topic_pattern: str | None = None
    member_epoch: int | None = None
    is_classic: bool | None = None
    unreadable: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerGroupDescription:
    """A group of consumers, of either protocol: `type` is CLASSIC or CONSUMER (KIP-848).

    `assignor` names how partitions are shared out. `group_epoch` and `target_assignment_epoch` are the new protocol's:
    while the second lags behind the first, a new assignment is due. `authorized_operations` is `None` unless it was
    asked for.
    """

    group_id: str
    type: GroupType
    state: GroupState
    coordinator: Broker
    assignor: str
    members: tuple[ConsumerGroupMember, ...]
    is_simple_consumer_group: bool = False
    group_epoch: int | None = None
    target_assignment_epoch: int | None = None
    authorized_operations: frozenset[AclOperation] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassicGroupMember:
    """A member of a classic group.

    `metadata` and `assignment` are bytes of its own kind's making. A consumer's are read: `subscribed_topics` and
    `assigned_partitions` say what is in them, `unreadable` why it can't be said.
    """

    member_id: str
    client_id: str
    host: str
    group_instance_id: str | None = None
    metadata: bytes = b""
    assignment: bytes = b""
    subscribed_topics: tuple[str, ...] = ()
    assigned_partitions: tuple[TopicPartition, ...] = ()
    unreadable: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassicGroupDescription:
    """A group of the classic protocol: of consumers, of Kafka Connect's workers, of a schema registry, …

    `protocol_type` says which, `""` where nobody ever joined and only offsets are kept. `protocol` is what its members
    agreed on, `""` while they have not.
    """

    group_id: str
    protocol_type: str
    state: GroupState
    coordinator: Broker
    protocol: str
    members: tuple[ClassicGroupMember, ...]
    authorized_operations: frozenset[AclOperation] | None = None

    @property
    def type(self) -> GroupType:
        """CLASSIC."""
        return GroupType.CLASSIC

    @property
    def is_simple_consumer_group(self) -> bool:
        """Whether it only has offsets, committed by somebody who assigns partitions by hand."""
        return self.protocol_type == ""


GroupDescription = ConsumerGroupDescription | ClassicGroupDescription | ShareGroupDescription | StreamsGroupDescription
"""A group of any kind: `type` says which, and the class what is known of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedGroup:
    """A group that is gone.

    `ambiguous`: an answer was lost, and when asked again there was no such group. So this call deleted it, unless
    somebody else did just then.
    """

    group_id: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberToRemove:
    """A member by its id, or a static one by its `group.instance.id`; one of the two."""

    member_id: str | None = None
    group_instance_id: str | None = None

    def __post_init__(self) -> None:
        if (self.member_id is None) == (self.group_instance_id is None):
            raise ConfigurationError("MemberToRemove takes either a member_id or a group_instance_id")
        named = self.member_id if self.member_id is not None else self.group_instance_id
        if not isinstance(named, str) or not named:
            raise ConfigurationError(f"MemberToRemove: a text that is not empty expected, not {named!r}")

    def __str__(self) -> str:
        return repr(self.member_id) if self.member_id is not None else f"with instance id {self.group_instance_id!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedMember:
    """A member that is out of its group.

    `ambiguous`: an answer was lost, and when asked again there was no such member. So this call removed it, unless it
    left by itself just then.
    """

    member: MemberToRemove
    ambiguous: bool = False
