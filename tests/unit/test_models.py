"""Models: what can be made of them, and what can't."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kafkaadmin import (
    BatchResult,
    Broker,
    ConfigurationError,
    GroupListing,
    GroupState,
    GroupType,
    KafkaAdminError,
    MemberToRemove,
    NewTopic,
    OffsetPlace,
    OffsetSpec,
    TopicPartition,
)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"name": ""}, "not empty"),
        ({"name": None}, "not empty"),
        ({"partitions": 0}, "partitions must be from 1 to 2147483647"),
        ({"partitions": True}, "partitions must be"),
        ({"replication_factor": 32768}, "replication_factor must be from 1 to 32767"),
        ({"assignments": {}}, "assignments must map the partitions 0, 1, 2"),
        ({"assignments": {1: [1]}}, "assignments must map the partitions 0, 1, 2"),
        ({"assignments": {0: []}}, "every partition a list of broker ids"),
        ({"assignments": {0: ["1"]}}, "every partition a list of broker ids"),
        ({"assignments": [[1]]}, "must be a mapping"),
        ({"assignments": {0: [1]}, "partitions": 1}, "assignments replace partitions"),
        ({"configs": {"retention.ms": 5}}, "'retention.ms' must be a text or None, not 5"),
        ({"configs": "retention.ms=5"}, "must be a mapping"),
    ],
)
def test_a_topic_that_makes_no_sense_is_refused(arguments: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        NewTopic(**{"name": "orders", **arguments})  # type: ignore[arg-type]


def test_offset_specs_name_a_place_or_a_time() -> None:
    assert OffsetSpec.latest() == OffsetSpec(target=OffsetPlace.LATEST)
    assert OffsetSpec.at(1_700_000_000_123) == OffsetSpec.at(datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC))


@pytest.mark.parametrize("time", [datetime(2024, 1, 1), -1, 2**62, "2024-01-01", None])
def test_times_that_name_no_moment_are_refused(time: object) -> None:
    with pytest.raises(ConfigurationError):
        OffsetSpec.at(time)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "arguments", [{}, {"member_id": "a", "group_instance_id": "b"}, {"member_id": ""}, {"group_instance_id": 3}]
)
def test_a_member_to_remove_is_named_in_one_way(arguments: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        MemberToRemove(**arguments)  # type: ignore[arg-type]


def test_models_cannot_be_changed() -> None:
    broker = Broker(id=1, host="localhost", port=9092)
    with pytest.raises(AttributeError):
        broker.port = 1  # type: ignore[misc]


def test_brokers_and_partitions_read_well() -> None:
    assert str(Broker(id=1, host="::1", port=9092)) == "broker 1 ([::1]:9092)"
    assert str(TopicPartition("orders", 3)) == "orders-3"


def test_types_and_states_survive_releases_to_come() -> None:
    assert GroupType("Consumer") is GroupType.CONSUMER
    new = GroupState("Daydreaming")
    assert (new, new.is_known) == ("Daydreaming", False)


def test_a_simple_consumer_group_has_no_protocol_type() -> None:
    assert GroupListing(group_id="simple", protocol_type="").is_simple_consumer_group
    assert not GroupListing(group_id="busy", protocol_type="consumer").is_simple_consumer_group


class TestBatchResult:
    good: BatchResult[str, int] = BatchResult({"a": 1}, {})
    mixed: BatchResult[str, int] = BatchResult({"a": 1}, {"b": KafkaAdminError("b is bad")})
    bad: BatchResult[str, int] = BatchResult({}, {"b": KafkaAdminError("b"), "c": KafkaAdminError("c")})

    def test_a_key_gives_its_value_or_raises_its_error(self) -> None:
        assert self.mixed["a"] == 1
        with pytest.raises(KafkaAdminError, match="b is bad"):
            self.mixed["b"]
        with pytest.raises(KeyError):
            self.mixed["c"]

    def test_all_keys_are_in_it(self) -> None:
        assert list(self.mixed) == ["a", "b"]
        assert (len(self.mixed), "b" in self.mixed, "c" in self.mixed) == (2, True, False)

    def test_the_whole_of_it_is_had_only_without_failures(self) -> None:
        assert dict(self.good) == {"a": 1}
        with pytest.raises(KafkaAdminError, match="b is bad"):
            dict(self.mixed)

    def test_errors_are_raised_when_asked_for(self) -> None:
        self.good.raise_for_errors()
        with pytest.raises(KafkaAdminError, match="b is bad"):
            self.mixed.raise_for_errors()
        with pytest.raises(ExceptionGroup, match="2 of 2 keys failed"):
            self.bad.raise_for_errors()
