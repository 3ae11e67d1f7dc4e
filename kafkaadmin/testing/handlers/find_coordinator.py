"""FindCoordinator: one key (to version 3) or many (from 4), of groups, transactions and share partitions."""

from __future__ import annotations

import re

from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.topics import NO_LEADER
from kafkawire import ErrorCode
from kafkawire.enums import CoordinatorType
from kafkawire.messages import Coordinator, FindCoordinatorRequest, FindCoordinatorResponse

__all__ = ["find_coordinator"]

_SHARE_SINCE = 6
_SHARE_KEY = re.compile(r"(?P<group>.+):[A-Za-z0-9_-]{22}:\d+")


def find_coordinator(request: FindCoordinatorRequest, context: Context) -> FindCoordinatorResponse:
    if context.version >= 4:
        found = tuple(_find(key, request.key_type, context) for key in request.coordinator_keys)
        return FindCoordinatorResponse(throttle_time_ms=context.throttle_time_ms, coordinators=found)
    one = _find(request.key, request.key_type, context)
    return FindCoordinatorResponse(
        throttle_time_ms=context.throttle_time_ms,
        error_code=one.error_code,
        error_message=one.error_message,
        node_id=one.node_id,
        host=one.host,
        port=one.port,
    )


def _find(key: str, key_type: int, context: Context) -> Coordinator:
    if error := context.refused(key):
        return _nobody(key, error)
    try:
        broker_id = _coordinator(key, key_type, context)
    except ValueError as invalid:
        return _nobody(key, ErrorCode.INVALID_REQUEST, str(invalid))
    if broker_id == NO_LEADER:
        return _nobody(key, ErrorCode.COORDINATOR_NOT_AVAILABLE, "The coordinator is not available.")
    broker = context.state.brokers[broker_id]
    return Coordinator(
        key=key, node_id=broker_id, host=broker.host, port=broker.port, error_code=ErrorCode.NONE, error_message=None
    )


def _coordinator(key: str, key_type: int, context: Context) -> int:
    state, asked = context.state, context.broker_id
    if key_type == CoordinatorType.GROUP:
        context.on_coordinator_wanted()
        return state.coordinator_seen_by(asked, key)
    if key_type == CoordinatorType.TRANSACTION:
        return state.transaction_coordinator_seen_by(asked, key)
    share = _SHARE_KEY.fullmatch(key)
    if key_type == CoordinatorType.SHARE and context.version >= _SHARE_SINCE and share:
        return state.coordinator_seen_by(asked, share["group"])
    raise ValueError(f"key {key!r} of type {key_type} can't be looked up")


def _nobody(key: str, error: ErrorCode, message: str | None = None) -> Coordinator:
    return Coordinator(key=key, node_id=-1, host="", port=-1, error_code=error, error_message=message)
