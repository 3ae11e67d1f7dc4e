"""AlterClientQuotas: sets and removes quotas of users, client ids and addresses (KIP-546).

v1 is flexible. Entities succeed and fail one by one; results are known by the entity. Values are floats on the wire,
but byte rates must be whole numbers.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Boolean, Float64, Int16, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class AlterClientQuotasResponseEntityData:
    """One component of an entity; a null name is the default."""

    entity_type: str = wire(String, default="")
    entity_name: str | None = wire(NullableString, default="")


@entity
class AlterClientQuotasResponseEntryData:
    """One entity's result."""

    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")
    entity: tuple[AlterClientQuotasResponseEntityData, ...] = wire(
        Array(AlterClientQuotasResponseEntityData), default=()
    )


@entity
class AlterClientQuotasResponse(Response):
    """One result per entity."""

    api_key, versions, flexible_since = ApiKey.ALTER_CLIENT_QUOTAS, range(2), 1

    throttle_time_ms: int = wire(Int32, default=0)
    entries: tuple[AlterClientQuotasResponseEntryData, ...] = wire(
        Array(AlterClientQuotasResponseEntryData), default=()
    )


@entity
class AlterClientQuotasRequestEntityData:
    """One component of an entity; a null name is the default."""

    # A `QuotaEntityType`.
    entity_type: str = wire(String, default="")
    entity_name: str | None = wire(NullableString, default="")


@entity
class AlterClientQuotasRequestOpData:
    """One quota to set, or with `remove` to take away."""

    key: str = wire(String, default="")
    value: float = wire(Float64, default=0.0)
    remove: bool = wire(Boolean, default=False)


@entity
class AlterClientQuotasRequestEntryData:
    """One entity and its changes."""

    entity: tuple[AlterClientQuotasRequestEntityData, ...] = wire(Array(AlterClientQuotasRequestEntityData), default=())
    ops: tuple[AlterClientQuotasRequestOpData, ...] = wire(Array(AlterClientQuotasRequestOpData), default=())


@entity
class AlterClientQuotasRequest(Request[AlterClientQuotasResponse]):
    """Changes quotas, or checks with `validate_only` whether that would work."""

    api_key, versions, flexible_since = ApiKey.ALTER_CLIENT_QUOTAS, range(2), 1

    entries: tuple[AlterClientQuotasRequestEntryData, ...] = wire(Array(AlterClientQuotasRequestEntryData), default=())
    validate_only: bool = wire(Boolean, default=False)
