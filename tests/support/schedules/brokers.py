"""Three brokers on a simulated clock: who coordinates, who sleeps, what each believes, and what the network does.

`Kafka` stands where routing expects its pool. A broker that sleeps takes connections and requests, and answers when it
wakes, from what it believed when it fell asleep; for `CATCH_UP` seconds it goes on believing that.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
from anyio.abc import TaskGroup

from kafkaadmin.config import Address
from kafkaadmin.errors import ConnectError, ConnectionLostError, KafkaAdminError
from kafkaadmin.network import Lane, NoAnswerYet
from kafkaadmin.network.connection import afresh
from kafkawire import ErrorCode, Request, Response
from kafkawire.messages import (
    Coordinator,
    FindCoordinatorRequest,
    FindCoordinatorResponse,
    MetadataRequest,
    MetadataResponse,
    MetadataResponseBroker,
    OffsetCommitRequest,
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
    OffsetFetchRequest,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopics,
)

__all__ = ["CATCH_UP", "LATENCY", "SESSION", "Broker", "Kafka", "Sent"]

LATENCY = 0.002
SESSION = 6.0
"""Seconds without a sign of life after which others take a broker's groups over."""
CATCH_UP = 0.4
CONNECT_TIMEOUT = 10.0
VERSIONS: dict[type[Request[Any]], int] = {
    FindCoordinatorRequest: 4,
    MetadataRequest: 12,
    OffsetCommitRequest: 8,
    OffsetFetchRequest: 8,
}


@dataclass(eq=False)
class Broker:
    """One broker: `alive`, `awake`, and what it `believes` where that isn't what all know."""

    id: int
    port: int = 9092
    alive: bool = True
    awake: anyio.Event = field(default_factory=anyio.Event)
    believes: tuple[dict[str, int], dict[str, int]] | None = None
    connections: list[Connection] = field(default_factory=list["Connection"])
    fate: int = 0
    """Counts what was done to it, so that what was to follow from something earlier doesn't."""

    @property
    def address(self) -> Address:
        return Address(f"broker-{self.id}", self.port)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that left."""

    at: float
    broker: int
    request: Request[Any]
    seq: int


class Exchange:
    """One request, and its answer when that comes."""

    def __init__(self, connection: Connection, request: Request[Any]) -> None:
        self.connection = connection
        self.request = request
        self.sent_at = anyio.current_time()
        self.over = anyio.Event()
        self.ended_at = math.inf
        self.result: Response | KafkaAdminError | None = None

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
        pass


class Connection:
    """One connection to a broker."""

    throttled = False

    def __init__(self, kafka: Kafka, broker: Broker) -> None:
        self.heard_at = anyio.current_time()
        self.closed: KafkaAdminError | None = None
        self.exchanges: list[Exchange] = []
        self.heard: list[float] = []
        self._kafka, self.broker = kafka, broker

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
        self._kafka.take(exchange)
        return exchange

    def close(self, error: KafkaAdminError) -> None:
        if self.closed is None:
            self.closed = error
            for exchange in self.exchanges:
                exchange.end(error)


class Kafka:
    """The cluster, and the network to it; a `Pool` to routing."""

    cluster_id: str | None = None

    def __init__(self, tasks: TaskGroup, groups: tuple[str, ...]) -> None:
        self.brokers = {number: Broker(number) for number in (1, 2, 3)}
        for broker in self.brokers.values():
            broker.awake.set()
        self.owners = {group: number % 3 + 1 for number, group in enumerate(groups)}
        self.offsets = dict.fromkeys(groups, 0)
        self.loading: dict[str, float] = {}
        self.electing: dict[str, float] = {}
        self.woken_at: dict[int, float] = {}
        """When brokers that slept woke up; those that sleep still, at the end of time."""
        self.slow: dict[int, float] = {}
        self._slow_since: dict[int, float] = {}
        self.lies: list[int] = []
        self.sent: list[Sent] = []
        self.knocks: list[tuple[float, Address]] = []
        """When a connection was asked for, and where."""
        self.begun = dict.fromkeys(groups, 0)
        self.acknowledged = dict.fromkeys(groups, 0)
        self.troubles: list[tuple[float, float]] = []
        """From when to when something was wrong, as far as is known now."""
        self.tick: Callable[[], int] = lambda: 0
        self._tasks = tasks

    # ------------------------------------------------------------------ what happens

    def _disturb(self, until: float = 0.0) -> None:
        now = anyio.current_time()
        self.troubles.append((now, now + until))

    @property
    def well_from(self) -> float:
        """When the last trouble ends."""
        return max((end for _, end in self.troubles), default=0.0)

    def slept_since(self, began: float) -> bool:
        """Whether some broker has slept since, which others have replaced or will."""
        return any(woken > began for woken in self.woken_at.values())

    def calm_within(self, began: float, ended: float) -> float:
        """The longest time without trouble between two moments."""
        longest, since = 0.0, began
        for start, end in sorted([*self.troubles, *((start, ended) for start in self._slow_since.values())]):
            longest = max(longest, min(start, ended) - since)
            since = max(since, end)
        return max(longest, ended - since)

    # What can't happen, as that a dead one wakes, changes nothing.

    def kill(self, broker: Broker) -> None:
        if not broker.alive:
            return
        self._disturb(SESSION)
        broker.alive, broker.believes = False, None
        broker.awake.set()
        self.reset(broker)
        self._later(SESSION, broker, self._replace)

    def restart(self, broker: Broker, *, elsewhere: bool = False) -> None:
        """It comes back, and leads what nobody took over; perhaps at another address."""
        if not broker.awake.is_set() or (broker.alive and not elsewhere):
            return
        self._disturb()
        if elsewhere:
            self.reset(broker)
            broker.port += 1
        broker.alive = True
        broker.fate += 1

    def freeze(self, broker: Broker) -> None:
        if not broker.alive or not broker.awake.is_set() or broker.believes is not None:
            return
        self._disturb(SESSION)
        broker.awake = anyio.Event()
        self.woken_at[broker.id] = math.inf
        broker.believes = (dict(self.owners), dict(self.offsets))
        self._later(SESSION, broker, self._replace)

    def wake(self, broker: Broker) -> None:
        if broker.awake.is_set():
            return
        self._disturb(CATCH_UP)
        broker.awake.set()
        self.woken_at[broker.id] = anyio.current_time()
        broker.fate += 1
        self._later(CATCH_UP, broker, self._catch_up)

    def reset(self, broker: Broker) -> None:
        self._disturb()
        for connection in broker.connections:
            connection.close(ConnectionLostError(f"broker {broker.id} reset the connection", sent=True))
        broker.connections.clear()

    def move(self, group: str, to: Broker) -> None:
        if to.alive and to.awake.is_set() and to.believes is None:
            self._disturb()
            self.owners[group] = to.id

    def commit(self, group: str) -> None:
        """Somebody else commits, and is told that it is done."""
        owner = self.brokers[self.owners[group]]
        if owner.alive and owner.awake.is_set() and owner.believes is None:
            self.begun[group] += 1
            self.offsets[group] = self.acknowledged[group] = self.begun[group]

    def load(self, group: str, seconds: float) -> None:
        self._disturb(seconds)
        self.loading[group] = anyio.current_time() + seconds

    def elect(self, group: str, seconds: float) -> None:
        """Nobody coordinates the group for a while."""
        self._disturb(seconds)
        self.electing[group] = anyio.current_time() + seconds

    def slow_down(self, broker: Broker, seconds: float) -> None:
        """Its answers come late from now on; 0 ends that."""
        before, since = self.slow.get(broker.id, 0.0), self._slow_since.pop(broker.id, anyio.current_time())
        self.troubles.append((since, anyio.current_time() + before))
        self.slow[broker.id] = seconds
        if seconds:
            self._slow_since[broker.id] = anyio.current_time()

    def lie(self, about: int) -> None:
        """The next lookup's answer names this broker, whatever is true."""
        self._disturb()
        self.lies.append(about)

    def heal(self) -> None:
        """All is as it should be, once the last trouble is over."""
        for broker in self.brokers.values():
            self.restart(broker)
            self.wake(broker)
            self.slow_down(broker, 0.0)
        self.loading.clear()
        self.electing.clear()
        self.lies.clear()

    def _later(self, seconds: float, broker: Broker, act: Callable[[Broker], None]) -> None:
        fate = broker.fate = broker.fate + 1

        async def wait() -> None:
            await anyio.sleep(seconds)
            if broker.fate == fate:
                act(broker)

        self._tasks.start_soon(wait)

    def _replace(self, broker: Broker) -> None:
        able = [each.id for each in self.brokers.values() if each.alive and each.awake.is_set() and not each.believes]
        for number, (group, owner) in enumerate(self.owners.items()):
            if owner == broker.id and able:
                self.owners[group] = able[number % len(able)]
        self._disturb()

    def _catch_up(self, broker: Broker) -> None:
        broker.believes = None

    # ------------------------------------------------------------------ the pool

    def ready(self, broker_id: int | None, address: Address, lane: Lane = Lane.SHORT) -> Connection | None:
        del broker_id, lane
        broker = self._at(address)
        return next((each for each in broker.connections if each.closed is None), None) if broker else None

    async def connection(self, broker_id: int | None, address: Address, lane: Lane = Lane.SHORT) -> Connection:
        open_already = self.ready(broker_id, address, lane)
        if open_already is not None:
            return open_already
        self.knocks.append((anyio.current_time(), address))
        await anyio.sleep(LATENCY)
        broker = self._at(address)
        if broker is None:
            raise ConnectError(f"{address} refused the connection")
        with anyio.move_on_after(CONNECT_TIMEOUT):
            await broker.awake.wait()
            await anyio.sleep(LATENCY)
        if not broker.awake.is_set() or not broker.alive:
            raise ConnectError(f"{address} took no connection", slow=not broker.awake.is_set())
        connection = Connection(self, broker)
        broker.connections.append(connection)
        return connection

    def close_broker(self, broker_id: int | None, address: Address, reason: str) -> None:
        del broker_id
        broker = self._at(address)
        for connection in broker.connections if broker else ():
            connection.close(ConnectionLostError(reason, sent=False))

    def _at(self, address: Address) -> Broker | None:
        return next((each for each in self.brokers.values() if each.alive and each.address == address), None)

    # ------------------------------------------------------------------ the brokers

    def take(self, exchange: Exchange) -> None:
        broker = exchange.connection.broker
        self.sent.append(Sent(exchange.sent_at, broker.id, exchange.request, self.tick()))
        self._tasks.start_soon(self._work, exchange, broker)

    async def _work(self, exchange: Exchange, broker: Broker) -> None:
        await anyio.sleep(LATENCY)
        await broker.awake.wait()
        if exchange.connection.closed is not None:
            return
        answer = self._answer(broker, exchange.request)
        await anyio.sleep(LATENCY + self.slow.get(broker.id, 0.0))
        await broker.awake.wait()
        if exchange.connection.closed is None:
            exchange.connection.heard_at = anyio.current_time()
            exchange.connection.heard.append(anyio.current_time())
            exchange.end(answer)

    def _answer(self, broker: Broker, request: Request[Any]) -> Response:
        if isinstance(request, FindCoordinatorRequest):
            return FindCoordinatorResponse(coordinators=tuple(self._named(broker, k) for k in request.coordinator_keys))
        if isinstance(request, OffsetFetchRequest):
            return OffsetFetchResponse(groups=tuple(self._fetched(broker, each.group_id) for each in request.groups))
        if isinstance(request, OffsetCommitRequest):
            return self._committed(broker, request)
        assert isinstance(request, MetadataRequest)
        return MetadataResponse(
            brokers=tuple(
                MetadataResponseBroker(node_id=each.id, host=each.address.host, port=each.port)
                for each in self.brokers.values()
            ),
            cluster_id="simulated",
            controller_id=1,
        )

    def _owner(self, broker: Broker, group: str) -> int:
        """Who coordinates a group, as this broker sees it; 0 is nobody."""
        if broker.believes is not None:
            return broker.believes[0][group]
        return 0 if self.electing.get(group, 0.0) > anyio.current_time() else self.owners[group]

    def _named(self, broker: Broker, group: str) -> Coordinator:
        owner = self.lies.pop(0) if self.lies else self._owner(broker, group)
        if not owner:
            return Coordinator(key=group, error_code=ErrorCode.COORDINATOR_NOT_AVAILABLE, error_message=None)
        named = self.brokers[owner]
        return Coordinator(key=group, node_id=owner, host=named.address.host, port=named.port, error_message=None)

    def _error(self, broker: Broker, group: str) -> ErrorCode:
        if self._owner(broker, group) != broker.id:
            return ErrorCode.NOT_COORDINATOR
        loading = self.loading.get(group, 0.0) > anyio.current_time()
        return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS if loading else ErrorCode.NONE

    def _fetched(self, broker: Broker, group: str) -> OffsetFetchResponseGroup:
        if error := self._error(broker, group):
            return OffsetFetchResponseGroup(group_id=group, error_code=error)
        offset = (broker.believes[1] if broker.believes is not None else self.offsets)[group]
        partition = OffsetFetchResponsePartitions(partition_index=0, committed_offset=offset)
        return OffsetFetchResponseGroup(
            group_id=group, topics=(OffsetFetchResponseTopics(name="orders", partitions=(partition,)),)
        )

    def _committed(self, broker: Broker, request: OffsetCommitRequest) -> OffsetCommitResponse:
        group = request.group_id
        error = self._error(broker, group)
        if not error and broker.believes is not None and self.owners[group] != broker.id:
            error = ErrorCode.COORDINATOR_NOT_AVAILABLE  # nobody follows it any more
        if not error:
            ((partition,),) = (topic.partitions for topic in request.topics)
            self.offsets[group] = max(self.offsets[group], partition.committed_offset)
        result = OffsetCommitResponsePartition(partition_index=0, error_code=error)
        return OffsetCommitResponse(topics=(OffsetCommitResponseTopic(name="orders", partitions=(result,)),))
