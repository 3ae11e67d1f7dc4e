"""ConsumerGroupHeartbeat: members of KIP-848 groups join, stay and leave. Every join assigns anew, at once."""

from __future__ import annotations

from kafkaadmin.testing.groups import Group, GroupMember, by_topic
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.handlers.group_members import (
    HEARTBEAT_INTERVAL_MS,
    JOIN,
    leave,
    membership_error,
    shares_of,
)
from kafkawire.messages import (
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse,
    ConsumerGroupHeartbeatResponseAssignment,
    ConsumerGroupHeartbeatResponseTopicPartitions,
)
from kafkawire.primitives import ZERO_UUID

__all__ = ["consumer_group_heartbeat"]


def consumer_group_heartbeat(
    request: ConsumerGroupHeartbeatRequest, context: Context
) -> ConsumerGroupHeartbeatResponse:
    group = context.state.groups.get(request.group_id)
    error, reason = context.group_error(request.group_id, writing=True), None
    if not error:
        error, reason = membership_error("consumer", group, request.member_id, request.member_epoch, context)
    if error:
        return ConsumerGroupHeartbeatResponse(
            throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=reason
        )
    if request.member_epoch < JOIN and group is not None:
        return _leave(request, group, context)
    if request.member_epoch == JOIN:
        group = _join(request, group, context)
    return _stay(request, group or Group(group_id=request.group_id), context)


def _join(request: ConsumerGroupHeartbeatRequest, group: Group | None, context: Context) -> Group:
    """The group with the member in it: a new one, or the classic one that had only offsets left."""
    if group is None:
        group = context.state.groups[request.group_id] = Group(group_id=request.group_id, generation=0)
    group.type, group.assignor = "consumer", request.server_assignor or "uniform"
    group.members[request.member_id] = GroupMember(
        member_id=request.member_id,
        group_instance_id=request.instance_id,
        rack=request.rack_id,
        topics=request.subscribed_topic_names or (),
    )
    group.generation += 1
    shares_of(group, sorted(group.subscribed_topics), context)
    return group


def _leave(request: ConsumerGroupHeartbeatRequest, group: Group, context: Context) -> ConsumerGroupHeartbeatResponse:
    leave(group, request.member_id)
    shares_of(group, sorted(group.subscribed_topics), context)
    return ConsumerGroupHeartbeatResponse(
        throttle_time_ms=context.throttle_time_ms, member_id=request.member_id, member_epoch=request.member_epoch
    )


def _stay(request: ConsumerGroupHeartbeatRequest, group: Group, context: Context) -> ConsumerGroupHeartbeatResponse:
    member = group.members[request.member_id]
    return ConsumerGroupHeartbeatResponse(
        throttle_time_ms=context.throttle_time_ms,
        member_id=member.member_id,
        member_epoch=group.generation,
        heartbeat_interval_ms=HEARTBEAT_INTERVAL_MS,
        assignment=None if request.member_epoch == group.generation else _assignment(member, context),
    )


def _assignment(member: GroupMember, context: Context) -> ConsumerGroupHeartbeatResponseAssignment:
    topics = context.state.topics
    return ConsumerGroupHeartbeatResponseAssignment(
        topic_partitions=tuple(
            ConsumerGroupHeartbeatResponseTopicPartitions(
                topic_id=topics[topic].topic_id if topic in topics else ZERO_UUID, partitions=partitions
            )
            for topic, partitions in by_topic(member.partitions).items()
        )
    )
