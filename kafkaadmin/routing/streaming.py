"""Settled keys, handed over as they come.

Nothing of a stream runs between two of its steps: no task, no request under way, no scope that is left open. So it may
be left at any moment, and needs no closing, on asyncio and trio. (An async generator would: trio complains of one that
is dropped.) The keys are asked about in windows, each within one step. Those of a broker that takes longer than others
don't hold up the rest: they are given up for the time being, and asked for again when everything else is settled.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Iterable
from typing import Generic, Self, TypeVar

import anyio

from kafkaadmin.models.results import KeyOutcome
from kafkaadmin.routing.driver import Call, Driver
from kafkaadmin.routing.operation import Deadline, Operation
from kafkaadmin.routing.progress import Tally
from kafkawire import Response

__all__ = ["KeyStream"]

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R", bound=Response)

WINDOW = 2_500
"""Keys that one step asks about: as many as one lookup of coordinators takes."""


class KeyStream(AsyncIterator[tuple[K, KeyOutcome[V]]], Generic[K, R, V]):
    """Each key with its outcome. For reads only: what is given up is asked for again.

    Args:
        driver: runs the operation.
        operation: what to ask.
        keys: about which.
        seconds: how long one step may take, before what isn't settled has failed.
        patience: how long it waits for a window's slower keys while there are others to ask about.
        tally: told of what is settled.
    """

    def __init__(
        self,
        driver: Driver,
        operation: Operation[K, R, V],
        keys: Iterable[K],
        *,
        seconds: float,
        patience: float,
        tally: Tally | None,
    ) -> None:
        wanted = list(dict.fromkeys(keys))
        self._start = driver, operation, tally
        self._call: Call[K, R, V] | None = None
        self._seconds = seconds
        self._patience = min(seconds, patience)
        self._windows = deque(wanted[start : start + WINDOW] for start in range(0, len(wanted), WINDOW))
        self._late: list[K] = []
        self._settled: deque[tuple[K, KeyOutcome[V]]] = deque()
        self._turn = anyio.Lock()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> tuple[K, KeyOutcome[V]]:
        while not self._settled:
            async with self._turn:
                if not self._settled:
                    if not self._windows and not self._late:
                        raise StopAsyncIteration
                    await self._step()
        return self._settled.popleft()

    async def _step(self) -> None:
        """Ask about a window, or at the end about what was given up. A step that is cancelled loses no key."""
        if self._windows:
            window = self._windows.popleft()
        else:
            window, self._late = self._late, []
        is_last = not self._windows and not self._late
        call = self._call = self._call or self._begin(window[0])
        call.deadline = Deadline.after(self._seconds)
        over = False
        try:
            with anyio.move_on_after(self._seconds if is_last else self._patience):
                await call.pursue(window)
            over = True
        finally:
            self._late += call.close_window(window, is_last and over)
            self._settled += call.taken()

    def _begin(self, key: K) -> Call[K, R, V]:
        driver, operation, tally = self._start
        return driver.call(operation, key, Deadline.after(self._seconds), tally)
