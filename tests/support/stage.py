"""Where contract tests play: FakeCluster or real Kafka, behind one interface.

The tests use names of their own, so that they may share a cluster, and ask for nothing that only one of the two can do.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from uuid import uuid4

import anyio

from kafkaadmin import AdminClient, Coordinator, TopicPartition, UnsupportedVersionError
from kafkaadmin.testing import FakeCluster, GroupMember, timestamp_of
from kafkawire import ErrorCode, Message, encode
from kafkawire.messages import (
    ConsumerGroupHeartbeatRequest,
    ConsumerProtocolAssignment,
    ConsumerProtocolAssignmentTopicPartition,
    ConsumerProtocolSubscription,
    JoinGroupRequest,
    JoinGroupRequestProtocol,
    SyncGroupRequest,
    SyncGroupRequestAssignment,
)
from tests.support.kafka import KafkaCluster
from tests.support.producing import produce

__all__ = ["FakeStage", "KafkaStage", "Stage"]

SESSION_MS = 60_000


class Stage(ABC):
    """A cluster of three brokers."""

    bootstrap_servers: str
    release: tuple[int, int]

    def name(self, what: str) -> str:
        """A name that no other test uses."""
        return f"{what}-{uuid4().hex[:8]}"

    @abstractmethod
    async def join(
        self, admin: AdminClient, group: str, topic: str, partition: int, *, instance: str | None = None
    ) -> str:
        """Let a classic consumer join, subscribe to the topic and own the partition. Gives its member id."""

    async def join_new(self, admin: AdminClient, group: str, topic: str) -> str:
        """Let a consumer of the new protocol (KIP-848) join and subscribe to the topic. Gives its member id.

        Raises `UnsupportedVersionError` where the brokers have such groups switched off.
        """
        member = str(uuid4())
        epoch = 0
        while True:
            beat = await admin.send(
                ConsumerGroupHeartbeatRequest(
                    group_id=group,
                    member_id=member,
                    member_epoch=epoch,
                    rebalance_timeout_ms=SESSION_MS,
                    subscribed_topic_names=(topic,),
                    topic_partitions=(),
                ),
                Coordinator(group),
            )
            if beat.error_code == ErrorCode.UNSUPPORTED_VERSION:
                raise UnsupportedVersionError(f"{group}: the brokers have KIP-848 groups switched off")
            assert beat.error_code == 0, (ErrorCode(beat.error_code), beat.error_message)
            if beat.member_epoch > 0:
                return beat.member_id or member
            epoch = beat.member_epoch
            await anyio.sleep(0.1)

    @abstractmethod
    async def fill(self, admin: AdminClient, partition: TopicPartition, records: int) -> None:
        """Write records to an empty partition. Record `n` has the timestamp `FIRST_TIMESTAMP_MS` and `n` seconds."""


class FakeStage(Stage):
    """FakeCluster: members are put where they would have come to."""

    def __init__(self, cluster: FakeCluster, release: tuple[int, int] = (4, 4)) -> None:
        self.cluster = cluster
        self.bootstrap_servers = cluster.bootstrap_servers
        self.release = release

    async def join(
        self, admin: AdminClient, group: str, topic: str, partition: int, *, instance: str | None = None
    ) -> str:
        member = f"member-{uuid4()}"
        self.cluster.add_group(
            group,
            members=[
                GroupMember(
                    member_id=member, group_instance_id=instance, topics=(topic,), partitions=((topic, partition),)
                )
            ],
        )
        return member

    async def fill(self, admin: AdminClient, partition: TopicPartition, records: int) -> None:
        self.cluster.set_log(partition.topic, partition.partition, end_offset=records)


class KafkaStage(Stage):
    """Real brokers: members join by the protocol, and live until their session ends."""

    def __init__(self, kafka: KafkaCluster) -> None:
        self.bootstrap_servers = kafka.bootstrap()
        major, minor = re.match(r"(\d+)\.(\d+)", kafka.version).groups()  # type: ignore[union-attr]
        self.release = int(major), int(minor)

    async def join(
        self, admin: AdminClient, group: str, topic: str, partition: int, *, instance: str | None = None
    ) -> str:
        joined = await admin.send(_join(group, "", topic, instance), Coordinator(group))
        if joined.error_code == ErrorCode.MEMBER_ID_REQUIRED:
            joined = await admin.send(_join(group, joined.member_id, topic, instance), Coordinator(group))
        assert joined.error_code == 0, ErrorCode(joined.error_code)
        assignment = ConsumerProtocolAssignment(
            assigned_partitions=(ConsumerProtocolAssignmentTopicPartition(topic=topic, partitions=(partition,)),)
        )
        synced = await admin.send(
            SyncGroupRequest(
                group_id=group,
                generation_id=joined.generation_id,
                member_id=joined.member_id,
                group_instance_id=instance,
                protocol_type="consumer",
                protocol_name="range",
                assignments=(
                    SyncGroupRequestAssignment(member_id=joined.member_id, assignment=_consumers_bytes(assignment)),
                ),
            ),
            Coordinator(group),
        )
        assert synced.error_code == 0, ErrorCode(synced.error_code)
        return joined.member_id

    async def fill(self, admin: AdminClient, partition: TopicPartition, records: int) -> None:
        await produce(admin, partition, [timestamp_of(offset) for offset in range(records)])


def _join(group: str, member: str, topic: str, instance: str | None) -> JoinGroupRequest:
    subscription = ConsumerProtocolSubscription(topics=(topic,))
    return JoinGroupRequest(
        group_id=group,
        session_timeout_ms=SESSION_MS,
        rebalance_timeout_ms=SESSION_MS,
        member_id=member,
        group_instance_id=instance,
        protocol_type="consumer",
        protocols=(JoinGroupRequestProtocol(name="range", metadata=_consumers_bytes(subscription)),),
    )


def _consumers_bytes(message: Message) -> bytes:
    return (1).to_bytes(2, "big") + encode(message, 1)
