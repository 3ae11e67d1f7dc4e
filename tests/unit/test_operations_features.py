"""How features are read and given other levels, and nodes unregistered, version by version."""

from __future__ import annotations

import pytest

from kafkaadmin import (
    AnyBroker,
    AuthorizationError,
    BrokerError,
    BrokerId,
    ConfigurationError,
    Controller,
    FeatureMetadata,
    FeatureUpdate,
    FeatureUpgradeType,
    LevelRange,
    UnregisteredNode,
    UnsupportedVersionError,
)
from kafkaadmin import operations as ops
from kafkawire.messages import (
    ApiVersionsRequest,
    ApiVersionsResponse,
    FinalizedFeatureKey,
    SupportedFeatureKey,
    UnregisterBrokerRequest,
    UnregisterBrokerResponse,
    UnregisterControllerRequest,
    UnregisterControllerResponse,
    UpdatableFeatureResult,
    UpdateFeaturesRequest,
    UpdateFeaturesResponse,
)
from tests.support.scripted_cluster import ScriptedCluster

DOWN = FeatureUpdate(1, FeatureUpgradeType.SAFE_DOWNGRADE)


@pytest.mark.parametrize("version", [3, 4, 5])
@pytest.mark.parametrize("epoch", [7, -1])
def test_features_are_told_as_far_as_the_broker_knows_them(version: int, epoch: int) -> None:
    answer = ApiVersionsResponse(
        supported_features=(SupportedFeatureKey(name="a", min_version=1, max_version=4),),
        finalized_features_epoch=epoch,
        finalized_features=(FinalizedFeatureKey(name="a", min_version_level=2, max_version_level=3),),
    )
    cluster = ScriptedCluster({ApiVersionsRequest: (version, lambda _: answer)})
    known = epoch >= 0
    assert cluster.call(ops.describe_features, broker_id=None) == FeatureMetadata(
        supported={"a": LevelRange(1, 4)},
        finalized={"a": LevelRange(2, 3)} if known else {},
        finalized_epoch=7 if known else None,
    )
    cluster.call(ops.describe_features, broker_id=2)
    assert [each.to for each in cluster.asked] == [AnyBroker(), BrokerId(2)]


def updating(version: int, response: UpdateFeaturesResponse) -> ScriptedCluster:
    return ScriptedCluster({UpdateFeaturesRequest: (version, lambda _: response)})


@pytest.mark.parametrize("version", [0, 1])
def test_each_feature_has_its_result(version: int) -> None:
    cluster = updating(
        version,
        UpdateFeaturesResponse(
            results=(
                UpdatableFeatureResult(feature="a"),
                UpdatableFeatureResult(feature="b", error_code=95, error_message="no"),
            )
        ),
    )
    result = cluster.call(ops.update_features, {"a": 3, "b": DOWN}, validate_only=False)
    assert dict(result.succeeded) == {"a": None}
    with pytest.raises(BrokerError, match=r"feature 'b': INVALID_UPDATE_VERSION \(95\): no"):
        result["b"]
    (asked,) = cluster.asked
    assert asked.to == Controller()
    up, down = asked.request.feature_updates
    assert [up.max_version_level, down.max_version_level] == [3, 1]
    if version == 0:
        assert [up.allow_downgrade, down.allow_downgrade] == [False, True]
    else:
        assert [up.upgrade_type, down.upgrade_type] == [1, 2]


@pytest.mark.parametrize("code", [0, 95])
def test_one_result_stands_for_all(code: int) -> None:
    cluster = updating(2, UpdateFeaturesResponse(error_code=code, error_message=None))
    result = cluster.call(ops.update_features, {"a": 3, "b": 1}, validate_only=True)
    assert (set(result.succeeded), set(result.failed)) == ((set(), {"a", "b"}) if code else ({"a", "b"}, set()))
    assert cluster.asked[0].request.validate_only


def test_nothing_is_changed_where_it_was_only_to_be_checked() -> None:
    with pytest.raises(UnsupportedVersionError):
        updating(0, UpdateFeaturesResponse()).call(ops.update_features, {"a": 3}, validate_only=True)["a"]


@pytest.mark.parametrize("level", [-1, 2**15, True, "1", 0])
def test_levels_that_make_no_sense_are_refused(level: int) -> None:
    with pytest.raises(ConfigurationError):
        FeatureUpdate(level)


def test_upgrade_types_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigurationError):
        FeatureUpdate(1, FeatureUpgradeType.UNKNOWN)


def test_nodes_are_unregistered_by_the_controller() -> None:
    cluster = ScriptedCluster(
        {
            UnregisterBrokerRequest: (0, lambda _: UnregisterBrokerResponse()),
            UnregisterControllerRequest: (0, lambda _: UnregisterControllerResponse(error_code=136)),
        }
    )
    assert cluster.call(ops.unregister_broker, 3) == UnregisteredNode(id=3)
    with pytest.raises(BrokerError, match="CONTROLLER_ID_NOT_REGISTERED"):
        cluster.call(ops.unregister_controller, 4)
    assert [each.to for each in cluster.asked] == [Controller(), Controller()]


@pytest.mark.parametrize("code", [0, 102, 31])
def test_after_a_lost_answer_unregistering_is_asked_for_again(code: int) -> None:
    cluster = ScriptedCluster({UnregisterBrokerRequest: (0, lambda _: UnregisterBrokerResponse())})
    cluster.call(ops.unregister_broker, 3)
    cluster.answers[UnregisterBrokerRequest] = (0, lambda _: UnregisterBrokerResponse(error_code=code))
    if code == 31:
        with pytest.raises(AuthorizationError):
            cluster.verify(3)
    else:
        assert cluster.verify(3) == UnregisteredNode(id=3, ambiguous=True)
