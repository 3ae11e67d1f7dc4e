"""LeaveGroup: members leave a group, or are removed from it.

v1 adds the throttle time, v3 removes many members at once, static ones by instance id (KIP-345), v4 is flexible, v5
gives a reason (KIP-800). Up to v2 one member stands in `member_id` and its error at the top level; from v3 on there
are two levels of errors, the group's and each member's. KIP-848 members can be removed too.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int16, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class MemberResponse:
    member_id: str = wire(String, default="")
    group_instance_id: str | None = wire(NullableString, default="")
    error_code: int = wire(Int16, default=0)


@entity
class LeaveGroupResponse(Response):
    """The group's error, and (v3+) each member's."""

    api_key, versions, flexible_since = ApiKey.LEAVE_GROUP, range(6), 4

    throttle_time_ms: int = wire(Int32, since=1, default=0, ignorable=True)
    error_code: int = wire(Int16, default=0)
    members: tuple[MemberResponse, ...] = wire(Array(MemberResponse), since=3, default=())


@entity
class MemberIdentity:
    """A dynamic member by id, or a static one by instance id with `member_id` empty."""

    member_id: str = wire(String, default="")
    group_instance_id: str | None = wire(NullableString, default=None)
    reason: str | None = wire(NullableString, since=5, default=None, ignorable=True)


@entity
class LeaveGroupRequest(Request[LeaveGroupResponse]):
    """Removes one member (up to v2) or several (v3+) from a group."""

    api_key, versions, flexible_since = ApiKey.LEAVE_GROUP, range(6), 4

    group_id: str = wire(String, default="")
    member_id: str = wire(String, until=2, default="")
    members: tuple[MemberIdentity, ...] = wire(Array(MemberIdentity), since=3, default=())
