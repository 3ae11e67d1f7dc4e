"""The table's decisions carried out: lookups shared by all who need them, and led by the first of those."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

import anyio
from anyio.lowlevel import checkpoint

from kafkaadmin.errors import ConnectError, KafkaAdminError, TransportError
from kafkaadmin.routing.asking import Asker
from kafkaadmin.routing.nodes import Check, Node, Nodes
from kafkaadmin.routing.retry import Backoff
from kafkaadmin.routing.shared import SharedWorks
from kafkaadmin.routing.table import Found, Lookup, Resolution, Route, RouteTable, Unsettled

__all__ = ["Finder", "Router", "StillOwns"]

K = TypeVar("K")

Finder = Callable[[Sequence[K]], Awaitable[Mapping[K, Found]]]
"""Asks the cluster who owns some keys. Raises `KafkaAdminError` when it can't ask; leaves no key out."""

StillOwns = Callable[[Node, K], Awaitable[bool | None]]
"""Asks whether a node still owns a key, where that is cheaper than to find out who does; `None`: that isn't told."""


class _Flight(Generic[K]):
    """A lookup under way, for those who wait for it."""

    __slots__ = ("answered", "errors", "landed", "lookup")

    def __init__(self, lookup: Lookup[K]) -> None:
        self.lookup = lookup
        self.landed = anyio.Event()
        self.answered = False  # it landed without an answer when whoever led it was cancelled
        self.errors: dict[K, KafkaAdminError] = {}

    def began_since(self, seq: int) -> bool:
        """Whether it has brought an answer, to a question that was asked at `seq` or later."""
        return self.answered and self.lookup.start_seq >= seq


class Router(Generic[K]):
    """Resolves keys of one kind to routes. No caller's cancellation fails another's lookup."""

    def __init__(
        self,
        table: RouteTable[K],
        find: Finder[K],
        nodes: Nodes,
        asker: Asker,
        backoff: Backoff,
        *,
        still_owns: StillOwns[K] | None = None,
    ) -> None:
        self.table = table
        self._find = find
        self._nodes = nodes
        self._asker = asker
        self._backoff = backoff
        self._still_owns = still_owns
        self._gathering: _Flight[K] | None = None
        self._flights: dict[int, _Flight[K]] = {}
        self._silent: SharedWorks[Node, Any] = SharedWorks()
        self._heard: SharedWorks[Node, None] = SharedWorks()

    async def resolve(self, keys: Sequence[K]) -> tuple[Resolution[K], dict[K, KafkaAdminError]]:
        """Look up what isn't known. Afterwards a key has a route, a pause to keep, or an error that is final."""
        routes = self.table.all_ready(keys)
        if routes is not None:
            return Resolution(routes), {}
        errors: dict[K, KafkaAdminError] = {}
        since = self._nodes.seq + 1
        while True:
            found = self.table.resolve(keys, anyio.current_time(), since=since)
            if not found.look and not found.looking:
                return found, errors
            flights = [await self._look(found.look)] if found.look else []
            flights += [await self._land(self._flights[i]) for i in found.looking if i in self._flights]
            # Others' keys fly along: what became of those isn't ours.
            errors |= {key: flight.errors[key] for flight in flights for key in keys if key in flight.errors}
            if errors:
                keys = [key for key in keys if key not in errors]

    async def refresh(self, keys: Sequence[K]) -> None:
        """Ask anew even about what is known, in lookups that begin from now on.

        Routes stay usable meanwhile, and valid when they are confirmed.
        """
        since = self._nodes.seq + 1
        stale: list[K] = list(keys)
        while stale:
            under_way, free = self._sorted(stale)
            flights: list[_Flight[K]] = [await self._look(free)] if free else []
            flights += [await self._land(flight) for flight in under_way]
            fresh: set[K] = set()
            for flight in flights:
                if flight.began_since(since):
                    fresh.update(flight.lookup.keys)
            stale = [key for key in stale if key not in fresh]

    def _sorted(self, keys: Sequence[K]) -> tuple[list[_Flight[K]], list[K]]:
        """The lookups that some of the keys are in, and the other keys. One that gathers still takes any key."""
        flights: dict[int, _Flight[K]] = {}
        free: list[K] = []
        for key in keys:
            lookup = self.table.lookup(key)
            if lookup is None:
                free.append(key)
            else:
                flights[id(lookup)] = self._flights[id(lookup)]
        return list(flights.values()), free

    async def has_moved(self, route: Route[K], look: Callable[[], Awaitable[object]] | None = None) -> bool:
        """Ask others whether a silent node still owns the route's key; if not, all its routes are dropped.

        Whoever waits for it shares what is found out, and they ask at growing intervals, however many they are. `look`
        is another way to find out.
        """
        node = route.node
        if self.table.is_current(route) and (self._silent.busy(node) or self._is_due(node)):
            await self._silent(node, look or partial(self._look_again, route))
        return not self.table.is_current(route)

    async def had_moved(self, route: Route[K]) -> bool:
        """The same of a node that was heard again, so that one knows whether to believe it.

        Only a lookup that begins after that tells; of a node's answers the first one's key stands for all: one that was
        replaced has lost them all.
        """
        node = route.node
        if self.table.is_current(route) and node.suspect:
            await self._heard(node, partial(self._look_again, route))
        return not self.table.is_current(route)

    async def check(self, route: Route[K]) -> None:
        """Ask whether the node still owns the key, where that is cheap. If not, all its routes are dropped."""
        if self._still_owns is not None and await self._still_owns(route.node, route.key) is False:
            self._nodes.failed(route.node, route.node_epoch, "silent, and replaced")

    async def _look_again(self, route: Route[K]) -> None:
        since = self._nodes.tick()
        owns = await self._still_owns(route.node, route.key) if self._still_owns is not None else None
        if owns:
            self._nodes.cleared(route.node, since)
        elif owns is None:
            await self.refresh([route.key])
            owns = self.table.is_current(route)
        if not owns:
            self._nodes.failed(route.node, route.node_epoch, "silent, and replaced")

    def _is_due(self, node: Node) -> bool:
        """Whether it is long enough ago that this router asked others about a silent node; then they are asked now.

        Each router for itself: that the cluster still counts a broker in doesn't say that it coordinates what it did.
        """
        now, last = anyio.current_time(), node.checks.get(self)
        if last is not None and now < last.next_at:
            return False
        number = 1 if last is None or last.silence != node.suspected_seq else last.number + 1
        node.checks[self] = Check(node.suspected_seq, number, now + self._backoff.bound(number))
        return True

    # ------------------------------------------------------------------ lookups

    async def _land(self, flight: _Flight[K]) -> _Flight[K]:
        await flight.landed.wait()
        return flight

    async def _look(self, keys: Sequence[K]) -> _Flight[K]:
        flight = self._gathering
        if flight is not None:
            self.table.extend(flight.lookup, keys)
            return await self._land(flight)
        return await self._lead(_Flight(self.table.begin(keys)))

    async def _lead(self, flight: _Flight[K]) -> _Flight[K]:
        lookup = flight.lookup
        self._gathering = self._flights[id(lookup)] = flight
        try:
            await checkpoint()  # whoever misses in this same moment joins the question
            self._gathering = None
            self.table.depart(lookup)
            answers = await self._answers(list(lookup.keys))
            flight.errors = self.table.finish(lookup, answers, anyio.current_time())
            flight.answered = True
        finally:
            if self._gathering is flight:
                self._gathering = None
            del self._flights[id(lookup)]
            if not flight.answered:
                self.table.abandon(lookup)
            flight.landed.set()
        return flight

    async def _answers(self, keys: Sequence[K]) -> Mapping[K, Found]:
        try:
            answers = dict(await self._find(keys))
        except TransportError as error:
            return dict.fromkeys(keys, Unsettled(error))
        except KafkaAdminError as error:
            return dict.fromkeys(keys, error)
        await self._probe_the_down(answers)
        return answers

    async def _probe_the_down(self, answers: dict[K, Found]) -> None:
        """Until a cluster notices that a broker died, it goes on naming it: see whether it takes a connection."""
        now = anyio.current_time()
        down = {node for node in answers.values() if isinstance(node, Node) and node.down_until > now}
        if not down:
            return
        dead: dict[Node, Unsettled] = {}

        async def probe(node: Node) -> None:
            if not await self._asker.probe(node):
                dead[node] = Unsettled(ConnectError(f"{node} takes no connections"))

        async with anyio.create_task_group() as group:
            for node in down:
                group.start_soon(probe, node)
        for key, found in answers.items():
            if isinstance(found, Node) and found in dead:
                answers[key] = dead[found]
