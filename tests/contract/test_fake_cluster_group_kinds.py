"""FakeCluster's share and streams groups as their members meet them, and what keeps strangers out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kafkaadmin import StreamsSubtopology
from kafkaadmin.testing import FakeCluster, GroupMember
from kafkawire import ErrorCode
from kafkawire.messages import (
    ShareGroupDescribeRequest,
    ShareGroupHeartbeatRequest,
    ShareGroupHeartbeatResponse,
    StreamsGroupDescribeRequest,
    StreamsGroupHeartbeatRequest,
    StreamsGroupHeartbeatRequestSubtopology,
    StreamsGroupHeartbeatRequestTopology,
    StreamsGroupHeartbeatResponse,
)
from tests.support.raw_client import ask, someone_else

TOPOLOGY = StreamsGroupHeartbeatRequestTopology(
    epoch=1, subtopologies=(StreamsGroupHeartbeatRequestSubtopology(subtopology_id="0", source_topics=("orders",)),)
)


def share(cluster: FakeCluster, group: str, member: str, epoch: int = 0) -> ShareGroupHeartbeatResponse:
    beat = ShareGroupHeartbeatRequest(
        group_id=group, member_id=member, member_epoch=epoch, subscribed_topic_names=("orders",)
    )
    return ask(cluster, cluster.coordinator_of(group), beat, 1)


def stream(
    cluster: FakeCluster, group: str, member: str, epoch: int = 0, topology: object = TOPOLOGY
) -> StreamsGroupHeartbeatResponse:
    beat = StreamsGroupHeartbeatRequest(
        group_id=group,
        member_id=member,
        member_epoch=epoch,
        topology=topology if epoch == 0 else None,  # type: ignore[arg-type]
    )
    return ask(cluster, cluster.coordinator_of(group), beat, 1)


class TestShare:
    def test_all_members_read_all_partitions(self, cluster: FakeCluster) -> None:
        first, second = share(cluster, "s", "a"), share(cluster, "s", "b")
        for beat in (first, second):
            assert beat.assignment is not None
            assert [topic.partitions for topic in beat.assignment.topic_partitions] == [(0, 1, 2)]
        assert (first.member_epoch, second.member_epoch) == (1, 2)
        assert share(cluster, "s", "b", epoch=2).assignment is None

    def test_a_member_that_leaves_is_gone(self, cluster: FakeCluster) -> None:
        share(cluster, "s", "a")
        assert share(cluster, "s", "a", epoch=-1).error_code == 0
        assert cluster.members("s") == ()

    @pytest.mark.parametrize(
        ("group", "member", "epoch", "error"),
        [
            ("s", "stranger", 1, ErrorCode.UNKNOWN_MEMBER_ID),
            ("s", "a", 9, ErrorCode.FENCED_MEMBER_EPOCH),
            ("s", "", 0, ErrorCode.INVALID_REQUEST),
            ("nobody", "a", 1, ErrorCode.GROUP_ID_NOT_FOUND),
            ("billing", "a", 0, ErrorCode.GROUP_ID_NOT_FOUND),  # it is empty, but has offsets: not a share group's
        ],
    )
    def test_who_does_not_belong_is_told_so(
        self, cluster: FakeCluster, group: str, member: str, epoch: int, error: ErrorCode
    ) -> None:
        share(cluster, "s", "a")
        assert share(cluster, group, member, epoch).error_code == error

    def test_another_broker_does_not_coordinate(self, cluster: FakeCluster) -> None:
        other = someone_else(cluster, cluster.coordinator_of("s"))
        beat = ShareGroupHeartbeatRequest(group_id="s", member_id="a")
        assert ask(cluster, other, beat, 1).error_code == ErrorCode.NOT_COORDINATOR
        (group,) = ask(cluster, other, ShareGroupDescribeRequest(group_ids=("s",)), 1).groups
        assert group.error_code == ErrorCode.NOT_COORDINATOR


class TestStreams:
    def test_members_share_the_tasks(self, cluster: FakeCluster) -> None:
        stream(cluster, "app", "a")
        (tasks,) = stream(cluster, "app", "b").active_tasks or ()
        assert (tasks.subtopology_id, tasks.partitions) == ("0", (1,))
        (left,) = stream(cluster, "app", "a", epoch=1).active_tasks or ()
        assert left.partitions == (0, 2)
        assert stream(cluster, "app", "a", epoch=2).active_tasks is None
        stream(cluster, "app", "b", epoch=-1)
        (all_of_it,) = stream(cluster, "app", "a", epoch=2).active_tasks or ()
        assert all_of_it.partitions == (0, 1, 2)

    def test_a_classic_group_that_has_only_offsets_becomes_one(self, cluster: FakeCluster) -> None:
        assert stream(cluster, "billing", "a").error_code == 0
        (group,) = ask(
            cluster, cluster.coordinator_of("billing"), StreamsGroupDescribeRequest(group_ids=("billing",)), 1
        ).groups
        assert (group.error_code, len(group.members)) == (0, 1)
        assert cluster.offsets("billing") == {("orders", 0): 42}

    def test_nobody_joins_without_a_topology(self, cluster: FakeCluster) -> None:
        assert stream(cluster, "app", "a", topology=None).error_code == ErrorCode.INVALID_REQUEST

    def test_a_stranger_is_told_so(self, cluster: FakeCluster) -> None:
        stream(cluster, "app", "a")
        assert stream(cluster, "app", "stranger", epoch=1).error_code == ErrorCode.UNKNOWN_MEMBER_ID

    def test_a_group_made_by_a_test_has_the_tasks_of_its_partitions(self, cluster: FakeCluster) -> None:
        cluster.add_group(
            "app",
            type="streams",
            members=[GroupMember(member_id="a", partitions=(("orders", 1),), process_id="p")],
            topology=[StreamsSubtopology(subtopology_id="0", source_topics=("orders",))],
        )
        (group,) = ask(
            cluster, cluster.coordinator_of("app"), StreamsGroupDescribeRequest(group_ids=("app",)), 0
        ).groups
        (tasks,) = group.members[0].assignment.active_tasks
        assert (group.members[0].process_id, tasks.partitions, group.assignor_name) == ("p", (1,), None)


@pytest.fixture
def before_they_were_switched_on() -> Iterator[FakeCluster]:
    """4.1 offers the APIs, and has share.version at 0."""
    with FakeCluster(brokers=1, versions_of="4.1") as cluster:
        cluster.add_topic("orders", partitions=3)
        yield cluster


def test_share_groups_are_switched_on_by_their_feature(before_they_were_switched_on: FakeCluster) -> None:
    cluster = before_they_were_switched_on
    assert share(cluster, "s", "a").error_code == ErrorCode.UNSUPPORTED_VERSION
    (group,) = ask(cluster, 1, ShareGroupDescribeRequest(group_ids=("s",)), 1).groups
    assert group.error_code == ErrorCode.UNSUPPORTED_VERSION
