"""OffsetFetch: what groups have committed. One group, from version 8 many; topics by name, from version 10 by id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from kafkaadmin.testing.groups import CommittedOffset, Group
from kafkaadmin.testing.handlers.context import Context
from kafkawire import ErrorCode
from kafkawire.messages import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartition,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
)
from kafkawire.primitives import ZERO_UUID

__all__ = ["offset_fetch"]

_MANY_GROUPS_SINCE = 8
_TOP_LEVEL_ERROR_SINCE = 2
_TOPIC_IDS_SINCE = 10
_NOTHING = CommittedOffset(-1)


def offset_fetch(request: OffsetFetchRequest, context: Context) -> OffsetFetchResponse:
    if context.version < _MANY_GROUPS_SINCE:
        return _one_group(request, context)
    return OffsetFetchResponse(
        throttle_time_ms=context.throttle_time_ms,
        groups=tuple(_group(wanted, request.require_stable, context) for wanted in request.groups),
    )


def _group(wanted: OffsetFetchRequestGroup, stable: bool, context: Context) -> OffsetFetchResponseGroup:
    group = context.state.group_seen_by(context.broker_id, wanted.group_id)
    error = context.group_error(wanted.group_id) or _member_error(wanted, group)
    if error:
        return OffsetFetchResponseGroup(group_id=wanted.group_id, topics=(), error_code=error)
    if group is not None and group.type == "share":
        group = None  # it has start offsets, which nobody commits
    pending = group.pending if group and stable else frozenset[tuple[str, int]]()
    topics = _everything(group, context) if wanted.topics is None else _wanted(wanted.topics, group, context)
    return OffsetFetchResponseGroup(
        group_id=wanted.group_id,
        topics=tuple(_topic(name, topic_id, offsets, pending) for name, topic_id, offsets in topics),
        error_code=ErrorCode.NONE,
    )


def _member_error(wanted: OffsetFetchRequestGroup, group: Group | None) -> ErrorCode:
    """KIP-848 members say who they are and in which epoch; admin clients don't."""
    if not wanted.member_id or group is None or group.type != "consumer":
        return ErrorCode.NONE
    if wanted.member_id not in group.members:
        return ErrorCode.UNKNOWN_MEMBER_ID
    return ErrorCode.NONE if wanted.member_epoch == group.generation else ErrorCode.STALE_MEMBER_EPOCH


_Offsets = Mapping[int, CommittedOffset]


def _everything(group: Group | None, context: Context) -> Iterator[tuple[str, UUID, _Offsets]]:
    """All that is committed. By id, topics that the broker can't resolve are left out without a word."""
    for name, offsets in group.offsets.items() if group else ():
        topic = context.topic(name)
        if topic is not None or context.version < _TOPIC_IDS_SINCE:
            yield name, topic.topic_id if topic else ZERO_UUID, offsets


def _wanted(
    topics: Iterable[OffsetFetchRequestTopics], group: Group | None, context: Context
) -> Iterator[tuple[str | None, UUID, _Offsets]]:
    by_id = context.version >= _TOPIC_IDS_SINCE
    for wanted in topics:
        name = context.state.topic_name(wanted.topic_id) if by_id else wanted.name
        offsets = group.offsets.get(name, {}) if group and name is not None else {}
        yield name, wanted.topic_id, {index: offsets.get(index, _NOTHING) for index in wanted.partition_indexes}


def _topic(
    name: str | None, topic_id: UUID, offsets: _Offsets, pending: frozenset[tuple[str, int]]
) -> OffsetFetchResponseTopics:
    errors = {index: ErrorCode.UNSTABLE_OFFSET_COMMIT for topic, index in pending if topic == name}
    if name is None:
        errors = dict.fromkeys(offsets, ErrorCode.UNKNOWN_TOPIC_ID)
    return OffsetFetchResponseTopics(
        name=name or "",
        topic_id=topic_id,
        partitions=tuple(
            _failed_partition(index, errors[index])
            if index in errors
            else OffsetFetchResponsePartitions(
                partition_index=index,
                committed_offset=offset,
                committed_leader_epoch=leader_epoch,
                metadata=metadata,
                error_code=ErrorCode.NONE,
            )
            for index, (offset, leader_epoch, metadata) in offsets.items()
        ),
    )


def _failed_partition(index: int, error: ErrorCode) -> OffsetFetchResponsePartitions:
    return OffsetFetchResponsePartitions(
        partition_index=index, committed_offset=-1, committed_leader_epoch=-1, metadata="", error_code=error
    )


def _one_group(request: OffsetFetchRequest, context: Context) -> OffsetFetchResponse:
    """The old form holds the same in other places; before version 2 only partitions have a place for an error."""
    topics = (
        None
        if request.topics is None
        else tuple(
            OffsetFetchRequestTopics(name=topic.name, partition_indexes=topic.partition_indexes)
            for topic in request.topics
        )
    )
    wanted = OffsetFetchRequestGroup(group_id=request.group_id, topics=topics)
    group = _group(wanted, request.require_stable, context)
    answered = group.topics
    if group.error_code and context.version < _TOP_LEVEL_ERROR_SINCE:
        error = ErrorCode(group.error_code)
        answered = tuple(
            OffsetFetchResponseTopics(
                name=topic.name,
                partitions=tuple(_failed_partition(index, error) for index in topic.partition_indexes),
            )
            for topic in topics or ()
        )
    return OffsetFetchResponse(
        throttle_time_ms=context.throttle_time_ms,
        topics=tuple(_old_topic(topic) for topic in answered),
        error_code=group.error_code,
    )


def _old_topic(topic: OffsetFetchResponseTopics) -> OffsetFetchResponseTopic:
    return OffsetFetchResponseTopic(
        name=topic.name,
        partitions=tuple(
            OffsetFetchResponsePartition(
                partition_index=partition.partition_index,
                committed_offset=partition.committed_offset,
                committed_leader_epoch=partition.committed_leader_epoch,
                metadata=partition.metadata,
                error_code=partition.error_code,
            )
            for partition in topic.partitions
        ),
    )
