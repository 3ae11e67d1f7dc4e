"""One simulated broker, the connections to it, and the requests on them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio

from kafkaadmin.config import Address
from kafkaadmin.errors import ConnectionLostError, KafkaAdminError
from kafkaadmin.network import NoAnswerYet
from kafkaadmin.network.connection import afresh
from kafkawire import Request, Response
from kafkawire.messages import (
    DeleteRecordsRequest,
    DescribeTopicPartitionsRequest,
    FindCoordinatorRequest,
    ListOffsetsRequest,
    MetadataRequest,
    OffsetCommitRequest,
    OffsetFetchRequest,
)

__all__ = ["GROUPS", "KEYS", "PARTITIONS", "TOPIC", "Beliefs", "Broker", "Connection", "Exchange", "Sent"]

GROUPS: tuple[str, ...] = ("a", "b", "c", "d")
"""Each is kept in a partition of its own of as many."""

TOPIC = "log"
PARTITIONS: tuple[str, ...] = ("p", "q")
"""The topic's, by their numbers."""

KEYS: tuple[str, ...] = (*GROUPS, *PARTITIONS)
"""All that a broker may own: the word for coordinating a group, and for leading a partition."""

VERSIONS: dict[type[Request[Any]], int] = {
    DeleteRecordsRequest: 2,
    DescribeTopicPartitionsRequest: 0,
    FindCoordinatorRequest: 4,
    ListOffsetsRequest: 8,
    MetadataRequest: 12,
    OffsetCommitRequest: 8,
    OffsetFetchRequest: 8,
}


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What a broker takes for true: who owns each key, since which election, what was written, and who lives where."""

    owners: dict[str, int]
    elections: dict[str, int]
    offsets: dict[str, int]
    living: dict[int, Address]


@dataclass(eq=False)
class Broker:
    """One broker: `alive`, `awake`, and what it `believes` where that isn't what all know."""

    id: int
    port: int = 9092
    alive: bool = True
    awake: anyio.Event = field(default_factory=anyio.Event)
    believes: Beliefs | None = None
    fenced: bool = False
    connections: list[Connection] = field(default_factory=list["Connection"])
    fate: int = 0
    """Counts what was done to it, so that what was to follow from something earlier doesn't."""

    @property
    def address(self) -> Address:
        return Address(f"broker-{self.id}", self.port)

    @property
    def able(self) -> bool:
        """Whether it can own anything."""
        return self.alive and self.awake.is_set() and self.believes is None


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that left."""

    at: float
    broker: int
    request: Request[Any]


class Exchange:
    """One request, and its answer when that comes."""

    def __init__(self, connection: Connection, request: Request[Any]) -> None:
        self.connection = connection
        self.request = request
        self.sent_at = anyio.current_time()
        self.over = anyio.Event()
        self.ended_at = math.inf
        self.result: Response | KafkaAdminError | None = None
        self.given_up = False

    async def answer(self, until: float = math.inf) -> Any:
        with anyio.CancelScope(deadline=until):
            await self.over.wait()
        if self.result is None:
            raise NoAnswerYet
        if isinstance(self.result, KafkaAdminError):
            raise afresh(self.result)
        return self.result

    def end(self, result: Response | KafkaAdminError) -> None:
        if self.result is None:
            self.result = result
            self.ended_at = anyio.current_time()
            self.over.set()

    def abandon(self) -> None:
        self.given_up = True


class Connection:
    """One connection to a broker."""

    throttled = False
    held_up_since = math.inf
    """The simulated brokers work through requests as they come: none stands behind another."""

    def __init__(self, take: Callable[[Exchange], None], broker: Broker) -> None:
        self.heard_at = anyio.current_time()
        self.closed: KafkaAdminError | None = None
        self.exchanges: list[Exchange] = []
        self.heard: list[float] = []
        self._take, self.broker = take, broker

    def version_for(
        self, request: type[Request[Any]], *, at_most: int | None = None, at_least: int | None = None
    ) -> int:
        del at_most, at_least
        return VERSIONS[request]

    async def send(self, request: Request[Any], version: int) -> Exchange:
        del version
        await anyio.lowlevel.checkpoint()
        if self.closed is not None:
            raise ConnectionLostError("closed before it was sent", sent=False)
        exchange = Exchange(self, request)
        self.exchanges.append(exchange)
        self._take(exchange)
        return exchange

    def close(self, error: KafkaAdminError) -> None:
        if self.closed is None:
            self.closed = error
            for exchange in self.exchanges:
                exchange.end(error)
