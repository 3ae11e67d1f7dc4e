"""ConsumerGroupDescribe: groups of the KIP-848 protocol."""

from __future__ import annotations

from kafkaadmin.testing.groups import Group, GroupMember, by_topic
from kafkaadmin.testing.handlers.authorization import GROUP_OPERATIONS, bits
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.handlers.group_members import has_switched_on
from kafkawire import ErrorCode
from kafkawire.enums import MemberType
from kafkawire.messages import (
    ConsumerGroupDescribeRequest,
    ConsumerGroupDescribeResponse,
    ConsumerGroupDescribeResponseAssignment,
    ConsumerGroupDescribeResponseDescribedGroup,
    ConsumerGroupDescribeResponseMember,
    ConsumerGroupDescribeResponseTopicPartitions,
)
from kafkawire.primitives import ZERO_UUID

__all__ = ["consumer_group_describe"]


def consumer_group_describe(request: ConsumerGroupDescribeRequest, context: Context) -> ConsumerGroupDescribeResponse:
    operations = bits(GROUP_OPERATIONS, request.include_authorized_operations)
    return ConsumerGroupDescribeResponse(
        throttle_time_ms=context.throttle_time_ms,
        groups=tuple(_group(group_id, operations, context) for group_id in request.group_ids),
    )


def _group(group_id: str, operations: int, context: Context) -> ConsumerGroupDescribeResponseDescribedGroup:
    error = context.group_error(group_id)
    if not error and not has_switched_on("consumer", context):
        error = ErrorCode.UNSUPPORTED_VERSION
    if error:
        return ConsumerGroupDescribeResponseDescribedGroup(error_code=error, group_id=group_id)
    group = context.state.group_seen_by(context.broker_id, group_id)
    if group is None or group.type != "consumer":
        reason = "not found" if group is None else "is not a consumer group"
        return ConsumerGroupDescribeResponseDescribedGroup(
            error_code=ErrorCode.GROUP_ID_NOT_FOUND,
            error_message=f"Group {group_id} {reason}.",
            group_id=group_id,
        )
    return ConsumerGroupDescribeResponseDescribedGroup(
        error_code=ErrorCode.NONE,
        group_id=group_id,
        group_state=group.current_state,
        group_epoch=group.generation,
        assignment_epoch=group.generation,
        assignor_name=group.assignor,
        members=tuple(_member(member, group, context) for member in group.members.values()),
        authorized_operations=operations,
    )


def _member(member: GroupMember, group: Group, context: Context) -> ConsumerGroupDescribeResponseMember:
    assignment = _assignment(member, context)
    return ConsumerGroupDescribeResponseMember(
        member_id=member.member_id,
        instance_id=member.group_instance_id,
        rack_id=member.rack,
        member_epoch=group.generation,
        client_id=member.client_id,
        client_host=member.host,
        subscribed_topic_names=member.topics,
        assignment=assignment,
        target_assignment=assignment,
        member_type=MemberType.CONSUMER,
    )


def _assignment(member: GroupMember, context: Context) -> ConsumerGroupDescribeResponseAssignment:
    topics = context.state.topics
    return ConsumerGroupDescribeResponseAssignment(
        topic_partitions=tuple(
            ConsumerGroupDescribeResponseTopicPartitions(
                topic_id=topics[topic].topic_id if topic in topics else ZERO_UUID,
                topic_name=topic,
                partitions=partitions,
            )
            for topic, partitions in by_topic(member.partitions).items()
        )
    )
