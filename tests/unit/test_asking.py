"""Asking a node: silence, suspicion, and second opinions; with scripted brokers, on a clock that jumps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import anyio
import pytest
from trio.testing import MockClock

from kafkaadmin.errors import (
    AuthenticationError,
    ConnectError,
    ConnectionLostError,
    KafkaAdminError,
    RemoteProtocolError,
)
from kafkaadmin.network import Connection, WrongClusterError
from kafkaadmin.routing.asking import Moved, Question
from kafkawire.messages import DeleteGroupsRequest, DeleteGroupsResponse, MetadataRequest, MetadataResponse
from tests.support.scripted import After, ScriptedCluster, lost, refused, silence

pytestmark = pytest.mark.anyio

HEDGE, SUSPECT, REQUEST_TIMEOUT = 0.5, 1.5, 30.0


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "trio", {"clock": MockClock(autojump_threshold=0)}


@pytest.fixture
async def cluster() -> ScriptedCluster:
    return ScriptedCluster.of(hedge_after=HEDGE, suspect_after=SUSPECT, request_timeout=REQUEST_TIMEOUT)


def metadata(connection: Connection) -> tuple[MetadataRequest, int]:
    return MetadataRequest(topics=()), connection.version_for(MetadataRequest)


def deletion(connection: Connection) -> tuple[DeleteGroupsRequest, int]:
    return DeleteGroupsRequest(groups_names=("a",)), connection.version_for(DeleteGroupsRequest)


async def ask_any(cluster: ScriptedCluster) -> int:
    """Who answered."""
    node, response = await cluster.asker.ask_any(metadata)
    assert isinstance(response, MetadataResponse)
    assert node.id is not None
    return node.id


def healthiest(cluster: ScriptedCluster, broker: int) -> None:
    """Make a broker the first to be asked."""
    node = cluster.nodes.get(broker)
    assert node is not None
    cluster.nodes.reached_now(node, 0.0)


class Opinions:
    """What others say when they are asked whether a node has moved, and when they were asked."""

    def __init__(self, *answers: bool, seconds: float = 0.0) -> None:
        self.answers = list(answers)
        self.seconds = seconds
        self.asked: list[tuple[float, bool]] = []

    async def __call__(self, *, heard: bool = False) -> bool:
        self.asked.append((anyio.current_time(), heard))
        await anyio.sleep(self.seconds)
        return self.answers.pop(0) if self.answers else False


async def ask(
    cluster: ScriptedCluster, moved: Callable[..., Awaitable[bool]] | None = None, **settings: Any
) -> tuple[Question, DeleteGroupsResponse | KafkaAdminError | Moved]:
    node = cluster.nodes.get(1)
    assert node is not None
    question = Question(node, moved=moved, **settings)
    try:
        return question, await cluster.asker.ask(question, deletion)
    except (KafkaAdminError, Moved) as error:
        return question, error


# ------------------------------------------------------------------ what any broker can answer


async def test_one_broker_is_asked_when_it_answers_in_time(cluster: ScriptedCluster) -> None:
    await ask_any(cluster)
    assert len(cluster.asked) == 1


async def test_a_second_broker_is_asked_when_the_first_takes_its_time_and_the_first_answer_wins(
    cluster: ScriptedCluster,
) -> None:
    healthiest(cluster, 2)
    cluster.on(2, MetadataRequest, After(HEDGE + 5))
    began = anyio.current_time()
    assert await ask_any(cluster) in (1, 3)
    assert [asked.at - began for asked in cluster.asked] == [0.0, pytest.approx(HEDGE)]
    assert all(exchange.over or exchange.abandoned for exchange in cluster.exchanges)


async def test_the_slow_one_may_still_win(cluster: ScriptedCluster) -> None:
    healthiest(cluster, 2)
    cluster.on(2, MetadataRequest, After(HEDGE + 0.1))
    for other in (1, 3):
        cluster.on(other, MetadataRequest, silence)
    assert await ask_any(cluster) == 2


async def test_a_slow_broker_is_asked_last_for_a_while(cluster: ScriptedCluster) -> None:
    healthiest(cluster, 2)
    cluster.on(2, MetadataRequest, After(5.0))
    await ask_any(cluster)
    assert await ask_any(cluster) in (1, 3)
    assert [asked.broker for asked in cluster.asked].count(2) == 1
    await anyio.sleep(11)
    assert await ask_any(cluster) == 2


async def test_the_next_broker_is_asked_at_once_where_one_fails(cluster: ScriptedCluster) -> None:
    healthiest(cluster, 2)
    cluster.on(2, MetadataRequest, lost())
    began = anyio.current_time()
    assert await ask_any(cluster) in (1, 3)
    assert anyio.current_time() == began


async def test_all_brokers_are_tried_and_the_last_failure_is_told(cluster: ScriptedCluster) -> None:
    for broker in cluster.live:
        cluster.opening[broker] = refused()
    with pytest.raises(ConnectError, match="refused"):
        await cluster.asker.ask_any(metadata)


async def test_what_ends_the_matter_is_told_at_once(cluster: ScriptedCluster) -> None:
    for broker in cluster.live:
        cluster.opening[broker] = AuthenticationError("no")
    with pytest.raises(AuthenticationError):
        await cluster.asker.ask_any(metadata)


async def test_an_answer_that_can_not_be_read_is_told_rather_than_a_lost_connection(cluster: ScriptedCluster) -> None:
    for broker in cluster.live:
        cluster.on(broker, MetadataRequest, RemoteProtocolError("nonsense") if broker == 2 else lost())
    with pytest.raises(RemoteProtocolError):
        await cluster.asker.ask_any(metadata)


async def test_brokers_that_take_no_connections_are_tried_last(cluster: ScriptedCluster) -> None:
    cluster.opening[1] = refused()
    await ask(cluster)
    for _ in range(10):
        assert await ask_any(cluster) != 1
    assert {asked.broker for asked in cluster.asked} <= {2, 3}


# ------------------------------------------------------------------ silence


async def test_an_answer_in_time_is_believed_without_asking_others(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, After(SUSPECT - 0.1))
    others = Opinions(True)
    assert isinstance((await ask(cluster, others))[1], DeleteGroupsResponse)
    assert others.asked == []


async def test_others_are_asked_about_a_silent_broker_at_growing_intervals(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, After(10.0))
    others = Opinions()
    began = anyio.current_time()
    _, answer = await ask(cluster, others)
    assert isinstance(answer, DeleteGroupsResponse)
    checks = [at - began for at, heard in others.asked if not heard]
    assert checks[:6] == pytest.approx([1.5, 1.55, 1.65, 1.85, 2.25, 3.05])
    assert [later - earlier for earlier, later in pairwise(checks[6:])] == pytest.approx([1.0] * (len(checks) - 7))


async def test_a_silent_broker_that_was_replaced_is_left_at_once(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, silence)
    began = anyio.current_time()
    question, outcome = await ask(cluster, Opinions(False, True))
    assert isinstance(outcome, Moved)
    assert question.sent, "it may yet be applied when the broker wakes up"
    assert anyio.current_time() - began == pytest.approx(SUSPECT + 0.05)
    assert cluster.exchanges[0].abandoned


async def test_a_late_answer_is_believed_only_after_others_confirm_it(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, After(SUSPECT + 0.01))
    others = Opinions(False, False)
    assert isinstance((await ask(cluster, others))[1], DeleteGroupsResponse)
    assert [heard for _, heard in others.asked] == [False, True]


async def test_a_late_answer_of_a_broker_that_was_replaced_is_not_believed(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, After(SUSPECT + 0.01))
    question, outcome = await ask(cluster, Opinions(False, True))
    assert isinstance(outcome, Moved)
    assert question.sent


async def test_others_who_can_not_say_in_time_are_no_reason_to_leave(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, After(SUSPECT + 0.5))
    assert isinstance((await ask(cluster, Opinions(True, True, seconds=60.0)))[1], DeleteGroupsResponse)


async def test_a_wait_on_the_brokers_side_is_no_silence(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, After(5.0))
    others = Opinions(True)
    assert isinstance((await ask(cluster, others, patience=5.0))[1], DeleteGroupsResponse)
    assert others.asked == []


async def test_a_broker_that_is_gone_is_not_waited_for_though_it_might_take_its_time(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, silence)
    gone = Opinions(False, False, True)
    question, answer = await ask(cluster, Opinions(True), gone=gone, patience=30.0)
    assert isinstance(answer, Moved)
    assert question.sent
    assert [at - question.asked_at for at, _ in gone.asked] == [pytest.approx(n * SUSPECT) for n in (1, 2, 3)]


async def test_one_that_is_not_gone_takes_the_time_it_may(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, After(29.0))
    moved, gone = Opinions(True), Opinions()
    assert isinstance((await ask(cluster, moved, gone=gone, patience=30.0))[1], DeleteGroupsResponse)
    assert moved.asked == []
    assert gone.asked


async def test_a_broker_that_answers_other_requests_is_busy_not_silent(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, After(6.0))
    others = Opinions(True)

    async def answer_others() -> None:
        for _ in range(5):
            await anyio.sleep(1.0)
            cluster.exchanges[0].connection.heard_at = anyio.current_time()

    async with anyio.create_task_group() as group:
        group.start_soon(answer_others)
        assert isinstance((await ask(cluster, others))[1], DeleteGroupsResponse)
    assert others.asked == []


@pytest.mark.timeout(20)
@pytest.mark.parametrize("start", [0.002, 0.007, 0.01])
async def test_a_busy_broker_is_waited_for_and_not_looked_at_over_and_over(
    cluster: ScriptedCluster, start: float
) -> None:
    """Rounding can't make the end of the wait the moment at which it begins: this clock would never pass it."""
    cluster.on(1, DeleteGroupsRequest, After(3.0))
    await anyio.sleep(start)

    async def answer_others() -> None:
        await anyio.sleep(0.3)
        cluster.exchanges[0].connection.heard_at = anyio.current_time()

    async with anyio.create_task_group() as group:
        group.start_soon(answer_others)
        assert isinstance((await ask(cluster, Opinions()))[1], DeleteGroupsResponse)


async def test_a_suspect_broker_is_given_little_time(cluster: ScriptedCluster) -> None:
    node = cluster.nodes.get(1)
    assert node is not None
    cluster.nodes.suspected(node)
    cluster.on(1, DeleteGroupsRequest, silence)
    began = anyio.current_time()
    assert isinstance((await ask(cluster, Opinions(True)))[1], Moved)
    assert anyio.current_time() - began == pytest.approx(0.05)


async def test_a_broker_that_ends_a_connection_is_not_taken_for_a_frozen_one(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, After(0.01, ConnectionLostError("reset", sent=True)))
    node = cluster.nodes.get(1)
    assert node is not None

    async def be_idle_before() -> None:
        await anyio.sleep(0.005)
        cluster.exchanges[0].connection.heard_at -= 1.0

    async with anyio.create_task_group() as group:
        group.start_soon(be_idle_before)
        question, error = await ask(cluster, Opinions())
    assert isinstance(error, ConnectionLostError)
    assert question.sent
    assert not node.suspect


async def test_a_broker_silent_for_the_whole_request_timeout_is_given_up(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, silence)
    node = cluster.nodes.get(1)
    assert node is not None
    epoch, began = node.epoch, anyio.current_time()
    question, error = await ask(cluster, Opinions())
    assert isinstance(error, ConnectionLostError)
    assert question.sent
    assert anyio.current_time() - began == pytest.approx(REQUEST_TIMEOUT)
    assert node.suspect
    assert node.epoch == epoch + 1
    assert cluster.exchanges[0].connection.closed is error


async def test_whoever_is_cancelled_while_others_are_asked_leaves_no_exchange(cluster: ScriptedCluster) -> None:
    cluster.on(1, DeleteGroupsRequest, silence)
    with anyio.move_on_after(SUSPECT + 0.1) as scope:
        await ask(cluster, Opinions(seconds=1.0))
    assert scope.cancelled_caught
    assert cluster.exchanges[0].abandoned


# ------------------------------------------------------------------ opening


async def test_a_broker_that_takes_no_connection_is_down_for_a_while(cluster: ScriptedCluster) -> None:
    node = cluster.nodes.get(1)
    assert node is not None
    for slow, pause in ((False, 1.0), (True, 5.0)):
        cluster.opening[1] = ConnectError("no", slow=slow)
        question, error = await ask(cluster)
        assert isinstance(error, ConnectError)
        assert not question.sent
        assert node.down_until == pytest.approx(anyio.current_time() + pause)


async def test_a_broker_that_takes_too_long_to_open_is_left_when_it_was_replaced(cluster: ScriptedCluster) -> None:
    cluster.opening[1] = 60.0
    began = anyio.current_time()
    question, outcome = await ask(cluster, Opinions(False, True))
    assert isinstance(outcome, Moved)
    assert not question.sent
    assert anyio.current_time() - began == pytest.approx(SUSPECT + 0.05)


async def test_a_broker_that_takes_long_to_open_is_waited_for_while_it_is_the_one(cluster: ScriptedCluster) -> None:
    cluster.opening[1] = 5.0
    assert isinstance((await ask(cluster, Opinions()))[1], DeleteGroupsResponse)


@pytest.mark.parametrize("handshake", ["before", "beside the first request"])
async def test_a_broker_of_another_cluster_has_everything_begun_anew(cluster: ScriptedCluster, handshake: str) -> None:
    if handshake == "before":
        cluster.opening[1] = WrongClusterError("another cluster")
    else:
        cluster.on(1, DeleteGroupsRequest, WrongClusterError("another cluster"))
    cluster.cluster_id = "ours"
    await ask(cluster)
    assert cluster.nodes.known() == ()
    assert cluster.cluster_id is None


async def test_a_request_that_waited_to_be_written_when_the_connection_ended_was_not_sent(
    cluster: ScriptedCluster,
) -> None:
    cluster.on(1, DeleteGroupsRequest, ConnectionLostError("reset", sent=False))
    question, error = await ask(cluster)
    assert isinstance(error, ConnectionLostError)
    assert not question.sent


async def test_only_the_current_epoch_of_a_broker_can_fail(cluster: ScriptedCluster) -> None:
    node = cluster.nodes.get(1)
    assert node is not None
    cluster.on(1, DeleteGroupsRequest, lost())
    await ask(cluster, node_epoch=node.epoch - 1)
    epoch = node.epoch
    cluster.on(1, DeleteGroupsRequest, lost())
    await ask(cluster)
    assert node.epoch == epoch + 1
