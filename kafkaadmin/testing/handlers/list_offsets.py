"""ListOffsets: earliest, latest, by time, and by largest timestamp, as the leader of a partition knows them."""

from __future__ import annotations

from typing import NamedTuple

from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.topics import Partition, timestamp_of
from kafkawire import ErrorCode
from kafkawire.enums import IsolationLevel, OffsetSpec
from kafkawire.messages import (
    ListOffsetsPartition,
    ListOffsetsPartitionResponse,
    ListOffsetsRequest,
    ListOffsetsResponse,
    ListOffsetsTopic,
    ListOffsetsTopicResponse,
)

__all__ = ["list_offsets"]

_LEADER_EPOCHS_SINCE = 4
_SPECS_SINCE = {
    OffsetSpec.MAX_TIMESTAMP: 7,
    OffsetSpec.EARLIEST_LOCAL: 8,
    OffsetSpec.LATEST_TIERED: 9,
    OffsetSpec.EARLIEST_PENDING_UPLOAD: 11,
}


class _Found(NamedTuple):
    offset: int = -1
    timestamp: int = -1


def list_offsets(request: ListOffsetsRequest, context: Context) -> ListOffsetsResponse:
    return ListOffsetsResponse(
        throttle_time_ms=context.throttle_time_ms,
        topics=tuple(_topic(topic, request.isolation_level, context) for topic in request.topics),
    )


def _topic(wanted: ListOffsetsTopic, isolation: int, context: Context) -> ListOffsetsTopicResponse:
    return ListOffsetsTopicResponse(
        name=wanted.name,
        partitions=tuple(_partition(wanted.name, partition, isolation, context) for partition in wanted.partitions),
    )


def _partition(
    name: str, wanted: ListOffsetsPartition, isolation: int, context: Context
) -> ListOffsetsPartitionResponse:
    topic = context.topic(name)
    partition = topic and topic.partition(wanted.partition_index)
    if not partition:
        return _refused(wanted, context.refused(name) or ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    if error := context.refused(name) or _leader_error(name, partition, wanted, context):
        return _refused(wanted, error)
    end = partition.end_offset
    if isolation == IsolationLevel.READ_COMMITTED:
        end = min([end, *context.state.transactions.open_from(TopicPartition(name, partition.index))])
    found = _find(partition, wanted.timestamp, end)
    if context.version == 0:
        return ListOffsetsPartitionResponse(
            partition_index=wanted.partition_index, error_code=ErrorCode.NONE, old_style_offsets=(found.offset,)
        )
    epoch_known = found.offset >= 0 and context.version >= _LEADER_EPOCHS_SINCE
    return ListOffsetsPartitionResponse(
        partition_index=wanted.partition_index,
        error_code=ErrorCode.NONE,
        timestamp=found.timestamp,
        offset=found.offset,
        leader_epoch=partition.leader_epoch if epoch_known else -1,
    )


def _leader_error(name: str, partition: Partition, wanted: ListOffsetsPartition, context: Context) -> ErrorCode:
    if context.state.leader_seen_by(context.broker_id, name, partition.index) != context.broker_id:
        return ErrorCode.NOT_LEADER_OR_FOLLOWER
    if 0 <= wanted.current_leader_epoch < partition.leader_epoch:
        return ErrorCode.FENCED_LEADER_EPOCH
    if wanted.current_leader_epoch > partition.leader_epoch:
        return ErrorCode.UNKNOWN_LEADER_EPOCH
    if wanted.timestamp < 0 and context.version < _SPECS_SINCE.get(OffsetSpec(wanted.timestamp), 0):
        return ErrorCode.UNSUPPORTED_VERSION
    return ErrorCode.NONE


def _find(partition: Partition, timestamp: int, end: int) -> _Found:
    match timestamp:
        case OffsetSpec.LATEST:
            return _Found(end)
        case OffsetSpec.EARLIEST | OffsetSpec.EARLIEST_LOCAL:
            return _Found(partition.start_offset)
        case OffsetSpec.MAX_TIMESTAMP:
            empty = partition.start_offset == partition.end_offset
            return _Found() if empty else _at(partition.end_offset - 1)
        case _ if timestamp < 0:
            # Nothing is tiered here.
            return _Found()
        case _:
            offset = partition.offset_at(timestamp)
            return _Found() if offset is None else _at(offset)


def _at(offset: int) -> _Found:
    return _Found(offset, timestamp_of(offset))


def _refused(wanted: ListOffsetsPartition, error: ErrorCode) -> ListOffsetsPartitionResponse:
    return ListOffsetsPartitionResponse(partition_index=wanted.partition_index, error_code=error)
