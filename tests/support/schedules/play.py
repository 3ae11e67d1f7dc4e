"""One schedule played: steps at their times, callers between them, and what is to hold of every one of them."""

# The rooms of routing are looked into from outside.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from unittest.mock import patch

import anyio
import trio
from trio.testing import MockClock

from kafkaadmin.config import ClientConfig
from kafkaadmin.network import Lane
from kafkaadmin.routing import Attempt, Cluster, Coordinator, Deadline, Done, Errored, Operation, Outcome
from kafkawire.messages import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
    OffsetCommitResponse,
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchResponse,
)
from tests.support.schedules.brokers import BOOTSTRAP, Kafka
from tests.support.schedules.rules import SOON, Rules, Trace

__all__ = ["GROUPS", "Step", "Trace", "play"]

GROUPS = ("a", "b", "c", "d")
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


def play(steps: Sequence[Step], seed: int = 0) -> Trace:
    """Play a schedule, on a clock that jumps, to its end and on to health."""
    trace = Trace()
    random = Random(seed)
    with (
        patch("kafkaadmin.routing.asking.random", random.random),
        patch("kafkaadmin.routing.coordinators.random", random.random),
        patch("kafkaadmin.routing.directory.random", random.random),
        patch("kafkaadmin.routing.cluster.random", random.random),
        patch("trio._core._run._r", random),  # in which order tasks run that could run at once
    ):
        trio.run(_Play(trace).all, steps, clock=MockClock(autojump_threshold=0))
    return trace


class _Play:
    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.writing: set[str] = set()

    async def all(self, steps: Sequence[Step]) -> None:
        with anyio.fail_after(1_000):
            async with anyio.create_task_group() as world:
                self.kafka = Kafka(world, GROUPS)
                self.cluster = Cluster(ClientConfig(bootstrap_servers=BOOTSTRAP))
                self.cluster._pool = self.cluster._driver.asker._pool = self.kafka  # type: ignore[assignment]
                self.rules = Rules(self.trace, self.kafka, self.cluster, GROUPS)
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
            self.rules.read(group, offset, since[group])
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
        self.trace.succeeded += not result.failed
        self.rules.check_call(keys, began, timeout, result.failed.values())
        return result

    # ------------------------------------------------------------------ the end

    async def _conclude(self) -> None:
        """All is well: every group answers at once, and nothing is left over."""
        await anyio.sleep(max(0.0, self.kafka.well_from - anyio.current_time()) + 0.001)
        for groups in [*((group,) for group in GROUPS), GROUPS]:
            if not await self._read(groups, SOON):
                self.rules.unanswered(groups)
        self.rules.check_the_end()


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
            lane=Lane.BULK,
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
            self.play.rules.asked_again(again, attempt.broker.id)
