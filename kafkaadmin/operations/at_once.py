"""Several runs of one call at the same time, where its keys can't share one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import anyio

from kafkaadmin.errors import ClientClosedError, KafkaAdminError
from kafkaadmin.models.results import BatchResult

__all__ = ["merged"]

K = TypeVar("K")
V = TypeVar("V")

Run = Callable[[], Awaitable[BatchResult[K, V]]]


async def merged(runs: Sequence[Run[K, V]]) -> BatchResult[K, V]:
    """Do these at once, over keys that differ, and give one result."""
    if len(runs) == 1:
        return await runs[0]()
    found: dict[K, V] = {}
    failed: dict[K, KafkaAdminError] = {}
    closed: list[ClientClosedError] = []

    async def one(run: Run[K, V]) -> None:
        try:
            result = await run()
        except ClientClosedError as error:  # nothing else comes; the group would wrap it
            closed.append(error)
            return
        found.update(result.succeeded)
        failed.update(result.failed)

    async with anyio.create_task_group() as group:
        for run in runs:
            group.start_soon(one, run)
    if closed:
        raise closed[0]
    return BatchResult(found, failed)
