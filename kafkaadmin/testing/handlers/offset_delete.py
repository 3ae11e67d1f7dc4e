"""OffsetDelete: committed offsets of partitions that nobody in the group subscribes to."""

from __future__ import annotations

from kafkaadmin.testing.groups import Group
from kafkaadmin.testing.handlers.context import Context
from kafkawire import ErrorCode
from kafkawire.messages import (
    OffsetDeleteRequest,
    OffsetDeleteRequestTopic,
    OffsetDeleteResponse,
    OffsetDeleteResponsePartition,
    OffsetDeleteResponseTopic,
)

__all__ = ["offset_delete"]


def offset_delete(request: OffsetDeleteRequest, context: Context) -> OffsetDeleteResponse:
    error = context.group_error(request.group_id, writing=True)
    group = context.state.groups.get(request.group_id)
    if error or group is None or group.type == "share":
        return OffsetDeleteResponse(
            error_code=error or ErrorCode.GROUP_ID_NOT_FOUND, throttle_time_ms=context.throttle_time_ms
        )
    if group.members and group.protocol_type not in ("consumer", "streams"):
        return OffsetDeleteResponse(error_code=ErrorCode.NON_EMPTY_GROUP, throttle_time_ms=context.throttle_time_ms)
    return OffsetDeleteResponse(
        error_code=ErrorCode.NONE,
        throttle_time_ms=context.throttle_time_ms,
        topics=tuple(_topic(topic, group, context) for topic in request.topics),
    )


def _topic(wanted: OffsetDeleteRequestTopic, group: Group, context: Context) -> OffsetDeleteResponseTopic:
    return OffsetDeleteResponseTopic(
        name=wanted.name,
        partitions=tuple(
            OffsetDeleteResponsePartition(
                partition_index=partition.partition_index,
                error_code=_delete(wanted.name, partition.partition_index, group, context),
            )
            for partition in wanted.partitions
        ),
    )


def _delete(name: str, index: int, group: Group, context: Context) -> ErrorCode:
    if error := context.refused(name):
        return error
    topic = context.topic(name)
    if topic is None or topic.partition(index) is None:
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    if name in group.subscribed_topics:
        return ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC
    context.state.forget_offsets(group, name, index)
    return ErrorCode.NONE
