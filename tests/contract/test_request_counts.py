"""How many requests calls cost: counted by the brokers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import anyio
import anyio.to_thread
import pytest

from kafkaadmin import (
    AdminClient,
    GroupNotEmptyError,
    GroupNotFoundError,
    NewTopic,
    OffsetSpec,
    Progress,
    RetryPolicy,
    TopicAlreadyExistsError,
    TopicPartition,
    UnknownTopicError,
)
from kafkaadmin.config import ClientConfig
from kafkaadmin.testing import FakeCluster, Fault, GroupMember
from kafkawire import ApiKey

pytestmark = [pytest.mark.anyio, pytest.mark.scale]

GROUPS = [f"group-{number}" for number in range(10_000)]
LOOKUP_KEYS, FETCH_KEYS = 2_500, 1_000
"""How many groups one FindCoordinator and one OffsetFetch ask about."""


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    backend: str = request.param
    return backend


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with FakeCluster(brokers=6) as cluster:
        cluster.add_topic("orders", partitions=3)
        yield cluster


def by_api(cluster: FakeCluster) -> Counter[ApiKey]:
    counts: Counter[ApiKey] = Counter()
    for (_, api), count in cluster.requests.items():
        counts[api] += count
    return counts


async def test_offsets_of_10_000_groups_cost_a_few_lookups_and_one_stream_of_chunks_per_broker(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A lookup that takes its time is asked of a second broker too: not here, however busy the machine.
    monkeypatch.setitem(ClientConfig.__init__.__kwdefaults__, "hedge_after", 60.0)
    cluster.add_groups(GROUPS, offsets={("orders", 0): 7})
    owned = Counter(cluster.coordinator_of(group) for group in GROUPS[::97])
    assert set(owned) == set(cluster.brokers)
    # Of a coordinator that was never heard before others are asked once more, if the look-ups took their time.
    confirmations = len(cluster.brokers)
    async with AdminClient(cluster.bootstrap_servers, confirm_after=60.0, suspect_after=180.0) as admin:
        for lookups, more in ((len(GROUPS) // LOOKUP_KEYS, confirmations), (0, 0)):
            cluster.reset_requests()
            offsets = await admin.list_consumer_group_offsets(GROUPS)
            assert len(offsets.succeeded) == len(GROUPS)
            requests = by_api(cluster)
            assert lookups <= requests[ApiKey.FIND_COORDINATOR] <= lookups + more
            fetches = {broker: cluster.requests[broker, ApiKey.OFFSET_FETCH] for broker in cluster.brokers}
            assert sum(fetches.values()) <= len(GROUPS) // FETCH_KEYS + len(cluster.brokers)
            assert min(fetches.values()) >= 1
            assert requests[ApiKey.METADATA] <= 1


async def test_1_000_callers_whose_coordinator_dies_share_a_handful_of_lookups(cluster: FakeCluster) -> None:
    cluster.add_group("billing", offsets={("orders", 0): 7})
    coordinator = cluster.coordinator_of("billing")
    async with AdminClient(cluster.bootstrap_servers) as admin:
        await admin.list_consumer_group_offsets("billing")
        stuck = cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, broker=coordinator, delay=60.0, count=None))
        cluster.reset_requests()
        read: list[int] = []

        async def read_once() -> None:
            offsets = (await admin.list_consumer_group_offsets("billing"))["billing"]
            read.extend(found.offset for found in offsets.values())

        async with anyio.create_task_group() as callers:
            for _ in range(1_000):
                callers.start_soon(read_once)
            await stuck.reached()
            await anyio.to_thread.run_sync(lambda: cluster.stop_broker(coordinator, how="reset", failover=0.2))
    assert read == [7] * 1_000
    # One after the other until the cluster has a new coordinator, with growing pauses; none of them per caller.
    assert 1 <= by_api(cluster)[ApiKey.FIND_COORDINATOR] <= 20


async def test_1_000_callers_whose_coordinator_moves_share_two_lookups(cluster: FakeCluster) -> None:
    cluster.add_group("billing", offsets={("orders", 0): 7})
    async with AdminClient(cluster.bootstrap_servers) as admin:
        await admin.list_consumer_group_offsets("billing")
        cluster.move_coordinator("billing", to=cluster.coordinator_of("billing") % 6 + 1)
        cluster.reset_requests()
        async with anyio.create_task_group() as callers:
            for _ in range(1_000):
                callers.start_soon(admin.list_consumer_group_offsets, "billing")
    assert 1 <= by_api(cluster)[ApiKey.FIND_COORDINATOR] <= 5


async def test_callers_who_miss_in_the_same_moment_share_one_question(cluster: FakeCluster) -> None:
    async with AdminClient(cluster.bootstrap_servers) as admin:
        await admin.find_coordinators("warm-up")
        cluster.reset_requests()
        async with anyio.create_task_group() as callers:
            for group in GROUPS[:500]:
                callers.start_soon(admin.find_coordinators, group)
    assert by_api(cluster)[ApiKey.FIND_COORDINATOR] == 1


async def test_5_000_topics_are_made_described_and_deleted_some_hundred_at_a_time(cluster: FakeCluster) -> None:
    names = [f"topic-{number}" for number in range(5_000)]
    cluster.add_topic("topic-4711", partitions=3)  # no such one is ordered: whoever made it, it was not this call
    async with AdminClient(cluster.bootstrap_servers) as admin:
        made = await admin.create_topics([NewTopic(name, partitions=1) for name in names], wait=False)
        assert {name: type(error) for name, error in made.failed.items()} == {"topic-4711": TopicAlreadyExistsError}
        assert len(made.succeeded) == 4_999
        assert by_api(cluster)[ApiKey.CREATE_TOPICS] == 10
        described = await admin.describe_topics(names)
        assert set(described.succeeded) == set(names)
        assert by_api(cluster)[ApiKey.DESCRIBE_TOPIC_PARTITIONS] == 5
        (await admin.delete_topics(names)).raise_for_errors()
        assert by_api(cluster)[ApiKey.DELETE_TOPICS] == 10


async def test_10_000_groups_are_deleted_some_hundred_at_a_time_and_each_is_answered_for(cluster: FakeCluster) -> None:
    cluster.add_groups(GROUPS, offsets={("orders", 0): 7})
    cluster.add_group("group-4711", members=[GroupMember(member_id="still-here")])
    reports: list[Progress] = []
    async with AdminClient(cluster.bootstrap_servers, confirm_after=60.0) as admin:
        deleted = await admin.delete_consumer_groups([*GROUPS, "nobody"], progress=reports.append)
    assert {group: type(error) for group, error in deleted.failed.items()} == {
        "group-4711": GroupNotEmptyError,
        "nobody": GroupNotFoundError,
    }
    assert len(deleted.succeeded) == 9_999
    assert cluster.groups() == ("group-4711",)
    assert by_api(cluster)[ApiKey.DELETE_GROUPS] <= len(GROUPS) // 500 + len(cluster.brokers)
    assert reports[-1] == Progress(done=9_999, failed=2, total=10_001)
    assert len(reports) >= len(GROUPS) // 500


async def test_offsets_of_20_000_partitions_cost_one_look_and_one_stream_of_chunks_per_broker(
    cluster: FakeCluster,
) -> None:
    cluster.add_topic("wide", partitions=20_000, replication_factor=1)
    wanted = [TopicPartition("wide", index) for index in range(20_001)]
    async with AdminClient(cluster.bootstrap_servers, suspect_after=60.0) as admin:
        # To find the brokers, and the leaders; a second broker is asked for those if the first takes its time.
        for looks in (3, 0):
            cluster.reset_requests()
            offsets = await admin.list_offsets(wanted[:20_000], OffsetSpec.latest())
            assert set(offsets.succeeded) == set(wanted[:20_000])
            asked = by_api(cluster)
            assert asked[ApiKey.METADATA] <= looks
            assert asked[ApiKey.LIST_OFFSETS] == len(cluster.brokers)
        failed = (await admin.list_offsets(wanted, OffsetSpec.latest())).failed
    assert {partition: type(error) for partition, error in failed.items()} == {wanted[-1]: UnknownTopicError}


async def test_a_slow_leader_of_many_partitions_is_watched_without_asking_about_all_of_them(
    cluster: FakeCluster,
) -> None:
    cluster.add_topic("wide", partitions=600, replication_factor=1)
    wanted = [TopicPartition("wide", index) for index in range(600)]
    async with AdminClient(cluster.bootstrap_servers, suspect_after=0.05, retry=RetryPolicy(initial=0.01)) as admin:
        await admin.list_offsets(wanted, OffsetSpec.latest())
        slow = cluster.inject(Fault(api=ApiKey.LIST_OFFSETS, broker=1, delay=0.5, count=6))
        cluster.reset_requests()
        async with anyio.create_task_group() as callers:
            for partition in [each for each in wanted if cluster.leader_of(*each) == 1][:6]:
                callers.start_soon(admin.list_offsets, partition, OffsetSpec.latest())
        assert slow.hits == 6
        asked = [seen for seen in cluster.seen(ApiKey.METADATA) if seen.request.topics]
    # Once it was heard again: whether to believe it.
    assert len(asked) <= 12
    assert by_api(cluster)[ApiKey.METADATA] > len(asked)
