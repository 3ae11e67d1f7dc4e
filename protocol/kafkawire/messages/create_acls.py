"""CreateAcls: adds ACLs (KIP-140).

v1 adds prefixed patterns (KIP-290), v2 is flexible, v3 knows USER resources (KIP-373). An ACL that exists already is a
success. Results come in the request's order and carry nothing to know them by.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int8, Int16, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class AclCreationResult:
    """One ACL's result."""

    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")


@entity
class CreateAclsResponse(Response):
    """One result per ACL, in the order asked."""

    api_key, versions, flexible_since = ApiKey.CREATE_ACLS, range(4), 2

    throttle_time_ms: int = wire(Int32, default=0)
    results: tuple[AclCreationResult, ...] = wire(Array(AclCreationResult), default=())


@entity
class AclCreation:
    """One ACL. ANY, MATCH and UNKNOWN are for filters and refused here."""

    # An `AclResourceType`.
    resource_type: int = wire(Int8, default=0)
    resource_name: str = wire(String, default="")
    # An `AclPatternType`; 3 is LITERAL, all there was in v0.
    resource_pattern_type: int = wire(Int8, since=1, default=3)
    # Type and name: "User:alice", or "User:*" for everybody.
    principal: str = wire(String, default="")
    # An address, or "*".
    host: str = wire(String, default="")
    # An `AclOperation`.
    operation: int = wire(Int8, default=0)
    # An `AclPermissionType`.
    permission_type: int = wire(Int8, default=0)


@entity
class CreateAclsRequest(Request[CreateAclsResponse]):
    """Adds ACLs, each for itself."""

    api_key, versions, flexible_since = ApiKey.CREATE_ACLS, range(4), 2

    creations: tuple[AclCreation, ...] = wire(Array(AclCreation), default=())
