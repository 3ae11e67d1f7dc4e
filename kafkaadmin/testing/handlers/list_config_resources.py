"""ListConfigResources: client metrics (v0), or what there is of any type that configs can be described of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.state import ClusterState
from kafkawire import ErrorCode
from kafkawire.enums import ConfigResourceType
from kafkawire.messages import (
    ListConfigResourcesRequest,
    ListConfigResourcesResponse,
    ListConfigResourcesResponseConfigResource,
)

__all__ = ["list_config_resources"]

_OF_ANY_TYPE_SINCE = 1

_NAMES: Mapping[ConfigResourceType, Callable[[ClusterState], Iterable[str]]] = {
    ConfigResourceType.GROUP: lambda state: state.configs.names(ConfigResourceType.GROUP),
    ConfigResourceType.CLIENT_METRICS: lambda state: state.configs.names(ConfigResourceType.CLIENT_METRICS),
    ConfigResourceType.BROKER_LOGGER: lambda state: map(str, (broker.broker_id for broker in state.live_brokers())),
    ConfigResourceType.BROKER: lambda state: map(str, (broker.broker_id for broker in state.live_brokers())),
    ConfigResourceType.TOPIC: lambda state: state.topics,
}


def list_config_resources(request: ListConfigResourcesRequest, context: Context) -> ListConfigResourcesResponse:
    if context.version < _OF_ANY_TYPE_SINCE:
        wanted: Iterable[int] = (ConfigResourceType.CLIENT_METRICS,)
    else:
        wanted = request.resource_types or tuple(_NAMES)
    error = context.refused()
    if any(type not in _NAMES for type in wanted):
        error = error or ErrorCode.UNSUPPORTED_VERSION
    return ListConfigResourcesResponse(
        throttle_time_ms=context.throttle_time_ms,
        error_code=error,
        config_resources=()
        if error
        else tuple(
            ListConfigResourcesResponseConfigResource(resource_name=name, resource_type=type)
            for type in wanted
            for name in _NAMES[ConfigResourceType(type)](context.state)
        ),
    )
