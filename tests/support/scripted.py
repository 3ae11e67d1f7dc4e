"""Routing without sockets: brokers that are scripts, on a clock that jumps.

A script says what a broker does with the next request of a kind; without one it answers as Kafka would, from `owners`.
With trio's `MockClock` waiting takes no time, so that times can be asserted to the millisecond.
"""

# The pool is put in its place from outside.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio

from kafkaadmin.config import Address, ClientConfig
from kafkaadmin.errors import ConnectError, ConnectionLostError, KafkaAdminError
from kafkaadmin.network import Lane, NoAnswerYet
from kafkaadmin.routing import Cluster
from kafkaadmin.routing.asking import Asker
from kafkaadmin.routing.nodes import Nodes
from kafkawire import Request, Response
from kafkawire.messages import (
    Coordinator,
    DeletableGroupResult,
    DeleteGroupsRequest,
    DeleteGroupsResponse,
    FindCoordinatorRequest,
    FindCoordinatorResponse,
    MetadataRequest,
    MetadataResponse,
    MetadataResponseBroker,
)

__all__ = ["After", "Asked", "ScriptedCluster", "lost", "refused", "silence"]

Reaction = Response | KafkaAdminError | Callable[[Any, int], Response]


@dataclass(frozen=True, slots=True)
class After:
    """A reaction that comes `seconds` after the request; by default the usual answer."""

    seconds: float
    reaction: Reaction | None = None


silence = After(math.inf)


def lost(*, fresh: bool = False) -> ConnectionLostError:
    """The connection breaks with the request under way."""
    return ConnectionLostError("reset", sent=True, fresh=fresh)


def refused() -> ConnectError:
    return ConnectError("refused")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was sent, and when."""

    broker: int
    request: Request[Any]
    version: int
    at: float

    @property
    def groups(self) -> tuple[str, ...]:
        if isinstance(self.request, DeleteGroupsRequest):
            return self.request.groups_names
        if isinstance(self.request, FindCoordinatorRequest):
            return self.request.coordinator_keys or (self.request.key,)
        return ()


class _Exchange:
    def __init__(self, connection: _Connection, reaction: Reaction, due: float) -> None:
        self.connection = connection
        self.sent_at = anyio.current_time()
        self.over = False
        self.abandoned = False
        self._reaction = reaction
        self._due = due

    async def answer(self, until: float = math.inf) -> Any:
        await anyio.sleep_until(min(self._due, until))
        if anyio.current_time() < self._due:
            raise NoAnswerYet
        self.over = True
        if isinstance(self._reaction, KafkaAdminError):
            raise self._reaction
        self.connection.heard_at = anyio.current_time()
        return self._reaction

    def abandon(self) -> None:
        self.abandoned = not self.over


class _Connection:
    throttled = False
    held_up_since = math.inf

    def __init__(self, cluster: ScriptedCluster, broker: int, lane: Lane) -> None:
        self.heard_at = anyio.current_time()
        self.closed: KafkaAdminError | None = None
        self.lane = lane
        self._cluster = cluster
        self._broker = broker

    def version_for(
        self, request: type[Request[Any]], *, at_most: int | None = None, at_least: int | None = None
    ) -> int:
        del at_most, at_least
        return self._cluster.versions.get((self._broker, request), request.versions[-1])

    async def send(self, request: Request[Any], version: int) -> _Exchange:
        await anyio.lowlevel.checkpoint()
        exchange = self._cluster.take(self, self._broker, request, version)
        self._cluster.exchanges.append(exchange)
        return exchange

    def close(self, error: KafkaAdminError) -> None:
        self.closed = error


@dataclass
class ScriptedCluster:
    """Three brokers and the routing that talks to them. Broker 1 owns each group that `owners` doesn't name."""

    config: ClientConfig
    owners: dict[str, int] = field(default_factory=dict[str, int])
    live: tuple[int, ...] = (1, 2, 3)
    asked: list[Asked] = field(default_factory=list[Asked])
    exchanges: list[_Exchange] = field(default_factory=list[_Exchange])
    versions: dict[tuple[int, type[Request[Any]]], int] = field(
        default_factory=dict[tuple[int, type[Request[Any]]], int]
    )
    opening: dict[int, KafkaAdminError | float] = field(default_factory=dict[int, KafkaAdminError | float])
    """By broker: what opening a connection to it ends with, or how long it takes."""
    cluster_id: str | None = None

    def __post_init__(self) -> None:
        self._scripts: dict[tuple[int, type[Request[Any]]], deque[Reaction | After]] = defaultdict(deque)
        self.routing = Cluster(self.config)
        self.routing._pool = self.asker._pool = self  # type: ignore[assignment]

    @classmethod
    def of(cls, **settings: Any) -> ScriptedCluster:
        """One whose brokers are known already, so that the bootstrap addresses are out of the picture."""
        cluster = cls(ClientConfig(bootstrap_servers=(Address("broker-1", 9092),), **settings))
        for broker in cluster.live:
            cluster.nodes.learn(broker, f"broker-{broker}", 9092)
        cluster.nodes.entered = True
        return cluster

    @property
    def nodes(self) -> Nodes:
        return self.routing._nodes

    @property
    def asker(self) -> Asker:
        return self.routing._driver.asker

    def on(self, broker: int, request: type[Request[Any]], *reactions: Reaction | After) -> None:
        """What the broker does with its next requests of this kind, one after the other."""
        self._scripts[broker, request].extend(reactions)

    def sent(self, request: type[Request[Any]]) -> list[Asked]:
        return [asked for asked in self.asked if isinstance(asked.request, request)]

    # The pool, as routing knows it

    def ready(self, broker_id: int | None, address: Address, lane: Lane = Lane.SHORT) -> _Connection | None:
        broker = broker_id or int(address.host.rpartition("-")[2])
        return None if broker in self.opening else _Connection(self, broker, lane)

    async def connection(self, broker_id: int | None, address: Address, lane: Lane = Lane.SHORT) -> _Connection:
        broker = broker_id or int(address.host.rpartition("-")[2])
        outcome = self.opening.get(broker, 0.0)
        if isinstance(outcome, KafkaAdminError):
            raise outcome
        await anyio.sleep(outcome)
        return _Connection(self, broker, lane)

    # The brokers

    def take(self, connection: _Connection, broker: int, request: Request[Any], version: int) -> _Exchange:
        now = anyio.current_time()
        self.asked.append(Asked(broker, request, version, now))
        script = self._scripts[broker, type(request)]
        reaction: Reaction | After | None = script.popleft() if script else None
        seconds = 0.0
        if isinstance(reaction, After):
            seconds, reaction = reaction.seconds, reaction.reaction
        if reaction is None:
            reaction = self._usual(request, version)
        elif not isinstance(reaction, Response | KafkaAdminError):
            reaction = reaction(request, version)
        return _Exchange(connection, reaction, now + seconds)

    def _usual(self, request: Request[Any], version: int) -> Response:
        if isinstance(request, FindCoordinatorRequest):
            return self.coordinators(request, version)
        if isinstance(request, DeleteGroupsRequest):
            return deleted(request, version)
        assert isinstance(request, MetadataRequest)
        brokers = tuple(MetadataResponseBroker(node_id=i, host=f"broker-{i}", port=9092) for i in self.live)
        return MetadataResponse(brokers=brokers, cluster_id="scripted", controller_id=self.live[0])

    def coordinators(self, request: FindCoordinatorRequest, version: int) -> FindCoordinatorResponse:
        """Who owns these groups; 0 is nobody, at the moment."""
        found = [
            Coordinator(
                key=key,
                node_id=self.owners.get(key, 1),
                host=f"broker-{self.owners.get(key, 1)}",
                port=9092,
                error_code=0 if self.owners.get(key, 1) else 15,
            )
            for key in request.coordinator_keys or (request.key,)
        ]
        if version >= 4:
            return FindCoordinatorResponse(coordinators=tuple(found))
        one = found[0]
        return FindCoordinatorResponse(
            node_id=one.node_id, host=one.host, port=one.port, error_code=one.error_code, error_message=None
        )


def deleted(request: DeleteGroupsRequest, version: int, **codes: int) -> DeleteGroupsResponse:
    """All groups deleted, but for those with a code."""
    del version
    return DeleteGroupsResponse(
        results=tuple(DeletableGroupResult(group_id=g, error_code=codes.get(g, 0)) for g in request.groups_names)
    )
