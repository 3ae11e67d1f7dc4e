"""A coordinator that is silent rather than gone: whoever waits for it finds out, however many wait."""

from __future__ import annotations

import anyio
import pytest

from kafkaadmin import AdminClient, BrokerSuspected, Event, OffsetSpec, TopicPartition, UnknownTopicError
from kafkaadmin.testing import FakeCluster, Fault
from kafkawire import ApiKey
from tests.support.eventually import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])]


async def test_requests_sent_in_one_piece_all_leave_a_frozen_coordinator() -> None:
    with FakeCluster(brokers=3, failover=0.2) as cluster:
        cluster.add_topic("orders", partitions=1)
        cluster.add_group("billing", offsets={("orders", 0): 42})
        async with AdminClient(cluster.bootstrap_servers, suspect_after=0.3) as admin:
            await admin.list_consumer_group_offsets("billing")
            cluster.stop_broker(cluster.coordinator_of("billing"), how="stall")
            answered: list[bool] = []

            async def call() -> None:
                answered.append("billing" in (await admin.list_consumer_group_offsets("billing")).succeeded)

            with anyio.move_on_after(10):
                async with anyio.create_task_group() as callers:
                    for _ in range(10):
                        callers.start_soon(call)
    assert answered == [True] * 10


async def test_what_any_broker_can_answer_is_asked_of_another_when_one_is_frozen() -> None:
    with FakeCluster(brokers=3, failover=60.0) as cluster:
        cluster.add_topic("orders", partitions=1)
        async with AdminClient(cluster.bootstrap_servers, suspect_after=0.3) as admin:
            await admin.list_topics()
            cluster.stop_broker(1, how="stall")
            with anyio.fail_after(20):
                for _ in range(12):  # whichever broker is asked first
                    assert "orders" in await admin.list_topics()


async def test_groups_are_listed_as_soon_as_a_frozen_broker_is_counted_out() -> None:
    with FakeCluster(brokers=3, failover=1.0) as cluster:
        cluster.add_topic("orders", partitions=1)
        for number in range(9):
            cluster.add_group(f"group-{number}", offsets={("orders", 0): number})
        async with AdminClient(cluster.bootstrap_servers, suspect_after=0.3) as admin:
            await admin.list_groups()
            cluster.stop_broker(2, how="stall")
            with anyio.fail_after(20):
                groups = await admin.list_groups()
    assert set(groups) == {f"group-{number}" for number in range(9)}


async def test_a_coordinator_that_slept_through_a_short_call_is_not_believed_when_it_wakes() -> None:
    with FakeCluster(brokers=3, failover=60.0) as cluster:
        cluster.add_topic("orders", partitions=1)
        cluster.add_group("billing", offsets={("orders", 0): 1})
        async with AdminClient(cluster.bootstrap_servers) as admin:
            await admin.list_consumer_group_offsets("billing")
            frozen = cluster.coordinator_of("billing")
            cluster.stop_broker(frozen, how="stall")
            short = await admin.list_consumer_group_offsets("billing", timeout=0.2)
            cluster.move_coordinator("billing", to=frozen % 3 + 1)
            cluster.commit("billing", {("orders", 0): 2})
            cluster.start_broker(frozen, stale_for=5.0)
            offsets = (await admin.list_consumer_group_offsets("billing"))["billing"]
    assert "had not answered" in str(short.failed["billing"])
    assert offsets[TopicPartition("orders", 0)].offset == 2


async def test_an_order_that_a_frozen_broker_kept_makes_another_topic_when_it_wakes() -> None:
    """Nobody can take it back: the client had the topic made elsewhere, and deleted, while that one slept."""
    with FakeCluster(brokers=3, failover=0.3) as cluster:
        async with AdminClient(cluster.bootstrap_servers, suspect_after=0.3) as admin:
            kept = cluster.inject(Fault(api=ApiKey.CREATE_TOPICS, stop="stall"))
            created = (await admin.create_topics("orders"))["orders"]
            deleted = (await admin.delete_topics("orders"))["orders"]
            assert kept.spent
            assert deleted.topic_id == created.topic_id
            assert "orders" not in await admin.list_topics()
            cluster.start_broker(cluster.seen(ApiKey.CREATE_TOPICS)[0].broker_id)
            topics = await eventually(admin.list_topics, lambda topics: "orders" in topics)
            assert topics["orders"].topic_id != created.topic_id
            gone = (await admin.delete_topics(created.topic_id)).failed[created.topic_id]
            assert isinstance(gone, UnknownTopicError), "the old id leads to nobody"
            assert "orders" in await admin.list_topics()


@pytest.mark.parametrize("release", ["2.8", "4.4"])
async def test_a_frozen_leader_is_left_as_soon_as_it_is_counted_out(release: str) -> None:
    with FakeCluster(brokers=3, failover=0.5, versions_of=release, zookeeper=release == "2.8") as cluster:
        cluster.add_topic("orders", partitions=3, end_offset=100)
        everything = [TopicPartition("orders", index) for index in range(3)]
        async with AdminClient(cluster.bootstrap_servers, suspect_after=0.1) as admin:
            (await admin.list_offsets(everything, OffsetSpec.latest())).raise_for_errors()
            frozen = cluster.leader_of("orders", 0)
            cluster.stop_broker(frozen, how="stall")
            with anyio.fail_after(20):
                found = await admin.list_offsets(everything, OffsetSpec.latest())
    assert [found[each].offset for each in everything] == [100] * 3


@pytest.mark.parametrize("release", ["2.8", "4.4"])
async def test_a_slow_leader_is_heard_although_it_was_under_suspicion(release: str) -> None:
    with FakeCluster(brokers=3, versions_of=release, zookeeper=release == "2.8") as cluster:
        cluster.add_topic("orders", partitions=3, end_offset=100)
        everything = [TopicPartition("orders", index) for index in range(3)]
        suspected: list[BrokerSuspected] = []

        def hear(event: Event) -> None:
            if isinstance(event, BrokerSuspected):
                suspected.append(event)

        leader = cluster.leader_of("orders", 0)
        async with AdminClient(cluster.bootstrap_servers, suspect_after=0.4, observers=[hear]) as admin:
            (await admin.list_offsets(everything, OffsetSpec.latest())).raise_for_errors()
            slow = cluster.inject(Fault(api=ApiKey.LIST_OFFSETS, broker=leader, delay=1.0))
            found = await admin.list_offsets(everything, OffsetSpec.latest())
            node = admin._cluster._nodes.get(leader)
            assert node is not None
            assert not node.suspect, "others have confirmed it"
    assert leader in {each.broker_id for each in suspected}
    assert slow.hits == 1
    assert [found[each].offset for each in everything] == [100] * 3
