"""DescribeTopicPartitions: topics in the order of their names, page by page."""

from __future__ import annotations

from kafkaadmin.testing.handlers.authorization import TOPIC_OPERATIONS, bits
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.topics import INTERNAL_TOPICS, NO_LEADER, Partition, Topic
from kafkawire import ErrorCode
from kafkawire.messages import (
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponseCursor,
    DescribeTopicPartitionsResponsePartition,
    DescribeTopicPartitionsResponseTopic,
)

__all__ = ["describe_topic_partitions"]

_MAX_PARTITIONS = 2_000


def describe_topic_partitions(
    request: DescribeTopicPartitionsRequest, context: Context
) -> DescribeTopicPartitionsResponse:
    left = max(1, min(_MAX_PARTITIONS, request.response_partition_limit))
    described: list[DescribeTopicPartitionsResponseTopic] = []
    next_cursor = None
    for name, first in _places(request, context):
        topic = context.topic(name)
        end = first + left
        if left == 0 or (topic is not None and end < len(topic.partitions)):
            next_cursor = DescribeTopicPartitionsResponseCursor(topic_name=name, partition_index=end)
        if left > 0:
            described.append(_topic(name, topic, first, end, context))
            left -= len(described[-1].partitions)
        if next_cursor is not None:
            break
    return DescribeTopicPartitionsResponse(
        throttle_time_ms=context.throttle_time_ms, topics=tuple(described), next_cursor=next_cursor
    )


def _places(request: DescribeTopicPartitionsRequest, context: Context) -> list[tuple[str, int]]:
    """The topics still to be described, each with the partition to begin at."""
    names = {topic.name for topic in request.topics} or set(context.state.topics)
    cursor = request.cursor
    if cursor is None:
        return [(name, 0) for name in sorted(names)]
    return [
        (name, cursor.partition_index if name == cursor.topic_name else 0)
        for name in sorted(names)
        if name >= cursor.topic_name
    ]


def _topic(
    name: str, topic: Topic | None, first: int, end: int, context: Context
) -> DescribeTopicPartitionsResponseTopic:
    error = context.refused(name) or (ErrorCode.NONE if topic else ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    if error or topic is None:
        return DescribeTopicPartitionsResponseTopic(error_code=error, name=name)
    return DescribeTopicPartitionsResponseTopic(
        error_code=ErrorCode.NONE,
        name=name,
        topic_id=topic.topic_id,
        is_internal=name in INTERNAL_TOPICS,
        partitions=tuple(_partition(topic, partition, context) for partition in topic.partitions[first:end]),
        topic_authorized_operations=bits(TOPIC_OPERATIONS, True),
    )


def _partition(topic: Topic, partition: Partition, context: Context) -> DescribeTopicPartitionsResponsePartition:
    leader, epoch = context.state.election_seen_by(context.broker_id, topic.name, partition.index)
    return DescribeTopicPartitionsResponsePartition(
        error_code=ErrorCode.LEADER_NOT_AVAILABLE if leader == NO_LEADER else ErrorCode.NONE,
        partition_index=partition.index,
        leader_id=leader,
        leader_epoch=epoch,
        replica_nodes=partition.replicas,
        isr_nodes=partition.isr,
        eligible_leader_replicas=(),
        last_known_elr=(),
        offline_replicas=context.state.offline_replicas(partition),
    )
