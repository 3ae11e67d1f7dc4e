"""DescribeGroups: state and members of classic groups.

v1 adds the throttle time, v3 authorized operations (KIP-430), v4 static members (KIP-345), v5 is flexible, v6 has a
message per group and answers GROUP_ID_NOT_FOUND (KIP-1043) where older versions made up a group in state Dead without
members.

Members' metadata and assignments are opaque here; for protocol type `consumer` they are the messages in
`consumer_protocol`. They are filled in while the group is Stable only.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.enums import AUTHORIZED_OPERATIONS_OMITTED
from kafkawire.primitives import Array, Boolean, Bytes, Int16, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class DescribedGroupMember:
    """One member, with its subscription and assignment as bytes."""

    member_id: str = wire(String, default="")
    group_instance_id: str | None = wire(NullableString, since=4, default=None, ignorable=True)
    client_id: str = wire(String, default="")
    client_host: str = wire(String, default="")
    member_metadata: bytes = wire(Bytes, default=b"")
    member_assignment: bytes = wire(Bytes, default=b"")


@entity
class DescribeGroupsResponseDescribedGroup:
    """One group. `protocol_data` is the assignor's name in a Stable consumer group."""

    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, since=6, default=None)
    group_id: str = wire(String, default="")
    group_state: str = wire(String, default="")
    protocol_type: str = wire(String, default="")
    protocol_data: str = wire(String, default="")
    members: tuple[DescribedGroupMember, ...] = wire(Array(DescribedGroupMember), default=())
    authorized_operations: int = wire(Int32, since=3, default=AUTHORIZED_OPERATIONS_OMITTED)


@entity
class DescribeGroupsResponse(Response):
    """One entry per group asked about, each with its own error."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_GROUPS, range(7), 5

    throttle_time_ms: int = wire(Int32, since=1, default=0, ignorable=True)
    groups: tuple[DescribeGroupsResponseDescribedGroup, ...] = wire(
        Array(DescribeGroupsResponseDescribedGroup), default=()
    )


@entity
class DescribeGroupsRequest(Request[DescribeGroupsResponse]):
    """Asks about groups by id."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_GROUPS, range(7), 5

    groups: tuple[str, ...] = wire(Array(String), default=())
    include_authorized_operations: bool = wire(Boolean, since=3, default=False)
