"""One client's connection to a broker of a `FakeCluster`, and what becomes of each request on it.

Everything here runs in the cluster's own thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from kafkaadmin.testing.damage import in_a_copy, mangled, refused_at, unasked
from kafkaadmin.testing.faults import Fault, Hangup, Stop
from kafkaadmin.testing.handlers import HANDLERS
from kafkaadmin.testing.handlers.api_versions import unsupported_api_versions
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.ledger import Ledger, RecordedRequest, RejectedRequest
from kafkaadmin.testing.link import Link, Outgoing
from kafkaadmin.testing.logins import Logins
from kafkaadmin.testing.sasl import SaslSession
from kafkaadmin.testing.tls import ALERT, ListenerTls
from kafkawire import ApiKey, DecodeError, Request
from kafkawire.framing import FrameReader
from kafkawire.headers import RequestHeader, UnknownRequestError, read_request, response_header_version, write_response

__all__ = ["Broker", "Connection"]

NO_FAULT = Fault()

_MAX_REQUEST_BYTES = 100 * 1024 * 1024
_BEGINNING = struct.Struct(">ih")
_LINGER_NOT = struct.pack("ii", 1, 0)


class Broker:
    """A broker, as its connections know it.

    Args:
        broker_id: its id.
        ledger: where requests are entered.
        context: a version and a fault to what a handler needs; what the broker offers is in there.
        go: called when a fault takes the broker away.
        logins: who may come in, and how.
    """

    def __init__(
        self,
        broker_id: int,
        ledger: Ledger,
        context: Callable[[int, Fault], Context],
        go: Callable[[Stop], None],
        logins: Logins,
    ) -> None:
        self.broker_id = broker_id
        self.ledger = ledger
        self.context = context
        self.go = go
        self.logins = logins
        self.offered = context(0, NO_FAULT).offered
        self.running = False
        self.stalled = False
        self.opened = 0
        self.link = Link()
        self.connections: set[Connection] = set()


@dataclass(frozen=True, slots=True)
class _Exchange:
    """A request on its way to an answer."""

    header: RequestHeader
    request: Request[Any]
    fault: Fault
    frame: bytes

    @property
    def version(self) -> int:
        return self.header.request_api_version


class Connection(asyncio.Protocol):
    """One client's connection. Requests are worked through in order: a delayed one holds up those behind it."""

    def __init__(self, broker: Broker, accepted: socket.socket) -> None:
        self._broker = broker
        self._socket = accepted
        self._loop = asyncio.get_running_loop()
        self._reader = FrameReader(_MAX_REQUEST_BYTES)
        self._waiting: deque[bytes] = deque()
        self._transport: asyncio.Transport
        self._outgoing: Outgoing
        self._number: int
        self._open = False
        self._busy = False
        listener = broker.logins.listener
        self._tls = None if listener.tls is None else ListenerTls(listener.tls)
        self._greeted = False
        self._session = SaslSession(broker.logins) if listener.mechanisms else None
        self._due: Callable[[], None] | None = None
        self.closed: asyncio.Future[None] = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checkers
        self._transport = transport
        self._outgoing = Outgoing(self._broker.link, transport)
        self._number = self._broker.ledger.number_connection()
        self._open = True
        self._broker.connections.add(self)
        self._broker.opened += 1
        if self._broker.stalled:
            self.freeze()
        elif (fault := self._broker.ledger.accepted(self._broker.broker_id)) is not None:
            self._be_received_by(fault)

    def _be_received_by(self, fault: Fault) -> None:
        """A fault strikes before anything was asked."""
        self._outgoing.write(unasked(fault))
        if fault.stop is not None:
            self._broker.go(fault.stop)
        elif fault.cut is not None:
            self.hang_up(fault.how)
        elif fault.delay:
            self._later(fault.delay, _nothing)

    def connection_lost(self, exc: Exception | None) -> None:
        self._open = False
        self._waiting.clear()
        self._outgoing.drop()
        self._broker.connections.discard(self)
        self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        if self._tls is None:
            self._take_in(data)
        elif self._greeted:
            self._take_in(self._decrypted(self._tls, data))
        else:
            self._be_greeted(self._tls, data)

    def _be_greeted(self, tls: ListenerTls, data: bytes) -> None:
        """The client begins the TLS handshake. Does a fault strike it?"""
        self._greeted = True
        fault = self._broker.ledger.greeted(self._broker.broker_id) or NO_FAULT
        if fault.stop is not None:
            if fault.stop == "stall":
                self._busy, self._due = True, lambda: self.data_received(data)
            self._broker.go(fault.stop)
        elif fault.cut is not None:
            answer = tls.answered(data) if fault.cut == "half" else b""
            self._outgoing.write(answer[: len(answer) // 2])
            self.hang_up(fault.how)
        elif fault.delay:
            self._later(fault.delay, lambda: self.data_received(data))
        elif nonsense := unasked(fault):
            self._outgoing.write(nonsense)
        elif not fault.drop_answer:
            self.data_received(data)

    def _decrypted(self, tls: ListenerTls, data: bytes) -> bytes:
        try:
            return tls.decrypted(data)
        except ssl.SSLError as error:
            self._outgoing.write(tls.to_send() or ALERT)
            self._reject(f"TLS: {error.reason or error}")
            return b""
        finally:
            if said := tls.to_send():
                self._outgoing.write(said)

    def _take_in(self, data: bytes) -> None:
        try:
            self._waiting.extend(self._reader.feed(data))
        except DecodeError as error:
            self._reject(str(error))
        self._work()
        if self._open:
            self._look_at_half()

    def say(self, data: bytes) -> None:
        """Send what nobody asked for."""
        if self._open:
            self._write(data)

    def _write(self, data: bytes) -> None:
        if data and self._tls is not None and self._tls.agreed:
            data = self._tls.encrypted(data)
        self._outgoing.write(data)

    def _look_at_half(self) -> None:
        """Of a request that comes in pieces, half may have been read: does a fault cut it there?"""
        if self._reader.pending < _BEGINNING.size:
            return
        length, api = _BEGINNING.unpack(self._reader.peek(_BEGINNING.size))
        if 2 * self._reader.pending >= length:
            fault = self._broker.ledger.half_read(api, self._broker.broker_id)
            if fault is not None:
                self.hang_up(fault.how)

    def freeze(self) -> None:
        """Read nothing more."""
        if self._open:
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on, and do what fell due meanwhile."""
        if not self._open:
            return
        self._transport.resume_reading()
        due, self._due = self._due, None
        if due is not None:
            self._carry_on(due)
        self._work()

    def hang_up(self, how: Hangup) -> None:
        """End the connection, with RST or with FIN."""
        if not self._open:
            return
        if how == "reset":
            self.abort()
        else:
            self._open = False
            self._discard_unread()
            self._outgoing.close()

    def abort(self) -> None:
        """End it now, whatever is still to be sent."""
        self._open = False
        self._outgoing.drop()
        # macOS refuses options for a socket that the client has reset.
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        self._transport.abort()

    def _discard_unread(self) -> None:
        """Take what the client has sent already: closing over unread bytes would send RST instead of FIN."""
        with contextlib.suppress(OSError):
            while self._socket.recv(1 << 16):
                pass

    def _work(self) -> None:
        while self._waiting and self._open and not self._busy and self._broker.running:
            exchange = self._read(self._waiting.popleft())
            if exchange is not None:
                self._begin(exchange)

    def _read(self, frame: bytes) -> _Exchange | None:
        try:
            header, request = read_request(frame, exact=False)
        except UnknownRequestError as unknown:
            self._refuse_version(unknown.header)
            return None
        except DecodeError as error:
            self._reject(str(error))
            return None
        version = header.request_api_version
        if version not in self._broker.offered.get(request.api_key, ()):
            self._refuse_version(header)
            return None
        if self._session is not None and not self._session.admits(request.api_key, version):
            self._reject(f"{request.api_key.name} v{version} from a client that hasn't logged in, or not again in time")
            return None
        recorded = RecordedRequest(
            broker_id=self._broker.broker_id,
            api_key=request.api_key,
            version=version,
            client_id=header.client_id,
            at=time.monotonic(),
            connection=self._number,
            frame=frame,
        )
        return _Exchange(header, request, self._broker.ledger.received(recorded) or NO_FAULT, frame)

    def _refuse_version(self, header: RequestHeader) -> None:
        if header.request_api_key != ApiKey.API_VERSIONS:
            self._reject(f"API {header.request_api_key} v{header.request_api_version} is not offered")
            return
        self._broker.ledger.counts[self._broker.broker_id, ApiKey.API_VERSIONS] += 1
        context = self._broker.context(0, NO_FAULT)
        self._write(write_response(unsupported_api_versions(context), 0, header.correlation_id))

    def _reject(self, reason: str) -> None:
        self._broker.ledger.rejected.append(RejectedRequest(broker_id=self._broker.broker_id, reason=reason))
        self.hang_up("fin")

    def _begin(self, exchange: _Exchange) -> None:
        fault = exchange.fault
        if fault.cut in {"request", "before"}:
            self.hang_up(fault.how)
        elif fault.stop is not None:
            self._stop(exchange, fault.stop)
        elif fault.delay and not fault.after_applying:
            self._later(fault.delay, lambda: self._send(exchange, self._answer(exchange)))
        elif fault.delay:
            answer = self._answer(exchange)
            self._later(fault.delay, lambda: self._send(exchange, answer))
        else:
            self._send(exchange, self._answer(exchange))

    def _stop(self, exchange: _Exchange, how: Stop) -> None:
        """The broker goes. If it stalls, what is left to do waits until it wakes."""
        applied = exchange.fault.after_applying or exchange.fault.cut == "half"
        if applied:
            answer = self._answer(exchange)
            sent = len(answer) // 2 if exchange.fault.cut == "half" else 0
            self._write(answer[:sent])
            if how == "stall":
                self._busy, self._due = True, lambda: self.say(answer[sent:])
        elif how == "stall":
            self._waiting.appendleft(exchange.frame)
        self._broker.go(how)

    def _later(self, delay: float, action: Callable[[], None]) -> None:
        self._busy = True
        self._loop.call_later(delay, self._carry_on, action)

    def _carry_on(self, action: Callable[[], None]) -> None:
        if self._broker.stalled:
            self._due = action
            return
        self._busy = False
        if not self._open:
            return
        try:
            action()
            self._work()
        except BaseException:
            self.hang_up("reset")
            raise

    def _answer(self, exchange: _Exchange) -> bytes:
        """Apply the request, unless the fault forbids, and make the frame of the answer."""
        fault, request = exchange.fault, exchange.request
        context = replace(self._broker.context(exchange.version, fault), session=self._session)
        handler = HANDLERS[request.api_key]
        if fault.error is not None and fault.after_applying:
            handler(request, replace(context, refusal=None))
        if fault.error is not None and fault.level is not None:
            response = refused_at(handler(request, in_a_copy(context)), fault.level, fault.error)
        else:
            response = handler(request, context)
        frame = write_response(response, exchange.version, exchange.header.correlation_id)
        return mangled(frame, response_header_version(type(response), exchange.version), fault)

    def _send(self, exchange: _Exchange, frame: bytes) -> None:
        fault = exchange.fault
        if fault.cut == "half":
            self._write(frame[: len(frame) // 2])
        elif fault.cut is None and not fault.drop_answer:
            self._write(frame)
        if fault.cut is not None:
            self.hang_up(fault.how)
        elif self._session is not None and self._session.failed:
            self.hang_up("fin")
        elif fault.throttle:
            self._later(fault.throttle, _nothing)


def _nothing() -> None:
    """What there is to do when a connection is no longer throttled."""
