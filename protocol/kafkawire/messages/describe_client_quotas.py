"""DescribeClientQuotas: the quotas of users, client ids and addresses (KIP-546).

v1 is flexible. Shows what was set, not what holds for a client in the end. An entity has one or more components, such
as a user and a client id; its name is null where the quota is the default for all that have none of their own.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Boolean, Float64, Int8, Int16, Int32, NullableArray, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class DescribeClientQuotasResponseEntityData:
    """One component of an entity."""

    entity_type: str = wire(String, default="")
    entity_name: str | None = wire(NullableString, default="")


@entity
class DescribeClientQuotasResponseValueData:
    """One quota of the entity, in the key's unit."""

    key: str = wire(String, default="")
    value: float = wire(Float64, default=0.0)


@entity
class DescribeClientQuotasResponseEntryData:
    """One entity and its quotas."""

    entity: tuple[DescribeClientQuotasResponseEntityData, ...] = wire(
        Array(DescribeClientQuotasResponseEntityData), default=()
    )
    values: tuple[DescribeClientQuotasResponseValueData, ...] = wire(
        Array(DescribeClientQuotasResponseValueData), default=()
    )


@entity
class DescribeClientQuotasResponse(Response):
    """Entities, or one error with null in their place."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_CLIENT_QUOTAS, range(2), 1

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")
    entries: tuple[DescribeClientQuotasResponseEntryData, ...] | None = wire(
        NullableArray(DescribeClientQuotasResponseEntryData), default=()
    )


@entity
class DescribeClientQuotasRequestComponentData:
    """What an entity must have to match."""

    # A `QuotaEntityType`.
    entity_type: str = wire(String, default="")
    # A `QuotaMatchType`.
    match_type: int = wire(Int8, default=0)
    # The name to match, null unless `match_type` is EXACT.
    match: str | None = wire(NullableString, default="")


@entity
class DescribeClientQuotasRequest(Request[DescribeClientQuotasResponse]):
    """A filter; no components match everything."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_CLIENT_QUOTAS, range(2), 1

    components: tuple[DescribeClientQuotasRequestComponentData, ...] = wire(
        Array(DescribeClientQuotasRequestComponentData), default=()
    )
    # Whether entities with further components are left out.
    strict: bool = wire(Boolean, default=False)
