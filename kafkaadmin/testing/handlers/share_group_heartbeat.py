"""ShareGroupHeartbeat: members of share groups join, stay and leave. All read all partitions of their topics."""

from __future__ import annotations

from dataclasses import replace

from kafkaadmin.testing.groups import ASSIGNORS, Group, GroupMember, by_topic
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.handlers.group_members import HEARTBEAT_INTERVAL_MS, JOIN, leave, membership_error
from kafkawire.messages import (
    ShareGroupHeartbeatRequest,
    ShareGroupHeartbeatResponse,
    ShareGroupHeartbeatResponseAssignment,
    ShareGroupHeartbeatResponseTopicPartitions,
)
from kafkawire.primitives import ZERO_UUID

__all__ = ["share_group_heartbeat"]


def share_group_heartbeat(request: ShareGroupHeartbeatRequest, context: Context) -> ShareGroupHeartbeatResponse:
    group = context.state.groups.get(request.group_id)
    error, reason = context.group_error(request.group_id, writing=True), None
    if not error:
        error, reason = membership_error("share", group, request.member_id, request.member_epoch, context)
    if error:
        return ShareGroupHeartbeatResponse(
            throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=reason
        )
    if request.member_epoch < JOIN and group is not None:
        leave(group, request.member_id)
        return ShareGroupHeartbeatResponse(
            throttle_time_ms=context.throttle_time_ms, member_id=request.member_id, member_epoch=request.member_epoch
        )
    if request.member_epoch == JOIN or group is None:
        group = _join(request, group, context)
    return ShareGroupHeartbeatResponse(
        throttle_time_ms=context.throttle_time_ms,
        member_id=request.member_id,
        member_epoch=group.generation,
        heartbeat_interval_ms=HEARTBEAT_INTERVAL_MS,
        assignment=None
        if request.member_epoch == group.generation
        else _assignment(group.members[request.member_id], context),
    )


def _join(request: ShareGroupHeartbeatRequest, group: Group | None, context: Context) -> Group:
    if group is None:
        group = Group(
            group_id=request.group_id, type="share", protocol_type="share", assignor=ASSIGNORS["share"], generation=0
        )
        context.state.groups[request.group_id] = group
    topics = tuple(request.subscribed_topic_names or ())
    member = GroupMember(member_id=request.member_id, rack=request.rack_id, topics=topics)
    known = [topic for topic in map(context.topic, topics) if topic is not None]
    partitions = tuple((topic.name, partition.index) for topic in known for partition in topic.partitions)
    group.members[request.member_id] = replace(member, partitions=partitions)
    group.generation += 1
    return group


def _assignment(member: GroupMember, context: Context) -> ShareGroupHeartbeatResponseAssignment:
    topics = context.state.topics
    return ShareGroupHeartbeatResponseAssignment(
        topic_partitions=tuple(
            ShareGroupHeartbeatResponseTopicPartitions(
                topic_id=topics[topic].topic_id if topic in topics else ZERO_UUID, partitions=partitions
            )
            for topic, partitions in by_topic(member.partitions).items()
        )
    )
