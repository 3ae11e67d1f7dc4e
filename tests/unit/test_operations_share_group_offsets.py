"""How share groups' offsets are asked for and changed, and how the answers are read."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kafkaadmin import (
    AuthorizationError,
    ConfigurationError,
    Coordinator,
    GroupNotEmptyError,
    RemoteProtocolError,
    SharePartitionOffset,
    TopicPartition,
    UnknownTopicError,
)
from kafkaadmin import operations as ops
from kafkaadmin.errors import BrokerError
from kafkaadmin.models.brokers import Broker
from kafkaadmin.routing import Attempt, Done, Errored
from kafkawire.messages import (
    AlterShareGroupOffsetsRequest,
    AlterShareGroupOffsetsResponse,
    AlterShareGroupOffsetsResponsePartition,
    AlterShareGroupOffsetsResponseTopic,
    DeleteShareGroupOffsetsRequest,
    DeleteShareGroupOffsetsResponse,
    DeleteShareGroupOffsetsResponseTopic,
    DescribeShareGroupOffsetsRequest,
    DescribeShareGroupOffsetsResponse,
    DescribeShareGroupOffsetsResponseGroup,
    DescribeShareGroupOffsetsResponsePartition,
    DescribeShareGroupOffsetsResponseTopic,
    MetadataRequest,
    MetadataResponse,
    MetadataResponsePartition,
    MetadataResponseTopic,
)
from tests.support.scripted_cluster import ScriptedCluster

ORDERS_0, ORDERS_1, ORDERS_9 = (TopicPartition("orders", partition) for partition in (0, 1, 9))
PARTITIONS = tuple(MetadataResponsePartition(partition_index=index, leader_id=1) for index in (0, 1))
METADATA = MetadataResponse(topics=(MetadataResponseTopic(name="orders", partitions=PARTITIONS),))


def starts(
    *partitions: DescribeShareGroupOffsetsResponsePartition, version: int = 1, error: int = 0
) -> ScriptedCluster:
    topics = (DescribeShareGroupOffsetsResponseTopic(topic_name="orders", partitions=partitions),)

    def answer(request: DescribeShareGroupOffsetsRequest) -> DescribeShareGroupOffsetsResponse:
        return DescribeShareGroupOffsetsResponse(
            groups=tuple(
                DescribeShareGroupOffsetsResponseGroup(group_id=group.group_id, topics=topics, error_code=error)
                for group in request.groups
            )
        )

    return ScriptedCluster(
        {DescribeShareGroupOffsetsRequest: (version, answer), MetadataRequest: (12, lambda _: METADATA)}
    )


def partition(index: int, start: int, **more: int) -> DescribeShareGroupOffsetsResponsePartition:
    return DescribeShareGroupOffsetsResponsePartition(partition_index=index, start_offset=start, **more)


def listed(cluster: ScriptedCluster, groups: object) -> Mapping[TopicPartition, SharePartitionOffset]:
    return cluster.call(ops.list_share_group_offsets, groups)["s"]


class TestList:
    def test_what_a_group_has_begun_to_read_is_in_its_mapping(self) -> None:
        cluster = starts(partition(0, 42, leader_epoch=3, lag=7), partition(1, -1, lag=-1))
        assert listed(cluster, "s") == {ORDERS_0: SharePartitionOffset(42, leader_epoch=3, lag=7)}
        (asked,) = cluster.asked
        assert (asked.to, asked.request.groups[0].topics) == (Coordinator("s"), None)

    @pytest.mark.parametrize(("version", "lag"), [(0, {}), (1, {"lag": -7})])
    def test_a_lag_that_is_not_known_is_none(self, version: int, lag: dict[str, int]) -> None:
        assert listed(starts(partition(0, 42, **lag), version=version), "s")[ORDERS_0].lag is None

    def test_partitions_that_are_not_there_are_not_asked_about(self) -> None:
        cluster = starts(partition(0, 42))
        found = listed(cluster, {"s": [ORDERS_0, ORDERS_9]})
        assert found[ORDERS_0].start_offset == 42
        with pytest.raises(UnknownTopicError, match="list_share_group_offsets: partition orders-9"):
            found[ORDERS_9]
        (topic,) = cluster.asked[1].request.groups[0].topics
        assert topic.partitions == (0,)

    def test_a_partition_that_the_answer_leaves_out_is_a_failure(self) -> None:
        found = listed(starts(partition(0, 42)), {"s": [ORDERS_0, ORDERS_1]})
        with pytest.raises(RemoteProtocolError, match="group 's', partition orders-1: the answer leaves it out"):
            found[ORDERS_1]

    def test_a_partition_that_is_refused_is_alone(self) -> None:
        found = listed(starts(partition(0, 42), partition(1, 0, error_code=29)), "s")
        assert found[ORDERS_0].start_offset == 42
        with pytest.raises(BrokerError, match="group 's', partition orders-1"):
            found[ORDERS_1]

    @pytest.mark.parametrize("code", [14, 15, 16])
    def test_who_keeps_the_state_is_waited_for(self, code: int) -> None:
        """The code speaks of the share coordinator: the group's own is asked again, not looked up."""
        cluster = starts(partition(0, 42, error_code=code))
        result = cluster.call(ops.list_share_group_offsets, "s")
        assert result.failed["s"].code == 14  # type: ignore[attr-defined]

    def test_many_groups_are_asked_about_in_pieces(self) -> None:
        cluster = starts(partition(0, 42))
        cluster.call(ops.list_share_group_offsets, [f"s-{number}" for number in range(450)])
        assert [len(asked.request.groups) for asked in cluster.asked] == [200, 200, 50]


class TestAlter:
    def altering(self, *partitions: tuple[int, int], error: int = 0) -> ScriptedCluster:
        topic = AlterShareGroupOffsetsResponseTopic(
            topic_name="orders",
            partitions=tuple(
                AlterShareGroupOffsetsResponsePartition(partition_index=index, error_code=code)
                for index, code in partitions
            ),
        )
        answer = AlterShareGroupOffsetsResponse(error_code=error, responses=(topic,))
        return ScriptedCluster(
            {AlterShareGroupOffsetsRequest: (0, lambda _: answer), MetadataRequest: (12, lambda _: METADATA)}
        )

    def test_partitions_succeed_and_fail_one_by_one(self) -> None:
        cluster = self.altering((0, 0), (1, 29))
        result = cluster.call(ops.alter_share_group_offsets, "s", {ORDERS_0: 5, ORDERS_1: 1, ORDERS_9: 1})
        assert result[ORDERS_0] is None
        with pytest.raises(AuthorizationError, match="alter_share_group_offsets: group 's', partition orders-1"):
            result[ORDERS_1]
        with pytest.raises(UnknownTopicError, match="alter_share_group_offsets: partition orders-9"):
            result[ORDERS_9]
        (topic,) = cluster.asked[1].request.topics
        assert [(each.partition_index, each.start_offset) for each in topic.partitions] == [(0, 5), (1, 1)]

    def test_a_partition_that_is_there_though_its_coordinator_has_not_heard_of_it_is_tried_again(self) -> None:
        """Seen on Kafka 4.4.0: for a moment after a topic was made it was UNKNOWN_TOPIC_OR_PARTITION."""
        cluster = self.altering((0, 3))
        cluster.call(ops.alter_share_group_offsets, "s", {ORDERS_0: 5})
        assert cluster.operations[-1].retry_on == {3}

    def test_a_group_with_members_refuses_all(self) -> None:
        result = self.altering(error=68).call(ops.alter_share_group_offsets, "s", {ORDERS_0: 5, ORDERS_1: 5})
        assert {type(error) for error in result.failed.values()} == {GroupNotEmptyError}

    @pytest.mark.parametrize("offset", [-1, 2**63, "5", True])
    def test_what_is_no_offset_is_refused_at_once(self, offset: object) -> None:
        cluster = self.altering()
        with pytest.raises(ConfigurationError, match="the offset of orders-0"):
            cluster.call(ops.alter_share_group_offsets, "s", {ORDERS_0: offset})
        assert cluster.asked == []


class TestDelete:
    @pytest.mark.parametrize(("doubtful", "outcome"), [((), Errored(3, "nothing")), (("orders",), Done(None))])
    def test_what_an_earlier_attempt_may_have_deleted_counts_as_deleted(
        self, doubtful: tuple[str, ...], outcome: object
    ) -> None:
        topic = DeleteShareGroupOffsetsResponseTopic(topic_name="orders", error_code=3, error_message="nothing")
        answer = DeleteShareGroupOffsetsResponse(responses=(topic,))
        cluster = ScriptedCluster({DeleteShareGroupOffsetsRequest: (0, lambda _: answer)})
        cluster.call(ops.delete_share_group_offsets, "s", "orders")
        attempt = Attempt(0, 1_000, Broker(id=1, host="h", port=1), doubtful=doubtful)
        assert list(cluster.operations[0].outcomes(["orders"], answer, attempt)) == [("orders", outcome)]
