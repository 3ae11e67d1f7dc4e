"""What moves or fails beside coordinators: leaders, quotas, a topic not made yet, one broker of many that says nothing.

Leaders and quotas on FakeCluster and on real Kafka alike; what hurts brokers, on real Kafka, in
`tests/chaos/test_cluster_in_motion.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import pytest

from kafkaadmin import (
    AdminClient,
    BrokerId,
    ClientQuotaEntity,
    NewTopic,
    OffsetSpec,
    PartialFailureError,
    RetryPolicy,
    ThrottledError,
    TopicPartition,
)
from kafkaadmin.events import Event, RequestSent
from kafkaadmin.testing import FakeCluster, Fault
from kafkawire import ApiKey
from kafkawire.messages import DescribeClusterRequest, MetadataRequest, MetadataRequestTopic
from tests.support.eventually import eventually
from tests.support.stage import FakeStage, Stage

pytestmark = pytest.mark.anyio

PARTITIONS = 60
BROKER = BrokerId(1)
RETRY = RetryPolicy(initial=0.02, maximum=0.1)
EVENT_LOOPS = pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])


def partitions_of(topic: str, indexes: Iterable[int] = range(PARTITIONS)) -> list[TopicPartition]:
    return [TopicPartition(topic, index) for index in indexes]


# ------------------------------------------------------------------ leaders


async def ends(admin: AdminClient, partitions: list[TopicPartition]) -> dict[TopicPartition, object]:
    found = await admin.list_offsets(partitions, OffsetSpec.latest())
    return {partition: found[partition].offset for partition in partitions}


async def deletions(admin: AdminClient, partitions: list[TopicPartition]) -> dict[TopicPartition, object]:
    found = await admin.delete_records(dict.fromkeys(partitions, 0))
    return {partition: found[partition].low_watermark for partition in partitions}


async def move_leaders(admin: AdminClient, stage: Stage, partitions: list[TopicPartition]) -> None:
    """All of these to broker 3, as the client is not told."""
    if isinstance(stage, FakeStage):
        for partition in partitions:
            stage.cluster.move_leader(*partition, to=3)
        return
    (await admin.alter_partition_reassignments({each: [3, 1, 2] for each in partitions})).raise_for_errors()
    await admin.elect_leaders(partitions)

    wanted = MetadataRequest(topics=(MetadataRequestTopic(name=partitions[0].topic),))

    async def leaders() -> set[int]:
        """As any of the brokers sees it."""
        return {
            each.leader_id
            for broker in (1, 2, 3)
            for each in (await admin.send(wanted, BrokerId(broker))).topics[0].partitions
            if each.partition_index < len(partitions)
        }

    assert await eventually(leaders, lambda found: found == {3}) == {3}


@pytest.mark.parametrize(
    ("call", "api"), [(ends, "ListOffsets"), (deletions, "DeleteRecords")], ids=["list_offsets", "delete_records"]
)
async def test_only_partitions_whose_leader_moved_are_asked_for_again(
    admin: AdminClient, stage: Stage, call: Callable[..., Any], api: str
) -> None:
    if stage.release < (2, 4) and not isinstance(stage, FakeStage):
        pytest.fail("brokers before 2.4 move no partitions")
    topic = stage.name("moving")
    (await admin.create_topics(NewTopic(topic, partitions=PARTITIONS, replication_factor=3))).raise_for_errors()
    events: list[Event] = []
    async with AdminClient(stage.bootstrap_servers, retry=RETRY, observers=[events.append]) as client:
        everything = partitions_of(topic)
        before = await call(client, everything)
        led_elsewhere = partitions_of(topic, range(PARTITIONS // 2))
        await move_leaders(admin, stage, led_elsewhere)
        events.clear()
        assert await call(client, everything) == before
    sent = Counter((event.api, event.broker_id) for event in events if isinstance(event, RequestSent))
    # All three as the client knew it, then broker 3 for what had moved.
    assert {broker: sent[api, broker] for broker in (1, 2)} == {1: 1, 2: 1}
    assert sent[api, 3] >= 2
    if isinstance(stage, FakeStage):  # a real leader begins with 78: what it may show isn't known yet
        assert sent[api, 3] <= 3  # what moved away from 1 and from 2, together or each by itself
        assert 1 <= sum(count for (name, _), count in sent.items() if name == "Metadata") <= 2


class TestOnFakeCluster:
    """Which partitions are in which request."""

    pytestmark = EVENT_LOOPS

    @pytest.fixture
    def cluster(self) -> Iterator[FakeCluster]:
        with FakeCluster(brokers=3, failover=0.2) as cluster:
            cluster.add_topic("orders", partitions=600, end_offset=7)
            yield cluster

    @pytest.mark.parametrize("moved", [1, 40, 200])
    async def test_a_second_request_has_what_moved_and_no_more(self, cluster: FakeCluster, moved: int) -> None:
        everything = partitions_of("orders", range(600))
        async with AdminClient(cluster.bootstrap_servers, retry=RETRY) as admin:
            await ends(admin, everything)
            gone = [each for each in everything if cluster.leader_of(*each) == 1][:moved]
            for partition in gone:
                cluster.move_leader(*partition, to=2)
            cluster.reset_requests()
            assert set((await ends(admin, everything)).values()) == {7}
        asked = [
            (request.broker_id, TopicPartition(topic.name, each.partition_index))
            for request in cluster.seen(ApiKey.LIST_OFFSETS)
            for topic in request.request.topics
            for each in topic.partitions
        ]
        assert len(asked) == 600 + len(gone)
        assert [partition for broker, partition in asked if asked.count((broker, partition)) > 1] == []
        assert {partition for broker, partition in asked[600:] if broker == 2} == set(gone)

    async def test_records_are_deleted_by_the_next_leader_while_the_last_one_dies(self, cluster: FakeCluster) -> None:
        everything = partitions_of("orders", range(600))
        async with AdminClient(cluster.bootstrap_servers, retry=RETRY) as admin:
            await ends(admin, everything)
            dies = cluster.inject(Fault(api=ApiKey.DELETE_RECORDS, broker=1, stop="reset"))
            deleted = await admin.delete_records(dict.fromkeys(everything, 5))
        assert {each.low_watermark for each in deleted.values()} == {5}
        assert dies.spent
        served = Counter(request.broker_id for request in cluster.seen(ApiKey.DELETE_RECORDS))
        assert served[1] == 1
        assert 2 <= served[2] + served[3] <= 4

    # -------------------------------------------------------------- the controller

    @pytest.mark.parametrize("how", ["reset", "stall"])
    async def test_topics_are_made_while_zookeepers_controller_dies(self, how: Any) -> None:
        with FakeCluster(brokers=3, versions_of="2.8", zookeeper=True, failover=0.3) as cluster:
            async with AdminClient(cluster.bootstrap_servers, retry=RETRY, suspect_after=0.1) as admin:
                (await admin.create_topics("first")).raise_for_errors()
                controller = cluster.controller()
                await anyio.to_thread.run_sync(partial(cluster.stop_broker, controller, how=how))
                created = await admin.create_topics([f"topic-{number}" for number in range(5)])
                created.raise_for_errors()
                await admin.create_partitions({"topic-0": 3})
                await admin.delete_topics("topic-1")
        assert not any(each.ambiguous for each in created.values())

    async def test_another_controller_is_found_by_the_refusal_of_the_last_one(self) -> None:
        with FakeCluster(brokers=3, versions_of="2.8", zookeeper=True) as cluster:
            async with AdminClient(cluster.bootstrap_servers, retry=RETRY) as admin:
                (await admin.create_topics("first")).raise_for_errors()
                former = cluster.controller()
                cluster.move_controller(to=former % 3 + 1)
                cluster.reset_requests()
                (await admin.create_topics("second", wait=False)).raise_for_errors()
                assert [request.broker_id for request in cluster.seen(ApiKey.CREATE_TOPICS)] == [former, former % 3 + 1]

    # -------------------------------------------------------------- quotas

    async def test_a_broker_that_throttles_is_left_alone_for_as_long_and_no_other(self, cluster: FakeCluster) -> None:
        pause = 0.5
        async with AdminClient(cluster.bootstrap_servers, retry=RETRY) as admin:
            await admin.list_groups()
            cluster.inject(Fault(api=ApiKey.LIST_GROUPS, broker=2, throttle=pause))
            cluster.reset_requests()
            await admin.list_groups()
            await admin.list_groups()
        at = {broker: [each.at for each in cluster.seen(ApiKey.LIST_GROUPS, broker=broker)] for broker in (1, 2, 3)}
        assert at[2][1] - at[2][0] >= pause
        assert max(at[1][1], at[3][1]) < at[2][1]

    async def test_a_changes_quota_that_is_used_up_is_waited_out(self, cluster: FakeCluster) -> None:
        refused = cluster.inject(Fault(api=ApiKey.CREATE_TOPICS, error=89, throttle=0.2, count=2))
        async with AdminClient(cluster.bootstrap_servers, retry=RETRY) as admin:
            assert (await admin.create_topics("new"))["new"].partitions == 1
        assert refused.spent

    # -------------------------------------------------------------- groups

    async def test_the_first_group_call_on_a_new_cluster_waits_for_the_offsets_topic(self) -> None:
        with FakeCluster(brokers=3, offsets_topic_after=0.4) as cluster:
            cluster.add_topic("orders", end_offset=9)
            async with AdminClient(cluster.bootstrap_servers, retry=RETRY) as admin:
                assert dict((await admin.list_consumer_group_offsets("billing"))["billing"]) == {}
                (await admin.alter_consumer_group_offsets("billing", {TopicPartition("orders", 0): 9}))
                assert list(await admin.list_groups()) == ["billing"]
            searches = cluster.requests
        assert sum(count for (_, api), count in searches.items() if api is ApiKey.FIND_COORDINATOR) > 1

    async def test_a_broker_that_says_nothing_is_named_and_the_others_answers_are_kept(
        self, cluster: FakeCluster
    ) -> None:
        groups = [f"group-{number}" for number in range(30)]
        cluster.add_groups(groups)
        coordinated = {group: cluster.coordinator_of(group) for group in groups}
        async with AdminClient(cluster.bootstrap_servers, retry=RETRY, suspect_after=0.1) as admin:
            assert set(await admin.list_groups()) == set(groups)
            await anyio.to_thread.run_sync(partial(cluster.stop_broker, 2, how="stall", failover=60.0))
            with pytest.raises(PartialFailureError, match=r"1 of 3 brokers could not be asked: .*broker 2") as caught:
                await admin.list_groups(timeout=1.0)
            assert set(caught.value.failures) == {2}
            assert set(caught.value.result) == {group for group in groups if coordinated[group] != 2}
            await anyio.to_thread.run_sync(cluster.start_broker, 2)
            assert set(await admin.list_groups()) == set(groups)

    async def test_groups_are_listed_again_only_once_others_serve_all_of_them(self) -> None:
        """A broker that hasn't heard yet that it coordinates more now would leave groups out, and not know it."""
        with FakeCluster(brokers=3, offsets_partitions=7, failover=0.3) as cluster:
            groups = [f"group-{number}" for number in range(30)]
            cluster.add_groups(groups)
            async with AdminClient(cluster.bootstrap_servers, retry=RETRY, suspect_after=0.1) as admin:
                await admin.list_groups()
                await anyio.to_thread.run_sync(partial(cluster.stop_broker, 2, how="stall"))
                cluster.reset_requests()
                assert set(await admin.list_groups()) == set(groups)
            probes = {group.group_id for each in cluster.seen(ApiKey.OFFSET_FETCH) for group in each.request.groups}
            lists = [each.at for each in cluster.seen(ApiKey.LIST_GROUPS)]
            served = max(each.at for each in cluster.seen(ApiKey.OFFSET_FETCH))
        assert len(probes) == 7
        assert sum(at > served for at in lists) == 2


# ------------------------------------------------------------------ quotas, on real Kafka too


@pytest.mark.parametrize("scene", [pytest.param(("kafka", "asyncio"), id="kafka", marks=pytest.mark.real_kafka)])
async def test_calls_of_a_throttled_client_take_longer_and_succeed(admin: AdminClient, stage: Stage) -> None:
    client_id = stage.name("throttled")
    entity = ClientQuotaEntity(client_id=client_id)
    (await admin.alter_client_quotas({entity: {"request_percentage": 0.01}})).raise_for_errors()
    async with AdminClient(stage.bootstrap_servers, client_id=client_id) as throttled:

        async def throttle() -> int:
            await throttled.list_groups()
            return (await throttled.send(DescribeClusterRequest(), BROKER)).throttle_time_ms

        assert await eventually(throttle, lambda milliseconds: milliseconds > 0) > 0
        for _ in range(2):
            await throttled.list_groups()
    await admin.alter_client_quotas({entity: {"request_percentage": None}})


@pytest.mark.parametrize("scene", [pytest.param(("kafka", "asyncio"), id="kafka", marks=pytest.mark.real_kafka)])
async def test_a_quota_of_changes_is_waited_out_or_told(admin: AdminClient, stage: Stage) -> None:
    client_id = stage.name("mutating")
    entity = ClientQuotaEntity(client_id=client_id)
    (await admin.alter_client_quotas({entity: {"controller_mutation_rate": 1.0}})).raise_for_errors()
    names = [stage.name("many") for _ in range(6)]
    async with AdminClient(stage.bootstrap_servers, client_id=client_id) as client:

        async def refused() -> list[Exception]:
            tried = [NewTopic(stage.name("tried"), partitions=12, replication_factor=1) for _ in range(2)]
            result = await client.create_topics(tried, retry_on_quota_violation=False, wait=False)
            return [error for error in result.failed.values() if isinstance(error, ThrottledError)]

        told = await eventually(refused, bool)
        assert told
        assert all(isinstance(error, ThrottledError) and error.throttle_time > 0 for error in told)
        (await admin.alter_client_quotas({entity: {"controller_mutation_rate": 5.0}})).raise_for_errors()
        created = await client.create_topics([NewTopic(name, partitions=3, replication_factor=1) for name in names])
        assert set(created.succeeded) == set(names)
    await admin.alter_client_quotas({entity: {"controller_mutation_rate": None}})
