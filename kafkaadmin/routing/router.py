"""The table's decisions carried out: lookups shared by all who need them, and led by the first of those."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

import anyio
from anyio.lowlevel import checkpoint

from kafkaadmin.config import RetryPolicy
from kafkaadmin.errors import ConnectError, KafkaAdminError, TransportError
from kafkaadmin.routing.asking import Asker
from kafkaadmin.routing.nodes import Node, Nodes
from kafkaadmin.routing.table import Found, Lookup, Resolution, Route, RouteTable, Unsettled

__all__ = ["Finder", "Router"]

K = TypeVar("K")

Finder = Callable[[Sequence[K]], Awaitable[Mapping[K, Found]]]
"""Asks the cluster who owns some keys. Raises `KafkaAdminError` when it can't ask; leaves no key out."""


class _Flight(Generic[K]):
    """A lookup under way, for those who wait for it."""

    __slots__ = ("errors", "landed", "lookup")

    def __init__(self, lookup: Lookup[K]) -> None:
        self.lookup = lookup
        self.landed = anyio.Event()
        self.errors: dict[K, KafkaAdminError] = {}


class Router(Generic[K]):
    """Resolves keys of one kind to routes. No caller's cancellation fails another's lookup."""

    def __init__(self, table: RouteTable[K], find: Finder[K], nodes: Nodes, asker: Asker, retry: RetryPolicy) -> None:
        self.table = table
        self._find = find
        self._nodes = nodes
        self._asker = asker
        self._retry = retry
        self._gathering: _Flight[K] | None = None
        self._flights: dict[int, _Flight[K]] = {}

    async def resolve(self, keys: Sequence[K]) -> tuple[Resolution[K], dict[K, KafkaAdminError]]:
        """Look up what isn't known. Afterwards a key has a route, a pause to keep, or an error that is final."""
        errors: dict[K, KafkaAdminError] = {}
        since = self._nodes.seq + 1
        while True:
            found = self.table.resolve(keys, anyio.current_time(), since=since)
            if found.look:
                errors |= await self._look(found.look)
            for lookup_id in found.looking:
                if lookup_id in self._flights:
                    errors |= await self._wait(self._flights[lookup_id])
            if not found.look and not found.looking:
                return found, errors
            if errors:
                keys = [key for key in keys if key not in errors]

    async def refresh(self, keys: Sequence[K]) -> dict[K, KafkaAdminError]:
        """Ask anew even about what is known. Routes stay usable meanwhile, and valid when they are confirmed."""
        return await self._look(keys) if keys else {}

    async def has_moved(self, route: Route[K]) -> bool:
        """Ask others whether a silent node still owns the route's key; if not, all its routes are dropped.

        Whoever waits for the same node shares what is found out, and asks no oftener than the shortest back-off.
        """
        node = route.node
        now = anyio.current_time()
        if self.table.is_current(route) and now - node.checked_at >= self._retry.initial:
            node.checked_at = now
            await self.refresh([route.key])
            if not self.table.is_current(route):
                self._nodes.failed(node, route.node_epoch, "silent, and replaced")
        return not self.table.is_current(route)

    # ------------------------------------------------------------------ lookups

    async def _wait(self, flight: _Flight[K]) -> dict[K, KafkaAdminError]:
        await flight.landed.wait()
        return flight.errors

    async def _look(self, keys: Sequence[K]) -> dict[K, KafkaAdminError]:
        flight = self._gathering
        if flight is not None:
            self.table.extend(flight.lookup, keys)
            return await self._wait(flight)
        return await self._lead(_Flight(self.table.begin(keys)))

    async def _lead(self, flight: _Flight[K]) -> dict[K, KafkaAdminError]:
        lookup = flight.lookup
        self._gathering = self._flights[id(lookup)] = flight
        answered = False
        try:
            await checkpoint()  # whoever misses in this same moment joins the question
            self._gathering = None
            answers = await self._answers(list(lookup.keys))
            flight.errors = self.table.finish(lookup, answers, anyio.current_time())
            answered = True
        finally:
            if self._gathering is flight:
                self._gathering = None
            del self._flights[id(lookup)]
            if not answered:
                self.table.abandon(lookup)
            flight.landed.set()
        return flight.errors

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
