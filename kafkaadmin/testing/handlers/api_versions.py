"""ApiVersions: what the broker offers, and whether it is the one that the client believes to talk to."""

from __future__ import annotations

from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.versions import (
    as_api_versions,
    finalized_features,
    finalized_features_epoch,
    supported_features,
)
from kafkawire import ErrorCode
from kafkawire.messages import ApiVersionsRequest, ApiVersionsResponse

__all__ = ["api_versions", "unsupported_api_versions"]


def api_versions(request: ApiVersionsRequest, context: Context) -> ApiVersionsResponse:
    return ApiVersionsResponse(
        error_code=context.refused() or _identity_error(request, context),
        api_keys=as_api_versions(context.offered),
        throttle_time_ms=context.throttle_time_ms,
        supported_features=supported_features(context.release, context.version),
        finalized_features_epoch=finalized_features_epoch(context.release),
        finalized_features=finalized_features(context.release, context.state.feature_levels),
    )


def unsupported_api_versions(context: Context) -> ApiVersionsResponse:
    """The answer to a version that the broker doesn't know: in version 0, with the ranges to choose from (KIP-511)."""
    return ApiVersionsResponse(
        error_code=ErrorCode.UNSUPPORTED_VERSION,
        api_keys=as_api_versions(context.offered),
    )


def _identity_error(request: ApiVersionsRequest, context: Context) -> ErrorCode:
    """Whether a client that names both cluster and node reached somebody else (KIP-1242)."""
    expected = (request.cluster_id, request.node_id)
    names_both = request.cluster_id is not None and request.node_id != -1
    reached = (context.state.cluster_id, context.broker_id)
    return ErrorCode.REBOOTSTRAP_REQUIRED if names_both and expected != reached else ErrorCode.NONE
