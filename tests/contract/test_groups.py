"""Groups, on FakeCluster and on real Kafka."""

from __future__ import annotations

import pytest

from kafkaadmin import (
    AclOperation,
    AdminClient,
    ConsumerGroupDescription,
    GroupNotEmptyError,
    GroupNotFoundError,
    GroupState,
    GroupType,
    MemberToRemove,
    NewTopic,
    TopicPartition,
    UnknownMemberError,
    UnsupportedVersionError,
)
from tests.support.stage import Stage

pytestmark = pytest.mark.anyio


@pytest.fixture
async def topic(admin: AdminClient, stage: Stage) -> str:
    name = stage.name("orders")
    (await admin.create_topics(NewTopic(name, partitions=3, replication_factor=3))).raise_for_errors()
    return name


async def commit(admin: AdminClient, group: str, topic: str) -> None:
    (await admin.alter_consumer_group_offsets(group, {TopicPartition(topic, 0): 1})).raise_for_errors()


async def test_groups_of_all_coordinators_are_listed(admin: AdminClient, stage: Stage, topic: str) -> None:
    groups = [stage.name("listed") for _ in range(8)]
    for group in groups:
        await commit(admin, group, topic)
    listed = await admin.list_groups()
    assert set(groups) <= set(listed)
    assert listed[groups[0]].state is GroupState.EMPTY


async def test_groups_are_listed_by_state_and_type(admin: AdminClient, stage: Stage, topic: str) -> None:
    empty, stable = stage.name("empty"), stage.name("stable")
    await commit(admin, empty, topic)
    await stage.join(admin, stable, topic, 0)
    in_state = await admin.list_groups(states=GroupState.STABLE)
    assert stable in in_state
    assert empty not in in_state
    assert stable in await admin.list_groups(types=[GroupType.CLASSIC, GroupType.CONSUMER])
    of_consumers = await admin.list_groups(protocol_types="consumer")
    assert stable in of_consumers
    assert stable not in await admin.list_groups(protocol_types="connect")


async def test_a_classic_group_is_described_with_what_its_members_say(
    admin: AdminClient, stage: Stage, topic: str
) -> None:
    group = stage.name("classic")
    member_id = await stage.join(admin, group, topic, 2)
    described = (await admin.describe_consumer_groups(group))[group]
    assert (described.type, described.state, described.assignor) == (GroupType.CLASSIC, GroupState.STABLE, "range")
    (member,) = described.members
    assert member.member_id == member_id
    assert member.assignment == (TopicPartition(topic, 2),)
    assert member.subscribed_topics == (topic,)
    assert member.unreadable is None
    assert described.coordinator == (await admin.find_coordinators(group))[group]
    assert (await admin.describe_groups(group))[group] == described


async def test_a_group_of_the_new_protocol_is_described(admin: AdminClient, stage: Stage, topic: str) -> None:
    group = stage.name("new")
    if stage.release < (4, 0):
        with pytest.raises(UnsupportedVersionError):
            await stage.join_new(admin, group, topic)
        return
    member_id = await stage.join_new(admin, group, topic)
    described = (await admin.describe_consumer_groups(group))[group]
    assert described.type is GroupType.CONSUMER
    assert described.group_epoch is not None
    (member,) = described.members
    assert member.member_id == member_id
    assert member.subscribed_topics == (topic,)
    assert member.is_classic is False
    assert (await admin.list_groups(types=GroupType.CONSUMER))[group].type is GroupType.CONSUMER


async def test_groups_of_both_protocols_are_described_in_one_call(admin: AdminClient, stage: Stage, topic: str) -> None:
    classic, new, nobody = stage.name("classic"), stage.name("new"), stage.name("nobody")
    await stage.join(admin, classic, topic, 0)
    has_new = stage.release >= (4, 0)
    if has_new:
        await stage.join_new(admin, new, topic)
    result = await admin.describe_consumer_groups([classic, new, nobody])
    assert result[classic].type is GroupType.CLASSIC
    assert set(result.succeeded) == ({classic, new} if has_new else {classic})
    assert not has_new or result[new].type is GroupType.CONSUMER
    with pytest.raises(GroupNotFoundError, match=f"describe_consumer_groups: group '{nobody}'"):
        result[nobody]


async def test_a_group_that_only_has_offsets_is_described_as_empty(
    admin: AdminClient, stage: Stage, topic: str
) -> None:
    group = stage.name("simple")
    await commit(admin, group, topic)
    described = (await admin.describe_groups(group, include_authorized_operations=True))[group]
    assert isinstance(described, ConsumerGroupDescription)
    assert (described.state, described.members) == (GroupState.EMPTY, ())
    assert described.authorized_operations is not None
    assert AclOperation.READ in described.authorized_operations


async def test_a_deleted_group_is_gone(admin: AdminClient, stage: Stage, topic: str) -> None:
    group, nobody = stage.name("deleted"), stage.name("nobody")
    await commit(admin, group, topic)
    result = await admin.delete_consumer_groups([group, nobody])
    assert result[group].ambiguous is False
    with pytest.raises(GroupNotFoundError):
        result[nobody]
    with pytest.raises(GroupNotFoundError):
        (await admin.describe_groups(group))[group]
    assert (await admin.list_consumer_group_offsets(group))[group] == {}


async def test_a_group_with_members_is_not_deleted(admin: AdminClient, stage: Stage, topic: str) -> None:
    group = stage.name("busy")
    await stage.join(admin, group, topic, 0)
    with pytest.raises(GroupNotEmptyError):
        (await admin.delete_consumer_groups(group))[group]


async def test_a_member_is_removed_by_its_id(admin: AdminClient, stage: Stage, topic: str) -> None:
    group = stage.name("leavers")
    member = MemberToRemove(member_id=await stage.join(admin, group, topic, 0))
    stranger = MemberToRemove(member_id="stranger")
    result = await admin.remove_members_from_consumer_group(group, [member, stranger], reason="maintenance")
    assert result[member].ambiguous is False
    with pytest.raises(UnknownMemberError, match="member 'stranger'"):
        result[stranger]
    assert (await admin.describe_groups(group))[group].members == ()


async def test_a_static_member_is_removed_by_its_instance_id(admin: AdminClient, stage: Stage, topic: str) -> None:
    group = stage.name("static")
    await stage.join(admin, group, topic, 0, instance="worker-1")
    described = (await admin.describe_groups(group))[group]
    assert [member.group_instance_id for member in described.members] == ["worker-1"]
    member = MemberToRemove(group_instance_id="worker-1")
    (await admin.remove_members_from_consumer_group(group, member)).raise_for_errors()
    assert (await admin.describe_groups(group))[group].members == ()


async def test_all_members_are_removed(admin: AdminClient, stage: Stage, topic: str) -> None:
    group = stage.name("emptied")
    await stage.join(admin, group, topic, 0, instance="worker-1")
    result = await admin.remove_members_from_consumer_group(group, "all")
    assert [each.member for each in result.values()] == [MemberToRemove(group_instance_id="worker-1")]
    assert (await admin.describe_groups(group))[group].members == ()
    assert len(await admin.remove_members_from_consumer_group(group, "all")) == 0


async def test_nobody_is_removed_from_a_group_that_is_not_there(admin: AdminClient, stage: Stage) -> None:
    with pytest.raises(GroupNotFoundError):
        await admin.remove_members_from_consumer_group(stage.name("nobody"), "all")
