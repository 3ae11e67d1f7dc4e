"""What users' type checkers infer from the public face. Checked by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_type
from uuid import UUID

from kafkaadmin import (
    AdminClient,
    AlterConfigOp,
    AlteredReassignment,
    AnyBroker,
    BatchResult,
    Broker,
    ChangedVoter,
    ClassicGroupDescription,
    ClusterDescription,
    ConfigEntry,
    ConfigResource,
    ConfigResourceType,
    ConfigSource,
    ConsumerGroupDescription,
    CreatedPartitions,
    CreatedTopic,
    DelegationToken,
    DelegationTokenExpiry,
    DeletedGroup,
    DeletedRecords,
    ElectedLeader,
    ElectionType,
    FeatureMetadata,
    FeatureUpdate,
    FeatureUpgradeType,
    GroupDescription,
    GroupListing,
    KafkaPrincipal,
    LevelRange,
    LogDirDescription,
    MemberToRemove,
    NewPartitions,
    NewTopic,
    OffsetAndMetadata,
    OffsetSpec,
    PartitionOffset,
    PartitionReassignment,
    QuorumInfo,
    RaftVoterEndpoint,
    RecordsToDelete,
    RemovedMember,
    ReplicaInfo,
    ReplicaLogDirInfo,
    ShareGroupDescription,
    SharePartitionOffset,
    StreamsGroupDescription,
    StreamsTask,
    StreamsTopologyDescription,
    TopicDescription,
    TopicListing,
    TopicPartition,
    TopicPartitionReplica,
    UnregisteredNode,
)
from kafkawire.messages import ListGroupsRequest, ListGroupsResponse, MetadataRequest, MetadataResponse

ORDERS_0 = TopicPartition("orders", 0)


async def offsets(admin: AdminClient) -> None:
    by_group = await admin.list_consumer_group_offsets(["billing", "audit"])
    assert_type(by_group, BatchResult[str, Mapping[TopicPartition, OffsetAndMetadata]])
    assert_type(by_group["billing"][ORDERS_0].offset, int)
    await admin.list_consumer_group_offsets({"billing": [ORDERS_0], "audit": None})
    await admin.list_consumer_group_offsets("billing", require_stable=True, timeout=5)
    assert_type(await admin.alter_consumer_group_offsets("billing", {ORDERS_0: 42}), BatchResult[TopicPartition, None])
    await admin.alter_consumer_group_offsets("billing", {ORDERS_0: OffsetAndMetadata(42, "by hand")})
    await admin.delete_consumer_group_offsets("billing", ORDERS_0)
    ends = await admin.list_offsets([ORDERS_0], OffsetSpec.latest())
    assert_type(ends, BatchResult[TopicPartition, PartitionOffset])
    assert_type(ends[ORDERS_0].offset, int | None)
    assert_type(
        await admin.list_offsets({ORDERS_0: OffsetSpec.earliest()}), BatchResult[TopicPartition, PartitionOffset]
    )


async def topics(admin: AdminClient) -> None:
    assert_type(await admin.list_topics(), Mapping[str, TopicListing])
    assert_type(await admin.create_topics(["a", NewTopic("b", partitions=3)]), BatchResult[str, CreatedTopic])
    assert_type(await admin.describe_topics("a"), BatchResult[str, TopicDescription])
    assert_type(await admin.describe_topics(["a", "b"]), BatchResult[str, TopicDescription])
    by_id = await admin.describe_topics([UUID(int=1)])
    assert_type(by_id, BatchResult[UUID, TopicDescription])
    assert_type(by_id[UUID(int=1)].topic_id, UUID | None)
    for topic, deleted in (await admin.delete_topics("a")).items():
        assert_type(topic, str)
        assert_type(deleted.ambiguous, bool)


async def waiting(admin: AdminClient) -> None:
    assert_type((await admin.create_topics("a", if_exists="verify"))["a"].existed, bool)
    await admin.wait_for_topics(["a", "b"])
    assert_type(await admin.wait_until_ready(brokers=3, timeout=60), ClusterDescription)
    assert_type(await admin.client_instance_id(), UUID)


async def configs(admin: AdminClient) -> None:
    orders = ConfigResource.topic("orders")
    described = await admin.describe_configs([orders, ConfigResource.broker(1)], names="retention.ms")
    assert_type(described, BatchResult[ConfigResource, Mapping[str, ConfigEntry]])
    assert_type(described[orders]["retention.ms"].value, str | None)
    assert_type(described[orders]["retention.ms"].source, ConfigSource)
    altered = await admin.incremental_alter_configs(
        {orders: {"retention.ms": "5", "segment.bytes": None, "cleanup.policy": AlterConfigOp.append("compact")}}
    )
    assert_type(altered, BatchResult[ConfigResource, None])
    await admin.incremental_alter_configs({orders: {"retention.ms": "5"}})
    listed = await admin.list_config_resources(types=ConfigResourceType.CLIENT_METRICS)
    assert_type(listed, tuple[ConfigResource, ...])


async def replicas(admin: AdminClient) -> None:
    assert_type(await admin.elect_leaders(), BatchResult[TopicPartition, ElectedLeader])
    await admin.elect_leaders(ORDERS_0, election_type=ElectionType.UNCLEAN)
    moved = await admin.alter_partition_reassignments({ORDERS_0: [1, 2], TopicPartition("a", 1): None})
    assert_type(moved, BatchResult[TopicPartition, AlteredReassignment])
    assert_type(await admin.list_partition_reassignments(), Mapping[TopicPartition, PartitionReassignment])
    dirs = await admin.describe_log_dirs([1, 2])
    assert_type(dirs, BatchResult[int, Mapping[str, LogDirDescription]])
    assert_type(dirs[1]["/data"].replicas[ORDERS_0], ReplicaInfo)
    replica = TopicPartitionReplica("orders", 0, 1)
    assert_type(await admin.describe_replica_log_dirs(replica), BatchResult[TopicPartitionReplica, ReplicaLogDirInfo])
    assert_type(await admin.alter_replica_log_dirs({replica: "/data"}), BatchResult[TopicPartitionReplica, None])


async def features_and_nodes(admin: AdminClient) -> None:
    features = await admin.describe_features(broker_id=1)
    assert_type(features, FeatureMetadata)
    assert_type(features.finalized["metadata.version"], LevelRange)
    lower = FeatureUpdate(1, FeatureUpgradeType.SAFE_DOWNGRADE)
    assert_type(await admin.update_features({"a": 1, "b": lower}), BatchResult[str, None])
    assert_type(await admin.unregister_broker(3), UnregisteredNode)
    assert_type((await admin.unregister_controller(3)).ambiguous, bool)


async def writes(admin: AdminClient) -> None:
    partitions = await admin.create_partitions({"a": 3, "b": NewPartitions(4, assignments=[[1, 2]])})
    assert_type(partitions, BatchResult[str, CreatedPartitions])
    records = await admin.delete_records({ORDERS_0: 42, TopicPartition("a", 1): RecordsToDelete.up_to_high_watermark()})
    assert_type(records, BatchResult[TopicPartition, DeletedRecords])
    assert_type(await admin.describe_metadata_quorum(), QuorumInfo)
    endpoint = RaftVoterEndpoint(listener="CONTROLLER", host="localhost", port=9093)
    assert_type(await admin.add_raft_voter(4, UUID(int=1), endpoint), ChangedVoter)
    assert_type(await admin.remove_raft_voter(4, UUID(int=1)), ChangedVoter)
    token = await admin.create_delegation_token(renewers=KafkaPrincipal(name="bob"))
    assert_type(token, DelegationToken)
    assert_type(await admin.renew_delegation_token(token), DelegationTokenExpiry)
    assert_type(await admin.expire_delegation_token(token.hmac), DelegationTokenExpiry)
    assert_type(await admin.describe_delegation_token(), tuple[DelegationToken, ...])


async def groups(admin: AdminClient) -> None:
    assert_type(await admin.list_groups(protocol_types="consumer"), Mapping[str, GroupListing])
    assert_type(await admin.describe_groups("billing"), BatchResult[str, GroupDescription])
    assert_type(await admin.describe_consumer_groups("billing"), BatchResult[str, ConsumerGroupDescription])
    assert_type(await admin.describe_classic_groups("billing"), BatchResult[str, ClassicGroupDescription])
    assert_type(await admin.describe_share_groups("billing"), BatchResult[str, ShareGroupDescription])
    starts = await admin.list_share_group_offsets({"billing": [ORDERS_0], "audit": None})
    assert_type(starts, BatchResult[str, Mapping[TopicPartition, SharePartitionOffset]])
    assert_type(starts["billing"][ORDERS_0].lag, int | None)
    assert_type(await admin.alter_share_group_offsets("billing", {ORDERS_0: 4}), BatchResult[TopicPartition, None])
    assert_type(await admin.delete_share_group_offsets("billing", "orders"), BatchResult[str, None])
    assert_type(await admin.delete_share_groups("billing"), BatchResult[str, DeletedGroup])
    streams = await admin.describe_streams_groups(["billing"], include_topology_description=True)
    assert_type(streams, BatchResult[str, StreamsGroupDescription])
    assert_type(streams["billing"].members[0].assignment.active, tuple[StreamsTask, ...])
    assert_type(streams["billing"].topology_description, StreamsTopologyDescription | None)
    of_streams = await admin.list_streams_group_offsets({"billing": [ORDERS_0]})
    assert_type(of_streams, BatchResult[str, Mapping[TopicPartition, OffsetAndMetadata]])
    assert_type(await admin.alter_streams_group_offsets("billing", {ORDERS_0: 4}), BatchResult[TopicPartition, None])
    assert_type(await admin.delete_streams_group_offsets("billing", ORDERS_0), BatchResult[TopicPartition, None])
    assert_type(await admin.delete_streams_groups("billing"), BatchResult[str, DeletedGroup])
    assert_type(
        await admin.remove_members_from_consumer_group("billing", "all"), BatchResult[MemberToRemove, RemovedMember]
    )


async def routing(admin: AdminClient) -> None:
    assert_type(await admin.find_coordinators("billing"), BatchResult[str, Broker])
    assert_type(await admin.send(ListGroupsRequest(), AnyBroker()), ListGroupsResponse)
    assert_type(await admin.send(MetadataRequest(topics=()), to=AnyBroker()), MetadataResponse)


async def mistakes(admin: AdminClient) -> None:
    """Each of these is an error, and an ignore without one is an error too."""
    await admin.list_offsets([ORDERS_0])  # type: ignore[call-overload] # pyright: ignore[reportCallIssue, reportArgumentType]
    await admin.alter_consumer_group_offsets("billing", [ORDERS_0])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    await admin.remove_members_from_consumer_group("billing", "some")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    NewTopic("orders", 3)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
