"""CreatePartitions: carried out by the controller; under KRaft any broker passes it on."""

from __future__ import annotations

from collections import Counter

from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.topics import Topic
from kafkawire import ErrorCode
from kafkawire.messages import (
    CreatePartitionsRequest,
    CreatePartitionsResponse,
    CreatePartitionsTopic,
    CreatePartitionsTopicResult,
)

__all__ = ["create_partitions"]


class _RefusedError(Exception):
    """Why a topic can't be given more partitions."""

    def __init__(self, code: ErrorCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def create_partitions(request: CreatePartitionsRequest, context: Context) -> CreatePartitionsResponse:
    times = Counter(topic.name for topic in request.topics)
    return CreatePartitionsResponse(
        throttle_time_ms=context.throttle_time_ms,
        results=tuple(_create(topic, request.validate_only, times[topic.name], context) for topic in request.topics),
    )


def _create(
    wanted: CreatePartitionsTopic, validate_only: bool, times: int, context: Context
) -> CreatePartitionsTopicResult:
    try:
        _check(wanted, times, context)
    except _RefusedError as refused:
        return CreatePartitionsTopicResult(name=wanted.name, error_code=refused.code, error_message=str(refused))
    if not validate_only:
        assignments = None if wanted.assignments is None else [each.broker_ids for each in wanted.assignments]
        context.state.create_partitions(wanted.name, wanted.count, assignments)
    return CreatePartitionsTopicResult(name=wanted.name, error_code=ErrorCode.NONE, error_message=None)


def _check(wanted: CreatePartitionsTopic, times: int, context: Context) -> None:
    if error := context.controller_error(wanted.name):
        raise _RefusedError(error, "This is not the correct controller for this cluster.")
    if times > 1:
        raise _RefusedError(ErrorCode.INVALID_REQUEST, "Duplicate topic name.")
    topic = context.state.topics.get(wanted.name)
    if topic is None:
        raise _RefusedError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "This server does not host this topic-partition.")
    _check_count(wanted, topic)
    if wanted.assignments is not None:
        _check_assignments(wanted, topic, context)


def _check_count(wanted: CreatePartitionsTopic, topic: Topic) -> None:
    there = len(topic.partitions)
    if wanted.count == there:
        raise _RefusedError(ErrorCode.INVALID_PARTITIONS, f"Topic already has {there} partition(s).")
    if wanted.count < there:
        raise _RefusedError(
            ErrorCode.INVALID_PARTITIONS,
            f"The topic {topic.name} currently has {there} partition(s); {wanted.count} would not be an increase.",
        )


def _check_assignments(wanted: CreatePartitionsTopic, topic: Topic, context: Context) -> None:
    assignments = [each.broker_ids for each in wanted.assignments or ()]
    added = wanted.count - len(topic.partitions)
    if len(assignments) != added:
        raise _RefusedError(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            f"Attempted to add {added} additional partition(s), but {len(assignments)} assignment(s) were specified.",
        )
    for brokers in assignments:
        whole = brokers and len(set(brokers)) == len(brokers) == len(topic.partitions[0].replicas)
        if not whole or not context.state.brokers.keys() >= set(brokers):
            raise _RefusedError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, "The replica assignment is invalid.")
