"""The demo's cluster, and what happens to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from itertools import cycle, islice

import anyio
from anyio.to_thread import run_sync

from kafkaadmin.cli.demo.journal import Journal
from kafkaadmin.cli.demo.measurements import Disturbance, Truth
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.testing import FakeCluster, Fault, Stop

__all__ = ["DURATION", "Scenario", "build_cluster", "committed_partitions", "fill"]

DURATION = 20.0
"""Seconds from the first call to the last."""

_FIRST, _SECOND, _THIRD = 1, 2, 3
_TOPICS = tuple(f"topic-{number:02}" for number in range(1, 13))
_GROUPS = tuple(f"group-{number:03}" for number in range(1, 201))
_PARTITIONS = 3
_TOPICS_OF_A_GROUP = 2

_FAILOVER_OF_THE_DEAD = 1.5
_FAILOVER_OF_THE_FROZEN = 2.0
"""Seconds until the fake Kafka gives up a broker and elects others; a real one takes up to 9."""
_BELIEVES_FOR = 1.0
_COMMIT_PAUSE = 0.1
_COMMITS = 20


def build_cluster() -> FakeCluster:
    """Three brokers, as yet without topics."""
    return FakeCluster(brokers=3)


def committed_partitions() -> dict[str, tuple[TopicPartition, ...]]:
    """Which partitions each group commits: those of two neighbouring topics."""
    topics = cycle(_TOPICS)
    return {
        group: tuple(
            TopicPartition(topic, index) for topic in islice(topics, _TOPICS_OF_A_GROUP) for index in range(_PARTITIONS)
        )
        for group in _GROUPS
    }


def fill(cluster: FakeCluster, truth: Truth) -> int:
    """Make the topics, and the groups with what they have committed. Returns how many topics."""
    for topic in _TOPICS:
        cluster.add_topic(topic, partitions=_PARTITIONS, end_offset=1_000_000)
    for group, partitions in truth.partitions.items():
        cluster.add_group(group, offsets=dict.fromkeys(partitions, 0))
    return len(_TOPICS)


class Scenario:
    """Six disturbances in 20 seconds, while consumers go on committing.

    `speed` divides all times. `call_now` begins a call right after each disturbance, which shows how long it is felt.
    """

    def __init__(
        self, cluster: FakeCluster, truth: Truth, journal: Journal, *, call_now: Callable[[], None], speed: float = 1.0
    ) -> None:
        self._cluster = cluster
        self._truth = truth
        self._journal = journal
        self._call_now = call_now
        self._speed = speed
        self._acts: tuple[tuple[float, Callable[[], Awaitable[None]]], ...] = (
            (2.0, self._reset_connections),
            (4.5, self._move_groups),
            (7.0, self._kill),
            (11.0, self._restart),
            (13.0, self._freeze),
            (17.5, self._wake),
        )

    async def play(self) -> None:
        """From the first act to the end."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._consume)
            for at, act in self._acts:
                await self._until(at)
                await act()
            await self._until(DURATION)
            group.cancel_scope.cancel()

    async def _until(self, at: float) -> None:
        await anyio.sleep(max(0.0, at / self._speed - self._journal.now()))

    # What happens

    async def _reset_connections(self) -> None:
        # Held up at the broker, so that the request certainly is in flight.
        fault = await run_sync(self._cluster.inject, Fault(broker=_THIRD, delay=60.0))
        self._call_now()
        await fault.reached()
        await run_sync(self._cluster.drop_connections, _THIRD)
        self._happened(f"broker {_THIRD}'s connections reset mid-request")

    async def _move_groups(self) -> None:
        await run_sync(self._move_all, _FIRST, _SECOND)
        self._happened(f"all groups of broker {_FIRST} moved to broker {_SECOND}")

    def _move_all(self, origin: int, to: int) -> None:
        for group in _GROUPS:
            if self._cluster.coordinator_of(group) == origin:
                self._cluster.move_coordinator(group, to=to)

    async def _kill(self) -> None:
        await self._stop(_THIRD, f"broker {_THIRD} killed", how="reset", failover=_FAILOVER_OF_THE_DEAD)

    async def _restart(self) -> None:
        await run_sync(partial(self._cluster.start_broker, _THIRD, prefer=True))
        self._happened(f"broker {_THIRD} back, and given its groups again")

    async def _freeze(self) -> None:
        what = f"broker {_SECOND} frozen: silent, its sockets open"
        await self._stop(_SECOND, what, how="stall", failover=_FAILOVER_OF_THE_FROZEN)

    async def _wake(self) -> None:
        stale_for = _BELIEVES_FOR / self._speed
        await run_sync(partial(self._cluster.start_broker, _SECOND, stale_for=stale_for))
        self._happened(f"broker {_SECOND} awake, and still sure of its groups")

    async def _stop(self, broker: int, what: str, *, how: Stop, failover: float) -> None:
        group = await run_sync(self._a_group_of, broker)
        await run_sync(partial(self._cluster.stop_broker, broker, how=how, failover=failover / self._speed))
        disturbance = self._happened(what, kafka_after=None)
        coordinator = broker
        while coordinator == broker:
            await anyio.sleep(0.01)
            coordinator = await run_sync(self._cluster.coordinator_of, group)
        disturbance.kafka_after = self._journal.now() - disturbance.at

    def _a_group_of(self, broker: int) -> str:
        return next(group for group in _GROUPS if self._cluster.coordinator_of(group) == broker)

    def _happened(self, what: str, *, kafka_after: float | None = 0.0) -> Disturbance:
        disturbance = self._journal.happened(what, kafka_after=kafka_after)
        self._call_now()
        return disturbance

    # What goes on all the while

    async def _consume(self) -> None:
        """A few groups at a time commit further."""
        groups = cycle(_GROUPS)
        while True:
            await run_sync(self._commit, tuple(islice(groups, _COMMITS)))
            await anyio.sleep(_COMMIT_PAUSE)

    def _commit(self, groups: Iterable[str]) -> None:
        for group in groups:
            offset = self._truth.next_offset(group)
            self._cluster.commit(group, dict.fromkeys(self._truth.partitions[group], offset))
            self._truth.committed(group, offset)
