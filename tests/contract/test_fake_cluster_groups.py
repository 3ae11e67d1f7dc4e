"""FakeCluster's coordinators as a client meets them: every group API in every version."""

from __future__ import annotations

import tracemalloc
from typing import Any
from uuid import UUID

import pytest

from kafkaadmin.testing import FakeCluster, GroupMember, GroupType
from kafkawire import ErrorCode, Request
from kafkawire.messages import (
    ConsumerGroupDescribeRequest,
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse,
    DeleteGroupsRequest,
    DescribeGroupsRequest,
    FindCoordinatorRequest,
    LeaveGroupRequest,
    ListGroupsRequest,
    MemberIdentity,
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
)
from tests.support.raw_client import (
    ask,
    commit,
    commit_error,
    eventually_coordinated,
    everything,
    find,
    offset_in,
    someone_else,
)


class TestFindCoordinator:
    @pytest.mark.parametrize("version", range(7))
    def test_every_version_names_the_coordinator(self, cluster: FakeCluster, version: int) -> None:
        for at in cluster.brokers:
            assert find(cluster, at, version=version) == (cluster.coordinator_of("billing"), 0)

    def test_many_keys_at_once(self, cluster: FakeCluster) -> None:
        keys = tuple(f"group-{index}" for index in range(20))
        answer = ask(cluster, 1, FindCoordinatorRequest(coordinator_keys=keys), 4)
        assert {found.key: found.node_id for found in answer.coordinators} == {
            key: cluster.coordinator_of(key) for key in keys
        }

    def test_a_transaction_has_one_too(self, cluster: FakeCluster) -> None:
        node_id, error = find(cluster, 1, key="payments", key_type=1)
        assert (node_id in cluster.brokers, error) == (True, 0)

    def test_a_share_partition_has_its_groups_form_of_key(self, cluster: FakeCluster) -> None:
        assert find(cluster, 1, key="billing:AAAAAAAAAAAAAAAAAAAAAA:0", key_type=2)[1] == 0
        assert find(cluster, 1, key="billing", key_type=2)[1] == ErrorCode.INVALID_REQUEST

    def test_an_election_leaves_nobody(self, cluster: FakeCluster) -> None:
        coordinator = cluster.coordinator_of("billing")
        cluster.election(0.5, group="billing", to=someone_else(cluster, coordinator))
        assert find(cluster, 1) == (-1, ErrorCode.COORDINATOR_NOT_AVAILABLE)
        assert eventually_coordinated(cluster, "billing", not_by=coordinator) == someone_else(cluster, coordinator)

    def test_a_dead_broker_is_named_until_the_failover(self, cluster: FakeCluster) -> None:
        dead = cluster.coordinator_of("billing")
        asked = someone_else(cluster, dead)
        cluster.stop_broker(dead, failover=60)
        assert find(cluster, asked) == (dead, 0)
        cluster.start_broker(dead)
        cluster.stop_broker(dead)
        successor = eventually_coordinated(cluster, "billing", not_by=dead)
        assert find(cluster, asked) == (successor, 0)


class TestOffsetFetch:
    @pytest.mark.parametrize("version", range(1, 8))
    def test_one_group(self, cluster: FakeCluster, version: int) -> None:
        topics = (OffsetFetchRequestTopic(name="orders", partition_indexes=(0, 1)),)
        request = OffsetFetchRequest(group_id="billing", topics=topics)
        answer = ask(cluster, cluster.coordinator_of("billing"), request, version)
        offsets = {p.partition_index: p.committed_offset for p in answer.topics[0].partitions}
        assert (answer.error_code, offsets) == (0, {0: 42, 1: -1})

    @pytest.mark.parametrize("version", [8, 9])
    def test_many_groups(self, cluster: FakeCluster, version: int) -> None:
        answer = ask(cluster, cluster.coordinator_of("billing"), everything("billing"), version)
        (topic,) = answer.groups[0].topics
        assert (topic.name, offset_in(answer)) == ("orders", 42)

    def test_topics_by_id(self, cluster: FakeCluster) -> None:
        answer = ask(cluster, cluster.coordinator_of("billing"), everything("billing"), 10)
        topic_id = answer.groups[0].topics[0].topic_id
        topics = tuple(OffsetFetchRequestTopics(topic_id=i, partition_indexes=(0,)) for i in (topic_id, UUID(int=7)))
        request = OffsetFetchRequest(groups=(OffsetFetchRequestGroup(group_id="billing", topics=topics),))
        known, unknown = ask(cluster, cluster.coordinator_of("billing"), request, 10).groups[0].topics
        assert known.partitions[0].committed_offset == 42
        assert unknown.partitions[0].error_code == ErrorCode.UNKNOWN_TOPIC_ID

    def test_all_topics_by_id_leave_out_what_has_no_id(self, cluster: FakeCluster) -> None:
        cluster.add_group("billing", offsets={("orders", 0): 42, ("gone", 0): 7})
        at = cluster.coordinator_of("billing")
        assert len(ask(cluster, at, everything("billing"), 9).groups[0].topics) == 2
        assert len(ask(cluster, at, everything("billing"), 10).groups[0].topics) == 1

    def test_an_unknown_group_has_committed_nothing(self, cluster: FakeCluster) -> None:
        (group,) = ask(cluster, cluster.coordinator_of("nobody"), everything("nobody"), 8).groups
        assert (group.error_code, group.topics) == (0, ())

    @pytest.mark.parametrize("version", [1, 5, 8])
    def test_another_broker_does_not_coordinate(self, cluster: FakeCluster, version: int) -> None:
        other = someone_else(cluster, cluster.coordinator_of("billing"))
        if version == 8:
            error = ask(cluster, other, everything("billing"), 8).groups[0].error_code
        else:
            topics = (OffsetFetchRequestTopic(name="orders", partition_indexes=(0,)),)
            old = ask(cluster, other, OffsetFetchRequest(group_id="billing", topics=topics), version)
            error = old.error_code or old.topics[0].partitions[0].error_code
        assert error == ErrorCode.NOT_COORDINATOR

    def test_the_error_is_the_groups_own(self, cluster: FakeCluster) -> None:
        theirs = next(g for g in map(str, range(99)) if cluster.coordinator_of(g) != cluster.coordinator_of("billing"))
        groups = ask(cluster, cluster.coordinator_of("billing"), everything("billing", theirs), 8).groups
        assert [group.error_code for group in groups] == [0, ErrorCode.NOT_COORDINATOR]

    def test_offsets_in_a_transaction_are_unstable(self, cluster: FakeCluster) -> None:
        cluster.hold_offsets("billing", [("orders", 0)])
        at = cluster.coordinator_of("billing")
        stable = OffsetFetchRequest(groups=everything("billing").groups, require_stable=True)
        assert ask(cluster, at, stable, 8).groups[0].topics[0].partitions[0].error_code == 88
        assert offset_in(ask(cluster, at, everything("billing"), 8)) == 42

    def test_a_coordinator_that_loads_says_so(self, cluster: FakeCluster) -> None:
        cluster.load("billing", 60)
        answer = ask(cluster, cluster.coordinator_of("billing"), everything("billing"), 8)
        assert answer.groups[0].error_code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS


class TestOffsetCommit:
    @pytest.mark.parametrize("version", range(2, 10))
    def test_every_version_commits(self, cluster: FakeCluster, version: int) -> None:
        assert commit_error(cluster, commit("billing", 43), version) == 0
        assert cluster.offsets("billing") == {("orders", 0): 43}

    def test_a_group_comes_to_be_by_its_first_commit(self, cluster: FakeCluster) -> None:
        assert commit_error(cluster, commit("new", 1)) == 0
        assert cluster.offsets("new") == {("orders", 0): 1}

    @pytest.mark.parametrize(("topic", "partition"), [("nothing", 0), ("orders", 3)])
    def test_an_unknown_partition_is_refused_and_makes_no_group(
        self, cluster: FakeCluster, topic: str, partition: int
    ) -> None:
        error = commit_error(cluster, commit("new", 1, topic=topic, partition=partition))
        assert error == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        assert "new" not in cluster.groups()

    def test_a_group_with_members_refuses_outsiders(self, cluster: FakeCluster) -> None:
        cluster.add_group("billing", offsets={("orders", 0): 42}, members=1)
        assert commit_error(cluster, commit("billing", 43)) == ErrorCode.UNKNOWN_MEMBER_ID
        assert cluster.offsets("billing") == {("orders", 0): 42}

    @pytest.mark.parametrize(
        ("type_", "member", "generation", "error"),
        [
            ("classic", "billing-member-0", 1, 0),
            ("classic", "billing-member-0", 0, ErrorCode.ILLEGAL_GENERATION),
            ("consumer", "billing-member-0", 0, ErrorCode.STALE_MEMBER_EPOCH),
            ("classic", "stranger", 1, ErrorCode.UNKNOWN_MEMBER_ID),
        ],
    )
    def test_members_say_who_they_are(
        self, cluster: FakeCluster, type_: GroupType, member: str, generation: int, error: int
    ) -> None:
        cluster.add_group("billing", members=1, type=type_)
        request = OffsetCommitRequest(
            group_id="billing",
            member_id=member,
            generation_id_or_member_epoch=generation,
            topics=commit("billing", 43).topics,
        )
        assert commit_error(cluster, request) == error

    @pytest.mark.parametrize(("version", "error"), [(8, ErrorCode.ILLEGAL_GENERATION), (9, 69)])
    def test_a_member_of_no_group_is_refused(self, cluster: FakeCluster, version: int, error: int) -> None:
        request = OffsetCommitRequest(
            group_id="nobody", generation_id_or_member_epoch=1, topics=commit("nobody", 43).topics
        )
        assert commit_error(cluster, request, version) == error

    def test_too_much_metadata_is_refused(self, cluster: FakeCluster) -> None:
        partition = OffsetCommitRequestPartition(partition_index=0, committed_offset=1, committed_metadata="x" * 4097)
        topics = (OffsetCommitRequestTopic(name="orders", partitions=(partition,)),)
        request = OffsetCommitRequest(group_id="billing", topics=topics)
        assert commit_error(cluster, request) == ErrorCode.OFFSET_METADATA_TOO_LARGE

    def test_another_broker_does_not_apply_it(self, cluster: FakeCluster) -> None:
        other = someone_else(cluster, cluster.coordinator_of("billing"))
        answer = ask(cluster, other, commit("billing", 43), 9)
        assert answer.topics[0].partitions[0].error_code == ErrorCode.NOT_COORDINATOR
        assert cluster.offsets("billing") == {("orders", 0): 42}


class TestOtherGroupCalls:
    def delete_offsets(self, cluster: FakeCluster, group: str, partition: int = 0) -> tuple[int, list[int]]:
        partitions = (OffsetDeleteRequestPartition(partition_index=partition),)
        topics = (OffsetDeleteRequestTopic(name="orders", partitions=partitions),)
        request = OffsetDeleteRequest(group_id=group, topics=topics)
        answer = ask(cluster, cluster.coordinator_of(group), request, 0)
        return answer.error_code, [p.error_code for topic in answer.topics for p in topic.partitions]

    @pytest.mark.parametrize(
        ("request_", "version"),
        [
            (ConsumerGroupDescribeRequest(group_ids=("billing",)), 1),
            (DeleteGroupsRequest(groups_names=("billing",)), 3),
            (DescribeGroupsRequest(groups=("billing",)), 6),
            (LeaveGroupRequest(group_id="billing"), 5),
            (OffsetDeleteRequest(group_id="billing"), 0),
        ],
    )
    def test_another_broker_refuses_them(self, cluster: FakeCluster, request_: Request[Any], version: int) -> None:
        other = someone_else(cluster, cluster.coordinator_of("billing"))
        answer: Any = ask(cluster, other, request_, version)
        (result,) = getattr(answer, "groups", None) or getattr(answer, "results", None) or [answer]
        assert result.error_code == ErrorCode.NOT_COORDINATOR
        assert cluster.offsets("billing") == {("orders", 0): 42}

    def test_offsets_can_be_deleted(self, cluster: FakeCluster) -> None:
        assert self.delete_offsets(cluster, "billing") == (0, [0])
        assert cluster.offsets("billing") == {}

    def test_not_those_of_subscribed_topics(self, cluster: FakeCluster) -> None:
        cluster.add_group("billing", offsets={("orders", 0): 42}, members=1)
        assert self.delete_offsets(cluster, "billing") == (0, [ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC])

    def test_not_of_a_group_that_is_not_there(self, cluster: FakeCluster) -> None:
        assert self.delete_offsets(cluster, "nobody") == (ErrorCode.GROUP_ID_NOT_FOUND, [])

    def test_not_of_a_partition_that_is_not_there(self, cluster: FakeCluster) -> None:
        assert self.delete_offsets(cluster, "billing", 9) == (0, [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION])

    @pytest.mark.parametrize("version", range(6))
    def test_each_broker_lists_its_own_groups(self, cluster: FakeCluster, version: int) -> None:
        cluster.add_groups(f"group-{index}" for index in range(20))
        answers = [ask(cluster, at, ListGroupsRequest(), version) for at in cluster.brokers]
        assert sorted(group.group_id for answer in answers for group in answer.groups) == sorted(cluster.groups())

    def test_groups_are_listed_by_state_and_type(self, cluster: FakeCluster) -> None:
        cluster.add_group("modern", type="consumer", members=1)

        def listed(**filters: tuple[str, ...]) -> list[str]:
            request = ListGroupsRequest(**filters)
            return [group.group_id for at in cluster.brokers for group in ask(cluster, at, request, 5).groups]

        assert listed(states_filter=("stable",)) == ["modern"]
        assert listed(types_filter=("Classic",)) == ["billing"]
        assert listed(states_filter=("Empty",), types_filter=("consumer",)) == []

    @pytest.mark.parametrize("version", range(7))
    def test_a_classic_group_is_described(self, cluster: FakeCluster, version: int) -> None:
        cluster.add_group("billing", offsets={("orders", 0): 42}, members=2)
        request = DescribeGroupsRequest(groups=("billing",))
        (group,) = ask(cluster, cluster.coordinator_of("billing"), request, version).groups
        assert (group.error_code, group.group_state, group.protocol_data) == (0, "Stable", "range")
        assert [member.member_id for member in group.members] == ["billing-member-0", "billing-member-1"]
        assert b"orders" in group.members[0].member_assignment

    @pytest.mark.parametrize(("version", "error"), [(5, 0), (6, ErrorCode.GROUP_ID_NOT_FOUND)])
    def test_an_unknown_group_is_dead(self, cluster: FakeCluster, version: int, error: int) -> None:
        request = DescribeGroupsRequest(groups=("nobody",))
        (group,) = ask(cluster, cluster.coordinator_of("nobody"), request, version).groups
        assert (group.error_code, group.group_state) == (error, "Dead")

    @pytest.mark.parametrize("version", range(2))
    def test_a_consumer_group_is_described(self, cluster: FakeCluster, version: int) -> None:
        cluster.add_group("modern", type="consumer", offsets={("orders", 2): 1}, members=1)
        request = ConsumerGroupDescribeRequest(group_ids=("modern",))
        (group,) = ask(cluster, cluster.coordinator_of("modern"), request, version).groups
        (assigned,) = group.members[0].assignment.topic_partitions
        assert (group.error_code, assigned.topic_name, assigned.partitions) == (0, "orders", (2,))

    @pytest.mark.parametrize("group", ["billing", "nobody"])
    def test_what_is_no_consumer_group_is_not_found_as_one(self, cluster: FakeCluster, group: str) -> None:
        request = ConsumerGroupDescribeRequest(group_ids=(group,))
        (described,) = ask(cluster, cluster.coordinator_of(group), request, 0).groups
        assert described.error_code == ErrorCode.GROUP_ID_NOT_FOUND

    def test_groups_are_deleted_unless_they_have_members(self, cluster: FakeCluster) -> None:
        cluster.add_group("busy", members=1)

        def deleted(group: str) -> int:
            request = DeleteGroupsRequest(groups_names=(group,))
            return ask(cluster, cluster.coordinator_of(group), request, 2).results[0].error_code

        assert [deleted(group) for group in ("billing", "busy", "billing")] == [0, 68, 69]
        assert cluster.groups() == ("busy",)

    def test_members_are_removed_by_id_and_by_instance(self, cluster: FakeCluster) -> None:
        members = (GroupMember(member_id="a"), GroupMember(member_id="b", group_instance_id="static"))
        cluster.add_group("busy", members=members)
        leaving = (
            MemberIdentity(member_id="a"),
            MemberIdentity(member_id="other", group_instance_id="static"),
            MemberIdentity(group_instance_id="static"),
            MemberIdentity(member_id="a"),
        )
        request = LeaveGroupRequest(group_id="busy", members=leaving)
        answer = ask(cluster, cluster.coordinator_of("busy"), request, 5)
        assert [member.error_code for member in answer.members] == [0, ErrorCode.FENCED_INSTANCE_ID, 0, 25]
        assert cluster.members("busy") == ()

    def test_old_versions_remove_one_member(self, cluster: FakeCluster) -> None:
        cluster.add_group("busy", members=[GroupMember(member_id="a")])
        request = LeaveGroupRequest(group_id="busy", member_id="a")
        assert [ask(cluster, cluster.coordinator_of("busy"), request, 2).error_code for _ in range(2)] == [0, 25]


class TestConsumerGroupHeartbeat:
    def beat(
        self,
        cluster: FakeCluster,
        member: str,
        epoch: int,
        group: str = "modern",
        topics: tuple[str, ...] = ("orders",),
    ) -> ConsumerGroupHeartbeatResponse:
        request = ConsumerGroupHeartbeatRequest(
            group_id=group, member_id=member, member_epoch=epoch, subscribed_topic_names=topics
        )
        return ask(cluster, cluster.coordinator_of(group), request, 1)

    def owned(self, cluster: FakeCluster) -> dict[str, int]:
        return {member.member_id: len(member.partitions) for member in cluster.members("modern")}

    def test_members_join_share_and_leave(self, cluster: FakeCluster) -> None:
        first = self.beat(cluster, "a", 0)
        assert first.assignment is not None
        assert [topic.partitions for topic in first.assignment.topic_partitions] == [(0, 1, 2)]
        assert self.beat(cluster, "a", first.member_epoch).assignment is None
        self.beat(cluster, "b", 0)
        assert self.owned(cluster) == {"a": 2, "b": 1}
        assert self.beat(cluster, "a", first.member_epoch).member_epoch == first.member_epoch + 1
        assert self.beat(cluster, "a", -1).member_epoch == -1
        assert self.owned(cluster) == {"b": 3}

    @pytest.mark.parametrize(
        ("member", "epoch", "group", "error"),
        [
            ("", 0, "modern", ErrorCode.INVALID_REQUEST),
            ("stranger", 1, "modern", ErrorCode.UNKNOWN_MEMBER_ID),
            ("a", 9, "modern", ErrorCode.FENCED_MEMBER_EPOCH),
            ("a", 1, "nobody", ErrorCode.GROUP_ID_NOT_FOUND),
            ("a", 0, "busy", ErrorCode.GROUP_ID_NOT_FOUND),
        ],
    )
    def test_who_is_refused(self, cluster: FakeCluster, member: str, epoch: int, group: str, error: int) -> None:
        cluster.add_group("busy", members=1)
        self.beat(cluster, "a", 0)
        assert self.beat(cluster, member, epoch, group).error_code == error

    def test_a_classic_group_that_only_has_offsets_becomes_one_of_the_new_protocol(self, cluster: FakeCluster) -> None:
        assert self.beat(cluster, "a", 0, "billing").error_code == 0
        assert cluster.offsets("billing") == {("orders", 0): 42}
        described = ask(
            cluster, cluster.coordinator_of("billing"), ConsumerGroupDescribeRequest(group_ids=("billing",)), 1
        )
        assert described.groups[0].assignor_name == "uniform"


@pytest.mark.scale
def test_ten_thousand_groups_for_each_of_six_brokers_take_less_than_200_mb() -> None:
    tracemalloc.start()
    try:
        with FakeCluster(brokers=6) as cluster:
            offsets = {("orders", partition): 42 for partition in range(3)}
            cluster.add_groups((f"group-{number}" for number in range(60_000)), offsets=offsets)
            held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 200e6
