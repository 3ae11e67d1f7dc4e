"""Offsets of share groups and of streams groups, and the groups' end, on FakeCluster and on real Kafka."""

from __future__ import annotations

import pytest

from kafkaadmin import (
    AdminClient,
    GroupNotEmptyError,
    GroupNotFoundError,
    NewTopic,
    TopicPartition,
    UnknownTopicError,
    UnsupportedVersionError,
)
from tests.support.stage import Stage

pytestmark = pytest.mark.anyio

SHARE_SINCE = STREAMS_SINCE = (4, 2)


@pytest.fixture
async def topic(admin: AdminClient, stage: Stage) -> str:
    name = stage.name("orders")
    (await admin.create_topics(NewTopic(name, partitions=3, replication_factor=3))).raise_for_errors()
    return name


async def test_a_share_groups_offsets_are_set_listed_and_forgotten(
    admin: AdminClient, stage: Stage, topic: str
) -> None:
    group, first, second = stage.name("share"), TopicPartition(topic, 0), TopicPartition(topic, 1)
    if stage.release < SHARE_SINCE:
        for call in (
            admin.alter_share_group_offsets(group, {first: 4}),
            admin.list_share_group_offsets(group),
            admin.delete_share_group_offsets(group, topic),
        ):
            with pytest.raises(UnsupportedVersionError):
                (await call).raise_for_errors()
        return
    await stage.fill(admin, first, 10)
    (await admin.alter_share_group_offsets(group, {first: 4, second: 0})).raise_for_errors()
    of_all = (await admin.list_share_group_offsets(group))[group]
    assert {partition: found.start_offset for partition, found in of_all.items()} == {first: 4, second: 0}
    assert of_all[first].lag == 6
    named = await admin.list_share_group_offsets({group: [first, TopicPartition(topic, 2)]})
    assert named[group] == {first: of_all[first]}
    assert (await admin.delete_share_group_offsets(group, topic)).raise_for_errors() is None
    assert (await admin.list_share_group_offsets(group))[group] == {}
    with pytest.raises(UnknownTopicError, match="no offset information to delete"):
        (await admin.delete_share_group_offsets(group, topic))[topic]


async def test_a_partition_that_is_not_there_has_no_start(admin: AdminClient, stage: Stage, topic: str) -> None:
    if stage.release < SHARE_SINCE:
        return
    group, there = stage.name("share"), TopicPartition(topic, 0)
    beyond, nowhere = TopicPartition(topic, 99), TopicPartition(stage.name("nowhere"), 0)
    result = await admin.alter_share_group_offsets(group, {there: 1, beyond: 1, nowhere: 1})
    assert set(result.succeeded) == {there}
    for partition in (beyond, nowhere):
        with pytest.raises(UnknownTopicError):
            result[partition]
    # Without delay: the coordinator would look for its state for half a minute.
    listed = (await admin.list_share_group_offsets({group: [there, beyond, nowhere]}, timeout=15))[group]
    assert listed[there].start_offset == 1
    for partition in (beyond, nowhere):
        with pytest.raises(UnknownTopicError):
            listed[partition]


async def test_a_share_group_with_members_keeps_its_offsets_and_is_not_deleted(
    admin: AdminClient, stage: Stage, topic: str
) -> None:
    if stage.release < SHARE_SINCE:
        return
    group = stage.name("share")
    member = await stage.join_share(admin, group, topic)
    with pytest.raises(GroupNotEmptyError):
        (await admin.alter_share_group_offsets(group, {TopicPartition(topic, 0): 1})).raise_for_errors()
    with pytest.raises(GroupNotEmptyError):
        (await admin.delete_share_group_offsets(group, topic)).raise_for_errors()
    with pytest.raises(GroupNotEmptyError):
        (await admin.delete_share_groups(group)).raise_for_errors()
    await stage.leave_share(admin, group, member)
    assert (await admin.delete_share_groups(group))[group].ambiguous is False
    with pytest.raises(GroupNotFoundError):
        (await admin.describe_share_groups(group))[group]


async def test_a_topic_made_again_does_not_start_where_the_old_one_did(
    admin: AdminClient, stage: Stage, topic: str
) -> None:
    if stage.release < SHARE_SINCE:
        return
    group, partition = stage.name("share"), TopicPartition(topic, 0)
    (await admin.alter_share_group_offsets(group, {partition: 4})).raise_for_errors()
    (await admin.delete_topics(topic)).raise_for_errors()
    (await admin.create_topics(NewTopic(topic, partitions=3, replication_factor=3))).raise_for_errors()
    assert (await admin.list_share_group_offsets({group: [partition]}))[group] == {}


async def test_offsets_of_a_group_of_another_kind_are_not_a_share_groups(
    admin: AdminClient, stage: Stage, topic: str
) -> None:
    if stage.release < SHARE_SINCE:
        return
    group, share, partition = stage.name("plain"), stage.name("share"), TopicPartition(topic, 0)
    (await admin.alter_consumer_group_offsets(group, {partition: 4})).raise_for_errors()
    with pytest.raises(GroupNotFoundError, match="not a share group"):
        (await admin.alter_share_group_offsets(group, {partition: 1})).raise_for_errors()
    with pytest.raises(GroupNotFoundError, match="not a share group"):
        (await admin.delete_share_group_offsets(group, topic)).raise_for_errors()
    assert (await admin.list_share_group_offsets(group))[group] == {}
    (await admin.alter_share_group_offsets(share, {partition: 1})).raise_for_errors()
    assert (await admin.list_consumer_group_offsets(share))[share] == {}
    with pytest.raises(GroupNotFoundError):
        (await admin.alter_consumer_group_offsets(share, {partition: 1})).raise_for_errors()
    with pytest.raises(GroupNotFoundError):
        (await admin.delete_share_group_offsets(stage.name("nobody"), topic)).raise_for_errors()


async def test_a_streams_groups_offsets_are_set_listed_and_forgotten(
    admin: AdminClient, stage: Stage, topic: str
) -> None:
    group, partition = stage.name("streams"), TopicPartition(topic, 0)
    if stage.release >= STREAMS_SINCE:
        member = await stage.join_streams(admin, group, topic)
        await stage.leave_streams(admin, group, member)
    (await admin.alter_streams_group_offsets(group, {partition: 4})).raise_for_errors()
    assert (await admin.list_streams_group_offsets(group))[group][partition].offset == 4
    if stage.release >= STREAMS_SINCE:
        assert (await admin.describe_groups(group))[group].type == "streams"
    (await admin.delete_streams_group_offsets(group, partition)).raise_for_errors()
    assert (await admin.list_streams_group_offsets({group: [partition]}))[group] == {}


async def test_a_streams_group_with_members_is_not_deleted(admin: AdminClient, stage: Stage, topic: str) -> None:
    group = stage.name("streams")
    if stage.release >= STREAMS_SINCE:
        member = await stage.join_streams(admin, group, topic)
        with pytest.raises(GroupNotEmptyError, match="delete_streams_groups"):
            (await admin.delete_streams_groups(group))[group]
        await stage.leave_streams(admin, group, member)
        assert (await admin.delete_streams_groups(group))[group].ambiguous is False
    with pytest.raises(GroupNotFoundError, match="delete_streams_groups"):
        (await admin.delete_streams_groups(group))[group]
