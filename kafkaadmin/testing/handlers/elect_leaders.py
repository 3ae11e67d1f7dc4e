"""ElectLeaders: preferred replicas, or (unclean) any that is live, carried out by the controller."""

from __future__ import annotations

from collections.abc import Iterable

from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.testing.groups import by_topic
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.topics import NO_LEADER
from kafkawire import ErrorCode
from kafkawire.enums import ElectionType
from kafkawire.messages import ElectLeadersRequest, ElectLeadersResponse, PartitionResult, ReplicaElectionResult

__all__ = ["elect_leaders"]


def elect_leaders(request: ElectLeadersRequest, context: Context) -> ElectLeadersResponse:
    if error := context.controller_error():
        return ElectLeadersResponse(
            throttle_time_ms=context.throttle_time_ms, error_code=error if context.version >= 1 else ErrorCode.NONE
        )
    wanted = _wanted(request, context)
    errors = {tp: _elect(tp, request.election_type, context) for tp in wanted}
    if request.topic_partitions is None:
        errors = {tp: error for tp, error in errors.items() if error is not ErrorCode.ELECTION_NOT_NEEDED}
    context.on_leaders_moved([tp for tp, error in errors.items() if not error])
    return ElectLeadersResponse(
        throttle_time_ms=context.throttle_time_ms,
        error_code=ErrorCode.NONE,
        replica_election_results=tuple(
            ReplicaElectionResult(
                topic=topic,
                partition_result=tuple(_result(index, errors[TopicPartition(topic, index)]) for index in indexes),
            )
            for topic, indexes in by_topic(errors).items()
        ),
    )


def _wanted(request: ElectLeadersRequest, context: Context) -> Iterable[TopicPartition]:
    if request.topic_partitions is None:
        return [tp for tp, _ in context.state.partitions()]
    return [TopicPartition(topic.topic, index) for topic in request.topic_partitions for index in topic.partitions]


def _elect(tp: TopicPartition, election_type: int, context: Context) -> ErrorCode:
    topic = context.state.topics.get(tp.topic)
    partition = topic and topic.partition(tp.partition)
    if not partition:
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    if election_type == ElectionType.PREFERRED:
        if partition.leader == partition.replicas[0]:
            return ErrorCode.ELECTION_NOT_NEEDED
        return ErrorCode.NONE if context.state.elect_preferred_of(tp) else ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE
    if partition.leader != NO_LEADER:
        return ErrorCode.ELECTION_NOT_NEEDED
    return ErrorCode.NONE if context.state.elect_unclean(tp) else ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE


def _result(index: int, error: ErrorCode) -> PartitionResult:
    return PartitionResult(partition_id=index, error_code=error, error_message=error.name if error else None)
