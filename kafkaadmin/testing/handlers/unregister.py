"""UnregisterBroker and UnregisterController: the cluster forgets a node."""

from __future__ import annotations

from kafkaadmin.testing.handlers.context import Context
from kafkawire import ErrorCode
from kafkawire.messages import (
    UnregisterBrokerRequest,
    UnregisterBrokerResponse,
    UnregisterControllerRequest,
    UnregisterControllerResponse,
)

__all__ = ["unregister_broker", "unregister_controller"]


def unregister_broker(request: UnregisterBrokerRequest, context: Context) -> UnregisterBrokerResponse:
    error = context.controller_error()
    if not error and not context.state.unregister(request.broker_id):
        error = ErrorCode.BROKER_ID_NOT_REGISTERED
    return UnregisterBrokerResponse(
        throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=error.name if error else None
    )


def unregister_controller(request: UnregisterControllerRequest, context: Context) -> UnregisterControllerResponse:
    error = context.controller_error()
    if not error and not context.state.unregister_controller(request.controller_id):
        error = ErrorCode.CONTROLLER_ID_NOT_REGISTERED
    return UnregisterControllerResponse(
        throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=error.name if error else None
    )
