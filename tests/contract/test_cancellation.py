"""A caller who is cancelled, at whatever await, leaves the others and the client whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.abc import TaskGroup
from anyio.lowlevel import checkpoint

from kafkaadmin import AdminClient
from kafkaadmin.testing import FakeCluster, Fault
from kafkawire import ApiKey
from tests.support.steps import CancelledAt
from tests.support.traces import no_connection_is_left, nothing_is_under_way

pytestmark = pytest.mark.anyio

GROUPS = ["billing", "audit", "shipping", "returns"]
OFFSETS = {"billing": 5, "audit": 6, "shipping": 7, "returns": 8}
MOST_STEPS = 200


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    backend: str = request.param
    return backend


@pytest.fixture(params=["4.4", "2.8"])
def cluster(request: pytest.FixtureRequest) -> Iterator[FakeCluster]:
    with FakeCluster(brokers=3, versions_of=request.param, failover=0.02) as cluster:
        cluster.add_topic("orders")
        for group, offset in OFFSETS.items():
            cluster.add_group(group, offsets={("orders", 0): offset})
        yield cluster


async def read(admin: AdminClient, groups: list[str]) -> dict[str, int]:
    result = await admin.list_consumer_group_offsets(groups)
    return {group: found.offset for group, offsets in result.items() for found in offsets.values()}


def healthy(cluster: FakeCluster) -> None:
    """All is well."""


def cut(cluster: FakeCluster) -> None:
    """The next request for offsets ends its connection."""
    cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, cut="before"))


def moved(cluster: FakeCluster) -> None:
    """The group has another coordinator, of which the client doesn't know."""
    cluster.move_coordinator("billing", to=cluster.coordinator_of("billing") % 3 + 1)


def silent(cluster: FakeCluster) -> None:
    """The next request for offsets is answered late, when the broker is under suspicion."""
    cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, delay=0.06))


TROUBLES = pytest.mark.parametrize("trouble", [healthy, cut, moved, silent])
WARM = pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])


@asynccontextmanager
async def two_others(
    cluster: FakeCluster, trouble: Callable[[FakeCluster], None], *, warm: bool
) -> AsyncIterator[tuple[AdminClient, TaskGroup]]:
    """A client in trouble, of which two callers ask the same as the victim. They must not notice."""
    seen: list[dict[str, int]] = []
    async with AdminClient(cluster.bootstrap_servers, suspect_after=0.03) as admin:
        if warm:
            await read(admin, GROUPS)
        trouble(cluster)

        async def other(groups: list[str]) -> None:
            seen.append(await read(admin, groups))

        with anyio.fail_after(10):
            async with anyio.create_task_group() as callers:
                yield admin, callers  # who comes first leads what is shared
                callers.start_soon(other, GROUPS)
                callers.start_soon(other, GROUPS[:1])
        assert sorted(seen, key=len) == [{"billing": 5}, OFFSETS]
        nothing_is_under_way(admin)
        assert await read(admin, GROUPS) == OFFSETS
    no_connection_is_left(cluster)


@WARM
@TROUBLES
async def test_a_caller_cancelled_at_any_await_leaves_the_others_whole(
    cluster: FakeCluster, trouble: Callable[[FakeCluster], None], warm: bool
) -> None:
    for n in range(1, MOST_STEPS):
        async with two_others(cluster, trouble, warm=warm) as (admin, callers):
            victim = CancelledAt(n, read(admin, GROUPS[:1]))
            callers.start_soon(victim.run)
        if not victim.reached:
            assert victim.result == {"billing": 5}
            assert n > 1
            return
    pytest.fail(f"not over after {MOST_STEPS} suspensions")


@TROUBLES
async def test_a_caller_cancelled_while_its_tasks_ask_several_brokers_leaves_the_others_whole(
    cluster: FakeCluster, trouble: Callable[[FakeCluster], None]
) -> None:
    async def cancelled_after(turns: int, admin: AdminClient) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(read, admin, GROUPS)
            for _ in range(turns):
                await checkpoint()
            group.cancel_scope.cancel()

    for turns in (1, 2, 3, 5, 8, 13, 21, 34, 55, 89):
        async with two_others(cluster, trouble, warm=turns % 2 == 0) as (admin, callers):
            callers.start_soon(cancelled_after, turns, admin)
