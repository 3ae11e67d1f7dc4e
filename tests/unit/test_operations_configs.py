"""How configs are asked for and changed, version by version."""

from __future__ import annotations

from typing import Any

import pytest

from kafkaadmin import (
    AlterConfigOp,
    AnyBroker,
    BrokerId,
    ConfigEntry,
    ConfigResource,
    ConfigResourceType,
    ConfigSource,
    ConfigSynonym,
    ConfigType,
    ConfigurationError,
    Controller,
    InvalidRequestError,
    RemoteProtocolError,
    UnsupportedVersionError,
)
from kafkaadmin import operations as ops
from kafkawire.enums import AlterConfigOperation
from kafkawire.messages import (
    AlterConfigsResourceResponse,
    DescribeConfigsRequest,
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
    DescribeConfigsSynonym,
    IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
    ListConfigResourcesRequest,
    ListConfigResourcesResponse,
    ListConfigResourcesResponseConfigResource,
)
from tests.support.scripted_cluster import ScriptedCluster

ORDERS, BROKER, EVERYONE = ConfigResource.topic("orders"), ConfigResource.broker(2), ConfigResource.all_brokers()
PLAIN: dict[str, Any] = {"names": None, "include_synonyms": False, "include_documentation": False}


def telling(version: int, *configs: DescribeConfigsResourceResult) -> ScriptedCluster:
    def answer(request: DescribeConfigsRequest) -> DescribeConfigsResponse:
        return DescribeConfigsResponse(
            results=tuple(
                DescribeConfigsResult(
                    error_message=None,
                    resource_type=each.resource_type,
                    resource_name=each.resource_name,
                    configs=configs,
                )
                for each in request.resources
            )
        )

    return ScriptedCluster({DescribeConfigsRequest: (version, answer)})


class TestDescribe:
    @pytest.mark.parametrize("version", [1, 2, 3, 4])
    def test_configs_are_told_by_name(self, version: int) -> None:
        told = DescribeConfigsResourceResult(
            name="retention.ms",
            value="5",
            config_source=1,
            synonyms=(DescribeConfigsSynonym(name="log.retention.ms", value="7", source=4),),
            config_type=5,
            documentation="How long.",
        )
        result = telling(version, told).call(
            ops.describe_configs, ORDERS, names="retention.ms", include_synonyms=True, include_documentation=False
        )
        assert result[ORDERS] == {
            "retention.ms": ConfigEntry(
                name="retention.ms",
                value="5",
                source=ConfigSource.TOPIC_CONFIG,
                type=ConfigType.LONG if version >= 3 else ConfigType.UNKNOWN,
                synonyms=(ConfigSynonym(name="log.retention.ms", value="7", source=ConfigSource.STATIC_BROKER_CONFIG),),
                documentation="How long." if version >= 3 else None,
            )
        }

    def test_sensitive_values_are_withheld_whatever_the_broker_says(self) -> None:
        told = DescribeConfigsResourceResult(
            name="password",
            value="hunter2",
            is_sensitive=True,
            synonyms=(DescribeConfigsSynonym(name="password", value="hunter2", source=5),),
        )
        result = telling(4, told).call(ops.describe_configs, ORDERS, **PLAIN)
        assert "hunter2" not in repr(result)

    def test_brokers_are_asked_about_themselves_and_anyone_about_the_rest(self) -> None:
        cluster = telling(4)
        cluster.call(ops.describe_configs, [ORDERS, BROKER, EVERYONE, ConfigResource.broker_logger(3)], **PLAIN)
        asked = {
            (resource.resource_type, resource.resource_name): (each.to, each.broker)
            for each in cluster.asked
            for resource in each.request.resources
        }
        assert asked == {
            (ConfigResourceType.TOPIC, "orders"): (AnyBroker(), 1),
            (ConfigResourceType.BROKER, ""): (AnyBroker(), 1),
            (ConfigResourceType.BROKER, "2"): (BrokerId(2), 2),
            (ConfigResourceType.BROKER_LOGGER, "3"): (BrokerId(3), 3),
        }

    def test_documentation_is_never_silently_left_out(self) -> None:
        with pytest.raises(UnsupportedVersionError):
            telling(2).call(ops.describe_configs, ORDERS, **(PLAIN | {"include_documentation": True}))[ORDERS]

    def test_what_an_answer_leaves_out_has_failed(self) -> None:
        answer = DescribeConfigsResponse(results=())
        cluster = ScriptedCluster({DescribeConfigsRequest: (4, lambda _: answer)})
        with pytest.raises(RemoteProtocolError):
            cluster.call(ops.describe_configs, ORDERS, **PLAIN)[ORDERS]


def altering(version: int, code: int = 0) -> ScriptedCluster:
    def answer(request: IncrementalAlterConfigsRequest) -> IncrementalAlterConfigsResponse:
        return IncrementalAlterConfigsResponse(
            responses=tuple(
                AlterConfigsResourceResponse(
                    error_code=code,
                    error_message="no" if code else None,
                    resource_type=each.resource_type,
                    resource_name=each.resource_name,
                )
                for each in request.resources
            )
        )

    return ScriptedCluster({IncrementalAlterConfigsRequest: (version, answer)})


class TestAlter:
    @pytest.mark.parametrize("version", [0, 1])
    def test_each_change_says_what_it_does(self, version: int) -> None:
        cluster = altering(version)
        changes = {
            "retention.ms": "5",
            "segment.bytes": None,
            "cleanup.policy": AlterConfigOp.append("compact", "delete"),
            "other": AlterConfigOp.subtract("x"),
        }
        result = cluster.call(ops.incremental_alter_configs, {ORDERS: changes}, validate_only=True)
        assert dict(result) == {ORDERS: None}
        (asked,) = cluster.asked
        assert asked.to == Controller()
        assert asked.request.validate_only
        assert [(each.name, each.config_operation, each.value) for each in asked.request.resources[0].configs] == [
            ("retention.ms", AlterConfigOperation.SET, "5"),
            ("segment.bytes", AlterConfigOperation.DELETE, None),
            ("cleanup.policy", AlterConfigOperation.APPEND, "compact,delete"),
            ("other", AlterConfigOperation.SUBTRACT, "x"),
        ]

    def test_a_brokers_own_configs_go_to_that_broker(self) -> None:
        cluster = altering(1)
        cluster.call(ops.incremental_alter_configs, {BROKER: {"a": "1"}, EVERYONE: {"a": "1"}}, validate_only=False)
        assert [each.to for each in cluster.asked] == [BrokerId(2), Controller()]

    def test_a_refusal_is_the_resources_own(self) -> None:
        result = altering(1, 40).call(ops.incremental_alter_configs, {ORDERS: {"a": "1"}}, validate_only=False)
        with pytest.raises(InvalidRequestError, match=r"configs of topic 'orders': INVALID_CONFIG \(40\): no"):
            result[ORDERS]

    @pytest.mark.parametrize(
        "changes",
        [None, {"orders": {"a": "1"}}, {ORDERS: "a"}, {ORDERS: {"": "1"}}, {ORDERS: {"password": 7}}],
        ids=repr,
    )
    def test_what_makes_no_sense_is_refused(self, changes: object) -> None:
        with pytest.raises(ConfigurationError):
            altering(1).call(ops.incremental_alter_configs, changes, validate_only=False)


class TestList:
    def test_every_type_is_listed(self) -> None:
        answer = ListConfigResourcesResponse(
            config_resources=(
                ListConfigResourcesResponseConfigResource(resource_name="orders", resource_type=2),
                ListConfigResourcesResponseConfigResource(resource_name="1", resource_type=4),
            )
        )
        cluster = ScriptedCluster({ListConfigResourcesRequest: (1, lambda _: answer)})
        assert cluster.call(ops.list_config_resources, types=()) == (ORDERS, ConfigResource.broker(1))
        assert cluster.asked[0].request.resource_types == ()

    def test_old_brokers_list_client_metrics_only(self) -> None:
        answer = ListConfigResourcesResponse(
            config_resources=(ListConfigResourcesResponseConfigResource(resource_name="slow"),)
        )
        cluster = ScriptedCluster({ListConfigResourcesRequest: (0, lambda _: answer)})
        listed = cluster.call(ops.list_config_resources, types=ConfigResourceType.CLIENT_METRICS)
        assert listed == (ConfigResource.client_metrics("slow"),)
        with pytest.raises(UnsupportedVersionError):
            cluster.call(ops.list_config_resources, types=ConfigResourceType.TOPIC)


class TestModels:
    @pytest.mark.parametrize(
        "make",
        [
            lambda: ConfigResource.topic(""),
            lambda: ConfigResource.topic(None),  # type: ignore[arg-type]
            lambda: ConfigResource(ConfigResourceType.BROKER, "one"),
            lambda: ConfigResource(2, "orders"),  # type: ignore[arg-type]
            AlterConfigOp.append,
            lambda: AlterConfigOp.set(7),  # type: ignore[arg-type]
            lambda: AlterConfigOp(AlterConfigOperation.DELETE, "x"),
            lambda: AlterConfigOp("set", "x"),  # type: ignore[arg-type]
        ],
    )
    def test_what_makes_no_sense_is_refused(self, make: Any) -> None:
        with pytest.raises(ConfigurationError):
            make()

    def test_values_stay_out_of_sight(self) -> None:
        assert "hunter2" not in repr(AlterConfigOp.set("hunter2"))

    def test_resources_say_what_they_are(self) -> None:
        assert list(map(str, [ORDERS, BROKER, EVERYONE, ConfigResource.client_metrics("a")])) == [
            "topic 'orders'",
            "broker '2'",
            "all brokers",
            "client metrics 'a'",
        ]
        assert [each.broker_id for each in (ORDERS, BROKER, EVERYONE)] == [None, 2, None]
