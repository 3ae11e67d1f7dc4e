"""DeleteGroups: removes groups without members, with their offsets (KIP-229).

Groups of every kind. v2 is flexible, v3 says in words why a group was not deleted. A group with members is
NON_EMPTY_GROUP, one that is not there GROUP_ID_NOT_FOUND, which is also what a repeated request gets after the first
one worked.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int16, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class DeletableGroupResult:
    group_id: str = wire(String, default="")
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, since=3, default=None, ignorable=True)


@entity
class DeleteGroupsResponse(Response):
    """One result per group."""

    api_key, versions, flexible_since = ApiKey.DELETE_GROUPS, range(4), 2

    throttle_time_ms: int = wire(Int32, default=0)
    results: tuple[DeletableGroupResult, ...] = wire(Array(DeletableGroupResult), default=())


@entity
class DeleteGroupsRequest(Request[DeleteGroupsResponse]):
    """Removes groups by id. The field is named `groups_names` in Kafka too."""

    api_key, versions, flexible_since = ApiKey.DELETE_GROUPS, range(4), 2

    groups_names: tuple[str, ...] = wire(Array(String), default=())
