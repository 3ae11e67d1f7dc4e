"""CreateTopics: carried out by the controller; under KRaft any broker passes it on."""

from __future__ import annotations

from collections import Counter

from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.topics import Topic, is_legal_name
from kafkawire import ErrorCode
from kafkawire.enums import ConfigSource
from kafkawire.messages import (
    CreatableTopic,
    CreatableTopicConfigs,
    CreatableTopicResult,
    CreateTopicsRequest,
    CreateTopicsResponse,
)
from kafkawire.primitives import ZERO_UUID

__all__ = ["create_topics"]

_BROKERS_DEFAULT = -1


class _RefusedError(Exception):
    """Why a topic can't be made."""

    def __init__(self, code: ErrorCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def create_topics(request: CreateTopicsRequest, context: Context) -> CreateTopicsResponse:
    times = Counter(topic.name for topic in request.topics)
    return CreateTopicsResponse(
        throttle_time_ms=context.throttle_time_ms,
        topics=tuple(_create(topic, request.validate_only, times[topic.name], context) for topic in request.topics),
    )


def _create(wanted: CreatableTopic, validate_only: bool, times: int, context: Context) -> CreatableTopicResult:
    try:
        _check(wanted, times, context)
    except _RefusedError as refused:
        return CreatableTopicResult(name=wanted.name, error_code=refused.code, error_message=str(refused))
    partitions, replication_factor = _shape(wanted)
    if validate_only:
        return _result(wanted, partitions, replication_factor, None)
    assignments = sorted(wanted.assignments, key=lambda assignment: assignment.partition_index)
    topic = context.state.create_topic(
        wanted.name,
        partitions=partitions,
        replication_factor=replication_factor,
        assignments=[assignment.broker_ids for assignment in assignments] or None,
        configs={config.name: config.value or "" for config in wanted.configs},
    )
    context.on_topic_created(topic, context.broker_id)
    return _result(wanted, partitions, replication_factor, topic)


def _check(wanted: CreatableTopic, times: int, context: Context) -> None:
    if error := context.controller_error(wanted.name):
        raise _RefusedError(error, "This is not the correct controller for this cluster.")
    if times > 1:
        raise _RefusedError(ErrorCode.INVALID_REQUEST, "Duplicate topic name.")
    if not is_legal_name(wanted.name):
        raise _RefusedError(ErrorCode.INVALID_TOPIC_EXCEPTION, f"Topic name '{wanted.name}' is invalid.")
    if wanted.name in context.state.topics:
        raise _RefusedError(ErrorCode.TOPIC_ALREADY_EXISTS, f"Topic '{wanted.name}' already exists.")
    if wanted.assignments:
        _check_assignments(wanted, context)
    else:
        _check_counts(wanted, context)


def _check_counts(wanted: CreatableTopic, context: Context) -> None:
    if wanted.num_partitions < 1 and wanted.num_partitions != _BROKERS_DEFAULT:
        raise _RefusedError(ErrorCode.INVALID_PARTITIONS, "Number of partitions must be larger than 0.")
    live = len(context.state.live_brokers())
    factor = wanted.replication_factor
    if factor != _BROKERS_DEFAULT and not 1 <= factor <= live:
        raise _RefusedError(
            ErrorCode.INVALID_REPLICATION_FACTOR,
            f"Unable to replicate the partition {factor} time(s): only {live} broker(s) are registered.",
        )


def _check_assignments(wanted: CreatableTopic, context: Context) -> None:
    if (wanted.num_partitions, wanted.replication_factor) != (_BROKERS_DEFAULT, _BROKERS_DEFAULT):
        raise _RefusedError(ErrorCode.INVALID_REQUEST, "Assignments exclude counts: both must be -1.")
    indexes = sorted(assignment.partition_index for assignment in wanted.assignments)
    replicas = {broker for assignment in wanted.assignments for broker in assignment.broker_ids}
    consecutive = indexes == list(range(len(indexes)))
    whole = all(
        assignment.broker_ids and len(set(assignment.broker_ids)) == len(assignment.broker_ids)
        for assignment in wanted.assignments
    )
    if not consecutive or not whole or not replicas <= context.state.brokers.keys():
        raise _RefusedError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, "The replica assignment is invalid.")


def _shape(wanted: CreatableTopic) -> tuple[int, int]:
    if wanted.assignments:
        return len(wanted.assignments), len(wanted.assignments[0].broker_ids)
    return max(1, wanted.num_partitions), max(1, wanted.replication_factor)


def _result(
    wanted: CreatableTopic, partitions: int, replication_factor: int, topic: Topic | None
) -> CreatableTopicResult:
    return CreatableTopicResult(
        name=wanted.name,
        topic_id=ZERO_UUID if topic is None else topic.topic_id,
        error_code=ErrorCode.NONE,
        error_message=None,
        num_partitions=partitions,
        replication_factor=replication_factor,
        configs=tuple(
            CreatableTopicConfigs(
                name=config.name,
                value=config.value,
                read_only=False,
                config_source=ConfigSource.TOPIC_CONFIG,
                is_sensitive=False,
            )
            for config in wanted.configs
        ),
    )
