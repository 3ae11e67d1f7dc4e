"""The same tests on FakeCluster, by asyncio and trio and as older releases, and on real Kafka."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from kafkaadmin import AdminClient
from kafkaadmin.testing import FakeCluster
from tests.support.stage import FakeStage, KafkaStage, Stage

SCENES = [
    pytest.param(("fake", "asyncio"), id="fake-asyncio"),
    pytest.param(("fake", "trio"), id="fake-trio"),
    pytest.param(("fake-3.9", "asyncio"), id="fake-3.9"),
    pytest.param(("fake-2.8", "asyncio"), id="fake-2.8"),
    pytest.param(("kafka", "asyncio"), id="kafka-asyncio", marks=pytest.mark.real_kafka),
]


# Seconds until others take over from a broker of `cluster`.
FAILOVER = 0.05


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    """Three brokers, a topic, and a group that has committed 42."""
    with FakeCluster(brokers=3, failover=FAILOVER) as cluster:
        cluster.add_topic("orders", partitions=3, end_offset=100)
        cluster.add_group("billing", offsets={("orders", 0): 42})
        yield cluster


@pytest.fixture(params=SCENES)
def scene(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Which cluster, and which event loop."""
    chosen: tuple[str, str] = request.param
    return chosen


@pytest.fixture
def anyio_backend(scene: tuple[str, str]) -> str:
    return scene[1]


@pytest.fixture
def stage(scene: tuple[str, str], request: pytest.FixtureRequest) -> Iterator[Stage]:
    if scene[0] == "kafka":
        yield KafkaStage(request.getfixturevalue("kafka"))
        return
    release = scene[0].partition("-")[2] or "4.4"
    major, minor = map(int, release.split("."))
    with FakeCluster(brokers=3, versions_of=release, zookeeper=major < 3) as cluster:
        yield FakeStage(cluster, (major, minor))


@pytest.fixture
async def admin(stage: Stage) -> AsyncIterator[AdminClient]:
    async with AdminClient(stage.bootstrap_servers) as admin:
        yield admin
