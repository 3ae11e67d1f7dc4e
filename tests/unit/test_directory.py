"""How the cluster is entered, and where requests go that need no lookup."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from trio.testing import MockClock

from kafkaadmin.config import Address, ClientConfig
from kafkaadmin.errors import ConnectError, OperationTimeoutError
from kafkaadmin.routing import AnyBroker, BrokerId, Coordinator, Deadline
from kafkaadmin.routing.nodes import BACK_FOR
from kafkawire.messages import DeleteGroupsRequest, MetadataRequest, MetadataResponse
from tests.support.scripted import After, ScriptedCluster, lost, refused

pytestmark = pytest.mark.anyio

DELETION = DeleteGroupsRequest(groups_names=("a",))


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "trio", {"clock": MockClock(autojump_threshold=0)}


@pytest.fixture
async def cluster() -> ScriptedCluster:
    """One of which only a bootstrap address is known, that of broker 1."""
    return ScriptedCluster(ClientConfig(bootstrap_servers=(Address("broker-1", 9092),)))


async def send(cluster: ScriptedCluster, to: AnyBroker | BrokerId | Coordinator, *, within: float = 10.0) -> None:
    await cluster.routing.send(DELETION, to, deadline=Deadline.after(within))


async def asked_of_any(cluster: ScriptedCluster) -> set[int]:
    """The brokers that are asked what any of them can answer."""
    before = len(cluster.sent(DeleteGroupsRequest))
    for _ in range(60):
        await send(cluster, AnyBroker())
    return {each.broker for each in cluster.sent(DeleteGroupsRequest)[before:]}


async def test_the_first_callers_enter_the_cluster_together(cluster: ScriptedCluster) -> None:
    async with anyio.create_task_group() as callers:
        for _ in range(10):
            callers.start_soon(send, cluster, AnyBroker())
    assert len(cluster.sent(MetadataRequest)) == 1
    assert len(cluster.sent(DeleteGroupsRequest)) == 10
    assert cluster.cluster_id == "scripted"


async def test_when_the_first_to_enter_is_cancelled_the_next_one_enters(cluster: ScriptedCluster) -> None:
    cluster.opening[1] = 1.0
    async with anyio.create_task_group() as others:
        with anyio.move_on_after(0.2):
            others.start_soon(send, cluster, AnyBroker())
            await send(cluster, AnyBroker())
    assert len(cluster.sent(DeleteGroupsRequest)) == 1


async def test_a_bootstrap_broker_that_knows_no_broker_yet_is_waited_for(cluster: ScriptedCluster) -> None:
    cluster.on(1, MetadataRequest, *[MetadataResponse(brokers=(), cluster_id="scripted")] * 3)
    await send(cluster, AnyBroker())
    assert len(cluster.sent(MetadataRequest)) == 4


async def test_who_can_not_be_entered_is_told(cluster: ScriptedCluster) -> None:
    cluster.opening[1] = refused()
    with pytest.raises(OperationTimeoutError) as late:
        await send(cluster, Coordinator("a"), within=3.0)
    assert isinstance(late.value.last_error, ConnectError)
    assert not late.value.sent


async def test_one_broker_is_asked_by_its_id(cluster: ScriptedCluster) -> None:
    await send(cluster, BrokerId(3))
    assert [asked.broker for asked in cluster.sent(DeleteGroupsRequest)] == [3]


async def test_a_broker_that_is_none_of_the_clusters_is_an_error_at_once(cluster: ScriptedCluster) -> None:
    began = anyio.current_time()
    with pytest.raises(ConnectError, match="not a live broker"):
        await send(cluster, BrokerId(7))
    assert anyio.current_time() == began


async def test_a_broker_that_leaves_the_cluster_is_waited_for_no_longer(cluster: ScriptedCluster) -> None:
    await send(cluster, AnyBroker())
    cluster.opening[3] = refused()
    cluster.live = (1, 2)
    began = anyio.current_time()
    with pytest.raises(ConnectError, match="not a live broker"):
        await send(cluster, BrokerId(3))
    assert anyio.current_time() - began < 1.0


async def test_what_any_broker_can_answer_is_not_asked_of_one_that_the_cluster_counted_out(
    cluster: ScriptedCluster,
) -> None:
    """It may be back and answer at once, and not have heard yet what was done meanwhile."""
    await send(cluster, BrokerId(3))
    deadline = Deadline.after(10.0)
    for live, asked in (((1, 2), {1, 2}), ((1, 2, 3), {1, 2, 3})):
        cluster.live = live
        await cluster.routing.refresh_metadata(deadline=deadline)
        before = len(cluster.sent(DeleteGroupsRequest))
        for broker in (1, 2, 3):
            await send(cluster, BrokerId(broker) if broker in live else AnyBroker())
        for _ in range(30):
            await send(cluster, AnyBroker())
        assert {each.broker for each in cluster.sent(DeleteGroupsRequest)[before:]} == asked


@pytest.mark.parametrize("others_are_well", [True, False])
async def test_a_broker_that_was_counted_out_is_not_counted_in_by_its_own_word(
    cluster: ScriptedCluster, others_are_well: bool
) -> None:
    for broker in (1, 2, 3):
        await send(cluster, BrokerId(broker))
    cluster.live = (1, 2)
    await cluster.routing.refresh_metadata(deadline=Deadline.after(10.0))
    cluster.live = (1, 2, 3)
    for broker in (1, 2):  # so slow that the third is asked too, and answers first
        cluster.on(broker, MetadataRequest, After(5.0))
        node = cluster.nodes.get(broker)
        assert node is not None
        if not others_are_well:
            cluster.nodes.suspected(node)
    await cluster.routing.refresh_metadata(deadline=Deadline.after(10.0))
    assert cluster.sent(MetadataRequest)[-1].broker == 3
    third = cluster.nodes.get(3)
    assert third is not None
    assert not third.listed


async def test_one_that_is_counted_in_again_has_a_moment_to_hear_of_the_latest(cluster: ScriptedCluster) -> None:
    """A topic that was made as it came back was unknown to it 0.1 s later (Docker chaos, seed m1)."""
    for broker in (1, 2, 3):
        await send(cluster, BrokerId(broker))
    for cluster.live in ((1, 2), (1, 2, 3)):
        await cluster.routing.refresh_metadata(deadline=Deadline.after(10.0))
    assert await asked_of_any(cluster) == {1, 2}
    await anyio.sleep(BACK_FOR)
    assert await asked_of_any(cluster) == {1, 2, 3}


@pytest.mark.parametrize("away", ["silent", "unreachable"])
async def test_one_that_was_away_has_a_moment_to_hear_of_the_latest(cluster: ScriptedCluster, away: str) -> None:
    """A topic made while it slept was unknown to it 0.02 s after it woke (Kafka 4.4.0, asleep for 2 s)."""
    cluster.owners["a"] = 3
    for broker in (1, 2, 3):
        await send(cluster, BrokerId(broker))
    if away == "silent":
        cluster.on(3, DeleteGroupsRequest, After(3.0))
    else:
        cluster.opening[3] = refused()
        with pytest.raises(OperationTimeoutError):
            await send(cluster, Coordinator("a"), within=3.0)
        del cluster.opening[3]
    await send(cluster, Coordinator("a"))
    third = cluster.nodes.get(3)
    assert third is not None
    assert third.is_well(anyio.current_time())
    assert 3 not in await asked_of_any(cluster)
    await anyio.sleep(BACK_FOR)
    assert 3 in await asked_of_any(cluster)


async def test_who_takes_its_time_is_asked_rather_than_one_that_was_counted_out(cluster: ScriptedCluster) -> None:
    """That one may answer from what it knew before: that a topic of now doesn't exist (Docker chaos, seed h1)."""
    for broker in (1, 2, 3):
        await send(cluster, BrokerId(broker))
    cluster.live = (1, 2)
    await cluster.routing.refresh_metadata(deadline=Deadline.after(10.0))
    for broker in (1, 2):
        node = cluster.nodes.get(broker)
        assert node is not None
        node.sluggish_until = anyio.current_time() + 10.0
    before = len(cluster.sent(DeleteGroupsRequest))
    for _ in range(20):
        await send(cluster, AnyBroker())
    assert {each.broker for each in cluster.sent(DeleteGroupsRequest)[before:]} <= {1, 2}


async def test_a_broker_that_restarts_is_waited_for_while_the_cluster_counts_it_in(cluster: ScriptedCluster) -> None:
    await send(cluster, AnyBroker())
    cluster.opening[3] = refused()

    async def restart() -> None:
        await anyio.sleep(4.0)
        del cluster.opening[3]

    async with anyio.create_task_group() as group:
        group.start_soon(restart)
        await send(cluster, BrokerId(3))


async def test_a_write_whose_answer_was_lost_is_not_sent_again_of_itself(cluster: ScriptedCluster) -> None:
    cluster.on(2, DeleteGroupsRequest, lost())
    with pytest.raises(Exception, match="may have been applied"):
        await send(cluster, BrokerId(2))
    assert len(cluster.sent(DeleteGroupsRequest)) == 1


async def test_when_no_known_broker_can_be_reached_the_bootstrap_addresses_are_asked_anew() -> None:
    cluster = ScriptedCluster(ClientConfig(bootstrap_servers=(Address("entry-1", 9092),)))
    await send(cluster, AnyBroker())
    known = cluster.nodes.known()
    for node in known:
        cluster.nodes.failed(node, node.epoch, "refused", down_until=anyio.current_time() + 60)
    await send(cluster, Coordinator("a"))
    assert not set(cluster.nodes.known()) & set(known)
