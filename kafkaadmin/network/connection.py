"""One connection to a broker: requests out, answers in, with no task of its own.

Whoever waits for an answer drives the I/O. The first waiter takes the *read turn*: it receives, and completes
everybody's exchanges. The others park. The reader leaves as soon as its own answer is there (or it is cancelled, or its
time is up), and hands the turn to one of the parked. It serves their deadlines too, so 1,000 waiters cost one timer.

Writers queue: one holds the *write turn*, and sends in one piece what queued meanwhile.

Invariants:
- While waiters are parked, somebody holds the read turn, or one of them has been woken to take it. Whoever leaves
  `answer`, for whatever reason, sees to that.
- Bytes of one request are either all in the queue (`sent` is false) or all handed to the stream (`sent` is true).
- A closed connection has no exchange pending: `close` fails each of them.
- Between the messages of a login that renews a session nothing else is sent. One that ends half-way, because the one
  who ran it was cancelled, leaves the broker waiting for the rest: the connection is retired.
"""

# Connection and Exchange are one machine in two classes, and share their private parts.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

import anyio
import anyio.lowlevel

from kafkaadmin.config import Address
from kafkaadmin.errors import (
    AuthenticationError,
    ConnectionLostError,
    KafkaAdminError,
    LocalProtocolError,
    RemoteProtocolError,
    UnsupportedVersionError,
)
from kafkaadmin.network.authentication import Authenticate
from kafkaadmin.network.stream import Bell, Stream
from kafkaadmin.network.versions import BrokerVersions
from kafkawire import DecodeError, EncodeError, Reply, Request, Response, Session
from kafkawire.messages import ApiVersionsRequest, ApiVersionsResponse

__all__ = ["Connection", "Exchange", "NoAnswerYet", "Peer", "afresh"]

_UNDER_WAY: Final = 0.01
"""Seconds since the last byte within which a close by the broker may as well be still on its way: no use in asking."""

_TLS_ALERT: Final = b"\x15\x03"
"""How the answer of a TLS listener begins, to whoever doesn't speak TLS."""

R = TypeVar("R", bound=Response)
E = TypeVar("E", bound=KafkaAdminError)


class NoAnswerYet(Exception):
    """`Exchange.answer` came to its `until` before the answer came."""


def afresh(error: E) -> E:
    """A copy of `error` to raise in another task: a shared one would collect everybody's traceback."""
    copy = type(error).__new__(type(error), *error.args)
    copy.__dict__.update(error.__dict__)
    copy.__cause__ = error.__cause__
    return copy


class Peer:
    """What is known of the broker at the other end, by all its connections."""

    __slots__ = ("address", "broker_id", "hung_up", "noun", "openings_failed", "quiet_until", "versions")

    def __init__(self, broker_id: int | None, address: Address, noun: str = "broker") -> None:
        self.broker_id = broker_id
        self.address = address
        self.noun = noun
        self.versions: BrokerVersions | None = None
        self.openings_failed = 0
        """How often no connection could be opened: each time it is the turn of the name's next address (KIP-302)."""
        self.hung_up: bool | None = False
        """Whether it ended a connection over the first request: it may want a login. `None`: it has said that not."""
        self.quiet_until = 0.0
        """No request before this time: the broker throttles us (KIP-219)."""

    def __str__(self) -> str:
        return str(self.address) if self.broker_id is None else f"{self.noun} {self.broker_id} ({self.address})"


class Exchange(Generic[R]):
    """A request under way, and its answer."""

    __slots__ = ("_awaited", "_bells", "_bytes", "_correlation_id", "_error", "_over", "_response",
                 "connection", "sent", "sent_at")  # fmt: skip

    def __init__(self, connection: Connection, correlation_id: int, data: bytes) -> None:
        self.connection = connection
        self.sent = False
        """Whether the request was handed to the transport, so that bytes of it may have left."""
        self.sent_at = math.inf
        """When it was, by `anyio.current_time`."""
        self._correlation_id = correlation_id
        self._bytes = data
        self._over = False
        self._response: R | None = None
        self._error: KafkaAdminError | None = None
        self._awaited = 0
        self._bells: list[Bell] = []

    async def answer(self, until: float = math.inf) -> R:
        """Wait for the answer, at most until `anyio.current_time` shows `until`.

        Several tasks may await one exchange. If all are cancelled it is abandoned; the connection lives.

        Raises:
            NoAnswerYet: at `until`. The exchange lives on and may be awaited again.
            ConnectionLostError: the connection ended first.
            RemoteProtocolError: the answer can't be read, or it isn't the answer to anything. The connection is closed.
            ClientClosedError: the pool was closed.
        """
        if not self._over:
            await self.connection._wait(self, until)
        if self._error is not None:
            raise afresh(self._error)
        return self._response  # type: ignore[return-value] # over, and no error

    def abandon(self) -> None:
        """Want the answer no more: it is dropped when it comes. The connection lives."""
        if not self._over:
            self.connection._abandon(self)


class Connection:
    """A stream to a broker on which requests are sent and answered. Made by the pool."""

    __slots__ = ("_alarm", "_answered", "_busy", "_end", "_ended", "_expires_at", "_greeted", "_on_end", "_outbox",
                 "_owed_since", "_parked", "_peer", "_pending", "_reading", "_renew_at", "_renewing", "_retired",
                 "_session", "_stream", "_versions", "_writing", "heard_at")  # fmt: skip

    def __init__(
        self,
        stream: Stream,
        peer: Peer,
        *,
        client_id: str,
        max_response_bytes: int,
        on_end: Callable[[Connection, KafkaAdminError, int], None],
    ) -> None:
        self.heard_at = stream.now()
        """When the last byte came from the broker, by `anyio.current_time`; at first, when the stream was opened."""
        self._stream = stream
        self._peer = peer
        self._session = Session(client_id, max_response_bytes)
        self._on_end = on_end
        self._end: KafkaAdminError | None = None
        self._ended: anyio.Event | None = None
        self._versions: BrokerVersions | None = None
        self._greeted: Callable[[ApiVersionsResponse], None] | None = None
        self._answered = False
        self._renew_at = math.inf
        self._expires_at = math.inf
        self._renewing: anyio.Event | None = None
        self._retired = False
        self._pending: dict[int, Exchange[Any]] = {}
        self._outbox: list[Exchange[Any]] = []
        self._writing = False
        self._reading = False
        self._busy = False
        self._owed_since = math.inf
        self._parked: dict[Bell, float] = {}
        # Not later than the earliest deadline of all waiters. Too early costs one look at them.
        self._alarm = math.inf

    # What is known of the broker

    @property
    def broker_id(self) -> int | None:
        """The id it was opened for; `None` for a bootstrap address."""
        return self._peer.broker_id

    @property
    def address(self) -> Address:
        """Where the broker listens."""
        return self._peer.address

    @property
    def api_versions(self) -> ApiVersionsResponse | None:
        """What the broker offers, as it answered, on this connection or on one before it."""
        return None if self._versions is None else self._versions.response

    def offers(self, request: type[Request[Any]]) -> bool:
        """Whether the broker has this API, in whatever version."""
        return self._versions is not None and self._versions.offers(request)

    def version_for(
        self, request: type[Request[Any]], *, at_most: int | None = None, at_least: int | None = None
    ) -> int:
        """The highest version that the broker and kafkawire share, within the bounds.

        Raises `UnsupportedVersionError`, which names the API and what the broker offers.
        """
        if self._versions is None:
            raise UnsupportedVersionError(f"{self._peer} hasn't said what it offers")
        return self._versions.choose(request, at_least, at_most, self._peer)

    # State

    @property
    def closed(self) -> bool:
        """Whether it has ended, for whatever reason."""
        return self._end is not None

    @property
    def in_flight(self) -> int:
        """Requests whose answers are wanted and haven't come."""
        return len(self._pending)

    @property
    def held_up_since(self) -> float:
        """Since when the broker has kept the request whose turn it is, though nobody may want its answer any more.

        It works through a connection's requests in order. `inf` where none is due.
        """
        return max(self.heard_at, self._owed_since) if self._session.in_flight else math.inf

    def usable(self, max_idle: float) -> bool:
        """Whether a request may be sent: neither closed meanwhile, by either side, nor idle for too long.

        Closes the connection when it finds that it isn't.
        """
        if self._end is None and not self._pending and not self._reading:
            self._check_idle(max_idle)
        return self._end is None and not self._retired

    # The session

    def live_for(self, renew_after: float, expire_after: float) -> None:
        """Have a session that is to be renewed after so many seconds, and that carries no requests after so many.

        A broker ends a connection that is used when its SASL session is over (KIP-368). It may be renewed even then.
        """
        now = self._stream.now()
        self._renew_at, self._expires_at = now + renew_after, now + expire_after

    @property
    def due(self) -> bool:
        """Whether its session should be renewed."""
        return self._renew_at < math.inf and self._stream.now() >= self._renew_at

    @property
    def between_sessions(self) -> bool:
        """Whether no request may be sent: its session is over, or being renewed."""
        return self._renewing is not None or (self._expires_at < math.inf and self._stream.now() >= self._expires_at)

    async def renew(self, authenticate: Authenticate) -> float | None:
        """Authenticate again. Whoever would send waits; what is under way is answered first, as brokers keep order.

        When it comes to nothing, for whatever reason, the connection takes no more requests.
        """
        self._renewing = anyio.Event()
        try:
            return await authenticate(self.ask)
        except BaseException:
            self.retire()
            raise
        finally:
            self._renewing.set()
            self._renewing = None

    def retire(self) -> None:
        """Take no new requests; end when those under way are answered."""
        self._retired = True
        self._close_if_retired()

    def _close_if_retired(self) -> None:
        if self._retired and not self._pending:
            self._lose("its session is about to end")

    def _check_idle(self, max_idle: float) -> None:
        idle = self._stream.now() - self.heard_at
        if idle < _UNDER_WAY:
            return
        if idle >= max_idle:
            self._lose(f"idle for {max_idle:g} s")
            return
        try:
            data = self._stream.receive_nowait()
        except OSError as error:
            self._lose(f"broken while idle: {error.strerror or error}")
            return
        except AuthenticationError as error:
            self.close(error)
            return
        if data is not None:
            self._take_in(data, "closed by the broker while idle")

    def close(self, error: KafkaAdminError) -> None:
        """End it at once. What is pending fails with `error`; `ConnectionLostError` tells each whether it was sent."""
        if self._end is not None:
            return
        self._end = error
        self._stream.close()
        pending = list(self._pending.values())
        # A request is no suspect where not even the handshake in front of it was answered.
        fresh = len(pending) == 1 and not self._answered and self._greeted is None
        self._pending.clear()
        self._outbox.clear()
        for exchange in pending:
            self._settle(exchange, None, _told(error, sent=exchange.sent, fresh=fresh))
        if self._ended is not None:
            self._ended.set()
        self._on_end(self, error, len(pending))

    def _be_hung_up_on(self, reason: str) -> None:
        if self._pending and not self._answered and self._versions is not None and self._peer.hung_up is False:
            self._peer.hung_up = True
        self._lose(reason)

    def _lose(self, reason: str) -> None:
        self.close(ConnectionLostError(f"{self._peer}: {reason}", sent=False))

    # Sending

    async def ask(self, request: Request[R], *, at_most: int | None = None) -> R:
        """Send a request at the highest version common to both sides, and wait for its answer: for logins."""
        exchange = await self._send(request, self.version_for(type(request), at_most=at_most))
        return await exchange.answer()

    async def send(self, request: Request[R], version: int) -> Exchange[R]:
        """Hand a request to the transport; requests of other tasks may go out with it in one piece.

        Waits while the broker throttles this client (KIP-219), and while the transport is full. If it is cancelled
        before any byte left, the request is withdrawn; if a write is cut short, the connection is closed.

        Raises:
            ConnectionLostError: the connection ended; `sent` says whether bytes may have left.
            LocalProtocolError: `version` can't carry the request.
            ClientClosedError: the pool was closed.
        """
        if self._peer.quiet_until:
            await self.sit_out_throttle()
        if self._renewing is not None:
            await self._renewing.wait()
        return await self._send(request, version)

    async def _send(self, request: Request[R], version: int) -> Exchange[R]:
        exchange = self._enqueue(request, version)
        if not self._writing:
            if self._busy or len(self._pending) > 2 or not self._write():
                await self._flush(exchange)
            if exchange._error is not None:
                raise afresh(exchange._error)
        return exchange

    def _enqueue(self, request: Request[R], version: int) -> Exchange[R]:
        if isinstance(self._end, RemoteProtocolError):
            raise ConnectionLostError(str(self._end), sent=False)  # what it broke on was another's
        if self._end is not None:
            raise _told(self._end, sent=False, fresh=False)
        try:
            correlation_id, data = self._session.send(request, version)
        except EncodeError as error:
            raise LocalProtocolError(str(error)) from error
        exchange: Exchange[R] = Exchange(self, correlation_id, data)
        self._pending[correlation_id] = exchange
        self._outbox.append(exchange)
        return exchange

    def greet(self, request: ApiVersionsRequest, version: int, greeted: Callable[[ApiVersionsResponse], None]) -> None:
        """Queue the handshake of a broker whose versions are known, to go out with the first request.

        `greeted` is called with the answer, and may close the connection.
        """
        correlation_id, data = self._session.send(request, version)
        self._outbox.append(Exchange(self, correlation_id, data))
        self._greeted = greeted

    def adopt(self, versions: BrokerVersions) -> None:
        """Choose versions by these from now on. The conversation so far was the handshake."""
        self._versions = versions
        self._answered = False

    @property
    def throttled(self) -> bool:
        """Whether the broker has asked for a pause that may not be over yet."""
        return self._peer.quiet_until > 0

    @property
    def quiet_until(self) -> float:
        """Until when the broker has asked for a pause, on the event loop's clock."""
        return self._peer.quiet_until

    async def sit_out_throttle(self) -> None:
        """Wait while the broker throttles this client (KIP-219). Nothing is sent meanwhile."""
        while self._end is None and self._stream.now() < self._peer.quiet_until:
            self._ended = self._ended or anyio.Event()
            with anyio.CancelScope(deadline=self._peer.quiet_until):
                await self._ended.wait()
        if self._end is None:
            self._peer.quiet_until = 0.0

    async def _flush(self, exchange: Exchange[Any]) -> None:
        self._writing = True
        try:
            await (self._drain() if exchange.sent else self._let_others_queue(exchange))
            while self._outbox:
                if not self._write():
                    await self._drain()
        finally:
            self._writing = False

    async def _let_others_queue(self, exchange: Exchange[Any]) -> None:
        """One turn of the event loop. Tasks that were woken by the same batch of answers send theirs in it."""
        try:
            await anyio.lowlevel.checkpoint()
        except anyio.get_cancelled_exc_class():
            exchange.abandon()
            if self._outbox and not self._write():
                self._lose("a write was cut short")
            raise

    def _write(self) -> bool:
        batch, self._outbox = self._outbox, []
        data = batch[0]._bytes if len(batch) == 1 else b"".join([exchange._bytes for exchange in batch])
        try:
            done = self._stream.write(data)
        except OSError as error:
            self._lose(f"lost while writing: {error.strerror or error}")
            return True
        now = self._stream.now()
        if self._session.in_flight == len(batch):
            self._owed_since = now
        for exchange in batch:
            exchange.sent = True
            exchange.sent_at = now
            exchange._bytes = b""
        return done

    async def _drain(self) -> None:
        try:
            await self._stream.drain()
        except OSError as error:
            self._lose(f"lost while writing: {error.strerror or error}")
        except anyio.get_cancelled_exc_class():
            self._lose("a write was cut short")
            raise

    # Waiting for answers

    async def _wait(self, exchange: Exchange[Any], until: float) -> None:
        exchange._awaited += 1
        try:
            while True:
                if self._reading:
                    bell = self._park(exchange, until)
                    try:
                        await bell
                    finally:
                        self._parked.pop(bell, None)
                        exchange._bells.remove(bell)
                else:
                    await self._read(exchange, until)
                if exchange._over:
                    return
                if self._stream.now() >= until:
                    raise NoAnswerYet
        except anyio.get_cancelled_exc_class():
            if exchange._awaited == 1:
                exchange.abandon()
            raise
        finally:
            exchange._awaited -= 1
            if self._parked and not self._reading:
                self._parked.popitem()[0].ring()

    def _park(self, exchange: Exchange[Any], until: float) -> Bell:
        """Have a waiter wait for its answer, its time, or the read turn: whichever rings the bell."""
        bell = self._stream.bell()
        exchange._bells.append(bell)
        self._parked[bell] = until
        if until < self._alarm:
            self._alarm = until
            self._stream.wake_by(until)
        return bell

    async def _read(self, exchange: Exchange[Any], until: float) -> None:
        """Hold the read turn until the exchange is over, or until `until`."""
        self._reading = True
        try:
            self._alarm = min(self._alarm, until)
            while not exchange._over:
                data = await self._stream.receive(self._alarm)
                if data is not None:
                    self._take_in(data, "closed by the broker")
                elif self._ring(until):
                    return
        except OSError as error:
            self._lose(f"lost: {error.strerror or error}")
        except AuthenticationError as error:
            self.close(error)
        finally:
            self._reading = False

    def _ring(self, until: float) -> bool:
        """Wake the parked whose time is up. True if the reader's own is."""
        now = self._stream.now()
        for bell in [bell for bell, due in self._parked.items() if due <= now]:
            del self._parked[bell]
            bell.ring()
        self._alarm = min(self._parked.values(), default=until)
        self._alarm = min(self._alarm, until)
        return now >= until

    def _abandon(self, exchange: Exchange[Any]) -> None:
        del self._pending[exchange._correlation_id]
        self._session.abandon(exchange._correlation_id)
        if not exchange.sent:
            self._outbox.remove(exchange)
        self._settle(exchange, None, LocalProtocolError("the exchange was abandoned"))
        if self._reading and exchange._awaited:
            self._stream.wake_by(self._stream.now())
        self._close_if_retired()

    # What comes in

    def _take_in(self, data: bytes, at_end: str) -> None:
        if not data:
            self._be_hung_up_on(at_end)
            return
        self.heard_at = self._stream.now()
        try:
            replies = self._session.receive(data)
        except DecodeError as error:
            self.close(self._not_kafka(data) or self._unreadable(error))
            return
        self._busy = len(replies) > 1
        unreadable = None
        for reply in replies:
            unreadable = self._deliver(reply) or unreadable
        if unreadable is not None:
            self._lose("closed by us, since another answer on it couldn't be read")
        elif self._session.astray:
            self._lose("closed by us, since bytes came that nobody asked for")
        self._close_if_retired()

    def _deliver(self, reply: Reply) -> DecodeError | None:
        exchange = self._pending.pop(reply.correlation_id, None)
        if exchange is None:
            self._be_greeted(reply)
        elif reply.error is not None:
            self._settle(exchange, None, self._unreadable(reply.error))
        else:
            self._answered = True
            throttle_ms = getattr(reply.response, "throttle_time_ms", 0)
            if throttle_ms > 0:
                self._heed_throttle(throttle_ms)
            self._settle(exchange, reply.response, None)
        return reply.error

    def _settle(self, exchange: Exchange[Any], response: Response | None, error: KafkaAdminError | None) -> None:
        exchange._over = True
        exchange._response = response
        exchange._error = error
        for bell in exchange._bells:
            self._parked.pop(bell, None)
            bell.ring()

    def _heed_throttle(self, throttle_ms: int) -> None:
        self._peer.quiet_until = max(self._peer.quiet_until, self._stream.now() + throttle_ms / 1000)

    def _be_greeted(self, reply: Reply) -> None:
        greeted, self._greeted = self._greeted, None
        if reply.error is not None:
            self.close(self._unreadable(reply.error))
        elif greeted is not None and isinstance(reply.response, ApiVersionsResponse):
            greeted(reply.response)

    def _not_kafka(self, data: bytes) -> AuthenticationError | None:
        if self._answered or not data.startswith(_TLS_ALERT):
            return None
        return AuthenticationError(f"{self._peer}: the listener speaks TLS, and security says not to")

    def _unreadable(self, cause: DecodeError) -> RemoteProtocolError:
        error = RemoteProtocolError(f"{self._peer}: {cause}")
        error.__cause__ = cause
        return error


def _told(error: KafkaAdminError, *, sent: bool, fresh: bool) -> KafkaAdminError:
    copy = afresh(error)
    if isinstance(copy, ConnectionLostError):
        copy.sent, copy.fresh = sent, fresh
    return copy
