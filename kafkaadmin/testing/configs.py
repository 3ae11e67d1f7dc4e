"""The configs of a `FakeCluster`: some of those that Kafka knows, their defaults, and what was set. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from kafkawire.enums import ConfigResourceType, ConfigSource, ConfigType

__all__ = ["DEFINITIONS", "LEVELS", "ROOT_LOGGER", "Configs", "Definition", "Setting"]

_B, _S, _I, _L, _D, _T, _P = (
    ConfigType.BOOLEAN,
    ConfigType.STRING,
    ConfigType.INT,
    ConfigType.LONG,
    ConfigType.DOUBLE,
    ConfigType.LIST,
    ConfigType.PASSWORD,
)

ROOT_LOGGER = "root"
LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")


class Definition(NamedTuple):
    """What Kafka knows of a config: `wider` is what it is called where it is set for everything at once."""

    default: str | None
    type: ConfigType
    wider: str | None = None
    read_only: bool = False
    choices: tuple[str, ...] = ()

    @property
    def documentation(self) -> str:
        return f"A config of type {self.type.name}."


class Setting(NamedTuple):
    """A value, and where it comes from under which name."""

    name: str
    value: str | None
    source: ConfigSource


DEFINITIONS: Mapping[ConfigResourceType, Mapping[str, Definition]] = {
    ConfigResourceType.TOPIC: {
        "cleanup.policy": Definition("delete", _T, "log.cleanup.policy", choices=("compact", "delete")),
        "compression.type": Definition("producer", _S, "compression.type"),
        "delete.retention.ms": Definition("86400000", _L, "log.cleaner.delete.retention.ms"),
        "max.message.bytes": Definition("1048588", _I, "message.max.bytes"),
        "min.cleanable.dirty.ratio": Definition("0.5", _D, "log.cleaner.min.cleanable.ratio"),
        "min.insync.replicas": Definition("1", _I, "min.insync.replicas"),
        "retention.bytes": Definition("-1", _L, "log.retention.bytes"),
        "retention.ms": Definition("604800000", _L),
        "segment.bytes": Definition("1073741824", _I, "log.segment.bytes"),
        "unclean.leader.election.enable": Definition("false", _B, "unclean.leader.election.enable"),
    },
    ConfigResourceType.BROKER: {
        "broker.id": Definition(None, _I, read_only=True),
        "log.cleaner.threads": Definition("1", _I),
        "log.cleanup.policy": Definition("delete", _T, choices=("compact", "delete")),
        "log.retention.bytes": Definition("-1", _L),
        "log.segment.bytes": Definition("1073741824", _I),
        "message.max.bytes": Definition("1048588", _I),
        "min.insync.replicas": Definition("1", _I),
        "ssl.keystore.password": Definition(None, _P),
    },
    ConfigResourceType.GROUP: {
        "consumer.heartbeat.interval.ms": Definition("5000", _I, "group.consumer.heartbeat.interval.ms"),
        "consumer.session.timeout.ms": Definition("45000", _I, "group.consumer.session.timeout.ms"),
        "share.auto.offset.reset": Definition("latest", _S),
        "share.record.lock.duration.ms": Definition("30000", _I, "group.share.record.lock.duration.ms"),
    },
    ConfigResourceType.CLIENT_METRICS: {
        "interval.ms": Definition("300000", _I),
        "match": Definition("", _T),
        "metrics": Definition("", _T),
    },
}

_OWN = {
    ConfigResourceType.TOPIC: ConfigSource.TOPIC_CONFIG,
    ConfigResourceType.BROKER: ConfigSource.DYNAMIC_BROKER_CONFIG,
    ConfigResourceType.GROUP: ConfigSource.GROUP_CONFIG,
    ConfigResourceType.CLIENT_METRICS: ConfigSource.CLIENT_METRICS_CONFIG,
}

Key = tuple[ConfigResourceType, str]


@dataclass(slots=True)
class Configs:
    """What was set, by whose it is; topics keep theirs themselves. And the levels of each broker's loggers."""

    own: dict[Key, dict[str, str]] = field(default_factory=dict[Key, dict[str, str]])
    loggers: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    def of(self, type: ConfigResourceType, name: str) -> dict[str, str]:
        """What was set there."""
        return dict(self.own.get((type, name), {}))

    def put(self, type: ConfigResourceType, name: str, configs: Mapping[str, str]) -> None:
        """This is what is set there from now on; nothing, and it is forgotten."""
        self.own.pop((type, name), None)
        if configs:
            self.own[type, name] = dict(configs)

    def names(self, type: ConfigResourceType) -> Iterator[str]:
        """Whoever has any, but for what is set for all brokers."""
        return (name for kind, name in self.own if kind is type and name)

    def levels(self, broker: str) -> dict[str, str]:
        """One broker's loggers."""
        return self.loggers.setdefault(broker, {ROOT_LOGGER: "INFO", "kafka.server.KafkaApis": "INFO"})

    def settings(
        self, type: ConfigResourceType, name: str, config: str, own: Mapping[str, str], given: Mapping[str, str]
    ) -> tuple[Setting, ...]:
        """Where a config's value may come from, the strongest first. `given` is what a broker was started with."""
        definition = DEFINITIONS[type].get(config, Definition(None, ConfigType.STRING))
        wider = config if type is ConfigResourceType.BROKER else definition.wider
        found = [Setting(config, own.get(config), _OWN[type] if name else ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG)]
        if wider is not None and name:
            everywhere = self.own.get((ConfigResourceType.BROKER, ""), {})
            found.append(Setting(wider, everywhere.get(wider), ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG))
            found.append(Setting(wider, given.get(wider), ConfigSource.STATIC_BROKER_CONFIG))
        return (*_set(found), *([Setting(wider or config, definition.default, ConfigSource.DEFAULT_CONFIG)]))


def _set(settings: Iterable[Setting]) -> Iterator[Setting]:
    return (setting for setting in settings if setting.value is not None)
