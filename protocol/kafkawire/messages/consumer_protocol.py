"""The consumer's embedded protocol: what members of a classic consumer group tell each other through the coordinator.

Not requests: these bytes fill `DescribedGroupMember.member_metadata` and `member_assignment`, preceded by their
version as an int16. v1 adds the partitions owned (KIP-429), v2 the generation that owned them (KIP-792), v3 the rack
(KIP-881); none of them changes the assignment. Never flexible. Later versions may only append, so bytes of an unknown
version are read as the latest one known, and the rest ignored.
"""

from kafkawire.primitives import Array, Int32, NullableBytes, NullableString, String
from kafkawire.schema import Message, entity, wire


@entity
class ConsumerProtocolSubscriptionTopicPartition:
    topic: str = wire(String, default="")
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class ConsumerProtocolSubscription(Message):
    """What a member wants to consume, and what it owns."""

    versions, flexible_since = range(4), None

    topics: tuple[str, ...] = wire(Array(String), default=())
    user_data: bytes | None = wire(NullableBytes, default=None)
    owned_partitions: tuple[ConsumerProtocolSubscriptionTopicPartition, ...] = wire(
        Array(ConsumerProtocolSubscriptionTopicPartition), since=1, default=(), ignorable=True
    )
    generation_id: int = wire(Int32, since=2, default=-1, ignorable=True)
    rack_id: str | None = wire(NullableString, since=3, default=None, ignorable=True)


@entity
class ConsumerProtocolAssignmentTopicPartition:
    topic: str = wire(String, default="")
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class ConsumerProtocolAssignment(Message):
    """What the group's leader gave to a member."""

    versions, flexible_since = range(4), None

    assigned_partitions: tuple[ConsumerProtocolAssignmentTopicPartition, ...] = wire(
        Array(ConsumerProtocolAssignmentTopicPartition), default=()
    )
    user_data: bytes | None = wire(NullableBytes, default=None)
