"""FakeCluster's nodes: brokers at new addresses, controllers with listeners of their own, a topic not made yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kafkaadmin.testing import FakeCluster
from kafkawire import ApiKey, ErrorCode, Request
from kafkawire.messages import (
    ApiVersionsRequest,
    CreatableTopic,
    CreateTopicsRequest,
    DescribeClusterRequest,
    DescribeClusterResponse,
    FindCoordinatorRequest,
    MetadataRequest,
)
from tests.support.raw_client import RawClient


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with FakeCluster(brokers=3, controllers=3, failover=0.05) as cluster:
        yield cluster


def ask(cluster: FakeCluster, node: int, request: Request[Any], version: int) -> Any:
    with RawClient(cluster, node) as client:
        return client.ask(request, version)


def described(cluster: FakeCluster, node: int, endpoint: int) -> DescribeClusterResponse:
    answer = ask(cluster, node, DescribeClusterRequest(endpoint_type=endpoint), 1)
    assert isinstance(answer, DescribeClusterResponse)
    return answer


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def test_a_moved_broker_is_found_at_its_new_address_only(cluster: FakeCluster) -> None:
    old = cluster.address_of(2)
    cluster.move_broker(2)
    ports = {broker.node_id: broker.port for broker in ask(cluster, 1, MetadataRequest(topics=()), 9).brokers}
    assert ports[2] == port_of(cluster.address_of(2)) != port_of(old)
    assert ask(cluster, 2, ApiVersionsRequest(), 0).error_code == 0


def test_nobody_listens_where_a_moved_broker_was(cluster: FakeCluster) -> None:
    with RawClient(cluster, 2) as client:
        client.ask(ApiVersionsRequest(), 0)
        cluster.move_broker(2)
        with pytest.raises(ConnectionResetError):
            client.read()


def test_a_stopped_broker_can_come_back_elsewhere(cluster: FakeCluster) -> None:
    cluster.stop_broker(3)
    cluster.move_broker(3)
    assert ask(cluster, 3, ApiVersionsRequest(), 0).error_code == 0


def test_controllers_tell_of_controllers_and_of_the_active_one(cluster: FakeCluster) -> None:
    answer = described(cluster, 1002, endpoint=2)
    assert [node.broker_id for node in answer.brokers] == [1001, 1002, 1003]
    assert answer.controller_id == cluster.active_controller() == 1001


@pytest.mark.parametrize(
    ("node", "endpoint", "error"),
    [
        (1001, 1, ErrorCode.MISMATCHED_ENDPOINT_TYPE),
        (1, 2, ErrorCode.MISMATCHED_ENDPOINT_TYPE),
        (1, 3, ErrorCode.UNSUPPORTED_ENDPOINT_TYPE),
    ],
)
def test_nobody_tells_of_the_other_kind(cluster: FakeCluster, node: int, endpoint: int, error: ErrorCode) -> None:
    assert described(cluster, node, endpoint).error_code == error


def test_controllers_offer_what_is_theirs(cluster: FakeCluster) -> None:
    offered = {each.api_key for each in ask(cluster, 1001, ApiVersionsRequest(), 0).api_keys}
    assert {ApiKey.CREATE_TOPICS, ApiKey.DESCRIBE_CLUSTER} <= offered
    assert offered.isdisjoint({ApiKey.METADATA, ApiKey.FIND_COORDINATOR, ApiKey.LIST_GROUPS})


def test_only_the_active_controller_makes_topics(cluster: FakeCluster) -> None:
    wanted = CreateTopicsRequest(topics=(CreatableTopic(name="new", num_partitions=1, replication_factor=1),))
    refused, made = ask(cluster, 1002, wanted, 7), ask(cluster, 1001, wanted, 7)
    assert [answer.topics[0].error_code for answer in (refused, made)] == [ErrorCode.NOT_CONTROLLER, 0]


def test_another_controller_takes_over_while_there_is_a_majority(cluster: FakeCluster) -> None:
    cluster.stop_broker(1001, failover=0)
    assert cluster.active_controller() == 1002
    cluster.stop_broker(1002, failover=0)
    assert cluster.active_controller() == -1
    cluster.start_broker(1001)
    assert cluster.active_controller() == 1001


def test_the_active_controller_can_be_moved(cluster: FakeCluster) -> None:
    cluster.move_controller(to=1003)
    assert described(cluster, 1001, endpoint=2).controller_id == 1003


def test_the_offsets_topic_is_made_when_somebody_looks_for_a_coordinator() -> None:
    with FakeCluster(brokers=1, offsets_topic_after=0.0) as cluster:
        wanted = FindCoordinatorRequest(coordinator_keys=("billing",))
        names = [topic.name for topic in ask(cluster, 1, MetadataRequest(topics=None), 9).topics]
        codes = [ask(cluster, 1, wanted, 4).coordinators[0].error_code]
        while codes[-1]:
            codes.append(ask(cluster, 1, wanted, 4).coordinators[0].error_code)
        assert names == []
        assert set(codes) == {ErrorCode.COORDINATOR_NOT_AVAILABLE, 0}
