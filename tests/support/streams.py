"""Streams in memory, whose broker is the test: it sees every byte sent, and decides every byte that comes back."""

from __future__ import annotations

import errno
import math
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.lowlevel

from kafkaadmin.config import Address, ClientConfig
from kafkaadmin.errors import ConnectError
from kafkaadmin.events import Announcer, Observer
from kafkaadmin.network import Pool
from kafkaadmin.network.authentication import Authenticate, Opened, Renew
from kafkawire import Request, Response
from kafkawire.framing import FrameReader
from kafkawire.headers import read_request, write_request, write_response
from kafkawire.messages import (
    ApiVersion,
    ApiVersionsRequest,
    ApiVersionsResponse,
    ListGroupsRequest,
    MetadataRequest,
    SaslAuthenticateRequest,
    SaslHandshakeRequest,
)

ADDRESS = Address("broker.test", 9092)

OFFERED = ApiVersionsResponse(
    api_keys=tuple(
        ApiVersion(api_key=request.api_key, min_version=request.versions[0], max_version=request.versions[-1])
        for request in (
            ApiVersionsRequest,
            MetadataRequest,
            ListGroupsRequest,
            SaslHandshakeRequest,
            SaslAuthenticateRequest,
        )
    )
)
"""What a broker of these tests answers to ApiVersions."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request as the broker read it."""

    correlation_id: int
    version: int
    request: Request[Any]


class _Bell:
    def __init__(self) -> None:
        self._event = anyio.Event()

    def ring(self) -> None:
        self._event.set()

    def __await__(self) -> Generator[Any, None, None]:
        return self._event.wait().__await__()


class ScriptedStream:
    """A stream in memory. What the client writes is in `written`; `feed`, `end` and `break_off` are the broker's.

    Args:
        chunk: the most bytes that one `receive` gives.
        room: how many bytes `write` takes before it makes the client wait; `make_room` gives more.
        reply: called for each whole request; what it returns is fed at once.
    """

    def __init__(
        self,
        *,
        chunk: int | None = None,
        room: float = math.inf,
        reply: Callable[[Received], bytes | None] | None = None,
    ) -> None:
        self.now = anyio.current_time
        self.written = bytearray()
        self.writes: list[bytes] = []
        self.requests: list[Received] = []
        self.receives = 0
        self.closed = False
        self.room = room
        self._chunk = chunk
        self._reply = reply
        self._frames = FrameReader(2**31 - 1)
        self._incoming = bytearray()
        self._held = bytearray()
        self._ended = False
        self._broken: OSError | None = None
        self._until = math.inf
        self._changed = anyio.Event()
        self._scope: anyio.CancelScope | None = None

    # The client's side

    async def receive(self, until: float) -> bytes | None:
        assert self._scope is None, "two receive at once"
        while not (self._incoming or self._ended or self._broken):
            scope = self._scope = anyio.CancelScope(deadline=until)
            try:
                with scope:
                    self.receives += 1
                    await self._changed.wait()
            finally:
                self._scope = None
            if scope.cancelled_caught:
                return None
        return self._take()

    def bell(self) -> _Bell:
        return _Bell()

    def wake_by(self, until: float) -> None:
        if self._scope is not None:
            self._scope.deadline = min(self._scope.deadline, until)

    def receive_nowait(self) -> bytes | None:
        return self._take() if self._incoming or self._ended or self._broken else None

    def _take(self) -> bytes:
        if self._broken is not None and not self._incoming:
            raise self._broken
        data = bytes(self._incoming[: self._chunk])
        del self._incoming[: len(data)]
        return data

    def write(self, data: bytes) -> bool:
        assert not self._held, "a write while another one waits"
        if self._broken is not None:
            raise self._broken
        self.writes.append(data)
        self._held += data
        self._let_through()
        return not self._held

    async def drain(self) -> None:
        while self._held and self._broken is None:
            await self._changed.wait()
        if self._broken is not None:
            raise self._broken

    def close(self) -> None:
        self.closed = True
        if self._broken is None:
            self.break_off("closed on this side")

    async def wait_closed(self) -> None:
        await anyio.lowlevel.checkpoint()

    # The broker's side

    def feed(self, data: bytes) -> None:
        """Send bytes to the client."""
        self._incoming += data
        self._change()

    def answer(self, received: Received, response: Response) -> None:
        """Send the answer to a request."""
        self.feed(write_response(response, received.version, received.correlation_id))

    def end(self) -> None:
        """Close in order (FIN)."""
        self._ended = True
        self._change()

    def break_off(self, reason: str = "Connection reset by peer") -> None:
        """Reset the connection (RST)."""
        self._broken = ConnectionResetError(errno.ECONNRESET, reason)
        self._change()

    def make_room(self, size: float = math.inf) -> None:
        """Let the client write so many bytes more."""
        self.room += size
        self._let_through()
        self._change()

    async def sent(self, count: int) -> list[Received]:
        """Wait until the client has sent so many whole requests, all counted."""
        while len(self.requests) < count:
            await self._changed.wait()
        return self.requests

    def _let_through(self) -> None:
        size = int(min(self.room, len(self._held)))
        self.room -= size
        passed = bytes(self._held[:size])
        del self._held[:size]
        self.written += passed
        for frame in self._frames.feed(passed):
            self._handle(frame)

    def _handle(self, frame: bytes) -> None:
        header, request = read_request(frame)
        received = Received(header.correlation_id, header.request_api_version, request)
        self.requests.append(received)
        answer = self._reply(received) if self._reply is not None else None
        if answer is not None:
            self._incoming += answer
        self._change()

    def _change(self) -> None:
        changed, self._changed = self._changed, anyio.Event()
        changed.set()


def greet(received: Received) -> bytes | None:
    """Answer ApiVersions, and nothing else."""
    if isinstance(received.request, ApiVersionsRequest):
        return write_response(OFFERED, received.version, received.correlation_id)
    return None


class ScriptedBroker:
    """Opens scripted streams, as a `Security` for the pool; `streams` has them in order.

    Args:
        make: the next stream; by default one that answers the handshake and leaves the rest to the test.
        gate: what opening waits for first.
    """

    def __init__(
        self,
        make: Callable[[], ScriptedStream] | None = None,
        *,
        gate: Callable[[], Awaitable[object]] | None = None,
        authenticate: Authenticate | None = None,
        renew: Renew | None = None,
    ) -> None:
        self.streams: list[ScriptedStream] = []
        self.opened = 0
        self.refuse = False
        self._make = make or (lambda: ScriptedStream(reply=greet))
        self._gate = gate
        self._authenticate = authenticate
        self._renew = renew

    async def open(self, address: Address, *, skip: int = 0) -> Opened:
        self.opened += 1
        if self._gate is not None:
            await self._gate()
        if self.refuse:
            raise ConnectError(f"{address}: Connection refused")
        stream = self._make()
        self.streams.append(stream)
        return Opened(stream, self._authenticate, self._renew)

    @property
    def stream(self) -> ScriptedStream:
        """The last one opened."""
        return self.streams[-1]


def pool_of(broker: ScriptedBroker, *observers: Observer, **settings: Any) -> Pool:
    """A pool whose every connection is the test's own."""
    config = ClientConfig(bootstrap_servers=(ADDRESS,), **settings)
    return Pool(config, Announcer(observers), security=broker)


def request_bytes(request: Request[Any], version: int, correlation_id: int) -> bytes:
    """A request, as the client must send it."""
    return write_request(request, version, correlation_id, "kafkaadmin")


class _CancelledAt:
    """Awaits something, and cancels a scope when it suspends for the nth time."""

    def __init__(self, awaitable: Awaitable[Any], nth: int, scope: anyio.CancelScope) -> None:
        self._awaitable = awaitable
        self._left = nth
        self._scope = scope

    def __await__(self) -> Generator[Any, Any, Any]:
        inner = self._awaitable.__await__()
        step: Callable[[], Any] = lambda: next(inner)  # noqa: E731
        while True:
            try:
                trap = step()
            except StopIteration as stop:
                return stop.value
            self._left -= 1
            if self._left == 0:
                self._scope.cancel()
            try:
                value = yield trap
            except BaseException as error:  # noqa: BLE001 - passed on
                step = lambda error=error: inner.throw(error)  # type: ignore[misc] # noqa: E731
            else:
                step = lambda value=value: inner.send(value)  # type: ignore[misc] # noqa: E731


async def cancelled_at(nth: int, awaitable: Awaitable[Any]) -> bool:
    """Await something, and cancel it when it suspends for the nth time. True if it did so that often."""
    with anyio.CancelScope() as scope:
        await _CancelledAt(awaitable, nth, scope)
    return scope.cancel_called
