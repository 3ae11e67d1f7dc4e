"""DescribeGroups: classic groups and their members."""

from __future__ import annotations

import struct

from kafkaadmin.testing.groups import Group, GroupMember, by_topic
from kafkaadmin.testing.handlers.authorization import GROUP_OPERATIONS, bits
from kafkaadmin.testing.handlers.context import Context
from kafkawire import ErrorCode, Message, encode
from kafkawire.enums import GroupState
from kafkawire.messages import (
    ConsumerProtocolAssignment,
    ConsumerProtocolAssignmentTopicPartition,
    ConsumerProtocolSubscription,
    DescribedGroupMember,
    DescribeGroupsRequest,
    DescribeGroupsResponse,
    DescribeGroupsResponseDescribedGroup,
)

__all__ = ["describe_groups"]

_NOT_FOUND_SINCE = 6
_EMBEDDED_VERSION = 3


def describe_groups(request: DescribeGroupsRequest, context: Context) -> DescribeGroupsResponse:
    operations = bits(GROUP_OPERATIONS, request.include_authorized_operations)
    return DescribeGroupsResponse(
        throttle_time_ms=context.throttle_time_ms,
        groups=tuple(_group(group_id, operations, context) for group_id in request.groups),
    )


def _group(group_id: str, operations: int, context: Context) -> DescribeGroupsResponseDescribedGroup:
    if error := context.group_error(group_id):
        return DescribeGroupsResponseDescribedGroup(error_code=error, group_id=group_id)
    group = context.state.group_seen_by(context.broker_id, group_id)
    if group is None or group.type != "classic":
        return _not_found(group_id, group, operations, context)
    return DescribeGroupsResponseDescribedGroup(
        error_code=ErrorCode.NONE,
        group_id=group_id,
        group_state=group.current_state,
        protocol_type=group.protocol_type,
        protocol_data=group.assignor if group.current_state == GroupState.STABLE else "",
        members=tuple(_member(member, group) for member in group.members.values()),
        authorized_operations=operations,
    )


def _not_found(
    group_id: str, group: Group | None, operations: int, context: Context
) -> DescribeGroupsResponseDescribedGroup:
    """Before version 6 there is no such error: brokers make up a dead group (KIP-1043)."""
    made_up = context.version < _NOT_FOUND_SINCE
    reason = f"Group {group_id} not found." if group is None else f"Group {group_id} is not a classic group."
    return DescribeGroupsResponseDescribedGroup(
        error_code=ErrorCode.NONE if made_up else ErrorCode.GROUP_ID_NOT_FOUND,
        error_message=None if made_up else reason,
        group_id=group_id,
        group_state=GroupState.DEAD,
        authorized_operations=operations,
    )


def _member(member: GroupMember, group: Group) -> DescribedGroupMember:
    stable = group.current_state == GroupState.STABLE
    return DescribedGroupMember(
        member_id=member.member_id,
        group_instance_id=member.group_instance_id,
        client_id=member.client_id,
        client_host=member.host,
        member_metadata=_embedded(_subscription(member)) if stable else b"",
        member_assignment=_embedded(_assignment(member)) if stable else b"",
    )


def _subscription(member: GroupMember) -> ConsumerProtocolSubscription:
    return ConsumerProtocolSubscription(topics=member.topics, rack_id=member.rack)


def _assignment(member: GroupMember) -> ConsumerProtocolAssignment:
    return ConsumerProtocolAssignment(
        assigned_partitions=tuple(
            ConsumerProtocolAssignmentTopicPartition(topic=topic, partitions=partitions)
            for topic, partitions in by_topic(member.partitions).items()
        )
    )


def _embedded(message: Message) -> bytes:
    return struct.pack(">h", _EMBEDDED_VERSION) + encode(message, _EMBEDDED_VERSION)
