"""DescribeAcls: the ACLs that match a filter (KIP-140).

v1 adds prefixed patterns (KIP-290), v2 is flexible, v3 knows USER resources (KIP-373). In a filter null matches
anything, and so does ANY; the pattern type MATCH finds all ACLs that apply to the name, wildcards and prefixes
included. Nothing may be UNKNOWN.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int8, Int16, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class AclDescription:
    """Whom the ACL concerns, and what it allows or denies."""

    # Type and name: "User:alice", or "User:*" for everybody.
    principal: str = wire(String, default="")
    # An address, or "*". Names are never resolved.
    host: str = wire(String, default="")
    # An `AclOperation`.
    operation: int = wire(Int8, default=0)
    # An `AclPermissionType`.
    permission_type: int = wire(Int8, default=0)


@entity
class DescribeAclsResource:
    """A resource, by pattern, with all its ACLs that match."""

    # An `AclResourceType`.
    resource_type: int = wire(Int8, default=0)
    resource_name: str = wire(String, default="")
    # An `AclPatternType`.
    pattern_type: int = wire(Int8, since=1, default=3)
    acls: tuple[AclDescription, ...] = wire(Array(AclDescription), default=())


@entity
class DescribeAclsResponse(Response):
    """ACLs by resource, or one error: SECURITY_DISABLED where the cluster has no authorizer."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_ACLS, range(4), 2

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")
    resources: tuple[DescribeAclsResource, ...] = wire(Array(DescribeAclsResource), default=())


@entity
class DescribeAclsRequest(Request[DescribeAclsResponse]):
    """One filter."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_ACLS, range(4), 2

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
