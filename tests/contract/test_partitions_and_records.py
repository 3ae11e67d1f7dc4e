"""Giving topics partitions, and deleting records, on FakeCluster and on real Kafka."""

from __future__ import annotations

import pytest

from kafkaadmin import (
    AdminClient,
    BrokerError,
    CreatedPartitions,
    InvalidRequestError,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    RecordsToDelete,
    TopicPartition,
    UnknownTopicError,
)
from tests.support.stage import Stage

pytestmark = pytest.mark.anyio

OFFSET_OUT_OF_RANGE = 1
POLICY_VIOLATION = 44


async def test_a_topic_gets_partitions_up_to_a_total(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("orders")
    (await admin.create_topics(NewTopic(name, partitions=1, replication_factor=2))).raise_for_errors()
    created = await admin.create_partitions({name: 3})
    assert created[name] == CreatedPartitions(topic=name, total=3)
    described = (await admin.describe_topics(name))[name]
    while len(described.partitions) < 3:  # another broker may hear of them later
        described = (await admin.describe_topics(name))[name]
    assert all(len(partition.replicas) == 2 for partition in described.partitions)


async def test_new_partitions_go_where_they_were_assigned(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("assigned")
    (await admin.create_topics(NewTopic(name, assignments={0: [1, 2]}))).raise_for_errors()
    (await admin.create_partitions({name: NewPartitions(3, assignments=[[3, 1], [2, 3]])})).raise_for_errors()
    described = (await admin.describe_topics(name))[name]
    while len(described.partitions) < 3:
        described = (await admin.describe_topics(name))[name]
    assert [partition.replicas for partition in described.partitions] == [(1, 2), (3, 1), (2, 3)]


async def test_each_topic_gets_partitions_or_fails_by_itself(admin: AdminClient, stage: Stage) -> None:
    good, same, fewer, misplaced, nope = map(stage.name, ["good", "same", "fewer", "misplaced", "nope"])
    (
        await admin.create_topics([NewTopic(each, partitions=2) for each in (good, same, fewer, misplaced)])
    ).raise_for_errors()
    result = await admin.create_partitions(
        {good: 3, same: 2, fewer: 1, misplaced: NewPartitions(4, assignments=[[1]]), nope: 2}
    )
    assert set(result.succeeded) == {good}
    for refused in (same, fewer, misplaced):
        with pytest.raises(InvalidRequestError):
            result[refused]
    with pytest.raises(UnknownTopicError):
        result[nope]


async def test_validating_new_partitions_makes_none(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("validated")
    (await admin.create_topics(NewTopic(name, partitions=1))).raise_for_errors()
    for _ in range(2):
        (await admin.create_partitions({name: 2}, validate_only=True)).raise_for_errors()
    assert len((await admin.describe_topics(name))[name].partitions) == 1
    with pytest.raises(InvalidRequestError):
        (await admin.create_partitions({name: 1}, validate_only=True))[name]


async def test_records_before_an_offset_are_deleted(admin: AdminClient, stage: Stage) -> None:
    partition = await filled(admin, stage)
    deleted = await admin.delete_records({partition: 4})
    assert deleted[partition].low_watermark == 4
    assert (await admin.list_offsets(partition, OffsetSpec.earliest()))[partition].offset == 4
    again = await admin.delete_records({partition: RecordsToDelete.before_offset(2)})
    assert again[partition].low_watermark == 4


async def test_all_records_that_can_be_read_are_deleted(admin: AdminClient, stage: Stage) -> None:
    partition = await filled(admin, stage)
    deleted = await admin.delete_records({partition: RecordsToDelete.up_to_high_watermark()})
    assert deleted[partition].low_watermark == 10
    assert (await admin.list_offsets(partition, OffsetSpec.earliest()))[partition].offset == 10


async def test_each_partition_loses_records_or_fails_by_itself(admin: AdminClient, stage: Stage) -> None:
    partition = await filled(admin, stage)
    compacted, nowhere = TopicPartition(stage.name("compacted"), 0), TopicPartition(stage.name("nope"), 0)
    (
        await admin.create_topics(NewTopic(compacted.topic, partitions=1, configs={"cleanup.policy": "compact"}))
    ).raise_for_errors()
    result = await admin.delete_records({partition: 11, compacted: 1, nowhere: 1})
    with pytest.raises(BrokerError) as out_of_range:
        result[partition]
    with pytest.raises(BrokerError) as policy:
        result[compacted]
    assert (out_of_range.value.code, policy.value.code) == (OFFSET_OUT_OF_RANGE, POLICY_VIOLATION)
    with pytest.raises(UnknownTopicError):
        result[nowhere]


async def filled(admin: AdminClient, stage: Stage) -> TopicPartition:
    """A partition with ten records."""
    partition = TopicPartition(stage.name("records"), 0)
    (await admin.create_topics(NewTopic(partition.topic, partitions=1, replication_factor=3))).raise_for_errors()
    await stage.fill(admin, partition, 10)
    return partition
