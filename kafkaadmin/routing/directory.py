"""Where a request for a destination goes now: one router for each kind of destination that must be looked up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from random import random
from typing import Any, Protocol

import anyio

from kafkaadmin.config import Address
from kafkaadmin.errors import ConnectError, KafkaAdminError, TransportError
from kafkaadmin.models.brokers import Broker
from kafkaadmin.routing.destinations import (
    ActiveController,
    AnyBroker,
    BrokerId,
    Controller,
    Coordinator,
    Destination,
    Leader,
)
from kafkaadmin.routing.nodes import Node, Nodes
from kafkaadmin.routing.retry import Backoff
from kafkaadmin.routing.router import Router
from kafkaadmin.routing.shared import SharedWork
from kafkaadmin.routing.table import Resolution, Route
from kafkaadmin.routing.witnesses import Vouch, Witnesses

__all__ = ["Directory"]


class Membership(Protocol):
    """Who the cluster's nodes are: `Metadata` tells of brokers, `Controllers` of controllers."""

    async def ask(self) -> Any: ...

    async def brokers(self) -> tuple[Broker, ...]: ...


class Directory:
    """Resolves destinations of every kind, and knows how the cluster is first entered."""

    def __init__(
        self,
        coordinators: Router[Coordinator],
        leaders: Router[Leader],
        controller: Router[Any],
        membership: Membership,
        nodes: Nodes,
        backoff: Backoff,
        witnesses: Witnesses,
    ) -> None:
        self._routers: dict[type, Router[Any]] = {
            Coordinator: coordinators,
            Leader: leaders,
            Controller: controller,
            ActiveController: controller,
        }
        self._membership = membership
        self._nodes = nodes
        self._backoff = backoff
        self._witnesses = witnesses
        self._enter = SharedWork(membership.ask)
        self._refused_entries = 0
        self._entry_error: KafkaAdminError | None = None

    def router(self, kind: type) -> Router[Any] | None:
        """The router for destinations of this kind; `None` for those that need no lookup."""
        return self._routers.get(kind)

    async def resolve(
        self, kind: type, destinations: Sequence[Destination]
    ) -> tuple[Resolution[Destination], dict[Destination, KafkaAdminError]]:
        """For each destination a route, a pause to keep, or a final error."""
        if not self._nodes.entered:
            retry_at = await self._enter_cluster()
            if retry_at is not None:
                return Resolution(waiting=dict.fromkeys(destinations, retry_at)), {}
        router = self._routers.get(kind)
        if router is not None:
            return await router.resolve(destinations)
        return await self._resolve_directly(destinations)

    def watch(self, kind: type, route: Route[Destination]) -> Callable[..., Awaitable[bool]]:
        """How to find out from others that a silent node is no longer the one to ask."""
        has_moved = {
            Coordinator: self._coordinator_has_moved,
            Leader: self._leader_has_moved,
            Controller: self._controller_has_moved,
            ActiveController: self._active_controller_has_moved,
        }.get(kind)
        if has_moved is not None:
            return partial(has_moved, route)
        return partial(self._is_gone if kind is BrokerId else self._is_replaceable, route.node, route.node.address)

    def watch_its_wait(self, kind: type, route: Route[Destination]) -> Callable[..., Awaitable[bool]] | None:
        """How to find out, while a node may rightly take its time, that it will never answer."""
        if kind is AnyBroker:
            return None
        return partial(self._is_counted_out, route) if kind is Controller else self.watch(kind, route)

    async def _is_counted_out(self, route: Route[Any]) -> bool:
        """Whether the cluster does without it: under KRaft anybody is named as the controller, which says nothing."""
        if not await self._is_gone(route.node, route.node.address):
            return False
        self._nodes.failed(route.node, route.node_epoch, "silent, and no longer among the live brokers")
        return True

    def vouch(self, kind: type, route: Route[Any]) -> Vouch | None:
        """What it takes to believe the route's node; `None` for those that others have no say in."""
        return self._witnesses.for_route(route) if kind is Coordinator else None

    async def _coordinator_has_moved(self, route: Route[Any], *, heard: bool = False) -> bool:
        """Whether others name another coordinator. Once it was heard again, they are asked anew, and not itself."""
        if not heard:
            return await self._routers[Coordinator].has_moved(route)
        if not await self._witnesses.stands(route, anyio.current_time()):
            return True
        self._nodes.cleared(route.node, self._nodes.tick())
        return False

    async def _leader_has_moved(self, route: Route[Any], *, heard: bool = False) -> bool:
        """Whether others name another leader, where it was heard again; while it is silent, whether it is counted out.

        A broker loses what it leads in the moment in which the cluster counts it out. To ask for that is cheap, and so
        is one partition's leader, where it is told alone. To ask who leads may mean 100,000 partitions of a topic, and
        whoever is slow already would be asked again and again.
        """
        router = self._routers[Leader]
        if heard:
            return await router.had_moved(route)

        async def look() -> None:
            if not await self._is_counted_out(route):
                await router.check(route)

        return await router.has_moved(route, look)

    async def _controller_has_moved(self, route: Route[Destination], *, heard: bool = False) -> bool:
        """Whether another node passes for the controller. An answer from whoever was asked is the controller's own.

        KRaft's brokers pass requests on to it, and one that lost the office while it slept can carry nothing out.
        """
        return not heard and await self._routers[Controller].has_moved(route)

    async def _active_controller_has_moved(self, route: Route[Destination], *, heard: bool = False) -> bool:
        """Whether controllers name another one as active."""
        router = self._routers[ActiveController]
        return await (router.had_moved(route) if heard else router.has_moved(route))

    async def _is_gone(self, node: Node, address: Address, *, heard: bool = False) -> bool:
        """Whether the cluster counts this broker among the living no more, or has it at another address.

        Its own answer proves that it lives.
        """
        if heard:
            return False
        try:
            return node.id not in {broker.id for broker in await self._membership.brokers()} or node.address != address
        except TransportError:
            return False  # nobody could say

    async def _is_replaceable(self, node: Node, address: Address, *, heard: bool = False) -> bool:
        """Whether another broker can be asked just as well. No answer is too late to be good."""
        if heard:
            return False
        if not self._nodes.one_is_well(anyio.current_time(), without=node):
            # All known ones are silent: their addresses may be old ones.
            with suppress(TransportError):
                await self._membership.brokers()
        return node.address != address or self._nodes.one_is_well(anyio.current_time(), without=node)

    def why_waiting(self, kind: type, destination: Destination) -> KafkaAdminError | None:
        """Why a destination has no route yet."""
        router = self._routers.get(kind)
        return (router.table.last_error(destination) if router is not None else None) or self._entry_error

    async def _enter_cluster(self) -> float | None:
        """Learn the brokers from a bootstrap address. Gives the moment of the next try if none answers."""
        try:
            await self._enter()
            if not self._nodes.known():
                raise ConnectError("whoever answered at the bootstrap addresses knows no live node yet")
        except TransportError as error:
            self._entry_error = error
            self._refused_entries += 1
            return anyio.current_time() + self._backoff.pause(self._refused_entries)
        self._entry_error = None
        self._refused_entries = 0
        return None

    async def _resolve_directly(
        self, destinations: Sequence[Destination]
    ) -> tuple[Resolution[Destination], dict[Destination, KafkaAdminError]]:
        found: Resolution[Destination] = Resolution()
        errors: dict[Destination, KafkaAdminError] = {}
        now = anyio.current_time()
        listed: set[int] | None = None
        for destination in destinations:
            node: Node | None
            if not isinstance(destination, BrokerId):
                node = await self._quickest()
            else:
                node = self._nodes.get(destination.id)
                if node is None or node.suspect or node.down_until > now:
                    listed = {broker.id for broker in await self._membership.brokers()} if listed is None else listed
                    node = self._nodes.get(destination.id) if destination.id in listed else None
            if node is None:
                errors[destination] = ConnectError(f"{destination} is not a live broker of the cluster")
            else:
                found.routes.append(Route(destination, node, 0, node.epoch, float("-inf")))
        return found, errors

    async def _quickest(self) -> Node:
        """The broker to ask what any of them can answer. Where none is well, one is asked for first."""
        if not self._nodes.one_is_well(anyio.current_time()):
            await self._membership.brokers()
        candidates = self._nodes.candidates(anyio.current_time(), random, seeds=False, alone=True)
        if not candidates:
            raise ConnectError("whoever answered at the bootstrap addresses knows no live node yet")
        return candidates[0]
