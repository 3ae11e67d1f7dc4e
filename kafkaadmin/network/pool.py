"""The connections of one client: one for each broker and lane, opened when first asked for.

Opening is shared. The first who asks leads; the others wait for it. If the leader is cancelled, the next one leads;
nobody's cancellation fails another. There is no task here either: idle connections are looked at when they are next
used, or when another one is opened.
"""

from __future__ import annotations

import math
from enum import Enum
from random import random

import anyio
import anyio.lowlevel

from kafkaadmin.config import Address, ClientConfig
from kafkaadmin.errors import (
    AuthenticationError,
    ClientClosedError,
    ConnectError,
    ConnectionLostError,
    KafkaAdminError,
    RemoteProtocolError,
)
from kafkaadmin.events import Announcer, ConnectionLost, ConnectionOpened, SessionRenewed
from kafkaadmin.network.authentication import Authenticate, Plaintext, Renew, SecurityProtocol, require_no_login
from kafkaadmin.network.connection import Connection, Peer, afresh
from kafkaadmin.network.stream import Stream
from kafkaadmin.network.versions import (
    BrokerVersions,
    check_greeting,
    fallback,
    greeting,
    greeting_version,
)
from kafkawire import ErrorCode
from kafkawire.messages import ApiVersionsRequest, ApiVersionsResponse

__all__ = ["Lane", "Pool"]


MANY_PEERS = 1_000
"""So many brokers and addresses that it is worth a look which of them are connected to."""


class Lane(Enum):
    """What a connection is for. A broker works through one connection's requests in order: slow ones get their own."""

    SHORT = "short"
    """Requests that are answered at once."""
    WAITING = "waiting"
    """Requests with a wait on the broker's side (`timeout_ms`)."""
    BULK = "bulk"
    """Long scans, with large answers."""
    ASIDE = "aside"
    """Questions that would stand behind a request which the broker keeps."""

    __hash__ = object.__hash__


def _begin_session(connection: Connection, lifetime: float | None) -> None:
    """Renew it at 75 to 85 % of its life, not all at the same moment; use it no more from 92 % on."""
    if lifetime is None:
        connection.live_for(math.inf, math.inf)
        return
    connection.live_for(lifetime * (0.75 + 0.1 * random()), lifetime * 0.92)  # noqa: S311 - spreads load, hides nothing


class _Opening:
    """A connection being opened, and what became of it."""

    __slots__ = ("error", "over", "scope")

    def __init__(self, timeout: float) -> None:
        self.over = anyio.Event()
        self.scope = anyio.CancelScope(deadline=anyio.current_time() + timeout)
        self.error: KafkaAdminError | None = None


class _Slot:
    """The place of one lane's connection to one broker."""

    __slots__ = ("connection", "opening", "peer")

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.connection: Connection | None = None
        self.opening: _Opening | None = None


def _in_use(slot: _Slot) -> bool:
    return slot.opening is not None or (slot.connection is not None and not slot.connection.closed)


class Pool:
    """Connections by broker and lane.

    Args:
        config: limits, timeouts and the client id.
        announce: told of connections opened and lost.
        security: how streams are opened and secured; TCP without TLS or SASL unless said otherwise.
    """

    def __init__(self, config: ClientConfig, announce: Announcer, *, security: SecurityProtocol | None = None) -> None:
        self.cluster_id: str | None = None
        """The cluster that is meant, once known: a broker of another one is refused (KIP-1242)."""
        self._config = config
        self._announce = announce
        self._security: SecurityProtocol = security or Plaintext()
        self._slots: dict[tuple[int | None, Address], dict[Lane, _Slot]] = {}
        self._streams: dict[Connection, Stream] = {}
        self._renewals: dict[Connection, Renew] = {}
        self._ready: set[Connection] = set()
        # The broker's highest ApiVersions version, by the last one heard: the best guess for those not heard yet.
        self._greeting_hint: int | None = None
        self._closed = False

    async def connection(self, broker_id: int | None, address: Address, lane: Lane = Lane.SHORT) -> Connection:
        """A connection that is ready for requests: the one there is, if it still lives, or a new one.

        Raises:
            ConnectError: it could not be opened within `connect_timeout`; nothing was sent. A `WrongClusterError` if
                the broker isn't the one meant.
            AuthenticationError, RemoteProtocolError: the broker refused us, or doesn't speak Kafka's protocol.
            ClientClosedError: the pool is closed.
        """
        while not self._closed:
            lanes = self._slots.get((broker_id, address)) or self._new_lanes(broker_id, address)
            slot = lanes[lane]
            connection = self._at_hand(slot)
            if connection is not None:
                return connection
            if slot.opening is None:
                return await self._lead(slot)
            await _follow(slot.opening)
        raise ClientClosedError("the client is closed")

    def ready(self, broker_id: int | None, address: Address, lane: Lane = Lane.SHORT) -> Connection | None:
        """The connection there is, if a request may be sent on it at once."""
        lanes = self._slots.get((broker_id, address))
        return None if lanes is None else self._at_hand(lanes[lane])

    def _at_hand(self, slot: _Slot) -> Connection | None:
        """A slot's connection, if requests may be sent on it: while somebody makes ready to renew its session, too."""
        connection = slot.connection
        if connection is None or not connection.usable(self._config.max_idle):
            return None
        if connection.due and (slot.opening is None or connection.between_sessions):
            return None
        return connection

    def close_broker(self, broker_id: int | None, address: Address, reason: str) -> None:
        """Close a broker's connections, of all lanes, at once. What is in flight there fails as lost."""
        for slot in self._slots.get((broker_id, address), {}).values():
            if slot.connection is not None:
                slot.connection.close(ConnectionLostError(f"{slot.peer}: {reason}", sent=False))

    async def aclose(self) -> None:
        """Close everything, without waiting for any broker. Idempotent.

        What is in flight fails with `ClientClosedError`. On return no socket is open and no task is left behind.
        """
        self._closed = True
        streams = list(self._streams.values())
        for connection in list(self._streams):
            connection.close(ClientClosedError("the client was closed"))
        openings = [slot.opening for slot in self._all_slots() if slot.opening is not None]
        for opening in openings:
            opening.scope.cancel()
        for stream in streams:
            await stream.wait_closed()
        for opening in openings:
            await opening.over.wait()
        await anyio.lowlevel.checkpoint()

    def _new_lanes(self, broker_id: int | None, address: Address) -> dict[Lane, _Slot]:
        if len(self._slots) >= MANY_PEERS:
            self._forget_the_unconnected()
        peer = Peer(broker_id, address, self._config.node_noun)
        lanes = self._slots[broker_id, address] = {lane: _Slot(peer) for lane in Lane}
        return lanes

    def _forget_the_unconnected(self) -> None:
        """Brokers come back at other addresses, for as long as the client lives: those of old aren't kept for ever."""
        self._slots = {place: lanes for place, lanes in self._slots.items() if any(map(_in_use, lanes.values()))}

    def _all_slots(self) -> list[_Slot]:
        return [slot for lanes in self._slots.values() for slot in lanes.values()]

    # Opening

    async def _lead(self, slot: _Slot) -> Connection:
        self._close_idle()
        before = slot.connection
        opening = slot.opening = _Opening(self._config.connect_timeout)
        try:
            connection = slot.connection = await self._open_in_time(slot, opening.scope)
        except KafkaAdminError as error:
            slot.peer.openings_failed += 1
            opening.error = error
            raise
        finally:
            slot.opening = None
            opening.over.set()
        if before is not None and before is not connection:
            before.retire()
        self._ready.add(connection)
        if self._announce and not (connection is before and connection.due):
            host, port = slot.peer.address
            event = SessionRenewed if connection is before else ConnectionOpened
            self._announce(event(broker_id=slot.peer.broker_id, host=host, port=port))
        return connection

    async def _open_in_time(self, slot: _Slot, scope: anyio.CancelScope) -> Connection:
        peer = slot.peer
        with scope:
            connection = await self._renewed(slot.connection) or await self._open(peer)
            if not self._closed:
                return connection
            connection.close(ClientClosedError("the client was closed"))
        if self._closed:
            raise ClientClosedError("the client was closed")
        raise ConnectError(f"{peer}: no connection within {self._config.connect_timeout:g} s", slow=True)

    async def _renewed(self, connection: Connection | None) -> Connection | None:
        """The connection with its session renewed (KIP-368); `None` if that can't be.

        A renewal that fails is no matter yet: on a new connection nothing stands in the way of a user who has become
        another, or of a broker that is asked too often. What is wrong with the secret, that one tells too.
        """
        if connection is None or not connection.usable(self._config.max_idle) or connection not in self._renewals:
            return None
        try:
            authenticate = await self._renewals[connection]()
        except AuthenticationError:
            if connection.closed or connection.between_sessions:
                raise
            return connection  # as good as before, for a while yet: whoever comes next tries again
        if authenticate is None or connection.closed:
            return None
        try:
            _begin_session(connection, await connection.renew(authenticate))
        except KafkaAdminError:
            return None
        return connection

    async def _open(self, peer: Peer) -> Connection:
        opened = await self._security.open(peer.address, skip=peer.openings_failed)
        stream = opened.stream
        connection = Connection(
            stream,
            peer,
            client_id=self._config.client_id,
            max_response_bytes=self._config.max_response_bytes,
            on_end=self._ended,
        )
        self._streams[connection] = stream
        if opened.renew is not None:
            self._renewals[connection] = opened.renew
        try:
            await self._introduce(connection, peer, opened.authenticate)
        except ConnectionLostError as error:
            raise ConnectError(f"{error} (before the handshake was over)") from error
        except BaseException:
            connection.close(ConnectError(f"{peer}: given up during the handshake"))
            raise
        return connection

    async def _introduce(self, connection: Connection, peer: Peer, authenticate: Authenticate | None) -> None:
        if peer.versions is not None and authenticate is None and not peer.hung_up:
            self._greet_along(connection, peer, peer.versions)
            return
        versions = await self._greet(connection, peer)
        connection.adopt(versions)
        if authenticate is not None:
            _begin_session(connection, await authenticate(connection.ask))
            connection.adopt(versions)
        elif peer.hung_up:
            await require_no_login(connection, str(peer))
            connection.adopt(versions)
            peer.hung_up = None

    def _greet_along(self, connection: Connection, peer: Peer, versions: BrokerVersions) -> None:
        """Send the handshake together with the first request, whose version is chosen by what the broker last said."""

        def greeted(response: ApiVersionsResponse) -> None:
            try:
                if response.error_code == ErrorCode.UNSUPPORTED_VERSION:
                    peer.versions = None
                    connection.close(ConnectionLostError(f"{peer}: now runs an older release", sent=True))
                    return
                check_greeting(response, peer.address, str(peer))
            except KafkaAdminError as error:
                connection.close(error)
            else:
                connection.adopt(self._learn(peer, response))

        request = greeting(self.cluster_id, peer.broker_id)
        connection.adopt(versions)
        connection.greet(request, greeting_version(request, versions.highest(ApiVersionsRequest)), greeted)

    async def _greet(self, connection: Connection, peer: Peer) -> BrokerVersions:
        request = greeting(self.cluster_id, peer.broker_id)
        version: int | None = greeting_version(request, self._greeting_hint)
        while version is not None:
            exchange = await connection.send(request, version)
            response = await exchange.answer()
            if response.error_code != ErrorCode.UNSUPPORTED_VERSION:
                check_greeting(response, peer.address, str(peer))
                return self._learn(peer, response)
            version = fallback(response, version)
        raise RemoteProtocolError(f"{peer} knows no version of ApiVersions")

    def _learn(self, peer: Peer, response: ApiVersionsResponse) -> BrokerVersions:
        versions = BrokerVersions(response)
        peer.versions = versions
        self._greeting_hint = versions.highest(ApiVersionsRequest)
        return versions

    # Ending

    def _close_idle(self) -> None:
        for slot in self._all_slots():
            if slot.connection is not None and not slot.connection.closed:
                slot.connection.usable(self._config.max_idle)

    def _ended(self, connection: Connection, error: KafkaAdminError, in_flight: int) -> None:
        del self._streams[connection]
        self._renewals.pop(connection, None)
        if connection not in self._ready:
            return
        self._ready.remove(connection)
        if self._announce:
            host, port = connection.address
            self._announce(
                ConnectionLost(
                    broker_id=connection.broker_id, host=host, port=port, in_flight=in_flight, reason=str(error)
                )
            )


async def _follow(opening: _Opening) -> None:
    await opening.over.wait()
    if opening.error is not None:
        raise afresh(opening.error)
