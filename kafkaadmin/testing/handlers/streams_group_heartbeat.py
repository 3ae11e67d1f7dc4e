"""StreamsGroupHeartbeat: members of streams groups join with a topology, stay and leave.

Internal topics are neither made nor missed, and there are active tasks only.
"""

from __future__ import annotations

from collections.abc import Iterable

from kafkaadmin.models.streams_groups import StreamsEndpoint, StreamsInternalTopic, StreamsSubtopology
from kafkaadmin.testing.groups import ASSIGNORS, Group, GroupMember
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.handlers.group_members import HEARTBEAT_INTERVAL_MS, JOIN, leave, membership_error, shares_of
from kafkawire import ErrorCode
from kafkawire.messages import (
    StreamsGroupHeartbeatRequest,
    StreamsGroupHeartbeatRequestSubtopology,
    StreamsGroupHeartbeatRequestTopicInfo,
    StreamsGroupHeartbeatResponse,
    StreamsGroupHeartbeatResponseTaskIds,
)

__all__ = ["streams_group_heartbeat"]


def streams_group_heartbeat(request: StreamsGroupHeartbeatRequest, context: Context) -> StreamsGroupHeartbeatResponse:
    group = context.state.groups.get(request.group_id)
    error, reason = context.group_error(request.group_id, writing=True), None
    if not error:
        error, reason = membership_error("streams", group, request.member_id, request.member_epoch, context)
    if not error and request.member_epoch == JOIN and request.topology is None:
        error, reason = ErrorCode.INVALID_REQUEST, "Topology must be non-null when (re-)joining."
    if error:
        return StreamsGroupHeartbeatResponse(
            throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=reason
        )
    if request.member_epoch < JOIN and group is not None:
        leave(group, request.member_id)
        shares_of(group, _sources(group), context)
        return StreamsGroupHeartbeatResponse(
            throttle_time_ms=context.throttle_time_ms, member_id=request.member_id, member_epoch=request.member_epoch
        )
    if request.member_epoch == JOIN or group is None:
        group = _join(request, group, context)
    told = request.member_epoch == group.generation
    return StreamsGroupHeartbeatResponse(
        throttle_time_ms=context.throttle_time_ms,
        member_id=request.member_id,
        member_epoch=group.generation,
        heartbeat_interval_ms=HEARTBEAT_INTERVAL_MS,
        active_tasks=None if told else _tasks(group, request.member_id),
        standby_tasks=None if told else (),
        warmup_tasks=None if told else (),
    )


def _join(request: StreamsGroupHeartbeatRequest, group: Group | None, context: Context) -> Group:
    """The group with the member in it: a new one, or the classic one that had only offsets left."""
    if group is None:
        group = context.state.groups[request.group_id] = Group(group_id=request.group_id, generation=0)
    group.type, group.protocol_type, group.assignor = "streams", "streams", ASSIGNORS["streams"]
    if request.topology is not None:
        group.topology_epoch = request.topology.epoch
        group.topology = tuple(map(_subtopology, request.topology.subtopologies))
    endpoint = request.user_endpoint
    group.members[request.member_id] = GroupMember(
        member_id=request.member_id,
        group_instance_id=request.instance_id,
        rack=request.rack_id,
        topics=_sources(group),
        process_id=request.process_id or "",
        endpoint=StreamsEndpoint(endpoint.host, endpoint.port) if endpoint is not None else None,
        tags={tag.key: tag.value for tag in request.client_tags or ()},
    )
    group.generation += 1
    shares_of(group, _sources(group), context)
    return group


def _sources(group: Group) -> tuple[str, ...]:
    return tuple(sorted({topic for subtopology in group.topology for topic in subtopology.source_topics}))


def _subtopology(subtopology: StreamsGroupHeartbeatRequestSubtopology) -> StreamsSubtopology:
    return StreamsSubtopology(
        subtopology_id=subtopology.subtopology_id,
        source_topics=tuple(subtopology.source_topics),
        repartition_sink_topics=tuple(subtopology.repartition_sink_topics),
        repartition_source_topics=_topics(subtopology.repartition_source_topics),
        state_changelog_topics=_topics(subtopology.state_changelog_topics),
    )


def _topics(topics: Iterable[StreamsGroupHeartbeatRequestTopicInfo]) -> tuple[StreamsInternalTopic, ...]:
    return tuple(
        StreamsInternalTopic(
            name=topic.name,
            partitions=topic.partitions or None,
            replication_factor=topic.replication_factor or None,
            configs={config.key: config.value for config in topic.topic_configs},
        )
        for topic in topics
    )


def _tasks(group: Group, member_id: str) -> tuple[StreamsGroupHeartbeatResponseTaskIds, ...]:
    return tuple(
        StreamsGroupHeartbeatResponseTaskIds(subtopology_id=subtopology_id, partitions=partitions)
        for subtopology_id, partitions in group.tasks_of(group.members[member_id]).items()
    )
