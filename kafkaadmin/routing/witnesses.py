"""Whose word counts: a coordinator that slept, or was cut off, answers from what it believed before it was replaced.

A broker is replaced only after it has been silent to the cluster for its session, nine seconds by default. So an answer
counts if the broker was known to run all the while since another broker last named it as the coordinator, and if that
was not long ago. Otherwise another broker is asked, at the same time, and the answer waits for what that one says.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import anyio

from kafkaadmin.errors import ConnectError, ConnectionLostError, KafkaAdminError
from kafkaadmin.routing.destinations import Coordinator
from kafkaadmin.routing.nodes import BEHIND_FOR, JUST_NOW, Node, Nodes
from kafkaadmin.routing.shared import SharedWorks
from kafkaadmin.routing.table import Route, RouteTable

__all__ = ["Vouch", "Witnesses"]

AskOthers = Callable[[Coordinator, Node], Awaitable[Node | None]]
"""Who coordinates a key, as any broker but this one says; `None` where they don't know. Raises `KafkaAdminError`."""


_AGAIN_AFTER = 0.2
"""Seconds after which others are asked again that know of no coordinator at the moment, or could not say."""


class Witnesses:
    """What other brokers say of coordinators. Whoever needs the same word at the same time shares it."""

    def __init__(
        self,
        table: RouteTable[Coordinator],
        nodes: Nodes,
        ask_others: AskOthers,
        *,
        confirm_after: float,
        patience: float,
    ) -> None:
        self._table = table
        self._nodes = nodes
        self._ask_others = ask_others
        self._lasts = max(confirm_after, JUST_NOW)
        self._patience = patience
        self._asking: SharedWorks[Node, None] = SharedWorks()

    def for_route(self, route: Route[Coordinator]) -> Vouch:
        """What the route's coordinator says needs this."""
        return Vouch(self, route)

    def vouched(self, node: Node, now: float) -> bool:
        """Whether an answer of the node that comes now is to be believed as it is."""
        return node.confirmed_at >= max(node.awake_since, now - self._lasts) or self._is_alone(node)

    def being_asked(self, node: Node) -> bool:
        return self._asking.busy(node)

    async def ask(self, route: Route[Coordinator]) -> None:
        """Have others say whether the route's node still coordinates its key; if not, all its routes are dropped."""
        await self._asking(route.node, partial(self._ask, route))

    async def stands(self, route: Route[Coordinator], since: float) -> bool:
        """Whether others, asked at `since` or later, still name the route's node."""
        while self._table.is_current(route) and route.node.confirmed_at < since and not self._is_alone(route.node):
            await self.ask(route)
        return self._table.is_current(route)

    async def _ask(self, route: Route[Coordinator]) -> None:
        node, epoch, began, seq = route.node, route.node.epoch, anyio.current_time(), self._nodes.tick()
        named: Node | None = None
        with anyio.move_on_after(self._patience), suppress(KafkaAdminError):
            named = await self._ask_until_known(route.key, node)
        if named is None:  # whom nobody can ask until now, nobody contradicts until now
            self._nodes.confirmed(node, anyio.current_time(), seq)
        elif named is node:
            self._nodes.confirmed(node, began, seq)
        else:
            # Brokers may disagree for a moment: the key's pauses begin, for all who ask about it.
            told = f"it answers, and was replaced by {named}"
            self._table.invalidate(route, ConnectError(f"{node}: {told}"), anyio.current_time())
            self._nodes.failed(node, epoch, told)
            node.behind_until = anyio.current_time() + BEHIND_FOR  # others are asked who is next

    async def _ask_until_known(self, key: Coordinator, node: Node) -> Node:
        while True:
            with suppress(ConnectionLostError):  # they are there, and can be asked in a moment
                named = await self._ask_others(key, node)
                if named is not None:
                    return named
            await anyio.sleep(_AGAIN_AFTER)  # somebody is being elected

    def _is_alone(self, node: Node) -> bool:
        return self._nodes.entered and all(other is node for other in self._nodes.known())


class Vouch:
    """One request's need of others' word for whom it was sent to."""

    __slots__ = ("_route", "_witnesses")

    def __init__(self, witnesses: Witnesses, route: Route[Coordinator]) -> None:
        self._witnesses = witnesses
        self._route = route

    def is_wanted(self, now: float) -> bool:
        """Whether to ask others at once, beside the node itself."""
        node = self._route.node
        return not self._witnesses.vouched(node, now) and not self._witnesses.being_asked(node)

    async def ask(self) -> None:
        await self._witnesses.ask(self._route)

    async def holds(self, now: float) -> bool:
        """Whether the answer that has come now is to be believed."""
        if self._witnesses.vouched(self._route.node, now):
            return True
        return await self._witnesses.stands(self._route, now - JUST_NOW)
