"""DescribeLogDirs: what lies in each of the broker's directories."""

from __future__ import annotations

from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.testing.groups import by_topic
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.log_dirs import LOG_DIRS, TOTAL_BYTES, USABLE_BYTES
from kafkawire import ErrorCode
from kafkawire.messages import (
    DescribeLogDirsPartition,
    DescribeLogDirsRequest,
    DescribeLogDirsResponse,
    DescribeLogDirsResult,
    DescribeLogDirsTopic,
)

__all__ = ["describe_log_dirs"]

_ROOM_SINCE = 4
_RECORD_BYTES = 100


def describe_log_dirs(request: DescribeLogDirsRequest, context: Context) -> DescribeLogDirsResponse:
    if error := context.refused():
        # Before v3 there is no room for it: who may not ask is told nothing.
        return DescribeLogDirsResponse(throttle_time_ms=context.throttle_time_ms, error_code=error)
    return DescribeLogDirsResponse(
        throttle_time_ms=context.throttle_time_ms,
        results=tuple(_result(path, request, context) for path in LOG_DIRS),
    )


def _result(path: str, request: DescribeLogDirsRequest, context: Context) -> DescribeLogDirsResult:
    room = context.version >= _ROOM_SINCE
    here = [tp for tp in _replicas(request, context) if context.state.log_dirs.of(*tp, context.broker_id) == path]
    return DescribeLogDirsResult(
        error_code=ErrorCode.NONE,
        log_dir=path,
        topics=tuple(
            DescribeLogDirsTopic(name=topic, partitions=tuple(_partition(topic, index, context) for index in indexes))
            for topic, indexes in by_topic(here).items()
        ),
        total_bytes=TOTAL_BYTES if room else -1,
        usable_bytes=USABLE_BYTES if room else -1,
    )


def _replicas(request: DescribeLogDirsRequest, context: Context) -> list[TopicPartition]:
    asked = None
    if request.topics is not None:
        asked = {TopicPartition(topic.topic, index) for topic in request.topics for index in topic.partitions}
    return [
        tp
        for tp, partition in context.state.partitions()
        if context.broker_id in partition.replicas and (asked is None or tp in asked)
    ]


def _partition(topic: str, index: int, context: Context) -> DescribeLogDirsPartition:
    log = context.state.partition(topic, index)
    return DescribeLogDirsPartition(
        partition_index=index, partition_size=_RECORD_BYTES * (log.end_offset - log.start_offset)
    )
