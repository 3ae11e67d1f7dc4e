"""Five callers who go on calling while the cluster is hurt, and what became of their calls.

The same workload runs against FakeCluster and against real Kafka. Each caller makes one call after the other, `pause`
seconds apart: a group's offsets, its description, a commit, a deletion of an offset, the offsets of 24 groups.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio

from kafkaadmin import AdminClient, KafkaAdminError, TopicPartition

__all__ = ["TOPIC", "Call", "Callers", "Report"]

TOPIC = "orders"
READ = TopicPartition(TOPIC, 0)
DELETED = TopicPartition(TOPIC, 1)
CALLERS = 5


@dataclass(frozen=True, slots=True)
class Call:
    """One call, in `time.monotonic()` seconds. `error` is `None` where it succeeded with a right answer."""

    caller: str
    began: float
    ended: float
    error: str | None

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass
class Report:
    """All calls of a run."""

    calls: list[Call] = field(default_factory=list[Call])

    @property
    def failures(self) -> list[Call]:
        return [call for call in self.calls if call.error is not None]

    def held_up(self, past: float) -> float:
        """Seconds for which a call that was under way at `past`, or begun since, was still unanswered: the longest."""
        return max((call.ended - max(call.began, past) for call in self.calls if call.ended > past), default=0.0)

    def longest(self) -> float:
        return max((call.seconds for call in self.calls), default=0.0)


class Callers:
    """The workload around one group, whose coordinator the test hurts."""

    def __init__(self, admin: AdminClient, group: str, *, pause: float = 0.25) -> None:
        self.admin = admin
        self.group = group
        self.pause = pause
        self.report = Report()
        self.others = {f"{group}-{number}": 1000 + number for number in range(24)}
        self.acknowledged = 0
        self._stopped = False
        self._answered = anyio.Event()

    async def prepare(self) -> None:
        """Commit what the callers will read."""
        for name, offset in self.others.items():
            (await self.admin.alter_consumer_group_offsets(name, {READ: offset})).raise_for_errors()
        self.acknowledged = 1
        (await self.admin.alter_consumer_group_offsets(self.group, {READ: 1, DELETED: 1})).raise_for_errors()

    @asynccontextmanager
    async def calling(self) -> AsyncGenerator[Report]:
        """The callers call while the body runs; on leaving, calls under way are waited for."""
        work = [self._list, self._describe, self._alter, self._delete, self._list_many]
        async with anyio.create_task_group() as group:
            for call in work:
                group.start_soon(self._repeat, call)
            yield self.report
            self._stopped = True

    async def everybody_calls(self, times: int = 1) -> None:
        """Wait until each caller is through with so many calls that were begun after this."""
        since = time.monotonic()
        while not self._all_called(since, times):
            self._answered = anyio.Event()
            await self._answered.wait()

    def _all_called(self, since: float, times: int) -> bool:
        made = Counter(call.caller for call in self.report.calls if call.began >= since)
        return len(made) == CALLERS and min(made.values()) >= times

    async def _repeat(self, call: Callable[[], Awaitable[str | None]]) -> None:
        while not self._stopped:
            began = time.monotonic()
            try:
                error = await call()
            except KafkaAdminError as raised:
                error = f"{type(raised).__name__}: {raised}"
            except ExceptionGroup as raised:
                error = f"{raised}: {[str(inner) for inner in raised.exceptions]}"
            self.report.calls.append(Call(call.__name__.strip("_"), began, time.monotonic(), error))
            self._answered.set()
            await anyio.sleep(self.pause)

    async def _list(self) -> str | None:
        before = self.acknowledged
        offsets = (await self.admin.list_consumer_group_offsets(self.group))[self.group]
        found = offsets[READ].offset if READ in offsets else None
        return None if found is not None and found >= before else f"offset {found}, acknowledged was {before}"

    async def _describe(self) -> str | None:
        description = (await self.admin.describe_consumer_groups(self.group))[self.group]
        return None if description.group_id == self.group else f"described {description.group_id!r}"

    async def _alter(self) -> str | None:
        offset = self.acknowledged + 1
        (await self.admin.alter_consumer_group_offsets(self.group, {READ: offset})).raise_for_errors()
        self.acknowledged = offset
        return None

    async def _delete(self) -> str | None:
        (await self.admin.delete_consumer_group_offsets(self.group, DELETED)).raise_for_errors()
        return None

    async def _list_many(self) -> str | None:
        result = await self.admin.list_consumer_group_offsets(list(self.others))
        found = {name: offsets[READ].offset if READ in offsets else None for name, offsets in result.items()}
        wrong = {name: offset for name, offset in found.items() if offset != self.others[name]}
        return f"wrong offsets {wrong}" if wrong or len(found) != len(self.others) else None
