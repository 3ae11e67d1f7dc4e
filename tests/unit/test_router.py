"""Lookups: shared, led by the first who needs them, and asked in as few requests as the broker allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import anyio
import pytest
from trio.testing import MockClock, wait_all_tasks_blocked

from kafkaadmin.config import RetryPolicy
from kafkaadmin.errors import ConnectError, CoordinatorUnavailableError, GroupNotFoundError, KafkaAdminError
from kafkaadmin.routing import Coordinator, CoordinatorType, Deadline
from kafkaadmin.routing.retry import Backoff
from kafkaadmin.routing.router import Router
from kafkaadmin.routing.table import Found, Route, RouteTable, Unsettled
from kafkawire.messages import Coordinator as Named
from kafkawire.messages import FindCoordinatorRequest, FindCoordinatorResponse, MetadataRequest
from tests.support.scripted import ScriptedCluster, refused

pytestmark = pytest.mark.anyio

SECONDS = 1.0
"""How long a lookup takes."""


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "trio", {"clock": MockClock(autojump_threshold=0)}


@pytest.fixture
async def cluster() -> ScriptedCluster:
    return ScriptedCluster.of()


class Finder:
    """Answers lookups after a while; counts them."""

    def __init__(self, cluster: ScriptedCluster) -> None:
        self.cluster = cluster
        self.asked: list[tuple[str, ...]] = []
        self.answers: dict[str, Found] = {}
        self.error: KafkaAdminError | None = None

    async def __call__(self, keys: Sequence[str]) -> Mapping[str, Found]:
        self.asked.append(tuple(keys))
        await anyio.sleep(SECONDS)
        if self.error is not None:
            raise self.error
        first = self.cluster.nodes.get(1)
        assert first is not None
        return {key: self.answers.get(key, first) for key in keys}


@pytest.fixture
async def finder(cluster: ScriptedCluster) -> Finder:
    return Finder(cluster)


@pytest.fixture
async def router(cluster: ScriptedCluster, finder: Finder) -> Router[str]:
    backoff = Backoff(RetryPolicy(), lambda: 1.0)
    table: RouteTable[str] = RouteTable(cluster.nodes, backoff)
    return Router(table, finder, cluster.nodes, cluster.asker, backoff)


async def route(router: Router[str], key: str) -> Route[str]:
    found, errors = await router.resolve([key])
    assert errors == {}
    return found.routes[0]


def no_lookup_is_left(router: Router[str], *keys: str) -> None:
    assert router._flights == {}
    assert router._gathering is None
    assert [key for key in keys if router.table.lookup(key) is not None] == []


# ------------------------------------------------------------------ sharing


async def test_whoever_asks_in_the_same_moment_shares_one_question(router: Router[str], finder: Finder) -> None:
    async with anyio.create_task_group() as group:
        for key in "abcab":
            group.start_soon(route, router, key)
    assert [set(keys) for keys in finder.asked] == [{"a", "b", "c"}]
    no_lookup_is_left(router, *"abc")


async def test_whoever_asks_while_a_key_is_looked_up_waits_for_that(router: Router[str], finder: Finder) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(route, router, "a")
        await wait_all_tasks_blocked()
        group.start_soon(router.resolve, ["a", "b"])
    assert finder.asked == [("a",), ("b",)]


async def test_what_is_known_is_not_looked_up(router: Router[str], finder: Finder) -> None:
    assert await route(router, "a") == await route(router, "a")
    assert len(finder.asked) == 1


async def test_when_the_leader_is_cancelled_the_next_one_leads(router: Router[str], finder: Finder) -> None:
    routes: list[Route[str]] = []

    async def follow() -> None:
        routes.append(await route(router, "a"))

    async with anyio.create_task_group() as followers, anyio.create_task_group() as leader:
        leader.start_soon(route, router, "a")
        await wait_all_tasks_blocked()
        followers.start_soon(follow)
        followers.start_soon(follow)
        await wait_all_tasks_blocked()
        leader.cancel_scope.cancel()
    assert len(routes) == 2
    assert finder.asked == [("a",), ("a",)]
    no_lookup_is_left(router, "a")


@pytest.mark.parametrize("asks", ["resolve", "refresh"])
async def test_a_leader_cancelled_while_keys_still_gather_takes_nobody_along(
    router: Router[str], finder: Finder, monkeypatch: pytest.MonkeyPatch, asks: str
) -> None:
    gathered = anyio.Event()
    monkeypatch.setattr("kafkaadmin.routing.router.checkpoint", gathered.wait)
    ask = getattr(router, asks)
    async with anyio.create_task_group() as followers, anyio.create_task_group() as leader:
        leader.start_soon(ask, ["a"])
        await wait_all_tasks_blocked()
        followers.start_soon(ask, ["b"])
        await wait_all_tasks_blocked()
        leader.cancel_scope.cancel()
        gathered.set()
    assert finder.asked == [("b",)]
    assert router.table.known() == ["b"]
    assert len(router.table) == 1
    no_lookup_is_left(router, "a", "b")


async def test_a_callers_error_is_not_anothers(router: Router[str], finder: Finder) -> None:
    finder.answers["bad"] = GroupNotFoundError(69)
    seen: list[tuple[list[str], list[str]]] = []

    async def resolve(*keys: str) -> None:
        found, errors = await router.resolve(keys)
        seen.append(([route.key for route in found.routes], list(errors)))

    async with anyio.create_task_group() as group:
        group.start_soon(resolve, "bad", "good")
        group.start_soon(resolve, "good")
    assert sorted(seen) == [(["good"], []), (["good"], ["bad"])]


async def test_a_lookup_that_can_not_be_asked_pauses_and_says_why(router: Router[str], finder: Finder) -> None:
    finder.error = ConnectError("refused")
    found, errors = await router.resolve(["a"])
    assert errors == {}
    assert found.waiting == {"a": pytest.approx(anyio.current_time() + 0.05)}
    assert router.table.last_error("a") is finder.error


async def test_routes_and_pauses_come_together(router: Router[str], finder: Finder) -> None:
    finder.answers["b"] = Unsettled(CoordinatorUnavailableError(15))
    found, _ = await router.resolve(["a", "b"])
    assert [found.key for found in found.routes] == ["a"]
    assert set(found.waiting) == {"b"}


# ------------------------------------------------------------------ asking anew


async def test_a_refresh_asks_about_what_is_known_and_keeps_its_routes(router: Router[str], finder: Finder) -> None:
    known = await route(router, "a")
    await router.refresh(["a"])
    assert len(finder.asked) == 2
    assert router.table.is_current(known)


async def test_a_refresh_is_not_content_with_a_lookup_that_began_before_it(
    router: Router[str], finder: Finder, cluster: ScriptedCluster
) -> None:
    known = await route(router, "a")
    other = cluster.nodes.get(2)
    assert other is not None
    async with anyio.create_task_group() as group:
        group.start_soon(router.refresh, ["a"])
        await wait_all_tasks_blocked()
        finder.answers["a"] = other
        await anyio.sleep(SECONDS / 2)
        await router.refresh(["a"])
        assert not router.table.is_current(known)
    assert len(finder.asked) >= 3


async def test_refreshes_that_come_during_a_lookup_share_the_next_one(router: Router[str], finder: Finder) -> None:
    await route(router, "a")
    async with anyio.create_task_group() as group:
        group.start_soon(router.refresh, ["a"])
        await wait_all_tasks_blocked()
        for _ in range(100):
            group.start_soon(router.refresh, ["a"])
    assert len(finder.asked) == 3


# ------------------------------------------------------------------ suspicion


async def test_whoever_waits_for_the_same_silent_broker_shares_its_checks(router: Router[str], finder: Finder) -> None:
    known = await route(router, "a")
    async with anyio.create_task_group() as group:
        for _ in range(100):
            group.start_soon(router.has_moved, known)
    assert len(finder.asked) == 2


async def test_each_router_asks_others_about_a_silent_broker_for_itself(
    router: Router[str], cluster: ScriptedCluster
) -> None:
    """That the cluster counts it in, and it still leads partitions, doesn't say that it coordinates a group."""
    finder = Finder(cluster)
    backoff = Backoff(RetryPolicy(), lambda: 1.0)
    others: Router[str] = Router(RouteTable(cluster.nodes, backoff), finder, cluster.nodes, cluster.asker, backoff)
    partition, group = await route(router, "a"), await route(others, "a")
    other = cluster.nodes.get(2)
    assert other is not None
    finder.answers["a"] = other
    async with anyio.create_task_group() as checks:
        checks.start_soon(router.has_moved, partition)
        await wait_all_tasks_blocked()
        assert await others.has_moved(group)


async def test_a_broker_that_was_replaced_loses_all_its_routes(
    router: Router[str], finder: Finder, cluster: ScriptedCluster
) -> None:
    known = await route(router, "a")
    await route(router, "b")
    other = cluster.nodes.get(2)
    assert other is not None
    finder.answers["a"] = other
    assert await router.has_moved(known)
    assert router.table.known() == ["a"]


async def test_a_broker_heard_again_is_confirmed_by_a_lookup_begun_since(router: Router[str], finder: Finder) -> None:
    known = await route(router, "a")
    cluster_nodes = router._nodes
    cluster_nodes.suspected(known.node)
    verdicts: list[bool] = []

    async def hear() -> None:
        verdicts.append(await router.had_moved(known))

    async with anyio.create_task_group() as group:
        group.start_soon(router.has_moved, known)  # begun while it was silent
        await wait_all_tasks_blocked()
        cluster_nodes.heard(known.node, 0.0)
        for _ in range(10):
            group.start_soon(hear)
    assert verdicts == [False] * 10
    assert len(finder.asked) == 3
    assert not known.node.suspect


async def test_of_a_broker_heard_again_one_key_tells_for_all(
    router: Router[str], finder: Finder, cluster: ScriptedCluster
) -> None:
    routes = [await route(router, key) for key in ("a", "b", "c")]
    node, other = routes[0].node, cluster.nodes.get(2)
    assert {each.node for each in routes} == {node}
    assert other is not None
    for answers, moved in (({}, False), ({"a": other}, True)):
        finder.answers |= answers
        router._nodes.suspected(node)
        router._nodes.heard(node, 0.0)
        verdicts: list[bool] = []
        asked = len(finder.asked)

        async def hear(known: Route[str], verdicts: list[bool] = verdicts) -> None:
            verdicts.append(await router.had_moved(known))

        async with anyio.create_task_group() as group:
            for known in routes:
                group.start_soon(hear, known)
                await wait_all_tasks_blocked()
        assert verdicts == [moved] * 3
        assert len(finder.asked) == asked + 1


async def test_a_suspect_broker_is_looked_up_before_each_call_to_it(router: Router[str], finder: Finder) -> None:
    known = await route(router, "a")
    router._nodes.suspected(known.node)
    assert await route(router, "a") == known
    assert len(finder.asked) == 2


async def test_a_broker_that_is_down_is_probed_before_it_is_believed_to_coordinate(
    router: Router[str], cluster: ScriptedCluster
) -> None:
    first = cluster.nodes.get(1)
    assert first is not None
    first.down_until = anyio.current_time() + 60
    cluster.opening[1] = refused()
    found, _ = await router.resolve(["a"])
    assert set(found.waiting) == {"a"}
    del cluster.opening[1]
    await anyio.sleep(1.0)
    assert (await route(router, "a")).node is first
    assert first.down_until == 0.0


# ------------------------------------------------------------------ FindCoordinator


async def find(cluster: ScriptedCluster, *groups: str, type: CoordinatorType = CoordinatorType.GROUP) -> dict[str, int]:
    result = await cluster.routing.find_coordinators(groups, type, deadline=Deadline.after(10.0))
    return {group: broker.id for group, broker in result.items()}


async def test_brokers_are_asked_about_many_groups_at_once(cluster: ScriptedCluster) -> None:
    cluster.owners = {"a": 1, "b": 2, "c": 3}
    assert await find(cluster, "a", "b", "c") == cluster.owners
    assert [asked.groups for asked in cluster.sent(FindCoordinatorRequest)] == [("a", "b", "c")]


async def test_brokers_before_version_4_are_asked_about_one_at_a_time(cluster: ScriptedCluster) -> None:
    cluster.versions = {(broker, FindCoordinatorRequest): 3 for broker in cluster.live}
    cluster.owners = {"a": 1, "b": 2, "c": 3}
    assert await find(cluster, "a", "b", "c") == cluster.owners
    assert sorted(asked.groups for asked in cluster.sent(FindCoordinatorRequest)) == [("a",), ("b",), ("c",)]


@pytest.mark.parametrize("code", [7, 14, 16, 41, 89])
@pytest.mark.parametrize("version", [3, 6])
async def test_a_lookup_refused_for_the_moment_is_asked_again(
    cluster: ScriptedCluster, version: int, code: int
) -> None:
    for broker in cluster.live:
        cluster.versions[broker, FindCoordinatorRequest] = version
    answers = iter([nobody(code)])
    for broker in cluster.live:
        cluster.on(broker, FindCoordinatorRequest, lambda *asked: next(answers, None) or cluster.coordinators(*asked))
    assert await find(cluster, "a") == {"a": 1}
    assert len(cluster.sent(FindCoordinatorRequest)) == 2


@pytest.mark.parametrize("version", [3, 6])
async def test_a_lookup_that_finds_another_cluster_begins_anew(cluster: ScriptedCluster, version: int) -> None:
    for broker in cluster.live:
        cluster.versions[broker, FindCoordinatorRequest] = version
    answers = iter([nobody(129)])
    for broker in cluster.live:
        cluster.on(broker, FindCoordinatorRequest, lambda *asked: next(answers, None) or cluster.coordinators(*asked))
    assert await find(cluster, "a") == {"a": 1}
    assert len(cluster.sent(MetadataRequest)) == 1


def nobody(code: int) -> FindCoordinatorResponse:
    """An answer that names nobody, in the form of either version."""
    none = Named(key="a", node_id=-1, host="", port=-1, error_code=code)
    return FindCoordinatorResponse(error_code=code, node_id=-1, host="", port=-1, coordinators=(none,))


async def test_in_a_rolling_upgrade_each_broker_is_asked_as_it_can_be(cluster: ScriptedCluster) -> None:
    cluster.versions = {(1, FindCoordinatorRequest): 3, (2, FindCoordinatorRequest): 4}
    for number in range(20):
        assert await find(cluster, *(f"{number}-{i}" for i in range(5)))
    assert {asked.version for asked in cluster.sent(FindCoordinatorRequest)} == {3, 4, 6}


async def test_thousands_of_groups_are_asked_about_in_chunks(cluster: ScriptedCluster) -> None:
    groups = [f"g-{number}" for number in range(6_000)]
    assert len(await find(cluster, *groups)) == 6_000
    assert sorted(len(asked.groups) for asked in cluster.sent(FindCoordinatorRequest)) == [1_000, 2_500, 2_500]


async def test_types_of_coordinator_are_kept_apart(cluster: ScriptedCluster) -> None:
    cluster.owners["a"] = 2
    await find(cluster, "a")
    cluster.owners["a"] = 3
    assert await find(cluster, "a", type=CoordinatorType.TRANSACTION) == {"a": 3}
    assert await find(cluster, "a") == {"a": 2}
    assert cluster.routing.invalidate_coordinators(None, CoordinatorType.TRANSACTION) == 1
    assert cluster.routing._coordinators.table.known() == [Coordinator("a", CoordinatorType.GROUP)]


async def test_finding_waits_for_an_election_and_gives_up_at_the_deadline(cluster: ScriptedCluster) -> None:
    cluster.owners = {"a": 0, "b": 2}
    began = anyio.current_time()
    result = await cluster.routing.find_coordinators(["a", "b"], CoordinatorType.GROUP, deadline=Deadline.after(3.0))
    assert anyio.current_time() - began == pytest.approx(3.0)
    assert result["b"].id == 2
    assert "COORDINATOR_NOT_AVAILABLE" in str(result.failed["a"])
