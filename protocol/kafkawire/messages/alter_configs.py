"""AlterConfigs: replaces all dynamic configs of resources (KIP-133).

v1 is v0, v2 is flexible. What the request doesn't name goes back to its default, so two clients can undo each other's
work: IncrementalAlterConfigs (KIP-339) took its place, and Kafka 4 clients no longer send this one.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Boolean, Int8, Int16, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class AlterConfigsResourceResponse:
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")
    # A `ConfigResourceType`.
    resource_type: int = wire(Int8, default=0)
    resource_name: str = wire(String, default="")


@entity
class AlterConfigsResponse(Response):
    """One result per resource."""

    api_key, versions, flexible_since = ApiKey.ALTER_CONFIGS, range(3), 2

    throttle_time_ms: int = wire(Int32, default=0)
    responses: tuple[AlterConfigsResourceResponse, ...] = wire(Array(AlterConfigsResourceResponse), default=())


@entity
class AlterConfigsRequestAlterableConfig:
    name: str = wire(String, default="")
    # May be a password, hence kept out of `repr`.
    value: str | None = wire(NullableString, default="", secret=True)


@entity
class AlterConfigsRequestAlterConfigsResource:
    """One resource with all the configs that it shall have."""

    # A `ConfigResourceType`.
    resource_type: int = wire(Int8, default=0)
    resource_name: str = wire(String, default="")
    configs: tuple[AlterConfigsRequestAlterableConfig, ...] = wire(
        Array(AlterConfigsRequestAlterableConfig), default=()
    )


@entity
class AlterConfigsRequest(Request[AlterConfigsResponse]):
    """Replaces configs, or checks with `validate_only` whether that would work."""

    api_key, versions, flexible_since = ApiKey.ALTER_CONFIGS, range(3), 2

    resources: tuple[AlterConfigsRequestAlterConfigsResource, ...] = wire(
        Array(AlterConfigsRequestAlterConfigsResource), default=()
    )
    validate_only: bool = wire(Boolean, default=False)
