"""What callers may pass, made uniform: anything else is refused here, before any I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard, TypeVar, cast
from uuid import UUID

from kafkaadmin.errors import ConfigurationError
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.routing.destinations import Destination

__all__ = [
    "destination",
    "instance",
    "integer",
    "is_mapping",
    "mapping",
    "name",
    "names",
    "partition",
    "partitions",
    "partitions_of_groups",
    "seconds",
    "several",
    "topics",
]

T = TypeVar("T")
K = TypeVar("K", str, UUID)

MAX_NAME_BYTES = 2**15 - 1
"""What the length of a string can be in the versions of a message that are not flexible."""


def name(value: object, what: str) -> str:
    """One name: a text that is not empty."""
    if not isinstance(value, str):
        raise ConfigurationError(f"{what} must be a text, not {value!r}")
    if not value:
        raise ConfigurationError(f"{what} must not be empty")
    if len(value.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
        raise ConfigurationError(f"{what} is longer than Kafka's {MAX_NAME_BYTES} bytes")
    return value


def names(value: object, what: str) -> tuple[str, ...]:
    """One name or many, in order and without doubles. `what` says in the singular what they name."""
    if isinstance(value, str):
        return (name(value, what),)
    return tuple(dict.fromkeys(name(each, what) for each in several(value, f"{what}: a name or several")))


def partition(value: object) -> TopicPartition:
    """One partition: a `TopicPartition`, or a pair like it."""
    if not isinstance(value, tuple) or len(cast("tuple[object, ...]", value)) != 2:
        raise ConfigurationError(f"a partition must be a TopicPartition, not {value!r}")
    topic, index = cast("tuple[object, object]", value)
    topic = name(topic, "topic")
    index = integer(index, f"the partition of topic {topic!r}", most=2**31 - 1)
    return value if isinstance(value, TopicPartition) else TopicPartition(topic, index)


def partitions(value: object) -> tuple[TopicPartition, ...]:
    """One partition or many, in order and without doubles."""
    if isinstance(value, TopicPartition):
        return (partition(value),)
    if is_mapping(value):
        raise ConfigurationError("partitions must be a TopicPartition or several, not a mapping")
    return tuple(dict.fromkeys(map(partition, several(value, "partitions: a TopicPartition or several"))))


def topics(value: K | Iterable[K]) -> tuple[K, ...]:
    """One topic or many, all by name or all by id, in order and without doubles."""
    given: Any = (value,) if isinstance(value, str | UUID) else several(value, "topic: a name, an id, or several")
    wanted: tuple[Any, ...] = tuple(
        dict.fromkeys(each if isinstance(each, UUID) else name(each, "topic") for each in given)
    )
    if len({isinstance(each, UUID) for each in wanted}) > 1:
        raise ConfigurationError("topics must all be named by name, or all by id")
    if UUID(int=0) in wanted:
        raise ConfigurationError(f"no topic has the id {UUID(int=0)}")
    return wanted


def destination(value: object) -> Destination:
    """Who must answer a request."""
    if not isinstance(value, Destination):
        raise ConfigurationError(
            f"to must be a Coordinator, a Leader, a Controller, a BrokerId or AnyBroker, not {value!r}"
        )
    return value


def mapping(value: object, what: str) -> Mapping[object, object]:
    """A mapping; `what` says of what to what."""
    if not is_mapping(value):
        raise ConfigurationError(f"{what} must be a mapping, not {value!r}")
    return value


def is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    """Whether it is a mapping, of whatever to whatever."""
    return isinstance(value, Mapping)


def several(value: object, what: str) -> Iterable[object]:
    """Something to iterate over that is not a text; `what` says what was expected."""
    if isinstance(value, bytes | bytearray | str) or not isinstance(value, Iterable):
        raise ConfigurationError(f"{what} expected, not {value!r}")
    return cast("Iterable[object]", value)


def instance(value: object, kind: type[T], what: str) -> T:
    """A value of one kind."""
    if not isinstance(value, kind):
        raise ConfigurationError(f"{what} must be of type {kind.__name__}, not {value!r}")
    return value


def integer(value: object, what: str, *, most: int, least: int = 0) -> int:
    """A number from `least` to `most`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigurationError(f"{what} must be a whole number, not {value!r}")
    if not least <= value <= most:
        raise ConfigurationError(f"{what} must be from {least} to {most}, not {value}")
    return value


def seconds(value: object, what: str) -> float:
    """A span of time: a number of seconds above 0, and finite."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ConfigurationError(f"{what} must be a number of seconds above 0, not {value!r}")
    return float(value)


def partitions_of_groups(groups: object) -> dict[str, tuple[TopicPartition, ...] | None]:
    """Groups, one or several, or a mapping to the partitions asked about; `None` stands for all of a group's."""
    if not is_mapping(groups):
        return dict.fromkeys(names(groups, "group"))
    return {name(group, "group"): None if chosen is None else partitions(chosen) for group, chosen in groups.items()}
