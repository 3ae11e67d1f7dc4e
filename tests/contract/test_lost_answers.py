"""Writes whose answers were lost: sent again, and told apart from what somebody else did. FakeCluster loses them.

Which write is of which class, how answers get lost, and what somebody else may do meanwhile: `tests.support.writes`
and `tests.support.lost_answers`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import anyio
import pytest

from kafkaadmin import (
    AdminClient,
    BrokerError,
    ConnectionLostError,
    Event,
    NewTopic,
    OperationTimeoutError,
    OutcomeUnknownError,
    RetryPolicy,
    RetryScheduled,
    ThrottledError,
    TopicAlreadyExistsError,
    UnknownTopicError,
)
from kafkaadmin.testing import FakeCluster, Fault
from kafkawire import ApiKey
from tests.support.lost_answers import LOSSES, SOMEBODY_ELSE, Loss, Other
from tests.support.matrix.calls import READS
from tests.support.writes import BROKER_LOST, WRITES, Kind, Play, Write, ambiguous, play

pytestmark = pytest.mark.anyio

QUOTA_EXCEEDED = 89


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with FakeCluster(brokers=3) as cluster:
        yield cluster


def client(cluster: FakeCluster) -> AdminClient:
    """A client that is quick to lose its patience."""
    return AdminClient(
        cluster.bootstrap_servers,
        timeout=20,
        request_timeout=0.15,
        suspect_after=0.1,
        retry=RetryPolicy(initial=0.01, maximum=0.05),
    )


def cells() -> Iterator[object]:
    """Every write and every loss; the plainest of them on trio, and at an older release, too."""
    for write in WRITES:
        for loss in LOSSES:
            if write.call == "send" and loss.name == "timed-out":
                continue  # what a raw request's answer says is the caller's to read
            if loss.name in write.spared or (write.alone and loss.name in BROKER_LOST):
                continue
            yield pytest.param(write, loss, "4.4", "asyncio", id=f"{write}-{loss}")
            if loss.name in {"reset", "silence"}:
                yield pytest.param(write, loss, "4.4", "trio", id=f"{write}-{loss}-trio")
            if loss.name == "reset" and write.since <= (2, 8):
                yield pytest.param(write, loss, "2.8", "asyncio", id=f"{write}-{loss}-as-2.8")


@pytest.mark.parametrize(("write", "loss", "release", "anyio_backend"), list(cells()))
async def test_a_write_whose_answer_was_lost_is_done_once_or_its_outcome_is_unknown(
    write: Write, loss: Loss, release: str, anyio_backend: str
) -> None:
    with FakeCluster(brokers=3, versions_of=release, zookeeper=release == "2.8") as cluster:
        scene = await play(cluster)
        async with client(cluster) as admin:
            fault = cluster.inject(loss.of(write.api))
            if write.kind is Kind.NEVER:
                with pytest.raises(OutcomeUnknownError):
                    await write.do(admin, scene)
            else:
                result = await write.do(admin, scene)
                assert ambiguous(result) is (write.tells or (loss.applied and write.kind is Kind.VERIFIED))
        assert fault.hits == 1
        done = loss.applied or write.kind is not Kind.NEVER
        assert await seen(write, scene) == (write.done if done else write.undone)


@pytest.mark.parametrize("loss", [loss for loss in LOSSES if loss.name in BROKER_LOST], ids=str)
@pytest.mark.parametrize("write", [write for write in WRITES if write.alone], ids=str)
async def test_what_only_a_lost_broker_could_do_again_was_sent(write: Write, loss: Loss, cluster: FakeCluster) -> None:
    scene = await play(cluster)
    async with client(cluster) as admin:
        cluster.inject(loss.of(write.api))
        with pytest.raises(ConnectionLostError, match=f"{write.call}: .* is not a live broker") as lost:
            await write.do(admin, scene)
    assert lost.value.sent


async def seen(write: Write, scene: Play) -> object:
    """What the cluster shows, to a client that has seen nothing of what went before."""
    async with client(scene.cluster) as admin:
        return await write.look(admin, scene)


def named(name: str) -> Write:
    """The write of this name."""
    return next(write for write in WRITES if str(write) == name)


class SomebodyElse:
    """Another client, which does something once: right before the first one tries again."""

    def __init__(self, other: Other, scene: Play) -> None:
        self.other, self.scene = other, scene
        self.acted = 0

    def __call__(self, event: Event) -> None:
        if not isinstance(event, RetryScheduled) or self.acted:
            return
        self.acted += 1
        thread = threading.Thread(target=anyio.run, args=(self._act,))
        thread.start()
        thread.join()

    async def _act(self) -> None:
        async with AdminClient(self.scene.cluster.bootstrap_servers) as admin:
            await self.other.change(admin, self.scene)


@pytest.mark.parametrize("other", SOMEBODY_ELSE, ids=str)
async def test_what_somebody_else_did_meanwhile_is_told_apart(other: Other, cluster: FakeCluster) -> None:
    write, scene = named(other.write), await play(cluster)
    somebody = SomebodyElse(other, scene)
    # As patient as clients are: somebody else holds up its event loop, which must not look like a silent broker.
    async with AdminClient(cluster.bootstrap_servers, timeout=20, observers=[somebody]) as admin:
        cluster.inject(Fault(api=write.api, cut="after" if other.applied else "before"))
        if isinstance(other.outcome, bool):
            assert ambiguous(await write.do(admin, scene)) is other.outcome
        else:
            with pytest.raises(other.outcome):
                await write.do(admin, scene)
    assert somebody.acted == 1
    if other.left is not None:
        assert await seen(write, scene) == other.left


def test_every_write_has_a_row() -> None:
    calls = {
        name
        for name, member in vars(AdminClient).items()
        if callable(member) and not name.startswith("_") and name not in {"aclose", "from_properties"}
    }
    assert calls - READS == {write.call for write in WRITES}
    assert {str(write) for write in WRITES} >= {other.write for other in SOMEBODY_ELSE}


@pytest.mark.parametrize("write", WRITES, ids=str)
async def test_a_deadline_that_passes_with_the_answer_lost_says_that_it_was_sent(
    write: Write, cluster: FakeCluster
) -> None:
    scene = await play(cluster)
    # Time enough for the request to be sent, on a machine that has other things to do.
    async with AdminClient(cluster.bootstrap_servers, timeout=0.5) as admin:
        await admin.list_topics(timeout=20)
        cluster.inject(Fault(api=write.api, drop_answer=True, count=None))
        with pytest.raises(OperationTimeoutError) as late:
            await write.do(admin, scene)
    assert late.value.sent
    assert await seen(write, scene) == write.done


@pytest.mark.parametrize("write", WRITES, ids=str)
async def test_a_deadline_that_passes_without_a_broker_to_ask_says_that_nothing_was_sent(
    write: Write, cluster: FakeCluster
) -> None:
    scene = await play(cluster)
    async with AdminClient(cluster.bootstrap_servers, timeout=0.2) as admin:
        await admin.list_topics(timeout=20)
        for broker in cluster.brokers:
            cluster.stop_broker(broker, failover=60)
        with pytest.raises(OperationTimeoutError):
            await admin.list_topics(timeout=0.1)  # it has noticed now
        with pytest.raises(OperationTimeoutError) as late:
            await write.do(admin, scene)
    assert not late.value.sent


@pytest.mark.parametrize("write", [write for write in WRITES if write.kind is not Kind.REPEATABLE], ids=str)
async def test_what_is_so_already_is_an_error_when_no_answer_was_lost(write: Write, cluster: FakeCluster) -> None:
    scene = await play(cluster)
    async with client(cluster) as admin:
        await write.do(admin, scene)
        if write.kind is Kind.NEVER or write.note == "all":
            return
        with pytest.raises(BrokerError):
            await write.do(admin, scene)


async def test_a_topic_that_was_there_before_is_not_ours(cluster: FakeCluster) -> None:
    cluster.add_topic("orders", partitions=3)
    async with client(cluster) as admin:
        cluster.inject(Fault(api=ApiKey.CREATE_TOPICS, cut="before"))
        with pytest.raises(TopicAlreadyExistsError):
            (await admin.create_topics(NewTopic("orders", partitions=7)))["orders"]


async def test_a_topic_that_is_not_there_is_nobodys_when_no_answer_was_lost(cluster: FakeCluster) -> None:
    async with client(cluster) as admin:
        with pytest.raises(UnknownTopicError):
            (await admin.delete_topics("nope"))["nope"]


PASSED_ON_TWICE = {"create_topics": 36, "create_partitions": 37, "delete_topics": 100, "delete_topics-by-id": 100}
"""Writes that see first how things are, and what a controller answers to the second of two requests."""


@pytest.mark.parametrize("name", PASSED_ON_TWICE)
async def test_one_s_own_write_is_known_when_a_broker_passed_it_on_twice(name: str, cluster: FakeCluster) -> None:
    """KRaft's brokers do when they lose the controller, and hand out the second answer (JVM chaos, seed p2)."""
    write, scene = named(name), await play(cluster)
    async with AdminClient(cluster.bootstrap_servers) as admin:
        fault = cluster.inject(Fault(api=write.api, error=PASSED_ON_TWICE[name], after_applying=True, delay=0.2))
        assert ambiguous(await write.do(admin, scene))
    assert fault.hits == 1
    assert await seen(write, scene) == write.done


@pytest.mark.parametrize("call", ["create_topics", "create_partitions"])
async def test_what_was_so_before_is_an_error_however_long_the_controller_takes(
    call: str, cluster: FakeCluster
) -> None:
    write, scene = named(call), await play(cluster)
    async with AdminClient(cluster.bootstrap_servers) as admin:
        await write.do(admin, scene)
        cluster.inject(Fault(api=write.api, delay=0.2))
        with pytest.raises(BrokerError):
            await write.do(admin, scene)


async def test_groups_are_listed_whole_although_a_broker_died_meanwhile(anyio_backend: str) -> None:
    with FakeCluster(brokers=3, failover=0.2) as cluster:
        for number in range(30):
            cluster.add_group(f"group-{number}", offsets={("orders", 0): 1})
        async with AdminClient(cluster.bootstrap_servers) as admin:
            await admin.list_groups()
            cluster.stop_broker(2)
            assert len(await admin.list_groups()) == 30


async def test_a_lagging_broker_is_waited_for_after_creating(anyio_backend: str) -> None:
    with FakeCluster(brokers=3, metadata_lag=0.2) as cluster:
        async with AdminClient(cluster.bootstrap_servers) as admin:
            (await admin.create_topics("new")).raise_for_errors()
            for _ in range(12):
                (await admin.describe_topics("new")).raise_for_errors()


class TestTheQuotaOfChanges:
    """KIP-599: the broker answers THROTTLING_QUOTA_EXCEEDED, and says for how long."""

    @pytest.mark.parametrize(
        "write", [named("create_topics"), named("create_partitions"), named("delete_topics")], ids=str
    )
    async def test_it_is_waited_out_as_told(self, write: Write, cluster: FakeCluster) -> None:
        scene = await play(cluster)
        async with client(cluster) as admin:
            cluster.inject(Fault(api=write.api, error=QUOTA_EXCEEDED, throttle=0.3))
            assert not ambiguous(await write.do(admin, scene))
        first, second = (seen.at for seen in cluster.log if seen.api_key is write.api)
        assert second - first >= 0.3
        assert await seen(write, scene) == write.done

    async def test_or_told_to_the_caller(self, cluster: FakeCluster) -> None:
        cluster.add_topic("orders")
        async with client(cluster) as admin:
            cluster.inject(Fault(api=ApiKey.CREATE_TOPICS, error=QUOTA_EXCEEDED, throttle=5.0))
            with pytest.raises(ThrottledError) as created:
                (await admin.create_topics("new", retry_on_quota_violation=False))["new"]
            assert created.value.throttle_time == 5.0

    async def test_a_deadline_before_that_says_what_it_waited_for(self, cluster: FakeCluster) -> None:
        async with client(cluster) as admin:
            cluster.inject(Fault(api=ApiKey.CREATE_TOPICS, error=QUOTA_EXCEEDED, throttle=5.0))
            with pytest.raises(OperationTimeoutError) as late:
                (await admin.create_topics("new", timeout=0.3))["new"]
            assert isinstance(late.value.last_error, ThrottledError)
            assert not late.value.sent

    async def test_a_topic_made_before_the_quota_was_used_up_is_ours(self, cluster: FakeCluster) -> None:
        async with client(cluster) as admin:
            cluster.inject(Fault(api=ApiKey.CREATE_TOPICS, cut="after"))
            cluster.inject(Fault(api=ApiKey.CREATE_TOPICS, error=QUOTA_EXCEEDED, throttle=0.05))
            created = await admin.create_topics(NewTopic("new", partitions=2), retry_on_quota_violation=False)
            assert created["new"].ambiguous
