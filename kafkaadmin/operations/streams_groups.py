"""Describe streams groups (KIP-1071), and the topology that they run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kafkaadmin.models.brokers import Broker
from kafkaadmin.models.results import BatchResult
from kafkaadmin.models.streams_groups import (
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
)
from kafkaadmin.operations import arguments
from kafkaadmin.operations.authorized_operations import authorized_operations
from kafkaadmin.operations.describing_groups import describing_groups
from kafkaadmin.routing import (
    Cluster,
    Deadline,
    Operation,
    Report,
    Tally,
)
from kafkawire.enums import GroupState, TopologyDescriptionStatus, TopologyNodeType
from kafkawire.messages import (
    StreamsGroupDescribeRequest,
    StreamsGroupDescribeResponse,
    StreamsGroupDescribeResponseAssignment,
    StreamsGroupDescribeResponseDescribedGroup,
    StreamsGroupDescribeResponseMember,
    StreamsGroupDescribeResponseSubtopology,
    StreamsGroupDescribeResponseTaskIds,
    StreamsGroupDescribeResponseTaskOffset,
    StreamsGroupDescribeResponseTopicInfo,
    TopologyDescription,
    TopologyDescriptionNode,
)

__all__ = ["describe_streams_groups", "describing_streams_groups"]

_TOPOLOGY_DESCRIPTION_SINCE = 1


async def describe_streams_groups(
    cluster: Cluster,
    groups: object,
    *,
    include_authorized_operations: bool,
    include_topology_description: bool,
    progress: Report | None = None,
    deadline: Deadline,
) -> BatchResult[str, StreamsGroupDescription]:
    wanted = arguments.names(groups, "group")
    operation = describing_streams_groups(
        "describe_streams_groups", include_authorized_operations, include_topology_description
    )
    return await cluster.run(operation, wanted, deadline=deadline, tally=Tally.of(progress, len(wanted)))


def describing_streams_groups(
    name: str, include_operations: bool, include_topology: bool = False
) -> Operation[str, StreamsGroupDescribeResponse, StreamsGroupDescription]:
    """The operation, for whoever describes them."""
    return describing_groups(
        name,
        "streams",
        StreamsGroupDescribeRequest,
        request=lambda keys: StreamsGroupDescribeRequest(
            group_ids=keys,
            include_authorized_operations=include_operations,
            include_topology_description=include_topology,
        ),
        groups=lambda response: response.groups,
        described=_described,
        at_least=_TOPOLOGY_DESCRIPTION_SINCE if include_topology else None,
        needs="include_topology_description" if include_topology else "",
    )


def _described(group: StreamsGroupDescribeResponseDescribedGroup, coordinator: Broker) -> StreamsGroupDescription:
    topology, description = group.topology, group.topology_description
    return StreamsGroupDescription(
        group_id=group.group_id,
        state=GroupState(group.group_state),
        coordinator=coordinator,
        members=tuple(map(_member, group.members)),
        group_epoch=group.group_epoch,
        target_assignment_epoch=group.assignment_epoch,
        topology_epoch=topology.epoch if topology is not None else None,
        subtopologies=tuple(map(_subtopology, (topology.subtopologies or ()) if topology is not None else ())),
        topology_description=_topology_description(description) if description is not None else None,
        topology_description_status=TopologyDescriptionStatus(group.topology_description_status),
        assignor=group.assignor_name,
        authorized_operations=authorized_operations(group.authorized_operations),
    )


def _member(member: StreamsGroupDescribeResponseMember) -> StreamsGroupMember:
    endpoint = member.user_endpoint
    return StreamsGroupMember(
        member_id=member.member_id,
        client_id=member.client_id,
        host=member.client_host,
        member_epoch=member.member_epoch,
        topology_epoch=member.topology_epoch,
        process_id=member.process_id,
        group_instance_id=member.instance_id,
        rack_id=member.rack_id,
        user_endpoint=StreamsEndpoint(endpoint.host, endpoint.port) if endpoint is not None else None,
        client_tags={tag.key: tag.value for tag in member.client_tags},
        assignment=_tasks(member.assignment),
        target_assignment=_tasks(member.target_assignment),
        task_offsets=_offsets(member.task_offsets),
        task_end_offsets=_offsets(member.task_end_offsets),
        is_classic=member.is_classic,
    )


def _tasks(assignment: StreamsGroupDescribeResponseAssignment) -> StreamsTasks:
    return StreamsTasks(
        active=_each(assignment.active_tasks),
        standby=_each(assignment.standby_tasks),
        warmup=_each(assignment.warmup_tasks),
    )


def _each(tasks: Iterable[StreamsGroupDescribeResponseTaskIds]) -> tuple[StreamsTask, ...]:
    return tuple(StreamsTask(each.subtopology_id, partition) for each in tasks for partition in each.partitions)


def _offsets(offsets: Iterable[StreamsGroupDescribeResponseTaskOffset]) -> dict[StreamsTask, int]:
    return {StreamsTask(each.subtopology_id, each.partition): each.offset for each in offsets}


def _subtopology(subtopology: StreamsGroupDescribeResponseSubtopology) -> StreamsSubtopology:
    return StreamsSubtopology(
        subtopology_id=subtopology.subtopology_id,
        source_topics=tuple(subtopology.source_topics),
        repartition_sink_topics=tuple(subtopology.repartition_sink_topics),
        repartition_source_topics=tuple(map(_internal_topic, subtopology.repartition_source_topics)),
        state_changelog_topics=tuple(map(_internal_topic, subtopology.state_changelog_topics)),
    )


def _internal_topic(topic: StreamsGroupDescribeResponseTopicInfo) -> StreamsInternalTopic:
    """No number above zero is how an application leaves it to the broker: Kafka Streams says -1, others 0."""
    return StreamsInternalTopic(
        name=topic.name,
        partitions=topic.partitions if topic.partitions > 0 else None,
        replication_factor=topic.replication_factor if topic.replication_factor > 0 else None,
        configs={config.key: config.value for config in topic.topic_configs},
    )


def _topology_description(topology: TopologyDescription) -> StreamsTopologyDescription:
    return StreamsTopologyDescription(
        subtopologies=tuple(
            StreamsDescribedSubtopology(subtopology_id=part.subtopology_id, nodes=_nodes(part.nodes))
            for part in topology.subtopologies
        ),
        global_stores=tuple(
            StreamsGlobalStore(source=source, processor=processor)
            for source, processor in (_nodes((store.source, store.processor)) for store in topology.global_stores)
        ),
    )


def _nodes(nodes: Sequence[TopologyDescriptionNode]) -> tuple[StreamsTopologyNode, ...]:
    """Nodes that belong together: each names its successors, and so its predecessors are found."""
    return tuple(
        StreamsTopologyNode(
            name=node.name,
            type=TopologyNodeType(node.node_type),
            topics=(node.sink_topic,) if node.sink_topic is not None else tuple(node.source_topics),
            stores=tuple(node.stores),
            predecessors=frozenset(other.name for other in nodes if node.name in other.successors),
            successors=frozenset(node.successors),
        )
        for node in nodes
    )
