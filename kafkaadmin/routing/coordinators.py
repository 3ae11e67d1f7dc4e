"""Who coordinates a group, a transactional id or a share partition: asked with FindCoordinator."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from random import random

import anyio

from kafkaadmin.errors import ConnectError, KafkaAdminError, RemoteProtocolError, TransportError, broker_error
from kafkaadmin.network import Connection
from kafkaadmin.routing.asking import Asker
from kafkaadmin.routing.destinations import Coordinator, CoordinatorType
from kafkaadmin.routing.elections import latest_election
from kafkaadmin.routing.nodes import SLUGGISH_FOR, Node, Nodes
from kafkaadmin.routing.table import Found, Unsettled
from kafkawire import ApiKey
from kafkawire.messages import FindCoordinatorRequest, FindCoordinatorResponse

__all__ = ["CoordinatorFinder"]

BATCHED_SINCE = 4
KEYS_PER_REQUEST = 2_500
SINGLES_AT_ONCE = 64
"""How many one-key lookups are under way at once with brokers before version 4."""

VOICES = 2
"""How many others are asked of one that may have been replaced while it was away."""

_SINCE = {CoordinatorType.GROUP: 0, CoordinatorType.TRANSACTION: 1, CoordinatorType.SHARE: 6}
REBOOTSTRAP_REQUIRED = 129


class CoordinatorFinder:
    """Asks any broker, in as few requests as the broker's version allows."""

    def __init__(self, asker: Asker, nodes: Nodes, look_elsewhere: Callable[[Node], Awaitable[bool]]) -> None:
        self._asker = asker
        self._nodes = nodes
        self._look_elsewhere = look_elsewhere

    async def __call__(self, keys: Sequence[Coordinator]) -> Mapping[Coordinator, Found]:
        found: dict[Coordinator, Found] = {}
        chunks = [
            chunk
            for type in CoordinatorType
            if (names := [key.key for key in keys if key.type is type])
            for chunk in _chunks(type, names)
        ]
        if len(chunks) == 1:
            await self._ask(*chunks[0], found)
        else:
            async with anyio.create_task_group() as group:
                for type, names in chunks:
                    group.start_soon(self._ask_quietly, type, names, found)
        missing = RemoteProtocolError("FindCoordinator left out a key that it was asked for")
        return {key: found.get(key, missing) for key in keys}

    async def _ask_quietly(self, type: CoordinatorType, names: list[str], found: dict[Coordinator, Found]) -> None:
        """As `_ask`, for one of several: its failure is its own keys'."""
        try:
            await self._ask(type, names, found)
        except TransportError as error:
            found.update((Coordinator(name, type), Unsettled(error)) for name in names)
        except KafkaAdminError as error:
            found.update((Coordinator(name, type), error) for name in names)

    async def _ask(self, type: CoordinatorType, names: list[str], found: dict[Coordinator, Found]) -> None:
        single = False
        began, seq = anyio.current_time(), self._nodes.tick()

        def make(connection: Connection) -> tuple[FindCoordinatorRequest, int]:
            nonlocal single
            version = connection.version_for(FindCoordinatorRequest, at_least=_SINCE[type])
            single = version < BATCHED_SINCE
            return _request(type, names[:1] if single else names, version), version

        by, response = await self._asker.ask_any(make)
        self._heed(response)
        named: dict[str, Found] = {}
        if single:
            named[names[0]] = self._found(names[0], response)
        else:
            named = self._read(response)
        for node in {each for each in named.values() if isinstance(each, Node)}:
            if node.down_until > 0.0:
                by.sluggish_until = began + SLUGGISH_FOR  # it may be behind: others are asked next
            elif not node.may_be(by) and not self._nodes.may_be_deposed(node, began):
                self._nodes.confirmed(node, began, seq)
        found.update((Coordinator(name, type), each) for name, each in named.items())
        if single:
            await self._ask_one_by_one(type, names[1:], found)

    async def named_by_others(self, key: Coordinator, node: Node) -> Node | None:
        """Who coordinates a key, as others than `node` say; `None` where they don't know.

        Where they contradict the node, or each other, the latest election counts that one of them all has heard of.
        """
        has_looked = not self._nodes.one_is_well(anyio.current_time(), without=node)
        if has_looked:
            await self._look_elsewhere(node)
        try:
            named = await self._ask_others(key, node)
        except ConnectError:
            if has_looked or not await self._look_elsewhere(node):
                raise
            named = await self._ask_others(key, node)
        first = next(iter(named.values()))
        if first is None or all(each is node for each in named.values()):
            return first
        elected = await latest_election(self._asker, key, [*named, node])
        return first if elected is None else self._nodes.get(elected)

    async def _ask_others(self, key: Coordinator, node: Node) -> dict[Node, Node | None]:
        """Whom others name: one of them, or more where one's word may be as old as the node's. At least one answers."""

        def make(connection: Connection) -> tuple[FindCoordinatorRequest, int]:
            version = connection.version_for(FindCoordinatorRequest, at_least=_SINCE[key.type])
            return _request(key.type, [key.key], version), version

        answers: dict[Node, FindCoordinatorResponse] = {}
        now = anyio.current_time()
        if self._nodes.may_be_deposed(node, now):
            answers = await self._asker.ask_each(self._nodes.candidates(now, random, without=node)[:VOICES], make)
        if not answers:
            answers = dict([await self._asker.ask_any(make, without=node)])
        return {by: self._named(key, response) for by, response in answers.items()}

    def _named(self, key: Coordinator, response: FindCoordinatorResponse) -> Node | None:
        self._heed(response)
        found = self._read(response).get(key.key) if response.coordinators else self._found(key.key, response)
        return found if isinstance(found, Node) else None

    async def _ask_one_by_one(self, type: CoordinatorType, names: list[str], found: dict[Coordinator, Found]) -> None:
        if not names:
            return
        todo = iter(names)

        async def work() -> None:
            for name in todo:
                await self._ask_quietly(type, [name], found)

        async with anyio.create_task_group() as group:
            for _ in range(min(SINGLES_AT_ONCE, len(names))):
                group.start_soon(work)

    def _heed(self, response: FindCoordinatorResponse) -> None:
        """Nothing in an answer holds that says that this is another cluster."""
        if REBOOTSTRAP_REQUIRED in {response.error_code, *(answer.error_code for answer in response.coordinators)}:
            self._asker.rebootstrap("the broker asked for it (129)")
            raise ConnectError("the broker that was asked said to begin anew at the bootstrap addresses")

    def _read(self, response: FindCoordinatorResponse) -> dict[str, Found]:
        found: dict[str, Found] = {}
        learned: dict[int, Found] = {}
        for answer in response.coordinators:
            if answer.error_code:
                found[answer.key] = _error(answer.key, answer.error_code, answer.error_message)
                continue
            node = learned.get(answer.node_id)
            if node is None:
                node = learned[answer.node_id] = self._nodes.learn(answer.node_id, answer.host, answer.port)
            found[answer.key] = node
        return found

    def _found(self, key: str, response: FindCoordinatorResponse) -> Found:
        if response.error_code:
            return _error(key, response.error_code, response.error_message)
        return self._nodes.learn(response.node_id, response.host, response.port)


def _chunks(type: CoordinatorType, names: list[str]) -> Iterable[tuple[CoordinatorType, list[str]]]:
    for start in range(0, len(names), KEYS_PER_REQUEST):
        yield type, names[start : start + KEYS_PER_REQUEST]


def _request(type: CoordinatorType, names: Sequence[str], version: int) -> FindCoordinatorRequest:
    if version < BATCHED_SINCE:
        return FindCoordinatorRequest(key=names[0], key_type=type)
    return FindCoordinatorRequest(key_type=type, coordinator_keys=tuple(names))


def _error(key: str, code: int, message: str | None) -> Found:
    context = f"looking up the coordinator of {key!r}"
    error = broker_error(code, message, context=context, api=ApiKey.FIND_COORDINATOR, resource=key)
    return Unsettled(error) if error.retriable else error
