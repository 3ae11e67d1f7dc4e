"""ListGroups: the groups that one broker coordinates.

Asked of every broker: none knows them all. v1 adds the throttle time, v3 is flexible, v4 adds states and a filter by
them (KIP-518), v5 types and a filter by them (KIP-848).

An older broker can't filter, so a filter that isn't empty is refused by `encode` rather than dropped: the list would
be longer than what was asked for. Brokers answer types in lower case and compare filters without case.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int16, Int32, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class ListedGroup:
    """One group. `protocol_type` is empty for a group that only ever committed offsets."""

    group_id: str = wire(String, default="")
    protocol_type: str = wire(String, default="")
    group_state: str = wire(String, since=4, default="", ignorable=True)
    group_type: str = wire(String, since=5, default="", ignorable=True)


@entity
class ListGroupsResponse(Response):
    """The broker's groups, or one error for all of them."""

    api_key, versions, flexible_since = ApiKey.LIST_GROUPS, range(6), 3

    throttle_time_ms: int = wire(Int32, since=1, default=0, ignorable=True)
    error_code: int = wire(Int16, default=0)
    groups: tuple[ListedGroup, ...] = wire(Array(ListedGroup), default=())


@entity
class ListGroupsRequest(Request[ListGroupsResponse]):
    """Asks for groups in some states and of some types; empty filters let everything through."""

    api_key, versions, flexible_since = ApiKey.LIST_GROUPS, range(6), 3

    states_filter: tuple[str, ...] = wire(Array(String), since=4, default=())
    types_filter: tuple[str, ...] = wire(Array(String), since=5, default=())
