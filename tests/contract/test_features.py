"""Features, on FakeCluster and on real Kafka."""

from __future__ import annotations

import pytest

from kafkaadmin import AdminClient, BrokerError, FeatureUpdate, FeatureUpgradeType, UnsupportedVersionError
from tests.support.stage import Stage

pytestmark = pytest.mark.anyio

INVALID_UPDATE_VERSION = 95


async def test_features_are_told_as_the_cluster_and_as_a_broker_knows_them(admin: AdminClient, stage: Stage) -> None:
    told, by_one = await admin.describe_features(), await admin.describe_features(broker_id=2)
    # The epoch counts the cluster's metadata, which other tests change meanwhile.
    assert (by_one.supported, by_one.finalized) == (told.supported, told.finalized)
    assert (by_one.finalized_epoch is None) is (told.finalized_epoch is None)
    if stage.release < (3, 3):
        assert (told.supported, told.finalized) == ({}, {})
        return
    assert told.finalized_epoch is not None
    metadata = told.finalized["metadata.version"]
    assert metadata.lowest <= metadata.highest <= told.supported["metadata.version"].highest


async def test_a_feature_that_is_at_its_level_stays_there(admin: AdminClient, stage: Stage) -> None:
    finalized = (await admin.describe_features()).finalized
    assert ("metadata.version" in finalized) is (stage.release >= (3, 3))
    levels = {name: level.highest for name, level in finalized.items() if name == "metadata.version"}
    for validate_only in (True, False):
        result = await admin.update_features(levels, validate_only=validate_only)
        assert dict(result) == dict.fromkeys(levels)
    assert (await admin.describe_features()).finalized == finalized


async def test_a_feature_is_lowered_only_if_that_is_said(admin: AdminClient, stage: Stage) -> None:
    finalized = (await admin.describe_features()).finalized
    assert ("transaction.version" in finalized) is (stage.release >= (4, 0))
    for name in finalized.keys() & {"transaction.version"}:
        with pytest.raises(BrokerError) as refused:
            (await admin.update_features({name: 1}, validate_only=True))[name]
        assert refused.value.code == INVALID_UPDATE_VERSION
        lower = FeatureUpdate(1, FeatureUpgradeType.SAFE_DOWNGRADE)
        (await admin.update_features({name: lower}, validate_only=True)).raise_for_errors()
    assert (await admin.describe_features()).finalized == finalized


async def test_what_nobody_knows_is_refused_and_spoils_the_others(admin: AdminClient, stage: Stage) -> None:
    if stage.release < (3, 3):
        with pytest.raises(UnsupportedVersionError, match="UpdateFeatures"):
            (await admin.update_features({"no.such": 1}, validate_only=True))["no.such"]
        return
    level = (await admin.describe_features()).finalized["metadata.version"].highest
    result = await admin.update_features({"no.such": 1, "metadata.version": level})
    with pytest.raises(BrokerError) as refused:
        result["no.such"]
    assert refused.value.code == INVALID_UPDATE_VERSION
    if stage.release >= (4, 0):
        assert set(result.failed) == {"no.such", "metadata.version"}
