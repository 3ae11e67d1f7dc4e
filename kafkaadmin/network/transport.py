"""Streams of bytes to a broker, and how one is opened over TCP.

`Stream` is what a connection needs of a transport. It differs from anyio's byte streams where a request's cost lies:
`receive` has its own deadline, which another task may bring forward, so that no cancel scope need be made for each
answer; `write` takes bytes at once and `drain` waits only when the peer is slow; `close` is synchronous.

There are two over TCP: `AsyncioStream`, a bare asyncio protocol (asyncio and uvloop), and `SocketStream`, a socket and
anyio's readiness calls (trio).
"""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import sys
from collections.abc import Generator, Iterable
from itertools import chain, zip_longest
from typing import Any, Final, NamedTuple, Protocol

import anyio
import anyio.lowlevel

from kafkaadmin.config import Address
from kafkaadmin.errors import ConnectError

__all__ = ["Bell", "Clock", "SocketStream", "Stream", "open_tcp"]

_RECEIVE_SIZE: Final = 64 * 1024

_STAGGER: Final = 0.25
"""Seconds before the next address of a name is tried beside the one under way (RFC 8305)."""

_UNDER_WAY: Final = frozenset(
    {errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", errno.EWOULDBLOCK)}
)


class Clock(Protocol):
    """Seconds, from whatever start."""

    def __call__(self) -> float: ...


class Bell(Protocol):
    """Awaited by one task until another one rings it."""

    def ring(self) -> None:
        """Wake the task. Ringing twice, or after it was cancelled, does nothing."""
        ...

    def __await__(self) -> Generator[Any, None, None]: ...


class Stream(Protocol):
    """An open stream to a broker: used by one receiver and one writer at a time."""

    now: Clock
    """The event loop's clock, the same as `anyio.current_time`."""

    async def receive(self, until: float) -> bytes | None:
        """The next bytes; `b""` once the peer has closed; `None` once the clock shows `until`.

        A cancelled `receive` loses no bytes. Raises `OSError` when the connection broke.
        """
        ...

    def bell(self) -> Bell:
        """Something for one task to wait on: cheaper than an event, which serves many."""
        ...

    def wake_by(self, until: float) -> None:
        """Bring the deadline of the `receive` under way forward to `until`, if that is earlier."""
        ...

    def receive_nowait(self) -> bytes | None:
        """What has arrived already: bytes, `b""` if the peer has closed, `None` if nothing has.

        It asks the operating system, so it is right even when the event loop was held up. Raises as `receive` does.
        """
        ...

    def write(self, data: bytes) -> bool:
        """Take `data` for sending. False: some of it still waits for the peer; call `drain` before the next `write`.

        Raises `OSError` when the connection is known to be gone; then nothing of `data` was sent.
        """
        ...

    async def drain(self) -> None:
        """Wait until written data has left. When it is cancelled the stream can only be closed. Raises `OSError`."""
        ...

    def close(self) -> None:
        """Close at once, without waiting for anything. A `receive` or `drain` under way ends. Idempotent."""
        ...

    async def wait_closed(self) -> None:
        """Wait, after `close`, until the operating system has the socket back: a turn of the event loop or two."""
        ...


async def open_tcp(address: Address, *, skip: int = 0) -> Stream:
    """Connect to the first address of `address.host` that accepts; several are raced (happy eyeballs).

    The name is resolved each time. Of several addresses the first `skip` come last: they have been tried (KIP-302).

    Raises `ConnectError`, `slow` when the name can't be resolved.
    """
    sock = await _dial(address, skip)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if _runs_on_asyncio():
            from kafkaadmin.network.asyncio_transport import AsyncioStream

            return await AsyncioStream.over(sock)
        return SocketStream(sock)
    except BaseException:
        sock.close()
        raise


def _runs_on_asyncio() -> bool:
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return False
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False


class _Target(NamedTuple):
    """One resolved address."""

    family: socket.AddressFamily
    sockaddr: tuple[Any, ...]


async def _dial(address: Address, skip: int) -> socket.socket:
    targets = _interleaved(await _resolve(address))
    first = skip % len(targets)
    targets = targets[first:] + targets[:first]
    failures: list[str] = []
    sock = await (_race(targets, failures) if len(targets) > 1 else _attempt(targets[0], failures))
    if sock is None:
        raise ConnectError(f"{address}: {'; '.join(failures)}")
    return sock


async def _resolve(address: Address) -> list[_Target]:
    if not address.host or "\0" in address.host or not 0 < address.port < 65536:
        raise ConnectError(f"{str(address)!r} is no address that one could connect to")
    try:
        targets = await _look_up(address)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConnectError(f"{address}: the name can't be resolved: {reason}", slow=True) from error
    if not targets:
        raise ConnectError(f"{address}: the name has no address", slow=True)
    return targets


async def _look_up(address: Address) -> list[_Target]:
    if _is_numeric(address.host):  # known at once, with no need of the resolver's thread
        numeric = socket.getaddrinfo(*address, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [_Target(family, sockaddr) for family, _, _, _, sockaddr in numeric]
    found = await anyio.getaddrinfo(*address, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(_Target(family, sockaddr) for family, _, _, _, sockaddr in found))


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _interleaved(targets: list[_Target]) -> list[_Target]:
    """IPv6 and IPv4 by turns, the resolver's first choice first: a network that lacks one of them costs one stagger."""
    first = [target for target in targets if target.family == targets[0].family]
    other = [target for target in targets if target.family != targets[0].family]
    pairs: Iterable[_Target | None] = chain.from_iterable(zip_longest(first, other))
    return [target for target in pairs if target is not None]


async def _race(targets: list[_Target], failures: list[str]) -> socket.socket | None:
    winners: list[socket.socket] = []

    async def run(target: _Target, over: anyio.Event) -> None:
        sock = await _attempt(target, failures)
        over.set()
        if sock is None:
            return
        if winners:
            sock.close()
            return
        winners.append(sock)
        racers.cancel_scope.cancel()

    try:
        async with anyio.create_task_group() as racers:
            for target in targets:
                over = anyio.Event()
                racers.start_soon(run, target, over)
                with anyio.move_on_after(_STAGGER):
                    await over.wait()
    except BaseException:
        for sock in winners:
            sock.close()
        raise
    return winners[0] if winners else None


async def _attempt(target: _Target, failures: list[str]) -> socket.socket | None:
    try:
        return await _connected(target)
    except OSError as error:
        failures.append(f"{target.sockaddr[0]}: {error.strerror or error}")
        return None


async def _connected(target: _Target) -> socket.socket:
    sock = socket.socket(target.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        code = sock.connect_ex(target.sockaddr)
        if code in _UNDER_WAY:
            await anyio.wait_writable(sock)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
    except BaseException:
        sock.close()
        raise
    return sock


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
