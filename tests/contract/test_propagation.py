"""Waiting until brokers know a topic, or are there at all, while some don't answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kafkaadmin import AdminClient, OperationTimeoutError
from kafkaadmin.operations import propagation
from kafkaadmin.testing import FakeCluster, Fault
from kafkawire import ApiKey

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])]


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with FakeCluster(brokers=3, failover=60.0) as cluster:
        cluster.add_topic("orders", partitions=1)
        yield cluster


def silence(cluster: FakeCluster, *, after: int = 1) -> None:
    """After one answer, which names the brokers, or several, nobody says anything more of topics."""
    cluster.inject(Fault(api=ApiKey.METADATA, skip=after, drop_answer=True, count=None))


async def test_brokers_that_had_no_time_to_answer_have_not_said_that_they_know_it(cluster: FakeCluster) -> None:
    async with AdminClient(cluster.bootstrap_servers, suspect_after=30.0) as admin:
        silence(cluster)
        with pytest.raises(OperationTimeoutError, match="topic 'orders': not all brokers knew it within"):
            await admin.wait_for_topics("orders", timeout=0.5)


async def test_a_topic_is_made_and_not_known_when_time_is_up(cluster: FakeCluster) -> None:
    async with AdminClient(cluster.bootstrap_servers, suspect_after=30.0) as admin:
        await admin.list_topics()
        silence(cluster, after=2)  # that there is no such topic yet, and who the controller is
        created = await admin.create_topics("audit", timeout=2.0)
        with pytest.raises(OperationTimeoutError, match="topic 'audit': not all brokers knew it") as late:
            created["audit"]
    assert late.value.sent


async def test_a_broker_that_is_silent_for_a_while_is_not_waited_for(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(propagation, "_A_ROUND", 0.5)
    async with AdminClient(cluster.bootstrap_servers) as admin:
        cluster.stop_broker(3, how="stall")
        await admin.wait_for_topics("orders", timeout=60)


async def test_what_nobody_has_said_to_know_is_not_known(cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(propagation, "_A_ROUND", 0.1)
    async with AdminClient(cluster.bootstrap_servers, suspect_after=30.0) as admin:
        silence(cluster)
        with pytest.raises(OperationTimeoutError, match="not all brokers knew it"):
            await admin.wait_for_topics("orders", timeout=0.5)


async def test_who_waits_for_a_cluster_that_says_nothing_is_told_what_was_waited_for(cluster: FakeCluster) -> None:
    cluster.inject(Fault(api=ApiKey.DESCRIBE_CLUSTER, drop_answer=True, count=None))
    async with AdminClient(cluster.bootstrap_servers, suspect_after=30.0) as admin:
        with pytest.raises(OperationTimeoutError, match=r"wait_until_ready: not ready within 0\.5 s; last: .+"):
            await admin.wait_until_ready(brokers=3, timeout=0.5)
