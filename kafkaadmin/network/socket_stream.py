"""The stream for any event loop that anyio runs on: a socket, and anyio's readiness calls. trio's users have it."""

from __future__ import annotations

import errno
import socket
from collections.abc import Generator
from typing import Any, Final

import anyio
import anyio.lowlevel

from kafkaadmin.network.stream import Bell, Clock

__all__ = ["SocketStream"]

_RECEIVE_SIZE: Final = 64 * 1024


class _EventBell:
    __slots__ = ("_event", "ring")

    def __init__(self) -> None:
        self._event = anyio.Event()
        self.ring = self._event.set

    def __await__(self) -> Generator[Any, None, None]:
        return self._event.wait().__await__()


class SocketStream:
    """A TCP socket, driven by anyio's readiness calls: for any event loop that anyio runs on."""

    __slots__ = ("_scope", "_sock", "_unsent", "now")

    def __init__(self, sock: socket.socket) -> None:
        self.now: Clock = anyio.current_time
        self._sock = sock
        self._scope: anyio.CancelScope | None = None
        self._unsent = b""

    async def receive(self, until: float) -> bytes | None:
        data = None
        while data is None:
            if not await self._readable(until):
                return None
            data = self.receive_nowait()
        return data

    async def _readable(self, until: float) -> bool:
        with anyio.CancelScope(deadline=until) as scope:
            self._scope = scope
            try:
                await anyio.wait_readable(self._sock)
            except (anyio.ClosedResourceError, ValueError):
                raise ConnectionAbortedError(errno.ECONNABORTED, "closed on this side") from None
            finally:
                self._scope = None
        return not scope.cancelled_caught

    def bell(self) -> Bell:
        return _EventBell()

    def wake_by(self, until: float) -> None:
        if self._scope is not None and until < self._scope.deadline:
            self._scope.deadline = until

    def receive_nowait(self) -> bytes | None:
        try:
            return self._sock.recv(_RECEIVE_SIZE)
        except (BlockingIOError, InterruptedError):
            return None

    def write(self, data: bytes) -> bool:
        try:
            sent = self._sock.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        self._unsent = data[sent:]
        return not self._unsent

    async def drain(self) -> None:
        view = memoryview(self._unsent)
        while view:
            try:
                await anyio.wait_writable(self._sock)
            except (anyio.ClosedResourceError, ValueError):
                raise ConnectionAbortedError(errno.ECONNABORTED, "closed on this side") from None
            try:
                view = view[self._sock.send(view) :]
            except (BlockingIOError, InterruptedError):
                continue
        self._unsent = b""

    def close(self) -> None:
        if self._sock.fileno() >= 0:
            anyio.notify_closing(self._sock)
            self._sock.close()

    async def wait_closed(self) -> None:
        await anyio.lowlevel.checkpoint()
