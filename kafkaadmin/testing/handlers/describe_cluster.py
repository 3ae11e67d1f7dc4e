"""DescribeCluster: brokers, or asked of a controller, controllers; who is the active one; the cluster's id."""

from __future__ import annotations

from kafkaadmin.testing.handlers.authorization import CLUSTER_OPERATIONS, bits
from kafkaadmin.testing.handlers.context import Context
from kafkawire import ErrorCode
from kafkawire.enums import EndpointType
from kafkawire.messages import DescribeClusterBroker, DescribeClusterRequest, DescribeClusterResponse

__all__ = ["describe_cluster"]


def describe_cluster(request: DescribeClusterRequest, context: Context) -> DescribeClusterResponse:
    if error := context.refused() or _endpoint_error(request, context):
        return DescribeClusterResponse(
            throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=error.name
        )
    state = context.state
    if context.is_controller:
        return DescribeClusterResponse(
            throttle_time_ms=context.throttle_time_ms,
            endpoint_type=EndpointType.CONTROLLER,
            cluster_id=state.cluster_id,
            controller_id=state.quorum.leader,
            brokers=tuple(
                DescribeClusterBroker(broker_id=node.broker_id, host=node.host, port=node.port)
                for node in state.quorum.nodes.values()
            ),
            cluster_authorized_operations=bits(CLUSTER_OPERATIONS, request.include_cluster_authorized_operations),
        )
    registered = [broker for broker in state.brokers.values() if broker.registered]
    listed = registered if request.include_fenced_brokers else state.live_brokers()
    return DescribeClusterResponse(
        throttle_time_ms=context.throttle_time_ms,
        error_code=ErrorCode.NONE,
        cluster_id=state.cluster_id,
        controller_id=state.controller(),
        brokers=tuple(
            DescribeClusterBroker(
                broker_id=broker.broker_id,
                host=broker.host,
                port=broker.port,
                rack=broker.rack,
                is_fenced=broker.fenced,
            )
            for broker in listed
        ),
        cluster_authorized_operations=bits(CLUSTER_OPERATIONS, request.include_cluster_authorized_operations),
    )


def _endpoint_error(request: DescribeClusterRequest, context: Context) -> ErrorCode:
    """Brokers tell of brokers and controllers of controllers (KIP-919)."""
    if request.endpoint_type not in (EndpointType.BROKER, EndpointType.CONTROLLER):
        return ErrorCode.UNSUPPORTED_ENDPOINT_TYPE
    asked = EndpointType.CONTROLLER if context.is_controller else EndpointType.BROKER
    return ErrorCode.NONE if request.endpoint_type == asked else ErrorCode.MISMATCHED_ENDPOINT_TYPE
