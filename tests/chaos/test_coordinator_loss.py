"""A group's coordinator is killed, frozen, cut off or moved on real Kafka, under five callers: none of them sees it.

Every call must succeed with a right answer, and the callers must go on as soon as Kafka itself can: within one back-off
of the moment at which a new coordinator served the group, or, where the old one is silent rather than gone, within
`suspect_after` and one back-off.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread
import pytest

from kafkaadmin import AdminClient, NewTopic, RetryPolicy
from tests.support.callers import TOPIC, Callers, Report
from tests.support.kafka.cluster import KafkaCluster
from tests.support.kafka.containers import Cut, DockerKafka
from tests.support.kafka.watch import CoordinatorWatch

pytestmark = [pytest.mark.failover, pytest.mark.anyio]

GROUP = "billing"
BACKOFF = RetryPolicy().maximum
SUSPECT_AFTER = 1.5
NOISE = 1.0
"""Seconds granted to a busy machine, and to the 50 ms steps in which Kafka's own recovery is seen."""

ON_BOTH_LOOPS = pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])

T = TypeVar("T")


@pytest.fixture
def anyio_backend() -> str:
    """Where the event loop can't make a difference, asyncio is enough: each of these tests takes its 20 seconds."""
    return "asyncio"


@pytest.fixture
def docker_kafka(request: pytest.FixtureRequest) -> DockerKafka:
    """Three brokers whose packets can be dropped, which takes a network of their own."""
    kafka = request.getfixturevalue("chaos_kafka")
    assert isinstance(kafka, DockerKafka)
    return kafka


async def in_thread(work: Callable[[], T]) -> T:
    return await anyio.to_thread.run_sync(work)


class Stage:
    """Callers at work around one group, and what Kafka itself says of the group meanwhile."""

    def __init__(self, kafka: KafkaCluster, coordinator: int, watch: CoordinatorWatch, report: Report) -> None:
        self.kafka = kafka
        self.coordinator = coordinator
        self.watch = watch
        self.report = report
        self.hurt_at = time.monotonic()

    async def kafka_recovered(self) -> float:
        """When another broker served the group."""
        return await in_thread(partial(self.watch.await_change, since=self.hurt_at, from_broker=self.coordinator))

    async def kafka_serves_again(self) -> float:
        """When any broker served the group after nobody had."""
        while True:
            changes = [change for change in self.watch.changes if change[0] >= self.hurt_at]
            gone = next((at for at, broker in changes if broker is None), None)
            back = next((at for at, broker in changes if gone is not None and at > gone and broker is not None), None)
            if back is not None:
                return back
            await anyio.sleep(0.05)

    def all_went_well(self, kafka_at: float, within: float) -> None:
        """No call failed, and none waited long for what Kafka could do again."""
        report, held_up = self.report, self.report.held_up(kafka_at)
        print(
            f"{len(report.calls)} calls, {len(report.failures)} failed; longest {report.longest():.2f} s;"
            f" Kafka after {kafka_at - self.hurt_at:.2f} s, nobody held up for more than {held_up:.2f} s from then on"
        )
        assert report.failures == []
        assert held_up <= within + NOISE


@asynccontextmanager
async def callers_at_work(kafka: KafkaCluster, *, behind_proxies: bool = False) -> AsyncGenerator[Stage]:
    async with AdminClient(kafka.bootstrap(direct=not behind_proxies), suspect_after=SUSPECT_AFTER) as admin:
        (await admin.create_topics([NewTopic(TOPIC, partitions=3, replication_factor=3)])).raise_for_errors()
        callers = Callers(admin, GROUP)
        await callers.prepare()
        coordinator = await in_thread(partial(kafka.coordinator_of, GROUP))
        with CoordinatorWatch(kafka, GROUP) as watch:
            async with callers.calling() as report:
                await callers.everybody_calls(times=3)  # on a healthy cluster
                stage = Stage(kafka, coordinator, watch, report)
                yield stage
                await callers.everybody_calls(times=3)  # and on one that has recovered


@ON_BOTH_LOOPS
async def test_killed(chaos_kafka: KafkaCluster) -> None:
    async with callers_at_work(chaos_kafka) as stage:
        await in_thread(partial(chaos_kafka.kill, stage.coordinator))
        kafka_at = await stage.kafka_recovered()
    stage.all_went_well(kafka_at, within=BACKOFF)


@pytest.mark.docker
async def test_killed_and_started_again(chaos_kafka: KafkaCluster) -> None:
    async with callers_at_work(chaos_kafka) as stage:
        await in_thread(partial(chaos_kafka.kill, stage.coordinator))
        await in_thread(partial(chaos_kafka.start, stage.coordinator))
        kafka_at = await stage.kafka_serves_again()
    stage.all_went_well(kafka_at, within=BACKOFF)


async def test_terminated(chaos_kafka: KafkaCluster) -> None:
    async with callers_at_work(chaos_kafka) as stage:
        await in_thread(partial(chaos_kafka.terminate, stage.coordinator))
        kafka_at = await stage.kafka_recovered()
    stage.all_went_well(kafka_at, within=BACKOFF)


async def test_frozen_for_20_seconds(chaos_kafka: KafkaCluster) -> None:
    async with callers_at_work(chaos_kafka) as stage:
        await in_thread(partial(chaos_kafka.pause, stage.coordinator))
        try:
            kafka_at = await stage.kafka_recovered()
            await anyio.sleep(max(0.0, stage.hurt_at + 20.0 - time.monotonic()))
        finally:
            chaos_kafka.resume(stage.coordinator)
    stage.all_went_well(kafka_at, within=SUSPECT_AFTER + BACKOFF)


@pytest.mark.docker
async def test_packets_lost_for_20_seconds(docker_kafka: DockerKafka) -> None:
    """Nothing is closed and nothing refused: connections hang, those that are open and new ones."""
    async with callers_at_work(docker_kafka) as stage:
        await in_thread(partial(docker_kafka.cut, stage.coordinator, Cut.DROP))
        try:
            kafka_at = await stage.kafka_recovered()
            await anyio.sleep(max(0.0, stage.hurt_at + 20.0 - time.monotonic()))
        finally:
            docker_kafka.mend(stage.coordinator)
    stage.all_went_well(kafka_at, within=SUSPECT_AFTER + BACKOFF)


@pytest.mark.parametrize("how", ["reset", "close"])
async def test_connections_broken_again_and_again(chaos_kafka: KafkaCluster, how: str) -> None:
    async with callers_at_work(chaos_kafka, behind_proxies=True) as stage:
        last = stage.hurt_at
        for _ in range(20):
            getattr(chaos_kafka.proxies[stage.coordinator], how)()
            last = time.monotonic()
            await anyio.sleep(0.2)
    stage.all_went_well(last, within=BACKOFF)


async def test_moved_by_preferred_leader_election(chaos_kafka: KafkaCluster) -> None:
    async with callers_at_work(chaos_kafka) as stage:
        await in_thread(partial(chaos_kafka.move_coordinator, GROUP))
        kafka_at = await stage.kafka_recovered()
    stage.all_went_well(kafka_at, within=BACKOFF)
