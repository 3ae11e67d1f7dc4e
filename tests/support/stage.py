"""Where contract tests play: FakeCluster or real Kafka, behind one interface.

The tests use names of their own, so that they may share a cluster, and ask for nothing that only one of the two can do.
"""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from uuid import uuid4

import anyio

from kafkaadmin import (
    AdminClient,
    ConfigResource,
    ConfigResourceType,
    Coordinator,
    CoordinatorType,
    TopicPartition,
    UnsupportedVersionError,
)
from kafkaadmin.testing import FIRST_TIMESTAMP_MS, FakeCluster, GroupMember, timestamp_of
from kafkawire import ErrorCode, Message, encode
from kafkawire.messages import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
    ConsumerGroupHeartbeatRequest,
    ConsumerProtocolAssignment,
    ConsumerProtocolAssignmentTopicPartition,
    ConsumerProtocolSubscription,
    InitProducerIdRequest,
    JoinGroupRequest,
    JoinGroupRequestProtocol,
    ShareGroupHeartbeatRequest,
    StreamsGroupHeartbeatRequest,
    StreamsGroupHeartbeatRequestEndpoint,
    StreamsGroupHeartbeatRequestKeyValue,
    StreamsGroupHeartbeatRequestSubtopology,
    StreamsGroupHeartbeatRequestTaskIds,
    StreamsGroupHeartbeatRequestTopicInfo,
    StreamsGroupHeartbeatRequestTopology,
    SyncGroupRequest,
    SyncGroupRequestAssignment,
)
from tests.support.eventually import eventually
from tests.support.kafka import KafkaCluster
from tests.support.producing import Writer, produce

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

    async def join_share(self, admin: AdminClient, group: str, topic: str) -> str:
        """Let a member join a share group, and come to read the topic's partitions. Gives its member id."""
        member, epoch = str(uuid4()), 0
        while True:
            beat = await admin.send(
                ShareGroupHeartbeatRequest(
                    group_id=group, member_id=member, member_epoch=epoch, subscribed_topic_names=(topic,)
                ),
                Coordinator(group),
            )
            assert beat.error_code == 0, (ErrorCode(beat.error_code), beat.error_message)
            if beat.assignment is not None and beat.assignment.topic_partitions:
                return member
            epoch = beat.member_epoch
            await anyio.sleep(0.1)

    async def leave_share(self, admin: AdminClient, group: str, member: str) -> None:
        """Let a member leave its share group."""
        beat = await admin.send(
            ShareGroupHeartbeatRequest(group_id=group, member_id=member, member_epoch=-1), Coordinator(group)
        )
        assert beat.error_code == 0, (ErrorCode(beat.error_code), beat.error_message)

    async def join_streams(self, admin: AdminClient, group: str, topic: str) -> str:
        """Let a member join a streams group that reads the topic and keeps a store, and come to have its tasks.

        Gives its member id. The store's changelog is named `{group}-store-changelog`.
        """
        member = str(uuid4())
        joining = _streams_member(group, member, topic)
        while True:
            beat = await admin.send(joining, Coordinator(group))
            if beat.error_code == ErrorCode.UNKNOWN_SERVER_ERROR:
                # The coordinator of 4.4.0 trips over an endpoint while it has yet to hear of a new source topic.
                await anyio.sleep(0.1)
                continue
            assert beat.error_code == 0, (ErrorCode(beat.error_code), beat.error_message)
            if beat.active_tasks:
                break
            joining = StreamsGroupHeartbeatRequest(group_id=group, member_id=member, member_epoch=beat.member_epoch)
            await anyio.sleep(0.1)
        tasks = tuple(
            StreamsGroupHeartbeatRequestTaskIds(subtopology_id=each.subtopology_id, partitions=each.partitions)
            for each in beat.active_tasks
        )
        running = StreamsGroupHeartbeatRequest(
            group_id=group,
            member_id=member,
            member_epoch=beat.member_epoch,
            active_tasks=tasks,
            standby_tasks=(),
            warmup_tasks=(),
        )
        beat = await admin.send(running, Coordinator(group))
        assert beat.error_code == 0, (ErrorCode(beat.error_code), beat.error_message)
        return member

    async def leave_streams(self, admin: AdminClient, group: str, member: str) -> None:
        """Let a member leave its streams group."""
        beat = await admin.send(
            StreamsGroupHeartbeatRequest(group_id=group, member_id=member, member_epoch=-1), Coordinator(group)
        )
        assert beat.error_code == 0, (ErrorCode(beat.error_code), beat.error_message)

    @abstractmethod
    async def fill(self, admin: AdminClient, partition: TopicPartition, records: int) -> None:
        """Write records to an empty partition. Record `n` has the timestamp `FIRST_TIMESTAMP_MS` and `n` seconds."""

    @abstractmethod
    async def open_transaction(self, admin: AdminClient, transactional_id: str, partition: TopicPartition) -> int:
        """Let a producer begin a transaction and write a record to the partition. Gives its producer id."""

    @abstractmethod
    async def leave_hanging(self, admin: AdminClient, partition: TopicPartition) -> int:
        """Leave a transaction open in a partition that no coordinator knows of: since 2023. Gives its producer id."""


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

    async def open_transaction(self, admin: AdminClient, transactional_id: str, partition: TopicPartition) -> int:
        return self.cluster.add_transaction(transactional_id, [partition])[0]

    async def leave_hanging(self, admin: AdminClient, partition: TopicPartition) -> int:
        return self.cluster.add_hanging_transaction(*partition, started_ms=FIRST_TIMESTAMP_MS)


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
        # Their timestamps are older than what brokers keep by default: from time to time they look, and delete.
        topic = ConfigResource(type=ConfigResourceType.TOPIC, name=partition.topic)
        (await admin.incremental_alter_configs({topic: {"retention.ms": "-1"}})).raise_for_errors()
        await produce(admin, partition, [timestamp_of(offset) for offset in range(records)])

    async def open_transaction(self, admin: AdminClient, transactional_id: str, partition: TopicPartition) -> int:
        coordinator = Coordinator(transactional_id, CoordinatorType.TRANSACTION)
        begun = await eventually(
            lambda: admin.send(
                InitProducerIdRequest(transactional_id=transactional_id, transaction_timeout_ms=SESSION_MS), coordinator
            ),
            lambda answer: answer.error_code == 0,
        )
        writer = Writer(transactional_id, begun.producer_id, begun.producer_epoch)
        topic = AddPartitionsToTxnTopic(name=partition.topic, partitions=(partition.partition,))
        await eventually(
            lambda: admin.send(
                AddPartitionsToTxnRequest(
                    v3_and_below_transactional_id=transactional_id,
                    v3_and_below_producer_id=writer.producer_id,
                    v3_and_below_producer_epoch=writer.epoch,
                    v3_and_below_topics=(topic,),
                ),
                coordinator,
                version=3 if self.release >= (2, 8) else 0,
            ),
            lambda answer: answer.results_by_topic_v3_and_below[0].results_by_partition[0].partition_error_code == 0,
        )
        now = time.time_ns() // 1_000_000
        assert await produce(admin, partition, [now], writer) is ErrorCode.NONE
        return writer.producer_id

    async def leave_hanging(self, admin: AdminClient, partition: TopicPartition) -> int:
        # What nobody has begun, leaders since 3.6 take only where they don't ask its coordinator (KIP-890).
        verified = "transaction.partition.verification.enable"
        everywhere = ConfigResource(type=ConfigResourceType.BROKER, name="")
        writer = Writer(self.name("nobody"), 2**40 + uuid4().int % 2**40, 0)
        if self.release < (3, 6):
            assert await produce(admin, partition, [FIRST_TIMESTAMP_MS], writer) is ErrorCode.NONE
            return writer.producer_id
        (await admin.incremental_alter_configs({everywhere: {verified: "false"}})).raise_for_errors()
        try:
            await eventually(
                lambda: produce(admin, partition, [FIRST_TIMESTAMP_MS], writer), lambda code: code is ErrorCode.NONE
            )
        finally:
            (await admin.incremental_alter_configs({everywhere: {verified: None}})).raise_for_errors()
        return writer.producer_id


def _streams_member(group: str, member: str, topic: str) -> StreamsGroupHeartbeatRequest:
    changelog = StreamsGroupHeartbeatRequestTopicInfo(
        name=f"{group}-store-changelog",
        topic_configs=(StreamsGroupHeartbeatRequestKeyValue(key="cleanup.policy", value="compact"),),
    )
    subtopology = StreamsGroupHeartbeatRequestSubtopology(
        subtopology_id="0", source_topics=(topic,), state_changelog_topics=(changelog,)
    )
    return StreamsGroupHeartbeatRequest(
        group_id=group,
        member_id=member,
        rebalance_timeout_ms=SESSION_MS,
        topology=StreamsGroupHeartbeatRequestTopology(epoch=1, subtopologies=(subtopology,)),
        active_tasks=(),
        standby_tasks=(),
        warmup_tasks=(),
        process_id=f"process-of-{member}",
        user_endpoint=StreamsGroupHeartbeatRequestEndpoint(host="app-1", port=8080),
        client_tags=(StreamsGroupHeartbeatRequestKeyValue(key="zone", value="a"),),
    )


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
