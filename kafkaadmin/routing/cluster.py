"""Routing, put together: what operations and the client call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from random import random
from typing import Any, TypeVar

import anyio

from kafkaadmin.config import ClientConfig
from kafkaadmin.errors import KafkaAdminError, OperationTimeoutError, TransportError
from kafkaadmin.events import Announcer, CoordinatorInvalidated, CoordinatorResolved, LookupFailed
from kafkaadmin.models.brokers import Broker
from kafkaadmin.models.results import BatchResult, KeyOutcome
from kafkaadmin.network import Dial, Plaintext, Pool, SecurityProtocol, open_tcp
from kafkaadmin.routing.asking import Asker
from kafkaadmin.routing.controllers import (
    Controllers,
    asked_of_controllers,
    no_brokers,
    nobody_coordinates,
    nobody_leads,
)
from kafkaadmin.routing.coordinators import CoordinatorFinder
from kafkaadmin.routing.destinations import Coordinator, CoordinatorType, Destination, Leader
from kafkaadmin.routing.directory import Directory
from kafkaadmin.routing.driver import Driver
from kafkaadmin.routing.metadata import ControllerFinder, LeaderFinder, Metadata
from kafkaadmin.routing.nodes import Node, Nodes
from kafkaadmin.routing.operation import Deadline, Operation
from kafkaadmin.routing.progress import Tally
from kafkaadmin.routing.raw import raw_operation
from kafkaadmin.routing.retry import Backoff
from kafkaadmin.routing.router import Router, StillOwns
from kafkaadmin.routing.streaming import KeyStream
from kafkaadmin.routing.table import RouteTable
from kafkaadmin.routing.witnesses import Witnesses
from kafkawire import Request, Response

__all__ = ["Cluster"]

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R", bound=Response)


class Cluster:
    """The cluster as one client knows it. Making one does no I/O."""

    def __init__(self, config: ClientConfig) -> None:
        announce = Announcer(config.observers)
        self._config = config
        self._pool = Pool(config, announce, security=_security_protocol(config))
        self._nodes = Nodes(config.addresses, config.node_noun, gap=config.confirm_after)
        self._backoff = Backoff(config.retry, random)
        asker = Asker(self._pool, self._nodes, config, announce)
        self.of_controllers = bool(config.bootstrap_controllers)
        """Whether those that are asked are controllers, not brokers (KIP-919)."""

        def router(
            find: Callable[[Sequence[Any]], Any], still_owns: StillOwns[Any] | None = None, **tell: Any
        ) -> Router[Any]:
            table: RouteTable[Any] = RouteTable(self._nodes, self._backoff, **tell)
            return Router(table, find, self._nodes, asker, self._backoff, still_owns=still_owns)

        told: dict[str, Any] = _tellers(announce) if announce else {}
        metadata = Metadata(asker, self._nodes, self._learned)
        finder = CoordinatorFinder(asker, self._nodes, metadata.look_elsewhere)
        self._membership: Metadata | Controllers
        self._coordinators: Router[Coordinator]
        self._leaders: Router[Leader]
        if self.of_controllers:
            self._membership = Controllers(asker, self._nodes, self._learned)
            self._coordinators, self._leaders = router(nobody_coordinates), router(nobody_leads)
        else:
            self._membership = metadata
            leaders = LeaderFinder(metadata, self._nodes)
            self._coordinators, self._leaders = router(finder, **told), router(leaders, leaders.still_leads)
        self._controller: Router[Any] = router(ControllerFinder[Any](self._membership.ask, self._nodes))
        witnesses = Witnesses(
            self._coordinators.table,
            self._nodes,
            finder.named_by_others,
            confirm_after=config.confirm_after,
            # Whoever waits for their word gives up after `suspect_after`: that nobody could say is known before.
            patience=0.9 * config.suspect_after,
        )
        self._directory = Directory(
            self._coordinators, self._leaders, self._controller, self._membership, self._nodes, self._backoff, witnesses
        )
        self._driver = Driver(self._directory, asker, self._backoff, announce, config.request_timeout)

    def _learned(self, cluster_id: str | None) -> None:
        self._pool.cluster_id = cluster_id
        self._nodes.entered = True

    # ------------------------------------------------------------------ calls

    async def run(
        self, operation: Operation[K, R, V], keys: Iterable[K], *, deadline: Deadline, tally: Tally | None = None
    ) -> BatchResult[K, V]:
        """Run an operation over keys until each is settled or the deadline passes.

        A key's failure is in the result. Raises `ClientClosedError` only. The tally is told of what is settled.
        """
        if self.of_controllers:
            operation = asked_of_controllers(operation)
        return await self._driver.run(operation, keys, deadline, tally)

    def stream(
        self, operation: Operation[K, R, V], keys: Iterable[K], *, seconds: float, tally: Tally | None = None
    ) -> AsyncIterator[tuple[K, KeyOutcome[V]]]:
        """Run a read over keys, and give each key as it is settled; `seconds` is what one step may take."""
        if self.of_controllers:
            operation = asked_of_controllers(operation)
        patience = self._config.suspect_after
        return KeyStream(self._driver, operation, keys, seconds=seconds, patience=patience, tally=tally)

    async def send(self, request: Request[R], to: Destination, *, deadline: Deadline, version: int | None = None) -> R:
        """Send any request to whom it is meant for, and fail over as every call does. See `AdminClient.send`."""
        result = await self.run(raw_operation(request, to, version), [None], deadline=deadline)
        return result[None]

    async def brokers(self, *, deadline: Deadline) -> tuple[Broker, ...]:
        """All live brokers, as one of them sees it now.

        Raises `OperationTimeoutError`, and `UnsupportedVersionError` where only controllers are asked.
        """
        if self.of_controllers:
            raise no_brokers("every broker is to be asked")
        return await self._members(deadline)

    async def _members(self, deadline: Deadline) -> tuple[Broker, ...]:
        nouns = "controllers" if self.of_controllers else "brokers"
        members: tuple[Broker, ...] = await self._until(self._membership.brokers, deadline, f"looking up the {nouns}")
        return members

    async def refresh_metadata(self, *, deadline: Deadline) -> None:
        """Learn the brokers (or controllers) anew, and forget who leads partitions or stands for the controller."""
        await self._members(deadline)
        self._leaders.table.drop(None, "refreshed by hand")
        self._controller.table.drop(None, "refreshed by hand")

    async def aclose(self) -> None:
        """Close every connection at once. Calls under way raise `ClientClosedError`."""
        await self._pool.aclose()

    # ------------------------------------------------------------------ coordinators, by hand

    async def find_coordinators(
        self, keys: Iterable[str], type: CoordinatorType, *, deadline: Deadline
    ) -> BatchResult[str, Broker]:
        """Who coordinates each key: what is known already, and a lookup for the others."""
        wanted = [Coordinator(key, type) for key in dict.fromkeys(keys)]
        found: dict[str, Broker] = {}
        failed: dict[str, KafkaAdminError] = {}
        with anyio.CancelScope(deadline=deadline.at):
            while wanted:
                resolution, errors = await self._directory.resolve(Coordinator, wanted)
                by_key = {route.key: route.node.broker for route in resolution.routes}
                found.update((key.key, by_key[key]) for key in wanted if key in by_key)
                failed.update((key.key, errors[key]) for key in wanted if key in errors)
                wanted = [key for key in wanted if key in resolution.waiting]
                if wanted:
                    await anyio.sleep(max(0.0, max(resolution.waiting.values()) - anyio.current_time()))
        for key in wanted:
            if key.key not in found and key.key not in failed:
                failed[key.key] = self._unfound(key, deadline)
        return BatchResult(found, failed)

    def _unfound(self, key: Coordinator, deadline: Deadline) -> OperationTimeoutError:
        last = self._directory.why_waiting(Coordinator, key)
        message = f"find_coordinators: {key.type.name.lower()} {key.key!r}: none within {deadline.seconds:g} s"
        return OperationTimeoutError(f"{message}; last: {last}" if last else message, last_error=last)

    async def refresh_coordinators(
        self, keys: Iterable[str] | None, type: CoordinatorType, *, deadline: Deadline
    ) -> BatchResult[str, Broker]:
        """Look coordinators up again, all known ones for `None`. Calls under way go on with the routes they have."""
        names = self._known(type) if keys is None else list(dict.fromkeys(keys))
        with anyio.move_on_at(deadline.at):
            await self._coordinators.refresh([Coordinator(name, type) for name in names])
        return await self.find_coordinators(names, type, deadline=deadline)

    def invalidate_coordinators(self, keys: Iterable[str] | None, type: CoordinatorType) -> int:
        """Forget who coordinates these keys, or all of the type for `None`. Returns how many routes were dropped."""
        names = self._known(type) if keys is None else keys
        return self._coordinators.table.drop([Coordinator(name, type) for name in names], "invalidated by hand")

    def _known(self, type: CoordinatorType) -> list[str]:
        return [key.key for key in self._coordinators.table.known() if key.type is type]

    async def _until(self, work: Callable[[], Any], deadline: Deadline, what: str) -> Any:
        """Repeat what any broker can answer while none can be reached, until the deadline."""
        attempt, last = 0, None
        with anyio.CancelScope(deadline=deadline.at):
            while True:
                try:
                    return await work()
                except TransportError as error:
                    attempt, last = attempt + 1, error
                await anyio.sleep(self._backoff.pause(attempt))
        message = f"{what}: no answer within {deadline.seconds:g} s"
        raise OperationTimeoutError(f"{message}; last: {last}" if last else message, last_error=last)


def _security_protocol(config: ClientConfig) -> SecurityProtocol:
    dial = _dial(config)
    if config.security is None:
        return Plaintext(dial)
    from kafkaadmin.network.secured import Secured

    return Secured(config.security, dial)


def _dial(config: ClientConfig) -> Dial:
    if config.proxy is None and config.translate_address is None:
        return open_tcp
    from kafkaadmin.network.dialling import Dialler

    return Dialler(config.proxy, config.translate_address)


def _tellers(announce: Announcer) -> dict[str, Callable[..., None]]:
    """What the coordinators' table tells the observers."""

    def installed(key: Coordinator, node: Node, previous: Node | None) -> None:
        announce(
            CoordinatorResolved(
                type=key.type.name.lower(),
                key=key.key,
                broker_id=node.broker.id,
                previous=previous.broker.id if previous else None,
            )
        )

    def dropped(key: Coordinator, node: Node, reason: str) -> None:
        announce(
            CoordinatorInvalidated(type=key.type.name.lower(), key=key.key, broker_id=node.broker.id, reason=reason)
        )

    def waits(key: Coordinator, error: KafkaAdminError, pause: float) -> None:
        announce(LookupFailed(type=key.type.name.lower(), key=key.key, reason=str(error), retry_in=pause))

    return {"on_install": installed, "on_drop": dropped, "on_wait": waits}
