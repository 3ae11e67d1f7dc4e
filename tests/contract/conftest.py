"""The same tests on FakeCluster, by asyncio and trio, and on real Kafka."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from kafkaadmin import AdminClient
from kafkaadmin.testing import FakeCluster
from tests.support.stage import FakeStage, KafkaStage, Stage

SCENES = [
    pytest.param(("fake", "asyncio"), id="fake-asyncio"),
    pytest.param(("fake", "trio"), id="fake-trio"),
    pytest.param(("kafka", "asyncio"), id="kafka-asyncio", marks=pytest.mark.real_kafka),
]


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
    with FakeCluster(brokers=3) as cluster:
        yield FakeStage(cluster)


@pytest.fixture
async def admin(stage: Stage) -> AsyncIterator[AdminClient]:
    async with AdminClient(stage.bootstrap_servers) as admin:
        yield admin
