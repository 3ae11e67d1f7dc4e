"""Long calls tell how far they have come, and can be read key by key, on asyncio and trio."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from functools import partial

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from kafkaadmin import (
    AdminClient,
    ClientClosedError,
    CoordinatorUnavailableError,
    KafkaAdminError,
    OffsetSpec,
    OperationTimeoutError,
    Progress,
    TopicPartition,
)
from kafkaadmin.routing import streaming
from kafkaadmin.testing import FakeCluster, Fault
from kafkawire import ApiKey

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])]

ORDERS_0 = TopicPartition("orders", 0)
MANY_GROUPS = [f"group-{number}" for number in range(6_000)]
GROUPS, WINDOW = MANY_GROUPS[:120], 50


@pytest.fixture(autouse=True)
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small ones, so that no step takes long for its size."""
    monkeypatch.setattr(streaming, "WINDOW", WINDOW)


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with FakeCluster(brokers=3, failover=0.2) as cluster:
        cluster.add_topic("orders", partitions=30, end_offset=100)
        cluster.add_groups(MANY_GROUPS, offsets={("orders", 0): 7})
        yield cluster


@pytest.fixture
async def admin(cluster: FakeCluster) -> AsyncIterator[AdminClient]:
    async with AdminClient(cluster.bootstrap_servers, suspect_after=0.3) as admin:
        yield admin


# ------------------------------------------------------------------ progress


@pytest.mark.scale
async def test_a_scan_tells_how_far_it_has_come(admin: AdminClient) -> None:
    told: list[Progress] = []
    await admin.list_consumer_group_offsets(MANY_GROUPS, progress=told.append)
    assert told[-1] == Progress(done=6_000, total=6_000, failed=0)
    assert 6 <= len(told) <= 20
    assert [each.done for each in told] == sorted({each.done for each in told})


async def test_failed_keys_are_told_apart(admin: AdminClient, cluster: FakeCluster) -> None:
    told: list[Progress] = []
    asked = [*(TopicPartition("orders", index) for index in range(30)), TopicPartition("orders", 99)]
    found = await admin.list_offsets({each: OffsetSpec.latest() for each in asked}, progress=told.append)
    assert set(found.failed) == {TopicPartition("orders", 99)}
    assert told[-1] == Progress(done=30, total=31, failed=1)


async def test_one_total_stands_for_all_questions_of_a_call(admin: AdminClient) -> None:
    told: list[Progress] = []
    asked = {TopicPartition("orders", index): OffsetSpec.latest() for index in range(15)}
    asked |= {TopicPartition("orders", index): OffsetSpec.max_timestamp() for index in range(15, 30)}
    await admin.list_offsets(asked, progress=told.append)
    assert {each.total for each in told} == {30}
    assert told[-1].done == 30


async def test_what_is_not_settled_in_time_has_failed(admin: AdminClient, cluster: FakeCluster) -> None:
    told: list[Progress] = []
    silent = cluster.coordinator_of("group-0")
    cluster.inject(Fault(api=ApiKey.DELETE_GROUPS, broker=silent, drop_answer=True, count=None))
    deleted = await admin.delete_consumer_groups(GROUPS[:100], timeout=0.5, progress=told.append)
    assert told[-1] == Progress(done=len(deleted.succeeded), total=100, failed=len(deleted.failed))
    assert deleted.failed


# ------------------------------------------------------------------ key by key


async def test_each_group_comes_once_with_its_offsets(cluster: FakeCluster) -> None:
    told: list[Progress] = []
    seen: Counter[str] = Counter()
    async with AdminClient(cluster.bootstrap_servers, suspect_after=30.0) as admin:
        async for group, outcome in admin.iter_consumer_group_offsets(GROUPS, progress=told.append):
            assert outcome.value[ORDERS_0].offset == 7
            seen[group] += 1
    assert seen == Counter(GROUPS)
    assert told[-1] == Progress(done=120, total=120, failed=0)
    assert len(cluster.seen(ApiKey.OFFSET_FETCH)) == 9


async def test_no_more_is_asked_than_is_taken(cluster: FakeCluster) -> None:
    async with AdminClient(cluster.bootstrap_servers, suspect_after=30.0) as admin:
        await anext(admin.iter_consumer_group_offsets(GROUPS))
    asked = [len(request.request.groups) for request in cluster.seen(ApiKey.OFFSET_FETCH)]
    assert sum(asked) == WINDOW


async def test_it_may_be_left_without_being_closed_and_taken_up_again(admin: AdminClient) -> None:
    offsets = admin.iter_consumer_group_offsets(GROUPS[:10])
    async for _ in offsets:
        break
    assert len([each async for each in offsets]) == 9


async def test_several_tasks_may_read_on(admin: AdminClient) -> None:
    offsets = admin.iter_consumer_group_offsets(GROUPS)
    seen: Counter[str] = Counter()

    async def read() -> None:
        async for group, _ in offsets:
            seen[group] += 1
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(read)
    assert seen == Counter(GROUPS)


async def test_a_step_that_is_cancelled_loses_no_group(admin: AdminClient, cluster: FakeCluster) -> None:
    offsets = admin.iter_consumer_group_offsets(GROUPS)
    slow = cluster.coordinator_of("group-0")
    cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, broker=slow, delay=0.2))
    with anyio.move_on_after(0.1):
        await anext(offsets)
    rest = [group async for group, outcome in offsets if outcome.value]
    assert sorted(rest) == sorted(GROUPS)


async def test_a_group_that_fails_does_not_end_it(admin: AdminClient, cluster: FakeCluster) -> None:
    cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, error=30, keys=frozenset({"group-3"}), count=None))
    errors: dict[str, KafkaAdminError] = {}
    async for group, outcome in admin.iter_consumer_group_offsets(GROUPS[:10]):
        if outcome.error is not None:
            errors[group] = outcome.error
            with pytest.raises(type(outcome.error)):
                _ = outcome.value
    assert set(errors) == {"group-3"}
    assert not isinstance(errors["group-3"], CoordinatorUnavailableError)


async def test_groups_of_a_broker_that_is_slow_come_last(admin: AdminClient, cluster: FakeCluster) -> None:
    """They hold up nobody, and are told all the same."""
    await admin.find_coordinators(GROUPS)
    slow = cluster.coordinator_of("group-0")
    theirs = {group for group in GROUPS if cluster.coordinator_of(group) == slow}
    cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, broker=slow, delay=1.0, count=2))
    order = [group async for group, outcome in admin.iter_consumer_group_offsets(GROUPS) if outcome.value]
    assert sorted(order) == sorted(GROUPS)
    first_window = set(GROUPS[:WINDOW])
    assert not first_window & theirs & set(order[: len(first_window - theirs)])
    assert first_window & theirs & set(order[-len(theirs) :])


async def test_a_broker_that_never_answers_fails_its_groups_at_the_end(
    admin: AdminClient, cluster: FakeCluster
) -> None:
    await admin.find_coordinators(GROUPS)
    silent = cluster.coordinator_of("group-0")
    theirs = {group for group in GROUPS if cluster.coordinator_of(group) == silent}
    cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, broker=silent, drop_answer=True, count=None))
    outcomes = [each async for each in admin.iter_consumer_group_offsets(GROUPS, timeout=3.0)]
    assert {group for group, outcome in outcomes if outcome.error} == theirs
    assert {type(outcome.error) for _, outcome in outcomes[-len(theirs) :]} == {OperationTimeoutError}


async def test_it_outlives_the_death_of_a_coordinator(admin: AdminClient, cluster: FakeCluster) -> None:
    seen: Counter[str] = Counter()
    async for group, outcome in admin.iter_consumer_group_offsets(GROUPS):
        assert outcome.value[ORDERS_0].offset == 7
        seen[group] += 1
        if len(seen) == 1:
            await anyio.to_thread.run_sync(partial(cluster.stop_broker, cluster.coordinator_of("group-119")))
    assert seen == Counter(GROUPS)


async def test_a_reader_that_is_cancelled_leaves_nothing_behind(admin: AdminClient, cluster: FakeCluster) -> None:
    stuck = cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, drop_answer=True, count=None))

    async def read() -> None:
        async for _ in admin.iter_consumer_group_offsets(GROUPS[:10]):
            pytest.fail("nobody answers")

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        await stuck.reached()
        group.cancel_scope.cancel()
    stuck.remove()
    assert len([each async for each in admin.iter_consumer_group_offsets(GROUPS[:10])]) == 10


async def test_it_ends_with_the_client(cluster: FakeCluster) -> None:
    async with AdminClient(cluster.bootstrap_servers, suspect_after=30.0) as admin:
        offsets = admin.iter_consumer_group_offsets(GROUPS)
        await anext(offsets)
    with pytest.raises(ClientClosedError):
        _ = [each async for each in offsets]


async def test_no_groups_are_none(admin: AdminClient) -> None:
    assert [each async for each in admin.iter_consumer_group_offsets([])] == []
