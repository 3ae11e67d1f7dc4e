"""DeleteTopics: by name, from version 6 by id too; carried out by the controller."""

from __future__ import annotations

from kafkaadmin.testing.handlers.context import Context
from kafkawire import ErrorCode
from kafkawire.messages import DeletableTopicResult, DeleteTopicsRequest, DeleteTopicsResponse, DeleteTopicState
from kafkawire.primitives import ZERO_UUID

__all__ = ["delete_topics"]

_IDS_SINCE = 6


def delete_topics(request: DeleteTopicsRequest, context: Context) -> DeleteTopicsResponse:
    wanted = request.topics
    if context.version < _IDS_SINCE:
        wanted = tuple(DeleteTopicState(name=name) for name in request.topic_names)
    return DeleteTopicsResponse(
        throttle_time_ms=context.throttle_time_ms, responses=tuple(_delete(topic, context) for topic in wanted)
    )


def _delete(wanted: DeleteTopicState, context: Context) -> DeletableTopicResult:
    by_id = wanted.topic_id != ZERO_UUID
    if by_id and wanted.name is not None:
        return _result(wanted, ErrorCode.INVALID_REQUEST, "Name and id exclude each other.")
    name = context.state.topic_name(wanted.topic_id) if by_id else wanted.name
    if error := context.controller_error(name):
        return _result(wanted, error, "This is not the correct controller for this cluster.")
    if name is None or name not in context.state.topics:
        error = ErrorCode.UNKNOWN_TOPIC_ID if by_id else ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        return _result(wanted, error, "This server does not host this topic.")
    topic_id = context.state.topics[name].topic_id
    context.state.delete_topic(name)
    return DeletableTopicResult(name=name, topic_id=topic_id, error_code=ErrorCode.NONE)


def _result(wanted: DeleteTopicState, error: ErrorCode, reason: str) -> DeletableTopicResult:
    return DeletableTopicResult(name=wanted.name, topic_id=wanted.topic_id, error_code=error, error_message=reason)
