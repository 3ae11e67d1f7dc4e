"""Brokers silent for 20, 45 and 90 seconds on real Kafka: calls in flight, queued and idle, on both event loops.

A silent broker's sockets stay open while Kafka replaces it, and when it is heard again it still believes what it knew.
Calls go on within `suspect_after` and one back-off of Kafka's own recovery, and nobody is told an old truth. Freezes
are played every day; packets lost for as long, on Docker, where `--long` is said (`make silence`).
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from functools import partial
from itertools import count, islice

import anyio
import pytest
from anyio.abc import TaskGroup
from anyio.from_thread import BlockingPortal, start_blocking_portal

from kafkaadmin import AdminClient, NewTopic, OperationTimeoutError, RetryPolicy, TopicPartition
from kafkaadmin.events import Event, Observer, RequestSent
from tests.support.callers import TOPIC, Callers
from tests.support.kafka import CoordinatorWatch, KafkaCluster
from tests.support.kafka.cluster import OFFSETS_TOPIC
from tests.support.kafka.containers import Cut, DockerKafka
from tests.support.kafka.plugin import StartKafka
from tests.support.kafka.wire import group_partition

pytestmark = pytest.mark.failover

PARTITION = TopicPartition(TOPIC, 0)
SUSPECT_AFTER = 1.5
BACKOFF = RetryPolicy().maximum
NOISE = 1.0
QUEUED = 100
SHORT = 1.0
WOKEN = 2
"""Clients that rest until one reads as Kafka has replaced the silent broker, the other as that is heard again."""

Act = Callable[[int], None]
"""Done to a broker."""


@pytest.fixture
def docker_kafka(start_kafka: StartKafka) -> DockerKafka:
    """Five brokers whose packets can be dropped, which takes a network of their own."""
    kafka = start_kafka(brokers=5)
    assert isinstance(kafka, DockerKafka)
    return kafka


class Company:
    """On one event loop: callers around a group, and clients that have asked its coordinator once, and rest."""

    def __init__(
        self, callers: Callers, spare: str, tasks: TaskGroup, resting: list[AdminClient], events: list[Event]
    ) -> None:
        self.callers, self.group, self.spare = callers, callers.group, spare
        self.old_truths: list[str] = []
        self.waits: list[float] = []
        self.given_up: OperationTimeoutError | None = None
        self._tasks, self._resting, self._events = tasks, resting, events

    @property
    def committed_shortly(self) -> bool:
        """Whether the commit that didn't wait for long was sent."""
        return any(isinstance(event, RequestSent) and event.api == "OffsetCommit" for event in self._events)

    async def crowd_in(self) -> None:
        """More reads than the coordinator has taken when it freezes, and a commit that doesn't wait for long."""
        for _ in range(QUEUED):
            self._tasks.start_soon(self.read, self.callers.admin)
        self._tasks.start_soon(self._commit_shortly, self._resting.pop())

    async def wake_one(self) -> None:
        """A client that has rested so far reads."""
        self._tasks.start_soon(self.read, self._resting.pop())

    async def read(self, admin: AdminClient) -> None:
        """Read the group, and note what must not be."""
        began, since = time.monotonic(), self.callers.acknowledged
        offset = (await admin.list_consumer_group_offsets(self.group))[self.group][PARTITION].offset
        self.waits.append(time.monotonic() - began)
        if offset < since:
            self.old_truths.append(f"{offset} was read, {since} was acknowledged before")

    async def _commit_shortly(self, admin: AdminClient) -> None:
        result = await admin.alter_consumer_group_offsets(self.spare, {PARTITION: 7}, timeout=SHORT)
        error = result.failed.get(PARTITION)
        assert isinstance(error, OperationTimeoutError)
        self.given_up = error


@asynccontextmanager
async def company(kafka: KafkaCluster, group: str, spare: str) -> AsyncGenerator[Company]:
    async with AsyncExitStack() as stack:
        events: list[Event] = []
        callers = Callers(await stack.enter_async_context(client(kafka)), group)
        resting = [await stack.enter_async_context(client(kafka, events.append)) for _ in range(1 + WOKEN)]
        tasks = await stack.enter_async_context(anyio.create_task_group())
        await callers.prepare()
        for admin in resting:
            (await admin.list_consumer_group_offsets([group, spare])).raise_for_errors()
        async with callers.calling():
            await callers.everybody_calls(times=2)
            yield Company(callers, spare, tasks, resting, events)
            await callers.everybody_calls(times=2)


def client(kafka: KafkaCluster, *observers: Observer) -> AdminClient:
    return AdminClient(kafka.bootstrap(), suspect_after=SUSPECT_AFTER, observers=observers)


class Silence:
    """One broker's silence, and who looks on."""

    def __init__(self, broker: int, hush: Act, wake: Act, companies: list[tuple[BlockingPortal, Company]]) -> None:
        self.broker, self.hush, self.wake, self.companies = broker, hush, wake, companies
        self.silent_at = self.kafka_at = 0.0
        self.held_up: list[float] = []

    def begin(self) -> None:
        """The broker falls silent, with calls in flight; more queue up behind them."""
        self.hush(self.broker)
        self.silent_at = time.monotonic()
        for portal, each in self.companies:
            portal.call(each.crowd_in)

    def look_on(self, watch: CoordinatorWatch) -> None:
        """Kafka replaces it; then a client that has slept through all that reads."""
        self.kafka_at = watch.await_change(since=self.silent_at, from_broker=self.broker)
        for portal, each in self.companies:
            portal.call(each.callers.everybody_calls, 2)
            self.held_up.append(each.callers.report.held_up(self.kafka_at))
            portal.call(each.wake_one)

    def end(self, seconds: float) -> None:
        """It is heard again when its time is over; another client that has slept through all of it reads at once."""
        time.sleep(max(0.0, self.silent_at + seconds - time.monotonic()))
        self.wake(self.broker)
        for portal, each in self.companies:
            portal.call(each.wake_one)

    def judge(self) -> None:
        """Nobody failed, nobody was told an old truth, and all went on as soon as they could."""
        for (_, each), held_up in zip(self.companies, self.held_up, strict=True):
            report = each.callers.report
            print(
                f"{each.group}: {len(report.calls)} calls, {len(report.failures)} failed;"
                f" Kafka after {self.kafka_at - self.silent_at:.2f} s, callers {held_up:.2f} s later;"
                f" {len(each.waits)} reads queued or woken, old truths: {len(each.old_truths)}"
            )
            assert report.failures == []
            assert each.old_truths == []
            assert len(each.waits) == QUEUED + WOKEN
            assert held_up <= SUSPECT_AFTER + BACKOFF + NOISE
            assert each.given_up is not None
            assert each.given_up.sent == each.committed_shortly, "what reached the silent broker may be applied yet"


def groups_of(kafka: KafkaCluster, broker: int, prefix: str) -> Iterator[str]:
    """Names of groups that the broker coordinates now."""
    partitions = kafka.metadata(OFFSETS_TOPIC).topics[OFFSETS_TOPIC]
    own = {partition.index for partition in partitions if partition.leader == broker}
    names = (f"{prefix}-{number}" for number in count())
    return (name for name in names if group_partition(name, len(partitions)) in own)


class Theatre:
    """Where brokers fall silent in one way, before callers on both event loops."""

    def __init__(self, kafka: KafkaCluster, portals: list[BlockingPortal], hush: Act, wake: Act) -> None:
        self._kafka, self._portals, self._hush, self._wake = kafka, portals, hush, wake

    @contextmanager
    def silent(self, broker: int, seconds: float) -> Generator[None]:
        """The body runs while the broker is silent; on leaving, its time is waited for."""
        names = list(islice(groups_of(self._kafka, broker, f"billing-{seconds:.0f}"), 2 * len(self._portals)))
        with ExitStack() as stack:
            companies: list[tuple[BlockingPortal, Company]] = []
            for portal in self._portals:
                gathered = company(self._kafka, names.pop(), names.pop())
                companies.append((portal, stack.enter_context(portal.wrap_async_context_manager(gathered))))
            watch = stack.enter_context(CoordinatorWatch(self._kafka, companies[0][1].group))
            silence = Silence(broker, self._hush, self._wake, companies)
            silence.begin()
            silence.look_on(watch)
            yield
            silence.end(seconds)
        silence.judge()


async def make_topic(kafka: KafkaCluster) -> None:
    async with AdminClient(kafka.bootstrap()) as admin:
        (await admin.create_topics(NewTopic(TOPIC, partitions=3, replication_factor=3))).raise_for_errors()


def busy_brokers(kafka: KafkaCluster) -> list[int]:
    """The living brokers that coordinate groups, those with most first."""
    leaders = [partition.leader for partition in kafka.metadata(OFFSETS_TOPIC).topics[OFFSETS_TOPIC]]
    return sorted(set(leaders), key=leaders.count, reverse=True)


def play(kafka: KafkaCluster, hush: Act, wake: Act) -> None:
    """One is silent for 90 s; meanwhile another for 20 s, then a third for 45 s: of five brokers three are up."""
    anyio.run(make_topic, kafka)
    with ExitStack() as stack:
        portals = [stack.enter_context(start_blocking_portal(loop)) for loop in ("asyncio", "trio")]
        theatre = Theatre(kafka, portals, hush, wake)
        first, second = busy_brokers(kafka)[:2]
        with theatre.silent(first, 90.0):
            with theatre.silent(second, 20.0):
                pass
            kafka.await_brokers(kafka.living)
            kafka.await_in_sync()
            third = next(broker for broker in busy_brokers(kafka) if broker not in (first, second))
            with theatre.silent(third, 45.0):
                pass


def test_frozen_for_20_and_45_and_90_seconds(start_kafka: StartKafka) -> None:
    kafka = start_kafka(brokers=5)
    play(kafka, kafka.pause, kafka.resume)


@pytest.mark.long
def test_packets_lost_for_20_and_45_and_90_seconds(docker_kafka: DockerKafka) -> None:
    """The broker runs on, parted from its peers and its clients, and is back with what it believed."""
    play(docker_kafka, partial(docker_kafka.cut, how=Cut.DROP), docker_kafka.mend)
