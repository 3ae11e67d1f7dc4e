"""Five callers go on calling while their coordinator dies, moves or goes silent: no call fails, no answer is wrong.

The callers are those of the chaos tests on real Kafka; here each scenario takes a second or two. Recovery is measured
against the cluster's own: `FAILOVER` seconds after a death it has new coordinators.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import pytest

from kafkaadmin import AdminClient, RetryPolicy
from kafkaadmin.events import BrokerSuspected, Event
from kafkaadmin.testing import FakeCluster, Fault
from kafkawire import ApiKey
from tests.support.callers import READ, TOPIC, Callers, Report

pytestmark = pytest.mark.anyio

T = TypeVar("T")

GROUP = "billing"
FAILOVER = 0.5
SUSPECT_AFTER = 0.3
RETRY = RetryPolicy(initial=0.05, maximum=0.25)
SLACK = 2.0
"""Seconds granted to a busy machine; far less than any time-out that could hide behind it."""


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    backend: str = request.param
    return backend


@pytest.fixture
def release() -> str:
    return "4.4"


ON_OLD_BROKERS_TOO = pytest.mark.parametrize("release", ["4.4", "2.8"])
"""Those of 2.8 are asked for one coordinator at a time, and for the offsets of one group."""


@pytest.fixture
def cluster(release: str) -> Iterator[FakeCluster]:
    with FakeCluster(brokers=3, failover=FAILOVER, versions_of=release) as cluster:
        cluster.add_topic(TOPIC, partitions=3)
        yield cluster


async def do(call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Do something to the cluster without holding up the callers."""
    return await anyio.to_thread.run_sync(partial(call, *args, **kwargs))


def has_lost_its_groups(cluster: FakeCluster, broker: int) -> None:
    """Wait until another broker coordinates them."""
    while cluster.coordinator_of(GROUP) == broker:
        time.sleep(0.001)


@asynccontextmanager
async def five_callers(cluster: FakeCluster) -> AsyncIterator[Report]:
    """The callers, warmed up; on leaving, none may have failed."""
    async with AdminClient(cluster.bootstrap_servers, suspect_after=SUSPECT_AFTER, retry=RETRY) as admin:
        callers = Callers(admin, GROUP, pause=0.05)
        await callers.prepare()
        async with callers.calling() as report:
            await callers.everybody_calls()
            yield report
            await callers.everybody_calls()
    assert report.failures == []


async def died(cluster: FakeCluster, how: str) -> float:
    """Stop the coordinator, and wait until the cluster has another. Gives the moment at which it was to have it."""
    coordinator = await do(cluster.coordinator_of, GROUP)
    await do(cluster.stop_broker, coordinator, how=how)
    gone = time.monotonic()
    await anyio.sleep(FAILOVER + 0.3)
    assert await do(cluster.coordinator_of, GROUP) != coordinator
    return gone + FAILOVER


@ON_OLD_BROKERS_TOO
@pytest.mark.parametrize("how", ["reset", "fin"])
async def test_calls_outlive_the_death_of_their_coordinator(cluster: FakeCluster, how: str) -> None:
    async with five_callers(cluster) as report:
        elected = await died(cluster, how)
    assert report.held_up(elected) < RETRY.maximum + SLACK


@ON_OLD_BROKERS_TOO
async def test_calls_outlive_a_coordinator_that_freezes_and_wakes_up_believing_it_still_is_one(
    cluster: FakeCluster,
) -> None:
    frozen = cluster.coordinator_of(GROUP)
    async with five_callers(cluster) as report:
        elected = await died(cluster, "stall")
        await do(cluster.start_broker, frozen, stale_for=0.3)
        await anyio.sleep(0.5)
    assert report.held_up(elected) < SUSPECT_AFTER + RETRY.maximum + SLACK


async def test_calls_wait_for_a_coordinator_that_is_frozen_for_less_than_the_cluster_would_notice(
    cluster: FakeCluster,
) -> None:
    coordinator = cluster.coordinator_of(GROUP)
    async with five_callers(cluster):
        await do(cluster.stop_broker, coordinator, how="stall", failover=60.0)
        await anyio.sleep(4 * SUSPECT_AFTER)
        await do(cluster.start_broker, coordinator)
    assert cluster.coordinator_of(GROUP) == coordinator


@ON_OLD_BROKERS_TOO
async def test_calls_follow_a_coordinator_that_moves(cluster: FakeCluster) -> None:
    async with five_callers(cluster) as report:
        moved = time.monotonic()
        for _ in range(6):
            coordinator = await do(cluster.coordinator_of, GROUP)
            await do(cluster.move_coordinator, GROUP, to=coordinator % 3 + 1)
            await anyio.sleep(0.1)
    assert report.held_up(moved) < 0.6 + RETRY.maximum + SLACK


@ON_OLD_BROKERS_TOO
async def test_calls_wait_for_an_election_to_end(cluster: FakeCluster) -> None:
    async with five_callers(cluster) as report:
        await do(cluster.election, 1.0)
        elected = time.monotonic() + 1.0
        await anyio.sleep(1.1)
    assert report.held_up(elected) < RETRY.maximum + SLACK


async def test_calls_wait_for_a_new_coordinator_to_load_its_groups(cluster: FakeCluster) -> None:
    async with five_callers(cluster) as report:
        await do(cluster.load, GROUP, 0.5)
        loaded = time.monotonic() + 0.5
        await anyio.sleep(0.6)
    assert report.held_up(loaded) < RETRY.maximum + SLACK


@pytest.mark.parametrize("how", ["reset", "fin"])
async def test_calls_outlive_the_repeated_loss_of_all_connections(cluster: FakeCluster, how: str) -> None:
    async with five_callers(cluster):
        coordinator = await do(cluster.coordinator_of, GROUP)
        for _ in range(30):
            await do(cluster.drop_connections, coordinator, how=how)
            await anyio.sleep(0.02)


async def test_a_slow_request_whose_connections_are_lost_again_and_again_is_not_taken_for_poison(
    cluster: FakeCluster,
) -> None:
    cluster.add_group(GROUP, offsets={READ: 5})
    cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, delay=0.05, count=None))
    async with AdminClient(cluster.bootstrap_servers) as admin, anyio.create_task_group() as callers:
        offsets: list[int] = []

        async def read_twice() -> None:
            offsets.extend([(await admin.list_consumer_group_offsets(GROUP))[GROUP][READ].offset for _ in range(2)])

        callers.start_soon(read_twice)
        for _ in range(8):
            await do(cluster.drop_connections, cluster.coordinator_of(GROUP))
            await anyio.sleep(0.03)
    assert offsets == [5, 5]


async def test_calls_outlive_a_broker_that_restarts_again_and_again(cluster: FakeCluster) -> None:
    async with five_callers(cluster):
        for _ in range(4):
            coordinator = await do(cluster.coordinator_of, GROUP)
            await do(cluster.stop_broker, coordinator, how="fin", failover=0.1)
            await anyio.sleep(0.15)
            await do(cluster.start_broker, coordinator, prefer=True)
            await anyio.sleep(0.1)


async def test_calls_outlive_a_rolling_restart(cluster: FakeCluster) -> None:
    async with five_callers(cluster):
        for broker in cluster.brokers:
            await do(cluster.stop_broker, broker, how="fin", failover=0.0)
            await anyio.sleep(0.15)
            await do(cluster.start_broker, broker, prefer=True)
            await anyio.sleep(0.1)


async def test_a_deposed_coordinator_that_wakes_up_is_not_believed(cluster: FakeCluster) -> None:
    """What the new one acknowledged is read back, though the old one answers a read from memory as it wakes."""
    frozen = cluster.coordinator_of(GROUP)
    suspicions: list[Event] = []
    async with AdminClient(
        cluster.bootstrap_servers, suspect_after=SUSPECT_AFTER, retry=RETRY, observers=[suspicions.append]
    ) as admin:
        await Callers(admin, GROUP).prepare()
        await do(cluster.stop_broker, frozen, how="stall", failover=2 * SUSPECT_AFTER)
        async with anyio.create_task_group() as group:
            read: list[int] = []

            async def read_once() -> None:
                offsets = (await admin.list_consumer_group_offsets(GROUP))[GROUP]
                read.append(offsets[READ].offset)

            for _ in range(5):
                group.start_soon(read_once)
            await do(has_lost_its_groups, cluster, frozen)
            await do(cluster.commit, GROUP, {READ: 77})
            await do(cluster.start_broker, frozen, stale_for=1.0)
        await read_once()
    assert any(isinstance(event, BrokerSuspected) for event in suspicions)
    assert read == [77] * 6
