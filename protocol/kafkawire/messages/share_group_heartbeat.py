"""ShareGroupHeartbeat: membership and assignment in a share group, all in one request (KIP-932).

Flexible from the start. v0 was a trial in Kafka 4.0 and is gone. The member makes its id itself. Epoch 0 joins, -1
leaves. Null fields mean "as before". The coordinator answers with an assignment only when it changed.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import ZERO_UUID, Array, Int16, Int32, NullableArray, NullableString, String, Uuid, struct
from kafkawire.schema import Request, Response, entity, wire


@entity
class ShareGroupHeartbeatResponseTopicPartitions:
    topic_id: UUID = wire(Uuid, default=ZERO_UUID)
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class ShareGroupHeartbeatResponseAssignment:
    topic_partitions: tuple[ShareGroupHeartbeatResponseTopicPartitions, ...] = wire(
        Array(ShareGroupHeartbeatResponseTopicPartitions), default=()
    )


@entity
class ShareGroupHeartbeatResponse(Response):
    """The member's epoch, when to send the next heartbeat, and a changed assignment."""

    api_key, versions, flexible_since = ApiKey.SHARE_GROUP_HEARTBEAT, range(1, 2), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)
    member_id: str | None = wire(NullableString, default=None)
    member_epoch: int = wire(Int32, default=0)
    heartbeat_interval_ms: int = wire(Int32, default=0)
    assignment: ShareGroupHeartbeatResponseAssignment | None = wire(
        struct(ShareGroupHeartbeatResponseAssignment), default=None
    )


@entity
class ShareGroupHeartbeatRequest(Request[ShareGroupHeartbeatResponse]):
    """Joins, stays, or leaves."""

    api_key, versions, flexible_since = ApiKey.SHARE_GROUP_HEARTBEAT, range(1, 2), 0

    group_id: str = wire(String, default="")
    member_id: str = wire(String, default="")
    member_epoch: int = wire(Int32, default=0)
    rack_id: str | None = wire(NullableString, default=None)
    subscribed_topic_names: tuple[str, ...] | None = wire(NullableArray(String), default=None)
