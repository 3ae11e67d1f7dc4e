"""How a call is driven until every key is settled: with scripted brokers, on a clock that jumps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import anyio
import pytest
from trio.testing import MockClock

from kafkaadmin.config import RetryPolicy
from kafkaadmin.errors import (
    ClientClosedError,
    ConnectionLostError,
    CoordinatorUnavailableError,
    GroupNotEmptyError,
    GroupNotFoundError,
    KafkaAdminError,
    OperationTimeoutError,
    OutcomeUnknownError,
    RemoteProtocolError,
)
from kafkaadmin.models.results import BatchResult
from kafkaadmin.network import WrongClusterError
from kafkaadmin.routing import (
    Attempt,
    Controller,
    Coordinator,
    CoordinatorType,
    Deadline,
    Operation,
    Outcome,
    Repeat,
    Verified,
    at_version,
    settle,
)
from kafkawire.messages import DeleteGroupsRequest, DeleteGroupsResponse, FindCoordinatorRequest
from tests.support.scripted import After, ScriptedCluster, deleted, lost, refused, silence

pytestmark = pytest.mark.anyio

NOT_COORDINATOR, UNAVAILABLE, LOADING, NOT_FOUND, NOT_EMPTY, TIMED_OUT, REBOOTSTRAP = 16, 15, 14, 69, 68, 7, 129


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "trio", {"clock": MockClock(autojump_threshold=0)}


@pytest.fixture
async def cluster(monkeypatch: pytest.MonkeyPatch) -> ScriptedCluster:
    """Whoever may be asked for coordinators, the last broker is: nobody names itself, which others would confirm."""
    monkeypatch.setattr("kafkaadmin.routing.asking.random", partial(next, count(0, -1)))
    return ScriptedCluster.of()


def outcomes(
    keys: Sequence[str], response: DeleteGroupsResponse, attempt: Attempt
) -> Iterable[tuple[str, Outcome[str]]]:
    for result in response.results:
        yield result.group_id, settle(result.error_code, partial(str.upper, result.group_id))


def deletion(**settings: Any) -> Operation[str, DeleteGroupsResponse, str]:
    return Operation(
        name="delete",
        noun="group",
        to=Coordinator,
        api=DeleteGroupsRequest,
        request=lambda keys, attempt: DeleteGroupsRequest(groups_names=tuple(keys)),
        outcomes=outcomes,
        **settings,
    )


async def delete(
    cluster: ScriptedCluster, *groups: str, within: float = 60.0, **settings: Any
) -> BatchResult[str, str]:
    return await cluster.routing.run(deletion(**settings), groups, deadline=Deadline.after(within))


def coded(**codes: int) -> Callable[[DeleteGroupsRequest, int], DeleteGroupsResponse]:
    return partial(deleted, **codes)


def requests(cluster: ScriptedCluster) -> list[tuple[int, tuple[str, ...]]]:
    return [(asked.broker, asked.groups) for asked in cluster.sent(DeleteGroupsRequest)]


def lookups(cluster: ScriptedCluster) -> int:
    return len(cluster.sent(FindCoordinatorRequest))


async def test_what_a_coordinator_says_that_was_found_a_moment_ago_is_taken_with_care(cluster: ScriptedCluster) -> None:
    """A new one shows for a moment less than its predecessor acknowledged, and who comes anew can't know which is."""
    careful: list[bool] = []

    def request(keys: Sequence[str], attempt: Attempt) -> DeleteGroupsRequest:
        careful.append(attempt.owner_is_new)
        return DeleteGroupsRequest(groups_names=tuple(keys))

    async def call() -> None:
        operation = replace(deletion(), request=request)
        await cluster.routing.run(operation, ["a"], deadline=Deadline.after(60.0))

    await call()
    await anyio.sleep(11.0)
    await call()
    cluster.owners["a"] = 2
    cluster.routing.invalidate_coordinators(None, CoordinatorType.GROUP)
    await call()
    await anyio.sleep(11.0)
    await call()
    cluster.owners["a"] = 3
    await cluster.routing.refresh_coordinators(["a"], CoordinatorType.GROUP, deadline=Deadline.after(60.0))
    await call()
    assert careful == [True, False, True, False, True]


# ------------------------------------------------------------------ keys


async def test_each_broker_is_asked_for_its_keys_at_once(cluster: ScriptedCluster) -> None:
    cluster.owners = {"a": 1, "b": 2, "c": 2}
    result = await delete(cluster, "a", "b", "c")
    assert dict(result) == {"a": "A", "b": "B", "c": "C"}
    assert sorted(requests(cluster)) == [(1, ("a",)), (2, ("b", "c"))]
    assert lookups(cluster) == 1


async def test_no_keys_need_no_request(cluster: ScriptedCluster) -> None:
    assert dict(await delete(cluster)) == {}
    assert cluster.asked == []


async def test_settled_keys_are_never_sent_again(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, coded(b=LOADING, c=NOT_EMPTY), coded(b=LOADING))
    result = await delete(cluster, "a", "b", "c")
    assert requests(cluster) == [(1, ("a", "b", "c")), (1, ("b",)), (1, ("b",))]
    assert result.succeeded == {"a": "A", "b": "B"}
    assert isinstance(result.failed["c"], GroupNotEmptyError)


async def test_a_key_that_is_left_out_of_the_answer_has_failed(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, deleted(DeleteGroupsRequest(groups_names=("a",)), 3))
    result = await delete(cluster, "a", "b")
    assert result.succeeded == {"a": "A"}
    assert isinstance(result.failed["b"], RemoteProtocolError)
    assert "'b'" in str(result.failed["b"])
    assert len(requests(cluster)) == 1


async def test_keys_that_nobody_asked_for_are_ignored(cluster: ScriptedCluster) -> None:
    more = deleted(DeleteGroupsRequest(groups_names=("a", "z")), 3)
    cluster.on(1, DeleteGroupsRequest, more)
    assert dict(await delete(cluster, "a")) == {"a": "A"}


@pytest.mark.parametrize(("version", "sizes"), [(0, [1, 1, 1, 1, 1]), (3, [2, 2, 1])])
async def test_a_request_carries_as_many_keys_as_its_version_allows(
    cluster: ScriptedCluster, version: int, sizes: list[int]
) -> None:
    cluster.versions[1, DeleteGroupsRequest] = version
    result = await delete(cluster, *"abcde", keys_per_request=at_version(2, 2, before=1))
    assert len(result) == 5
    assert sorted((len(groups) for _, groups in requests(cluster)), reverse=True) == sizes


# ------------------------------------------------------------------ routes


async def test_a_coordinator_that_moved_is_looked_up_at_once(cluster: ScriptedCluster) -> None:
    await delete(cluster, "a")
    cluster.owners["a"] = 2
    cluster.on(1, DeleteGroupsRequest, coded(a=NOT_COORDINATOR))
    began = anyio.current_time()
    assert dict(await delete(cluster, "a")) == {"a": "A"}
    assert anyio.current_time() == began
    assert [broker for broker, _ in requests(cluster)] == [1, 1, 2]


async def test_only_the_keys_that_moved_are_looked_up(cluster: ScriptedCluster) -> None:
    await delete(cluster, "a", "b")
    cluster.owners["a"] = 2
    cluster.on(1, DeleteGroupsRequest, coded(a=NOT_COORDINATOR))
    await delete(cluster, "a", "b")
    assert cluster.sent(FindCoordinatorRequest)[-1].groups == ("a",)


async def test_a_lookup_that_names_the_same_broker_again_backs_off(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, *[coded(a=NOT_COORDINATOR)] * 8)
    began = anyio.current_time()
    assert dict(await delete(cluster, "a")) == {"a": "A"}
    assert 0 < anyio.current_time() - began < 0.05 + 0.1 + 0.2 + 0.4 + 0.8 + 1.0 + 1.0
    assert lookups(cluster) == 9


async def test_a_loading_coordinator_is_asked_again_without_a_lookup(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, *[coded(a=LOADING)] * 5)
    await delete(cluster, "a")
    assert lookups(cluster) == 1


async def test_a_coordinator_that_loads_for_ten_seconds_is_looked_up_once(cluster: ScriptedCluster) -> None:
    cluster = ScriptedCluster.of(confirm_after=60.0)
    cluster.on(1, DeleteGroupsRequest, *[coded(a=LOADING)] * 1_000)
    result = await delete(cluster, "a", within=30.0)
    assert isinstance(result.failed["a"], OperationTimeoutError)
    assert lookups(cluster) == 2


async def test_a_coordinator_that_loads_for_thirty_seconds_is_waited_for(cluster: ScriptedCluster) -> None:
    cluster = ScriptedCluster.of(confirm_after=60.0)
    loaded = anyio.current_time() + 30

    def answer(request: DeleteGroupsRequest, version: int) -> DeleteGroupsResponse:
        return deleted(request, version, **({"a": LOADING} if anyio.current_time() < loaded else {}))

    cluster.on(1, DeleteGroupsRequest, *[answer] * 1_000)
    assert dict(await delete(cluster, "a")) == {"a": "A"}
    assert loaded <= anyio.current_time() <= loaded + RetryPolicy().maximum
    assert lookups(cluster) == 2


async def test_a_coordinator_is_waited_for_however_often_it_must_be_looked_up(cluster: ScriptedCluster) -> None:
    cluster.owners["a"] = 0

    async def elect() -> None:
        await anyio.sleep(900)
        cluster.owners["a"] = 3

    async with anyio.create_task_group() as group:
        group.start_soon(elect)
        assert dict(await delete(cluster, "a", within=1_000)) == {"a": "A"}
    assert lookups(cluster) > 1_000


async def test_an_election_is_waited_for(cluster: ScriptedCluster) -> None:
    cluster.owners["a"] = 0

    async def elect() -> None:
        await anyio.sleep(9)
        cluster.owners["a"] = 3

    began = anyio.current_time()
    async with anyio.create_task_group() as group:
        group.start_soon(elect)
        assert dict(await delete(cluster, "a", "b")) == {"a": "A", "b": "B"}
    assert 9 <= anyio.current_time() - began <= 10
    assert requests(cluster) == [(1, ("b",)), (3, ("a",))]
    assert lookups(cluster) < 60


async def test_a_lost_connection_is_followed_by_a_lookup_at_once(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, lost())
    began = anyio.current_time()
    assert dict(await delete(cluster, "a")) == {"a": "A"}
    assert anyio.current_time() == began
    assert lookups(cluster) == 4  # two of one that failed and never was heard: two others are asked whether it still is


async def test_a_dead_coordinator_is_probed_until_another_takes_over(cluster: ScriptedCluster) -> None:
    cluster.opening[1] = refused()

    async def take_over() -> None:
        await anyio.sleep(5)
        cluster.owners["a"] = 2

    began = anyio.current_time()
    async with anyio.create_task_group() as group:
        group.start_soon(take_over)
        assert dict(await delete(cluster, "a")) == {"a": "A"}
    assert anyio.current_time() - began <= 6.0
    assert requests(cluster) == [(2, ("a",))]


async def test_a_slow_broker_does_not_hold_up_the_keys_of_others(cluster: ScriptedCluster) -> None:
    cluster.owners["b"] = 2
    cluster.on(1, DeleteGroupsRequest, After(1.0))
    cluster.on(2, DeleteGroupsRequest, *[coded(b=LOADING)] * 3)
    result = await delete(cluster, "a", "b", within=0.9)
    assert result.succeeded == {"b": "B"}
    assert isinstance(result.failed["a"], OperationTimeoutError)


async def test_a_dead_broker_does_not_hold_up_the_keys_of_others(cluster: ScriptedCluster) -> None:
    cluster.owners["b"] = 2
    cluster.opening[1] = refused()
    result = await delete(cluster, "a", "b", within=0.01)
    assert result.succeeded == {"b": "B"}


async def test_another_cluster_at_the_address_has_everything_looked_up_anew(cluster: ScriptedCluster) -> None:
    await delete(cluster, "a", "b")
    cluster.on(1, DeleteGroupsRequest, coded(a=REBOOTSTRAP))
    assert dict(await delete(cluster, "a")) == {"a": "A"}
    await delete(cluster, "b")
    assert [asked.groups for asked in cluster.sent(FindCoordinatorRequest)] == [("a", "b"), ("a",), ("b",)]


# ------------------------------------------------------------------ time


async def test_a_deadline_gives_what_stood_in_the_way(cluster: ScriptedCluster) -> None:
    cluster.owners["a"] = 0
    began = anyio.current_time()
    error = (await delete(cluster, "a", within=3.0)).failed["a"]
    assert anyio.current_time() - began == pytest.approx(3.0)
    assert isinstance(error, OperationTimeoutError)
    assert isinstance(error.last_error, CoordinatorUnavailableError)
    assert not error.sent
    assert "delete: group 'a'" in str(error)
    assert "COORDINATOR_NOT_AVAILABLE" in str(error)


async def test_a_deadline_during_a_request_says_that_it_may_have_been_applied(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, silence)
    error = (await delete(cluster, "a", within=1.0)).failed["a"]
    assert isinstance(error, OperationTimeoutError)
    assert error.sent
    assert all(exchange.over or exchange.abandoned for exchange in cluster.exchanges)


async def test_settled_keys_survive_the_deadline(cluster: ScriptedCluster) -> None:
    cluster.owners["b"] = 2
    cluster.on(2, DeleteGroupsRequest, silence)
    result = await delete(cluster, "a", "b", within=1.0)
    assert result.succeeded == {"a": "A"}
    assert set(result.failed) == {"b"}


# ------------------------------------------------------------------ writes whose answers are lost


async def test_a_repeatable_write_is_sent_again(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, lost(), coded(a=TIMED_OUT))
    assert dict(await delete(cluster, "a")) == {"a": "A"}
    assert len(requests(cluster)) == 3


@pytest.mark.parametrize("reaction", [lost(), coded(a=TIMED_OUT)], ids=["lost", "timed out"])
async def test_what_can_not_be_repeated_has_an_unknown_outcome(cluster: ScriptedCluster, reaction: Any) -> None:
    cluster.on(1, DeleteGroupsRequest, reaction)
    result = await delete(cluster, "a", repeat=Repeat.NEVER)
    assert isinstance(result.failed["a"], OutcomeUnknownError)
    assert len(requests(cluster)) == 1


async def test_what_left_with_a_greeting_that_found_another_cluster_may_have_been_applied_there(
    cluster: ScriptedCluster,
) -> None:
    cluster.on(1, DeleteGroupsRequest, WrongClusterError("the broker belongs to another cluster"))
    result = await delete(cluster, "a", repeat=Repeat.NEVER)
    assert isinstance(result.failed["a"], OutcomeUnknownError)
    assert len(requests(cluster)) == 1


async def test_what_was_not_sent_is_sent_again_even_if_it_must_not_be_repeated(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, ConnectionLostError("closed before", sent=False))
    assert dict(await delete(cluster, "a", repeat=Repeat.NEVER)) == {"a": "A"}


def verified(found: str | KafkaAdminError | None, seen: list[str]) -> Verified[str, str]:
    async def verify(key: str, deadline: Deadline) -> str | None:
        seen.append(key)
        if isinstance(found, KafkaAdminError):
            raise found
        return found

    return Verified(already=frozenset({NOT_FOUND}), verify=verify)


async def test_already_so_after_a_lost_answer_is_verified(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, lost(), coded(a=NOT_FOUND))
    seen: list[str] = []
    result = await delete(cluster, "a", repeat=verified("ambiguous", seen))
    assert dict(result) == {"a": "ambiguous"}
    assert seen == ["a"]


async def test_already_so_that_the_state_does_not_explain_is_an_error(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, lost(), coded(a=NOT_FOUND))
    result = await delete(cluster, "a", repeat=verified(None, []))
    assert isinstance(result.failed["a"], GroupNotFoundError)


async def test_already_so_that_can_not_be_verified_is_an_unknown_outcome(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, lost(), coded(a=NOT_FOUND))
    reason = OperationTimeoutError("too late")
    error = (await delete(cluster, "a", repeat=verified(reason, []))).failed["a"]
    assert isinstance(error, OutcomeUnknownError)
    assert error.__cause__ is reason


async def test_already_so_at_the_first_attempt_is_believed(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, coded(a=NOT_FOUND))
    seen: list[str] = []
    result = await delete(cluster, "a", repeat=verified("ambiguous", seen))
    assert isinstance(result.failed["a"], GroupNotFoundError)
    assert seen == []


async def test_a_refusal_does_not_make_an_outcome_ambiguous(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, coded(a=LOADING), coded(a=NOT_FOUND))
    seen: list[str] = []
    await delete(cluster, "a", repeat=verified("ambiguous", seen))
    assert seen == []


@pytest.mark.parametrize("code", [UNAVAILABLE, NOT_COORDINATOR])
async def test_a_coordinator_that_loses_its_office_may_have_applied_what_it_refuses(
    cluster: ScriptedCluster, code: int
) -> None:
    cluster.on(1, DeleteGroupsRequest, coded(a=code), coded(a=NOT_FOUND))
    result = await delete(cluster, "a", repeat=verified("ambiguous", []))
    assert dict(result) == {"a": "ambiguous"}


@pytest.mark.parametrize(
    ("seconds", "not_so", "believed"),
    [(0.5, "", True), (1.4, "", False), (0.5, "a", False), (0.12, "a", False), (0.08, "a", True), (0.5, "b", True)],
)
async def test_a_broker_that_took_its_time_may_have_passed_a_request_on_to_two_controllers(
    cluster: ScriptedCluster, seconds: float, not_so: str, believed: bool
) -> None:
    """The second one's answer is "already so", and the client never saw a request fail."""
    cluster.on(1, DeleteGroupsRequest, After(seconds, coded(a=NOT_FOUND)))
    repeat = replace(verified("ambiguous", []), not_so=not_so)
    operation = replace(deletion(repeat=repeat), to=lambda key: Controller())
    result = await cluster.routing.run(operation, ["a"], deadline=Deadline.after(60))
    if believed:
        assert isinstance(result.failed["a"], GroupNotFoundError)
    else:
        assert dict(result) == {"a": "ambiguous"}


# ------------------------------------------------------------------ what ends a call


async def test_a_request_that_kills_every_fresh_connection_is_given_up(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, *[lost(fresh=True)] * 100)
    result = await delete(cluster, "a")
    assert isinstance(result.failed["a"], ConnectionLostError)
    assert len(requests(cluster)) == 8


async def test_a_request_that_kills_connections_now_and_then_is_not(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, *[lost(fresh=True), lost(fresh=True), lost(fresh=False)] * 10)
    assert dict(await delete(cluster, "a")) == {"a": "A"}


async def test_an_answer_that_can_not_be_read_is_not_asked_for_again(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, RemoteProtocolError("bytes left over"))
    assert isinstance((await delete(cluster, "a")).failed["a"], RemoteProtocolError)
    assert len(requests(cluster)) == 1


UNREADABLE = [RemoteProtocolError("bytes left over"), DeleteGroupsResponse()]


@pytest.mark.parametrize("answer", UNREADABLE, ids=["garbage", "left out"])
async def test_a_write_whose_answer_does_not_tell_is_read_from_the_cluster(
    cluster: ScriptedCluster, answer: Any
) -> None:
    cluster.on(1, DeleteGroupsRequest, answer)
    assert dict(await delete(cluster, "a", repeat=verified("ambiguous", []))) == {"a": "ambiguous"}
    assert len(requests(cluster)) == 1


@pytest.mark.parametrize("answer", UNREADABLE, ids=["garbage", "left out"])
@pytest.mark.parametrize("repeat", [Repeat.NEVER, verified(None, [])], ids=["never twice", "not seen"])
async def test_a_write_whose_answer_does_not_tell_and_that_can_not_be_seen_has_an_unknown_outcome(
    cluster: ScriptedCluster, repeat: Any, answer: Any
) -> None:
    cluster.on(1, DeleteGroupsRequest, answer)
    assert isinstance((await delete(cluster, "a", repeat=repeat)).failed["a"], OutcomeUnknownError)
    assert len(requests(cluster)) == 1


@pytest.mark.parametrize("request_type", [DeleteGroupsRequest, FindCoordinatorRequest])
async def test_a_closed_client_ends_the_call(cluster: ScriptedCluster, request_type: type[Any]) -> None:
    for broker in cluster.live:
        cluster.on(broker, request_type, *[ClientClosedError("the client was closed")] * 5)
    with pytest.raises(ClientClosedError):
        await delete(cluster, "a", "b")


async def test_a_throttled_key_is_asked_for_again(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, coded(a=89))
    assert dict(await delete(cluster, "a")) == {"a": "A"}


async def test_codes_that_an_operation_waits_out_are_waited_out(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, coded(a=88))
    assert dict(await delete(cluster, "a", retry_on=frozenset({88}))) == {"a": "A"}
