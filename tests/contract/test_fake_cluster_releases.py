"""FakeCluster acts as older releases: it offers what real brokers of that release do."""

from __future__ import annotations

import pytest

from kafkaadmin.testing.versions import finalized_features, offered, release_of, supported_features
from kafkawire import ApiKey
from kafkawire.messages import ApiVersionsRequest, ApiVersionsResponse, SupportedFeatureKey
from tests.support.kafka import KafkaCluster
from tests.support.raw_client import RawClient


@pytest.fixture(scope="module")
def told(kafka: KafkaCluster) -> ApiVersionsResponse:
    """What a real broker says, in the newest version that it has."""
    with RawClient.at(kafka.bootstrap().split(",")[0]) as client:
        request = ApiVersionsRequest(client_software_name="tests", client_software_version="1")
        newest = client.ask(request, 4)
        return client.ask(request, 3) if newest.error_code else newest


@pytest.fixture
def release(kafka_release: str) -> str:
    return release_of(kafka_release)


def test_it_offers_the_versions_that_real_brokers_offer(told: ApiVersionsResponse, release: str) -> None:
    real = {ApiKey(api.api_key): range(api.min_version, api.max_version + 1) for api in told.api_keys}
    ours = offered(release, ApiKey)
    assert ours == {key: versions for key, versions in real.items() if key in ours}
    assert {key for key in set(real) - set(ours) if key not in _BETWEEN_BROKERS} == {ApiKey.PRODUCE, ApiKey.FETCH}


def test_it_knows_the_features_that_real_brokers_know(told: ApiVersionsResponse, release: str) -> None:
    version = min(4, offered(release, ApiKey)[ApiKey.API_VERSIONS][-1])
    assert {feature.name: _levels(feature) for feature in supported_features(release, version)} == {
        feature.name: _levels(feature) for feature in told.supported_features
    }
    assert {(feature.name, feature.max_version_level) for feature in finalized_features(release)} == {
        (feature.name, feature.max_version_level) for feature in told.finalized_features
    }


_BETWEEN_BROKERS = {
    ApiKey.LEADER_AND_ISR,
    ApiKey.STOP_REPLICA,
    ApiKey.UPDATE_METADATA,
    ApiKey.CONTROLLED_SHUTDOWN,
    ApiKey.ALTER_PARTITION,
    ApiKey.INITIALIZE_SHARE_GROUP_STATE,
    ApiKey.READ_SHARE_GROUP_STATE,
    ApiKey.WRITE_SHARE_GROUP_STATE,
    ApiKey.DELETE_SHARE_GROUP_STATE,
    ApiKey.READ_SHARE_GROUP_STATE_SUMMARY,
}


def _levels(feature: SupportedFeatureKey) -> tuple[int, int]:
    return feature.min_version, feature.max_version
