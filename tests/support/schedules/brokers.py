"""Three brokers on a simulated clock: who owns what, who sleeps, what each believes, and what the network does.

`Kafka` stands where routing expects its pool. A broker that sleeps takes connections and requests, and answers when it
wakes, from what it believed when it fell asleep; for `CATCH_UP` seconds it goes on believing that. One that was silent
for `SESSION` seconds is fenced: what it coordinates and leads goes to those that are able, as soon as there are any.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import anyio
from anyio.abc import TaskGroup

from kafkaadmin.config import Address
from kafkaadmin.errors import ConnectError, ConnectionLostError
from kafkaadmin.network import Lane
from kafkaadmin.routing.shared import SharedWorks
from tests.support.schedules.answers import answer_of
from tests.support.schedules.network import KEYS, Beliefs, Broker, Connection, Exchange, Sent

__all__ = ["BOOTSTRAP", "CATCH_UP", "LATENCY", "SESSION", "Kafka"]

BOOTSTRAP = tuple(Address(f"bootstrap-{number}", 9092) for number in (1, 2, 3))
"""Names that lead to the brokers, wherever these are now."""

_Place = tuple[int | None, Address, Lane]

LATENCY = 0.002
SESSION = 6.0
"""Seconds without a sign of life after which others take a broker's groups over."""
CATCH_UP = 0.4
CONNECT_TIMEOUT = 10.0


class Kafka:
    """The cluster, and the network to it; a `Pool` to routing."""

    cluster_id: str | None = None

    def __init__(self, tasks: TaskGroup) -> None:
        self.brokers = {number: Broker(number) for number in (1, 2, 3)}
        for broker in self.brokers.values():
            broker.awake.set()
        self.owners = {key: number % 3 + 1 for number, key in enumerate(KEYS)}
        self.elections = dict.fromkeys(KEYS, 1)
        """How many elections each key has seen: the epoch of the partition's leader, or of the one it is kept in."""
        self.offsets = dict.fromkeys(KEYS, 0)
        """What was committed for a group, or where the records of a partition begin."""
        self.loading: dict[str, float] = {}
        self.electing: dict[str, float] = {}
        self.refusing: dict[str, float] = {}
        self.woken_at: dict[int, float] = {}
        """When brokers that slept woke up; those that sleep still, at the end of time."""
        self.strayed: set[int] = set()
        """Those that are at another address than at first."""
        self._dead_until: dict[int, float] = {}
        self.slow: dict[int, float] = {}
        self._slow_since: dict[int, float] = {}
        self._orphaned_since: float | None = None
        self._open: dict[_Place, Connection] = {}
        self._opening: SharedWorks[_Place, Connection] = SharedWorks()
        self.lies: list[int] = []
        self.sent: list[Sent] = []
        self.knocks: list[tuple[float, Address]] = []
        """When a connection was asked for, and where."""
        self.begun = dict.fromkeys(KEYS, 0)
        self.acknowledged = dict.fromkeys(KEYS, 0)
        self.connections: list[Connection] = []
        """All there have ever been."""
        self.replaced: dict[int, float] = {}
        """When brokers lost what they owned to others, the last time."""
        self.troubles: list[tuple[float, float]] = []
        """From when to when something was wrong, as far as is known now."""
        self._tasks = tasks

    # ------------------------------------------------------------------ what happens

    def disturb(self, until: float = 0.0) -> None:
        now = anyio.current_time()
        self.troubles.append((now, now + until))

    def _look_for_orphans(self) -> None:
        """Whether each group has a broker that can answer for it; who is fenced loses them, once another is able."""
        able = [each.id for each in self.brokers.values() if each.able]
        for number, (group, owner) in enumerate(self.owners.items()):
            if self.brokers[owner].fenced and able:
                self._elected(group, able[number % len(able)])
                self.replaced[owner] = anyio.current_time()
                self.disturb()
        orphaned = not all(self.brokers[owner].able for owner in self.owners.values())
        if orphaned and self._orphaned_since is None:
            self._orphaned_since = anyio.current_time()
        elif not orphaned and self._orphaned_since is not None:
            self.troubles.append((self._orphaned_since, anyio.current_time()))
            self._orphaned_since = None

    def _elected(self, group: str, owner: int) -> None:
        self.owners[group] = owner
        self.elections[group] += 1

    @property
    def well_from(self) -> float:
        """When the last trouble ends."""
        return max((end for _, end in self.troubles), default=0.0)

    @property
    def up(self) -> int:
        """How many brokers can be asked at the moment."""
        return sum(broker.alive and broker.awake.is_set() for broker in self.brokers.values())

    def slept_since(self, began: float) -> bool:
        """Whether some broker has slept since."""
        return any(woken > began for woken in self.woken_at.values())

    def all_woken_since(self, began: float) -> bool:
        """Whether no broker has been awake all the while since, and one has woken at least."""
        woken = sum(began < each < math.inf for each in self.woken_at.values())
        restarted = sum(began < each for each in self._dead_until.values())
        return woken > 1 and woken + restarted >= len(self.brokers)

    def all_but_one_up_since(self, began: float) -> bool:
        """Whether no other broker was dead or asleep since, nor is."""
        return sum(each > began for each in [*self.woken_at.values(), *self._dead_until.values()]) <= 1

    def calm_within(self, began: float, ended: float) -> float:
        """The longest time without trouble between two moments."""
        longest, since = 0.0, began
        going_on = [*self._slow_since.values(), *([] if self._orphaned_since is None else [self._orphaned_since])]
        for start, end in sorted([*self.troubles, *((start, ended) for start in going_on)]):
            longest = max(longest, min(start, ended) - since)
            since = max(since, end)
        return max(longest, ended - since)

    # What can't happen, as that a dead one wakes, changes nothing.

    def kill(self, broker: Broker) -> None:
        if not broker.alive:
            return
        broker.alive, broker.believes = False, None
        self._dead_until[broker.id] = math.inf
        broker.awake.set()
        self.reset(broker)
        self._later(SESSION, broker, self._fence)
        self._look_for_orphans()

    def restart(self, broker: Broker, *, elsewhere: bool = False) -> None:
        """It comes back, and leads what nobody took over; perhaps at another address."""
        if not broker.awake.is_set() or (broker.alive and not elsewhere):
            return
        self.disturb()
        if elsewhere:
            self.reset(broker)
            broker.port += 1
            self.strayed.add(broker.id)
        broker.alive, broker.fenced, broker.believes = True, False, None
        self._dead_until[broker.id] = anyio.current_time()
        broker.fate += 1
        self._look_for_orphans()

    def freeze(self, broker: Broker) -> None:
        if not broker.able:
            return
        self.disturb()
        broker.awake = anyio.Event()
        self.woken_at[broker.id] = math.inf
        broker.believes = Beliefs(dict(self.owners), dict(self.elections), dict(self.offsets), self.living_now)
        self._later(SESSION, broker, self._fence)
        self._look_for_orphans()

    def wake(self, broker: Broker) -> None:
        if broker.awake.is_set():
            return
        self.disturb(CATCH_UP)
        broker.awake.set()
        self.woken_at[broker.id] = anyio.current_time()
        broker.fate += 1
        self._later(CATCH_UP, broker, self._catch_up)

    def reset(self, broker: Broker) -> None:
        self.disturb()
        for connection in broker.connections:
            connection.close(ConnectionLostError(f"broker {broker.id} reset the connection", sent=True))
        broker.connections.clear()

    def cut(self, broker: Broker) -> None:
        """One connection breaks, the oldest; what else there is goes on."""
        self.disturb()
        for connection in broker.connections[:1]:
            connection.close(ConnectionLostError(f"broker {broker.id}: connection cut", sent=True))
            broker.connections.remove(connection)

    def move(self, group: str, to: Broker) -> None:
        if to.able:
            self.disturb()
            self._elected(group, to.id)
            self._look_for_orphans()

    def commit(self, group: str) -> None:
        """Somebody else commits, and is told that it is done."""
        owner = self.brokers[self.owners[group]]
        if owner.able:
            self.begun[group] += 1
            self.offsets[group] = self.acknowledged[group] = self.begun[group]

    def load(self, group: str, seconds: float) -> None:
        self.disturb(seconds)
        self.loading[group] = anyio.current_time() + seconds

    def elect(self, group: str, seconds: float) -> None:
        """Nobody coordinates the group for a while."""
        self.disturb(seconds)
        self.electing[group] = anyio.current_time() + seconds

    def refuse(self, group: str, seconds: float) -> None:
        """Whoever coordinates the group says for a while that nobody does."""
        self.disturb(seconds)
        self.refusing[group] = anyio.current_time() + seconds

    def slow_down(self, broker: Broker, seconds: float) -> None:
        """Its answers come late from now on; 0 ends that."""
        before, since = self.slow.get(broker.id, 0.0), self._slow_since.pop(broker.id, anyio.current_time())
        self.troubles.append((since, anyio.current_time() + before))
        self.slow[broker.id] = seconds
        if seconds:
            self._slow_since[broker.id] = anyio.current_time()

    def lie(self, about: int) -> None:
        """The next lookup's answer names this broker, whatever is true."""
        self.disturb()
        self.lies.append(about)

    def heal(self) -> None:
        """All is as it should be, once the last trouble is over."""
        for broker in self.brokers.values():
            self.restart(broker)
            self.wake(broker)
            self.slow_down(broker, 0.0)
        self.loading.clear()
        self.electing.clear()
        self.refusing.clear()
        self.lies.clear()

    def _later(self, seconds: float, broker: Broker, act: Callable[[Broker], None]) -> None:
        fate = broker.fate = broker.fate + 1

        async def wait() -> None:
            await anyio.sleep(seconds)
            if broker.fate == fate:
                act(broker)

        self._tasks.start_soon(wait)

    def _fence(self, broker: Broker) -> None:
        broker.fenced = True
        self._look_for_orphans()

    def _catch_up(self, broker: Broker) -> None:
        broker.believes, broker.fenced = None, False
        self._look_for_orphans()

    @property
    def living_now(self) -> dict[int, Address]:
        return {each.id: each.address for each in self.brokers.values() if not each.fenced}

    # ------------------------------------------------------------------ the pool

    def ready(self, broker_id: int | None, address: Address, lane: Lane = Lane.SHORT) -> Connection | None:
        connection = self._open.get((broker_id, address, lane))
        return connection if connection is not None and connection.closed is None else None

    async def connection(self, broker_id: int | None, address: Address, lane: Lane = Lane.SHORT) -> Connection:
        open_already = self.ready(broker_id, address, lane)
        if open_already is not None:
            return open_already
        return await self._opening((broker_id, address, lane), partial(self._connect, broker_id, address, lane))

    async def _connect(self, broker_id: int | None, address: Address, lane: Lane) -> Connection:
        self.knocks.append((anyio.current_time(), address))
        await anyio.sleep(LATENCY)
        broker = self._at(address)
        if broker is None:
            raise ConnectError(f"{address} refused the connection")
        with anyio.move_on_after(CONNECT_TIMEOUT):
            await broker.awake.wait()
            await anyio.sleep(LATENCY)
        if not broker.awake.is_set() or self._at(address) is not broker:
            raise ConnectError(f"{address} took no connection", slow=not broker.awake.is_set())
        connection = self._open[broker_id, address, lane] = Connection(self.take, broker)
        broker.connections.append(connection)
        self.connections.append(connection)
        return connection

    def close_broker(self, broker_id: int | None, address: Address, reason: str) -> None:
        for lane in Lane:
            connection = self.ready(broker_id, address, lane)
            if connection is not None:
                connection.close(ConnectionLostError(reason, sent=False))

    def _at(self, address: Address) -> Broker | None:
        for name, broker in zip(BOOTSTRAP, self.brokers.values(), strict=True):
            if broker.alive and address in (name, broker.address):
                return broker
        return None

    # ------------------------------------------------------------------ the brokers

    def take(self, exchange: Exchange) -> None:
        broker = exchange.connection.broker
        self.sent.append(Sent(exchange.sent_at, broker.id, exchange.request))
        self._tasks.start_soon(self._work, exchange, broker)

    async def _work(self, exchange: Exchange, broker: Broker) -> None:
        await anyio.sleep(LATENCY)
        await broker.awake.wait()
        if exchange.connection.closed is not None:
            return
        answer = answer_of(self, broker, exchange.request)
        await anyio.sleep(LATENCY + self.slow.get(broker.id, 0.0))
        await broker.awake.wait()
        if exchange.connection.closed is None:
            exchange.connection.heard_at = anyio.current_time()
            exchange.connection.heard.append(anyio.current_time())
            exchange.end(answer)
