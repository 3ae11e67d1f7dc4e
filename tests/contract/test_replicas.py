"""Leaders elected, partitions moved, and log directories, on FakeCluster and on real Kafka."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest
from anyio.lowlevel import checkpoint

from kafkaadmin import (
    AdminClient,
    BrokerError,
    ElectionNotNeededError,
    ElectionType,
    InvalidRequestError,
    KafkaAdminError,
    NewTopic,
    PartitionDescription,
    PartitionReassignment,
    TopicPartition,
    TopicPartitionReplica,
    UnknownTopicError,
    UnsupportedVersionError,
)
from kafkaadmin.testing import FakeCluster
from tests.support.stage import Stage

pytestmark = pytest.mark.anyio

REPLICA_NOT_AVAILABLE = 9
LOG_DIR_NOT_FOUND = 57
NO_REASSIGNMENT_IN_PROGRESS = 85


async def placed(admin: AdminClient, stage: Stage, *replicas: int) -> TopicPartition:
    """The one partition of a topic, on these brokers."""
    name = stage.name("placed")
    (await admin.create_topics(NewTopic(name, assignments={0: replicas}))).raise_for_errors()
    return TopicPartition(name, 0)


async def until(
    admin: AdminClient, partition: TopicPartition, holds: Callable[[PartitionDescription], bool]
) -> PartitionDescription:
    """A partition, once the brokers know it so."""
    while True:
        described = (await admin.describe_topics(partition.topic))[partition.topic].partitions[partition.partition]
        if holds(described):
            return described
        await anyio.sleep(0.05)


async def test_a_partition_is_led_by_its_preferred_replica_again(admin: AdminClient, stage: Stage) -> None:
    partition = await placed(admin, stage, 1, 2)
    nowhere = TopicPartition(stage.name("nope"), 0)
    with pytest.raises(ElectionNotNeededError, match=f"elect_leaders: partition {partition}"):
        (await admin.elect_leaders(partition))[partition]
    # The other order makes the other one preferred, and leaves the leader where it is.
    (await admin.alter_partition_reassignments({partition: [2, 1]})).raise_for_errors()
    await until(admin, partition, lambda each: each.replicas == (2, 1))
    result = await admin.elect_leaders([partition, nowhere])
    assert result[partition].ambiguous is False
    with pytest.raises(UnknownTopicError):
        result[nowhere]
    assert (await until(admin, partition, lambda each: each.leader == 2)).leader == 2


async def test_all_partitions_are_led_by_their_preferred_replicas_again(admin: AdminClient, stage: Stage) -> None:
    partition = await placed(admin, stage, 3, 1)
    (await admin.alter_partition_reassignments({partition: [1, 3]})).raise_for_errors()
    await until(admin, partition, lambda each: each.replicas == (1, 3))
    elected = await admin.elect_leaders()
    assert elected[partition].partition == partition
    assert (await until(admin, partition, lambda each: each.leader == 1)).leader == 1
    assert partition not in await admin.elect_leaders()


async def test_an_unclean_election_is_for_partitions_without_a_leader(admin: AdminClient, stage: Stage) -> None:
    partition = await placed(admin, stage, 1, 2)
    with pytest.raises(ElectionNotNeededError):
        (await admin.elect_leaders([partition], election_type=ElectionType.UNCLEAN))[partition]


async def test_a_partition_moves_to_other_brokers(admin: AdminClient, stage: Stage) -> None:
    partition = await placed(admin, stage, 1, 2)
    altered = await admin.alter_partition_reassignments({partition: [3, 1, 2]})
    assert altered[partition].replicas == (3, 1, 2)
    described = await until(admin, partition, lambda each: set(each.in_sync_replicas) == {1, 2, 3})
    assert described.replicas == (3, 1, 2)
    while partition in await admin.list_partition_reassignments(partition):
        await checkpoint()
    assert partition not in await admin.list_partition_reassignments()


async def test_each_partition_moves_or_is_refused_by_itself(admin: AdminClient, stage: Stage) -> None:
    partition, still = await placed(admin, stage, 1), await placed(admin, stage, 2)
    nowhere = TopicPartition(stage.name("nope"), 0)
    result = await admin.alter_partition_reassignments({partition: [2, 77], still: None, nowhere: [1]})
    with pytest.raises(InvalidRequestError):
        result[partition]
    with pytest.raises(BrokerError) as nothing_to_cancel:
        result[still]
    assert nothing_to_cancel.value.code == NO_REASSIGNMENT_IN_PROGRESS
    with pytest.raises(UnknownTopicError):
        result[nowhere]


async def test_the_number_of_replicas_can_be_held_fast(admin: AdminClient, stage: Stage) -> None:
    partition = await placed(admin, stage, 1, 2)
    result = await admin.alter_partition_reassignments({partition: [1, 2, 3]}, allow_replication_factor_change=False)
    if stage.release < (4, 1):
        with pytest.raises(UnsupportedVersionError, match=r"AlterPartitionReassignments .* allow_replication_factor"):
            result[partition]
        return
    with pytest.raises(InvalidRequestError, match="INVALID_REPLICATION_FACTOR"):
        result[partition]
    moved = await admin.alter_partition_reassignments({partition: [3, 1]}, allow_replication_factor_change=False)
    moved.raise_for_errors()
    await until(admin, partition, lambda each: each.replicas == (3, 1))


async def test_moves_under_way_are_listed_and_cancelled(cluster: FakeCluster) -> None:
    cluster.add_topic("moving", partitions=2, replication_factor=1)
    cluster.hold_reassignments()
    first, second = TopicPartition("moving", 0), TopicPartition("moving", 1)
    async with AdminClient(cluster.bootstrap_servers) as admin:
        before = (await admin.describe_topics("moving"))["moving"].partitions[0].replicas
        others = tuple({1, 2, 3} - set(before))
        (await admin.alter_partition_reassignments({first: others, second: others})).raise_for_errors()
        assert await admin.list_partition_reassignments([first, TopicPartition("nope", 0)]) == {
            first: PartitionReassignment(replicas=(*others, *before), adding_replicas=others, removing_replicas=before)
        }
        cancelled = await admin.alter_partition_reassignments({first: None})
        assert cancelled[first].replicas is None
        assert set(await admin.list_partition_reassignments()) == {second}
        assert (await admin.describe_topics("moving"))["moving"].partitions[0].replicas == before
        cluster.hold_reassignments(False)
        assert await admin.list_partition_reassignments() == {}
        assert (await admin.describe_topics("moving"))["moving"].partitions[1].replicas == others


async def test_brokers_tell_what_lies_in_their_directories(admin: AdminClient, stage: Stage) -> None:
    partition = await placed(admin, stage, 1, 2)
    described = await admin.describe_log_dirs()
    assert set(described) == {1, 2, 3}
    holders = {broker for broker, dirs in described.items() for each in dirs.values() if partition in each.replicas}
    assert holders == {1, 2}
    for log_dir in described[1].values():
        assert log_dir.error is None
        if stage.release >= (3, 3):
            assert log_dir.total_bytes is not None
            assert log_dir.usable_bytes is not None
            assert 0 < log_dir.usable_bytes <= log_dir.total_bytes


async def test_a_broker_that_is_not_there_fails_by_itself(admin: AdminClient) -> None:
    described = await admin.describe_log_dirs([1, 77])
    assert set(described.succeeded) == {1}
    with pytest.raises(KafkaAdminError):
        described[77]


async def test_replicas_are_found_in_their_directories_and_moved(admin: AdminClient, stage: Stage) -> None:
    partition = await placed(admin, stage, 1, 2)
    here, elsewhere = TopicPartitionReplica(*partition, 1), TopicPartitionReplica(*partition, 3)
    found = await admin.describe_replica_log_dirs([here, elsewhere])
    path = found[here].current_log_dir
    assert path in (await admin.describe_log_dirs(1))[1]
    assert (found[here].current_offset_lag, found[here].future_log_dir) == (0, None)
    with pytest.raises(BrokerError) as absent:
        found[elsewhere]
    assert absent.value.code == REPLICA_NOT_AVAILABLE
    assert path is not None
    other = TopicPartitionReplica(*partition, 2)
    moved = await admin.alter_replica_log_dirs({here: path, other: "/no/such/directory"})
    assert set(moved.succeeded) == {here}
    with pytest.raises(BrokerError) as no_such:
        moved[other]
    assert no_such.value.code == LOG_DIR_NOT_FOUND


async def test_a_replica_moves_to_another_directory(cluster: FakeCluster) -> None:
    replica = TopicPartitionReplica("orders", 0, 1)
    async with AdminClient(cluster.bootstrap_servers) as admin:
        (await admin.alter_replica_log_dirs({replica: "/kafka/data-2"})).raise_for_errors()
        assert (await admin.describe_replica_log_dirs(replica))[replica].current_log_dir == "/kafka/data-2"
