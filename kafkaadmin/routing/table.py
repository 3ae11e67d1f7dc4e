"""Routes from keys to nodes, and when to look them up anew: the router's decisions, without I/O and without a clock.

One table serves coordinators, one partition leaders, one the controller: the rules are the same. A key is

    ABSENT -> LOOKING (in somebody's lookup) -> READY (a node, a generation)
                                             -> WAIT  (nobody knows yet: until a moment) -> LOOKING

and every installed route has a generation, so that a late error can't drop a fresh answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from kafkaadmin.errors import KafkaAdminError
from kafkaadmin.routing.nodes import Node, Nodes
from kafkaadmin.routing.retry import Backoff

__all__ = ["Lookup", "Resolution", "Route", "RouteTable", "Unsettled"]

K = TypeVar("K")

UNUSED_FOR = 600.0
"""Seconds for which a key is kept though nobody asks for it; with the first lookup after twice as many it is gone."""

JUST_NAMED = 0.2
"""Seconds for which a lookup's word on a suspect node is enough for calls that come after it."""

FEW = 10_000
"""So many keys that it isn't worth a look which of them can be forgotten."""


class Route(NamedTuple, Generic[K]):
    """Where a key's request goes, which installation of that answer this was, and when it was installed."""

    key: K
    node: Node
    generation: int
    node_epoch: int
    since: float


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A lookup's answer that names nobody, yet: ask again."""

    error: KafkaAdminError


_NEVER = float("-inf")

Found = Node | Unsettled | KafkaAdminError


@dataclass(slots=True, eq=False)
class Lookup(Generic[K]):
    """Keys that are being asked about, and when, on the shared counter, that began."""

    keys: dict[K, None]
    start_seq: int


class _Entry(Generic[K]):
    __slots__ = (
        "age",
        "error",
        "generation",
        "lookup",
        "misses",
        "named_at",
        "node",
        "node_epoch",
        "since",
        "start_seq",
        "until",
    )

    def __init__(self, age: int) -> None:
        self.age = age  # the table's, when somebody last asked for the key
        self.node: Node | None = None  # set: READY
        self.generation = 0
        self.node_epoch = 0
        self.since = self.named_at = _NEVER
        self.start_seq = 0
        self.lookup: Lookup[K] | None = None  # set: somebody is asking
        self.until: float | None = None  # set: WAIT
        self.misses = 0
        self.error: KafkaAdminError | None = None

    def is_to_be_used(self, node: Node, now: float) -> bool:
        """Whether a call that comes now may go to the entry's node, which may be suspect, without another lookup."""
        if not node.suspect:
            return True
        named_since = node.revived_seq is None and self.start_seq > node.suspected_seq
        return named_since and now < self.named_at + JUST_NAMED


@dataclass(slots=True)
class Resolution(Generic[K]):
    """What the table knows of some keys: routes; keys to look up now; lookups to wait for; pauses to keep."""

    routes: list[Route[K]] = field(default_factory=list["Route[K]"])
    look: list[K] = field(default_factory=list[K])
    looking: dict[int, Lookup[K]] = field(default_factory=dict[int, "Lookup[K]"])
    waiting: dict[K, float] = field(default_factory=dict[K, float])


class RouteTable(Generic[K]):
    """All routes of one kind. Every method returns at once; `now` is in seconds on any steady clock."""

    def __init__(
        self,
        nodes: Nodes,
        backoff: Backoff,
        *,
        on_drop: Callable[[K, Node, str], None] | None = None,
        on_install: Callable[[K, Node, Node | None], None] | None = None,
        on_wait: Callable[[K, KafkaAdminError, float], None] | None = None,
    ) -> None:
        self._nodes = nodes
        self._backoff = backoff
        self._entries: dict[K, _Entry[K]] = {}
        self._by_node: dict[Node, set[K]] = {}
        self.troubled: set[K] = set()
        # Where keys were that have lost their route, in this age of the table and in the one before.
        self._left: dict[K, Node] = {}
        self._left_before: dict[K, Node] = {}
        self._age = 0
        self._ages_at = _NEVER
        self._on_drop, self._on_install, self._on_wait = on_drop, on_install, on_wait
        nodes.on_lost(self._node_lost)

    # ------------------------------------------------------------------ reading

    def all_ready(self, keys: Iterable[K]) -> list[Route[K]] | None:
        """The routes of all keys, where each can be used as it is."""
        routes: list[Route[K]] = []
        for key in keys:
            entry = self._entries.get(key)
            if entry is None or (node := entry.node) is None or node.suspect:
                return None
            entry.age = self._age
            routes.append(Route(key, node, entry.generation, entry.node_epoch, entry.since))
        return routes

    def resolve(self, keys: Iterable[K], now: float, *, since: int = 0) -> Resolution[K]:
        """Sort keys by what must be done. A route to a suspect node counts if looked up since `since` or just now.

        Until it is, and while there is nobody to be found, the key waits like one without a route.
        """
        found: Resolution[K] = Resolution()
        for key in keys:
            entry = self._entries.get(key)
            if entry is None:
                found.look.append(key)
                continue
            entry.age = self._age
            if (node := entry.node) is not None and (entry.start_seq >= since or entry.is_to_be_used(node, now)):
                found.routes.append(Route(key, node, entry.generation, entry.node_epoch, entry.since))
            elif entry.lookup is not None:
                found.looking[id(entry.lookup)] = entry.lookup
            elif entry.until is not None and now < entry.until:
                found.waiting[key] = entry.until
            else:
                found.look.append(key)
        return found

    def is_current(self, route: Route[K]) -> bool:
        entry = self._entries.get(route.key)
        return entry is not None and entry.node is route.node and entry.generation == route.generation

    def known(self) -> list[K]:
        return [key for key, entry in self._entries.items() if entry.node is not None]

    def last_error(self, key: K) -> KafkaAdminError | None:
        """Why the key has no route yet, where a lookup said so."""
        entry = self._entries.get(key)
        return entry.error if entry is not None else None

    def __len__(self) -> int:
        return len(self._entries)

    # ------------------------------------------------------------------ lookups

    def lookup(self, key: K) -> Lookup[K] | None:
        """The lookup that the key is in."""
        entry = self._entries.get(key)
        return entry.lookup if entry is not None else None

    def begin(self, keys: Iterable[K]) -> Lookup[K]:
        """Somebody begins to ask about these keys. A READY one stays usable meanwhile."""
        lookup: Lookup[K] = Lookup({}, self._nodes.tick())
        self.extend(lookup, keys)
        return lookup

    def extend(self, lookup: Lookup[K], keys: Iterable[K]) -> None:
        """More keys join a lookup whose question hasn't been sent yet."""
        for key in keys:
            entry = self._entries.get(key)
            if entry is None:
                entry = self._entries[key] = _Entry(self._age)
            entry.lookup = lookup
            lookup.keys[key] = None

    def depart(self, lookup: Lookup[K]) -> None:
        """The lookup's question is sent now: what happened until here, its answer can know."""
        lookup.start_seq = self._nodes.tick()

    def abandon(self, lookup: Lookup[K]) -> None:
        """The lookup was cancelled before its answer: the next to ask for these keys leads."""
        for key in lookup.keys:
            entry = self._entries.get(key)
            if entry is not None and entry.lookup is lookup:
                entry.lookup = None
                if entry.node is None and entry.until is None and not entry.misses:
                    del self._entries[key]

    def finish(self, lookup: Lookup[K], answers: Mapping[K, Found], now: float) -> dict[K, KafkaAdminError]:
        """Install what a lookup found. Returns the keys that are settled with an error, which aren't kept."""
        final: dict[K, KafkaAdminError] = {}
        jitter = self._backoff.jitter()  # one for all: keys that wait for the same broker are asked about together
        for key in lookup.keys:
            entry = self._entries.get(key)
            if entry is None or entry.lookup is not lookup:
                continue  # dropped by hand meanwhile: whoever needs it asks again
            entry.lookup = None
            found = answers[key]
            if isinstance(found, Node) and lookup.start_seq < found.failed_seq:
                # It failed after this lookup began, which can't have known.
                found = Unsettled(KafkaAdminError(f"{found} failed while it was looked up"))
            if isinstance(found, Node):
                self._install(key, entry, found, lookup.start_seq, now)
            elif isinstance(found, Unsettled):
                self._postpone(key, entry, found.error, now, jitter)
            else:
                final[key] = found
                self._remove(key, entry, "no longer known")
        if len(self) + len(self._left) + len(self._left_before) > FEW and now >= self._ages_at + UNUSED_FOR:
            self._begin_age(now)
        return final

    def _begin_age(self, now: float) -> None:
        """Forget what nobody has asked for in the age that ends.

        A client may live for months and see millions of keys. What a call needs it has asked for a moment ago, so this
        takes nothing from under it, however many its keys are.
        """
        for key, entry in list(self._entries.items()):
            if entry.age < self._age and entry.lookup is None:
                self._remove(key, entry, "not asked for any more")
                self._left.pop(key, None)
        self._left, self._left_before = {}, self._left
        self._age += 1
        self._ages_at = now

    def _install(self, key: K, entry: _Entry[K], node: Node, start_seq: int, now: float) -> None:
        self._nodes.cleared(node, start_seq)
        entry.start_seq = start_seq
        entry.named_at = now
        entry.until = entry.error = None
        if entry.node is node and entry.node_epoch == node.epoch:
            return  # confirmed: routes handed out stay valid
        if entry.node is not None:
            self._detach(key, entry, f"now at {node}")
        entry.node = node
        entry.node_epoch = node.epoch
        entry.generation = self._nodes.tick()
        entry.since = now
        self._by_node.setdefault(node, set()).add(key)
        previous = self._left.pop(key, self._left_before.pop(key, None))
        if self._on_install is not None:
            self._on_install(key, node, previous)

    def _postpone(self, key: K, entry: _Entry[K], error: KafkaAdminError, now: float, jitter: float) -> None:
        if entry.node is not None and not entry.node.suspect:
            return  # a look at a READY route found nothing better
        entry.error = error
        entry.misses += 1
        self.troubled.add(key)
        pause = jitter * self._backoff.bound(entry.misses)
        entry.until = now + pause
        if self._on_wait is not None:
            self._on_wait(key, error, pause)

    # ------------------------------------------------------------------ evidence

    def invalidate(self, route: Route[K], error: KafkaAdminError, now: float, *, later: bool = False) -> bool:
        """Drop a route that was answered with `error`, if it is still the one installed.

        The first time is free: it is looked up at once, unless `later`. Then each try waits longer.
        """
        if not self.is_current(route):
            return False
        entry = self._entries[route.key]
        self._detach(route.key, entry, str(error))
        entry.error = error
        entry.misses += 1
        self.troubled.add(route.key)
        free = entry.misses == 1 and not later
        entry.until = now if free else now + self._backoff.pause(max(1, entry.misses - (not later)))
        return True

    def confirm(self, route: Route[K]) -> None:
        """The route's node answered for the key: its back-off starts anew."""
        entry = self._entries.get(route.key)
        if entry is not None and entry.node is route.node:
            entry.misses = 0
            self.troubled.discard(route.key)

    def drop(self, keys: Iterable[K] | None, reason: str) -> int:
        """Forget routes, all of them for `None`, and pauses too, by hand. Returns how many routes there were."""
        dropped = 0
        for key in list(self._entries) if keys is None else list(keys):
            entry = self._entries.get(key)
            if entry is not None:
                dropped += entry.node is not None
                self._remove(key, entry, reason)
        return dropped

    def _node_lost(self, node: Node, reason: str) -> None:
        for key in self._by_node.pop(node, ()):
            entry = self._entries[key]
            entry.node = None
            self._left[key] = node
            if self._on_drop is not None:
                self._on_drop(key, node, reason)
            if entry.lookup is None and not entry.misses:
                del self._entries[key]

    def _remove(self, key: K, entry: _Entry[K], reason: str) -> None:
        if entry.node is not None:
            self._detach(key, entry, reason)
        self.troubled.discard(key)
        del self._entries[key]

    def _detach(self, key: K, entry: _Entry[K], reason: str) -> None:
        node, entry.node = entry.node, None
        if node is None:
            return
        members = self._by_node[node]
        members.discard(key)
        if not members:
            del self._by_node[node]
        self._left[key] = node
        if self._on_drop is not None:
            self._on_drop(key, node, reason)
