"""Real brokers hear of each other's changes a moment later: ask until they have."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

__all__ = ["eventually"]

T = TypeVar("T")

SECONDS = 10.0


async def eventually(read: Callable[[], Awaitable[T]], holds: Callable[[T], bool]) -> T:
    """What is read as soon as it holds, or what was read last once nobody would wait any longer."""
    deadline = anyio.current_time() + SECONDS
    while True:
        told = await read()
        if holds(told) or anyio.current_time() > deadline:
            return told
        await anyio.sleep(0.02)
