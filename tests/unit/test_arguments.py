"""What callers may pass, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from kafkaadmin import ConfigurationError, Controller, TopicPartition
from kafkaadmin.operations import arguments

ORDERS_0 = TopicPartition("orders", 0)
SOME_ID = UUID(int=7)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("billing", ("billing",)),
        (["billing", "audit", "billing"], ("billing", "audit")),
        ({"billing": 1}.keys(), ("billing",)),
        ((name for name in ("b", "a")), ("b", "a")),
        ([], ()),
    ],
)
def test_one_name_or_many(given: object, read: tuple[str, ...]) -> None:
    assert arguments.names(given, "group") == read


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (ORDERS_0, (ORDERS_0,)),
        ([("orders", 0), ORDERS_0], (ORDERS_0,)),
        ({ORDERS_0}, (ORDERS_0,)),
        ((), ()),
    ],
)
def test_one_partition_or_many(given: object, read: tuple[TopicPartition, ...]) -> None:
    partitions = arguments.partitions(given)
    assert partitions == read
    assert all(isinstance(partition, TopicPartition) for partition in partitions)


@pytest.mark.parametrize(
    ("given", "read"), [("orders", ("orders",)), (SOME_ID, (SOME_ID,)), (["b", "a", "b"], ("b", "a")), ([], ())]
)
def test_topics_by_name_or_by_id(given: object, read: tuple[object, ...]) -> None:
    assert arguments.topics(given) == read  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("read", "given", "told"),
    [
        (lambda given: arguments.names(given, "group"), "", "group must not be empty"),
        (lambda given: arguments.names(given, "group"), [3], "group must be a text, not 3"),
        (lambda given: arguments.names(given, "group"), b"billing", "group: a name or several expected"),
        (lambda given: arguments.names(given, "group"), None, "group: a name or several expected, not None"),
        (lambda given: arguments.names(given, "group"), "x" * 32768, "longer than Kafka's 32767 bytes"),
        (arguments.partitions, "orders", "expected, not 'orders'"),
        (arguments.partitions, ["orders-0"], "must be a TopicPartition, not 'orders-0'"),
        (arguments.partitions, ("orders", 0), "must be a TopicPartition, not 'orders'"),
        (arguments.partitions, {ORDERS_0: 1}, "not a mapping"),
        (arguments.partitions, [("orders", -1)], "partition of topic 'orders' must be from 0 to 2147483647, not -1"),
        (arguments.partitions, [("orders", "0")], "must be a whole number, not '0'"),
        (arguments.partitions, [("", 0)], "topic must not be empty"),
        (arguments.topics, ["orders", SOME_ID], "all be named by name, or all by id"),
        (arguments.topics, UUID(int=0), "no topic has the id 0000"),
        (arguments.topics, [""], "topic must not be empty"),
        (arguments.destination, "controller", "not 'controller'"),
        (lambda given: arguments.mapping(given, "offsets"), [1], "offsets must be a mapping"),
        (lambda given: arguments.instance(given, int, "spec"), "x", "spec must be of type int, not 'x'"),
        (lambda given: arguments.seconds(given, "timeout"), 0, "timeout must be a number of seconds above 0"),
        (lambda given: arguments.seconds(given, "timeout"), float("inf"), "above 0"),
        (lambda given: arguments.seconds(given, "timeout"), float("nan"), "above 0"),
        (lambda given: arguments.seconds(given, "timeout"), True, "above 0"),
        (lambda given: arguments.seconds(given, "timeout"), "5", "above 0"),
    ],
)
def test_anything_else_is_refused_and_named(read: Callable[[object], object], given: object, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        read(given)


def test_a_refusal_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="group must not be empty"):
        arguments.name("", "group")


def test_destinations_pass() -> None:
    assert arguments.destination(Controller()) == Controller()
