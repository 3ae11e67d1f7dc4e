"""What must hold whatever happens: seen over the router's shoulder while a schedule is played, and at its end."""

# The rooms of routing are looked into from outside.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import anyio

from kafkaadmin.errors import KafkaAdminError, OperationTimeoutError
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.routing import Cluster, Coordinator, Leader
from kafkaadmin.routing.asking import Asker, Question
from kafkaadmin.routing.nodes import Node, Nodes
from kafkaadmin.routing.router import Router
from kafkaadmin.routing.table import Lookup, Route, RouteTable
from kafkawire import Request
from kafkawire.messages import (
    DeleteRecordsRequest,
    FindCoordinatorRequest,
    ListOffsetsRequest,
    MetadataRequest,
    OffsetCommitRequest,
    OffsetFetchRequest,
)
from tests.support.schedules.brokers import CATCH_UP, LATENCY, Kafka
from tests.support.schedules.network import KEYS, PARTITIONS

__all__ = ["SOON", "Rules", "Trace"]

SUSPECT_AFTER = 1.5
SLACK = 0.1
"""Seconds that many requests of a few milliseconds each take."""
HEDGE_AFTER = 0.5
WITNESSES_PATIENCE = 0.9 * SUSPECT_AFTER
CAP = 1.0
"""The longest pause, and the longest time between two checks of a silent broker."""
SOON = CAP + 2 * 2 * LATENCY + SLACK
"""One back-off cap and two round trips: so long a call may go on once all is well."""
LOOKUPS_IN_A_SECOND = 12
"""The most lookups of one key: the pauses of 50 ms doubling to 1 s allow 6, and a check of a silent broker as many."""

ASKED_IN_A_SECOND = 24
"""The most brokers asked about one key: for those lookups, and two others six times where its owner is in doubt."""


@dataclass
class Trace:
    """What was seen, and what of it must not be."""

    broken: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    calls: int = 0
    succeeded: int = 0

    def breaks(self, rule: str, what: str) -> None:
        self.broken.append((rule, what))


class Rules:
    """The rules that a client is held to, on one cluster."""

    def __init__(self, trace: Trace, kafka: Kafka, cluster: Cluster) -> None:
        self._breaks = trace.breaks
        self._kafka = kafka
        self._cluster = cluster
        self._nodes: Nodes = cluster._nodes
        self._routers: list[Router[Any]] = [cluster._coordinators, cluster._leaders]
        self._lookups: dict[str, list[float]] = {key: [] for key in KEYS}
        for router in self._routers:
            self._watch_lookups(router.table)
            self._watch_invalidations(router.table)
            self._watch_failures(self._nodes, router.table)
        self._watch_requests(cluster._driver.asker)

    # ------------------------------------------------------------------ calls

    def check_call(
        self, keys: Sequence[str], began: float, timeout: float, failures: Iterable[KafkaAdminError]
    ) -> None:
        """A call over these keys has ended now."""
        ended, failures = anyio.current_time(), list(failures)
        if ended - began > timeout + 0.001:
            self._breaks("every call ends by its deadline", f"{keys}: {ended - began:.3f} of {timeout} s")
        early = ended - began < timeout - 0.001
        for failure in failures:
            if early or not isinstance(failure, OperationTimeoutError):
                self._breaks(
                    "nothing but its deadline fails a call", f"{keys}, after {ended - began:.3f} s: {failure!r}"
                )
        calm = self._kafka.calm_within(began, ended)
        # A sleeping broker may be asked before those that are awake, until it is suspected. And where others are down,
        # or have gone elsewhere, a broker's word counts when there was time for them to contradict it.
        kafka = self._kafka
        alone = kafka.strayed or not kafka.all_but_one_up_since(began)
        if calm > SOON + SUSPECT_AFTER * kafka.slept_since(began) + WITNESSES_PATIENCE * bool(alone):
            told = f"{keys}: under way for {calm:.3f} s on a healthy cluster; failed: {failures}"
            self._breaks("healthy soon enough", told)

    def unanswered(self, keys: Sequence[str]) -> None:
        """They weren't answered for though all was well."""
        self._breaks("healthy soon enough", f"{keys} were not answered for on a healthy cluster")

    def read(self, key: str, offset: int, acknowledged: int, began: float) -> None:
        """An offset was read, by a call that began then; this one had been acknowledged before."""
        if self._kafka.up < 2:
            return  # nobody else can be asked
        if self._kafka.all_woken_since(anyio.current_time() - SUSPECT_AFTER):
            return  # the one other that is asked of a broker that never failed may have slept through the same election
        if key in PARTITIONS and self._kafka.slept_since(began - CATCH_UP):
            return  # others have no say in who leads: a leader that woke is believed until it has caught up
        if not acknowledged <= offset <= self._kafka.begun[key]:
            told = f"{key}: {offset} was read, {acknowledged} acknowledged before, {self._kafka.begun[key]} begun"
            self._breaks("no old truth", told)

    def asked_again(self, settled: Iterable[str], broker: int) -> None:
        """A broker is asked for what had been settled."""
        self._breaks("keys that settled are never sent again", f"{settled} sent to {broker}")

    # ------------------------------------------------------------------ lookups

    def _watch_lookups(self, table: RouteTable[Any]) -> None:
        extend = table.extend

        def watched(lookup: Lookup[Any], keys: Iterable[Any]) -> None:
            keys = list(keys)
            for key in keys:
                if table.lookup(key) is not None:
                    self._breaks("one lookup in flight a key", f"{key} is in another lookup already")
                self._lookups[_name(key)].append(anyio.current_time())
            extend(lookup, keys)

        table.extend = watched  # type: ignore[method-assign]

    def _check_pace(self, name: str) -> None:
        asked = [
            sent.at
            for sent in self._kafka.sent
            if isinstance(sent.request, FindCoordinatorRequest) and name in sent.request.coordinator_keys
        ]
        for what, times, most in (
            ("lookups", self._lookups[name], LOOKUPS_IN_A_SECOND),
            ("brokers asked", asked, ASKED_IN_A_SECOND),
        ):
            for first, last in zip(times, times[most:], strict=False):
                if last - first < 1.0:
                    told = f"{name}: {most + 1} {what} from {first:.3f} to {last:.3f}"
                    self._breaks(f"{what} a key are bounded by the back-off", told)

    # ------------------------------------------------------------------ late errors

    def _watch_invalidations(self, table: RouteTable[Any]) -> None:
        invalidate = table.invalidate

        def watched(route: Route[Any], error: Any, now: float, *, later: bool = False) -> bool:
            entry = table._entries.get(route.key)
            fresh = entry is not None and entry.node is not None and entry.generation != route.generation
            dropped = invalidate(route, error, now, later=later)
            if fresh and (entry is None or entry.node is None):
                self._breaks("a late error never drops a fresh entry", f"{route.key} lost its newer route")
            return dropped

        table.invalidate = watched  # type: ignore[method-assign]

    def _watch_failures(self, nodes: Nodes, table: RouteTable[Any]) -> None:
        failed = nodes.failed

        def watched(node: Node, epoch: int, reason: str, *, down_until: float | None = None) -> bool:
            late = epoch != node.epoch
            routed = set(table._by_node.get(node, ()))
            new = failed(node, epoch, reason, down_until=down_until)
            if late and routed - set(table._by_node.get(node, ())):
                self._breaks("a late failure never drops a fresh entry", f"{routed} were dropped for {reason}")
            return new

        nodes.failed = watched  # type: ignore[method-assign]

    # ------------------------------------------------------------------ requests

    def _watch_requests(self, asker: Asker) -> None:
        exchange, send = asker.exchange, asker._send

        async def watched_send(question: Question, connection: Any, request: Request[Any]) -> Any:
            if keys := _routed(request):
                self._check_route(question, keys)
            return await send(question, connection, request)

        async def watched(question: Question, connection: Any, request: Request[Any], version: int) -> Any:
            began = anyio.current_time()
            try:
                return await exchange(question, connection, request, version)
            finally:
                if question.moved is not None:
                    self._check_silence(question.node, connection, request, began)

        asker._send = watched_send  # type: ignore[method-assign]
        asker.exchange = watched  # type: ignore[method-assign]

    def _check_route(self, question: Question, keys: Sequence[Coordinator | Leader]) -> None:
        node = question.node
        entries = [router.table._entries.get(key) for key in keys for router in self._routers]
        dead = any(entry and entry.node is node and entry.start_seq < node.failed_seq for entry in entries)
        if dead or question.node_epoch != node.epoch:
            told = f"{keys} goes to {node}, which failed after it was looked up"
            self._breaks("no request goes to a node known dead since its lookup began", told)

    def _check_silence(self, node: Node, connection: Any, request: Request[Any], began: float) -> None:
        """A request that a silent broker held must have made somebody ask others in time, and believe them."""
        # Once it has answered, others may be waited for that are to confirm it: that is no silence.
        ends = [each.ended_at for each in connection.exchanges if each.request is request]
        until = min([*ends, anyio.current_time()])
        heard = [began, *(at for at in connection.heard if began < at < until), until]
        for since, then in pairwise(heard):
            if then - since > SUSPECT_AFTER + 0.05:
                self._check_checked(node, request, since, since + SUSPECT_AFTER + 0.05)
        replaced_at = self._kafka.replaced.get(node.id or 0)
        if replaced_at is not None and replaced_at < until and self._kafka.all_but_one_up_since(replaced_at):
            since = max(replaced_at, heard[-2] + SUSPECT_AFTER)
            if self._kafka.calm_within(since, until) > SOON:
                told = f"{node} was waited for until {until:.3f}, and replaced at {replaced_at:.3f}"
                self._breaks("a silent node is left as soon as it is replaced", told)

    def _check_checked(self, node: Node, request: Request[Any], since: float, by: float) -> None:
        about = FindCoordinatorRequest if isinstance(_routed(request)[0], Coordinator) else MetadataRequest
        asked = [sent.at for sent in self._kafka.sent if sent.broker != node.id and isinstance(sent.request, about)]
        asked += [at for at, address in self._kafka.knocks if address != node.address]
        if not self._kafka.all_but_one_up_since(since):
            by += HEDGE_AFTER  # where another sleeps too, the node itself may be asked first, on another connection
        if not any(since <= at <= by for at in asked):
            told = f"{node} was silent until {by:.3f}, and nobody asked others about it"
            self._breaks("a silent node is checked within suspect_after", told)

    # ------------------------------------------------------------------ the end

    def check_the_end(self) -> None:
        """Every call has ended, and all is well."""
        for key in self._lookups:
            self._check_pace(key)
        left = self._left()
        if any(left.values()):
            self._breaks("no entry or waiter leaks", f"{ {what: each for what, each in left.items() if each} }")

    def _left(self) -> dict[str, Any]:
        directory = self._cluster._directory
        connections: list[Any] = self._kafka.connections
        exchanges = [each for connection in connections for each in connection.exchanges]
        left = {
            "entering": directory._enter.busy,
            "witnesses": directory._witnesses._asking,
            "waited for": [each for each in exchanges if not (each.given_up or each.result)],
        }
        for name, router in zip(("coordinators", "leaders"), self._routers, strict=True):
            left |= {f"{what} of {name}": each for what, each in _left_in(router)}
        return left


def _left_in(router: Router[Any]) -> Iterator[tuple[str, Any]]:
    table = router.table
    routed = {key: entry.node for key, entry in table._entries.items()}
    listed = {key: node for node, keys in table._by_node.items() for key in keys}
    yield "flights", router._flights
    yield "gathering", router._gathering
    yield "checks", router._silent or router._heard
    yield "troubled", table.troubled
    yield "looked up", [key for key, entry in table._entries.items() if entry.lookup is not None]
    yield "without a route", [key for key, node in routed.items() if node is None]
    yield "listed otherwise", routed != listed


def _routed(request: Request[Any]) -> Sequence[Coordinator | Leader]:
    """The keys in a request to whom they belong; none in one that any broker can answer."""
    if isinstance(request, OffsetFetchRequest):
        return [Coordinator(group.group_id) for group in request.groups]
    if isinstance(request, OffsetCommitRequest):
        return [Coordinator(request.group_id)]
    if isinstance(request, ListOffsetsRequest | DeleteRecordsRequest):
        topics: Iterable[Any] = request.topics
        return [Leader(TopicPartition(each.name, one.partition_index)) for each in topics for one in each.partitions]
    return []


def _name(key: Coordinator | Leader) -> str:
    return key.key if isinstance(key, Coordinator) else PARTITIONS[key.partition.partition]
