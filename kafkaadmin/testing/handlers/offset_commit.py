"""OffsetCommit: from members, and from outside a group as admin clients do it."""

from __future__ import annotations

from kafkaadmin.testing.groups import CommittedOffset, Group
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.topics import Topic
from kafkawire import ErrorCode
from kafkawire.messages import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
)

__all__ = ["offset_commit"]

_TOPIC_IDS_SINCE = 10
_GROUP_ERROR_SINCE = 9
_MAX_METADATA_BYTES = 4096


def offset_commit(request: OffsetCommitRequest, context: Context) -> OffsetCommitResponse:
    known = context.state.group_seen_by(context.broker_id, request.group_id)
    error = context.group_error(request.group_id, writing=True) or _membership_error(request, known, context)
    group = known or Group(group_id=request.group_id, protocol_type="")
    topics = tuple(_topic(topic, group, error, context) for topic in request.topics)
    if group.offsets:
        context.state.groups.setdefault(request.group_id, group)
    return OffsetCommitResponse(throttle_time_ms=context.throttle_time_ms, topics=topics)


def _membership_error(request: OffsetCommitRequest, group: Group | None, context: Context) -> ErrorCode:
    generation = request.generation_id_or_member_epoch
    from_outside = generation < 0
    if group is not None and group.type == "share":
        return ErrorCode.GROUP_ID_NOT_FOUND
    if group is None:
        unknown = (
            ErrorCode.GROUP_ID_NOT_FOUND if context.version >= _GROUP_ERROR_SINCE else ErrorCode.ILLEGAL_GENERATION
        )
        return ErrorCode.NONE if from_outside else unknown
    if from_outside and not group.members:
        return ErrorCode.NONE
    if request.member_id not in group.members:
        return ErrorCode.UNKNOWN_MEMBER_ID
    if generation == group.generation:
        return ErrorCode.NONE
    return ErrorCode.STALE_MEMBER_EPOCH if group.type == "consumer" else ErrorCode.ILLEGAL_GENERATION


def _topic(
    wanted: OffsetCommitRequestTopic, group: Group, error: ErrorCode, context: Context
) -> OffsetCommitResponseTopic:
    by_id = context.version >= _TOPIC_IDS_SINCE
    name = context.state.topic_name(wanted.topic_id) if by_id else wanted.name
    topic = context.topic(name)
    unknown = ErrorCode.UNKNOWN_TOPIC_ID if by_id else ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    error = error or context.refused(name) or (ErrorCode.NONE if topic else unknown)
    return OffsetCommitResponseTopic(
        name=wanted.name,
        topic_id=wanted.topic_id,
        partitions=tuple(
            OffsetCommitResponsePartition(
                partition_index=partition.partition_index,
                error_code=error or _commit(partition, topic, group),
            )
            for partition in wanted.partitions
        ),
    )


def _commit(wanted: OffsetCommitRequestPartition, topic: Topic | None, group: Group) -> ErrorCode:
    if topic is None or topic.partition(wanted.partition_index) is None:
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    metadata = wanted.committed_metadata or ""
    if len(metadata.encode()) > _MAX_METADATA_BYTES:
        return ErrorCode.OFFSET_METADATA_TOO_LARGE
    committed = CommittedOffset(wanted.committed_offset, wanted.committed_leader_epoch, metadata)
    group.commit(topic.name, wanted.partition_index, committed)
    return ErrorCode.NONE
