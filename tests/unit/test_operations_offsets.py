"""How offsets are asked for, and how the answers are read, version by version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kafkaadmin import (
    AuthorizationError,
    BatchResult,
    BrokerError,
    ConfigurationError,
    Coordinator,
    GroupNotFoundError,
    GroupSubscribedToTopicError,
    IsolationLevel,
    Leader,
    OffsetAndMetadata,
    OffsetSpec,
    PartitionOffset,
    RemoteProtocolError,
    TopicPartition,
    UnknownMemberError,
    UnsupportedVersionError,
)
from kafkaadmin import operations as ops
from kafkawire import Response
from kafkawire.messages import (
    ListOffsetsPartitionResponse,
    ListOffsetsRequest,
    ListOffsetsResponse,
    ListOffsetsTopicResponse,
    OffsetCommitRequest,
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
    OffsetDeleteRequest,
    OffsetDeleteResponse,
    OffsetDeleteResponsePartition,
    OffsetDeleteResponseTopic,
    OffsetFetchRequest,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartition,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
)
from tests.support.scripted_cluster import ScriptedCluster

ORDERS_0, ORDERS_1, AUDIT_0 = TopicPartition("orders", 0), TopicPartition("orders", 1), TopicPartition("audit", 0)


def fetched(partition: int, offset: int, error: int = 0, **more: object) -> OffsetFetchResponsePartitions:
    return OffsetFetchResponsePartitions(
        partition_index=partition,
        committed_offset=offset,
        metadata="",
        error_code=error,
        **more,  # type: ignore[arg-type]
    )


def group_of(name: str, *partitions: OffsetFetchResponsePartitions, error: int = 0) -> OffsetFetchResponseGroup:
    topics = (OffsetFetchResponseTopics(name="orders", partitions=partitions),) if partitions else ()
    return OffsetFetchResponseGroup(group_id=name, topics=topics, error_code=error)


def offsets_of(*groups: OffsetFetchResponseGroup, version: int = 9) -> ScriptedCluster:
    return ScriptedCluster({OffsetFetchRequest: (version, lambda _: OffsetFetchResponse(groups=groups))})


class TestListConsumerGroupOffsets:
    def test_groups_go_to_their_coordinators_by_the_thousand(self) -> None:
        def answer(request: OffsetFetchRequest) -> Response:
            return OffsetFetchResponse(groups=tuple(group_of(group.group_id) for group in request.groups))

        cluster = ScriptedCluster({OffsetFetchRequest: (8, answer)})
        names = [f"group-{number}" for number in range(2500)]
        result = cluster.call(ops.list_consumer_group_offsets, names, require_stable=False)
        assert list(result) == names
        assert [len(asked.request.groups) for asked in cluster.asked] == [1000, 1000, 500]
        assert cluster.asked[1].to == Coordinator("group-1000")

    def test_all_partitions_are_asked_for_by_null_and_chosen_ones_by_topic(self) -> None:
        cluster = offsets_of(group_of("all"), group_of("some"))
        cluster.call(
            ops.list_consumer_group_offsets, {"all": None, "some": [ORDERS_0, AUDIT_0, ORDERS_1]}, require_stable=False
        )
        everything, some = cluster.asked[0].request.groups
        assert everything.topics is None
        assert [(topic.name, topic.partition_indexes) for topic in some.topics] == [("orders", (0, 1)), ("audit", (0,))]

    @pytest.mark.parametrize("offered", [8, 9, 10])
    def test_topics_are_named_by_name_even_where_ids_are_offered(self, offered: int) -> None:
        cluster = offsets_of(group_of("billing", fetched(0, 42)), version=offered)
        result = cluster.call(ops.list_consumer_group_offsets, "billing", require_stable=False)
        assert result["billing"] == {ORDERS_0: OffsetAndMetadata(42)}
        assert cluster.asked[0].version == min(offered, 9)

    @pytest.mark.parametrize("version", [2, 4, 5, 7])
    def test_older_brokers_are_asked_one_group_at_a_time(self, version: int) -> None:
        partition = OffsetFetchResponsePartition(
            partition_index=0, committed_offset=42, committed_leader_epoch=3, metadata="by hand", error_code=0
        )
        answer = OffsetFetchResponse(topics=(OffsetFetchResponseTopic(name="orders", partitions=(partition,)),))
        cluster = ScriptedCluster({OffsetFetchRequest: (version, lambda _: answer)})
        result = cluster.call(
            ops.list_consumer_group_offsets, {"billing": None, "audit": [ORDERS_0]}, require_stable=False
        )
        epoch = 3 if version >= 5 else None
        offsets = {ORDERS_0: OffsetAndMetadata(42, "by hand", epoch)}
        assert result.succeeded == {"billing": offsets, "audit": offsets}
        assert [asked.request.group_id for asked in cluster.asked] == ["billing", "audit"]
        assert cluster.asked[0].request.topics is None
        assert cluster.asked[1].request.topics[0].partition_indexes == (0,)

    def test_an_answer_without_the_group_is_no_empty_group(self) -> None:
        result = offsets_of().call(ops.list_consumer_group_offsets, "billing", require_stable=False)
        with pytest.raises(RemoteProtocolError):
            result["billing"]

    def test_an_empty_answer_of_an_older_broker_is_an_empty_group(self) -> None:
        cluster = ScriptedCluster({OffsetFetchRequest: (7, lambda _: OffsetFetchResponse())})
        assert cluster.call(ops.list_consumer_group_offsets, "billing", require_stable=False)["billing"] == {}

    def test_what_is_not_committed_is_not_in_the_mapping(self) -> None:
        cluster = offsets_of(group_of("billing", fetched(0, 42), fetched(1, -1)))
        result = cluster.call(ops.list_consumer_group_offsets, {"billing": [ORDERS_0, ORDERS_1]}, require_stable=False)
        assert result["billing"] == {ORDERS_0: OffsetAndMetadata(42)}

    def test_an_epoch_of_minus_one_and_null_metadata_are_none_and_empty(self) -> None:
        partition = OffsetFetchResponsePartitions(
            partition_index=0, committed_offset=1, committed_leader_epoch=-1, metadata=None, error_code=0
        )
        result = offsets_of(group_of("billing", partition)).call(
            ops.list_consumer_group_offsets, "billing", require_stable=False
        )
        assert result["billing"][ORDERS_0] == OffsetAndMetadata(1, "", None)

    def test_a_groups_error_is_that_groups_alone(self) -> None:
        cluster = offsets_of(group_of("billing", fetched(0, 42)), group_of("secret", error=30))
        result = cluster.call(ops.list_consumer_group_offsets, ["billing", "secret"], require_stable=False)
        assert result["billing"]
        with pytest.raises(AuthorizationError, match="group 'secret': GROUP_AUTHORIZATION"):
            result["secret"]

    @pytest.mark.parametrize("version", [2, 7])
    def test_an_older_brokers_error_stands_at_the_top(self, version: int) -> None:
        cluster = ScriptedCluster({OffsetFetchRequest: (version, lambda _: OffsetFetchResponse(error_code=30))})
        with pytest.raises(AuthorizationError):
            cluster.call(ops.list_consumer_group_offsets, "billing", require_stable=False)["billing"]

    def test_a_refused_partition_spoils_no_other(self) -> None:
        cluster = offsets_of(group_of("billing", fetched(0, 42), fetched(1, -1, error=29)))
        offsets = cluster.call(
            ops.list_consumer_group_offsets, {"billing": [ORDERS_0, ORDERS_1]}, require_stable=False
        )["billing"]
        assert offsets[ORDERS_0].offset == 42
        with pytest.raises(AuthorizationError, match="group 'billing', partition orders-1"):
            offsets[ORDERS_1]
        with pytest.raises(AuthorizationError):
            dict(offsets)

    def test_a_partition_that_the_answer_leaves_out_is_no_uncommitted_one(self) -> None:
        cluster = offsets_of(group_of("billing", fetched(0, 42)))
        offsets = cluster.call(
            ops.list_consumer_group_offsets, {"billing": [ORDERS_0, ORDERS_1]}, require_stable=False
        )["billing"]
        assert isinstance(offsets, BatchResult)
        with pytest.raises(RemoteProtocolError, match="orders-1: the answer leaves it out"):
            offsets[ORDERS_1]

    @pytest.mark.parametrize("code", [14, 16, 88])
    def test_an_unready_partition_has_the_whole_group_asked_again(self, code: int) -> None:
        cluster = offsets_of(group_of("billing", fetched(0, 42), fetched(1, -1, error=code)))
        with pytest.raises(BrokerError) as caught:
            cluster.call(ops.list_consumer_group_offsets, "billing", require_stable=True)["billing"]
        assert caught.value.code == code
        assert 88 in cluster.operations[0].retry_on

    def test_stable_offsets_are_never_asked_of_a_broker_that_knows_none(self) -> None:
        with pytest.raises(UnsupportedVersionError):
            offsets_of(version=6).call(ops.list_consumer_group_offsets, "billing", require_stable=True)["billing"]

    def test_stable_offsets_are_asked_for(self) -> None:
        cluster = offsets_of(group_of("billing"))
        cluster.call(ops.list_consumer_group_offsets, "billing", require_stable=True)
        assert cluster.asked[0].request.require_stable

    @pytest.mark.parametrize(("version", "stable"), [(6, False), (7, True), (9, True)])
    def test_of_a_new_coordinator_offsets_are_fetched_stably_where_that_can_be(
        self, version: int, stable: bool
    ) -> None:
        cluster = offsets_of(*([group_of("billing")] if version >= 8 else []), version=version)
        cluster.owner_is_new = True
        cluster.call(ops.list_consumer_group_offsets, "billing", require_stable=False).raise_for_errors()
        assert cluster.asked[0].request.require_stable is stable

    @pytest.mark.parametrize(
        "groups", ["", [""], [None], 7, b"billing", {"g": "orders"}, {"g": {ORDERS_0: 1}}, {"": None}]
    )
    def test_what_names_no_group_is_refused(self, groups: object) -> None:
        cluster = offsets_of()
        with pytest.raises(ConfigurationError):
            cluster.call(ops.list_consumer_group_offsets, groups, require_stable=False)
        assert not cluster.asked

    @pytest.mark.parametrize("groups", [[], {}, ()])
    def test_nothing_asked_is_nothing_sent(self, groups: object) -> None:
        cluster = offsets_of()
        assert len(cluster.call(ops.list_consumer_group_offsets, groups, require_stable=False)) == 0
        assert not cluster.asked


def committed(*codes: int) -> OffsetCommitResponse:
    partitions = tuple(
        OffsetCommitResponsePartition(partition_index=index, error_code=code) for index, code in enumerate(codes)
    )
    return OffsetCommitResponse(topics=(OffsetCommitResponseTopic(name="orders", partitions=partitions),))


class TestAlterConsumerGroupOffsets:
    @pytest.mark.parametrize("offered", [2, 4, 5, 6, 8, 9, 10])
    def test_a_commit_comes_from_nobody_in_the_group(self, offered: int) -> None:
        cluster = ScriptedCluster({OffsetCommitRequest: (offered, lambda _: committed(0, 0))})
        new = {ORDERS_0: 42, ORDERS_1: OffsetAndMetadata(7, "by hand", 3)}
        result = cluster.call(ops.alter_consumer_group_offsets, "billing", new)
        assert result.succeeded == {ORDERS_0: None, ORDERS_1: None}
        (asked,) = cluster.asked
        assert asked.version == min(offered, 9)
        assert asked.to == Coordinator("billing")
        request = asked.request
        assert (request.group_id, request.generation_id_or_member_epoch, request.member_id) == ("billing", -1, "")
        (topic,) = request.topics
        assert [
            (each.partition_index, each.committed_offset, each.committed_leader_epoch, each.committed_metadata)
            for each in topic.partitions
        ] == [(0, 42, -1, ""), (1, 7, 3 if offered >= 6 else -1, "by hand")]

    def test_each_partition_has_its_own_error(self) -> None:
        cluster = ScriptedCluster({OffsetCommitRequest: (9, lambda _: committed(0, 25))})
        result = cluster.call(ops.alter_consumer_group_offsets, "billing", {ORDERS_0: 1, ORDERS_1: 1})
        assert set(result.succeeded) == {ORDERS_0}
        with pytest.raises(UnknownMemberError, match="group 'billing', partition orders-1"):
            result[ORDERS_1]

    def test_a_rebalance_is_waited_out(self) -> None:
        cluster = ScriptedCluster({OffsetCommitRequest: (9, lambda _: committed(0))})
        cluster.call(ops.alter_consumer_group_offsets, "billing", {ORDERS_0: 1})
        assert cluster.operations[0].retry_on == {27}

    @pytest.mark.parametrize(
        "offsets",
        [
            "orders",
            [ORDERS_0],
            {ORDERS_0: -1},
            {ORDERS_0: True},
            {ORDERS_0: 1.5},
            {ORDERS_0: None},
            {ORDERS_0: 2**63},
            {ORDERS_0: OffsetAndMetadata(-1)},
            {ORDERS_0: OffsetAndMetadata(1, None)},  # type: ignore[arg-type]
            {ORDERS_0: OffsetAndMetadata(1, "", -1)},
            {"orders": 1},
            {("orders", -1): 1},
            {("", 0): 1},
        ],
    )
    def test_what_is_no_offset_is_refused(self, offsets: object) -> None:
        cluster = ScriptedCluster({})
        with pytest.raises(ConfigurationError):
            cluster.call(ops.alter_consumer_group_offsets, "billing", offsets)
        assert not cluster.operations

    def test_no_group_is_refused(self) -> None:
        with pytest.raises(ConfigurationError, match="group must not be empty"):
            ScriptedCluster({}).call(ops.alter_consumer_group_offsets, "", {ORDERS_0: 1})

    @pytest.mark.parametrize("ids", [{}, {"orders": "an id"}, ["orders"]])
    def test_ids_are_given_for_all_topics(self, ids: object) -> None:
        cluster = ScriptedCluster({})
        with pytest.raises(ConfigurationError):
            cluster.call(ops.alter_consumer_group_offsets, "billing", {ORDERS_0: 1}, topic_ids=ids)
        assert not cluster.operations


class TestDeleteConsumerGroupOffsets:
    def test_each_partition_is_forgotten_or_has_its_own_error(self) -> None:
        answer = OffsetDeleteResponse(
            topics=(
                OffsetDeleteResponseTopic(
                    name="orders",
                    partitions=(
                        OffsetDeleteResponsePartition(partition_index=0, error_code=0),
                        OffsetDeleteResponsePartition(partition_index=1, error_code=86),
                    ),
                ),
            )
        )
        cluster = ScriptedCluster({OffsetDeleteRequest: (0, lambda _: answer)})
        result = cluster.call(ops.delete_consumer_group_offsets, "billing", [ORDERS_0, ORDERS_1])
        assert result[ORDERS_0] is None
        with pytest.raises(GroupSubscribedToTopicError):
            result[ORDERS_1]
        (topic,) = cluster.asked[0].request.topics
        assert [each.partition_index for each in topic.partitions] == [0, 1]

    def test_the_groups_error_is_every_partitions(self) -> None:
        cluster = ScriptedCluster({OffsetDeleteRequest: (0, lambda _: OffsetDeleteResponse(error_code=69))})
        result = cluster.call(ops.delete_consumer_group_offsets, "nobody", [ORDERS_0, ORDERS_1])
        for partition in (ORDERS_0, ORDERS_1):
            with pytest.raises(GroupNotFoundError):
                result[partition]


def found(*partitions: ListOffsetsPartitionResponse, version: int = 11) -> ScriptedCluster:
    answer = ListOffsetsResponse(topics=(ListOffsetsTopicResponse(name="orders", partitions=partitions),))
    return ScriptedCluster({ListOffsetsRequest: (version, lambda _: answer)})


class TestListOffsets:
    @pytest.mark.parametrize("version", [1, 2, 4, 6, 10, 11])
    def test_the_leader_is_asked_as_by_a_consumer(self, version: int) -> None:
        cluster = found(
            ListOffsetsPartitionResponse(
                partition_index=0, error_code=0, timestamp=-1, offset=100, leader_epoch=4 if version >= 4 else -1
            ),
            version=version,
        )
        result = cluster.call(
            ops.list_offsets, ORDERS_0, OffsetSpec.latest(), isolation_level=IsolationLevel.READ_UNCOMMITTED
        )
        assert result[ORDERS_0] == PartitionOffset(offset=100, leader_epoch=4 if version >= 4 else None)
        (asked,) = cluster.asked
        assert asked.to == Leader(ORDERS_0)
        assert asked.request.replica_id == -1
        assert asked.request.topics[0].partitions[0].timestamp == -1
        if version >= 10:
            assert asked.request.timeout_ms == 5_000

    def test_the_moment_is_rounded_up_to_the_millisecond(self) -> None:
        moment = datetime(2024, 5, 1, tzinfo=UTC) + timedelta(microseconds=1)
        cluster = found(
            ListOffsetsPartitionResponse(partition_index=0, error_code=0, timestamp=1714521600123, offset=7)
        )
        result = cluster.call(
            ops.list_offsets, {ORDERS_0: OffsetSpec.at(moment)}, None, isolation_level=IsolationLevel.READ_COMMITTED
        )
        assert cluster.asked[0].request.topics[0].partitions[0].timestamp == 1714521600001
        assert cluster.asked[0].request.isolation_level == 1
        assert result[ORDERS_0].timestamp == datetime(2024, 5, 1, 0, 0, 0, 123_000, tzinfo=UTC)

    def test_no_match_is_none(self) -> None:
        cluster = found(ListOffsetsPartitionResponse(partition_index=0, error_code=0, timestamp=-1, offset=-1))
        result = cluster.call(
            ops.list_offsets, ORDERS_0, OffsetSpec.at(0), isolation_level=IsolationLevel.READ_UNCOMMITTED
        )
        assert result[ORDERS_0] == PartitionOffset(offset=None)

    def test_a_time_past_all_calendars_is_none(self) -> None:
        cluster = found(ListOffsetsPartitionResponse(partition_index=0, error_code=0, timestamp=2**62, offset=3))
        result = cluster.call(
            ops.list_offsets, ORDERS_0, OffsetSpec.max_timestamp(), isolation_level=IsolationLevel.READ_UNCOMMITTED
        )
        assert result[ORDERS_0] == PartitionOffset(offset=3, timestamp=None)

    @pytest.mark.parametrize(
        ("spec", "needed", "timestamp"),
        [
            (OffsetSpec.earliest(), 1, -2),
            (OffsetSpec.max_timestamp(), 7, -3),
            (OffsetSpec.earliest_local(), 8, -4),
            (OffsetSpec.latest_tiered(), 9, -5),
            (OffsetSpec.earliest_pending_upload(), 11, -6),
        ],
    )
    def test_each_place_needs_its_version(self, spec: OffsetSpec, needed: int, timestamp: int) -> None:
        answer = ListOffsetsPartitionResponse(partition_index=0, error_code=0, timestamp=-1, offset=5)
        level = IsolationLevel.READ_UNCOMMITTED
        cluster = found(answer, version=needed)
        assert cluster.call(ops.list_offsets, ORDERS_0, spec, isolation_level=level)[ORDERS_0].offset == 5
        assert cluster.asked[0].request.topics[0].partitions[0].timestamp == timestamp
        with pytest.raises(UnsupportedVersionError):
            found(answer, version=needed - 1).call(ops.list_offsets, ORDERS_0, spec, isolation_level=level)[ORDERS_0]

    def test_a_broker_too_old_for_one_question_answers_the_others(self) -> None:
        cluster = found(
            ListOffsetsPartitionResponse(partition_index=0, error_code=0, timestamp=-1, offset=5), version=6
        )
        result = cluster.call(
            ops.list_offsets,
            {ORDERS_0: OffsetSpec.latest(), ORDERS_1: OffsetSpec.max_timestamp()},
            None,
            isolation_level=IsolationLevel.READ_UNCOMMITTED,
        )
        assert result[ORDERS_0].offset == 5
        with pytest.raises(UnsupportedVersionError):
            result[ORDERS_1]

    def test_open_transactions_are_not_stopped_at_by_a_broker_that_knows_none(self) -> None:
        with pytest.raises(UnsupportedVersionError):
            found(version=1).call(
                ops.list_offsets, ORDERS_0, OffsetSpec.latest(), isolation_level=IsolationLevel.READ_COMMITTED
            )[ORDERS_0]

    @pytest.mark.parametrize(
        ("partitions", "spec"),
        [
            (ORDERS_0, None),
            ({ORDERS_0: OffsetSpec.latest()}, OffsetSpec.latest()),
            ({ORDERS_0: "latest"}, None),
            ([ORDERS_0], -1),
            ("orders", OffsetSpec.latest()),
            (["orders"], OffsetSpec.latest()),
        ],
    )
    def test_half_a_question_is_refused(self, partitions: object, spec: object) -> None:
        cluster = found()
        with pytest.raises(ConfigurationError):
            cluster.call(ops.list_offsets, partitions, spec, isolation_level=IsolationLevel.READ_UNCOMMITTED)
        assert not cluster.operations
