"""Groups whose members are Java's own: a KIP-848 consumer, a share consumer, a Kafka Streams application."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from anyio.abc import Process

from kafkaadmin import (
    AdminClient,
    BatchResult,
    ConsumerGroupDescription,
    GroupDescription,
    GroupState,
    NewTopic,
    ShareGroupDescription,
    StreamsGroupDescription,
    StreamsTask,
    TopicPartition,
)
from tests.support.kafka import KafkaCluster
from tests.support.kafka.jars import java
from tests.support.kafka.settings import DEFAULT_VERSION
from tests.support.kafka_clients_jar import kafka_clients_jar, kafka_streams_jar, slf4j_jar

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio"])]

MEMBERS = Path(__file__).parents[1] / "support" / "java" / "GroupMembers.java"


@asynccontextmanager
async def members(brokers: str, topic: str, *groups: str) -> AsyncIterator[Process]:
    """Members of the three groups, which leave when their standard input is closed."""
    jars = kafka_clients_jar(DEFAULT_VERSION), kafka_streams_jar(DEFAULT_VERSION), slf4j_jar()
    class_path = os.pathsep.join(map(str, jars))
    command = [str(java()), "-XX:TieredStopAtLevel=1", "-Xmx192m", "-cp", class_path, str(MEMBERS)]
    async with await anyio.open_process(
        [*command, brokers, topic, *groups], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()


def are_at_work(described: BatchResult[str, GroupDescription]) -> bool:
    return not described.failed and all(
        group.state is GroupState.STABLE and group.members for group in described.values()
    )


async def test_groups_of_javas_own_members_are_described(kafka: KafkaCluster) -> None:
    if kafka.version < "4.2":
        return
    groups = [f"java-{kind}" for kind in ("consumer", "share", "streams")]
    async with AdminClient(kafka.bootstrap()) as admin:
        (await admin.create_topics(NewTopic("java-orders", partitions=3, replication_factor=3))).raise_for_errors()
        async with members(kafka.bootstrap(), "java-orders", *groups) as process:
            while not are_at_work(described := await admin.describe_groups(groups)):
                assert process.returncode is None
                await anyio.sleep(0.2)
            assert process.stdin is not None
            await process.stdin.aclose()
            assert await process.wait() == 0
        left = await admin.describe_groups(groups)

    consumer, share, streams = (described[group] for group in groups)
    partitions = {TopicPartition("java-orders", partition) for partition in range(3)}
    assert isinstance(consumer, ConsumerGroupDescription)
    assert [set(member.assignment) for member in consumer.members] == [partitions]
    assert isinstance(share, ShareGroupDescription)
    assert [set(member.assignment) for member in share.members] == [partitions]
    assert isinstance(streams, StreamsGroupDescription)
    (member,) = streams.members
    assert set(member.assignment.active) == {StreamsTask("0", partition) for partition in range(3)}
    (subtopology,) = streams.subtopologies
    assert subtopology.source_topics == ("java-orders",)
    (changelog,) = subtopology.state_changelog_topics
    assert changelog.name == "java-streams-counts-changelog"
    assert (changelog.partitions, changelog.replication_factor) == (3, None)
    assert {group.state for group in left.values()} == {GroupState.EMPTY}
