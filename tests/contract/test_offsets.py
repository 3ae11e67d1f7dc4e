"""Offsets of groups and of partitions, on FakeCluster and on real Kafka."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from kafkaadmin import (
    AdminClient,
    ConfigurationError,
    GroupNotFoundError,
    GroupSubscribedToTopicError,
    IsolationLevel,
    NewTopic,
    OffsetAndMetadata,
    OffsetSpec,
    Progress,
    TopicPartition,
    UnknownMemberError,
    UnknownTopicError,
    UnsupportedVersionError,
)
from kafkaadmin.testing import FIRST_TIMESTAMP_MS
from tests.support.stage import Stage

pytestmark = pytest.mark.anyio


@pytest.fixture
async def topic(admin: AdminClient, stage: Stage) -> str:
    name = stage.name("orders")
    (await admin.create_topics(NewTopic(name, partitions=3, replication_factor=3))).raise_for_errors()
    return name


async def test_committed_offsets_are_read_back(admin: AdminClient, stage: Stage, topic: str) -> None:
    group = stage.name("billing")
    new = {
        TopicPartition(topic, 0): OffsetAndMetadata(42, "by hand", 3),
        TopicPartition(topic, 1): OffsetAndMetadata(0),
    }
    (await admin.alter_consumer_group_offsets(group, new)).raise_for_errors()
    assert (await admin.list_consumer_group_offsets(group))[group] == new


async def test_an_int_is_an_offset(admin: AdminClient, stage: Stage, topic: str) -> None:
    group = stage.name("billing")
    (await admin.alter_consumer_group_offsets(group, {TopicPartition(topic, 2): 7})).raise_for_errors()
    assert (await admin.list_consumer_group_offsets(group))[group][TopicPartition(topic, 2)].offset == 7


async def test_an_offset_for_a_topic_of_an_id_reaches_none_that_was_made_in_its_place(
    admin: AdminClient, stage: Stage, topic: str
) -> None:
    group, partition = stage.name("billing"), TopicPartition(topic, 0)
    before = {topic: (await admin.list_topics())[topic].topic_id or UUID(int=1)}
    if stage.release < (4, 2):
        with pytest.raises(UnsupportedVersionError, match="topic ids"):
            (await admin.alter_consumer_group_offsets(group, {partition: 7}, topic_ids=before)).raise_for_errors()
        return
    (await admin.alter_consumer_group_offsets(group, {partition: 7}, topic_ids=before)).raise_for_errors()
    (await admin.delete_topics(topic)).raise_for_errors()
    created = (await admin.create_topics(NewTopic(topic, partitions=3, replication_factor=3)))[topic]
    with pytest.raises(UnknownTopicError):
        (await admin.alter_consumer_group_offsets(group, {partition: 7}, topic_ids=before)).raise_for_errors()
    assert (await admin.list_consumer_group_offsets(group))[group] == {}
    assert created.topic_id is not None
    again = {topic: created.topic_id}
    (await admin.alter_streams_group_offsets(group, {partition: 1}, topic_ids=again)).raise_for_errors()
    assert (await admin.list_consumer_group_offsets(group))[group] == {partition: OffsetAndMetadata(1)}


async def test_offsets_are_read_of_the_topic_of_an_id_and_of_none_that_has_its_name(
    admin: AdminClient, stage: Stage, topic: str
) -> None:
    group, partition, another = stage.name("billing"), TopicPartition(topic, 0), TopicPartition(topic, 1)
    wanted, ids = {group: [partition, another]}, {topic: (await admin.list_topics())[topic].topic_id or UUID(int=1)}
    (await admin.alter_consumer_group_offsets(group, {partition: 7})).raise_for_errors()
    if stage.release < (4, 2):
        with pytest.raises(UnsupportedVersionError, match="topic ids"):
            (await admin.list_consumer_group_offsets(wanted, topic_ids=ids)).raise_for_errors()
        return
    assert (await admin.list_consumer_group_offsets(wanted, topic_ids=ids))[group] == {partition: OffsetAndMetadata(7)}
    assert (await admin.list_streams_group_offsets(wanted, topic_ids=ids))[group] == {partition: OffsetAndMetadata(7)}
    (await admin.delete_topics(topic)).raise_for_errors()
    created = (await admin.create_topics(NewTopic(topic, partitions=3, replication_factor=3)))[topic]
    (await admin.alter_consumer_group_offsets(group, {partition: 3})).raise_for_errors()
    gone = (await admin.list_consumer_group_offsets(wanted, topic_ids=ids))[group]
    for each in (partition, another):
        with pytest.raises(UnknownTopicError):
            gone[each]
    again = {topic: created.topic_id or UUID(int=1)}
    async for _, outcome in admin.iter_consumer_group_offsets(wanted, topic_ids=again):
        assert outcome.value == {partition: OffsetAndMetadata(3)}


async def test_by_id_there_is_no_asking_about_all_topics(admin: AdminClient) -> None:
    with pytest.raises(ConfigurationError, match="topic_ids needs the partitions that are wanted of group 'billing'"):
        await admin.list_consumer_group_offsets("billing", topic_ids={})
    with pytest.raises(ConfigurationError, match="topic_ids lacks the id of topic 'orders'"):
        await admin.list_consumer_group_offsets({"billing": [TopicPartition("orders", 0)]}, topic_ids={})


async def test_a_mapping_holds_what_is_committed_and_only_that(admin: AdminClient, stage: Stage, topic: str) -> None:
    group = stage.name("billing")
    committed, uncommitted = TopicPartition(topic, 0), TopicPartition(topic, 1)
    (await admin.alter_consumer_group_offsets(group, {committed: 5, TopicPartition(topic, 2): 6})).raise_for_errors()
    offsets = (await admin.list_consumer_group_offsets({group: [committed, uncommitted]}))[group]
    assert offsets == {committed: OffsetAndMetadata(5)}
    assert uncommitted not in offsets


async def test_many_groups_are_read_at_once(admin: AdminClient, stage: Stage, topic: str) -> None:
    groups = {stage.name("many"): offset for offset in range(12)}
    for group, offset in groups.items():
        (await admin.alter_consumer_group_offsets(group, {TopicPartition(topic, 0): offset})).raise_for_errors()
    result = await admin.list_consumer_group_offsets(groups.keys())
    assert {group: offsets[TopicPartition(topic, 0)].offset for group, offsets in result.items()} == groups


async def test_a_group_that_is_not_there_has_no_offsets(admin: AdminClient, stage: Stage) -> None:
    group = stage.name("nobody")
    assert (await admin.list_consumer_group_offsets(group))[group] == {}


async def test_stable_offsets_are_read_when_no_transaction_is_open(
    admin: AdminClient, stage: Stage, topic: str
) -> None:
    group = stage.name("stable")
    (await admin.alter_consumer_group_offsets(group, {TopicPartition(topic, 0): 9})).raise_for_errors()
    offsets = (await admin.list_consumer_group_offsets(group, require_stable=True))[group]
    assert offsets[TopicPartition(topic, 0)].offset == 9


async def test_each_partition_is_committed_or_refused_by_itself(admin: AdminClient, stage: Stage, topic: str) -> None:
    group, missing = stage.name("billing"), TopicPartition(stage.name("missing"), 0)
    result = await admin.alter_consumer_group_offsets(group, {TopicPartition(topic, 0): 1, missing: 1})
    assert set(result.succeeded) == {TopicPartition(topic, 0)}
    with pytest.raises(UnknownTopicError, match=f"group '{group}', partition {missing}"):
        result[missing]


async def test_a_group_with_members_refuses_commits_from_outside(admin: AdminClient, stage: Stage, topic: str) -> None:
    group = stage.name("busy")
    await stage.join(admin, group, topic, 0)
    result = await admin.alter_consumer_group_offsets(group, {TopicPartition(topic, 0): 1})
    with pytest.raises(UnknownMemberError):
        result[TopicPartition(topic, 0)]


async def test_a_group_forgets_the_partitions_it_is_told_to(admin: AdminClient, stage: Stage, topic: str) -> None:
    group = stage.name("billing")
    kept, forgotten = TopicPartition(topic, 0), TopicPartition(topic, 1)
    (await admin.alter_consumer_group_offsets(group, {kept: 1, forgotten: 2})).raise_for_errors()
    (await admin.delete_consumer_group_offsets(group, forgotten)).raise_for_errors()
    assert (await admin.list_consumer_group_offsets(group))[group] == {kept: OffsetAndMetadata(1)}
    (await admin.delete_consumer_group_offsets(group, [forgotten])).raise_for_errors()


async def test_before_4_0_a_group_is_gone_with_its_last_offset(admin: AdminClient, stage: Stage, topic: str) -> None:
    group, partition = stage.name("billing"), TopicPartition(topic, 1)
    (await admin.alter_consumer_group_offsets(group, {partition: 2})).raise_for_errors()
    (await admin.delete_consumer_group_offsets(group, partition)).raise_for_errors()
    lives_on = stage.release >= (4, 0)
    assert (group in await admin.list_groups()) is lives_on
    again = await admin.delete_consumer_group_offsets(group, partition)
    assert [type(error) for error in again.failed.values()] == ([] if lives_on else [GroupNotFoundError])


async def test_offsets_of_a_subscribed_topic_are_kept(admin: AdminClient, stage: Stage, topic: str) -> None:
    group = stage.name("subscribed")
    await stage.join(admin, group, topic, 0)
    result = await admin.delete_consumer_group_offsets(group, TopicPartition(topic, 0))
    with pytest.raises(GroupSubscribedToTopicError):
        result[TopicPartition(topic, 0)]


async def test_deleting_offsets_of_a_group_that_is_not_there_fails(
    admin: AdminClient, stage: Stage, topic: str
) -> None:
    result = await admin.delete_consumer_group_offsets(stage.name("nobody"), TopicPartition(topic, 0))
    with pytest.raises(GroupNotFoundError):
        result[TopicPartition(topic, 0)]


async def test_an_empty_partition_begins_and_ends_at_zero(admin: AdminClient, topic: str) -> None:
    partitions = [TopicPartition(topic, index) for index in range(3)]
    for spec in (OffsetSpec.earliest(), OffsetSpec.latest()):
        result = await admin.list_offsets(partitions, spec, isolation_level=IsolationLevel.READ_COMMITTED)
        assert {partition: found.offset for partition, found in result.items()} == dict.fromkeys(partitions, 0)


async def test_no_record_matches_in_an_empty_partition(admin: AdminClient, stage: Stage, topic: str) -> None:
    wanted = {TopicPartition(topic, 0): OffsetSpec.at(datetime(2024, 1, 1, tzinfo=UTC))}
    if stage.release >= (3, 0):
        wanted[TopicPartition(topic, 1)] = OffsetSpec.max_timestamp()
    result = await admin.list_offsets(wanted)
    assert [(found.offset, found.timestamp) for found in result.values()] == [(None, None)] * len(wanted)


async def test_records_are_found_by_place_and_by_time(admin: AdminClient, stage: Stage, topic: str) -> None:
    partition = TopicPartition(topic, 1)
    await stage.fill(admin, partition, records=10)
    tenth = FIRST_TIMESTAMP_MS + 9_000

    async def found(spec: OffsetSpec) -> tuple[int | None, datetime | None]:
        result = (await admin.list_offsets(partition, spec))[partition]
        return result.offset, result.timestamp

    assert await found(OffsetSpec.earliest()) == (0, None)
    assert await found(OffsetSpec.latest()) == (10, None)
    assert await found(OffsetSpec.at(0)) == (0, datetime.fromtimestamp(FIRST_TIMESTAMP_MS / 1000, UTC))
    assert await found(OffsetSpec.at(tenth - 500)) == (9, datetime.fromtimestamp(tenth / 1000, UTC))
    assert await found(OffsetSpec.at(tenth)) == (9, datetime.fromtimestamp(tenth / 1000, UTC))
    assert await found(OffsetSpec.at(tenth + 1)) == (None, None)
    if stage.release >= (3, 0):
        assert await found(OffsetSpec.max_timestamp()) == (9, datetime.fromtimestamp(tenth / 1000, UTC))


async def test_a_partition_that_is_not_there_fails_at_once_and_alone(
    admin: AdminClient, stage: Stage, topic: str
) -> None:
    unknown_topic, unknown_partition = TopicPartition(stage.name("missing"), 0), TopicPartition(topic, 99)
    result = await admin.list_offsets(
        [TopicPartition(topic, 0), unknown_topic, unknown_partition], OffsetSpec.latest(), timeout=20
    )
    assert result[TopicPartition(topic, 0)].offset == 0
    for missing in (unknown_topic, unknown_partition):
        with pytest.raises(UnknownTopicError):
            result[missing]


async def test_offsets_can_be_read_group_by_group(admin: AdminClient, stage: Stage) -> None:
    topic, groups = stage.name("read"), [stage.name("group") for _ in range(5)]
    await admin.create_topics(NewTopic(topic, partitions=1))
    for group in groups:
        (await admin.alter_consumer_group_offsets(group, {TopicPartition(topic, 0): 3})).raise_for_errors()
    told: list[Progress] = []
    found = {
        group: outcome.value[TopicPartition(topic, 0)].offset
        async for group, outcome in admin.iter_consumer_group_offsets(groups, progress=told.append)
    }
    assert found == dict.fromkeys(groups, 3)
    assert told[-1] == Progress(done=5, total=5, failed=0)
