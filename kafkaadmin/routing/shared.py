"""Work that several callers need at once, done once, and without a task of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import anyio

from kafkaadmin.errors import KafkaAdminError

__all__ = ["SharedWork", "SharedWorks"]

K = TypeVar("K")
T = TypeVar("T")


class _Flight(Generic[T]):
    __slots__ = ("error", "landed", "result")

    def __init__(self) -> None:
        self.landed = anyio.Event()
        self.result: list[T] = []
        self.error: KafkaAdminError | None = None


class SharedWork(Generic[T]):
    """The first caller does the work, and those who come meanwhile get its result, or its `KafkaAdminError`.

    If the one who leads is cancelled, the next one leads: nobody's cancellation fails another.
    """

    __slots__ = ("_flight", "_work")

    def __init__(self, work: Callable[[], Awaitable[T]]) -> None:
        self._work = work
        self._flight: _Flight[T] | None = None

    @property
    def busy(self) -> bool:
        """Whether somebody leads it now."""
        return self._flight is not None

    async def __call__(self) -> T:
        while self._flight is not None:
            flight = self._flight
            await flight.landed.wait()
            if flight.error is not None:
                raise flight.error.with_traceback(None)
            if flight.result:
                return flight.result[0]
        return await self._lead()

    async def _lead(self) -> T:
        flight = self._flight = _Flight()
        try:
            result = await self._work()
            flight.result.append(result)
            return result
        except KafkaAdminError as error:
            flight.error = error
            raise
        finally:
            self._flight = None
            flight.landed.set()


class SharedWorks(Generic[K, T]):
    """Shared work for each of many keys, kept while somebody waits for it."""

    __slots__ = ("_by_key",)

    def __init__(self) -> None:
        self._by_key: dict[K, SharedWork[T]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_key)

    def busy(self, key: K) -> bool:
        return key in self._by_key

    async def __call__(self, key: K, work: Callable[[], Awaitable[T]]) -> T:
        """Do this for a key, or wait for whoever does already."""
        shared = self._by_key.get(key)
        if shared is None:
            shared = self._by_key[key] = SharedWork(work)
        try:
            return await shared()
        finally:
            if not shared.busy and self._by_key.get(key) is shared:
                del self._by_key[key]
