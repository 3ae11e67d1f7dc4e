"""Cancel a coroutine at its n-th suspension, on asyncio and trio."""

# The two classes are one machine.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Generator
from typing import Any, Generic, TypeVar

import anyio

__all__ = ["CancelledAt"]

T = TypeVar("T")


class CancelledAt(Generic[T]):
    """Runs a coroutine, and cancels it once it has been suspended for the n-th time.

    `reached` tells whether there was an n-th suspension: when there was none, all of them have been tried.
    """

    def __init__(self, n: int, work: Coroutine[Any, Any, T]) -> None:
        self.n = n
        self.reached = False
        self.result: T | None = None
        self._work = work
        self._scope = anyio.CancelScope()

    async def run(self) -> None:
        with self._scope:
            self.result = await _Steps(self)

    def suspended(self, times: int) -> None:
        if times == self.n:
            self.reached = True
            self._scope.cancel()


class _Steps(Awaitable[T]):
    def __init__(self, owner: CancelledAt[T]) -> None:
        self._owner = owner

    def __await__(self) -> Generator[Any, Any, T]:
        steps = self._owner._work.__await__()
        times = 0
        sent: Any = None
        error: BaseException | None = None
        while True:
            try:
                wish = steps.throw(error) if error is not None else steps.send(sent)
            except StopIteration as stop:
                result: T = stop.value
                return result
            times += 1
            self._owner.suspended(times)
            try:
                sent, error = (yield wish), None
            except BaseException as thrown:  # noqa: BLE001 # handed to the coroutine, which decides
                error = thrown
