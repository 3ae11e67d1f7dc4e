"""One schedule played: steps at their times, callers between them, and what is to hold of every one of them."""

# The rooms of routing are looked into from outside.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from unittest.mock import patch

import anyio
import trio
from trio.testing import MockClock

from kafkaadmin.config import ClientConfig
from kafkaadmin.routing import Cluster, Deadline, Operation
from tests.support.schedules.brokers import BOOTSTRAP, Kafka
from tests.support.schedules.calls import committing, deleting, fetching, listing
from tests.support.schedules.network import GROUPS, KEYS, PARTITIONS
from tests.support.schedules.rules import SOON, Rules, Trace

__all__ = ["Step", "Trace", "play"]

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
                self.kafka = Kafka(world)
                self.cluster = Cluster(ClientConfig(bootstrap_servers=BOOTSTRAP))
                self.cluster._pool = self.cluster._driver.asker._pool = self.kafka  # type: ignore[assignment]
                self.rules = Rules(self.trace, self.kafka, self.cluster)
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
            return  # a key has one writer at a time
        self.trace.calls += 1
        with anyio.CancelScope() as scope:
            if step.cancel_after is not None:
                scope.deadline = anyio.current_time() + step.cancel_after
            if step.writes is not None:
                await self._write(step.writes, step.timeout)
            else:
                await self._read(step.reads, step.timeout)

    async def _read(self, keys: Sequence[str], timeout: float) -> bool:
        """Whether each of these was read: all groups in one call, all partitions in another at the same time."""
        read: list[str] = []

        async def call(operation: Operation[str, Any, int], keys: Sequence[str]) -> None:
            began, since = anyio.current_time(), {key: self.kafka.acknowledged[key] for key in keys}
            result = await self._timed(operation, keys, timeout)
            for key, offset in result.succeeded.items():
                self.rules.read(key, offset, since[key], began)
            read.extend(result.succeeded)

        async with anyio.create_task_group() as calls:
            for operation, own in ((fetching, GROUPS), (listing, PARTITIONS)):
                if asked := [key for key in keys if key in own]:
                    calls.start_soon(call, operation(self.rules), asked)
        return len(read) == len(keys)

    async def _write(self, key: str, timeout: float) -> bool:
        self.writing.add(key)
        try:
            self.kafka.begun[key] += 1
            number = self.kafka.begun[key]
            operation = (committing if key in GROUPS else deleting)(self.rules, number)
            result = await self._timed(operation, (key,), timeout)
            if result.succeeded:
                self.kafka.acknowledged[key] = max(number, self.kafka.acknowledged[key])
            return bool(result.succeeded)
        finally:
            self.writing.discard(key)

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
        for keys in [*((key,) for key in KEYS), KEYS]:
            if not await self._read(keys, SOON):
                self.rules.unanswered(keys)
        self.rules.check_the_end()
