"""IncrementalAlterConfigs: changes single configs of resources (KIP-339).

v1 is flexible. Broker and broker logger resources must be asked of that very broker, all others of any. One bad
operation fails its whole resource, and no other. APPEND and SUBTRACT are for configs of type LIST; sent twice, APPEND
adds nothing that is there already.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.messages.alter_configs import AlterConfigsResourceResponse
from kafkawire.primitives import Array, Boolean, Int8, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class IncrementalAlterConfigsResponse(Response):
    """One result per resource."""

    api_key, versions, flexible_since = ApiKey.INCREMENTAL_ALTER_CONFIGS, range(2), 1

    throttle_time_ms: int = wire(Int32, default=0)
    responses: tuple[AlterConfigsResourceResponse, ...] = wire(Array(AlterConfigsResourceResponse), default=())


@entity
class IncrementalAlterConfigsRequestAlterableConfig:
    """One change of one config."""

    name: str = wire(String, default="")
    # An `AlterConfigOperation`.
    config_operation: int = wire(Int8, default=0)
    # Null for DELETE. May be a password, hence kept out of `repr`.
    value: str | None = wire(NullableString, default="", secret=True)


@entity
class IncrementalAlterConfigsRequestAlterConfigsResource:
    """One resource and its changes."""

    # A `ConfigResourceType`.
    resource_type: int = wire(Int8, default=0)
    resource_name: str = wire(String, default="")
    configs: tuple[IncrementalAlterConfigsRequestAlterableConfig, ...] = wire(
        Array(IncrementalAlterConfigsRequestAlterableConfig), default=()
    )


@entity
class IncrementalAlterConfigsRequest(Request[IncrementalAlterConfigsResponse]):
    """Changes configs, or checks with `validate_only` whether that would work."""

    api_key, versions, flexible_since = ApiKey.INCREMENTAL_ALTER_CONFIGS, range(2), 1

    resources: tuple[IncrementalAlterConfigsRequestAlterConfigsResource, ...] = wire(
        Array(IncrementalAlterConfigsRequestAlterConfigsResource), default=()
    )
    validate_only: bool = wire(Boolean, default=False)
