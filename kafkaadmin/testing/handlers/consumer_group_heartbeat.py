"""ConsumerGroupHeartbeat: members of KIP-848 groups join, stay and leave. Every join assigns anew, at once."""

from __future__ import annotations

from dataclasses import replace

from kafkaadmin.testing.groups import Group, GroupMember, by_topic
from kafkaadmin.testing.handlers.consumer_group_describe import knows_consumer_groups
from kafkaadmin.testing.handlers.context import Context
from kafkawire import ErrorCode
from kafkawire.messages import (
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse,
    ConsumerGroupHeartbeatResponseAssignment,
    ConsumerGroupHeartbeatResponseTopicPartitions,
)
from kafkawire.primitives import ZERO_UUID

__all__ = ["consumer_group_heartbeat"]

_INTERVAL_MS = 5_000
_JOIN = 0


def consumer_group_heartbeat(
    request: ConsumerGroupHeartbeatRequest, context: Context
) -> ConsumerGroupHeartbeatResponse:
    group = context.state.groups.get(request.group_id)
    error = context.group_error(request.group_id, writing=True) or _error(request, group, context)
    if error:
        return ConsumerGroupHeartbeatResponse(throttle_time_ms=context.throttle_time_ms, error_code=error)
    if request.member_epoch < _JOIN and group is not None:
        return _leave(request, group, context)
    if request.member_epoch == _JOIN:
        group = _join(request, group, context)
    return _stay(request, group or Group(group_id=request.group_id), context)


def _error(request: ConsumerGroupHeartbeatRequest, group: Group | None, context: Context) -> ErrorCode:
    if not knows_consumer_groups(context):
        return ErrorCode.UNSUPPORTED_VERSION
    if not request.member_id:
        return ErrorCode.INVALID_REQUEST
    if group is not None and group.type != "consumer" and group.members:
        return ErrorCode.GROUP_ID_NOT_FOUND
    if request.member_epoch == _JOIN:
        return ErrorCode.NONE
    if group is None:
        return ErrorCode.GROUP_ID_NOT_FOUND
    if request.member_id not in group.members:
        return ErrorCode.UNKNOWN_MEMBER_ID
    return ErrorCode.FENCED_MEMBER_EPOCH if request.member_epoch > group.generation else ErrorCode.NONE


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
    _assign(group, context)
    return group


def _leave(request: ConsumerGroupHeartbeatRequest, group: Group, context: Context) -> ConsumerGroupHeartbeatResponse:
    del group.members[request.member_id]
    group.generation += 1
    _assign(group, context)
    return ConsumerGroupHeartbeatResponse(
        throttle_time_ms=context.throttle_time_ms, member_id=request.member_id, member_epoch=request.member_epoch
    )


def _stay(request: ConsumerGroupHeartbeatRequest, group: Group, context: Context) -> ConsumerGroupHeartbeatResponse:
    member = group.members[request.member_id]
    return ConsumerGroupHeartbeatResponse(
        throttle_time_ms=context.throttle_time_ms,
        member_id=member.member_id,
        member_epoch=group.generation,
        heartbeat_interval_ms=_INTERVAL_MS,
        assignment=None if request.member_epoch == group.generation else _assignment(member, context),
    )


def _assign(group: Group, context: Context) -> None:
    """Give every member its share of the topics that it subscribes to."""
    for topic in sorted(group.subscribed_topics):
        known = context.topic(topic)
        sharing = [member_id for member_id, member in group.members.items() if topic in member.topics]
        for number, member_id in enumerate(sharing):
            member = group.members[member_id]
            others = tuple(each for each in member.partitions if each[0] != topic)
            share = (known.partitions if known else ())[number :: len(sharing)]
            mine = tuple((topic, partition.index) for partition in share)
            group.members[member_id] = replace(member, partitions=others + mine)


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
