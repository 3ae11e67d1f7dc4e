"""SyncGroup: the leader hands in the assignment, every member gets its own.

v1 adds the throttle time, v3 static membership (KIP-345), v4 is flexible, v5 names protocol type and protocol
(KIP-559).
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Bytes, Int16, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class SyncGroupResponse(Response):
    """This member's assignment."""

    api_key, versions, flexible_since = ApiKey.SYNC_GROUP, range(6), 4

    throttle_time_ms: int = wire(Int32, since=1, default=0, ignorable=True)
    error_code: int = wire(Int16, default=0)
    protocol_type: str | None = wire(NullableString, since=5, default=None, ignorable=True)
    protocol_name: str | None = wire(NullableString, since=5, default=None, ignorable=True)
    assignment: bytes = wire(Bytes, default=b"")


@entity
class SyncGroupRequestAssignment:
    member_id: str = wire(String, default="")
    assignment: bytes = wire(Bytes, default=b"")


@entity
class SyncGroupRequest(Request[SyncGroupResponse]):
    """The leader's assignments; empty from the other members."""

    api_key, versions, flexible_since = ApiKey.SYNC_GROUP, range(6), 4

    group_id: str = wire(String, default="")
    generation_id: int = wire(Int32, default=0)
    member_id: str = wire(String, default="")
    group_instance_id: str | None = wire(NullableString, since=3, default=None)
    protocol_type: str | None = wire(NullableString, since=5, default=None, ignorable=True)
    protocol_name: str | None = wire(NullableString, since=5, default=None, ignorable=True)
    assignments: tuple[SyncGroupRequestAssignment, ...] = wire(Array(SyncGroupRequestAssignment), default=())
