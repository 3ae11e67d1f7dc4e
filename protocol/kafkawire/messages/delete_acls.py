"""DeleteAcls: removes all ACLs that match filters (KIP-140).

v1 adds prefixed patterns (KIP-290), v2 is flexible, v3 knows USER resources (KIP-373). Filters are those of
DescribeAcls. A filter that matches nothing is a success; results come in the order of the filters and carry nothing
to know them by.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int8, Int16, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class DeleteAclsMatchingAcl:
    """One ACL that matched: removed, or why not."""

    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")
    # An `AclResourceType`.
    resource_type: int = wire(Int8, default=0)
    resource_name: str = wire(String, default="")
    # An `AclPatternType`.
    pattern_type: int = wire(Int8, since=1, default=3)
    principal: str = wire(String, default="")
    host: str = wire(String, default="")
    # An `AclOperation`.
    operation: int = wire(Int8, default=0)
    # An `AclPermissionType`.
    permission_type: int = wire(Int8, default=0)


@entity
class DeleteAclsFilterResult:
    """What one filter did: an error of its own, and the ACLs that matched."""

    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")
    matching_acls: tuple[DeleteAclsMatchingAcl, ...] = wire(Array(DeleteAclsMatchingAcl), default=())


@entity
class DeleteAclsResponse(Response):
    """One result per filter, in the order asked."""

    api_key, versions, flexible_since = ApiKey.DELETE_ACLS, range(4), 2

    throttle_time_ms: int = wire(Int32, default=0)
    filter_results: tuple[DeleteAclsFilterResult, ...] = wire(Array(DeleteAclsFilterResult), default=())


@entity
class DeleteAclsFilter:
    """Null, and ANY, match anything."""

    # An `AclResourceType`.
    resource_type_filter: int = wire(Int8, default=0)
    resource_name_filter: str | None = wire(NullableString, default="")
    # An `AclPatternType`; 3 is LITERAL, all there was in v0.
    pattern_type_filter: int = wire(Int8, since=1, default=3)
    principal_filter: str | None = wire(NullableString, default="")
    host_filter: str | None = wire(NullableString, default="")
    # An `AclOperation`.
    operation: int = wire(Int8, default=0)
    # An `AclPermissionType`.
    permission_type: int = wire(Int8, default=0)


@entity
class DeleteAclsRequest(Request[DeleteAclsResponse]):
    """Removes ACLs by filters."""

    api_key, versions, flexible_since = ApiKey.DELETE_ACLS, range(4), 2

    filters: tuple[DeleteAclsFilter, ...] = wire(Array(DeleteAclsFilter), default=())
