"""How topics are asked for, and how the answers are read, version by version."""

from __future__ import annotations

from uuid import UUID

import pytest

from kafkaadmin import (
    AnyBroker,
    BatchResult,
    ConfigurationError,
    Controller,
    CreatedTopic,
    DeletedTopic,
    InvalidRequestError,
    NewTopic,
    OperationTimeoutError,
    PartitionDescription,
    TopicAlreadyExistsError,
    TopicListing,
    UnknownTopicError,
    UnsupportedVersionError,
)
from kafkaadmin import operations as ops
from kafkaadmin.network import Lane
from kafkaadmin.operations import propagation
from kafkaadmin.routing import Repeat, Verified
from kafkawire import Response
from kafkawire.messages import (
    CreatableTopicConfigs,
    CreatableTopicResult,
    CreateTopicsRequest,
    CreateTopicsResponse,
    DeletableTopicResult,
    DeleteTopicsRequest,
    DeleteTopicsResponse,
    MetadataRequest,
    MetadataResponse,
    MetadataResponsePartition,
    MetadataResponseTopic,
)
from kafkawire.primitives import ZERO_UUID
from tests.support.scripted_cluster import BROKERS, ScriptedCluster

ID = UUID(int=42)


def partition(index: int, *replicas: int, leader: int | None = None) -> MetadataResponsePartition:
    return MetadataResponsePartition(
        partition_index=index,
        leader_id=leader if leader is not None else replicas[0],
        leader_epoch=5,
        replica_nodes=replicas,
        isr_nodes=replicas[:1],
        offline_replicas=replicas[1:],
    )


def topic(
    name: str | None, *partitions: MetadataResponsePartition, error: int = 0, **more: object
) -> MetadataResponseTopic:
    return MetadataResponseTopic(name=name, error_code=error, partitions=partitions, **more)  # type: ignore[arg-type]


def knowing(*topics: MetadataResponseTopic, version: int = 13, error: int = 0) -> ScriptedCluster:
    answer = MetadataResponse(topics=topics, error_code=error)
    return ScriptedCluster({MetadataRequest: (version, lambda _: answer)})


class TestListTopics:
    @pytest.mark.parametrize("version", [4, 9, 12, 13])
    def test_internal_topics_are_left_out_unless_asked_for(self, version: int) -> None:
        ids = {"topic_id": ID} if version >= 10 else {}
        cluster = knowing(topic("orders", **ids), topic("__consumer_offsets", is_internal=True, **ids), version=version)
        listed = cluster.call(ops.list_topics, include_internal=False)
        expected_id = ID if version >= 10 else None
        assert listed == {"orders": TopicListing(name="orders", topic_id=expected_id, is_internal=False)}
        assert list(cluster.call(ops.list_topics, include_internal=True)) == ["orders", "__consumer_offsets"]
        request = cluster.asked[0].request
        assert request.topics is None
        assert request.allow_auto_topic_creation is False

    def test_a_broker_that_would_make_topics_is_not_asked(self) -> None:
        with pytest.raises(UnsupportedVersionError):
            knowing(version=3).call(ops.list_topics, include_internal=False)


class TestDescribeTopics:
    def test_a_topic_is_read_in_the_fields_own_terms(self) -> None:
        cluster = knowing(
            topic(
                "orders",
                partition(1, 2, 3),
                partition(0, 1, 2, leader=-1),
                topic_id=ID,
                topic_authorized_operations=0b1000,
            )
        )
        described = cluster.call(ops.describe_topics, "orders", include_authorized_operations=True)["orders"]
        assert described.topic_id == ID
        assert described.partitions == (
            PartitionDescription(
                partition=0, leader=None, leader_epoch=5, replicas=(1, 2), in_sync_replicas=(1,), offline_replicas=(2,)
            ),
            PartitionDescription(
                partition=1, leader=2, leader_epoch=5, replicas=(2, 3), in_sync_replicas=(2,), offline_replicas=(3,)
            ),
        )
        assert [operation.name for operation in described.authorized_operations or ()] == ["READ"]
        assert cluster.asked[0].to == AnyBroker()

    def test_operations_that_were_not_asked_for_are_none(self) -> None:
        described = knowing(topic("orders")).call(ops.describe_topics, "orders", include_authorized_operations=False)
        assert described["orders"].authorized_operations is None

    def test_a_missing_topic_fails_by_itself_and_asking_makes_none(self) -> None:
        cluster = knowing(topic("orders"), topic("nope", error=3))
        result = cluster.call(ops.describe_topics, ["orders", "nope"], include_authorized_operations=False)
        assert set(result.succeeded) == {"orders"}
        with pytest.raises(UnknownTopicError, match="describe_topics: topic 'nope'"):
            result["nope"]
        assert cluster.asked[0].request.allow_auto_topic_creation is False

    def test_ids_are_asked_for_with_null_names(self) -> None:
        stranger = UUID(int=1)
        cluster = knowing(topic("orders", topic_id=ID), topic(None, topic_id=stranger, error=100), version=12)
        result = cluster.call(ops.describe_topics, [ID, stranger], include_authorized_operations=False)
        assert result[ID].name == "orders"
        with pytest.raises(UnknownTopicError):
            result[stranger]
        assert [(each.name, each.topic_id) for each in cluster.asked[0].request.topics] == [
            (None, ID),
            (None, stranger),
        ]

    @pytest.mark.parametrize(
        ("topics", "operations", "offered"), [(ID, False, 11), ("orders", True, 7), ("orders", False, 3)]
    )
    def test_each_question_needs_its_version(self, topics: object, operations: bool, offered: int) -> None:
        result = knowing(version=offered).call(ops.describe_topics, topics, include_authorized_operations=operations)
        with pytest.raises(UnsupportedVersionError):
            result.raise_for_errors()

    def test_an_error_of_the_whole_answer_is_every_topics(self) -> None:
        result = knowing(error=129).call(ops.describe_topics, ["a", "b"], include_authorized_operations=False)
        assert set(result.failed) == {"a", "b"}

    def test_many_topics_are_asked_for_by_the_thousand(self) -> None:
        def answer(request: MetadataRequest) -> Response:
            return MetadataResponse(topics=tuple(topic(each.name) for each in request.topics or ()))

        cluster = ScriptedCluster({MetadataRequest: (12, answer)})
        names = [f"topic-{number}" for number in range(1500)]
        cluster.call(ops.describe_topics, names, include_authorized_operations=False).raise_for_errors()
        assert [len(asked.request.topics) for asked in cluster.asked] == [1000, 500]


def created(*results: CreatableTopicResult, version: int = 7, **answers: object) -> ScriptedCluster:
    return ScriptedCluster({CreateTopicsRequest: (version, lambda _: CreateTopicsResponse(topics=results))})


class TestCreateTopics:
    @pytest.mark.parametrize("version", [2, 4, 5, 7])
    def test_a_topic_is_ordered_and_read_back(self, version: int) -> None:
        told = {}
        if version >= 5:
            configs = (
                CreatableTopicConfigs(name="retention.ms", value="5"),
                CreatableTopicConfigs(name="secret", value=None),
            )
            told = {"num_partitions": 3, "replication_factor": 2, "configs": configs}
        if version >= 7:
            told["topic_id"] = ID
        cluster = created(CreatableTopicResult(name="orders", **told), version=version)  # type: ignore[arg-type]
        new = NewTopic("orders", partitions=3, replication_factor=2, configs={"retention.ms": "5"})
        result = cluster.call(ops.create_topics, new, validate_only=False, wait=False)
        assert result["orders"] == CreatedTopic(
            name="orders",
            topic_id=ID if version >= 7 else None,
            partitions=3 if version >= 5 else None,
            replication_factor=2 if version >= 5 else None,
            configs={"retention.ms": "5", "secret": None} if version >= 5 else None,
        )
        (asked,) = cluster.asked
        assert asked.to == Controller()
        (ordered,) = asked.request.topics
        assert (ordered.name, ordered.num_partitions, ordered.replication_factor) == ("orders", 3, 2)
        assert [(config.name, config.value) for config in ordered.configs] == [("retention.ms", "5")]
        assert asked.request.timeout_ms == 5_000
        assert cluster.operations[0].lane is Lane.WAITING

    def test_replicas_by_hand_replace_the_counts(self) -> None:
        cluster = created(CreatableTopicResult(name="orders"), version=3)
        new = NewTopic("orders", assignments={1: [3, 1], 0: [1, 2]})
        cluster.call(ops.create_topics, new, validate_only=False, wait=False).raise_for_errors()
        (ordered,) = cluster.asked[0].request.topics
        assert (ordered.num_partitions, ordered.replication_factor) == (-1, -1)
        assert [(each.partition_index, each.broker_ids) for each in ordered.assignments] == [(0, (1, 2)), (1, (3, 1))]

    def test_defaults_need_a_broker_that_has_some(self) -> None:
        cluster = created(CreatableTopicResult(name="orders"), version=3)
        with pytest.raises(UnsupportedVersionError):
            cluster.call(ops.create_topics, "orders", validate_only=False, wait=False)["orders"]

    def test_configs_that_may_not_be_described_are_none(self) -> None:
        result = CreatableTopicResult(name="orders", topic_config_error_code=29, configs=None)
        told = created(result).call(ops.create_topics, "orders", validate_only=False, wait=False)["orders"]
        assert (told.partitions, told.configs) == (None, None)

    def test_each_topic_has_its_own_error_and_message(self) -> None:
        cluster = created(
            CreatableTopicResult(name="good"),
            CreatableTopicResult(name="old", error_code=36, error_message="Topic 'old' already exists."),
            CreatableTopicResult(name="big", error_code=38, error_message="Too few brokers."),
        )
        result = cluster.call(ops.create_topics, ["good", "old", "big"], validate_only=False, wait=False)
        assert set(result.succeeded) == {"good"}
        with pytest.raises(TopicAlreadyExistsError, match="already exists"):
            result["old"]
        with pytest.raises(InvalidRequestError, match="Too few brokers"):
            result["big"]

    def test_validating_is_no_write_and_waits_for_nothing(self) -> None:
        cluster = created(CreatableTopicResult(name="orders"))
        cluster.call(ops.create_topics, "orders", validate_only=True, wait=True).raise_for_errors()
        assert cluster.asked[0].request.validate_only
        assert cluster.operations[0].repeat is Repeat.SAFE
        assert len(cluster.operations) == 1

    @pytest.mark.parametrize("topics", [["a", "a"], ["a", NewTopic("a")], [3], 3, ""])
    def test_what_orders_no_topic_is_refused(self, topics: object) -> None:
        with pytest.raises(ConfigurationError):
            created().call(ops.create_topics, topics, validate_only=False, wait=False)


class TestALostCreateAnswer:
    """ "Already exists" after a lost answer: the topic is read, and counts as ours if it is as ordered."""

    @pytest.mark.parametrize(
        ("ordered", "ours"),
        [
            (NewTopic("orders", partitions=2, replication_factor=2), True),
            (NewTopic("orders"), True),
            (NewTopic("orders", assignments={0: [1, 2], 1: [2, 3]}), True),
            (NewTopic("orders", partitions=3, replication_factor=2), False),
            (NewTopic("orders", partitions=2, replication_factor=3), False),
            (NewTopic("orders", assignments={0: [2, 1], 1: [2, 3]}), False),
        ],
    )
    def test_it_is_ours_if_it_is_as_ordered(self, ordered: NewTopic, ours: bool) -> None:
        cluster = created(CreatableTopicResult(name="orders"))
        there = MetadataResponse(topics=(topic("orders", partition(0, 1, 2), partition(1, 2, 3), topic_id=ID),))
        cluster.answers[MetadataRequest] = (12, lambda _: there)
        cluster.call(ops.create_topics, ordered, validate_only=False, wait=False)
        repeat = cluster.operations[0].repeat
        assert isinstance(repeat, Verified)
        assert repeat.already == {36}
        verified = cluster.verify("orders")
        made = CreatedTopic(name="orders", topic_id=ID, partitions=2, replication_factor=2, ambiguous=True)
        assert verified == (made if ours else None)
        assert {3, 5} <= cluster.operations[-1].retry_on


class TestWaitingUntilKnown:
    def test_every_live_broker_is_asked_until_it_knows_the_topic(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(propagation, "_FIRST_PAUSE", 0.0)
        behind = [2, 1]  # how many more answers of a broker lag

        def answer(request: MetadataRequest) -> Response:
            broker = len(cluster.asked) - 1
            lagging = broker % 3 == 2 and behind.pop() > 0 if behind else False
            return MetadataResponse(topics=(topic("orders", error=3 if lagging else 0),))

        cluster = created(CreatableTopicResult(name="orders"))
        cluster.answers[MetadataRequest] = (12, answer)
        result = cluster.call(ops.create_topics, "orders", validate_only=False, wait=True)
        assert result["orders"].name == "orders"
        asked = [each.broker for each in cluster.asked if isinstance(each.request, MetadataRequest)]
        assert set(asked) == {1, 2, 3}
        assert len(asked) > 3

    def test_a_topic_that_stays_unknown_is_told_apart(self) -> None:
        cluster = created(CreatableTopicResult(name="orders"), CreatableTopicResult(name="audit"))
        cluster.answers[MetadataRequest] = (
            12,
            lambda request: MetadataResponse(
                topics=tuple(topic(each.name, error=3 if each.name == "audit" else 0) for each in request.topics)
            ),
        )

        async def hastily(cluster: ScriptedCluster, *, deadline: object) -> BatchResult[str, CreatedTopic]:
            soon = propagation.Deadline.after(0.05)
            topics = ["orders", "audit"]
            return await ops.create_topics(cluster, topics, validate_only=False, wait=True, deadline=soon)  # type: ignore[arg-type]

        result = cluster.call(hastily)
        assert set(result.succeeded) == {"orders"}
        with pytest.raises(OperationTimeoutError, match="topic 'audit' was created, but not all brokers knew it"):
            result["audit"]

    def test_a_broker_that_cannot_be_asked_is_not_waited_for(self) -> None:
        cluster = created(CreatableTopicResult(name="orders"))
        cluster.live = [(*BROKERS,)]
        # No Metadata is offered: nobody can be asked, as nobody can who is dead.
        cluster.call(ops.create_topics, "orders", validate_only=False, wait=True).raise_for_errors()


def deleted(*results: DeletableTopicResult, version: int = 6) -> ScriptedCluster:
    return ScriptedCluster({DeleteTopicsRequest: (version, lambda _: DeleteTopicsResponse(responses=results))})


class TestDeleteTopics:
    @pytest.mark.parametrize("version", [1, 3, 4, 5])
    def test_older_brokers_are_given_names(self, version: int) -> None:
        cluster = deleted(
            DeletableTopicResult(name="orders"), DeletableTopicResult(name="nope", error_code=3), version=version
        )
        result = cluster.call(ops.delete_topics, ["orders", "nope"])
        assert result["orders"] == DeletedTopic(name="orders", topic_id=None)
        with pytest.raises(UnknownTopicError):
            result["nope"]
        assert cluster.asked[0].request.topic_names == ("orders", "nope")

    def test_newer_brokers_are_given_names_with_zero_ids(self) -> None:
        cluster = deleted(DeletableTopicResult(name="orders", topic_id=ID))
        assert cluster.call(ops.delete_topics, "orders")["orders"] == DeletedTopic(name="orders", topic_id=ID)
        (asked,) = cluster.asked[0].request.topics
        assert (asked.name, asked.topic_id) == ("orders", ZERO_UUID)

    def test_ids_are_given_with_null_names(self) -> None:
        cluster = deleted(DeletableTopicResult(name="orders", topic_id=ID))
        assert cluster.call(ops.delete_topics, ID)[ID] == DeletedTopic(name="orders", topic_id=ID)
        (asked,) = cluster.asked[0].request.topics
        assert (asked.name, asked.topic_id) == (None, ID)

    def test_ids_need_a_broker_that_knows_them(self) -> None:
        with pytest.raises(UnsupportedVersionError):
            deleted(version=5).call(ops.delete_topics, ID)[ID]

    @pytest.mark.parametrize(
        ("key", "gone"),
        [
            ("orders", DeletedTopic(name="orders", topic_id=None, ambiguous=True)),
            (ID, DeletedTopic(name=None, topic_id=ID, ambiguous=True)),
        ],
    )
    def test_after_a_lost_answer_a_topic_that_is_gone_was_ours(self, key: str | UUID, gone: DeletedTopic) -> None:
        cluster = deleted(DeletableTopicResult(name="orders", topic_id=ID))
        absent = topic("orders", error=3) if key == "orders" else topic(None, topic_id=ID, error=100)
        cluster.answers[MetadataRequest] = (12, lambda _: MetadataResponse(topics=(absent,)))
        cluster.call(ops.delete_topics, key)
        repeat = cluster.operations[0].repeat
        assert isinstance(repeat, Verified)
        assert repeat.already == {3, 100}
        assert cluster.verify(key) == gone

    def test_after_a_lost_answer_a_topic_that_is_there_was_made_anew(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("kafkaadmin.operations.topics._BETWEEN_LOOKS", 0.0)
        cluster = deleted(DeletableTopicResult(name="orders"))
        cluster.answers[MetadataRequest] = (12, lambda _: MetadataResponse(topics=(topic("orders"),)))
        cluster.call(ops.delete_topics, "orders")
        assert cluster.verify("orders") is None
