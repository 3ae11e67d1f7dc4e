"""UpdateFeatures: the controller gives features other levels, all or (before v2 says it so) none."""

from __future__ import annotations

from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.versions import finalized_levels, supported_features
from kafkawire import ErrorCode
from kafkawire.enums import FeatureUpgradeType
from kafkawire.messages import FeatureUpdateKey, UpdatableFeatureResult, UpdateFeaturesRequest, UpdateFeaturesResponse

__all__ = ["update_features"]

_TYPES_SINCE, _ONE_RESULT_SINCE = 1, 2
_LEVELS_FROM_ZERO = 4


def update_features(request: UpdateFeaturesRequest, context: Context) -> UpdateFeaturesResponse:
    if error := context.controller_error():
        return UpdateFeaturesResponse(
            throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=error.name
        )
    errors = {update.feature: _error(update, context) for update in request.feature_updates}
    refused = next(filter(None, errors.values()), ErrorCode.NONE)
    if not refused and not request.validate_only:
        levels = {update.feature: update.max_version_level for update in request.feature_updates}
        context.state.feature_levels.update(levels)
    if context.version >= _ONE_RESULT_SINCE:
        return UpdateFeaturesResponse(
            throttle_time_ms=context.throttle_time_ms,
            error_code=refused,
            error_message="The update failed for all features." if refused else None,
        )
    return UpdateFeaturesResponse(
        throttle_time_ms=context.throttle_time_ms,
        error_code=ErrorCode.NONE,
        error_message=None,
        results=tuple(
            UpdatableFeatureResult(feature=name, error_code=error, error_message=error.name if error else None)
            for name, error in errors.items()
        ),
    )


def _error(update: FeatureUpdateKey, context: Context) -> ErrorCode:
    known = {
        each.name: range(each.min_version, each.max_version + 1)
        for each in supported_features(context.release, _LEVELS_FROM_ZERO)
    }
    wanted = update.max_version_level
    if update.feature not in known or (wanted != 0 and wanted not in known[update.feature]):
        return ErrorCode.INVALID_UPDATE_VERSION
    now = finalized_levels(context.release, context.state.feature_levels).get(update.feature, 0)
    may_lower = update.allow_downgrade
    if context.version >= _TYPES_SINCE:
        may_lower = update.upgrade_type != FeatureUpgradeType.UPGRADE
    return ErrorCode.INVALID_UPDATE_VERSION if wanted < now and not may_lower else ErrorCode.NONE
