"""How groups of each kind are described, and how one is asked for whose kind nobody knows."""

from __future__ import annotations

import pytest

from kafkaadmin import (
    ClassicGroupDescription,
    ClassicGroupMember,
    Coordinator,
    GroupNotFoundError,
    GroupState,
    GroupType,
    ShareGroupDescription,
    ShareGroupMember,
    StreamsDescribedSubtopology,
    StreamsEndpoint,
    StreamsGlobalStore,
    StreamsGroupDescription,
    StreamsGroupMember,
    StreamsInternalTopic,
    StreamsSubtopology,
    StreamsTask,
    StreamsTasks,
    StreamsTopologyDescription,
    StreamsTopologyNode,
    TopicPartition,
    TopologyDescriptionStatus,
    TopologyNodeType,
    UnsupportedVersionError,
)
from kafkaadmin import operations as ops
from kafkawire import Request
from kafkawire.messages import (
    ConsumerGroupDescribeRequest,
    ConsumerGroupDescribeResponse,
    ConsumerGroupDescribeResponseDescribedGroup,
    DeletableGroupResult,
    DeleteGroupsRequest,
    DeleteGroupsResponse,
    DescribedGroupMember,
    DescribeGroupsRequest,
    DescribeGroupsResponse,
    DescribeGroupsResponseDescribedGroup,
    ShareGroupDescribeRequest,
    ShareGroupDescribeResponse,
    ShareGroupDescribeResponseAssignment,
    ShareGroupDescribeResponseDescribedGroup,
    ShareGroupDescribeResponseMember,
    ShareGroupDescribeResponseTopicPartitions,
    StreamsGroupDescribeRequest,
    StreamsGroupDescribeResponse,
    StreamsGroupDescribeResponseAssignment,
    StreamsGroupDescribeResponseDescribedGroup,
    StreamsGroupDescribeResponseEndpoint,
    StreamsGroupDescribeResponseKeyValue,
    StreamsGroupDescribeResponseMember,
    StreamsGroupDescribeResponseSubtopology,
    StreamsGroupDescribeResponseTaskIds,
    StreamsGroupDescribeResponseTaskOffset,
    StreamsGroupDescribeResponseTopicInfo,
    StreamsGroupDescribeResponseTopology,
    TopologyDescription,
    TopologyDescriptionGlobalStore,
    TopologyDescriptionNode,
    TopologyDescriptionSubtopology,
)
from tests.support.scripted_cluster import BROKERS, Answer, ScriptedCluster

ORDERS_0 = TopicPartition("orders", 0)

Answers = dict[type[Request], tuple[int, Answer]]  # type: ignore[type-arg]


def of_kinds(**kinds: str) -> Answers:
    """Brokers that know each of these groups as one of a kind, and answer 69 as any other."""

    def code(group: str, kind: str) -> int:
        return 0 if kinds.get(group) == kind else 69

    return {
        ConsumerGroupDescribeRequest: (
            1,
            lambda request: ConsumerGroupDescribeResponse(
                groups=tuple(
                    ConsumerGroupDescribeResponseDescribedGroup(group_id=each, error_code=code(each, "consumer"))
                    for each in request.group_ids
                )
            ),
        ),
        DescribeGroupsRequest: (
            6,
            lambda request: DescribeGroupsResponse(
                groups=tuple(
                    DescribeGroupsResponseDescribedGroup(group_id=each, error_code=code(each, "classic"))
                    for each in request.groups
                )
            ),
        ),
        ShareGroupDescribeRequest: (
            1,
            lambda request: ShareGroupDescribeResponse(
                groups=tuple(
                    ShareGroupDescribeResponseDescribedGroup(group_id=each, error_code=code(each, "share"))
                    for each in request.group_ids
                )
            ),
        ),
        StreamsGroupDescribeRequest: (
            1,
            lambda request: StreamsGroupDescribeResponse(
                groups=tuple(
                    StreamsGroupDescribeResponseDescribedGroup(group_id=each, error_code=code(each, "streams"))
                    for each in request.group_ids
                )
            ),
        ),
    }


class TestAnyKind:
    def test_a_group_is_asked_for_as_one_kind_after_another(self) -> None:
        kinds = {"a": "consumer", "b": "classic", "c": "share", "d": "streams"}
        cluster = ScriptedCluster(of_kinds(**kinds))
        result = cluster.call(ops.describe_groups, list(kinds), include_authorized_operations=False)
        assert {group: description.type for group, description in result.items()} == {
            group: GroupType(kind) for group, kind in kinds.items()
        }
        asked = [getattr(each.request, "group_ids", None) or each.request.groups for each in cluster.asked]
        assert asked == [("a", "b", "c", "d"), ("b", "c", "d"), ("c", "d"), ("d",)]

    def test_a_group_whose_kind_is_known_is_asked_for_once(self) -> None:
        cluster = ScriptedCluster(of_kinds(a="consumer"))
        cluster.call(ops.describe_groups, "a", include_authorized_operations=False)
        assert len(cluster.operations) == 1

    def test_a_group_that_none_knows_is_not_found(self) -> None:
        result = ScriptedCluster(of_kinds()).call(ops.describe_groups, "nobody", include_authorized_operations=False)
        with pytest.raises(GroupNotFoundError, match="describe_groups: group 'nobody'"):
            result["nobody"]

    def test_kinds_that_a_broker_knows_nothing_of_are_passed_over(self) -> None:
        answers = of_kinds(billing="classic")
        cluster = ScriptedCluster({DescribeGroupsRequest: answers[DescribeGroupsRequest]})
        result = cluster.call(ops.describe_groups, ["billing", "nobody"], include_authorized_operations=False)
        assert result["billing"].type is GroupType.CLASSIC
        with pytest.raises(GroupNotFoundError):
            result["nobody"]

    @pytest.mark.parametrize("kind", ["share", "streams"])
    def test_a_deleted_group_of_any_kind_is_read_back(self, kind: str) -> None:
        """Seen as gone while it was there, a group with members would have been told as deleted."""
        deleting = DeleteGroupsResponse(results=(DeletableGroupResult(group_id="there"),))
        cluster = ScriptedCluster({DeleteGroupsRequest: (2, lambda _: deleting), **of_kinds(there=kind)})
        cluster.call(ops.delete_consumer_groups, "there")
        assert cluster.verify("there", of=0) is None


class TestClassic:
    def test_members_of_others_than_consumers_come_as_bytes(self) -> None:
        told = DescribeGroupsResponseDescribedGroup(
            group_id="workers",
            group_state="Stable",
            protocol_type="connect",
            protocol_data="sessioned",
            members=(
                DescribedGroupMember(
                    member_id="w", client_id="app", client_host="/h", member_metadata=b"\1", member_assignment=b"\2"
                ),
            ),
        )
        cluster = ScriptedCluster({DescribeGroupsRequest: (6, lambda _: DescribeGroupsResponse(groups=(told,)))})
        result = cluster.call(ops.describe_classic_groups, "workers", include_authorized_operations=False)
        assert result["workers"] == ClassicGroupDescription(
            group_id="workers",
            protocol_type="connect",
            state=GroupState.STABLE,
            coordinator=BROKERS[0],
            protocol="sessioned",
            members=(ClassicGroupMember(member_id="w", client_id="app", host="/h", metadata=b"\1", assignment=b"\2"),),
        )
        assert result["workers"].is_simple_consumer_group is False

    def test_a_consumers_bytes_that_make_no_sense_are_told(self) -> None:
        told = DescribeGroupsResponseDescribedGroup(
            group_id="billing",
            group_state="Stable",
            protocol_type="consumer",
            members=(DescribedGroupMember(member_id="m", member_metadata=b"\0"),),
        )
        cluster = ScriptedCluster({DescribeGroupsRequest: (6, lambda _: DescribeGroupsResponse(groups=(told,)))})
        result = cluster.call(ops.describe_classic_groups, "billing", include_authorized_operations=False)
        (member,) = result["billing"].members
        assert "ConsumerProtocolSubscription" in (member.unreadable or "")


class TestShare:
    def test_a_share_group_is_read(self) -> None:
        told = ShareGroupDescribeResponseDescribedGroup(
            group_id="s",
            group_state="Stable",
            group_epoch=5,
            assignment_epoch=4,
            assignor_name="simple",
            members=(
                ShareGroupDescribeResponseMember(
                    member_id="m",
                    rack_id="r",
                    member_epoch=4,
                    client_id="app",
                    client_host="/h",
                    subscribed_topic_names=("orders",),
                    assignment=ShareGroupDescribeResponseAssignment(
                        topic_partitions=(
                            ShareGroupDescribeResponseTopicPartitions(topic_name="orders", partitions=(0,)),
                        )
                    ),
                ),
            ),
        )
        answer = ShareGroupDescribeResponse(groups=(told,))
        cluster = ScriptedCluster({ShareGroupDescribeRequest: (1, lambda _: answer)})
        result = cluster.call(ops.describe_share_groups, "s", include_authorized_operations=True)
        assert result["s"] == ShareGroupDescription(
            group_id="s",
            state=GroupState.STABLE,
            coordinator=BROKERS[0],
            assignor="simple",
            group_epoch=5,
            target_assignment_epoch=4,
            members=(
                ShareGroupMember(
                    member_id="m",
                    client_id="app",
                    host="/h",
                    member_epoch=4,
                    rack_id="r",
                    subscribed_topics=("orders",),
                    assignment=(ORDERS_0,),
                ),
            ),
        )
        assert cluster.asked[0].to == Coordinator("s")
        assert cluster.asked[0].request.include_authorized_operations is True

    def test_brokers_that_have_them_switched_off_are_not_waited_for(self) -> None:
        off = ShareGroupDescribeResponse(
            groups=(ShareGroupDescribeResponseDescribedGroup(group_id="s", error_code=35),)
        )
        cluster = ScriptedCluster({ShareGroupDescribeRequest: (1, lambda _: off)})
        with pytest.raises(UnsupportedVersionError, match="has share groups switched off"):
            cluster.call(ops.describe_share_groups, "s", include_authorized_operations=False)["s"]


def streams(*groups: StreamsGroupDescribeResponseDescribedGroup, version: int = 1) -> ScriptedCluster:
    answer = StreamsGroupDescribeResponse(groups=groups)
    return ScriptedCluster({StreamsGroupDescribeRequest: (version, lambda _: answer)})


NO_EXTRAS = {"include_authorized_operations": False, "include_topology_description": False}


class TestStreams:
    def test_a_streams_group_is_read(self) -> None:
        def tasks(*partitions: int) -> tuple[StreamsGroupDescribeResponseTaskIds, ...]:
            return (StreamsGroupDescribeResponseTaskIds(subtopology_id="0", partitions=partitions),)

        def offset(reached: int) -> tuple[StreamsGroupDescribeResponseTaskOffset, ...]:
            return (StreamsGroupDescribeResponseTaskOffset(subtopology_id="0", partition=1, offset=reached),)

        member = StreamsGroupDescribeResponseMember(
            member_id="m",
            member_epoch=3,
            instance_id="i",
            rack_id="r",
            client_id="app",
            client_host="/h",
            topology_epoch=2,
            process_id="p",
            user_endpoint=StreamsGroupDescribeResponseEndpoint(host="app-1", port=65535),
            client_tags=(StreamsGroupDescribeResponseKeyValue(key="zone", value="a"),),
            task_offsets=offset(7),
            task_end_offsets=offset(9),
            assignment=StreamsGroupDescribeResponseAssignment(
                active_tasks=tasks(0), standby_tasks=tasks(1), warmup_tasks=tasks(2)
            ),
            target_assignment=StreamsGroupDescribeResponseAssignment(active_tasks=tasks(0, 2)),
            is_classic=True,
        )
        changelog = StreamsGroupDescribeResponseTopicInfo(
            name="changelog",
            partitions=3,
            replication_factor=2,
            topic_configs=(StreamsGroupDescribeResponseKeyValue(key="cleanup.policy", value="compact"),),
        )
        subtopology = StreamsGroupDescribeResponseSubtopology(
            subtopology_id="0",
            source_topics=("orders",),
            repartition_sink_topics=("again",),
            state_changelog_topics=(changelog,),
            repartition_source_topics=(StreamsGroupDescribeResponseTopicInfo(name="again", replication_factor=-1),),
        )
        cluster = streams(
            StreamsGroupDescribeResponseDescribedGroup(
                group_id="app",
                group_state="NotReady",
                group_epoch=5,
                assignment_epoch=4,
                topology=StreamsGroupDescribeResponseTopology(epoch=2, subtopologies=(subtopology,)),
                members=(member,),
                assignor_name="sticky",
            )
        )
        assert cluster.call(ops.describe_streams_groups, "app", **NO_EXTRAS)["app"] == StreamsGroupDescription(
            group_id="app",
            state=GroupState.NOT_READY,
            coordinator=BROKERS[0],
            group_epoch=5,
            target_assignment_epoch=4,
            topology_epoch=2,
            assignor="sticky",
            subtopologies=(
                StreamsSubtopology(
                    subtopology_id="0",
                    source_topics=("orders",),
                    repartition_sink_topics=("again",),
                    repartition_source_topics=(StreamsInternalTopic(name="again"),),
                    state_changelog_topics=(
                        StreamsInternalTopic(
                            name="changelog",
                            partitions=3,
                            replication_factor=2,
                            configs={"cleanup.policy": "compact"},
                        ),
                    ),
                ),
            ),
            members=(
                StreamsGroupMember(
                    member_id="m",
                    client_id="app",
                    host="/h",
                    member_epoch=3,
                    topology_epoch=2,
                    process_id="p",
                    group_instance_id="i",
                    rack_id="r",
                    user_endpoint=StreamsEndpoint("app-1", 65535),
                    client_tags={"zone": "a"},
                    assignment=StreamsTasks(
                        active=(StreamsTask("0", 0),), standby=(StreamsTask("0", 1),), warmup=(StreamsTask("0", 2),)
                    ),
                    target_assignment=StreamsTasks(active=(StreamsTask("0", 0), StreamsTask("0", 2))),
                    task_offsets={StreamsTask("0", 1): 7},
                    task_end_offsets={StreamsTask("0", 1): 9},
                    is_classic=True,
                ),
            ),
        )

    def test_a_task_is_printed_as_kafka_streams_does(self) -> None:
        assert str(StreamsTask("1", 2)) == "1_2"

    def test_a_group_that_nobody_told_a_topology_has_none(self) -> None:
        group = StreamsGroupDescribeResponseDescribedGroup(group_id="app", group_state="Empty")
        described = streams(group, version=0).call(ops.describe_streams_groups, "app", **NO_EXTRAS)["app"]
        assert (described.topology_epoch, described.subtopologies, described.assignor) == (None, (), None)
        assert described.type is GroupType.STREAMS

    def test_a_topology_is_read_node_by_node(self) -> None:
        def node(name: str, kind: TopologyNodeType, *successors: str, **more: object) -> TopologyDescriptionNode:
            return TopologyDescriptionNode(name=name, node_type=kind, successors=successors, **more)  # type: ignore[arg-type]

        kinds = TopologyNodeType
        topology = TopologyDescription(
            subtopologies=(
                TopologyDescriptionSubtopology(
                    subtopology_id="0",
                    nodes=(
                        node("source", kinds.SOURCE, "count", source_topics=("orders",)),
                        node("count", kinds.PROCESSOR, "sink", stores=("store",)),
                        node("sink", kinds.SINK, sink_topic="counts"),
                    ),
                ),
            ),
            global_stores=(
                TopologyDescriptionGlobalStore(
                    source=node("all", kinds.SOURCE, "keep", source_topics=("rates",)),
                    processor=node("keep", kinds.PROCESSOR, stores=("rates",)),
                ),
            ),
        )
        group = StreamsGroupDescribeResponseDescribedGroup(
            group_id="app",
            group_state="Stable",
            topology_description=topology,
            topology_description_status=TopologyDescriptionStatus.AVAILABLE,
        )
        cluster = streams(group)
        asked = {"include_authorized_operations": False, "include_topology_description": True}
        described = cluster.call(ops.describe_streams_groups, "app", **asked)["app"]
        assert cluster.asked[0].request.include_topology_description is True
        assert described.topology_description_status is TopologyDescriptionStatus.AVAILABLE
        assert described.topology_description == StreamsTopologyDescription(
            subtopologies=(
                StreamsDescribedSubtopology(
                    subtopology_id="0",
                    nodes=(
                        StreamsTopologyNode(
                            name="source", type=kinds.SOURCE, topics=("orders",), successors=frozenset({"count"})
                        ),
                        StreamsTopologyNode(
                            name="count",
                            type=kinds.PROCESSOR,
                            stores=("store",),
                            predecessors=frozenset({"source"}),
                            successors=frozenset({"sink"}),
                        ),
                        StreamsTopologyNode(
                            name="sink", type=kinds.SINK, topics=("counts",), predecessors=frozenset({"count"})
                        ),
                    ),
                ),
            ),
            global_stores=(
                StreamsGlobalStore(
                    source=StreamsTopologyNode(
                        name="all", type=kinds.SOURCE, topics=("rates",), successors=frozenset({"keep"})
                    ),
                    processor=StreamsTopologyNode(
                        name="keep", type=kinds.PROCESSOR, stores=("rates",), predecessors=frozenset({"all"})
                    ),
                ),
            ),
        )

    def test_a_topology_that_an_older_broker_can_not_describe_is_not_left_out_silently(self) -> None:
        group = StreamsGroupDescribeResponseDescribedGroup(group_id="app")
        asked = {"include_authorized_operations": False, "include_topology_description": True}
        with pytest.raises(UnsupportedVersionError):
            streams(group, version=0).call(ops.describe_streams_groups, "app", **asked)["app"]
