"""JoinGroup: joins a classic group and waits for the rebalance.

v1 adds the rebalance timeout, v2 the throttle time, v4 hands out member ids before letting members in
(MEMBER_ID_REQUIRED, KIP-394), v5 adds static membership (KIP-345), v6 is flexible, v7 names the protocol type
(KIP-559), v8 gives a reason (KIP-800), v9 tells the leader to skip its assignment (KIP-814).
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Boolean, Bytes, Int16, Int32, NullableString, String, string
from kafkawire.schema import Request, Response, entity, wire


@entity
class JoinGroupResponseMember:
    member_id: str = wire(String, default="")
    group_instance_id: str | None = wire(NullableString, since=5, default=None, ignorable=True)
    metadata: bytes = wire(Bytes, default=b"")


@entity
class JoinGroupResponse(Response):
    """The generation; the leader gets all members' metadata too."""

    api_key, versions, flexible_since = ApiKey.JOIN_GROUP, range(10), 6

    throttle_time_ms: int = wire(Int32, since=2, default=0, ignorable=True)
    error_code: int = wire(Int16, default=0)
    generation_id: int = wire(Int32, default=-1)
    protocol_type: str | None = wire(NullableString, since=7, default=None, ignorable=True)
    protocol_name: str | None = wire(string(nullable_since=7), default="")
    leader: str = wire(String, default="")
    skip_assignment: bool = wire(Boolean, since=9, default=False)
    member_id: str = wire(String, default="")
    members: tuple[JoinGroupResponseMember, ...] = wire(Array(JoinGroupResponseMember), default=())


@entity
class JoinGroupRequestProtocol:
    name: str = wire(String, default="")
    metadata: bytes = wire(Bytes, default=b"")


@entity
class JoinGroupRequest(Request[JoinGroupResponse]):
    """Joins, or joins again, with the protocols that the member can speak."""

    api_key, versions, flexible_since = ApiKey.JOIN_GROUP, range(10), 6

    group_id: str = wire(String, default="")
    session_timeout_ms: int = wire(Int32, default=0)
    rebalance_timeout_ms: int = wire(Int32, since=1, default=-1, ignorable=True)
    member_id: str = wire(String, default="")
    group_instance_id: str | None = wire(NullableString, since=5, default=None)
    protocol_type: str = wire(String, default="")
    protocols: tuple[JoinGroupRequestProtocol, ...] = wire(Array(JoinGroupRequestProtocol), default=())
    reason: str | None = wire(NullableString, since=8, default=None, ignorable=True)
