"""The brokers that are known: their addresses, and what is known of their health. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from kafkaadmin.config import Address
from kafkaadmin.errors import RemoteProtocolError
from kafkaadmin.models.brokers import Broker

__all__ = ["JUST_NOW", "Check", "Node", "Nodes"]

SLUGGISH_FOR = 10.0
"""Seconds for which a broker that was outrun by a hedge is asked after others."""

BEHIND_FOR = 10.0
"""Seconds for which a broker that took itself for a coordinator, and was replaced, is asked last."""

BACK_FOR = 2.0
"""Seconds for which the same goes for one that was silent, unreachable or counted out: it has yet to hear the news."""

JUST_NOW = 0.5
"""Seconds within which two things count as one moment, where a broker's word is weighed.

Between the two it may have been replaced, and its successor have acknowledged something. That takes an election and the
loading of its groups.
"""

HEARD_BY_ALL_AFTER = 10.0
"""Seconds after which brokers that are well have heard who coordinates (seen on Kafka 4.4.0, on a busy machine: 5)."""

MOST_NODES = 10_000
"""More than any cluster has: a broker that names more isn't believed, and they aren't kept."""

MOST_GONE = 100
"""How many brokers are kept that are no longer among the living: they may be back, and others replace them for good."""

_NEVER = float("-inf")


class Check(NamedTuple):
    """The last time others were asked about a silent node: in which silence, how many times by then, and when next."""

    silence: int
    number: int
    next_at: float


class Node:
    """A broker, or a bootstrap address whose broker isn't known yet (then `id` is `None`).

    `epoch` counts its failures, so that a late report of an old one changes nothing. `failed_seq` is when, on the
    counter all routing shares, it last failed. `down_until`: until then nobody expects it to take a connection.
    `quiet_until`: until then it wants to be left in peace (KIP-219). `listed`: it was among the live brokers when those
    were last asked for.
    `suspect`: it has been silent with requests waiting, since `suspected_seq`; `revived_seq` is when it was heard from
    again after that. `checks` are what each router has asked others about it. `ran_at` is the last moment at which it
    is known to have run, `awake_since` since when without a gap, `woke_at` when it was heard again after one,
    `confirmed_at` when another broker was last asked that names it.
    """

    __slots__ = (
        "_broker",
        "address",
        "awake_since",
        "behind_until",
        "checks",
        "confirmed_at",
        "down_until",
        "epoch",
        "failed_seq",
        "id",
        "listed",
        "noun",
        "quiet_until",
        "rack",
        "ran_at",
        "reached",
        "revived_seq",
        "sluggish_until",
        "suspect",
        "suspected_seq",
        "woke_at",
    )

    def __init__(self, id: int | None, address: Address, rack: str | None = None, noun: str = "broker") -> None:
        self.id = id
        self.noun = noun
        self.address = address
        self.rack = rack
        self.epoch = 0
        self.failed_seq = 0
        self.down_until = 0.0
        self.quiet_until = 0.0
        self.sluggish_until = self.behind_until = 0.0
        self.suspect = False
        self.suspected_seq = 0
        self.revived_seq: int | None = None
        self.reached = False
        self.listed = True
        self.checks: dict[object, Check] = {}
        self.ran_at = self.awake_since = self.woke_at = self.confirmed_at = _NEVER
        self._broker: Broker | None = None

    @property
    def broker(self) -> Broker:
        """The node as callers see it."""
        if self.id is None:
            raise ValueError(f"{self} has no broker id yet")
        known = self._broker
        if known is None or (known.host, known.port) != self.address or known.rack != self.rack:
            known = self._broker = Broker(id=self.id, host=self.address.host, port=self.address.port, rack=self.rack)
        return known

    def is_well(self, now: float) -> bool:
        return not self.suspect and self.down_until <= now

    def next_check(self, now: float) -> float | None:
        """When others are asked about it next, by one router or another; `None` where none has a time for that."""
        return min((check.next_at for check in self.checks.values() if check.next_at > now), default=None)

    def may_be(self, other: Node) -> bool:
        """Whether both may be the same broker: which one a bootstrap address leads to, nobody says."""
        return self.id is None or other.id is None or self.address == other.address

    def __str__(self) -> str:
        return f"{self.noun} {self.id} ({self.address})" if self.id is not None else f"bootstrap {self.address}"

    __repr__ = __str__


class Nodes:
    """All known nodes, the counter by which events are ordered, and who hears of failures."""

    def __init__(self, seeds: Iterable[Address], noun: str = "broker", *, gap: float = 3.0) -> None:
        self.seq = 0
        self.entered = False
        """Whether somebody has said who the nodes are, since there were none or all were forgotten."""
        self._noun = noun
        self._gap = gap
        self._cleared_seq = 0
        self._seeds = tuple(Node(None, address) for address in seeds)
        self._by_id: dict[int, Node] = {}
        self._on_lost: list[Callable[[Node, str], None]] = []

    def tick(self) -> int:
        self.seq += 1
        return self.seq

    def on_lost(self, hear: Callable[[Node, str], None]) -> None:
        """Have `hear(node, reason)` called whenever what is routed to a node must be looked up afresh."""
        self._on_lost.append(hear)

    def get(self, node_id: int) -> Node | None:
        return self._by_id.get(node_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def known(self) -> tuple[Node, ...]:
        return tuple(self._by_id.values())

    def learn(self, node_id: int, host: str, port: int, rack: str | None = None) -> Node:
        """Take a broker's address from an answer. At a new address it starts with a clean slate."""
        node = self._by_id.get(node_id) or self._new(node_id, host, port)
        if node.address != (host, port):
            node.address = Address(host, port)
            # The lookup that says so knows it, and may have failed at the old address before: what it found out holds.
            node.failed_seq = self._cleared_seq
            self._begin_epoch(node, f"now at {node.address}")
            node.down_until = node.sluggish_until = node.behind_until = 0.0
            node.suspect, node.revived_seq = False, None
            node.ran_at = node.awake_since = _NEVER
        if rack is not None:
            node.rack = rack
        return node

    def _new(self, node_id: int, host: str, port: int) -> Node:
        if len(self._by_id) >= MOST_NODES:
            self._forget(next(iter(self._by_id)))
        node = self._by_id[node_id] = Node(node_id, Address(host, port), noun=self._noun)
        node.failed_seq = self._cleared_seq  # a lookup from before may speak of another cluster
        return node

    def expect(self, number: int) -> None:
        """One answer names so many brokers. Raises `RemoteProtocolError` where that can't be."""
        if number > MOST_NODES:
            raise RemoteProtocolError(f"more than {MOST_NODES} {self._noun}s are named: that is no Kafka cluster")

    def live(self, ids: Collection[int], by: Node, now: float) -> None:
        """Those are the live brokers, and all of them, as one has said now.

        One that was counted out may be back, and answer from what it knew before: its own word doesn't count it in.
        """
        for node in self._by_id.values():
            if node.listed or not node.may_be(by):
                if node.id in ids and not node.listed:
                    self._back(node, now)
                node.listed = node.id in ids
        gone = [node_id for node_id, node in self._by_id.items() if not node.listed]
        for node_id in gone[:-MOST_GONE]:
            self._forget(node_id)

    def _forget(self, node_id: int) -> None:
        self.lost(self._by_id.pop(node_id), "gone for long")

    def cleared_since(self, seq: int) -> bool:
        """Whether all brokers have been forgotten at `seq` or later."""
        return self._cleared_seq >= seq > 0

    def clear(self, reason: str) -> None:
        """Forget every broker; the bootstrap addresses remain, with a clean slate."""
        for node in list(self._by_id.values()):
            self.lost(node, reason)
        self._by_id.clear()
        self.entered = False
        self._cleared_seq = self.tick()
        for seed in self._seeds:
            seed.down_until = seed.sluggish_until = seed.behind_until = 0.0

    def failed(self, node: Node, epoch: int, reason: str, *, down_until: float | None = None) -> bool:
        """A connection of the node broke, or none could be opened (`down_until`). Only its current epoch counts."""
        if epoch != node.epoch:
            return False
        if down_until is not None:
            node.down_until = max(node.down_until, down_until)
        self.lost(node, reason)
        return True

    def lost(self, node: Node, reason: str) -> None:
        """The node failed: nothing found out before holds, nor what a lookup under way will find."""
        node.failed_seq = self.tick()
        self._begin_epoch(node, reason)

    def _begin_epoch(self, node: Node, reason: str) -> None:
        node.epoch += 1
        node.reached = False
        node.confirmed_at = _NEVER
        for hear in self._on_lost:
            hear(node, reason)

    def one_is_well(self, now: float, *, without: Node | None = None) -> bool:
        """Whether a broker is known, other than `without`, of which no ill is."""
        return any(node is not without and node.is_well(now) for node in self._by_id.values())

    def reached_now(self, node: Node, now: float) -> None:
        """A connection to it stands."""
        if node.down_until > 0.0:
            self._back(node, now)
        node.down_until = 0.0
        node.reached = True

    def _back(self, node: Node, now: float) -> None:
        """It was away, and is there again: what others did meanwhile it may be told in a moment."""
        node.behind_until = max(node.behind_until, now + BACK_FOR)

    def ran(self, node: Node, asked_at: float, answered_at: float) -> None:
        """It answered what it was asked: it ran at some moment in between.

        Where it may have slept for longer than `gap` before, it counts as awake from the answer on only.
        """
        if answered_at - node.ran_at >= self._gap:
            node.awake_since = answered_at - JUST_NOW
            if node.ran_at > _NEVER:
                node.woke_at = answered_at
        node.ran_at = max(node.ran_at, asked_at)

    def may_be_deposed(self, node: Node, now: float) -> bool:
        """Whether it has failed before, and may have been away until a moment ago: one other's word isn't enough."""
        rested = now - node.ran_at >= self._gap
        return node.epoch > 0 and (rested or now - node.woke_at < HEARD_BY_ALL_AFTER)

    def confirmed(self, node: Node, asked_at: float, lookup_seq: int) -> None:
        """Another broker, asked then, names it as coordinator; unless it has failed since, that stands."""
        if lookup_seq > node.failed_seq:
            node.confirmed_at = max(node.confirmed_at, asked_at)

    def suspected(self, node: Node) -> bool:
        """It has been silent for too long with requests waiting. True when that is news."""
        node.revived_seq = None
        news, node.suspect = not node.suspect, True
        if news:
            node.suspected_seq = self.tick()
        return news

    def heard(self, node: Node, now: float) -> None:
        """It answered again: a lookup begun from now on may clear it of suspicion."""
        if node.suspect and node.revived_seq is None:
            node.revived_seq = self.tick()
            self._back(node, now)

    def cleared(self, node: Node, lookup_seq: int) -> None:
        """A lookup that began at `lookup_seq`, answered by another broker, named it."""
        if node.suspect and node.revived_seq is not None and lookup_seq > node.revived_seq:
            node.suspect, node.revived_seq = False, None

    @property
    def seeds(self) -> tuple[Node, ...]:
        """All bootstrap addresses: also such as are a known broker's may lead elsewhere by now."""
        return self._seeds

    def candidates(
        self,
        now: float,
        random: Callable[[], float],
        *,
        without: Node | None = None,
        seeds: bool = True,
        alone: bool = False,
    ) -> list[Node]:
        """Whom to ask what any broker can answer, best first: in good health, connected, then in random order.

        Bootstrap addresses that aren't a known broker's follow the brokers in good health; `without` a broker there are
        none of them, since they may lead to it. Of the others those come first who take their time, then who keep other
        requests, then who may answer from what they knew before: counted out, or found to be behind. Where no second
        one is asked after a moment (`alone`), who keeps other requests comes after them.
        """
        nodes = [node for node in self._by_id.values() if node is not without]
        if seeds and without is None:
            taken = {node.address for node in nodes}
            nodes += [seed for seed in self._seeds if seed.address not in taken]

        one_is_behind = any(node.behind_until > now for node in self._by_id.values())

        def rank(node: Node) -> tuple[bool, ...] | tuple[float, ...]:
            slow = max(node.sluggish_until, node.quiet_until) > now
            stale = not node.listed or (node.id is None and (slow or one_is_behind))  # a name may lead to that one
            return (
                node.down_until > now,
                node.suspect and (alone or slow),  # one that isn't slow answers this, whatever else it keeps
                node.behind_until > now,
                stale,
                node.suspect,
                slow,
                node.id is None,
                not node.reached,
                random(),
            )

        return sorted(nodes, key=rank)
