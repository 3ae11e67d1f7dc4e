"""Features: described, and given other levels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kafkaadmin.models.features import FeatureMetadata, FeatureUpdate, LevelRange
from kafkaadmin.models.results import BatchResult
from kafkaadmin.network import Lane
from kafkaadmin.network.versions import greeting
from kafkaadmin.operations import arguments
from kafkaadmin.routing import (
    AnyBroker,
    Attempt,
    BrokerId,
    Cluster,
    Controller,
    Deadline,
    Destination,
    Done,
    Errored,
    Operation,
    Outcome,
    settle,
)
from kafkawire.enums import FeatureUpgradeType
from kafkawire.messages import (
    ApiVersionsRequest,
    ApiVersionsResponse,
    FeatureUpdateKey,
    UpdateFeaturesRequest,
    UpdateFeaturesResponse,
)

__all__ = ["describe_features", "update_features"]

_WITH_FEATURES = 3
_WITH_UPGRADE_TYPES = 1
_ALL_OR_NONE = 2
"""From this version of UpdateFeatures on one result stands for all features."""


async def describe_features(cluster: Cluster, *, broker_id: int | None, deadline: Deadline) -> FeatureMetadata:
    to: Destination = AnyBroker()
    if broker_id is not None:
        to = BrokerId(arguments.integer(broker_id, "broker_id", most=2**31 - 1))

    def outcomes(
        keys: Sequence[None], response: ApiVersionsResponse, attempt: Attempt
    ) -> Iterator[tuple[None, Outcome[FeatureMetadata]]]:
        yield None, settle(response.error_code, lambda: _features(response))

    result = await cluster.run(
        Operation(
            name="describe_features",
            noun="",
            to=lambda key: to,
            api=ApiVersionsRequest,
            request=lambda keys, attempt: greeting(None, None),
            outcomes=outcomes,
            at_least=_WITH_FEATURES,
        ),
        (None,),
        deadline=deadline,
    )
    return result[None]


def _features(response: ApiVersionsResponse) -> FeatureMetadata:
    epoch = response.finalized_features_epoch
    return FeatureMetadata(
        supported={each.name: LevelRange(each.min_version, each.max_version) for each in response.supported_features},
        finalized={
            each.name: LevelRange(each.min_version_level, each.max_version_level)
            for each in response.finalized_features
            if epoch >= 0
        },
        finalized_epoch=epoch if epoch >= 0 else None,
    )


async def update_features(
    cluster: Cluster, updates: object, *, validate_only: bool, deadline: Deadline
) -> BatchResult[str, None]:
    wanted = _updates(updates)

    def request(keys: Sequence[str], attempt: Attempt) -> UpdateFeaturesRequest:
        typed = attempt.version >= _WITH_UPGRADE_TYPES
        return UpdateFeaturesRequest(
            timeout_ms=attempt.timeout_ms,
            feature_updates=tuple(_asked(key, wanted[key], typed) for key in keys),
            validate_only=validate_only,
        )

    def outcomes(
        keys: Sequence[str], response: UpdateFeaturesResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[None]]]:
        if response.error_code or attempt.version >= _ALL_OR_NONE:
            for key in keys:
                yield key, settle(response.error_code, lambda: None, response.error_message)
            return
        for result in response.results:
            refused = Errored(result.error_code, result.error_message) if result.error_code else None
            yield result.feature, refused or Done(None)

    return await cluster.run(
        Operation(
            name="update_features",
            noun="feature",
            to=lambda key: Controller(),
            api=UpdateFeaturesRequest,
            lane=Lane.WAITING,
            request=request,
            outcomes=outcomes,
            at_least=_WITH_UPGRADE_TYPES if validate_only else None,
            needs="validate_only" if validate_only else "",
        ),
        wanted,
        deadline=deadline,
    )


def _updates(updates: object) -> dict[str, FeatureUpdate]:
    given = arguments.mapping(updates, "updates: features to levels or FeatureUpdates")
    return {
        arguments.name(feature, "feature"): FeatureUpdate(each)
        if isinstance(each, int)
        else arguments.instance(each, FeatureUpdate, f"the update of feature {feature!r}")
        for feature, each in given.items()
    }


def _asked(feature: str, update: FeatureUpdate, typed: bool) -> FeatureUpdateKey:
    if typed:
        return FeatureUpdateKey(feature=feature, max_version_level=update.level, upgrade_type=update.upgrade_type)
    downgrade = update.upgrade_type is not FeatureUpgradeType.UPGRADE
    return FeatureUpdateKey(feature=feature, max_version_level=update.level, allow_downgrade=downgrade)
