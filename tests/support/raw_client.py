"""A client without any cleverness: one blocking socket, and everything as the broker said it."""

from __future__ import annotations

import socket
import time
from collections import deque
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from kafkaadmin.testing import FakeCluster
from kafkawire import Reply, Request, Response, Session
from kafkawire.messages import (
    FindCoordinatorRequest,
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchResponse,
)

R = TypeVar("R", bound=Response)

_READ_BYTES = 1 << 16
_PATIENCE_SECONDS = 10.0
_POLL_SECONDS = 0.01


class RawClient:
    """A connection to one broker of a FakeCluster."""

    def __init__(self, cluster: FakeCluster, broker_id: int, *, timeout: float = 5.0) -> None:
        self._connect(cluster.address_of(broker_id), timeout)

    @classmethod
    def at(cls, address: str, *, timeout: float = 5.0) -> Self:
        """A connection to whatever broker is at this `host:port`."""
        client = cls.__new__(cls)
        client._connect(address, timeout)
        return client

    def _connect(self, address: str, timeout: float) -> None:
        host, _, port = address.rpartition(":")
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


def everything(*groups: str) -> OffsetFetchRequest:
    """What these groups have committed (from version 8)."""
    return OffsetFetchRequest(groups=tuple(OffsetFetchRequestGroup(group_id=group, topics=None) for group in groups))


def offset_in(answer: OffsetFetchResponse) -> int:
    """The first offset of an answer (from version 8)."""
    return answer.groups[0].topics[0].partitions[0].committed_offset


def commit(group: str, offset: int, *, topic: str = "orders", partition: int = 0) -> OffsetCommitRequest:
    """A commit from outside the group (to version 9)."""
    partitions = (OffsetCommitRequestPartition(partition_index=partition, committed_offset=offset),)
    return OffsetCommitRequest(group_id=group, topics=(OffsetCommitRequestTopic(name=topic, partitions=partitions),))


def commit_error(cluster: FakeCluster, request: OffsetCommitRequest, version: int = 9) -> int:
    """Have the group's coordinator carry out a commit of one partition, and tell what it said."""
    answer = ask(cluster, cluster.coordinator_of(request.group_id), request, version)
    return answer.topics[0].partitions[0].error_code


def find(cluster: FakeCluster, at: int, key: str = "billing", version: int = 6, key_type: int = 0) -> tuple[int, int]:
    """The node that a broker names, and the error."""
    if version < 4:
        old = ask(cluster, at, FindCoordinatorRequest(key=key, key_type=key_type), version)
        return old.node_id, old.error_code
    request = FindCoordinatorRequest(coordinator_keys=(key,), key_type=key_type)
    (found,) = ask(cluster, at, request, version).coordinators
    return found.node_id, found.error_code


def someone_else(cluster: FakeCluster, *but: int) -> int:
    """A broker that is none of these."""
    return next(broker_id for broker_id in cluster.brokers if broker_id not in but)


def eventually_coordinated(cluster: FakeCluster, group: str, *, not_by: int) -> int:
    """Who coordinates a group once it is somebody else."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (coordinator := cluster.coordinator_of(group)) in {not_by, -1}:
        assert time.monotonic() < deadline, f"still {coordinator}"
        time.sleep(_POLL_SECONDS)
    return coordinator
