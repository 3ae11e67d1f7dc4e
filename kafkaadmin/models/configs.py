"""Configs: whose they are, what they are, and how they are changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from kafkaadmin.errors import ConfigurationError
from kafkawire.enums import AlterConfigOperation, ConfigResourceType, ConfigSource, ConfigType

__all__ = ["AlterConfigOp", "ConfigEntry", "ConfigResource", "ConfigSynonym"]

_BY_BROKER = frozenset({ConfigResourceType.BROKER, ConfigResourceType.BROKER_LOGGER})


@dataclass(frozen=True, slots=True)
class ConfigResource:
    """What a set of configs belongs to. Made by the methods below."""

    type: ConfigResourceType
    name: str

    def __post_init__(self) -> None:
        _check(self.type, self.name)

    @classmethod
    def topic(cls, name: str) -> ConfigResource:
        """A topic."""
        return cls(ConfigResourceType.TOPIC, name)

    @classmethod
    def broker(cls, broker_id: int) -> ConfigResource:
        """One broker."""
        return cls(ConfigResourceType.BROKER, str(broker_id))

    @classmethod
    def all_brokers(cls) -> ConfigResource:
        """What is set for all brokers, where one has nothing of its own (`--entity-default` of Kafka's tools)."""
        return cls(ConfigResourceType.BROKER, "")

    @classmethod
    def broker_logger(cls, broker_id: int) -> ConfigResource:
        """The levels of one broker's loggers (KIP-412, brokers 2.4 and later)."""
        return cls(ConfigResourceType.BROKER_LOGGER, str(broker_id))

    @classmethod
    def group(cls, name: str) -> ConfigResource:
        """A group of any kind, made or not (KIP-848, brokers 4.0 and later)."""
        return cls(ConfigResourceType.GROUP, name)

    @classmethod
    def client_metrics(cls, name: str) -> ConfigResource:
        """A subscription to clients' metrics (KIP-714, brokers 3.7 and later)."""
        return cls(ConfigResourceType.CLIENT_METRICS, name)

    @property
    def broker_id(self) -> int | None:
        """The one broker whose own these configs are, if they are one's."""
        return int(self.name) if self.type in _BY_BROKER and self.name else None

    def __str__(self) -> str:
        if not self.name:
            return "all brokers"
        return f"{ConfigResourceType(self.type).name.lower().replace('_', ' ')} {self.name!r}"


def _check(type: object, name: object) -> None:
    if not isinstance(type, ConfigResourceType):
        raise ConfigurationError(f"ConfigResource.type must be a ConfigResourceType, not {type!r}")
    if not isinstance(name, str):
        raise ConfigurationError(f"ConfigResource.name must be a text, not {name!r}")
    if not name and type is not ConfigResourceType.BROKER:
        raise ConfigurationError(f"ConfigResource: a {type.name.lower().replace('_', ' ')} must have a name")
    if type in _BY_BROKER and name and not (name.isascii() and name.isdecimal()):
        raise ConfigurationError(f"ConfigResource: a broker's name is its id, not {name!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigSynonym:
    """One of the places that a config's value may come from, under the name that it has there."""

    name: str
    value: str | None
    source: ConfigSource


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigEntry:
    """A config and its value.

    `value` is `None` where there is none, and where it is sensitive: brokers withhold such values. `synonyms` has the
    places that could give the value, the strongest first, where it was asked for. `type` is UNKNOWN from brokers before
    2.6, and `documentation` `None` unless it was asked for.
    """

    name: str
    value: str | None
    source: ConfigSource
    type: ConfigType = ConfigType.UNKNOWN
    is_sensitive: bool = False
    is_read_only: bool = False
    synonyms: tuple[ConfigSynonym, ...] = ()
    documentation: str | None = None

    @property
    def is_default(self) -> bool:
        """Whether nobody has set it."""
        return self.source == ConfigSource.DEFAULT_CONFIG


@dataclass(frozen=True, slots=True)
class AlterConfigOp:
    """One change of one config. Made by the methods below; values may be secrets, and are kept out of `repr`."""

    operation: AlterConfigOperation
    value: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _check_op(self.operation, self.value)

    @classmethod
    def set(cls, value: str) -> AlterConfigOp:
        """Give it this value."""
        return cls(AlterConfigOperation.SET, value)

    @classmethod
    def delete(cls) -> AlterConfigOp:
        """Forget its value: the next place that has one counts, at last the default."""
        return cls(AlterConfigOperation.DELETE)

    @classmethod
    def append(cls, *values: str) -> AlterConfigOp:
        """Add values to a list, those that it doesn't have yet."""
        return cls(AlterConfigOperation.APPEND, ",".join(values))

    @classmethod
    def subtract(cls, *values: str) -> AlterConfigOp:
        """Take values from a list."""
        return cls(AlterConfigOperation.SUBTRACT, ",".join(values))


def _check_op(operation: object, value: object) -> None:
    if not isinstance(operation, AlterConfigOperation):
        raise ConfigurationError(f"AlterConfigOp.operation must be an AlterConfigOperation, not {operation!r}")
    if operation is AlterConfigOperation.DELETE:
        if value is not None:
            raise ConfigurationError("AlterConfigOp: to delete needs no value")
    elif not isinstance(value, str):
        raise ConfigurationError(f"AlterConfigOp: to {operation.name.lower()} needs a text, not {type(value).__name__}")
    elif operation is not AlterConfigOperation.SET and not value:
        raise ConfigurationError(f"AlterConfigOp: nothing to {operation.name.lower()}")
