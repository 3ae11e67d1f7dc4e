"""ListPartitionReassignments: the partitions that are moving, as the controller knows them."""

from __future__ import annotations

from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.testing.groups import by_topic
from kafkaadmin.testing.handlers.context import Context
from kafkawire import ErrorCode
from kafkawire.messages import (
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsResponse,
    OngoingPartitionReassignment,
    OngoingTopicReassignment,
)

__all__ = ["list_partition_reassignments"]


def list_partition_reassignments(
    request: ListPartitionReassignmentsRequest, context: Context
) -> ListPartitionReassignmentsResponse:
    if error := context.controller_error():
        return ListPartitionReassignmentsResponse(
            throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=error.name
        )
    asked = None
    if request.topics is not None:
        asked = {TopicPartition(topic.name, index) for topic in request.topics for index in topic.partition_indexes}
    moving = {
        tp: OngoingPartitionReassignment(
            partition_index=tp.partition,
            replicas=partition.replicas,
            adding_replicas=partition.adding,
            removing_replicas=partition.removing,
        )
        for tp, partition in context.state.partitions()
        if partition.before_move is not None and (asked is None or tp in asked)
    }
    return ListPartitionReassignmentsResponse(
        throttle_time_ms=context.throttle_time_ms,
        error_code=ErrorCode.NONE,
        error_message=None,
        topics=tuple(
            OngoingTopicReassignment(
                name=topic, partitions=tuple(moving[TopicPartition(topic, index)] for index in indexes)
            )
            for topic, indexes in by_topic(moving).items()
        ),
    )
