"""A client's life: in fixtures, in tasks, in event loops, and nothing left when it is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import anyio
import anyio.to_thread
import pytest
import pytest_asyncio
from anyio.abc import TaskStatus

from kafkaadmin import AdminClient, ClientClosedError, KafkaAdminError
from kafkaadmin.testing import FakeCluster, Fault
from kafkawire import ApiKey
from tests.support.traces import no_connection_is_left, nothing_is_under_way, open_descriptors

GROUPS = [f"group-{number}" for number in range(30)]
PROMPT = 10
"""Seconds after which a close that waits for something is taken to: all that it could wait for takes longer."""


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    backend: str = request.param
    return backend


@contextmanager
def a_cluster() -> Iterator[FakeCluster]:
    with FakeCluster(brokers=3, failover=30.0) as cluster:
        cluster.add_topic("orders", partitions=3)
        cluster.add_groups(GROUPS, offsets={("orders", 0): 7})
        yield cluster


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with a_cluster() as cluster:
        yield cluster


# ------------------------------------------------------------------ fixtures


@pytest_asyncio.fixture
async def admin(cluster: FakeCluster) -> AsyncIterator[AdminClient]:
    """pytest-asyncio sets this up in one task and tears it down in another."""
    async with AdminClient(cluster.bootstrap_servers) as admin:
        await admin.list_topics()
        yield admin
    no_connection_is_left(cluster)


@pytest.mark.asyncio
async def test_a_client_opened_in_an_async_generator_fixture_works_and_closes(admin: AdminClient) -> None:
    assert len((await admin.list_consumer_group_offsets(GROUPS)).succeeded) == len(GROUPS)


@pytest.mark.asyncio
async def test_a_second_test_gets_a_client_of_its_own(admin: AdminClient) -> None:
    assert "orders" in await admin.list_topics()


# ------------------------------------------------------------------ nothing left


@pytest.mark.anyio
async def test_nothing_is_left_after_use() -> None:
    before = open_descriptors()
    with a_cluster() as cluster:
        async with AdminClient(cluster.bootstrap_servers) as admin:
            await admin.list_consumer_group_offsets(GROUPS)
            assert open_descriptors() > before
            nothing_is_under_way(admin)
        no_connection_is_left(cluster)
    assert open_descriptors() <= before


@pytest.mark.anyio
async def test_a_client_that_was_never_used_opens_nothing(cluster: FakeCluster) -> None:
    before = open_descriptors()
    async with AdminClient(cluster.bootstrap_servers):
        assert open_descriptors() <= before
    assert not +cluster.connections_opened


@pytest.mark.anyio
@pytest.mark.parametrize("how", ["slow", "stalled", "cold and stalled", "refusing"])
async def test_closing_with_calls_under_way_is_prompt_and_ends_them(how: str) -> None:
    before = open_descriptors()
    with a_cluster() as cluster:
        await close_amid_calls(cluster, how)
    assert open_descriptors() <= before


async def close_amid_calls(cluster: FakeCluster, how: str) -> None:
    admin = AdminClient(cluster.bootstrap_servers, suspect_after=0.2)
    if "cold" not in how:
        await admin.list_consumer_group_offsets(GROUPS)
    for broker in cluster.brokers:
        if how == "slow":
            cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, broker=broker, delay=60.0, count=None))
        else:
            cluster.stop_broker(broker, how="refuse" if how == "refusing" else "stall")
    ended: list[KafkaAdminError] = []

    async def call(*, task_status: TaskStatus[None]) -> None:
        task_status.started()
        with pytest.raises(ClientClosedError) as closed:
            await admin.list_consumer_group_offsets(GROUPS)
        ended.append(closed.value)

    with anyio.fail_after(PROMPT):
        async with anyio.create_task_group() as callers:
            for _ in range(5):
                await callers.start(call)
            await anyio.sleep(0.3)  # past the first suspicion
            await admin.aclose()
    assert len(ended) == 5
    nothing_is_under_way(admin)


@pytest.mark.anyio
async def test_no_task_is_started_that_outlives_a_call(cluster: FakeCluster) -> None:
    async with AdminClient(cluster.bootstrap_servers) as admin:
        before = {task.id for task in anyio.get_running_tasks()}
        await admin.list_consumer_group_offsets(GROUPS)
        assert {task.id for task in anyio.get_running_tasks()} <= before


@pytest.mark.anyio
async def test_closing_twice_is_fine_and_calls_afterwards_say_that_it_is_closed(cluster: FakeCluster) -> None:
    admin = AdminClient(cluster.bootstrap_servers)
    await admin.list_topics()
    await admin.aclose()
    await admin.aclose()
    for call in (
        admin.list_topics,
        admin.describe_cluster,
        admin.list_groups,
        admin.refresh_metadata,
        lambda: admin.list_consumer_group_offsets("group-1"),
        lambda: admin.find_coordinators("group-2"),
        lambda: admin.refresh_coordinators("group-1"),
    ):
        with pytest.raises(ClientClosedError), anyio.fail_after(PROMPT):
            (await call()).raise_for_errors()  # type: ignore[union-attr]


@pytest.mark.anyio
async def test_leaving_by_an_exception_closes(cluster: FakeCluster) -> None:
    async def leave() -> None:
        async with AdminClient(cluster.bootstrap_servers) as admin:
            await admin.list_topics()
            raise LookupError

    with pytest.raises(LookupError):
        await leave()
    no_connection_is_left(cluster)


@pytest.mark.anyio
async def test_a_cancelled_scope_closes_all_the_same(cluster: FakeCluster) -> None:
    with anyio.move_on_after(0.5) as scope:
        async with AdminClient(cluster.bootstrap_servers) as admin:
            await admin.list_topics()
            cluster.inject(Fault(api=ApiKey.METADATA, delay=60.0, count=None))
            await admin.list_topics()
    assert scope.cancelled_caught
    no_connection_is_left(cluster)


# ------------------------------------------------------------------ event loops and tasks


def test_another_event_loop_is_a_clear_error(cluster: FakeCluster) -> None:
    admin = AdminClient(cluster.bootstrap_servers)

    async def use() -> None:
        await admin.list_topics()

    async def use_and_close() -> None:
        await use()
        with pytest.raises(KafkaAdminError, match="belongs to the event loop"):
            await anyio.to_thread.run_sync(lambda: asyncio.run(use()))
        await use()
        await admin.aclose()

    asyncio.run(use_and_close())


@pytest.mark.anyio
async def test_many_tasks_at_once_share_a_client(cluster: FakeCluster) -> None:
    seen: list[int] = []
    async with AdminClient(cluster.bootstrap_servers) as admin:

        async def read(group: str) -> None:
            offsets = (await admin.list_consumer_group_offsets(group))[group]
            seen.extend(found.offset for found in offsets.values())

        async with anyio.create_task_group() as callers:
            for number in range(300):
                callers.start_soon(read, GROUPS[number % len(GROUPS)])
        nothing_is_under_way(admin)
        assert max(cluster.connections.values()) <= 3
    assert seen == [7] * 300
