"""DeleteRecords: the start of a log moves, on the partition's leader."""

from __future__ import annotations

from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.topics import INTERNAL_TOPICS, Partition
from kafkawire import ErrorCode
from kafkawire.messages import (
    DeleteRecordsPartition,
    DeleteRecordsPartitionResult,
    DeleteRecordsRequest,
    DeleteRecordsResponse,
    DeleteRecordsTopic,
    DeleteRecordsTopicResult,
)

__all__ = ["delete_records"]

_HIGH_WATERMARK = -1


def delete_records(request: DeleteRecordsRequest, context: Context) -> DeleteRecordsResponse:
    return DeleteRecordsResponse(
        throttle_time_ms=context.throttle_time_ms, topics=tuple(_topic(topic, context) for topic in request.topics)
    )


def _topic(wanted: DeleteRecordsTopic, context: Context) -> DeleteRecordsTopicResult:
    return DeleteRecordsTopicResult(
        name=wanted.name,
        partitions=tuple(_partition(wanted.name, partition, context) for partition in wanted.partitions),
    )


def _partition(name: str, wanted: DeleteRecordsPartition, context: Context) -> DeleteRecordsPartitionResult:
    topic = context.topic(name)
    partition = topic and topic.partition(wanted.partition_index)
    error = context.refused(name)
    if not partition:
        error = error or ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    elif not error:
        error = _error(name, partition, wanted.offset, context)
    if error or not partition:
        return DeleteRecordsPartitionResult(partition_index=wanted.partition_index, low_watermark=-1, error_code=error)
    kept = partition.end_offset if wanted.offset == _HIGH_WATERMARK else wanted.offset
    partition.start_offset = max(partition.start_offset, kept)
    return DeleteRecordsPartitionResult(
        partition_index=wanted.partition_index, low_watermark=partition.start_offset, error_code=ErrorCode.NONE
    )


def _error(name: str, partition: Partition, offset: int, context: Context) -> ErrorCode:
    if context.state.leader_seen_by(context.broker_id, name, partition.index) != context.broker_id:
        return ErrorCode.NOT_LEADER_OR_FOLLOWER
    if name in INTERNAL_TOPICS:
        return ErrorCode.INVALID_TOPIC_EXCEPTION
    if context.state.topics[name].configs.get("cleanup.policy", "delete") == "compact":
        return ErrorCode.POLICY_VIOLATION
    in_range = offset == _HIGH_WATERMARK or 0 <= offset <= partition.end_offset
    return ErrorCode.NONE if in_range else ErrorCode.OFFSET_OUT_OF_RANGE
