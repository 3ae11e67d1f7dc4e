"""UpdateFeatures: moves features of the cluster to other levels, on the controller (KIP-584).

Flexible from the start. v1 tells safe downgrades from unsafe ones and can validate only (KIP-778), v2 no longer answers
feature by feature. One bad update fails them all.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Boolean, Int8, Int16, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class UpdatableFeatureResult:
    """One feature's result (up to v1)."""

    feature: str = wire(String, default="")
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")


@entity
class UpdateFeaturesResponse(Response):
    """One error for all; up to v1 also one per feature."""

    api_key, versions, flexible_since = ApiKey.UPDATE_FEATURES, range(3), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")
    results: tuple[UpdatableFeatureResult, ...] = wire(
        Array(UpdatableFeatureResult), until=1, default=(), ignorable=True
    )


@entity
class FeatureUpdateKey:
    """One feature and its new level."""

    feature: str = wire(String, default="")
    # Below 1 removes the feature.
    max_version_level: int = wire(Int16, default=0)
    # What v1 and later say with `upgrade_type`.
    allow_downgrade: bool = wire(Boolean, until=0, default=False)
    # A `FeatureUpgradeType`.
    upgrade_type: int = wire(Int8, since=1, default=1)


@entity
class UpdateFeaturesRequest(Request[UpdateFeaturesResponse]):
    """Changes features, or (v1+) checks with `validate_only` whether that would work."""

    api_key, versions, flexible_since = ApiKey.UPDATE_FEATURES, range(3), 0

    timeout_ms: int = wire(Int32, default=60_000)
    feature_updates: tuple[FeatureUpdateKey, ...] = wire(Array(FeatureUpdateKey), default=())
    validate_only: bool = wire(Boolean, since=1, default=False)
