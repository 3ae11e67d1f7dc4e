"""StreamsGroupDescribe: streams groups, their topology, their members and the tasks of these."""

from __future__ import annotations

from collections.abc import Iterable

from kafkaadmin.models.streams_groups import StreamsInternalTopic, StreamsSubtopology
from kafkaadmin.testing.groups import Group, GroupMember
from kafkaadmin.testing.handlers.authorization import GROUP_OPERATIONS, bits
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.handlers.group_members import has_switched_on
from kafkawire import ErrorCode
from kafkawire.enums import TopologyDescriptionStatus
from kafkawire.messages import (
    StreamsGroupDescribeRequest,
    StreamsGroupDescribeResponse,
    StreamsGroupDescribeResponseAssignment,
    StreamsGroupDescribeResponseDescribedGroup,
    StreamsGroupDescribeResponseEndpoint,
    StreamsGroupDescribeResponseKeyValue,
    StreamsGroupDescribeResponseMember,
    StreamsGroupDescribeResponseSubtopology,
    StreamsGroupDescribeResponseTaskIds,
    StreamsGroupDescribeResponseTopicInfo,
    StreamsGroupDescribeResponseTopology,
)

__all__ = ["streams_group_describe"]

_SINCE_VERSION_1 = 1


def streams_group_describe(request: StreamsGroupDescribeRequest, context: Context) -> StreamsGroupDescribeResponse:
    return StreamsGroupDescribeResponse(
        throttle_time_ms=context.throttle_time_ms,
        groups=tuple(_group(group_id, request, context) for group_id in request.group_ids),
    )


def _group(
    group_id: str, request: StreamsGroupDescribeRequest, context: Context
) -> StreamsGroupDescribeResponseDescribedGroup:
    error = context.group_error(group_id)
    if not error and not has_switched_on("streams", context):
        error = ErrorCode.UNSUPPORTED_VERSION
    if error:
        return StreamsGroupDescribeResponseDescribedGroup(error_code=error, group_id=group_id)
    group = context.state.group_seen_by(context.broker_id, group_id)
    if group is None or group.type != "streams":
        reason = "not found" if group is None else "is not a streams group"
        return StreamsGroupDescribeResponseDescribedGroup(
            error_code=ErrorCode.GROUP_ID_NOT_FOUND, error_message=f"Group {group_id} {reason}.", group_id=group_id
        )
    wants_topology = request.include_topology_description
    return StreamsGroupDescribeResponseDescribedGroup(
        group_id=group_id,
        group_state=group.current_state,
        group_epoch=group.generation,
        assignment_epoch=group.generation,
        topology=StreamsGroupDescribeResponseTopology(
            epoch=group.topology_epoch, subtopologies=tuple(map(_subtopology, group.topology))
        ),
        members=tuple(_member(member, group) for member in group.members.values()),
        authorized_operations=bits(GROUP_OPERATIONS, request.include_authorized_operations),
        topology_description_status=TopologyDescriptionStatus.NOT_STORED
        if wants_topology
        else TopologyDescriptionStatus.NOT_REQUESTED,
        assignor_name=group.assignor if context.version >= _SINCE_VERSION_1 else None,
    )


def _subtopology(subtopology: StreamsSubtopology) -> StreamsGroupDescribeResponseSubtopology:
    return StreamsGroupDescribeResponseSubtopology(
        subtopology_id=subtopology.subtopology_id,
        source_topics=subtopology.source_topics,
        repartition_sink_topics=subtopology.repartition_sink_topics,
        state_changelog_topics=_topics(subtopology.state_changelog_topics),
        repartition_source_topics=_topics(subtopology.repartition_source_topics),
    )


def _topics(topics: Iterable[StreamsInternalTopic]) -> tuple[StreamsGroupDescribeResponseTopicInfo, ...]:
    return tuple(
        StreamsGroupDescribeResponseTopicInfo(
            name=topic.name,
            partitions=topic.partitions or 0,
            replication_factor=topic.replication_factor or 0,
            topic_configs=_pairs(topic.configs.items()),
        )
        for topic in topics
    )


def _pairs(pairs: Iterable[tuple[str, str]]) -> tuple[StreamsGroupDescribeResponseKeyValue, ...]:
    return tuple(StreamsGroupDescribeResponseKeyValue(key=key, value=value) for key, value in pairs)


def _member(member: GroupMember, group: Group) -> StreamsGroupDescribeResponseMember:
    tasks = StreamsGroupDescribeResponseAssignment(
        active_tasks=tuple(
            StreamsGroupDescribeResponseTaskIds(subtopology_id=subtopology_id, partitions=partitions)
            for subtopology_id, partitions in group.tasks_of(member).items()
        )
    )
    endpoint = member.endpoint
    return StreamsGroupDescribeResponseMember(
        member_id=member.member_id,
        member_epoch=group.generation,
        instance_id=member.group_instance_id,
        rack_id=member.rack,
        client_id=member.client_id,
        client_host=member.host,
        topology_epoch=group.topology_epoch,
        process_id=member.process_id,
        user_endpoint=StreamsGroupDescribeResponseEndpoint(host=endpoint.host, port=endpoint.port)
        if endpoint
        else None,
        client_tags=_pairs(member.tags.items()),
        assignment=tasks,
        target_assignment=tasks,
    )
