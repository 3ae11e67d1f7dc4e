"""The cluster as a whole, and routing by hand, on FakeCluster and on real Kafka."""

from __future__ import annotations

import pytest

from kafkaadmin import (
    AclOperation,
    AdminClient,
    AnyBroker,
    BrokerError,
    BrokerId,
    ClientClosedError,
    Coordinator,
    KafkaAdminError,
    OperationTimeoutError,
    UnsupportedVersionError,
)
from kafkaadmin.routing import partition_of
from kafkaadmin.testing import FakeCluster
from kafkawire.messages import ListGroupsRequest, MetadataRequest
from tests.support.stage import Stage

pytestmark = pytest.mark.anyio

MISMATCHED_ENDPOINT_TYPE = 114


async def test_the_cluster_is_described(admin: AdminClient, stage: Stage) -> None:
    described = await admin.describe_cluster()
    assert described.cluster_id
    assert sorted(f"{broker.host}:{broker.port}" for broker in described.brokers) == sorted(
        stage.bootstrap_servers.split(",")
    )
    assert described.controller in described.brokers
    assert described.authorized_operations is None


async def test_the_clusters_authorized_operations_are_told_when_asked_for(admin: AdminClient) -> None:
    described = await admin.describe_cluster(include_authorized_operations=True)
    assert described.authorized_operations is not None
    assert AclOperation.CREATE in described.authorized_operations


async def test_no_broker_is_fenced_while_all_serve(admin: AdminClient, stage: Stage) -> None:
    if stage.release < (4, 0):
        with pytest.raises(UnsupportedVersionError, match="DescribeCluster"):
            await admin.describe_cluster(include_fenced_brokers=True)
        return
    described = await admin.describe_cluster(include_fenced_brokers=True)
    assert [broker.is_fenced for broker in described.brokers] == [False] * 3


async def test_a_node_that_nobody_knows_cannot_be_unregistered(admin: AdminClient, stage: Stage) -> None:
    if stage.release < (3, 3):
        with pytest.raises(UnsupportedVersionError, match="doesn't offer UnregisterBroker"):
            await admin.unregister_broker(77)
    else:
        with pytest.raises(BrokerError, match="BROKER_ID_NOT_REGISTERED"):
            await admin.unregister_broker(77)
    if stage.release < (4, 4):
        with pytest.raises(UnsupportedVersionError, match="doesn't offer UnregisterController"):
            await admin.unregister_controller(77)
    else:
        with pytest.raises(BrokerError, match="CONTROLLER_ID_NOT_REGISTERED"):
            await admin.unregister_controller(77)


async def test_a_dead_broker_is_forgotten(cluster: FakeCluster) -> None:
    cluster.stop_broker(3, failover=0)
    async with AdminClient(cluster.bootstrap_servers) as admin:
        described = await admin.describe_cluster(include_fenced_brokers=True)
        assert [broker.is_fenced for broker in described.brokers] == [False, False, True]
        assert (await admin.unregister_broker(3)).ambiguous is False
        described = await admin.describe_cluster(include_fenced_brokers=True)
        assert [broker.id for broker in described.brokers] == [1, 2]
        with pytest.raises(BrokerError):
            await admin.unregister_broker(3)


async def test_a_dead_controller_is_forgotten() -> None:
    with FakeCluster(brokers=1, controllers=3) as cluster:
        async with AdminClient(cluster.bootstrap_servers) as admin:
            assert (await admin.unregister_controller(1003)).id == 1003
            with pytest.raises(BrokerError):
                await admin.unregister_controller(1003)


async def test_coordinators_are_found_refreshed_and_forgotten(admin: AdminClient, stage: Stage) -> None:
    groups = [stage.name("group") for _ in range(6)]
    found = await admin.find_coordinators(groups)
    found.raise_for_errors()
    assert await admin.refresh_coordinators(groups) == found
    assert admin.invalidate_coordinators(groups[0]) == 1
    assert admin.invalidate_coordinators(groups[0]) == 0
    assert admin.invalidate_coordinators() == 5
    assert (await admin.find_coordinators(groups[0]))[groups[0]] == found[groups[0]]


async def test_a_coordinator_leads_the_partition_that_its_key_is_placed_in(admin: AdminClient, stage: Stage) -> None:
    """What routing goes by where brokers contradict each other."""
    keys = [stage.name(name) for name in ("billing", "Größe", "注文", "🚚")]
    await admin.list_consumer_group_offsets(keys[0])  # has Kafka make the topic
    found = await admin.find_coordinators(keys)
    (topic,) = (await admin.describe_topics("__consumer_offsets")).values()
    leaders = [partition.leader for partition in topic.partitions]
    assert {key: broker.id for key, broker in found.items()} == {
        key: leaders[partition_of(key, len(leaders))] for key in keys
    }


async def test_any_request_can_be_sent_to_whom_it_is_meant_for(admin: AdminClient, stage: Stage) -> None:
    await admin.refresh_metadata()
    group = stage.name("group")
    metadata = await admin.send(MetadataRequest(topics=()), AnyBroker())
    assert len(metadata.brokers) == 3
    for to in (BrokerId(2), Coordinator(group)):
        assert (await admin.send(ListGroupsRequest(), to)).error_code == 0
    old = await admin.send(MetadataRequest(topics=()), BrokerId(1), version=5)
    assert old.cluster_id == metadata.cluster_id


async def test_a_closed_client_says_so(admin: AdminClient) -> None:
    await admin.describe_cluster()
    await admin.aclose()
    await admin.aclose()
    with pytest.raises(ClientClosedError):
        await admin.describe_cluster()


async def test_a_broker_that_is_not_there_fails_soon(admin: AdminClient) -> None:
    with pytest.raises(KafkaAdminError):
        await admin.send(ListGroupsRequest(), BrokerId(77), timeout=20)


async def test_a_cluster_is_waited_for(admin: AdminClient) -> None:
    assert len((await admin.wait_until_ready(brokers=3)).brokers) == 3
    with pytest.raises(OperationTimeoutError, match="wait_until_ready: not ready within 2 s; last: 3 of 4 brokers"):
        await admin.wait_until_ready(brokers=4, timeout=2.0)


async def test_brokers_without_a_reporter_give_clients_no_ids(admin: AdminClient) -> None:
    with pytest.raises(UnsupportedVersionError, match="doesn't offer GetTelemetrySubscriptions"):
        await admin.client_instance_id()


async def test_brokers_are_no_controllers(stage: Stage) -> None:
    async with AdminClient(bootstrap_controllers=stage.bootstrap_servers) as admin:
        if stage.release < (3, 7):
            with pytest.raises(UnsupportedVersionError, match=r"DescribeCluster.* v1 to v2 was needed"):
                await admin.describe_cluster()
            return
        with pytest.raises(BrokerError, match="looking up the controllers") as refused:
            await admin.describe_cluster()
    assert refused.value.code == MISMATCHED_ENDPOINT_TYPE
