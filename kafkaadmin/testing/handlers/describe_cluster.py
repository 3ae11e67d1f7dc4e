"""DescribeCluster: brokers, the controller, the cluster's id."""

from __future__ import annotations

from kafkaadmin.testing.handlers.authorization import CLUSTER_OPERATIONS, bits
from kafkaadmin.testing.handlers.context import Context
from kafkawire import ErrorCode
from kafkawire.enums import EndpointType
from kafkawire.messages import DescribeClusterBroker, DescribeClusterRequest, DescribeClusterResponse

__all__ = ["describe_cluster"]


def describe_cluster(request: DescribeClusterRequest, context: Context) -> DescribeClusterResponse:
    error = context.refused()
    if not error and request.endpoint_type != EndpointType.BROKER:
        error = ErrorCode.MISMATCHED_ENDPOINT_TYPE
    if error:
        return DescribeClusterResponse(
            throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=error.name
        )
    state = context.state
    listed = state.brokers.values() if request.include_fenced_brokers else state.live_brokers()
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
