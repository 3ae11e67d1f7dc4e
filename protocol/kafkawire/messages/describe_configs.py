"""DescribeConfigs: configs of topics, brokers, loggers, groups and client metrics.

v1 tells where a value comes from and what it shadows (`source`, synonyms; KIP-226), v3 adds types and documentation
(KIP-569), v4 is flexible. A broker's own configs must be asked of that broker. Sensitive values come as null.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Boolean, Int8, Int16, Int32, NullableArray, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class DescribeConfigsSynonym:
    """Another place that sets the same config, the strongest first."""

    name: str = wire(String, default="")
    value: str | None = wire(NullableString, default="")
    source: int = wire(Int8, default=0)


@entity
class DescribeConfigsResourceResult:
    """One config, with its `ConfigSource` and `ConfigType`."""

    name: str = wire(String, default="")
    value: str | None = wire(NullableString, default="")
    read_only: bool = wire(Boolean, default=False)
    is_default: bool = wire(Boolean, until=0, default=False)
    config_source: int = wire(Int8, since=1, default=-1, ignorable=True)
    is_sensitive: bool = wire(Boolean, default=False)
    synonyms: tuple[DescribeConfigsSynonym, ...] = wire(
        Array(DescribeConfigsSynonym), since=1, default=(), ignorable=True
    )
    config_type: int = wire(Int8, since=3, default=0, ignorable=True)
    documentation: str | None = wire(NullableString, since=3, default="", ignorable=True)


@entity
class DescribeConfigsResult:
    """One resource's configs, or its error."""

    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")
    resource_type: int = wire(Int8, default=0)
    resource_name: str = wire(String, default="")
    configs: tuple[DescribeConfigsResourceResult, ...] = wire(
        Array(DescribeConfigsResourceResult, recurring=True), default=()
    )


@entity
class DescribeConfigsResponse(Response):
    """One result per resource."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_CONFIGS, range(5), 4

    throttle_time_ms: int = wire(Int32, default=0)
    results: tuple[DescribeConfigsResult, ...] = wire(Array(DescribeConfigsResult), default=())


@entity
class DescribeConfigsResource:
    """One resource; `configuration_keys=None` asks for all its configs."""

    resource_type: int = wire(Int8, default=0)
    resource_name: str = wire(String, default="")
    configuration_keys: tuple[str, ...] | None = wire(NullableArray(String), default=())


@entity
class DescribeConfigsRequest(Request[DescribeConfigsResponse]):
    """Asks about resources of one kind or several."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_CONFIGS, range(5), 4

    resources: tuple[DescribeConfigsResource, ...] = wire(Array(DescribeConfigsResource), default=())
    include_synonyms: bool = wire(Boolean, since=1, default=False)
    include_documentation: bool = wire(Boolean, since=3, default=False)
