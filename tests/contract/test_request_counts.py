"""How many requests calls cost: counted by the brokers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import anyio
import anyio.to_thread
import pytest

from kafkaadmin import AdminClient, NewTopic
from kafkaadmin.testing import FakeCluster, Fault
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
    cluster: FakeCluster,
) -> None:
    cluster.add_groups(GROUPS, offsets={("orders", 0): 7})
    owned = Counter(cluster.coordinator_of(group) for group in GROUPS[::97])
    assert set(owned) == set(cluster.brokers)
    # Of a coordinator that was never heard before others are asked once more, if the look-ups took their time.
    confirmations = len(cluster.brokers)
    async with AdminClient(cluster.bootstrap_servers, confirm_after=60.0) as admin:
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
    async with AdminClient(cluster.bootstrap_servers) as admin:
        (await admin.create_topics([NewTopic(name, partitions=1) for name in names], wait=False)).raise_for_errors()
        assert by_api(cluster)[ApiKey.CREATE_TOPICS] == 10
        described = await admin.describe_topics(names)
        assert set(described.succeeded) == set(names)
        assert by_api(cluster)[ApiKey.DESCRIBE_TOPIC_PARTITIONS] == 5
        (await admin.delete_topics(names)).raise_for_errors()
        assert by_api(cluster)[ApiKey.DELETE_TOPICS] == 10
