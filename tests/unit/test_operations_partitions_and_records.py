"""How partitions are ordered and records deleted, and how the answers are read, version by version."""

from __future__ import annotations

import pytest

from kafkaadmin import (
    BrokerError,
    ConfigurationError,
    Controller,
    CreatedPartitions,
    DeletedRecords,
    InvalidRequestError,
    Leader,
    NewPartitions,
    RecordsToDelete,
    TopicPartition,
)
from kafkaadmin import operations as ops
from kafkaadmin.network import Lane
from kafkaadmin.routing import Repeat, Verified
from kafkawire.messages import (
    CreatePartitionsRequest,
    CreatePartitionsResponse,
    CreatePartitionsTopicResult,
    DeleteRecordsPartitionResult,
    DeleteRecordsRequest,
    DeleteRecordsResponse,
    DeleteRecordsTopicResult,
    MetadataRequest,
    MetadataResponse,
    MetadataResponsePartition,
    MetadataResponseTopic,
)
from tests.support.scripted_cluster import ScriptedCluster

ORDERS_0, ORDERS_1 = TopicPartition("orders", 0), TopicPartition("orders", 1)


def ordered(*results: CreatePartitionsTopicResult, version: int = 3) -> ScriptedCluster:
    answer = CreatePartitionsResponse(results=results)
    return ScriptedCluster({CreatePartitionsRequest: (version, lambda _: answer)})


def create(cluster: ScriptedCluster, partitions: object, *, validate_only: bool = False) -> object:
    return cluster.call(ops.create_partitions, partitions, validate_only=validate_only, retry_on_quota_violation=True)


class TestCreatePartitions:
    @pytest.mark.parametrize("version", range(4))
    def test_totals_are_ordered_of_the_controller(self, version: int) -> None:
        cluster = ordered(
            CreatePartitionsTopicResult(name="orders"),
            CreatePartitionsTopicResult(name="audit", error_code=37, error_message="Topic already has 4 partition(s)."),
            version=version,
        )
        result = cluster.call(
            ops.create_partitions,
            {"orders": 6, "audit": NewPartitions(4, assignments=[[2, 3]])},
            validate_only=False,
            retry_on_quota_violation=True,
        )
        assert result["orders"] == CreatedPartitions(topic="orders", total=6)
        with pytest.raises(InvalidRequestError, match="already has 4"):
            result["audit"]
        (asked,) = cluster.asked
        assert asked.to == Controller()
        assert cluster.operations[1].lane is Lane.WAITING
        orders, audit = asked.request.topics
        assert (orders.count, orders.assignments) == (6, None)
        assert [each.broker_ids for each in audit.assignments] == [(2, 3)]

    def test_validating_is_no_write(self) -> None:
        cluster = ordered(CreatePartitionsTopicResult(name="orders"))
        create(cluster, {"orders": 6}, validate_only=True)
        assert cluster.asked[0].request.validate_only
        assert cluster.operations[0].repeat is Repeat.SAFE

    @pytest.mark.parametrize(
        ("wanted", "replicas", "ours"),
        [
            (NewPartitions(2), [(1, 2), (2, 3)], True),
            (NewPartitions(2, assignments=[[2, 3]]), [(1, 2), (2, 3)], True),
            (NewPartitions(2, assignments=[[3, 2]]), [(1, 2), (2, 3)], False),
            (NewPartitions(2), [(1, 2), (2, 3), (3, 1)], False),
            (NewPartitions(2), [(1, 2)], False),
        ],
    )
    def test_after_a_lost_answer_partitions_are_ours_if_they_are_as_ordered(
        self, wanted: NewPartitions, replicas: list[tuple[int, ...]], ours: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("kafkaadmin.operations.new_partitions._BETWEEN_LOOKS", 0.0)
        cluster = ordered(CreatePartitionsTopicResult(name="orders"))
        there = MetadataResponseTopic(
            name="orders",
            partitions=tuple(
                MetadataResponsePartition(partition_index=index, leader_id=brokers[0], replica_nodes=brokers)
                for index, brokers in enumerate(replicas)
            ),
        )
        cluster.answers[MetadataRequest] = (12, lambda _: MetadataResponse(topics=(there,)))
        create(cluster, {"orders": wanted})
        repeat = cluster.operations[1].repeat
        assert isinstance(repeat, Verified)
        assert repeat.already == {37}
        made = CreatedPartitions(topic="orders", total=2, ambiguous=True)
        assert cluster.verify("orders") == (made if ours else None)

    @pytest.mark.parametrize(
        "partitions", [{"orders": "6"}, {"orders": True, "": 1}, {"": 6}, ["orders"], {"orders": 0}]
    )
    def test_what_orders_no_partitions_is_refused(self, partitions: object) -> None:
        with pytest.raises(ConfigurationError):
            create(ordered(), partitions)

    @pytest.mark.parametrize("assignments", [[], [[]], [["1"]], "12", [1]])
    def test_assignments_are_lists_of_brokers(self, assignments: object) -> None:
        with pytest.raises(ConfigurationError):
            NewPartitions(3, assignments=assignments)  # type: ignore[arg-type]


class TestDeleteRecords:
    @pytest.mark.parametrize("version", range(3))
    def test_leaders_are_told_the_first_offset_to_keep(self, version: int) -> None:
        answer = DeleteRecordsResponse(
            topics=(
                DeleteRecordsTopicResult(
                    name="orders",
                    partitions=(
                        DeleteRecordsPartitionResult(partition_index=0, low_watermark=42),
                        DeleteRecordsPartitionResult(partition_index=1, low_watermark=-1, error_code=1),
                    ),
                ),
            )
        )
        cluster = ScriptedCluster({DeleteRecordsRequest: (version, lambda _: answer)})
        result = cluster.call(ops.delete_records, {ORDERS_0: 42, ORDERS_1: RecordsToDelete.up_to_high_watermark()})
        assert result[ORDERS_0] == DeletedRecords(low_watermark=42)
        with pytest.raises(BrokerError) as refused:
            result[ORDERS_1]
        assert refused.value.code == 1
        (asked,) = cluster.asked
        assert asked.to == Leader(ORDERS_0)
        (topic,) = asked.request.topics
        assert [(each.partition_index, each.offset) for each in topic.partitions] == [(0, 42), (1, -1)]
        assert cluster.operations[0].repeat is Repeat.SAFE

    @pytest.mark.parametrize("records", [{ORDERS_0: -1}, {ORDERS_0: None}, {ORDERS_0: "42"}, {"orders": 1}, ORDERS_0])
    def test_nothing_is_deleted_by_mistake(self, records: object) -> None:
        with pytest.raises(ConfigurationError):
            ScriptedCluster({}).call(ops.delete_records, records)
