"""Configs, on FakeCluster and on real Kafka."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest
from anyio.lowlevel import checkpoint

from kafkaadmin import (
    AdminClient,
    AlterConfigOp,
    ConfigEntry,
    ConfigResource,
    ConfigResourceType,
    ConfigSource,
    ConfigType,
    InvalidRequestError,
    KafkaAdminError,
    NewTopic,
    UnknownTopicError,
    UnsupportedVersionError,
)
from tests.support.stage import Stage

pytestmark = pytest.mark.anyio


async def made(admin: AdminClient, stage: Stage, **configs: str) -> ConfigResource:
    """A topic of the test's own."""
    name = stage.name("configured")
    ordered = {config.replace("_", "."): value for config, value in configs.items()}
    (await admin.create_topics(NewTopic(name, partitions=1, configs=dict(ordered)))).raise_for_errors()
    return ConfigResource.topic(name)


async def eventually(
    admin: AdminClient, resource: ConfigResource, name: str, holds: Callable[[ConfigEntry], bool]
) -> ConfigEntry:
    """A config, once the brokers have heard of its change."""
    while True:
        entry = (await admin.describe_configs(resource, include_synonyms=True))[resource].get(name)
        if entry is not None and holds(entry):
            return entry
        await anyio.sleep(0.05)


async def test_a_topics_configs_tell_what_was_set_and_what_holds_by_default(admin: AdminClient, stage: Stage) -> None:
    topic = await made(admin, stage, retention_ms="86400000")
    configs = (await admin.describe_configs(topic))[topic]
    assert configs["retention.ms"].value == "86400000"
    assert configs["retention.ms"].source is ConfigSource.TOPIC_CONFIG
    assert not configs["retention.ms"].is_default
    assert configs["cleanup.policy"].value == "delete"
    assert configs["cleanup.policy"].is_default
    assert configs["cleanup.policy"].type is ConfigType.LIST
    assert configs["cleanup.policy"].synonyms == ()
    assert configs["cleanup.policy"].documentation is None


async def test_synonyms_and_documentation_come_when_asked_for(admin: AdminClient, stage: Stage) -> None:
    topic = await made(admin, stage, cleanup_policy="compact")
    described = await admin.describe_configs(
        topic, names=["cleanup.policy"], include_synonyms=True, include_documentation=True
    )
    assert described[topic].keys() == {"cleanup.policy"}
    policy = described[topic]["cleanup.policy"]
    assert policy.documentation
    assert [(each.name, each.value, each.source) for each in policy.synonyms] == [
        ("cleanup.policy", "compact", ConfigSource.TOPIC_CONFIG),
        ("log.cleanup.policy", "delete", ConfigSource.DEFAULT_CONFIG),
    ]


async def test_each_broker_is_asked_for_what_is_its_own(admin: AdminClient) -> None:
    brokers = [ConfigResource.broker(broker) for broker in (1, 2, 3)]
    described = await admin.describe_configs(brokers)
    for broker in brokers:
        assert described[broker]["broker.id"].value == broker.name
        assert described[broker]["broker.id"].is_read_only


async def test_sensitive_values_are_withheld(admin: AdminClient) -> None:
    broker = ConfigResource.broker(2)
    password = (await admin.describe_configs(broker, include_synonyms=True))[broker]["ssl.keystore.password"]
    assert password.is_sensitive
    assert password.value is None
    assert password.type is ConfigType.PASSWORD


async def test_configs_are_set_and_deleted_one_by_one(admin: AdminClient, stage: Stage) -> None:
    topic = await made(admin, stage, retention_ms="1000", segment_bytes="1048576")
    (await admin.incremental_alter_configs({topic: {"retention.ms": None, "retention.bytes": "5"}})).raise_for_errors()
    await eventually(admin, topic, "retention.ms", lambda entry: entry.is_default)
    await eventually(admin, topic, "retention.bytes", lambda entry: entry.value == "5")
    await eventually(admin, topic, "segment.bytes", lambda entry: entry.value == "1048576")


async def test_lists_are_added_to_and_taken_from(admin: AdminClient, stage: Stage) -> None:
    topic = await made(admin, stage)
    change = {topic: {"cleanup.policy": AlterConfigOp.append("compact")}}
    (await admin.incremental_alter_configs(change)).raise_for_errors()
    await eventually(admin, topic, "cleanup.policy", lambda entry: entry.value == "delete,compact")
    change = {topic: {"cleanup.policy": AlterConfigOp.subtract("delete")}}
    (await admin.incremental_alter_configs(change)).raise_for_errors()
    await eventually(admin, topic, "cleanup.policy", lambda entry: entry.value == "compact")


async def test_validating_changes_nothing(admin: AdminClient, stage: Stage) -> None:
    topic = await made(admin, stage, retention_ms="1000")
    (await admin.incremental_alter_configs({topic: {"retention.ms": "2000"}}, validate_only=True)).raise_for_errors()
    with pytest.raises(InvalidRequestError):
        (await admin.incremental_alter_configs({topic: {"retention.ms": "soon"}}, validate_only=True))[topic]
    assert (await admin.describe_configs(topic))[topic]["retention.ms"].value == "1000"


async def test_each_resource_is_changed_as_a_whole_or_fails_by_itself(admin: AdminClient, stage: Stage) -> None:
    good, bad, nowhere = await made(admin, stage), await made(admin, stage), ConfigResource.topic(stage.name("nope"))
    result = await admin.incremental_alter_configs(
        {
            good: {"retention.ms": "1000"},
            bad: {"retention.bytes": "7", "retention.ms": AlterConfigOp.append("1000")},
            nowhere: {"retention.ms": "1000"},
        }
    )
    assert set(result.succeeded) == {good}
    with pytest.raises(InvalidRequestError, match=f"configs of topic '{bad.name}'"):
        result[bad]
    with pytest.raises(UnknownTopicError):
        result[nowhere]
    await eventually(admin, good, "retention.ms", lambda entry: entry.value == "1000")
    described = await admin.describe_configs([bad, nowhere])
    assert described[bad]["retention.bytes"].is_default
    with pytest.raises(UnknownTopicError, match=f"describe_configs: configs of topic '{nowhere.name}'"):
        described[nowhere]


async def test_one_brokers_configs_win_over_those_of_all(admin: AdminClient, stage: Stage) -> None:
    one, everyone = ConfigResource.broker(1), ConfigResource.all_brokers()
    name = "log.cleaner.threads"
    (await admin.incremental_alter_configs({everyone: {name: "2"}})).raise_for_errors()
    await eventually(admin, one, name, lambda entry: entry.value == "2")
    (await admin.incremental_alter_configs({one: {name: "3"}})).raise_for_errors()
    entry = await eventually(admin, one, name, lambda entry: entry.value == "3")
    assert [(each.value, each.source) for each in entry.synonyms] == [
        ("3", ConfigSource.DYNAMIC_BROKER_CONFIG),
        ("2", ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG),
        ("1", ConfigSource.DEFAULT_CONFIG),
    ]
    other = ConfigResource.broker(2)
    assert (await eventually(admin, other, name, lambda entry: entry.value == "2")).synonyms[0].value == "2"
    assert (await admin.describe_configs(everyone))[everyone][name].value == "2"
    (await admin.incremental_alter_configs({one: {name: None}})).raise_for_errors()
    await eventually(admin, one, name, lambda entry: entry.value == "2")
    (await admin.incremental_alter_configs({everyone: {name: None}})).raise_for_errors()
    for broker in (one, other):
        await eventually(admin, broker, name, lambda entry: entry.is_default)


async def test_a_brokers_loggers_are_turned_up_and_down(admin: AdminClient, stage: Stage) -> None:
    loggers = ConfigResource.broker_logger(3)
    level = (await admin.describe_configs(loggers))[loggers]["root"]
    assert (level.value, level.source) == ("INFO", ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG)
    (await admin.incremental_alter_configs({loggers: {"root": "WARN"}})).raise_for_errors()
    await eventually(admin, loggers, "root", lambda entry: entry.value == "WARN")
    (await admin.incremental_alter_configs({loggers: {"root": "INFO"}})).raise_for_errors()
    with pytest.raises(InvalidRequestError):
        (await admin.incremental_alter_configs({loggers: {"root": AlterConfigOp.append("DEBUG")}}))[loggers]
    others = ConfigResource.broker_logger(1)
    assert (await admin.describe_configs(others))[others]["root"].value == "INFO"


async def test_groups_have_configs_of_their_own(admin: AdminClient, stage: Stage) -> None:
    group = ConfigResource.group(stage.name("tuned"))
    topic = await made(admin, stage)
    name = "consumer.session.timeout.ms"
    result = await admin.incremental_alter_configs({group: {name: "50000"}, topic: {"retention.ms": "1000"}})
    result[topic]
    if stage.release < (4, 0):
        unknown = r"Configs v\d of broker \d knows no configs of type group; Kafka 4.0 and later do"
        with pytest.raises(UnsupportedVersionError, match=f"incremental_alter_configs: .* IncrementalAlter{unknown}"):
            result[group]
        described = await admin.describe_configs([group, topic])
        with pytest.raises(UnsupportedVersionError, match=f"describe_configs: .* Describe{unknown}"):
            described[group]
        assert "retention.ms" in described[topic]
        return
    result[group]
    entry = await eventually(admin, group, name, lambda entry: entry.value == "50000")
    assert entry.source is ConfigSource.GROUP_CONFIG
    (await admin.incremental_alter_configs({group: {name: None}})).raise_for_errors()
    await eventually(admin, group, name, lambda entry: entry.is_default)


async def test_subscriptions_to_clients_metrics_are_configs(admin: AdminClient, stage: Stage) -> None:
    subscription = ConfigResource.client_metrics(stage.name("slow-consumers"))
    wanted = {"metrics": "org.apache.kafka.consumer.", "interval.ms": "60000", "match": "client_id=app-.*"}
    result = await admin.incremental_alter_configs({subscription: wanted})
    if stage.release < (3, 7):
        unknown = r"Configs v\d of broker \d knows no configs of type client metrics; Kafka 3.7 and later do"
        with pytest.raises(UnsupportedVersionError, match=f"incremental_alter_configs: .* IncrementalAlter{unknown}"):
            result[subscription]
        with pytest.raises(UnsupportedVersionError, match=f"describe_configs: .* Describe{unknown}"):
            (await admin.describe_configs(subscription))[subscription]
        with pytest.raises(
            UnsupportedVersionError, match=r"list_config_resources: .* doesn't offer ListConfigResources"
        ):
            await admin.list_config_resources(types=ConfigResourceType.CLIENT_METRICS)
        return
    result[subscription]
    for name in wanted:
        entry = await eventually(admin, subscription, name, lambda entry: entry.value == wanted[entry.name])
        assert entry.source is ConfigSource.CLIENT_METRICS_CONFIG
    while subscription not in await admin.list_config_resources(types=ConfigResourceType.CLIENT_METRICS):
        await checkpoint()
    (await admin.incremental_alter_configs({subscription: dict.fromkeys(wanted)})).raise_for_errors()
    while subscription in await admin.list_config_resources(types=[ConfigResourceType.CLIENT_METRICS]):
        await checkpoint()


async def test_whoever_has_configs_is_listed(admin: AdminClient, stage: Stage) -> None:
    topic = await made(admin, stage)
    if stage.release < (4, 1):
        offered = "v0 to v0; v1 to v1 was needed" if stage.release >= (3, 7) else "doesn't offer"
        with pytest.raises(UnsupportedVersionError, match=offered):
            await admin.list_config_resources()
        return
    group = ConfigResource.group(stage.name("listed"))
    (await admin.incremental_alter_configs({group: {"share.auto.offset.reset": "earliest"}})).raise_for_errors()
    brokers = {ConfigResource.broker(broker) for broker in (1, 2, 3)}
    while not {group, topic, *brokers} <= set(await admin.list_config_resources()):
        await checkpoint()  # brokers hear of it a moment later, each by itself
    only = await admin.list_config_resources(types=[ConfigResourceType.TOPIC, ConfigResourceType.BROKER])
    assert {topic, *brokers} <= set(only)
    assert {each.type for each in only} == {ConfigResourceType.TOPIC, ConfigResourceType.BROKER}


async def test_a_broker_that_is_not_there_spoils_nothing_else(admin: AdminClient, stage: Stage) -> None:
    topic, nowhere = await made(admin, stage), ConfigResource.broker(77)
    described = await admin.describe_configs([topic, nowhere])
    assert set(described.succeeded) == {topic}
    with pytest.raises(KafkaAdminError):
        described[nowhere]
