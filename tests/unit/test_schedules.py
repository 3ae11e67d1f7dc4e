"""The router under every schedule: real routing, simulated clock and network, and what must hold whatever happens."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kafkaadmin.routing.asking import Asker
from kafkaadmin.routing.driver import Driver
from kafkaadmin.routing.nodes import Node, Nodes
from kafkaadmin.routing.operation import Deadline
from kafkaadmin.routing.retry import Backoff
from kafkaadmin.routing.router import Router
from kafkaadmin.routing.table import RouteTable
from kafkaadmin.routing.witnesses import Witnesses
from tests.support.schedules import GROUPS, KEYS, PARTITIONS, SESSION, Kafka, Step, play

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
"""How many schedules are drawn, anew each time. In the tests they are few, and always the same."""
PAUSES = st.sampled_from([0.0, 0.001, 0.003, 0.05, 0.3, 1.0, 2.0, 4.0, SESSION])
BROKERS = st.sampled_from([1, 2, 3])
SPANS = st.sampled_from([0.05, 0.6, 3.0, 12.0])
ACTS: dict[str, Callable[[Kafka, int, str, float], None]] = {
    "kill": lambda kafka, broker, group, span: kafka.kill(kafka.brokers[broker]),
    "restart": lambda kafka, broker, group, span: kafka.restart(kafka.brokers[broker]),
    "restart elsewhere": lambda kafka, broker, group, span: kafka.restart(kafka.brokers[broker], elsewhere=True),
    "freeze": lambda kafka, broker, group, span: kafka.freeze(kafka.brokers[broker]),
    "wake": lambda kafka, broker, group, span: kafka.wake(kafka.brokers[broker]),
    "reset": lambda kafka, broker, group, span: kafka.reset(kafka.brokers[broker]),
    "cut": lambda kafka, broker, group, span: kafka.cut(kafka.brokers[broker]),
    "move": lambda kafka, broker, group, span: kafka.move(group, kafka.brokers[broker]),
    "load": lambda kafka, broker, group, span: kafka.load(group, span),
    "elect": lambda kafka, broker, group, span: kafka.elect(group, span),
    "refuse": lambda kafka, broker, group, span: kafka.refuse(group, span),
    "slow down": lambda kafka, broker, group, span: kafka.slow_down(kafka.brokers[broker], min(span, 0.6)),
    "hurry": lambda kafka, broker, group, span: kafka.slow_down(kafka.brokers[broker], 0.0),
    "commit": lambda kafka, broker, group, span: kafka.commit(group),
    "lie": lambda kafka, broker, group, span: kafka.lie(broker),
}


def act(name: str, broker: int = 1, group: str = "a", span: float = 1.0, pause: float = 0.0) -> Step:
    def do(kafka: Kafka) -> None:
        ACTS[name](kafka, broker, group, span)

    return Step(pause, do, told=f"{name} broker={broker} group={group} span={span:g}")


def read(*groups: str, pause: float = 0.0, timeout: float = 30.0) -> Step:
    return Step(pause, reads=groups, timeout=timeout)


def write(group: str, pause: float = 0.0) -> Step:
    return Step(pause, writes=group)


def rest(seconds: float) -> Step:
    return Step(seconds, lambda kafka: None, told="rest")


STEPS = st.one_of(
    st.builds(act, st.sampled_from(sorted(ACTS)), BROKERS, st.sampled_from(KEYS), SPANS, PAUSES),
    st.builds(
        Step,
        PAUSES,
        reads=st.sets(st.sampled_from(KEYS), min_size=1).map(lambda keys: tuple(sorted(keys))),
        timeout=st.sampled_from([0.5, 5.0, 30.0]),
        cancel_after=st.none() | st.sampled_from([0.0, 0.001, 0.5, 3.0]),
    ),
    st.builds(
        Step,
        PAUSES,
        writes=st.sampled_from(KEYS),
        timeout=st.sampled_from([5.0, 30.0]),
        cancel_after=st.none() | st.sampled_from([0.0, 0.001, 0.5, 3.0]),
    ),
)
# Left to itself Hypothesis draws mostly short lists, and it takes many steps to get routing into trouble.
SCHEDULES = st.integers(4, 30).flatmap(lambda steps: st.lists(STEPS, min_size=steps, max_size=steps))


@given(SCHEDULES, st.integers(0, 3))
@settings(
    max_examples=EXAMPLES or 120,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_calls_survive_every_schedule(steps: list[Step], seed: int) -> None:
    assert play(steps, seed).broken == []


def test_a_quiet_day_breaks_nothing_and_every_call_succeeds() -> None:
    trace = play([read("a"), write("a"), write("p"), read(*KEYS, pause=1.0), read("a", pause=SESSION)])
    assert trace.broken == []
    assert trace.calls <= trace.succeeded


def test_brokers_that_disagree_for_a_moment_are_not_asked_without_a_pause() -> None:
    """One that woke names itself, the others its successor: each contradicts the other's answers until it knows."""
    assert play([act("freeze", 1), act("freeze", 2), write("a", pause=SESSION), read("a", pause=1.0)]).broken == []


def test_others_that_are_asleep_are_waited_for_once_for_each_answer() -> None:
    """The only broker awake was suspected, because a read of it was cancelled: it is to be confirmed for that, too."""
    asleep = [act("freeze", 1), act("freeze", 3), act("load", group="a", span=3.0, pause=4.0)]
    cancelled = Step(1.0, reads=("a",), timeout=0.5, cancel_after=0.001)
    assert play([*asleep, write("a", pause=2.1), cancelled, rest(4.0)]).broken == []


def test_who_comes_while_others_are_waited_for_does_not_wait_for_them_anew() -> None:
    asleep = [act("freeze", 1), act("freeze", 2)]
    assert play([*asleep, read("a"), read("a"), read("a", pause=4.0, timeout=0.5), rest(6.0)]).broken == []


def test_while_nobody_coordinates_a_suspect_is_not_looked_up_without_a_pause() -> None:
    """Its read was cancelled, so that it is looked up afresh; and that says over and over that somebody is elected."""
    cancelled = Step(0.3, reads=("b",), timeout=30.0, cancel_after=0.001)
    elected = act("elect", group="b", span=12.0, pause=0.3)
    assert play([read(*GROUPS), cancelled, elected, write("b", pause=1.0), rest(15.0)]).broken == []


def test_a_lookup_that_brings_a_new_address_counts() -> None:
    """What it says of who owns a key is as new as the address: no pause, and no second lookup."""
    elsewhere = [read("c"), act("kill", 1, pause=0.05), act("restart elsewhere", 3)]
    assert play([*elsewhere, write("d", pause=4.0), read("c", pause=4.0)], 3).broken == []


def test_who_refused_is_asked_again_while_the_others_sleep() -> None:
    """One was dead, two asleep; the dead one is back, and they sleep on."""
    nobody = [act("freeze", 3), act("kill", 1), act("freeze", 2)]
    assert play([*nobody, write("d", pause=1.0), act("restart elsewhere", 1, pause=2.0), rest(6.0)]).broken == []


def test_who_refused_is_asked_again_before_all_who_sleep_have_been_tried() -> None:
    """Two sleep, and the third restarts elsewhere: it is back long before every name of the sleeping ones was tried."""
    asleep = [act("freeze", 2), act("freeze", 1), write("d", pause=0.001), write("a", pause=SESSION)]
    restarted = [act("kill", 3), act("restart elsewhere", 3, pause=0.05)]
    for seed in range(4):
        assert play([*asleep, *restarted, write("c", pause=4.0)], seed).broken == []


def test_one_that_woke_is_not_believed_while_the_others_are_where_nobody_has_looked_yet() -> None:
    """All known addresses of others refuse; the bootstrap names lead to where they are now."""
    woken = [write("b"), act("freeze", 1, pause=0.05), write("d"), act("elect", 2, "c", 0.05, pause=SESSION)]
    moved = [act("restart elsewhere", 2, pause=0.3), act("restart elsewhere", 3)]
    for seed in range(4):
        assert play([*woken, *moved, read("d")], seed).broken == []


def test_one_that_woke_is_not_taken_for_the_only_broker_where_all_others_were_forgotten() -> None:
    """The client had begun anew at a bootstrap address, and a lookup there named the one that woke and no other."""
    hurt = [act("kill", 2), act("freeze", 1), write("a", pause=SESSION), act("kill", 3, pause=0.05)]
    for seed in range(4):
        assert play([*hurt, read("a"), Step(0.05, reads=("b",), cancel_after=0.001)], seed).broken == []


def test_a_broker_nobody_has_told_of_yet_is_found_where_all_known_others_sleep() -> None:
    """It came back after this client had asked who lives: it can confirm what else would wait for one that sleeps."""
    hurt = [act("kill", 2), act("freeze", 1), write("a", pause=SESSION), act("restart", 2, pause=0.05), rest(1.0)]
    for seed in range(4):
        assert play([*hurt, act("lie", 1), write("b"), read("a", pause=4.0)], seed).broken == []


def test_who_was_found_to_be_behind_is_asked_last_who_is_next() -> None:
    """It woke, names itself for every key, and was asked about each of them again and again: it answers quickly."""
    busy = [write("b"), read(*GROUPS, pause=0.05), act("freeze", 3, pause=0.05), write("d", pause=0.3)]
    cancelled = Step(0.05, reads=("a", "b", "c"), cancel_after=0.001)
    woken = [act("freeze", 1, pause=4.0), Step(2.0, writes="b", cancel_after=0.0), act("wake", 3)]
    steps = [*busy, write("d", pause=2.0), cancelled, write("c", pause=0.05), *woken, read("a", "c", "d", pause=4.0)]
    for seed in range(4):
        assert play(steps, seed).broken == []


def test_a_silent_leader_that_the_cluster_still_counts_in_is_left_when_another_leads() -> None:
    elsewhere = [act("move", 1, "c", pause=0.05), act("move", 1, "q")]
    for seed in range(4):
        steps = [write("p"), act("freeze", 3), write("q"), *elsewhere, read("p", pause=4.0)]
        assert play(steps, seed).broken == []


def test_names_may_lead_to_whoever_was_found_to_be_behind() -> None:
    """It says that it alone lives, and its bootstrap name answers first: it was asked over and over who is next."""
    hurt = [act("kill", 2), write("a"), act("freeze", 1), read("p", pause=SESSION), act("freeze", 3, pause=0.05)]
    for seed in range(4):
        assert play([*hurt, read("c", pause=SESSION), write("a"), read("b")], seed).broken == []


def test_the_latest_election_counts_more_than_two_that_slept_through_it() -> None:
    """Both name the old coordinator until they have caught up; the new one alone knows better."""
    busy = [read("b"), read("a", pause=0.003), read("d", pause=0.003), Step(0.0, writes="a", cancel_after=0.001)]
    slept = [act("freeze", 1, pause=0.003), act("kill", 2, pause=2.0), act("freeze", 3), read("d")]
    for seed in range(4):
        assert play([*busy, *slept, read("a", "c", "d", pause=0.001), read("c", pause=4.0)], seed).broken == []


def test_witnesses_are_asked_at_a_pace_while_nobody_coordinates() -> None:
    moved = [read("b"), read("a", pause=0.05), act("restart elsewhere", 1), act("freeze", 1, pause=0.05)]
    elected = [write("a", pause=2.0), act("elect", group="a", span=12.0), read("b", pause=1.0), read("a")]
    for seed in range(4):
        assert play([*moved, *elected, write("a", pause=1.0)], seed).broken == []


def test_a_broker_that_fails_while_a_connection_to_it_is_opened_is_looked_up_first() -> None:
    busy = [write("c"), act("slow down", 1, span=0.6), read("a", "d"), write("d", pause=0.05)]
    for seed in range(6):
        assert play([*busy, act("reset", 1)], seed).broken == []


def test_a_broker_bears_itself_out_by_no_other_name() -> None:
    """Which broker a bootstrap address leads to, nobody says: it may be the one that is in doubt."""
    asleep = [read("d"), act("freeze", 1, pause=0.05), write("a", pause=4.0), act("freeze", 2)]
    cancelled = Step(0.0, reads=("a",), cancel_after=0.001)
    for seed in range(4):
        assert play([*asleep, act("slow down", 1, span=0.05, pause=4.0), cancelled, read("a")], seed).broken == []


def test_all_who_wait_for_a_silent_broker_leave_it_with_the_first_who_hears_of_another() -> None:
    silent = [read(*GROUPS), act("freeze", 2, pause=0.05), act("lie", 1), write("b")]
    assert play([*silent, read("b", pause=1.0), read("b", pause=2.0), rest(6.0)]).broken == []


# ------------------------------------------------------------------ each rule can be broken

FROZEN = [read("a"), act("freeze", 1, pause=0.1), read("a", pause=0.1), rest(SESSION + 5.0)]
LED_FROM_THE_FROZEN = [read("p"), act("freeze", 2, pause=0.1), read("p", "q", pause=0.1), rest(SESSION + 5.0)]
LOST = [read("a"), act("slow down", 1, span=0.6, pause=0.1), read("a"), act("reset", 1, pause=0.3), rest(3.0)]
WOKEN = [
    read("a", "b"),
    act("freeze", 1, pause=0.1),
    act("commit", group="a", pause=SESSION + 1.0),
    act("wake", 1, pause=1.0),
    read("a", pause=0.01),
    rest(1.0),
]


def ignoring_generations(patch: pytest.MonkeyPatch) -> None:
    def is_current(self: RouteTable[Any], route: Any) -> bool:
        entry = self._entries.get(route.key)
        return entry is not None and entry.node is not None

    patch.setattr(RouteTable, "is_current", is_current)


def never_asking_others(patch: pytest.MonkeyPatch) -> None:
    async def has_moved(self: Asker, question: Any, *, heard: bool = False) -> bool:
        return False

    patch.setattr(Asker, "_has_moved", has_moved)


def believing_anybody(patch: pytest.MonkeyPatch) -> None:
    async def stands(self: Witnesses, route: Any, since: float) -> bool:
        return True

    patch.setattr(Witnesses, "stands", stands)
    patch.setattr(Witnesses, "vouched", lambda self, node, now: True)
    never_asking_others(patch)


def looking_up_alone(patch: pytest.MonkeyPatch) -> None:
    original = RouteTable.resolve

    def resolve(self: RouteTable[Any], keys: Any, now: float, *, since: int = 0) -> Any:
        found = original(self, keys, now, since=since)
        found.look += [key for key in keys if (lookup := self.lookup(key)) and id(lookup) in found.looking]
        found.looking.clear()
        return found

    patch.setattr(RouteTable, "resolve", resolve)


def being_late(patch: pytest.MonkeyPatch) -> None:
    original = Driver.run

    async def run(self: Driver, operation: Any, keys: Any, deadline: Deadline) -> Any:
        return await original(self, operation, keys, Deadline.after(deadline.seconds + 1.0))

    patch.setattr(Driver, "run", run)


def never_pausing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Backoff, "bound", lambda self, attempt: 0.01)


def pressing_witnesses(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("kafkaadmin.routing.witnesses._AGAIN_AFTER", 0.01)


def keeping_flights(patch: pytest.MonkeyPatch) -> None:
    original = Router._lead

    async def lead(self: Router[Any], flight: Any) -> Any:
        landed = await original(self, flight)
        self._flights[id(flight.lookup)] = flight
        return landed

    patch.setattr(Router, "_lead", lead)


def forgetting_failures(patch: pytest.MonkeyPatch) -> None:
    def lost(self: RouteTable[Any], node: Node, reason: str) -> None:
        for key in self._by_node.get(node, ()):
            self._entries[key].node_epoch = node.epoch

    patch.setattr(RouteTable, "_node_lost", lost)


def failing_at_the_first_loss(patch: pytest.MonkeyPatch) -> None:
    from kafkaadmin.routing import driver

    async def after_failure(self: Any, keys: list[Any], sent: bool, error: Any) -> Any:
        for key in keys:
            self._fail(key, error)
        return []

    patch.setattr(driver.Call, "_after_failure", after_failure)


def asking_others_once(patch: pytest.MonkeyPatch) -> None:
    original, asked = Router.has_moved, set[int]()

    async def has_moved(self: Router[Any], route: Any, look: Any = None) -> bool:
        if route.generation in asked:
            return False
        asked.add(route.generation)
        return await original(self, route, look)

    patch.setattr(Router, "has_moved", has_moved)


def counting_no_epochs(patch: pytest.MonkeyPatch) -> None:
    original = Nodes.failed

    def failed(self: Nodes, node: Node, epoch: int, reason: str, *, down_until: float | None = None) -> bool:
        return original(self, node, node.epoch, reason, down_until=down_until)

    patch.setattr(Nodes, "failed", failed)


def asking_again_for_all(patch: pytest.MonkeyPatch) -> None:
    from kafkaadmin.routing import driver

    original = driver.Call._schedule

    def schedule(self: Any, keys: list[Any], pause: float) -> Any:
        return original(self, [*keys, *self.done] if keys else keys, pause)

    patch.setattr(driver.Call, "_schedule", schedule)


MUTANTS: list[tuple[str, Callable[[pytest.MonkeyPatch], None], list[Step]]] = [
    (
        "a late error never drops a fresh entry",
        ignoring_generations,
        [
            read("a"),
            act("slow down", 1, span=0.6, pause=0.1),
            act("move", 2, "a"),
            read("a"),
            read("a", pause=0.3),
            act("hurry", 1),
            read("a", pause=0.1),
            read("a", pause=0.3),
        ],
    ),
    ("a silent node is checked within suspect_after", never_asking_others, FROZEN),
    ("no old truth", believing_anybody, WOKEN),
    (
        "one lookup in flight a key",
        looking_up_alone,
        [*(act("slow down", broker, span=0.6) for broker in (1, 2, 3)), read("a"), read("a", pause=0.01), rest(5.0)],
    ),
    (
        "every call ends by its deadline",
        being_late,
        [act("elect", 1, "a", 12.0), read("a", timeout=0.5), rest(5.0)],
    ),
    (
        "lookups a key are bounded by the back-off",
        never_pausing,
        [act("elect", 1, "a", 3.0), read("a"), rest(4.0)],
    ),
    (
        "brokers asked a key are bounded by the back-off",
        pressing_witnesses,
        [read("a"), act("elect", 1, "a", 3.0, pause=4.0), read("a"), rest(4.0)],
    ),
    ("no entry or waiter leaks", keeping_flights, [read("a")]),
    (
        "no request goes to a node known dead since its lookup began",
        forgetting_failures,
        LOST,
    ),
    (
        "keys that settled are never sent again",
        asking_again_for_all,
        [act("load", 1, "a", 0.05), read(*GROUPS), rest(1.0)],
    ),
    (
        "keys that settled are never sent again",
        asking_again_for_all,
        [act("move", 2, "q"), act("load", 2, "p", 0.05), read(*PARTITIONS), rest(1.0)],
    ),
    ("healthy soon enough", never_asking_others, FROZEN),
    ("healthy soon enough", never_asking_others, LED_FROM_THE_FROZEN),
    (
        "a late failure never drops a fresh entry",
        counting_no_epochs,
        [write("b"), act("restart elsewhere", 1, pause=0.05), read("a"), write("d", pause=0.003)],
    ),
    ("nothing but its deadline fails a call", failing_at_the_first_loss, LOST),
    (
        "nothing but its deadline fails a call",
        failing_at_the_first_loss,
        [read("p"), act("slow down", 2, span=0.6, pause=0.1), write("p"), act("reset", 2, pause=0.3), rest(3.0)],
    ),
    ("a silent node is left as soon as it is replaced", asking_others_once, FROZEN),
]


@pytest.mark.parametrize(("rule", "mutate", "steps"), MUTANTS, ids=[rule for rule, _, _ in MUTANTS])
def test_each_rule_is_broken_by_a_router_that_ignores_it(
    rule: str, mutate: Callable[[pytest.MonkeyPatch], None], steps: list[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert play(steps).broken == []
    mutate(monkeypatch)
    assert rule in {broken for broken, _ in play(steps).broken}
