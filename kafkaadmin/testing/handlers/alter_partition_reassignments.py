"""AlterPartitionReassignments: partitions move to other brokers, or back; carried out by the controller."""

from __future__ import annotations

from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.topics import Partition
from kafkawire import ErrorCode
from kafkawire.messages import (
    AlterPartitionReassignmentsRequest,
    AlterPartitionReassignmentsResponse,
    ReassignablePartition,
    ReassignablePartitionResponse,
    ReassignableTopicResponse,
)

__all__ = ["alter_partition_reassignments"]


def alter_partition_reassignments(
    request: AlterPartitionReassignmentsRequest, context: Context
) -> AlterPartitionReassignmentsResponse:
    if error := context.controller_error():
        return AlterPartitionReassignmentsResponse(
            throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=error.name
        )
    return AlterPartitionReassignmentsResponse(
        throttle_time_ms=context.throttle_time_ms,
        allow_replication_factor_change=request.allow_replication_factor_change,
        error_code=ErrorCode.NONE,
        error_message=None,
        responses=tuple(
            ReassignableTopicResponse(
                name=topic.name,
                partitions=tuple(
                    _result(topic.name, each, request.allow_replication_factor_change, context)
                    for each in topic.partitions
                ),
            )
            for topic in request.topics
        ),
    )


def _result(
    name: str, wanted: ReassignablePartition, may_change_factor: bool, context: Context
) -> ReassignablePartitionResponse:
    topic = context.state.topics.get(name)
    partition = topic and topic.partition(wanted.partition_index)
    if not partition:
        error = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    else:
        error = _alter(TopicPartition(name, wanted.partition_index), partition, wanted, may_change_factor, context)
    return ReassignablePartitionResponse(
        partition_index=wanted.partition_index, error_code=error, error_message=error.name if error else None
    )


def _alter(
    tp: TopicPartition, partition: Partition, wanted: ReassignablePartition, may_change_factor: bool, context: Context
) -> ErrorCode:
    if wanted.replicas is None:
        return ErrorCode.NONE if context.state.cancel_move(tp) else ErrorCode.NO_REASSIGNMENT_IN_PROGRESS
    target = tuple(wanted.replicas)
    if not target or len(set(target)) < len(target) or not set(target) <= context.state.brokers.keys():
        return ErrorCode.INVALID_REPLICA_ASSIGNMENT
    factor = len(partition.replicas if partition.before_move is None else partition.before_move)
    if not may_change_factor and len(target) != factor:
        return ErrorCode.INVALID_REPLICATION_FACTOR
    context.state.reassign(tp, target)
    return ErrorCode.NONE
