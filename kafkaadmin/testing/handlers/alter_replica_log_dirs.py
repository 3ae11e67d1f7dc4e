"""AlterReplicaLogDirs: replicas change directories at once."""

from __future__ import annotations

from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.testing.groups import by_topic
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.log_dirs import LOG_DIRS
from kafkawire import ErrorCode
from kafkawire.messages import (
    AlterReplicaLogDirPartitionResult,
    AlterReplicaLogDirsRequest,
    AlterReplicaLogDirsResponse,
    AlterReplicaLogDirTopicResult,
)

__all__ = ["alter_replica_log_dirs"]


def alter_replica_log_dirs(request: AlterReplicaLogDirsRequest, context: Context) -> AlterReplicaLogDirsResponse:
    errors = {
        TopicPartition(topic.name, index): _move(TopicPartition(topic.name, index), each.path, context)
        for each in request.dirs
        for topic in each.topics
        for index in topic.partitions
    }
    return AlterReplicaLogDirsResponse(
        throttle_time_ms=context.throttle_time_ms,
        results=tuple(
            AlterReplicaLogDirTopicResult(
                topic_name=topic,
                partitions=tuple(
                    AlterReplicaLogDirPartitionResult(
                        partition_index=index, error_code=errors[TopicPartition(topic, index)]
                    )
                    for index in indexes
                ),
            )
            for topic, indexes in by_topic(errors).items()
        ),
    )


def _move(tp: TopicPartition, path: str, context: Context) -> ErrorCode:
    if error := context.refused(tp.topic):
        return error
    if path not in LOG_DIRS:
        return ErrorCode.LOG_DIR_NOT_FOUND
    topic = context.topic(tp.topic)
    partition = topic and topic.partition(tp.partition)
    if not partition:
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    if context.broker_id not in partition.replicas:
        return ErrorCode.REPLICA_NOT_AVAILABLE
    context.state.log_dirs.move(*tp, context.broker_id, path)
    return ErrorCode.NONE
