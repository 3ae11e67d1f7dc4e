"""The cluster as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kafkaadmin.errors import UnsupportedVersionError
from kafkaadmin.models.brokers import Broker, ClusterDescription
from kafkaadmin.operations.authorized_operations import authorized_operations
from kafkaadmin.routing import AnyBroker, Attempt, Cluster, Deadline, Done, Errored, Operation, Outcome
from kafkawire.enums import NO_CONTROLLER, EndpointType
from kafkawire.messages import (
    DescribeClusterRequest,
    DescribeClusterResponse,
    MetadataRequest,
    MetadataResponse,
)

__all__ = ["describe_cluster"]


async def describe_cluster(
    cluster: Cluster, *, include_authorized_operations: bool, include_fenced_brokers: bool, deadline: Deadline
) -> ClusterDescription:
    of = EndpointType.CONTROLLER if cluster.of_controllers else EndpointType.BROKER
    described = await cluster.run(
        _by_describe_cluster(of, include_authorized_operations, include_fenced_brokers), (None,), deadline=deadline
    )
    too_old = isinstance(described.failed.get(None), UnsupportedVersionError)
    if too_old and not include_fenced_brokers and not cluster.of_controllers:
        described = await cluster.run(_by_metadata(include_authorized_operations), (None,), deadline=deadline)
    return described[None]


def _by_describe_cluster(
    of: EndpointType, include_operations: bool, include_fenced: bool
) -> Operation[None, DescribeClusterResponse, ClusterDescription]:
    def request(keys: Sequence[None], attempt: Attempt) -> DescribeClusterRequest:
        return DescribeClusterRequest(
            endpoint_type=of,
            include_cluster_authorized_operations=include_operations,
            include_fenced_brokers=include_fenced,
        )

    def outcomes(
        keys: Sequence[None], response: DescribeClusterResponse, attempt: Attempt
    ) -> Iterator[tuple[None, Outcome[ClusterDescription]]]:
        if response.error_code:
            yield None, Errored(response.error_code, response.error_message)
            return
        brokers = tuple(
            Broker(id=each.broker_id, host=each.host, port=each.port, rack=each.rack, is_fenced=each.is_fenced)
            for each in response.brokers
        )
        yield (
            None,
            Done(
                ClusterDescription(
                    cluster_id=response.cluster_id,
                    brokers=brokers,
                    controller=_controller(response.controller_id, brokers),
                    authorized_operations=authorized_operations(response.cluster_authorized_operations),
                )
            ),
        )

    return Operation(
        name="describe_cluster",
        noun="",
        to=_any_broker,
        api=DescribeClusterRequest,
        request=request,
        outcomes=outcomes,
        at_least=2 if include_fenced else None,
        needs="fenced brokers" if include_fenced else "",
    )


def _by_metadata(include_operations: bool) -> Operation[None, MetadataResponse, ClusterDescription]:
    """Brokers before 2.8 have no DescribeCluster; their Metadata tells the same, operations in v8 to v10."""

    def request(keys: Sequence[None], attempt: Attempt) -> MetadataRequest:
        return MetadataRequest(
            topics=(), allow_auto_topic_creation=False, include_cluster_authorized_operations=include_operations
        )

    def outcomes(
        keys: Sequence[None], response: MetadataResponse, attempt: Attempt
    ) -> Iterator[tuple[None, Outcome[ClusterDescription]]]:
        brokers = tuple(
            Broker(id=each.node_id, host=each.host, port=each.port, rack=each.rack) for each in response.brokers
        )
        yield (
            None,
            Errored(response.error_code)
            if response.error_code
            else Done(
                ClusterDescription(
                    cluster_id=response.cluster_id,
                    brokers=brokers,
                    controller=_controller(response.controller_id, brokers),
                    authorized_operations=authorized_operations(response.cluster_authorized_operations),
                )
            ),
        )

    return Operation(
        name="describe_cluster",
        noun="",
        to=_any_broker,
        api=MetadataRequest,
        request=request,
        outcomes=outcomes,
        at_least=8 if include_operations else 4,
        at_most=10 if include_operations else None,
    )


def _any_broker(key: None) -> AnyBroker:
    return AnyBroker()


def _controller(controller_id: int, brokers: Iterable[Broker]) -> Broker | None:
    if controller_id == NO_CONTROLLER:
        return None
    return next((broker for broker in brokers if broker.id == controller_id), None)
