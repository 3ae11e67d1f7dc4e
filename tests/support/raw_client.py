"""A client without any cleverness: one blocking socket, and everything as the broker said it."""

from __future__ import annotations

import socket
from collections import deque
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from kafkaadmin.testing import FakeCluster
from kafkawire import Reply, Request, Response, Session

R = TypeVar("R", bound=Response)

_READ_BYTES = 1 << 16


class RawClient:
    """A connection to one broker of a FakeCluster."""

    def __init__(self, cluster: FakeCluster, broker_id: int, *, timeout: float = 5.0) -> None:
        host, _, port = cluster.address_of(broker_id).rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout)
        self.session = Session(client_id="raw")
        self._replies: deque[Reply] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.socket.close()

    def write(self, request: Request[Any], version: int) -> int:
        """Send a request, and answer its correlation id."""
        correlation_id, data = self.session.send(request, version)
        self.socket.sendall(data)
        return correlation_id

    def read(self) -> Response:
        """The next answer. `EOFError` when the broker has closed."""
        while not self._replies:
            data = self.socket.recv(_READ_BYTES)
            if not data:
                raise EOFError("the broker closed the connection")
            self._replies.extend(self.session.receive(data))
        reply = self._replies.popleft()
        if reply.error is not None:
            raise reply.error
        assert reply.response is not None
        return reply.response

    def ask(self, request: Request[R], version: int) -> R:
        """Send a request, and wait for its answer."""
        self.write(request, version)
        answer = self.read()
        assert isinstance(answer, request.response)
        return cast("R", answer)


def ask(cluster: FakeCluster, broker_id: int, request: Request[R], version: int) -> R:
    """Ask one question on a connection of its own."""
    with RawClient(cluster, broker_id) as client:
        return client.ask(request, version)
