"""One schedule played: steps at their times, callers between them, and what is to hold of every one of them."""

# The rooms of routing are looked into from outside.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Any
from unittest.mock import patch

import anyio
import trio
from trio.testing import MockClock

from kafkaadmin.config import Address, ClientConfig
from kafkaadmin.routing import Attempt, Cluster, Coordinator, Deadline, Done, Errored, Operation, Outcome
from kafkaadmin.routing.nodes import Node
from kafkaadmin.routing.table import Lookup, Route, RouteTable
from kafkawire.messages import (
    FindCoordinatorRequest,
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
    OffsetCommitResponse,
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchResponse,
)
from tests.support.schedules.brokers import LATENCY, Kafka

__all__ = ["GROUPS", "Step", "Trace", "play"]

GROUPS = ("a", "b", "c", "d")
ROUND_TRIP = 2 * LATENCY
SUSPECT_AFTER = 1.5
SLACK = 0.1
"""Seconds that many requests of a few milliseconds each take."""
SOON = 1.0 + 2 * ROUND_TRIP + SLACK
"""One back-off cap and two round trips: so long a call may go on once all is well."""
LOOKUPS_IN_A_SECOND = 12
"""The most lookups of one key: the pauses of 50 ms doubling to 1 s allow 6, and a check of a silent broker as many."""

Act = Callable[[Kafka], None]


@dataclass(frozen=True, slots=True)
class Step:
    """What happens after `pause` seconds: an act, or a caller who reads or writes, and may be cancelled later."""

    pause: float
    act: Act | None = None
    reads: tuple[str, ...] = ()
    writes: str | None = None
    timeout: float = 30.0
    cancel_after: float | None = None
    told: str = ""

    def __repr__(self) -> str:
        does = self.told or (f"read {self.reads}" if self.reads else f"write {self.writes}")
        return f"Step({self.pause:g}: {does}, timeout={self.timeout:g}, cancel_after={self.cancel_after})"


@dataclass
class Trace:
    """What was seen, and what of it must not be."""

    broken: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    calls: int = 0
    succeeded: int = 0

    def breaks(self, invariant: str, what: str) -> None:
        self.broken.append((invariant, what))


def play(steps: Sequence[Step], seed: int = 0) -> Trace:
    """Play a schedule, on a clock that jumps, to its end and on to health."""
    trace = Trace()
    random = Random(seed)
    with (
        patch("kafkaadmin.routing.asking.random", random.random),
        patch("kafkaadmin.routing.directory.random", random.random),
        patch("kafkaadmin.routing.cluster.random", random.random),
    ):
        trio.run(_Play(trace).all, steps, clock=MockClock(autojump_threshold=0))
    return trace


class _Play:
    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.writing: set[str] = set()
        self.lookups: dict[str, list[float]] = {group: [] for group in GROUPS}

    async def all(self, steps: Sequence[Step]) -> None:
        with anyio.fail_after(1_000):
            async with anyio.create_task_group() as world:
                self.kafka = Kafka(world, GROUPS)
                self.cluster = Cluster(ClientConfig(bootstrap_servers=(Address("broker-1", 9092),)))
                self.cluster._pool = self.cluster._driver.asker._pool = self.kafka  # type: ignore[assignment]
                for broker in self.kafka.brokers.values():
                    self.cluster._nodes.learn(broker.id, *broker.address)
                self.kafka.tick = lambda: self.cluster._nodes.seq
                self._look_over_the_shoulder()
                async with anyio.create_task_group() as callers:
                    for step in steps:
                        await anyio.sleep(step.pause)
                        if step.act is not None:
                            step.act(self.kafka)
                        else:
                            callers.start_soon(self._call, step)
                    self.kafka.heal()
                await self._conclude()
                world.cancel_scope.cancel()

    # ------------------------------------------------------------------ callers

    async def _call(self, step: Step) -> None:
        if step.writes is not None and step.writes in self.writing:
            return  # a group has one writer at a time
        self.trace.calls += 1
        with anyio.CancelScope() as scope:
            if step.cancel_after is not None:
                scope.deadline = anyio.current_time() + step.cancel_after
            if step.writes is not None:
                await self._write(step.writes, step.timeout)
            else:
                await self._read(step.reads, step.timeout)

    async def _read(self, groups: tuple[str, ...], timeout: float) -> bool:
        kafka = self.kafka
        since = {group: kafka.acknowledged[group] for group in groups}
        call = _Call(self)
        result = await self._timed(call.reading(), groups, timeout)
        for group, offset in result.succeeded.items():
            if not since[group] <= offset <= kafka.begun[group]:
                told = f"{group}: {offset} was read, {since[group]} acknowledged before, {kafka.begun[group]} begun"
                self.trace.breaks("no old truth", told)
        return len(result.succeeded) == len(groups)

    async def _write(self, group: str, timeout: float) -> bool:
        self.writing.add(group)
        try:
            self.kafka.begun[group] += 1
            number = self.kafka.begun[group]
            result = await self._timed(_Call(self).writing(number), (group,), timeout)
            if result.succeeded:
                self.kafka.acknowledged[group] = max(number, self.kafka.acknowledged[group])
            return bool(result.succeeded)
        finally:
            self.writing.discard(group)

    async def _timed(self, operation: Operation[str, Any, Any], keys: Sequence[str], timeout: float) -> Any:
        began = anyio.current_time()
        result = await self.cluster._driver.run(operation, keys, Deadline.after(timeout))
        ended = anyio.current_time()
        if ended - began > timeout + 0.001:
            self.trace.breaks("every call ends by its deadline", f"{keys}: {ended - began:.3f} of {timeout} s")
        self.trace.succeeded += not result.failed
        calm = self.kafka.calm_within(began, ended)
        # A sleeping broker may be asked before those that are awake, until it is suspected.
        if calm > SOON + SUSPECT_AFTER * self.kafka.slept_since(began):
            told = f"{keys}: under way for {calm:.3f} s on a healthy cluster; failed: {list(result.failed.values())}"
            self.trace.breaks("healthy soon enough", told)
        return result

    # ------------------------------------------------------------------ the end

    async def _conclude(self) -> None:
        """All is well: every group answers at once, and nothing is left over."""
        await anyio.sleep(max(0.0, self.kafka.well_from - anyio.current_time()) + 0.001)
        for group in GROUPS:
            if not await self._read((group,), SOON):
                self.trace.breaks("healthy soon enough", f"{group} was not answered for on a healthy cluster")
        if not await self._read(GROUPS, 1.0):
            self.trace.breaks("healthy soon enough", "not all groups were answered for")
        router = self.cluster._coordinators
        left = [
            router._flights,
            router._gathering,
            router.table.troubled,
            self.cluster._directory._witnesses._under_way,
        ]
        if any(left):
            self.trace.breaks("no entry or waiter leaks", f"{left}")
        for group in GROUPS:
            self._check_pace(group)

    def _check_pace(self, group: str) -> None:
        times = self.lookups[group]
        for first, last in zip(times, times[LOOKUPS_IN_A_SECOND:], strict=False):
            if last - first < 1.0:
                told = f"{group}: {LOOKUPS_IN_A_SECOND + 1} lookups from {first:.3f} to {last:.3f}"
                self.trace.breaks("lookups a key are bounded by the back-off", told)

    # ------------------------------------------------------------------ over the router's shoulder

    def _look_over_the_shoulder(self) -> None:
        table = self.cluster._coordinators.table
        self._watch_lookups(table)
        self._watch_invalidations(table)
        self._watch_silence()

    def _watch_lookups(self, table: RouteTable[Coordinator]) -> None:
        extend = table.extend

        def watched(lookup: Lookup[Coordinator], keys: Any) -> None:
            keys = list(keys)
            for key in keys:
                if table.lookup(key) is not None:
                    self.trace.breaks("one lookup in flight a key", f"{key} is in another lookup already")
                self.lookups[key.key].append(anyio.current_time())
            extend(lookup, keys)

        table.extend = watched  # type: ignore[method-assign]

    def _watch_invalidations(self, table: RouteTable[Coordinator]) -> None:
        invalidate = table.invalidate

        def watched(route: Route[Coordinator], error: Any, now: float, *, later: bool = False) -> bool:
            entry = table._entries.get(route.key)
            fresh = entry is not None and entry.node is not None and entry.generation != route.generation
            dropped = invalidate(route, error, now, later=later)
            if fresh and (entry is None or entry.node is None):
                self.trace.breaks("a late error never drops a fresh entry", f"{route.key} lost its newer route")
            return dropped

        table.invalidate = watched  # type: ignore[method-assign]

    def sends(self, node: Node, group: str) -> None:
        """A request is made for a group at a node."""
        entry = self.cluster._coordinators.table._entries.get(Coordinator(group))
        if entry is not None and entry.node is node and entry.start_seq < node.failed_seq:
            told = f"{group} goes to {node}, which failed after it was looked up"
            self.trace.breaks("no request goes to a node known dead since its lookup began", told)

    def _watch_silence(self) -> None:
        """Requests that a sleeping broker holds must have made somebody ask others in time."""
        driver = self.cluster._driver
        exchange = driver.asker.exchange

        async def watched(question: Any, connection: Any, request: Any, version: int) -> Any:
            began = anyio.current_time()
            try:
                return await exchange(question, connection, request, version)
            finally:
                # Once it has answered, others may be waited for that are to confirm it: that is no silence.
                ends = [each.ended_at for each in connection.exchanges if each.request is request]
                until = min([*ends, anyio.current_time()])
                heard = [began, *(at for at in connection.heard if began < at < until), until]
                for since, then in pairwise(heard if question.moved is not None else ()):
                    if then - since > SUSPECT_AFTER + 0.05:
                        self._check_checked(question.node, since, since + SUSPECT_AFTER + 0.05)

        driver.asker.exchange = watched  # type: ignore[method-assign]

    def _check_checked(self, node: Node, since: float, by: float) -> None:
        asked = [
            sent.at
            for sent in self.kafka.sent
            if sent.broker != node.id and isinstance(sent.request, FindCoordinatorRequest)
        ]
        asked += [at for at, address in self.kafka.knocks if address != node.address]
        if not any(since <= at <= by for at in asked):
            told = f"{node} was silent until {by:.3f}, and nobody asked others about it"
            self.trace.breaks("a silent node is checked within suspect_after", told)


class _Call:
    """One call's operation, which sees what it is asked for and what it settles."""

    def __init__(self, play: _Play) -> None:
        self.play = play
        self.settled: set[str] = set()

    def reading(self) -> Operation[str, OffsetFetchResponse, int]:
        return Operation(
            name="read",
            noun="group",
            to=Coordinator,
            api=OffsetFetchRequest,
            request=self._fetch,
            outcomes=self._fetched,
        )

    def writing(self, number: int) -> Operation[str, OffsetCommitResponse, None]:
        def request(keys: Sequence[str], attempt: Attempt) -> OffsetCommitRequest:
            self._asked(keys, attempt)
            partition = OffsetCommitRequestPartition(partition_index=0, committed_offset=number)
            return OffsetCommitRequest(
                group_id=keys[0], topics=(OffsetCommitRequestTopic(name="orders", partitions=(partition,)),)
            )

        def outcomes(
            keys: Sequence[str], response: OffsetCommitResponse, attempt: Attempt
        ) -> Iterator[tuple[str, Outcome[None]]]:
            code = response.topics[0].partitions[0].error_code
            yield keys[0], self._settle(keys[0], code, None)

        return Operation(
            name="write",
            noun="group",
            to=Coordinator,
            api=OffsetCommitRequest,
            request=request,
            outcomes=outcomes,
            keys_per_request=lambda version: 1,
        )

    def _fetch(self, keys: Sequence[str], attempt: Attempt) -> OffsetFetchRequest:
        self._asked(keys, attempt)
        return OffsetFetchRequest(groups=tuple(OffsetFetchRequestGroup(group_id=key, topics=None) for key in keys))

    def _fetched(
        self, keys: Sequence[str], response: OffsetFetchResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[int]]]:
        for group in response.groups:
            offset = group.topics[0].partitions[0].committed_offset if group.topics else 0
            yield group.group_id, self._settle(group.group_id, group.error_code, offset)

    def _settle(self, key: str, code: int, value: Any) -> Outcome[Any]:
        if code:
            return Errored(code)
        self.settled.add(key)
        return Done(value)

    def _asked(self, keys: Sequence[str], attempt: Attempt) -> None:
        again = self.settled.intersection(keys)
        if again:
            self.play.trace.breaks("keys that settled are never sent again", f"{again} sent to {attempt.broker}")
        node = self.play.cluster._nodes.get(attempt.broker.id)
        for key in keys:
            if node is not None:
                self.play.sends(node, key)
