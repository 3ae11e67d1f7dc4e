"""How leaders are elected, partitions moved and log directories read, version by version."""

from __future__ import annotations

from typing import Any

import pytest

from kafkaadmin import (
    AlteredReassignment,
    AuthorizationError,
    BrokerError,
    ConfigurationError,
    Controller,
    ElectedLeader,
    ElectionNotNeededError,
    ElectionType,
    PartitionReassignment,
    ReplicaInfo,
    ReplicaLogDirInfo,
    TopicPartition,
    TopicPartitionReplica,
    UnknownTopicError,
    UnsupportedVersionError,
)
from kafkaadmin import operations as ops
from kafkaadmin.network import Lane
from kafkawire.messages import (
    AlterPartitionReassignmentsRequest,
    AlterPartitionReassignmentsResponse,
    AlterReplicaLogDirPartitionResult,
    AlterReplicaLogDirsRequest,
    AlterReplicaLogDirsResponse,
    AlterReplicaLogDirTopicResult,
    DescribeLogDirsPartition,
    DescribeLogDirsRequest,
    DescribeLogDirsResponse,
    DescribeLogDirsResult,
    DescribeLogDirsTopic,
    ElectLeadersRequest,
    ElectLeadersResponse,
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsResponse,
    MetadataRequest,
    MetadataResponse,
    MetadataResponsePartition,
    MetadataResponseTopic,
    OngoingPartitionReassignment,
    OngoingTopicReassignment,
    PartitionResult,
    ReassignablePartitionResponse,
    ReassignableTopicResponse,
    ReplicaElectionResult,
)
from tests.support.scripted_cluster import ScriptedCluster

A0, A1 = TopicPartition("a", 0), TopicPartition("a", 1)


def electing(version: int, *results: PartitionResult, **more: Any) -> ScriptedCluster:
    answer = ElectLeadersResponse(
        replica_election_results=(ReplicaElectionResult(topic="a", partition_result=results),), **more
    )
    return ScriptedCluster({ElectLeadersRequest: (version, lambda _: answer)})


class TestElectLeaders:
    @pytest.mark.parametrize("version", [0, 1, 2])
    def test_the_controller_elects(self, version: int) -> None:
        cluster = electing(version, PartitionResult(partition_id=0), PartitionResult(partition_id=1, error_code=84))
        result = cluster.call(ops.elect_leaders, [A0, A1], election_type=ElectionType.PREFERRED)
        assert result[A0] == ElectedLeader(partition=A0)
        with pytest.raises(ElectionNotNeededError):
            result[A1]
        assert cluster.asked[0].to == Controller()
        assert cluster.operations[0].lane is Lane.WAITING

    @pytest.mark.parametrize(
        ("leader", "election_type", "held"),
        [
            (2, ElectionType.PREFERRED, True),
            (1, ElectionType.PREFERRED, False),
            (1, ElectionType.UNCLEAN, True),
            (-1, ElectionType.UNCLEAN, False),
        ],
    )
    def test_after_a_lost_answer_the_leader_is_read(self, leader: int, election_type: ElectionType, held: bool) -> None:
        cluster = electing(2, PartitionResult(partition_id=0))
        partition = MetadataResponsePartition(partition_index=0, leader_id=leader, replica_nodes=(2, 1))
        topic = MetadataResponseTopic(name="a", partitions=(partition,))
        cluster.answers[MetadataRequest] = (12, lambda _: MetadataResponse(topics=(topic,)))
        cluster.call(ops.elect_leaders, A0, election_type=election_type)
        assert cluster.verify(A0) == (ElectedLeader(partition=A0, ambiguous=True) if held else None)

    def test_of_all_partitions_those_are_told_that_something_became_of(self) -> None:
        cluster = electing(
            2,
            PartitionResult(partition_id=0),
            PartitionResult(partition_id=1, error_code=84),
            PartitionResult(partition_id=2, error_code=80, error_message="no"),
        )
        result = cluster.call(ops.elect_leaders, None, election_type=ElectionType.PREFERRED)
        assert dict(result.succeeded) == {A0: ElectedLeader(partition=A0)}
        assert {str(error) for error in result.failed.values()} == {
            "elect_leaders: partition a-2: PREFERRED_LEADER_NOT_AVAILABLE (80): no"
        }
        assert cluster.asked[0].request.topic_partitions is None

    @pytest.mark.parametrize("partitions", [None, [A0]])
    def test_one_error_stands_for_all(self, partitions: Any) -> None:
        cluster = electing(1, error_code=31)
        with pytest.raises(AuthorizationError):
            cluster.call(ops.elect_leaders, partitions, election_type=ElectionType.PREFERRED).raise_for_errors()

    @pytest.mark.parametrize("partitions", [None, [A0]])
    def test_unclean_elections_need_a_newer_broker(self, partitions: Any) -> None:
        with pytest.raises(UnsupportedVersionError):
            electing(0).call(ops.elect_leaders, partitions, election_type=ElectionType.UNCLEAN).raise_for_errors()


def moving(version: int, *codes: int, **more: Any) -> ScriptedCluster:
    def answer(request: AlterPartitionReassignmentsRequest) -> AlterPartitionReassignmentsResponse:
        return AlterPartitionReassignmentsResponse(
            responses=tuple(
                ReassignableTopicResponse(
                    name=topic.name,
                    partitions=tuple(
                        ReassignablePartitionResponse(
                            partition_index=each.partition_index, error_code=codes[each.partition_index]
                        )
                        for each in topic.partitions
                    ),
                )
                for topic in request.topics
                if codes
            ),
            **more,
        )

    return ScriptedCluster({AlterPartitionReassignmentsRequest: (version, answer)})


class TestReassignments:
    @pytest.mark.parametrize("version", [0, 1])
    def test_partitions_are_moved_and_moves_cancelled(self, version: int) -> None:
        cluster = moving(version, 0, 85)
        result = cluster.call(
            ops.alter_partition_reassignments, {A0: [2, 1], A1: None}, allow_replication_factor_change=True
        )
        assert result[A0] == AlteredReassignment(replicas=(2, 1))
        with pytest.raises(BrokerError, match="NO_REASSIGNMENT_IN_PROGRESS"):
            result[A1]
        assert [each.request.topics[0].partitions[0].replicas for each in cluster.asked] == [(2, 1), None]

    @pytest.mark.parametrize("moves", [True, False])
    def test_after_a_lost_answer_moves_are_read(self, moves: bool) -> None:
        cluster = moving(1, 0)
        told = OngoingTopicReassignment(name="a", partitions=(OngoingPartitionReassignment(partition_index=0),))
        answer = ListPartitionReassignmentsResponse(topics=(told,) if moves else ())
        cluster.answers[ListPartitionReassignmentsRequest] = (0, lambda _: answer)
        cluster.call(ops.alter_partition_reassignments, {A0: None}, allow_replication_factor_change=True)
        assert cluster.verify(A0) == (None if moves else AlteredReassignment(replicas=None, ambiguous=True))

    def test_one_error_stands_for_all(self) -> None:
        cluster = moving(1, error_code=31, error_message="no")
        with pytest.raises(AuthorizationError):
            cluster.call(ops.alter_partition_reassignments, {A0: [1]}, allow_replication_factor_change=True)[A0]

    def test_holding_the_factor_fast_needs_a_newer_broker(self) -> None:
        with pytest.raises(UnsupportedVersionError):
            moving(0, 0).call(ops.alter_partition_reassignments, {A0: [1]}, allow_replication_factor_change=False)[A0]

    @pytest.mark.parametrize("wanted", [None, {A0: "12"}, {A0: []}, {A0: [1, 1]}, {A0: [-1]}, {"a": [1]}], ids=repr)
    def test_what_makes_no_sense_is_refused(self, wanted: object) -> None:
        with pytest.raises(ConfigurationError):
            moving(1, 0).call(ops.alter_partition_reassignments, wanted, allow_replication_factor_change=True)

    @pytest.mark.parametrize("wanted", [None, [A0]])
    def test_moves_are_listed(self, wanted: Any) -> None:
        told = OngoingPartitionReassignment(
            partition_index=0, replicas=(2, 1), adding_replicas=(2,), removing_replicas=(1,)
        )
        answer = ListPartitionReassignmentsResponse(topics=(OngoingTopicReassignment(name="a", partitions=(told,)),))
        cluster = ScriptedCluster({ListPartitionReassignmentsRequest: (0, lambda _: answer)})
        assert cluster.call(ops.list_partition_reassignments, wanted) == {
            A0: PartitionReassignment(replicas=(2, 1), adding_replicas=(2,), removing_replicas=(1,))
        }
        topics = cluster.asked[0].request.topics
        assert topics is None if wanted is None else topics[0].partition_indexes == (0,)


def lying(version: int) -> ScriptedCluster:
    room = {"total_bytes": 10, "usable_bytes": 4} if version >= 4 else {}
    answer = DescribeLogDirsResponse(
        results=(
            DescribeLogDirsResult(
                log_dir="/one",
                topics=(
                    DescribeLogDirsTopic(
                        name="a",
                        partitions=(DescribeLogDirsPartition(partition_index=0, partition_size=7, offset_lag=3),),
                    ),
                ),
                **room,
            ),
            DescribeLogDirsResult(
                log_dir="/two",
                topics=(
                    DescribeLogDirsTopic(
                        name="a",
                        partitions=(DescribeLogDirsPartition(partition_index=0, offset_lag=9, is_future_key=True),),
                    ),
                ),
            ),
            DescribeLogDirsResult(log_dir="/off", error_code=56),
        )
    )
    return ScriptedCluster({DescribeLogDirsRequest: (version, lambda _: answer)})


class TestLogDirs:
    @pytest.mark.parametrize("version", range(6))
    def test_each_broker_tells_of_its_own(self, version: int) -> None:
        cluster = lying(version)
        result = cluster.call(ops.describe_log_dirs, None)
        assert set(result.succeeded) == {1, 2, 3}
        one, off = result[2]["/one"], result[2]["/off"]
        assert one.replicas == {A0: ReplicaInfo(size=7, offset_lag=3, is_future=False)}
        assert (one.total_bytes, one.usable_bytes) == ((10, 4) if version >= 4 else (None, None))
        assert result[2]["/two"].replicas[A0].is_future
        assert "broker 2: log directory '/off': KAFKA_STORAGE_ERROR (56)" in str(off.error)

    def test_who_is_told_nothing_may_not_ask(self) -> None:
        cluster = ScriptedCluster({DescribeLogDirsRequest: (1, lambda _: DescribeLogDirsResponse())})
        with pytest.raises(AuthorizationError):
            cluster.call(ops.describe_log_dirs, 1)[1]

    def test_a_replicas_places_are_put_together(self) -> None:
        here, absent = TopicPartitionReplica("a", 0, 2), TopicPartitionReplica("a", 1, 2)
        result = lying(4).call(ops.describe_replica_log_dirs, [here, absent])
        assert result[here] == ReplicaLogDirInfo(
            current_log_dir="/one", current_offset_lag=3, future_log_dir="/two", future_offset_lag=9
        )
        with pytest.raises(BrokerError, match="a-1 on broker 2: REPLICA_NOT_AVAILABLE"):
            result[absent]

    @pytest.mark.parametrize("version", range(3))
    def test_each_broker_moves_its_own(self, version: int) -> None:
        def answer(request: AlterReplicaLogDirsRequest) -> AlterReplicaLogDirsResponse:
            return AlterReplicaLogDirsResponse(
                results=tuple(
                    AlterReplicaLogDirTopicResult(
                        topic_name=topic.name,
                        partitions=tuple(
                            AlterReplicaLogDirPartitionResult(partition_index=index, error_code=3 if index else 0)
                            for index in topic.partitions
                        ),
                    )
                    for each in request.dirs
                    for topic in each.topics
                )
            )

        cluster = ScriptedCluster({AlterReplicaLogDirsRequest: (version, answer)})
        first, second, third = (TopicPartitionReplica("a", *each) for each in ((0, 1), (0, 2), (1, 2)))
        result = cluster.call(ops.alter_replica_log_dirs, {first: "/x", second: "/x", third: "/y"})
        assert set(result.succeeded) == {first, second}
        with pytest.raises(UnknownTopicError):
            result[third]
        assert {each.broker: [path.path for path in each.request.dirs] for each in cluster.asked} == {
            1: ["/x"],
            2: ["/x", "/y"],
        }

    @pytest.mark.parametrize("replicas", [None, "a", [A0], [TopicPartitionReplica("", 0, 1)], [("a", 0, 1)]], ids=repr)
    def test_what_makes_no_sense_is_refused(self, replicas: object) -> None:
        with pytest.raises(ConfigurationError):
            lying(4).call(ops.describe_replica_log_dirs, replicas)
