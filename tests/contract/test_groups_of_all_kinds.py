"""Groups of every kind, classic, consumer, share and streams, on FakeCluster and on real Kafka."""

from __future__ import annotations

import pytest

from kafkaadmin import (
    AclOperation,
    AdminClient,
    ConsumerGroupDescription,
    GroupNotFoundError,
    GroupState,
    GroupType,
    NewTopic,
    ShareGroupDescription,
    StreamsGroupDescription,
    StreamsTask,
    TopicPartition,
    TopologyDescriptionStatus,
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


async def test_a_classic_group_is_described_with_bytes_and_what_is_in_them(
    admin: AdminClient, stage: Stage, topic: str
) -> None:
    group, nobody = stage.name("classic"), stage.name("nobody")
    member_id = await stage.join(admin, group, topic, 2)
    result = await admin.describe_classic_groups([group, nobody], include_authorized_operations=True)
    described = result[group]
    assert (described.type, described.state) == (GroupType.CLASSIC, GroupState.STABLE)
    assert (described.protocol_type, described.protocol) == ("consumer", "range")
    (member,) = described.members
    assert member.member_id == member_id
    assert (member.subscribed_topics, member.assigned_partitions) == ((topic,), (TopicPartition(topic, 2),))
    assert member.metadata
    assert member.assignment
    assert AclOperation.READ in (described.authorized_operations or ())
    with pytest.raises(GroupNotFoundError, match=f"describe_classic_groups: group '{nobody}'"):
        result[nobody]


async def test_a_share_group_is_described(admin: AdminClient, stage: Stage, topic: str) -> None:
    group, nobody = stage.name("share"), stage.name("nobody")
    if stage.release < SHARE_SINCE:
        with pytest.raises(UnsupportedVersionError, match="describe_share_groups"):
            (await admin.describe_share_groups(group))[group]
        return
    member_id = await stage.join_share(admin, group, topic)
    result = await admin.describe_share_groups([group, nobody], include_authorized_operations=True)
    described = result[group]
    assert (described.type, described.state) == (GroupType.SHARE, GroupState.STABLE)
    assert described.group_epoch == described.target_assignment_epoch > 0
    (member,) = described.members
    assert member.member_id == member_id
    assert member.client_id
    assert member.host
    assert member.member_epoch > 0
    assert member.subscribed_topics == (topic,)
    assert set(member.assignment) == {TopicPartition(topic, partition) for partition in range(3)}
    assert AclOperation.READ in (described.authorized_operations or ())
    assert described.coordinator == (await admin.find_coordinators(group))[group]
    with pytest.raises(GroupNotFoundError, match=f"describe_share_groups: group '{nobody}'"):
        result[nobody]


async def test_a_streams_group_is_described(admin: AdminClient, stage: Stage, topic: str) -> None:
    group, nobody = stage.name("streams"), stage.name("nobody")
    if stage.release < STREAMS_SINCE:
        with pytest.raises(UnsupportedVersionError, match="describe_streams_groups"):
            (await admin.describe_streams_groups(group))[group]
        return
    member_id = await stage.join_streams(admin, group, topic)
    result = await admin.describe_streams_groups(
        [group, nobody], include_authorized_operations=True, include_topology_description=True
    )
    described = result[group]
    assert (described.type, described.state) == (GroupType.STREAMS, GroupState.STABLE)
    assert described.group_epoch == described.target_assignment_epoch > 0
    assert described.topology_epoch == 1
    (subtopology,) = described.subtopologies
    assert (subtopology.subtopology_id, subtopology.source_topics) == ("0", (topic,))
    (changelog,) = subtopology.state_changelog_topics
    assert (changelog.name, changelog.configs["cleanup.policy"]) == (f"{group}-store-changelog", "compact")
    (member,) = described.members
    assert (member.member_id, member.process_id) == (member_id, f"process-of-{member_id}")
    assert member.assignment.active == tuple(StreamsTask("0", partition) for partition in range(3))
    assert member.assignment == member.target_assignment
    assert (member.user_endpoint, member.client_tags) == (("app-1", 8080), {"zone": "a"})
    assert member.is_classic is False
    assert described.assignor is not None
    assert described.topology_description_status is TopologyDescriptionStatus.NOT_STORED
    assert AclOperation.READ in (described.authorized_operations or ())
    with pytest.raises(GroupNotFoundError, match=f"describe_streams_groups: group '{nobody}'"):
        result[nobody]


async def test_groups_of_all_kinds_are_described_in_one_call(admin: AdminClient, stage: Stage, topic: str) -> None:
    names = {kind: stage.name(kind) for kind in ("classic", "consumer", "share", "streams", "nobody")}
    await stage.join(admin, names["classic"], topic, 0)
    kinds: dict[str, type] = {"classic": ConsumerGroupDescription}
    if stage.release >= (4, 0):
        await stage.join_new(admin, names["consumer"], topic)
        kinds |= {"consumer": ConsumerGroupDescription}
    if stage.release >= SHARE_SINCE:
        await stage.join_share(admin, names["share"], topic)
        await stage.join_streams(admin, names["streams"], topic)
        kinds |= {"share": ShareGroupDescription, "streams": StreamsGroupDescription}
    result = await admin.describe_groups(names.values())
    assert {name: type(result[names[name]]) for name in kinds} == kinds
    assert {result[names[name]].type for name in kinds} == {GroupType(name) for name in kinds}
    assert {len(result[names[name]].members) for name in kinds} == {1}
    assert set(result.failed) == set(names.values()) - {names[name] for name in kinds}
    with pytest.raises(GroupNotFoundError, match=f"describe_groups: group '{names['nobody']}'"):
        result[names["nobody"]]


async def test_a_group_is_not_described_as_one_of_another_kind(admin: AdminClient, stage: Stage, topic: str) -> None:
    if stage.release < SHARE_SINCE:
        return
    share, streams, classic = stage.name("share"), stage.name("streams"), stage.name("classic")
    await stage.join_share(admin, share, topic)
    await stage.join_streams(admin, streams, topic)
    await stage.join(admin, classic, topic, 0)
    for result, ours in (
        (await admin.describe_share_groups([share, streams, classic]), share),
        (await admin.describe_streams_groups([share, streams, classic]), streams),
        (await admin.describe_classic_groups([share, streams, classic]), classic),
        (await admin.describe_consumer_groups([share, streams, classic]), classic),
    ):
        assert set(result.succeeded) == {ours}
        assert {type(error) for error in result.failed.values()} == {GroupNotFoundError}


async def test_groups_are_listed_by_their_kind(admin: AdminClient, stage: Stage, topic: str) -> None:
    if stage.release < SHARE_SINCE:
        return
    share, streams = stage.name("share"), stage.name("streams")
    await stage.join_share(admin, share, topic)
    await stage.join_streams(admin, streams, topic)
    for kind, ours, other in ((GroupType.SHARE, share, streams), (GroupType.STREAMS, streams, share)):
        for listed in (await admin.list_groups(types=kind), await admin.list_groups(protocol_types=kind.value)):
            assert (listed[ours].type, listed[ours].protocol_type) == (kind, kind.value)
            assert other not in listed
