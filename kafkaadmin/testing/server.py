"""One broker of a `FakeCluster`: its listener, which starts, freezes, stops and moves.

Everything here runs in the cluster's own thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

from kafkaadmin.testing.connection import Broker, Connection
from kafkaadmin.testing.faults import Fault, Hangup, Stop
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.ledger import Ledger
from kafkaadmin.testing.logins import Logins

__all__ = ["BrokerServer"]

_BACKLOG = 512
_FLUSH_SECONDS = 0.5


class BrokerServer(Broker):
    """A broker's sockets. It keeps its port until it is moved: while it is stopped that is bound, and nobody listens.

    Args:
        host: the address to listen at, on a port that is free.
        broker_id, ledger, context, go, logins: as `Broker` has them.
    """

    def __init__(
        self,
        broker_id: int,
        host: str,
        ledger: Ledger,
        context: Callable[[int, Fault], Context],
        go: Callable[[Stop], None],
        logins: Logins,
    ) -> None:
        super().__init__(broker_id, ledger, context, go, logins)
        self._accepting: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._socket = self._bind((host, 0))
        self.host, self.port = self._socket.getsockname()[:2]

    def start(self) -> None:
        """Listen; or, after a stall, go on where the broker was frozen."""
        if not self.stalled:
            self._socket.listen(_BACKLOG)
        self.running, self.stalled = True, False
        self._loop.add_reader(self._socket, self._accept)
        for connection in tuple(self.connections):
            connection.resume()

    def stall(self) -> None:
        """Freeze: sockets stay as they are, and nothing is read, answered or accepted."""
        self.running, self.stalled = False, True
        self._loop.remove_reader(self._socket)
        for connection in self.connections:
            connection.freeze()

    async def stop(self, how: Hangup) -> None:
        """Close the listener and every connection, and return when they are closed."""
        self.running = self.stalled = False
        self._loop.remove_reader(self._socket)
        self._socket.close()
        self._socket = self._bind((self.host, self.port))
        await self.drop_connections(how)

    async def move(self, how: Hangup) -> None:
        """Go to another port, and listen there. The old one is given up."""
        await self.stop(how)
        left, self._socket = self._socket, self._bind((self.host, 0))
        left.close()
        self.port = self._socket.getsockname()[1]
        self.start()

    async def drop_connections(self, how: Hangup) -> None:
        """Close every connection, those not accepted yet too, and return when they are closed."""
        if self.running:
            self._accept()
        if self._accepting:
            await asyncio.wait(self._accepting)
        dropped = tuple(self.connections)
        for connection in dropped:
            connection.hang_up(how)
        if dropped:
            # A client that doesn't read would keep its connection half closed for ever.
            await asyncio.wait([connection.closed for connection in dropped], timeout=_FLUSH_SECONDS)
        for connection in tuple(self.connections.intersection(dropped)):
            connection.abort()
            await connection.closed

    async def close(self) -> None:
        """Give everything up, the port too."""
        await self.stop("reset")
        self._socket.close()

    def _bind(self, address: tuple[str, int]) -> socket.socket:
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setblocking(False)
        bound.bind(address)
        return bound

    def _accept(self) -> None:
        """Take in everybody who has connected."""
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            while True:
                accepted, _ = self._socket.accept()
                accepted.setblocking(False)
                # asyncio does it for sockets only that were made for TCP by name: as in Kafka, nothing is held back.
                accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                task = self._loop.create_task(self._adopt(accepted))
                self._accepting.add(task)
                task.add_done_callback(self._accepting.discard)

    async def _adopt(self, accepted: socket.socket) -> None:
        await self._loop.connect_accepted_socket(lambda: Connection(self, accepted), accepted)
