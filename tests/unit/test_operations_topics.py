"""How topics are asked for, and how the answers are read, version by version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import pytest

from kafkaadmin import (
    AclOperation,
    AnyBroker,
    AuthorizationError,
    BatchResult,
    ConfigurationError,
    Controller,
    CreatedTopic,
    DeletedTopic,
    InvalidRequestError,
    KafkaAdminError,
    NewTopic,
    OperationTimeoutError,
    PartitionDescription,
    RemoteProtocolError,
    ThrottledError,
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
    DescribeConfigsRequest,
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponseCursor,
    DescribeTopicPartitionsResponsePartition,
    DescribeTopicPartitionsResponseTopic,
    MetadataRequest,
    MetadataResponse,
    MetadataResponsePartition,
    MetadataResponseTopic,
)
from kafkawire.primitives import ZERO_UUID
from tests.support.scripted_cluster import ScriptedCluster

ID = UUID(int=42)
OTHER_ID = UUID(int=43)


PLAIN: dict[str, Any] = {"include_authorized_operations": False, "partitions_per_response": 5}
WITH_OPERATIONS = PLAIN | {"include_authorized_operations": True}


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
        described = cluster.call(ops.describe_topics, "orders", **WITH_OPERATIONS)["orders"]
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
        described = knowing(topic("orders")).call(ops.describe_topics, "orders", **PLAIN)
        assert described["orders"].authorized_operations is None

    def test_a_missing_topic_fails_by_itself_and_asking_makes_none(self) -> None:
        cluster = knowing(topic("orders"), topic("nope", error=3))
        result = cluster.call(ops.describe_topics, ["orders", "nope"], **PLAIN)
        assert set(result.succeeded) == {"orders"}
        with pytest.raises(UnknownTopicError, match="describe_topics: topic 'nope'"):
            result["nope"]
        assert cluster.asked[0].request.allow_auto_topic_creation is False

    def test_ids_are_asked_for_with_null_names(self) -> None:
        stranger = UUID(int=1)
        cluster = knowing(topic("orders", topic_id=ID), topic(None, topic_id=stranger, error=100), version=12)
        result = cluster.call(ops.describe_topics, [ID, stranger], **PLAIN)
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
        result = knowing(version=offered).call(
            ops.describe_topics, topics, **(PLAIN | {"include_authorized_operations": operations})
        )
        with pytest.raises(UnsupportedVersionError):
            result.raise_for_errors()

    def test_an_error_of_the_whole_answer_is_every_topics(self) -> None:
        result = knowing(error=129).call(ops.describe_topics, ["a", "b"], **PLAIN)
        assert set(result.failed) == {"a", "b"}

    def test_many_topics_are_asked_for_by_the_thousand(self) -> None:
        def answer(request: MetadataRequest) -> Response:
            return MetadataResponse(topics=tuple(topic(each.name) for each in request.topics or ()))

        cluster = ScriptedCluster({MetadataRequest: (12, answer)})
        names = [f"topic-{number}" for number in range(1500)]
        cluster.call(ops.describe_topics, names, **PLAIN).raise_for_errors()
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
        result = cluster.call(ops.create_topics, new, validate_only=False, wait=False, retry_on_quota_violation=True)
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
        assert cluster.operations[1].lane is Lane.WAITING

    def test_replicas_by_hand_replace_the_counts(self) -> None:
        cluster = created(CreatableTopicResult(name="orders"), version=3)
        new = NewTopic("orders", assignments={1: [3, 1], 0: [1, 2]})
        cluster.call(
            ops.create_topics, new, validate_only=False, wait=False, retry_on_quota_violation=True
        ).raise_for_errors()
        (ordered,) = cluster.asked[0].request.topics
        assert (ordered.num_partitions, ordered.replication_factor) == (-1, -1)
        assert [(each.partition_index, each.broker_ids) for each in ordered.assignments] == [(0, (1, 2)), (1, (3, 1))]

    def test_defaults_need_a_broker_that_has_some(self) -> None:
        cluster = created(CreatableTopicResult(name="orders"), version=3)
        with pytest.raises(UnsupportedVersionError):
            cluster.call(ops.create_topics, "orders", validate_only=False, wait=False, retry_on_quota_violation=True)[
                "orders"
            ]

    def test_configs_that_may_not_be_described_are_none(self) -> None:
        result = CreatableTopicResult(name="orders", topic_config_error_code=29, configs=None)
        told = created(result).call(
            ops.create_topics, "orders", validate_only=False, wait=False, retry_on_quota_violation=True
        )["orders"]
        assert (told.partitions, told.configs) == (None, None)

    def test_each_topic_has_its_own_error_and_message(self) -> None:
        cluster = created(
            CreatableTopicResult(name="good"),
            CreatableTopicResult(name="old", error_code=36, error_message="Topic 'old' already exists."),
            CreatableTopicResult(name="big", error_code=38, error_message="Too few brokers."),
        )
        result = cluster.call(
            ops.create_topics, ["good", "old", "big"], validate_only=False, wait=False, retry_on_quota_violation=True
        )
        assert set(result.succeeded) == {"good"}
        with pytest.raises(TopicAlreadyExistsError, match="already exists"):
            result["old"]
        with pytest.raises(InvalidRequestError, match="Too few brokers"):
            result["big"]

    def test_validating_is_no_write_and_waits_for_nothing(self) -> None:
        cluster = created(CreatableTopicResult(name="orders"))
        cluster.call(
            ops.create_topics, "orders", validate_only=True, wait=True, retry_on_quota_violation=True
        ).raise_for_errors()
        assert cluster.asked[0].request.validate_only
        assert cluster.operations[0].repeat is Repeat.SAFE
        assert len(cluster.operations) == 1

    @pytest.mark.parametrize("topics", [["a", "a"], ["a", NewTopic("a")], [3], 3, ""])
    def test_what_orders_no_topic_is_refused(self, topics: object) -> None:
        with pytest.raises(ConfigurationError):
            created().call(ops.create_topics, topics, validate_only=False, wait=False, retry_on_quota_violation=True)


CONFIGS = {"retention.ms": "5", "min.cleanable.dirty.ratio": "0.5", "cleanup.policy": "delete,compact"}


def configs(own: Mapping[str, str | None], error: int = 0) -> DescribeConfigsResponse:
    return DescribeConfigsResponse(
        results=(
            DescribeConfigsResult(
                error_code=error,
                resource_type=2,
                resource_name="orders",
                configs=(
                    *(
                        DescribeConfigsResourceResult(name=name, value=value, config_source=1)
                        for name, value in own.items()
                    ),
                    DescribeConfigsResourceResult(name="segment.bytes", value="7", config_source=5),
                ),
            ),
        )
    )


def made_meanwhile(ordered: NewTopic, answer: DescribeConfigsResponse) -> ScriptedCluster:
    """A cluster on which two partitions of two replicas are found, after a lost answer to this order."""
    cluster = created(CreatableTopicResult(name="orders"))
    there = MetadataResponse(topics=(topic("orders", partition(0, 1, 2), partition(1, 2, 3), topic_id=ID),))
    cluster.answers[MetadataRequest] = (12, lambda _: there)
    cluster.answers[DescribeConfigsRequest] = (4, lambda _: answer)
    cluster.call(ops.create_topics, ordered, validate_only=False, wait=False, retry_on_quota_violation=True)
    return cluster


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
    def test_it_is_ours_if_its_partitions_are_as_ordered(self, ordered: NewTopic, ours: bool) -> None:
        cluster = made_meanwhile(ordered, configs({}))
        repeat = cluster.operations[1].repeat
        assert isinstance(repeat, Verified)
        assert repeat.already == {36}
        made = CreatedTopic(
            name="orders",
            topic_id=ID,
            partitions=2,
            replication_factor=2,
            configs={"segment.bytes": "7"},
            ambiguous=True,
        )
        assert cluster.verify("orders") == (made if ours else None)
        assert {3, 5} <= cluster.operations[2].retry_on

    @pytest.mark.parametrize(
        ("ordered", "found", "ours"),
        [
            (CONFIGS, CONFIGS, True),
            (
                {"cleanup.policy": "delete, compact", "min.cleanable.dirty.ratio": ".50", "retention.ms": " 5"},
                CONFIGS,
                True,
            ),
            ({"preallocate": "TRUE"}, {"preallocate": "true"}, True),
            ({"retention.ms": None}, {}, True),
            ({"password": "secret"}, {"password": None}, True),
            ({"retention.ms": "5"}, {"retention.ms": "6"}, False),
            ({"retention.ms": "5"}, {}, False),
            ({}, {"retention.ms": "5"}, False),
            ({"retention.ms": None}, {"retention.ms": "5"}, False),
        ],
    )
    def test_it_is_ours_if_it_has_just_the_configs_that_were_ordered(
        self, ordered: dict[str, str | None], found: dict[str, str | None], ours: bool
    ) -> None:
        cluster = made_meanwhile(NewTopic("orders", configs=ordered), configs(found))
        verified = cluster.verify("orders")
        assert (verified is not None) is ours
        (asked,) = cluster.asked[-1].request.resources
        assert (asked.resource_name, asked.configuration_keys) == ("orders", None)
        assert 3 in cluster.operations[-1].retry_on

    def test_configs_that_may_not_be_read_decide_only_where_some_were_ordered(self) -> None:
        denied = configs({}, error=29)
        verified = made_meanwhile(NewTopic("orders"), denied).verify("orders")
        assert isinstance(verified, CreatedTopic)
        assert verified.configs is None
        with pytest.raises(AuthorizationError):
            made_meanwhile(NewTopic("orders", configs={"retention.ms": "5"}), denied).verify("orders")


class TestTheQuotaOfChanges:
    """KIP-599: waited out, unless the caller wants to know."""

    def test_a_violation_says_how_long_it_lasts(self) -> None:
        answer = CreateTopicsResponse(
            throttle_time_ms=1_500, topics=(CreatableTopicResult(name="orders", error_code=89, error_message="Wait."),)
        )
        cluster = ScriptedCluster({CreateTopicsRequest: (7, lambda _: answer)})
        result = cluster.call(
            ops.create_topics, "orders", validate_only=False, wait=False, retry_on_quota_violation=False
        )
        with pytest.raises(ThrottledError, match=r"Wait\.") as told:
            result["orders"]
        assert told.value.throttle_time == 1.5

    @pytest.mark.parametrize("retry", [True, False])
    def test_whether_it_is_waited_out_is_the_callers_choice(self, retry: bool) -> None:
        cluster = created(CreatableTopicResult(name="orders"))
        cluster.call(ops.create_topics, "orders", validate_only=False, wait=False, retry_on_quota_violation=retry)
        operation = cluster.operations[1]
        assert operation.final == (frozenset() if retry else {89})
        assert (89 in operation.repeat.already) is not retry  # type: ignore[union-attr]


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
        result = cluster.call(
            ops.create_topics, "orders", validate_only=False, wait=True, retry_on_quota_violation=True
        )
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
            return await ops.create_topics(
                cluster,  # type: ignore[arg-type]
                topics,
                validate_only=False,
                wait=True,
                retry_on_quota_violation=True,
                deadline=soon,
            )

        result = cluster.call(hastily)
        assert set(result.succeeded) == {"orders"}
        with pytest.raises(OperationTimeoutError, match="topic 'audit': not all brokers knew it"):
            result["audit"]


def deleted(*results: DeletableTopicResult, version: int = 6) -> ScriptedCluster:
    return ScriptedCluster({DeleteTopicsRequest: (version, lambda _: DeleteTopicsResponse(responses=results))})


def delete(cluster: ScriptedCluster, topics: object) -> BatchResult[Any, DeletedTopic]:
    return cluster.call(ops.delete_topics, topics, retry_on_quota_violation=True)


class TestDeleteTopics:
    @pytest.mark.parametrize("version", [1, 3, 4, 5])
    def test_older_brokers_are_given_names(self, version: int) -> None:
        cluster = deleted(
            DeletableTopicResult(name="orders"), DeletableTopicResult(name="nope", error_code=3), version=version
        )
        result = delete(cluster, ["orders", "nope"])
        assert result["orders"] == DeletedTopic(name="orders", topic_id=None)
        with pytest.raises(UnknownTopicError):
            result["nope"]
        assert cluster.asked[0].request.topic_names == ("orders", "nope")

    def test_a_names_id_is_looked_up_so_that_nobody_elses_topic_is_deleted(self) -> None:
        cluster = deleted(
            DeletableTopicResult(name="orders", topic_id=ID), DeletableTopicResult(name="late", topic_id=OTHER_ID)
        )
        cluster.answers[MetadataRequest] = (
            12,
            lambda _: MetadataResponse(topics=(topic("orders", topic_id=ID), topic("late", error=3))),
        )
        result = delete(cluster, ["orders", "late"])
        assert result["orders"] == DeletedTopic(name="orders", topic_id=ID)
        assert result["late"] == DeletedTopic(name="late", topic_id=OTHER_ID)
        asked = cluster.asked[-1].request.topics
        # A broker that doesn't know a topic may be behind: the controller is asked by the name.
        assert [(each.name, each.topic_id) for each in asked] == [(None, ID), ("late", ZERO_UUID)]

    def test_an_id_that_was_out_of_date_is_replaced_by_the_name(self) -> None:
        def answer(request: DeleteTopicsRequest) -> Response:
            (asked,) = request.topics
            result = DeletableTopicResult(name="orders", topic_id=OTHER_ID)
            if asked.topic_id == ID:
                result = DeletableTopicResult(name=None, topic_id=ID, error_code=100)
            return DeleteTopicsResponse(responses=(result,))

        cluster = ScriptedCluster({DeleteTopicsRequest: (6, answer)})
        cluster.answers[MetadataRequest] = (12, lambda _: MetadataResponse(topics=(topic("orders", topic_id=ID),)))
        assert delete(cluster, "orders")["orders"] == DeletedTopic(name="orders", topic_id=OTHER_ID)

    def test_newer_brokers_are_given_names_with_zero_ids_where_no_id_is_known(self) -> None:
        cluster = deleted(DeletableTopicResult(name="orders", topic_id=ID))
        assert delete(cluster, "orders")["orders"] == DeletedTopic(name="orders", topic_id=ID)
        (asked,) = cluster.asked[0].request.topics
        assert (asked.name, asked.topic_id) == ("orders", ZERO_UUID)

    def test_ids_are_given_with_null_names(self) -> None:
        cluster = deleted(DeletableTopicResult(name="orders", topic_id=ID))
        assert delete(cluster, ID)[ID] == DeletedTopic(name="orders", topic_id=ID)
        (asked,) = cluster.asked[0].request.topics
        assert (asked.name, asked.topic_id) == (None, ID)

    def test_ids_need_a_broker_that_knows_them(self) -> None:
        with pytest.raises(UnsupportedVersionError):
            delete(deleted(version=5), ID)[ID]

    def test_time_that_ran_out_over_the_lookup_left_nothing_deleted(self) -> None:
        cluster = deleted()

        async def never(
            operation: object, keys: Iterable[str], *, deadline: object, tally: object = None
        ) -> BatchResult[str, object]:
            return BatchResult({}, {key: OperationTimeoutError("too late", sent=True) for key in keys})

        cluster.run = never  # type: ignore[method-assign, assignment]
        error = delete(cluster, "orders").failed["orders"]
        assert isinstance(error, OperationTimeoutError)
        assert not error.sent


class TestALostDeleteAnswer:
    """ "No such topic" after a lost answer: it counts as deleted, if it is gone, or its name is another's."""

    @pytest.mark.parametrize(
        ("key", "gone"),
        [
            ("orders", DeletedTopic(name="orders", topic_id=None, ambiguous=True)),
            (ID, DeletedTopic(name=None, topic_id=ID, ambiguous=True)),
        ],
    )
    def test_a_topic_that_is_gone_was_ours(self, key: str | UUID, gone: DeletedTopic) -> None:
        cluster = deleted(DeletableTopicResult(name="orders", topic_id=ID))
        absent = topic("orders", error=3) if key == "orders" else topic(None, topic_id=ID, error=100)
        cluster.answers[MetadataRequest] = (12, lambda _: MetadataResponse(topics=(absent,)))
        delete(cluster, key)
        write = next(each for each, made in enumerate(cluster.operations) if made.api is DeleteTopicsRequest)
        repeat = cluster.operations[write].repeat
        assert isinstance(repeat, Verified)
        assert repeat.already == {3, 100}
        assert cluster.verify(key, of=write) == gone

    def test_a_topic_that_was_made_anew_by_that_name_is_not_the_one_that_was_deleted(self) -> None:
        cluster = deleted(DeletableTopicResult(name="orders", topic_id=ID))
        cluster.answers[MetadataRequest] = (12, lambda _: MetadataResponse(topics=(topic("orders", topic_id=ID),)))
        delete(cluster, "orders")
        anew = MetadataResponse(topics=(topic("orders", topic_id=OTHER_ID),))
        cluster.answers[MetadataRequest] = (12, lambda _: anew)
        gone = DeletedTopic(name="orders", topic_id=ID, ambiguous=True)
        assert cluster.verify("orders", of=1) == gone

    def test_a_topic_that_stays_there_leaves_it_unknown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("kafkaadmin.operations.topic_deletion._BETWEEN_LOOKS", 0.0)
        cluster = deleted(DeletableTopicResult(name="orders"))
        cluster.answers[MetadataRequest] = (12, lambda _: MetadataResponse(topics=(topic("orders"),)))
        delete(cluster, "orders")
        with pytest.raises(KafkaAdminError, match="there is one again, or still"):
            cluster.verify("orders", of=1)


class TestPages:
    """DescribeTopicPartitions: pages end anywhere, and say where the next one begins."""

    @staticmethod
    def paged(*pages: DescribeTopicPartitionsResponse) -> ScriptedCluster:
        left = list(pages)
        return ScriptedCluster({DescribeTopicPartitionsRequest: (0, lambda _: left.pop(0))})

    @staticmethod
    def part(name: str, *indexes: int, topic_id: UUID = ID, error: int = 0) -> DescribeTopicPartitionsResponseTopic:
        return DescribeTopicPartitionsResponseTopic(
            name=name,
            topic_id=topic_id,
            error_code=error,
            partitions=tuple(
                DescribeTopicPartitionsResponsePartition(
                    partition_index=index, leader_id=1, replica_nodes=(1,), eligible_leader_replicas=(2,)
                )
                for index in indexes
            ),
            topic_authorized_operations=1 << AclOperation.READ,
        )

    @staticmethod
    def page(
        *topics: DescribeTopicPartitionsResponseTopic, then: tuple[str, int] | None = None
    ) -> DescribeTopicPartitionsResponse:
        cursor = None
        if then is not None:
            cursor = DescribeTopicPartitionsResponseCursor(topic_name=then[0], partition_index=then[1])
        return DescribeTopicPartitionsResponse(topics=topics, next_cursor=cursor)

    def test_pages_are_put_together(self) -> None:
        cluster = self.paged(
            self.page(self.part("a", 0), self.part("b", 0, 1), then=("b", 2)),
            self.page(self.part("b", 2, 3), then=("c", 0)),
            self.page(self.part("c", 0)),
        )
        result = cluster.call(ops.describe_topics, ["c", "b", "a"], **PLAIN)
        result.raise_for_errors()
        assert {name: len(topic.partitions) for name, topic in result.items()} == {"a": 1, "b": 4, "c": 1}
        assert result["b"].partitions[3].eligible_leader_replicas == (2,)
        assert result["b"].partitions[3].last_known_eligible_leader_replicas is None
        assert result["b"].authorized_operations is None
        assert [[topic.name for topic in each.request.topics] for each in cluster.asked] == [
            ["a", "b", "c"],
            ["b", "c"],
            ["c"],
        ]
        cursors = [each.request.cursor for each in cluster.asked]
        assert [cursor and (cursor.topic_name, cursor.partition_index) for cursor in cursors] == [None, ("b", 2), None]
        assert {each.request.response_partition_limit for each in cluster.asked} == {5}

    def test_operations_are_told_when_asked_for(self) -> None:
        cluster = self.paged(self.page(self.part("a", 0)))
        described = cluster.call(ops.describe_topics, "a", **WITH_OPERATIONS)["a"]
        assert described.authorized_operations == {AclOperation.READ}

    def test_a_topic_that_is_made_anew_between_pages_is_not_put_together(self) -> None:
        cluster = self.paged(
            self.page(self.part("a", 0), then=("a", 1)), self.page(self.part("a", 1, topic_id=UUID(int=9)))
        )
        with pytest.raises(UnknownTopicError, match="made again, between two pages"):
            cluster.call(ops.describe_topics, "a", **PLAIN)["a"]

    def test_a_topic_that_goes_between_pages_is_unknown(self) -> None:
        cluster = self.paged(self.page(self.part("a", 0), then=("a", 1)), self.page(self.part("a", error=3)))
        with pytest.raises(UnknownTopicError):
            cluster.call(ops.describe_topics, "a", **PLAIN)["a"]

    def test_what_the_last_page_leaves_out_has_failed(self) -> None:
        with pytest.raises(RemoteProtocolError):
            self.paged(self.page(self.part("a", 0))).call(ops.describe_topics, ["a", "b"], **PLAIN)["b"]

    def test_pages_that_bring_nothing_new_come_to_an_end(self) -> None:
        cluster = self.paged(self.page(then=("a", 0)))
        with pytest.raises(RemoteProtocolError, match="nothing new"):
            cluster.call(ops.describe_topics, "a", **PLAIN)["a"]
