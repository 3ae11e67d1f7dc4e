"""Who leads partitions of very many topics: asked in several requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import anyio
import pytest
from trio.testing import MockClock

from kafkaadmin.config import Address
from kafkaadmin.errors import AuthorizationError, KafkaAdminError, TransportError
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.routing.destinations import Leader
from kafkaadmin.routing.metadata import TOPICS_PER_REQUEST, LeaderFinder, Metadata
from kafkaadmin.routing.nodes import Node, Nodes
from kafkaadmin.routing.table import Unsettled
from kafkawire.messages import MetadataResponse, MetadataResponsePartition, MetadataResponseTopic

pytestmark = pytest.mark.anyio

TOPICS = 5 * TOPICS_PER_REQUEST
FIRST, SECOND = ("t0", f"t{TOPICS_PER_REQUEST}")


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "trio", {"clock": MockClock(autojump_threshold=0)}


class Told:
    """Brokers of which each takes a second to answer, and one question fails."""

    def __init__(self, failure: KafkaAdminError | None = None) -> None:
        self.nodes = Nodes([Address("broker-1", 9092)])
        self.leader: Node = self.nodes.learn(1, "broker-1", 9092)
        self.failure = failure

    async def ask(self, topics: Sequence[str]) -> MetadataResponse:
        await anyio.sleep(1.0)
        if self.failure is not None and SECOND in topics:
            raise self.failure
        partition = MetadataResponsePartition(partition_index=0, leader_id=1)
        return MetadataResponse(
            topics=tuple(MetadataResponseTopic(name=topic, partitions=(partition,)) for topic in topics)
        )

    async def leaders(self) -> dict[str, object]:
        finder = LeaderFinder(cast("Metadata", self), self.nodes)
        found = await finder([Leader(TopicPartition(f"t{number}", 0)) for number in range(TOPICS)])
        return {leader.partition.topic: each for leader, each in found.items()}


async def test_5_000_topics_are_asked_about_at_the_same_time() -> None:
    began, told = anyio.current_time(), Told()
    found = await told.leaders()
    assert anyio.current_time() - began == pytest.approx(1.0)
    assert len(found) == TOPICS
    assert set(found.values()) == {told.leader}


@pytest.mark.parametrize("failure", [TransportError("lost"), AuthorizationError(29)], ids=repr)
async def test_one_question_that_fails_fails_its_own_topics_only(failure: KafkaAdminError) -> None:
    told = Told(failure)
    found = await told.leaders()
    assert found[FIRST] is told.leader
    lost = found[SECOND]
    assert (lost.error if isinstance(lost, Unsettled) else lost) is failure
    assert sum(each is not told.leader for each in found.values()) == TOPICS_PER_REQUEST
