"""ConsumerGroupHeartbeat: membership and assignment in a KIP-848 group, all in one request.

v1 adds a subscription by regular expression, and has clients make their member id themselves (KIP-1082). Epoch 0
joins, -1 leaves, -2 leaves as a static member. Null fields mean "as before". The coordinator answers with an
assignment only when it changed.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import ZERO_UUID, Array, Int16, Int32, NullableArray, NullableString, String, Uuid, struct
from kafkawire.schema import Request, Response, entity, wire


@entity
class ConsumerGroupHeartbeatResponseTopicPartitions:
    topic_id: UUID = wire(Uuid, default=ZERO_UUID)
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class ConsumerGroupHeartbeatResponseAssignment:
    topic_partitions: tuple[ConsumerGroupHeartbeatResponseTopicPartitions, ...] = wire(
        Array(ConsumerGroupHeartbeatResponseTopicPartitions), default=()
    )


@entity
class ConsumerGroupHeartbeatResponse(Response):
    """The member's epoch, when to send the next heartbeat, and a changed assignment."""

    api_key, versions, flexible_since = ApiKey.CONSUMER_GROUP_HEARTBEAT, range(2), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)
    member_id: str | None = wire(NullableString, default=None)
    member_epoch: int = wire(Int32, default=0)
    heartbeat_interval_ms: int = wire(Int32, default=0)
    assignment: ConsumerGroupHeartbeatResponseAssignment | None = wire(
        struct(ConsumerGroupHeartbeatResponseAssignment), default=None
    )


@entity
class ConsumerGroupHeartbeatRequestTopicPartitions:
    topic_id: UUID = wire(Uuid, default=ZERO_UUID)
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class ConsumerGroupHeartbeatRequest(Request[ConsumerGroupHeartbeatResponse]):
    """Joins, stays, acknowledges partitions, or leaves."""

    api_key, versions, flexible_since = ApiKey.CONSUMER_GROUP_HEARTBEAT, range(2), 0

    group_id: str = wire(String, default="")
    member_id: str = wire(String, default="")
    member_epoch: int = wire(Int32, default=0)
    instance_id: str | None = wire(NullableString, default=None)
    rack_id: str | None = wire(NullableString, default=None)
    rebalance_timeout_ms: int = wire(Int32, default=-1)
    subscribed_topic_names: tuple[str, ...] | None = wire(NullableArray(String), default=None)
    subscribed_topic_regex: str | None = wire(NullableString, since=1, default=None)
    server_assignor: str | None = wire(NullableString, default=None)
    topic_partitions: tuple[ConsumerGroupHeartbeatRequestTopicPartitions, ...] | None = wire(
        NullableArray(ConsumerGroupHeartbeatRequestTopicPartitions), default=None
    )
