"""How the cluster is described, version by version."""

from __future__ import annotations

from uuid import UUID

import pytest

from kafkaadmin import AclOperation, AnyBroker, AuthorizationError, Broker, ClusterDescription, UnsupportedVersionError
from kafkaadmin import operations as ops
from kafkaadmin.operations.authorized_operations import authorized_operations
from kafkawire.enums import AUTHORIZED_OPERATIONS_OMITTED
from kafkawire.messages import (
    DescribeClusterBroker,
    DescribeClusterRequest,
    DescribeClusterResponse,
    GetTelemetrySubscriptionsRequest,
    GetTelemetrySubscriptionsResponse,
    MetadataRequest,
    MetadataResponse,
    MetadataResponseBroker,
)
from tests.support.scripted_cluster import ScriptedCluster

PLAIN = {"include_authorized_operations": False, "include_fenced_brokers": False}


def telling(version: int = 2, **more: object) -> ScriptedCluster:
    brokers = (
        DescribeClusterBroker(broker_id=1, host="a", port=9092, rack="r1"),
        DescribeClusterBroker(broker_id=2, host="b", port=9092, **({"is_fenced": True} if version >= 2 else {})),
    )
    told: dict[str, object] = {"cluster_id": "abc", "controller_id": 1, "brokers": brokers}
    answer = DescribeClusterResponse(**(told | more))  # type: ignore[arg-type]
    return ScriptedCluster({DescribeClusterRequest: (version, lambda _: answer)})


@pytest.mark.parametrize("version", [0, 1, 2])
def test_any_broker_describes_the_cluster(version: int) -> None:
    cluster = telling(version)
    one = Broker(id=1, host="a", port=9092, rack="r1")
    assert cluster.call(ops.describe_cluster, **PLAIN) == ClusterDescription(
        cluster_id="abc",
        brokers=(one, Broker(id=2, host="b", port=9092, is_fenced=version >= 2)),
        controller=one,
    )
    assert cluster.asked[0].to == AnyBroker()


def test_operations_and_fenced_brokers_are_asked_for() -> None:
    cluster = telling(cluster_authorized_operations=1 << AclOperation.ALTER)
    described = cluster.call(ops.describe_cluster, include_authorized_operations=True, include_fenced_brokers=True)
    assert described.authorized_operations == {AclOperation.ALTER}
    request = cluster.asked[0].request
    assert (request.include_cluster_authorized_operations, request.include_fenced_brokers) == (True, True)


def test_fenced_brokers_are_never_silently_left_out() -> None:
    with pytest.raises(UnsupportedVersionError):
        telling(1).call(ops.describe_cluster, include_authorized_operations=False, include_fenced_brokers=True)


@pytest.mark.parametrize("controller_id", [-1, 9])
def test_a_controller_that_is_not_among_the_brokers_is_none(controller_id: int) -> None:
    assert telling(controller_id=controller_id).call(ops.describe_cluster, **PLAIN).controller is None


def test_an_error_is_raised_with_what_the_broker_adds() -> None:
    with pytest.raises(AuthorizationError, match=r"describe_cluster: CLUSTER_AUTHORIZATION_FAILED \(31\): no"):
        telling(error_code=31, error_message="no").call(ops.describe_cluster, **PLAIN)


@pytest.mark.parametrize(("offered", "operations"), [(7, False), (8, True), (13, False), (13, True)])
def test_brokers_without_the_call_tell_the_same_in_metadata(offered: int, operations: bool) -> None:
    told = {"cluster_authorized_operations": 1 << AclOperation.CREATE} if operations else {}
    answer = MetadataResponse(
        brokers=(MetadataResponseBroker(node_id=3, host="c", port=9092),), cluster_id="abc", controller_id=3, **told
    )
    cluster = ScriptedCluster({MetadataRequest: (offered, lambda _: answer)})
    described = cluster.call(
        ops.describe_cluster, include_authorized_operations=operations, include_fenced_brokers=False
    )
    broker = Broker(id=3, host="c", port=9092)
    assert described == ClusterDescription(
        cluster_id="abc",
        brokers=(broker,),
        controller=broker,
        authorized_operations=frozenset({AclOperation.CREATE}) if operations else None,
    )
    assert cluster.asked[0].version == (min(offered, 10) if operations else offered)
    assert cluster.asked[0].request.topics == ()


def test_operations_are_the_bits_that_are_set() -> None:
    assert authorized_operations(AUTHORIZED_OPERATIONS_OMITTED) is None
    assert authorized_operations(0) == frozenset()
    assert authorized_operations(1 << 3 | 1 << 10) == {AclOperation.READ, AclOperation.DESCRIBE_CONFIGS}
    assert authorized_operations(1 << 20) == {AclOperation(20)}


def test_brokers_with_a_reporter_give_clients_ids() -> None:
    answer = GetTelemetrySubscriptionsResponse(client_instance_id=UUID(int=7))
    cluster = ScriptedCluster({GetTelemetrySubscriptionsRequest: (0, lambda _: answer)})
    assert cluster.call(ops.client_instance_id) == UUID(int=7)
    assert cluster.asked[0].request.client_instance_id == UUID(int=0)
