"""DescribeShareGroupOffsets, AlterShareGroupOffsets, DeleteShareGroupOffsets: where share groups start to read."""

from __future__ import annotations

from collections.abc import Iterator

from kafkaadmin.testing.groups import ASSIGNORS, CommittedOffset, Group, by_topic
from kafkaadmin.testing.handlers.context import Context
from kafkawire import ErrorCode
from kafkawire.messages import (
    AlterShareGroupOffsetsRequest,
    AlterShareGroupOffsetsRequestPartition,
    AlterShareGroupOffsetsRequestTopic,
    AlterShareGroupOffsetsResponse,
    AlterShareGroupOffsetsResponsePartition,
    AlterShareGroupOffsetsResponseTopic,
    DeleteShareGroupOffsetsRequest,
    DeleteShareGroupOffsetsResponse,
    DeleteShareGroupOffsetsResponseTopic,
    DescribeShareGroupOffsetsRequest,
    DescribeShareGroupOffsetsRequestGroup,
    DescribeShareGroupOffsetsResponse,
    DescribeShareGroupOffsetsResponseGroup,
    DescribeShareGroupOffsetsResponsePartition,
    DescribeShareGroupOffsetsResponseTopic,
)
from kafkawire.primitives import ZERO_UUID

__all__ = ["alter_share_group_offsets", "delete_share_group_offsets", "describe_share_group_offsets"]

_NO_SUCH_PARTITION = "This server does not host this topic-partition."
_NOTHING_THERE = "There is no offset information to delete."


def describe_share_group_offsets(
    request: DescribeShareGroupOffsetsRequest, context: Context
) -> DescribeShareGroupOffsetsResponse:
    return DescribeShareGroupOffsetsResponse(
        throttle_time_ms=context.throttle_time_ms,
        groups=tuple(_described(wanted, context) for wanted in request.groups),
    )


def _described(
    wanted: DescribeShareGroupOffsetsRequestGroup, context: Context
) -> DescribeShareGroupOffsetsResponseGroup:
    """A group that isn't there, or is none of this kind, starts nowhere: that is no error."""
    if error := context.group_error(wanted.group_id):
        return DescribeShareGroupOffsetsResponseGroup(group_id=wanted.group_id, error_code=error)
    known = context.state.group_seen_by(context.broker_id, wanted.group_id)
    group = known if known is not None and known.type == "share" else Group(group_id=wanted.group_id)
    topics = (
        _read_by(group) if wanted.topics is None else {topic.topic_name: topic.partitions for topic in wanted.topics}
    )
    return DescribeShareGroupOffsetsResponseGroup(
        group_id=wanted.group_id,
        topics=tuple(
            DescribeShareGroupOffsetsResponseTopic(
                topic_name=name,
                topic_id=topic.topic_id if (topic := context.topic(name)) else ZERO_UUID,
                partitions=tuple(_start(group, name, index, context) for index in indexes),
            )
            for name, indexes in topics.items()
        ),
    )


def _read_by(group: Group) -> dict[str, tuple[int, ...]]:
    """The partitions that a group has a start for, and those that its members were given."""
    started = [(topic, index) for topic, indexes in group.offsets.items() for index in indexes]
    given = [partition for member in group.members.values() for partition in member.partitions]
    return by_topic(dict.fromkeys((*started, *given)))


def _start(group: Group, name: str, index: int, context: Context) -> DescribeShareGroupOffsetsResponsePartition:
    started = group.offsets.get(name, {}).get(index)
    topic = context.topic(name)
    partition = topic.partition(index) if topic else None
    lag = partition.end_offset - started.offset if started and partition else -1
    return DescribeShareGroupOffsetsResponsePartition(
        partition_index=index,
        start_offset=started.offset if started else -1,
        leader_epoch=partition.leader_epoch if partition else 0,
        lag=lag,
    )


def _refusal(group: Group | None, group_id: str) -> tuple[ErrorCode, str | None]:
    """Why nothing of a group may be changed from outside; `NONE` where it may."""
    if group is None:
        return ErrorCode.NONE, None
    if group.type != "share":
        return ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group_id} is not a share group."
    return (
        (ErrorCode.NON_EMPTY_GROUP, f"The group {group_id} is not empty.") if group.members else (ErrorCode.NONE, None)
    )


def alter_share_group_offsets(
    request: AlterShareGroupOffsetsRequest, context: Context
) -> AlterShareGroupOffsetsResponse:
    known = context.state.groups.get(request.group_id)
    error, reason = context.group_error(request.group_id, writing=True), None
    if not error:
        error, reason = _refusal(known, request.group_id)
    if error:
        return AlterShareGroupOffsetsResponse(
            throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=reason
        )
    group = known or Group(
        group_id=request.group_id, type="share", protocol_type="share", assignor=ASSIGNORS["share"], generation=0
    )
    context.state.groups[request.group_id] = group
    return AlterShareGroupOffsetsResponse(
        throttle_time_ms=context.throttle_time_ms,
        responses=tuple(_altered(topic, group, context) for topic in request.topics),
    )


def _altered(
    wanted: AlterShareGroupOffsetsRequestTopic, group: Group, context: Context
) -> AlterShareGroupOffsetsResponseTopic:
    topic = context.topic(wanted.topic_name)

    def partitions() -> Iterator[AlterShareGroupOffsetsResponsePartition]:
        for partition in wanted.partitions:
            error = context.refused(wanted.topic_name)
            if not error and (topic is None or topic.partition(partition.partition_index) is None):
                error = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
            if not error:
                _start_at(partition, wanted.topic_name, group)
            yield AlterShareGroupOffsetsResponsePartition(
                partition_index=partition.partition_index,
                error_code=error,
                error_message=_NO_SUCH_PARTITION if error == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION else None,
            )

    return AlterShareGroupOffsetsResponseTopic(
        topic_name=wanted.topic_name, topic_id=topic.topic_id if topic else ZERO_UUID, partitions=tuple(partitions())
    )


def _start_at(partition: AlterShareGroupOffsetsRequestPartition, topic: str, group: Group) -> None:
    group.commit(topic, partition.partition_index, CommittedOffset(partition.start_offset))


def delete_share_group_offsets(
    request: DeleteShareGroupOffsetsRequest, context: Context
) -> DeleteShareGroupOffsetsResponse:
    group = context.state.groups.get(request.group_id)
    error, reason = context.group_error(request.group_id, writing=True), None
    if not error and group is None:
        error, reason = ErrorCode.GROUP_ID_NOT_FOUND, f"Group {request.group_id} not found."
    if not error:
        error, reason = _refusal(group, request.group_id)
    if error or group is None:
        return DeleteShareGroupOffsetsResponse(
            throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=reason
        )
    return DeleteShareGroupOffsetsResponse(
        throttle_time_ms=context.throttle_time_ms,
        responses=tuple(_deleted(topic.topic_name, group, context) for topic in request.topics),
    )


def _deleted(name: str, group: Group, context: Context) -> DeleteShareGroupOffsetsResponseTopic:
    topic = context.topic(name)
    error, reason = context.refused(name), None
    if not error and (topic is None or name not in group.offsets):
        error = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        reason = _NO_SUCH_PARTITION if topic is None else _NOTHING_THERE
    if not error:
        group.forget(name)
    return DeleteShareGroupOffsetsResponseTopic(
        topic_name=name, topic_id=topic.topic_id if topic else ZERO_UUID, error_code=error, error_message=reason
    )
