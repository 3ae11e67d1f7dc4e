"""How groups are asked for, and how the answers are read, version by version."""

from __future__ import annotations

import pytest

from kafkaadmin import (
    AclOperation,
    BrokerId,
    ClassicGroupDescription,
    ClassicGroupMember,
    ConfigurationError,
    ConsumerGroupDescription,
    ConsumerGroupMember,
    Coordinator,
    DeletedGroup,
    GroupListing,
    GroupNotEmptyError,
    GroupNotFoundError,
    GroupState,
    GroupType,
    MemberToRemove,
    PartialFailureError,
    RemovedMember,
    TopicPartition,
    UnknownMemberError,
    UnsupportedVersionError,
)
from kafkaadmin import operations as ops
from kafkaadmin.routing import Verified
from kafkawire import Message, Request, Response, encode
from kafkawire.enums import MemberType
from kafkawire.messages import (
    ConsumerGroupDescribeRequest,
    ConsumerGroupDescribeResponse,
    ConsumerGroupDescribeResponseAssignment,
    ConsumerGroupDescribeResponseDescribedGroup,
    ConsumerGroupDescribeResponseMember,
    ConsumerGroupDescribeResponseTopicPartitions,
    ConsumerProtocolAssignment,
    ConsumerProtocolAssignmentTopicPartition,
    ConsumerProtocolSubscription,
    DeletableGroupResult,
    DeleteGroupsRequest,
    DeleteGroupsResponse,
    DescribedGroupMember,
    DescribeGroupsRequest,
    DescribeGroupsResponse,
    DescribeGroupsResponseDescribedGroup,
    LeaveGroupRequest,
    LeaveGroupResponse,
    ListedGroup,
    ListGroupsRequest,
    ListGroupsResponse,
    MemberResponse,
)
from tests.support.scripted_cluster import BROKERS, Answer, ScriptedCluster

ORDERS_0, ORDERS_1 = TopicPartition("orders", 0), TopicPartition("orders", 1)
NO_FILTERS = {"states": (), "types": (), "protocol_types": ()}


def listing(*groups: ListedGroup, version: int = 5, error: int = 0) -> ScriptedCluster:
    answer = ListGroupsResponse(groups=groups, error_code=error)
    return ScriptedCluster({ListGroupsRequest: (version, lambda _: answer)})


class TestListGroups:
    @pytest.mark.parametrize(
        ("version", "state", "type"),
        [(0, None, None), (3, None, None), (4, GroupState.STABLE, None), (5, GroupState.STABLE, GroupType.CONSUMER)],
    )
    def test_every_broker_is_asked_for_what_it_coordinates(
        self, version: int, state: GroupState | None, type: GroupType | None
    ) -> None:
        told = {"group_state": "Stable"} if version >= 4 else {}
        told |= {"group_type": "Consumer"} if version >= 5 else {}
        cluster = listing(ListedGroup(group_id="billing", protocol_type="consumer", **told), version=version)
        listed = cluster.call(ops.list_groups, **NO_FILTERS)
        assert listed == {"billing": GroupListing(group_id="billing", protocol_type="consumer", state=state, type=type)}
        assert [asked.to for asked in cluster.asked] == [BrokerId(1), BrokerId(2), BrokerId(3)]

    def test_states_and_types_are_the_brokers_to_filter(self) -> None:
        cluster = listing()
        cluster.call(ops.list_groups, states=GroupState.EMPTY, types=[GroupType.SHARE], protocol_types=())
        assert cluster.asked[0].request.states_filter == ("Empty",)
        assert cluster.asked[0].request.types_filter == ("share",)

    def test_protocol_types_are_ours_to_filter(self) -> None:
        cluster = listing(
            ListedGroup(group_id="a", protocol_type="consumer"),
            ListedGroup(group_id="b", protocol_type="connect"),
            ListedGroup(group_id="simple", protocol_type=""),
        )
        for wanted, listed in (("connect", ["b"]), (["consumer", ""], ["a", "simple"])):
            assert list(cluster.call(ops.list_groups, states=(), types=(), protocol_types=wanted)) == listed

    @pytest.mark.parametrize(
        ("states", "types", "offered"),
        [(GroupState.EMPTY, (), 3), ((), GroupType.SHARE, 4), ((), GroupType.CLASSIC, 4)],
    )
    def test_a_filter_is_never_dropped_silently(self, states: object, types: object, offered: int) -> None:
        with pytest.raises(UnsupportedVersionError, match="list_groups"):
            listing(version=offered).call(ops.list_groups, states=states, types=types, protocol_types=())

    def test_all_that_old_brokers_can_have_needs_no_filter(self) -> None:
        cluster = listing(ListedGroup(group_id="a", protocol_type="consumer"), version=3)
        types = [GroupType.CONSUMER, GroupType.CLASSIC]
        assert list(cluster.call(ops.list_groups, states=(), types=types, protocol_types=())) == ["a"]

    def test_a_list_that_may_be_short_is_not_returned_as_if_whole(self) -> None:
        def answer(request: ListGroupsRequest) -> Response:
            last = len(cluster.asked) == 3
            groups = () if last else (ListedGroup(group_id=f"group-{len(cluster.asked)}"),)
            return ListGroupsResponse(groups=groups, error_code=31 if last else 0)

        cluster = ScriptedCluster({ListGroupsRequest: (5, answer)})
        with pytest.raises(PartialFailureError, match="list_groups: 1 of 3 brokers could not be asked") as caught:
            cluster.call(ops.list_groups, **NO_FILTERS)
        assert list(caught.value.result) == ["group-1", "group-2"]
        assert list(caught.value.failures) == [3]


def described(group: str, **more: object) -> DescribeGroupsResponseDescribedGroup:
    told: dict[str, object] = {"group_state": "Stable", "protocol_type": "consumer", "protocol_data": "range"}
    return DescribeGroupsResponseDescribedGroup(group_id=group, **(told | more))  # type: ignore[arg-type]


def classic(*groups: DescribeGroupsResponseDescribedGroup, version: int = 6) -> tuple[int, Answer]:
    return version, lambda _: DescribeGroupsResponse(groups=groups)


def new(*groups: ConsumerGroupDescribeResponseDescribedGroup, version: int = 1) -> tuple[int, Answer]:
    return version, lambda _: ConsumerGroupDescribeResponse(groups=groups)


def not_new(*groups: str, code: int = 69) -> tuple[int, Answer]:
    return new(
        *(ConsumerGroupDescribeResponseDescribedGroup(group_id=group, error_code=code) for group in groups), version=0
    )


def describing(answers: dict[type[Request], tuple[int, Answer]]) -> ScriptedCluster:  # type: ignore[type-arg]
    return ScriptedCluster(answers)  # type: ignore[arg-type]


def consumers_bytes(message: Message, version: int = 3) -> bytes:
    return version.to_bytes(2, "big", signed=True) + encode(message, min(version, 3))


SUBSCRIPTION = consumers_bytes(ConsumerProtocolSubscription(topics=("orders",), rack_id="rack-1"))
ASSIGNMENT = consumers_bytes(
    ConsumerProtocolAssignment(
        assigned_partitions=(ConsumerProtocolAssignmentTopicPartition(topic="orders", partitions=(0, 1)),)
    )
)


def member(name: str, metadata: bytes = SUBSCRIPTION, assignment: bytes = ASSIGNMENT) -> DescribedGroupMember:
    return DescribedGroupMember(
        member_id=name, client_id="app", client_host="/10.0.0.1", member_metadata=metadata, member_assignment=assignment
    )


class TestDescribeGroups:
    def test_a_classic_group_is_read_with_what_its_members_say(self) -> None:
        cluster = describing({DescribeGroupsRequest: classic(described("billing", members=(member("m-1"),)))})
        result = cluster.call(ops.describe_consumer_groups, "billing", include_authorized_operations=False)
        assert result["billing"] == ConsumerGroupDescription(
            group_id="billing",
            type=GroupType.CLASSIC,
            state=GroupState.STABLE,
            coordinator=BROKERS[0],
            assignor="range",
            members=(
                ConsumerGroupMember(
                    member_id="m-1",
                    client_id="app",
                    host="/10.0.0.1",
                    rack_id="rack-1",
                    assignment=(ORDERS_0, ORDERS_1),
                    subscribed_topics=("orders",),
                ),
            ),
        )
        assert cluster.asked[0].to == Coordinator("billing")

    def test_a_group_of_the_new_protocol_is_read_without_asking_twice(self) -> None:
        def assignment(*partitions: int) -> ConsumerGroupDescribeResponseAssignment:
            topics = ConsumerGroupDescribeResponseTopicPartitions(topic_name="orders", partitions=partitions)
            return ConsumerGroupDescribeResponseAssignment(topic_partitions=(topics,))

        told = ConsumerGroupDescribeResponseMember(
            member_id="m-1",
            instance_id="worker-1",
            member_epoch=4,
            client_id="app",
            client_host="/10.0.0.1",
            subscribed_topic_names=("orders",),
            subscribed_topic_regex="ord.*",
            assignment=assignment(0),
            target_assignment=assignment(0, 1),
            member_type=MemberType.CLASSIC,
        )
        group = ConsumerGroupDescribeResponseDescribedGroup(
            group_id="billing",
            group_state="Reconciling",
            group_epoch=5,
            assignment_epoch=4,
            assignor_name="uniform",
            members=(told,),
            authorized_operations=1 << AclOperation.READ,
        )
        cluster = describing({ConsumerGroupDescribeRequest: new(group)})
        result = cluster.call(ops.describe_groups, "billing", include_authorized_operations=True)
        assert result["billing"] == ConsumerGroupDescription(
            group_id="billing",
            type=GroupType.CONSUMER,
            state=GroupState.RECONCILING,
            coordinator=BROKERS[0],
            assignor="uniform",
            group_epoch=5,
            target_assignment_epoch=4,
            authorized_operations=frozenset({AclOperation.READ}),
            members=(
                ConsumerGroupMember(
                    member_id="m-1",
                    client_id="app",
                    host="/10.0.0.1",
                    group_instance_id="worker-1",
                    assignment=(ORDERS_0,),
                    target_assignment=(ORDERS_0, ORDERS_1),
                    subscribed_topics=("orders",),
                    subscribed_topic_pattern="ord.*",
                    member_epoch=4,
                    is_classic=True,
                ),
            ),
        )
        assert len(cluster.operations) == 1

    @pytest.mark.parametrize("code", [69, 35])
    def test_only_groups_that_are_not_of_the_new_protocol_are_asked_for_as_classic_ones(self, code: int) -> None:
        fresh = ConsumerGroupDescribeResponseDescribedGroup(group_id="new", group_state="Empty")
        old = ConsumerGroupDescribeResponseDescribedGroup(group_id="old", error_code=code)
        secret = ConsumerGroupDescribeResponseDescribedGroup(group_id="secret", error_code=30)
        cluster = describing(
            {
                ConsumerGroupDescribeRequest: new(fresh, old, secret, version=0),
                DescribeGroupsRequest: classic(described("old")),
            }
        )
        result = cluster.call(
            ops.describe_consumer_groups, ["new", "old", "secret"], include_authorized_operations=False
        )
        assert {group: each.type for group, each in result.succeeded.items()} == {
            "new": GroupType.CONSUMER,
            "old": GroupType.CLASSIC,
        }
        assert set(result.failed) == {"secret"}
        assert cluster.asked[1].request.groups == ("old",)

    def test_bytes_that_make_no_sense_are_their_members_alone(self) -> None:
        members = (
            member("good"),
            member("bad", assignment=b"\x00\x00\x00\x00\x00\xff"),
            member("worse", metadata=b"\x00"),
        )
        cluster = describing({DescribeGroupsRequest: classic(described("billing", members=members))})
        result = cluster.call(ops.describe_consumer_groups, "billing", include_authorized_operations=False)
        good, bad, worse = result["billing"].members
        assert good.unreadable is None
        assert (bad.assignment, bad.subscribed_topics) == ((), ("orders",))
        assert "ConsumerProtocolAssignment" in (bad.unreadable or "")
        assert (worse.assignment, worse.subscribed_topics) == ((ORDERS_0, ORDERS_1), ())
        assert "ConsumerProtocolSubscription" in (worse.unreadable or "")

    @pytest.mark.parametrize("version", [0, 1, 3, 4, 300])
    def test_members_of_every_release_are_understood(self, version: int) -> None:
        subscription = ConsumerProtocolSubscription(topics=("orders",))
        data = consumers_bytes(subscription, version) + (b"from the future" if version > 3 else b"")
        cluster = describing(
            {DescribeGroupsRequest: classic(described("billing", members=(member("m", metadata=data),)))}
        )
        result = cluster.call(ops.describe_consumer_groups, "billing", include_authorized_operations=False)
        assert result["billing"].members[0].subscribed_topics == ("orders",)

    def test_a_rebalancing_member_that_has_said_nothing_is_no_complaint(self) -> None:
        told = described("billing", group_state="PreparingRebalance", members=(member("m", b"", b""),))
        cluster = describing({DescribeGroupsRequest: classic(told)})
        result = cluster.call(ops.describe_consumer_groups, "billing", include_authorized_operations=False)
        assert result["billing"].members[0].unreadable is None

    def test_a_dead_group_of_an_older_broker_is_no_group(self) -> None:
        told = described("nobody", group_state="Dead", protocol_type="", protocol_data="")
        cluster = describing({DescribeGroupsRequest: classic(told, version=5)})
        with pytest.raises(GroupNotFoundError, match="describe_groups: group 'nobody'"):
            cluster.call(ops.describe_groups, "nobody", include_authorized_operations=False)["nobody"]

    def test_what_the_broker_says_of_a_share_group_is_passed_on(self) -> None:
        told = described("s-1", error_code=69, error_message="Group s-1 is not a classic group.")
        cluster = describing({ConsumerGroupDescribeRequest: not_new("s-1"), DescribeGroupsRequest: classic(told)})
        with pytest.raises(GroupNotFoundError, match="not a classic group"):
            cluster.call(ops.describe_groups, "s-1", include_authorized_operations=False)["s-1"]

    def test_groups_of_others_than_consumers_are_described_as_such(self) -> None:
        told = described(
            "workers", protocol_type="connect", protocol_data="sessioned", members=(member("w", b"\x01", b"\x02"),)
        )
        cluster = describing({DescribeGroupsRequest: classic(told)})
        result = cluster.call(ops.describe_groups, "workers", include_authorized_operations=False)
        assert result["workers"] == ClassicGroupDescription(
            group_id="workers",
            protocol_type="connect",
            state=GroupState.STABLE,
            coordinator=BROKERS[0],
            protocol="sessioned",
            members=(
                ClassicGroupMember(
                    member_id="w", client_id="app", host="/10.0.0.1", metadata=b"\x01", assignment=b"\x02"
                ),
            ),
        )
        with pytest.raises(GroupNotFoundError, match="of protocol type 'connect': describe_groups shows it"):
            cluster.call(ops.describe_consumer_groups, "workers", include_authorized_operations=False)["workers"]

    def test_a_group_that_nobody_joined_is_a_simple_one(self) -> None:
        told = described("simple", group_state="Empty", protocol_type="", protocol_data="")
        cluster = describing({DescribeGroupsRequest: classic(told)})
        result = cluster.call(ops.describe_consumer_groups, "simple", include_authorized_operations=False)
        assert result["simple"].is_simple_consumer_group

    def test_operations_need_a_broker_that_tells_them(self) -> None:
        cluster = describing({DescribeGroupsRequest: classic(described("billing"), version=2)})
        with pytest.raises(UnsupportedVersionError):
            cluster.call(ops.describe_groups, "billing", include_authorized_operations=True)["billing"]

    def test_many_groups_are_described_by_the_half_thousand(self) -> None:
        def answer(request: DescribeGroupsRequest) -> Response:
            return DescribeGroupsResponse(groups=tuple(map(described, request.groups)))

        cluster = describing({DescribeGroupsRequest: (6, answer)})
        names = [f"group-{number}" for number in range(1200)]
        cluster.call(ops.describe_groups, names, include_authorized_operations=False).raise_for_errors()
        assert [len(asked.request.groups) for asked in cluster.asked] == [500, 500, 200]


class TestDeleteConsumerGroups:
    @pytest.mark.parametrize("version", [0, 1, 2, 3])
    def test_each_group_is_deleted_or_has_its_own_error(self, version: int) -> None:
        message = {"error_message": "it has members"} if version >= 3 else {}
        answer = DeleteGroupsResponse(
            results=(
                DeletableGroupResult(group_id="old", error_code=0),
                DeletableGroupResult(group_id="busy", error_code=68, **message),
            )
        )
        cluster = ScriptedCluster({DeleteGroupsRequest: (version, lambda _: answer)})
        result = cluster.call(ops.delete_consumer_groups, ["old", "busy"])
        assert result["old"] == DeletedGroup(group_id="old")
        with pytest.raises(GroupNotEmptyError, match="it has members" if version >= 3 else "NON_EMPTY_GROUP"):
            result["busy"]
        assert cluster.asked[0].request.groups_names == ("old", "busy")

    @pytest.mark.parametrize(
        ("there", "verified"),
        [
            (described("old", error_code=69), DeletedGroup(group_id="old", ambiguous=True)),
            (described("old", group_state="Empty"), None),
        ],
    )
    def test_after_a_lost_answer_a_group_that_is_gone_was_ours(
        self, there: DescribeGroupsResponseDescribedGroup, verified: DeletedGroup | None
    ) -> None:
        answer = DeleteGroupsResponse(results=(DeletableGroupResult(group_id="old"),))
        cluster = describing({DeleteGroupsRequest: (2, lambda _: answer), DescribeGroupsRequest: classic(there)})
        cluster.call(ops.delete_consumer_groups, "old")
        repeat = cluster.operations[0].repeat
        assert isinstance(repeat, Verified)
        assert repeat.already == {69}
        assert cluster.verify("old") == verified


ONE, STATIC = MemberToRemove(member_id="m-1"), MemberToRemove(group_instance_id="worker-1")


def leaving(*members: MemberResponse, version: int = 5, error: int = 0) -> ScriptedCluster:
    answer = LeaveGroupResponse(error_code=error, members=members)
    return ScriptedCluster({LeaveGroupRequest: (version, lambda _: answer)})


class TestRemoveMembers:
    @pytest.mark.parametrize("version", [3, 4, 5])
    def test_members_leave_together_by_id_or_instance_id(self, version: int) -> None:
        cluster = leaving(
            MemberResponse(member_id="m-1", group_instance_id=None),
            MemberResponse(member_id="", group_instance_id="worker-1", error_code=25),
            version=version,
        )
        result = cluster.call(ops.remove_members_from_consumer_group, "g", [ONE, STATIC], reason="maintenance")
        assert result[ONE] == RemovedMember(member=ONE)
        with pytest.raises(UnknownMemberError, match="group 'g', member with instance id 'worker-1'"):
            result[STATIC]
        (asked,) = cluster.asked
        assert asked.to == Coordinator("g")
        reason = "removed by an administrator: maintenance" if version >= 5 else None
        assert [(each.member_id, each.group_instance_id, each.reason) for each in asked.request.members] == [
            ("m-1", None, reason),
            ("", "worker-1", reason),
        ]

    @pytest.mark.parametrize("version", [0, 1, 2])
    def test_older_brokers_remove_one_at_a_time(self, version: int) -> None:
        cluster = leaving(version=version)
        other = MemberToRemove(member_id="m-2")
        result = cluster.call(ops.remove_members_from_consumer_group, "g", [ONE, other], reason=None)
        assert set(result.succeeded) == {ONE, other}
        assert [asked.request.member_id for asked in cluster.asked] == ["m-1", "m-2"]

    def test_older_brokers_do_not_know_instance_ids(self) -> None:
        with pytest.raises(UnsupportedVersionError):
            leaving(version=2).call(ops.remove_members_from_consumer_group, "g", STATIC, reason=None)[STATIC]

    @pytest.mark.parametrize("version", [1, 5])
    def test_the_groups_error_is_every_members(self, version: int) -> None:
        result = leaving(version=version, error=25).call(
            ops.remove_members_from_consumer_group, "nobody", ONE, reason=None
        )
        with pytest.raises(UnknownMemberError):
            result[ONE]

    def test_a_long_reason_is_cut(self) -> None:
        cluster = leaving(MemberResponse(member_id="m-1", group_instance_id=None))
        cluster.call(ops.remove_members_from_consumer_group, "g", ONE, reason="x" * 1000)
        assert len(cluster.asked[0].request.members[0].reason) == 255

    def test_all_means_whoever_is_described(self) -> None:
        static = DescribedGroupMember(member_id="m-2", group_instance_id="worker-1")
        cluster = leaving(
            MemberResponse(member_id="m-1", group_instance_id=None),
            MemberResponse(member_id="", group_instance_id="worker-1"),
        )
        cluster.answers[DescribeGroupsRequest] = classic(described("g", members=(member("m-1"), static)))
        result = cluster.call(ops.remove_members_from_consumer_group, "g", "all", reason=None)
        assert set(result.succeeded) == {ONE, STATIC}

    def test_all_of_no_group_is_an_error(self) -> None:
        cluster = leaving()
        cluster.answers[DescribeGroupsRequest] = classic(described("g", error_code=69))
        with pytest.raises(GroupNotFoundError):
            cluster.call(ops.remove_members_from_consumer_group, "g", "all", reason=None)

    @pytest.mark.parametrize(
        ("there", "gone"),
        [
            (described("g", members=(member("m-2"),)), True),
            (described("g", error_code=69), True),
            (described("g", members=(member("m-1"),)), False),
        ],
    )
    def test_after_a_lost_answer_a_member_that_is_gone_was_ours(
        self, there: DescribeGroupsResponseDescribedGroup, gone: bool
    ) -> None:
        cluster = leaving(MemberResponse(member_id="m-1", group_instance_id=None))
        cluster.answers[DescribeGroupsRequest] = classic(there)
        cluster.call(ops.remove_members_from_consumer_group, "g", ONE, reason=None)
        repeat = cluster.operations[0].repeat
        assert isinstance(repeat, Verified)
        assert repeat.already == {25}
        assert cluster.verify(ONE) == (RemovedMember(member=ONE, ambiguous=True) if gone else None)

    @pytest.mark.parametrize("members", ["m-1", ["m-1"], None, 3])
    def test_what_names_no_member_is_refused(self, members: object) -> None:
        with pytest.raises(ConfigurationError):
            leaving().call(ops.remove_members_from_consumer_group, "g", members, reason=None)

    def test_nobody_to_remove_is_nothing_to_do(self) -> None:
        cluster = leaving()
        assert len(cluster.call(ops.remove_members_from_consumer_group, "g", [], reason=None)) == 0
        assert not cluster.asked
