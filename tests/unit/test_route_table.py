"""The router's state machine: every rule of routing, without I/O and without a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from kafkaadmin.config import Address, RetryPolicy
from kafkaadmin.errors import CoordinatorUnavailableError, GroupNotFoundError, NotCoordinatorError
from kafkaadmin.routing.nodes import Node, Nodes
from kafkaadmin.routing.retry import Backoff
from kafkaadmin.routing.table import FEW, UNUSED_FOR, Found, Lookup, Route, RouteTable, Unsettled

POLICY = RetryPolicy(initial=0.05, maximum=1.0)
STALE = NotCoordinatorError(16)
ELECTING = CoordinatorUnavailableError(15)
NO_SUCH_GROUP = GroupNotFoundError(69)


class World:
    """A table over three known brokers; pauses are as long as they may be."""

    def __init__(self) -> None:
        self.nodes = Nodes([Address("bootstrap", 9092)])
        self.told: list[tuple[object, ...]] = []
        self.table: RouteTable[str] = RouteTable(
            self.nodes,
            Backoff(POLICY, lambda: 1.0),
            on_install=lambda key, node, previous: self.told.append(("installed", key, node, previous)),
            on_drop=lambda key, node, reason: self.told.append(("dropped", key, node)),
            on_wait=lambda key, error, pause: self.told.append(("waits", key, pause)),
        )
        self.a, self.b, self.c = (self.nodes.learn(i, f"host-{i}", 9092) for i in (1, 2, 3))

    def look_up(self, answers: Mapping[str, Found], now: float = 0.0) -> dict[str, object]:
        lookup = self.table.begin(answers)
        self.table.depart(lookup)
        return dict(self.table.finish(lookup, answers, now))

    def route(self, key: str = "g", now: float = 0.0) -> Route[str]:
        (route,) = self.table.resolve([key], now).routes
        return route

    def looks_up(self, key: str = "g", now: float = 0.0) -> bool:
        return self.table.resolve([key], now).look == [key]

    def waits(self, key: str = "g", now: float = 0.0) -> float | None:
        return self.table.resolve([key], now).waiting.get(key)


@pytest.fixture
def world() -> World:
    return World()


# ------------------------------------------------------------------ rule 1: resolving


def test_an_unknown_key_is_looked_up(world: World) -> None:
    assert world.looks_up()
    assert len(world.table) == 0


def test_a_key_that_is_being_looked_up_is_waited_for(world: World) -> None:
    lookup = world.table.begin(["g"])
    found = world.table.resolve(["g"], 0.0)
    assert list(found.looking.values()) == [lookup]
    assert (found.look, found.routes, found.waiting) == ([], [], {})


def test_keys_join_a_lookup_that_still_gathers(world: World) -> None:
    lookup = world.table.begin(["g"])
    world.table.extend(lookup, ["h"])
    assert world.table.lookup("h") is lookup
    world.table.finish(lookup, {"g": world.a, "h": world.b}, 0.0)
    assert (world.route("g").node, world.route("h").node) == (world.a, world.b)


def test_an_answer_makes_a_route(world: World) -> None:
    assert world.look_up({"g": world.a}) == {}
    assert world.route() == Route("g", world.a, world.route().generation, world.a.epoch, 0.0)
    assert world.table.known() == ["g"]


def test_a_final_error_settles_the_key_and_is_not_kept(world: World) -> None:
    assert world.look_up({"g": NO_SUCH_GROUP, "h": world.a}) == {"g": NO_SUCH_GROUP}
    assert len(world.table) == 1
    assert world.looks_up("g")


def test_an_abandoned_lookup_leaves_its_keys_to_the_next_who_asks(world: World) -> None:
    lookup = world.table.begin(["g"])
    world.table.abandon(lookup)
    assert world.looks_up()
    assert len(world.table) == 0
    world.table.finish(lookup, {"g": world.a}, 0.0)
    assert world.looks_up(), "an abandoned lookup can't install anything"


def test_an_abandoned_check_leaves_the_route(world: World) -> None:
    world.look_up({"g": world.a})
    route = world.route()
    world.table.abandon(world.table.begin(["g"]))
    assert world.route() == route


def test_a_route_stays_usable_while_it_is_checked_and_valid_when_it_is_confirmed(world: World) -> None:
    world.look_up({"g": world.a})
    route = world.route()
    lookup = world.table.begin(["g"])
    assert world.route() == route
    world.table.finish(lookup, {"g": world.a}, 0.0)
    assert world.table.is_current(route)


def test_a_check_that_finds_nobody_leaves_the_route(world: World) -> None:
    world.look_up({"g": world.a})
    route = world.route()
    world.look_up({"g": Unsettled(ELECTING)})
    assert world.route() == route


def test_a_check_that_finds_another_moves_the_route(world: World) -> None:
    world.look_up({"g": world.a})
    route = world.route()
    world.look_up({"g": world.b})
    assert world.route().node is world.b
    assert not world.table.is_current(route)


# ------------------------------------------------------------------ rule 2: a late error can't drop a fresh answer


def test_an_error_drops_its_route(world: World) -> None:
    world.look_up({"g": world.a, "h": world.a})
    assert world.table.invalidate(world.route("g"), STALE, 0.0)
    assert world.looks_up("g")
    assert world.route("h").node is world.a


def test_a_late_error_does_not_drop_a_fresh_route(world: World) -> None:
    world.look_up({"g": world.a})
    old = world.route()
    world.table.invalidate(old, STALE, 0.0)
    world.look_up({"g": world.a})
    fresh = world.route()
    assert fresh.generation != old.generation
    assert not world.table.invalidate(old, STALE, 0.0)
    assert world.route() == fresh


# ------------------------------------------------------------------ rule 3: a node fails


def test_a_failed_node_takes_all_its_routes_along_and_no_others(world: World) -> None:
    world.look_up({"g": world.a, "h": world.a, "i": world.b})
    assert world.nodes.failed(world.a, world.a.epoch, "reset")
    assert world.looks_up("g")
    assert world.looks_up("h")
    assert world.route("i").node is world.b


def test_a_failure_of_an_epoch_that_has_passed_changes_nothing(world: World) -> None:
    epoch = world.a.epoch
    world.nodes.failed(world.a, epoch, "reset")
    world.look_up({"g": world.a})
    assert not world.nodes.failed(world.a, epoch, "another one of its connections")
    assert world.route().node is world.a


def test_a_lookup_from_before_the_failure_of_the_node_that_it_names_is_not_installed(world: World) -> None:
    lookup = world.table.begin(["g", "h"])
    world.table.depart(lookup)
    world.nodes.failed(world.a, world.a.epoch, "reset")
    world.table.finish(lookup, {"g": world.a, "h": world.b}, 0.0)
    assert world.waits("g") == POLICY.initial
    assert world.route("h").node is world.b


def test_a_lookup_asked_after_the_failure_is_installed_though_its_keys_gathered_before(world: World) -> None:
    lookup = world.table.begin(["g"])
    world.nodes.failed(world.a, world.a.epoch, "reset")
    world.table.depart(lookup)
    world.table.finish(lookup, {"g": world.a}, 0.0)
    assert world.route().node is world.a


def test_a_lookup_from_before_everything_was_forgotten_is_not_installed(world: World) -> None:
    lookup = world.table.begin(["g"])
    world.table.depart(lookup)
    world.nodes.clear("another cluster answered")
    world.table.finish(lookup, {"g": world.nodes.learn(1, "host-1", 9092)}, 0.0)
    assert world.waits() is not None


def test_a_broker_at_a_new_address_is_looked_up_afresh(world: World) -> None:
    world.look_up({"g": world.a})
    world.a.suspect, world.a.down_until = True, 9.0
    world.nodes.learn(1, "elsewhere", 9092)
    assert world.looks_up()
    assert (world.a.suspect, world.a.down_until) == (False, 0.0)


def test_a_broker_named_again_at_its_address_keeps_its_routes(world: World) -> None:
    world.look_up({"g": world.a})
    world.nodes.learn(1, "host-1", 9092, rack="r")
    assert world.route().node.broker.rack == "r"


# ------------------------------------------------------------------ rule 5: pauses


def test_the_first_stale_hit_is_free_then_pauses_double(world: World) -> None:
    pauses = []
    for _ in range(8):
        world.look_up({"g": world.a})
        world.table.invalidate(world.route(), STALE, 0.0)
        pauses.append(world.waits() or 0.0)
    assert pauses == [0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


def test_a_coordinator_that_is_no_more_is_looked_up_after_a_pause(world: World) -> None:
    pauses = []
    for _ in range(3):
        world.look_up({"g": world.a})
        world.table.invalidate(world.route(), ELECTING, 0.0, later=True)
        pauses.append(world.waits())
    assert pauses == [0.05, 0.1, 0.2]


def test_a_lookup_that_finds_nobody_pauses_longer_each_time_and_says_why(world: World) -> None:
    pauses = []
    for _ in range(6):
        world.look_up({"g": Unsettled(ELECTING)})
        pauses.append(world.waits())
    assert pauses == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0]
    assert world.table.last_error("g") is ELECTING


def test_after_its_pause_a_key_is_looked_up(world: World) -> None:
    world.look_up({"g": Unsettled(ELECTING)}, now=100.0)
    assert world.waits(now=100.04) == pytest.approx(100.05)
    assert world.looks_up(now=100.05)


def test_an_answer_from_the_owner_ends_the_growth_of_pauses(world: World) -> None:
    for _ in range(3):
        world.look_up({"g": world.a})
        world.table.invalidate(world.route(), STALE, 0.0)
    world.look_up({"g": world.a})
    assert world.table.troubled == {"g"}
    world.table.confirm(world.route())
    assert world.table.troubled == set()
    world.table.invalidate(world.route(), STALE, 0.0)
    assert world.looks_up()


def test_a_late_answer_from_a_former_owner_does_not_end_it(world: World) -> None:
    world.look_up({"g": world.a})
    former = world.route()
    world.table.invalidate(former, STALE, 0.0)
    world.table.confirm(former)
    assert world.table.troubled == {"g"}


def test_a_failed_node_leaves_pauses_as_they_are(world: World) -> None:
    for _ in range(2):
        world.look_up({"g": world.a})
        world.table.invalidate(world.route(), STALE, 0.0)
    world.look_up({"g": world.a})
    world.nodes.failed(world.a, world.a.epoch, "reset")
    assert world.looks_up()
    world.look_up({"g": world.a})
    world.table.invalidate(world.route(), STALE, 0.0)
    assert world.waits() == 0.1


# ------------------------------------------------------------------ rule 7: silence


def test_a_suspect_node_is_used_only_when_looked_up_since(world: World) -> None:
    world.look_up({"g": world.a})
    world.nodes.suspected(world.a)
    since = world.nodes.seq + 1
    assert world.table.resolve(["g"], 0.0, since=since).look == ["g"]
    world.look_up({"g": world.a})
    assert [route.node for route in world.table.resolve(["g"], 0.0, since=since).routes] == [world.a]
    assert not world.table.resolve(["g"], 0.1, since=world.nodes.seq + 1).look, "so has whoever comes a moment later"
    assert world.table.resolve(["g"], 0.3, since=world.nodes.seq + 1).look == ["g"], "then a call looks up again"
    world.nodes.heard(world.a, 0.0)
    assert world.table.resolve(["g"], 0.1, since=world.nodes.seq + 1).look == ["g"], "so does one after it was heard"


def test_suspicion_is_news_once(world: World) -> None:
    assert world.nodes.suspected(world.a)
    assert not world.nodes.suspected(world.a)


def test_a_lookup_does_not_clear_a_node_that_is_silent_still(world: World) -> None:
    world.nodes.suspected(world.a)
    world.look_up({"g": world.a})
    assert world.a.suspect


def test_a_lookup_from_before_the_node_was_heard_again_does_not_clear_it(world: World) -> None:
    world.nodes.suspected(world.a)
    lookup = world.table.begin(["g"])
    world.table.depart(lookup)
    world.nodes.heard(world.a, 0.0)
    world.table.finish(lookup, {"g": world.a}, 0.0)
    assert world.a.suspect


def test_a_lookup_since_it_was_heard_again_clears_it(world: World) -> None:
    world.nodes.suspected(world.a)
    world.nodes.heard(world.a, 0.0)
    world.look_up({"g": world.a})
    assert not world.a.suspect


def test_a_node_that_falls_silent_again_stays_suspect(world: World) -> None:
    world.nodes.suspected(world.a)
    world.nodes.heard(world.a, 0.0)
    world.nodes.suspected(world.a)
    world.look_up({"g": world.a})
    assert world.a.suspect


# ------------------------------------------------------------------ by hand


def test_dropping_by_hand_forgets_routes_and_pauses(world: World) -> None:
    world.look_up({"g": world.a, "h": Unsettled(ELECTING), "i": world.b})
    assert world.table.drop(["g", "h", "unheard of"], "by hand") == 1
    assert world.looks_up("g")
    assert world.looks_up("h")
    assert world.table.drop(None, "by hand") == 1
    assert len(world.table) == 0


def test_what_is_dropped_during_a_lookup_is_asked_anew(world: World) -> None:
    lookup = world.table.begin(["g", "h"])
    world.table.drop(["g"], "by hand")
    world.table.finish(lookup, {"g": world.a, "h": world.a}, 0.0)
    assert world.looks_up("g")
    assert world.route("h").node is world.a


# ------------------------------------------------------------------ nothing piles up


HOUR = 3600.0


def hours_of_new_keys(world: World) -> Iterator[tuple[float, list[str]]]:
    """More keys than are few, every hour others; the table is looked at after each."""
    for hour in range(5):
        yield hour * HOUR, [f"g-{hour}-{number}" for number in range(FEW + 1)]
        remembered = len(world.table._left) + len(world.table._left_before)
        assert len(world.table) + remembered <= 5 * FEW


def test_keys_that_nobody_could_place_nor_asks_for_again_are_forgotten(world: World) -> None:
    for now, keys in hours_of_new_keys(world):
        world.look_up(dict.fromkeys(keys, Unsettled(ELECTING)), now)
        assert all(world.waits(key, now) for key in keys)


def test_keys_that_were_dropped_and_are_never_asked_for_again_are_forgotten(world: World) -> None:
    for now, keys in hours_of_new_keys(world):
        world.look_up(dict.fromkeys(keys, world.a), now)
        for key in keys:
            world.table.invalidate(world.route(key), STALE, now)


def test_keys_that_were_placed_and_are_never_asked_for_again_are_forgotten(world: World) -> None:
    for now, keys in hours_of_new_keys(world):
        world.look_up(dict.fromkeys(keys, world.a), now)
        assert [route.key for route in world.table.all_ready(keys) or ()] == keys


def test_keys_whose_node_was_lost_are_not_remembered_for_ever(world: World) -> None:
    for now, keys in hours_of_new_keys(world):
        world.look_up(dict.fromkeys(keys, world.a), now)
        world.nodes.failed(world.a, world.a.epoch, "reset")


@pytest.mark.parametrize("quickly", [True, False])
def test_a_key_that_is_asked_for_is_not_forgotten_whoever_else_comes(world: World, quickly: bool) -> None:
    world.look_up({"g": world.a})
    route = world.route()
    for now, keys in hours_of_new_keys(world):
        assert world.table.all_ready(["g"]) == [route] if quickly else world.route(now=now) == route
        world.look_up(dict.fromkeys(keys, world.b), now)
        assert world.table.is_current(route)


def test_keys_that_are_being_looked_up_are_not_forgotten(world: World) -> None:
    lookup = world.table.begin(["g"])
    for now, keys in hours_of_new_keys(world):
        world.look_up(dict.fromkeys(keys, world.b), now)
        assert world.table.lookup("g") is lookup


def test_no_key_of_a_call_is_forgotten_while_it_runs_however_many_it_has(world: World) -> None:
    keys = [f"g-{number}" for number in range(5 * FEW)]
    for start in range(0, len(keys), FEW):
        world.look_up(dict.fromkeys(keys[start : start + FEW], world.a), now=UNUSED_FOR / 6 * (start / FEW))
    assert world.table.all_ready(keys) is not None


# ------------------------------------------------------------------ what observers hear


def test_observers_hear_of_routes_and_their_ends(world: World) -> None:
    world.look_up({"g": world.a})
    world.table.invalidate(world.route(), STALE, 0.0)
    world.look_up({"g": Unsettled(ELECTING)})
    world.look_up({"g": world.b})
    assert world.told == [
        ("installed", "g", world.a, None),
        ("dropped", "g", world.a),
        ("waits", "g", 0.1),
        ("installed", "g", world.b, world.a),
    ]


# ------------------------------------------------------------------ whom to ask


def test_candidates_are_ranked_by_their_health(world: World) -> None:
    world.nodes.reached_now(world.b, 0.0)
    world.nodes.suspected(world.c)
    fourth, fifth = world.nodes.learn(4, "host-4", 9092), world.nodes.learn(5, "host-5", 9092)
    fourth.down_until = 10.0
    fifth.sluggish_until = 10.0
    sixth = world.nodes.learn(6, "host-6", 9092)
    sixth.quiet_until = 10.0
    gone = world.nodes.learn(7, "host-7", 9092)
    gone.listed = False
    ranked = [str(node) for node in world.nodes.candidates(5.0, lambda: 0.0)]
    assert ranked[:3] == [str(world.b), str(world.a), "bootstrap bootstrap:9092"]
    assert set(ranked[3:5]) == {str(fifth), str(sixth)}
    assert ranked[5:] == [str(world.c), str(gone), str(fourth)]
    ranked = [str(node) for node in world.nodes.candidates(5.0, lambda: 0.0, alone=True)]
    assert ranked[5:] == [str(gone), str(world.c), str(fourth)]
    assert world.b not in world.nodes.candidates(5.0, lambda: 0.0, without=world.b)
    assert None not in {node.id for node in world.nodes.candidates(5.0, lambda: 0.0, seeds=False)}


def test_who_is_behind_comes_after_who_keeps_other_requests_and_before_who_answers_nothing(world: World) -> None:
    world.b.behind_until = 10.0
    world.nodes.suspected(world.c)  # keeps requests, and yet answers this
    mute = world.nodes.learn(4, "host-4", 9092)
    world.nodes.suspected(mute)
    mute.sluggish_until = 10.0  # was outrun when it was asked this
    ranked = [str(node) for node in world.nodes.candidates(5.0, lambda: 0.0)]
    assert ranked == [str(world.a), str(world.c), "bootstrap bootstrap:9092", str(world.b), str(mute)]
    ranked = [str(node) for node in world.nodes.candidates(5.0, lambda: 0.0, alone=True)]
    assert ranked[:3] == [str(world.a), "bootstrap bootstrap:9092", str(world.b)]
    assert set(ranked[3:]) == {str(world.c), str(mute)}


def test_a_name_follows_the_known_brokers_only_while_one_of_them_is_behind(world: World) -> None:
    world.b.sluggish_until = 10.0
    ranked = [str(node) for node in world.nodes.candidates(5.0, lambda: 0.0)]
    assert ranked.index("bootstrap bootstrap:9092") < ranked.index(str(world.b))
    world.c.behind_until = 10.0
    ranked = [str(node) for node in world.nodes.candidates(5.0, lambda: 0.0)]
    assert ranked == [str(world.a), str(world.b), "bootstrap bootstrap:9092", str(world.c)]


# ------------------------------------------------------------------ anything, in any order

KEYS = st.sampled_from("ghij")
BROKERS = st.integers(1, 3)
ANSWERS = st.one_of(BROKERS, st.just(ELECTING), st.just(NO_SUCH_GROUP))


class AnyOrder(RuleBasedStateMachine):
    """Lookups, failures, suspicions and hands, in any order, with answers as late as may be."""

    lookups: Bundle[tuple[Lookup[str], int]] = Bundle("lookups")
    routes: Bundle[Route[str]] = Bundle("routes")

    @initialize()
    def begin(self) -> None:
        self.now = 0.0
        self.nodes = Nodes([])
        self.node(1), self.node(2), self.node(3)
        self.table: RouteTable[str] = RouteTable(self.nodes, Backoff(POLICY, lambda: 1.0))
        self.generations: dict[int, tuple[str, Node, int]] = {}
        self.failed_at: dict[Node, int] = {}

    def node(self, broker: int) -> Node:
        return self.nodes.learn(broker, f"host-{broker}", 9092)

    @rule(target=lookups, keys=st.sets(KEYS, min_size=1))
    def look_up(self, keys: set[str]) -> object:
        """Whoever asks begins a lookup of the keys that are in none, as the router does."""
        free = [key for key in sorted(keys) if self.table.lookup(key) is None]
        if not free:
            return multiple()
        lookup = self.table.begin(free)
        self.table.depart(lookup)
        return lookup, lookup.start_seq

    @rule(lookup=consumes(lookups), answers=st.fixed_dictionaries(dict.fromkeys("ghij", ANSWERS)))
    def answer(self, lookup: tuple[Lookup[str], int], answers: dict[str, object]) -> None:
        found = {key: self.found(answer) for key, answer in answers.items()}
        before = {key: self.table.lookup(key) for key in "ghij"}
        final = self.table.finish(lookup[0], found, self.now)
        for key in lookup[0].keys:
            if before[key] is lookup[0]:
                assert (key in final) == (answers[key] is NO_SUCH_GROUP)
                assert self.table.lookup(key) is None

    def found(self, answer: object) -> Found:
        if isinstance(answer, int):
            return self.node(answer)
        return Unsettled(ELECTING) if answer is ELECTING else NO_SUCH_GROUP

    @rule(lookup=consumes(lookups))
    def abandon(self, lookup: tuple[Lookup[str], int]) -> None:
        self.table.abandon(lookup[0])

    @rule(target=routes, key=KEYS)
    def use(self, key: str) -> object:
        found = self.table.resolve([key], self.now)
        assert len(found.routes) + len(found.look) + len(found.looking) + len(found.waiting) == 1
        return multiple(*found.routes)

    @rule(route=routes, later=st.booleans())
    def stale(self, route: Route[str], later: bool) -> None:
        current = self.table.is_current(route)
        before = {key: self.table.resolve([key], self.now).routes for key in "ghij"}
        assert self.table.invalidate(route, STALE, self.now, later=later) is current
        for key, routes in before.items():
            if key != route.key or not current:
                assert self.table.resolve([key], self.now).routes == routes

    @rule(route=routes)
    def succeeded(self, route: Route[str]) -> None:
        self.table.confirm(route)

    @rule(route=routes, down=st.booleans())
    def lost(self, route: Route[str], down: bool) -> None:
        current = route.node.epoch == route.node_epoch
        until = self.now + 1 if down else None
        assert self.nodes.failed(route.node, route.node_epoch, "lost", down_until=until) is current
        if current:
            self.failed_at[route.node] = self.nodes.seq

    @rule(broker=BROKERS)
    def silent(self, broker: int) -> None:
        self.nodes.suspected(self.node(broker))

    @rule(broker=BROKERS)
    def heard(self, broker: int) -> None:
        self.nodes.heard(self.node(broker), self.now)

    @rule(keys=st.none() | st.sets(KEYS))
    def drop(self, keys: set[str] | None) -> None:
        known = set(self.table.known())
        assert self.table.drop(keys, "by hand") == len(known if keys is None else known & keys)

    @rule()
    def rebootstrap(self) -> None:
        self.nodes.clear("nobody could be reached")
        assert self.table.known() == []

    @rule(seconds=st.floats(0.01, 2.0))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @invariant()
    def routes_lead_to_nodes_as_they_are_now(self) -> None:
        for route in self.current():
            assert route.node_epoch == route.node.epoch
            assert self.nodes.get(route.node.id or 0) is route.node
            assert route.generation > route.node.failed_seq

    @invariant()
    def a_generation_is_never_used_again(self) -> None:
        for route in self.current():
            told = (route.key, route.node, route.node_epoch)
            assert self.generations.setdefault(route.generation, told) == told

    @invariant()
    def the_index_is_that_of_the_routes(self) -> None:
        index: dict[Node, set[str]] = {}
        for route in self.current():
            index.setdefault(route.node, set()).add(route.key)
        assert self.table._by_node == index

    @invariant()
    def only_where_a_key_without_a_route_was_is_remembered(self) -> None:
        remembered = {**self.table._left, **self.table._left_before}
        assert remembered.keys().isdisjoint(self.table.known())

    @invariant()
    def keys_in_trouble_are_known(self) -> None:
        entries = self.table._entries
        assert self.table.troubled == {key for key, entry in entries.items() if entry.misses}

    @invariant()
    def nobody_waits_longer_than_the_longest_pause(self) -> None:
        waiting = self.table.resolve("ghij", self.now).waiting
        assert all(until <= self.now + POLICY.maximum for until in waiting.values())

    @invariant()
    def nothing_is_kept_of_a_key_without_a_reason(self) -> None:
        for key, entry in self.table._entries.items():
            assert entry.node or entry.lookup or entry.misses, key

    def current(self) -> list[Route[str]]:
        return self.table.resolve("ghij", self.now).routes


TestAnyOrder: Callable[[], object] = AnyOrder.TestCase
AnyOrder.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
