"""ListConfigResources: the names of resources that have configs of their own (KIP-1142).

Flexible from the start. v0 was ListClientMetricsResources (KIP-1000) and knows client metrics only.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int8, Int16, Int32, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class ListConfigResourcesResponseConfigResource:
    """One resource."""

    resource_name: str = wire(String, default="")
    # A `ConfigResourceType`: client metrics where v0 doesn't say.
    resource_type: int = wire(Int8, since=1, default=16, ignorable=True)


@entity
class ListConfigResourcesResponse(Response):
    """Resources, or one error."""

    api_key, versions, flexible_since = ApiKey.LIST_CONFIG_RESOURCES, range(2), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    config_resources: tuple[ListConfigResourcesResponseConfigResource, ...] = wire(
        Array(ListConfigResourcesResponseConfigResource), default=()
    )


@entity
class ListConfigResourcesRequest(Request[ListConfigResourcesResponse]):
    """Asks for client metrics (v0), or for resources of some kinds (v1+)."""

    api_key, versions, flexible_since = ApiKey.LIST_CONFIG_RESOURCES, range(2), 0

    # Each a `ConfigResourceType`; none for all kinds that the broker knows.
    resource_types: tuple[int, ...] = wire(Array(Int8), since=1, default=())
