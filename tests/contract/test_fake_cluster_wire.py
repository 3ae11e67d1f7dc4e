"""FakeCluster as a client meets it: every API in every version, as Kafka answers it."""

from __future__ import annotations

import time
from uuid import UUID

import pytest

from kafkaadmin.testing import FIRST_TIMESTAMP_MS, FakeCluster, timestamp_of
from kafkaadmin.testing.versions import RELEASES
from kafkawire import ApiKey, ErrorCode, request_class
from kafkawire.enums import OffsetSpec
from kafkawire.messages import (
    ApiVersionsRequest,
    CreatableReplicaAssignment,
    CreatableTopic,
    CreateTopicsRequest,
    DeleteTopicsRequest,
    DeleteTopicState,
    DescribeClusterRequest,
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsRequestCursor,
    DescribeTopicPartitionsRequestTopicRequest,
    ElectLeadersRequest,
    ElectLeadersRequestTopicPartitions,
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
    MetadataRequest,
    MetadataRequestTopic,
)
from tests.support.raw_client import (
    RawClient,
    ask,
    everything,
    someone_else,
)


@pytest.mark.parametrize("release", RELEASES)
def test_whatever_is_offered_is_answered(release: str) -> None:
    with FakeCluster(brokers=1, versions_of=release) as cluster, RawClient(cluster, 1) as client:
        for api in client.ask(ApiVersionsRequest(), 0).api_keys:
            for version in range(api.min_version, api.max_version + 1):
                client.ask(request_class(ApiKey(api.api_key))(), version)


class TestApiVersions:
    @pytest.mark.parametrize("version", range(6))
    def test_every_version_is_answered(self, cluster: FakeCluster, version: int) -> None:
        answer = ask(cluster, 1, ApiVersionsRequest(), version)
        assert answer.error_code == 0
        ranges = {api.api_key: (api.min_version, api.max_version) for api in answer.api_keys}
        assert ranges[ApiKey.OFFSET_FETCH] == (1, 10)

    def test_an_older_release_answers_a_newer_version_in_v0_with_its_ranges(self) -> None:
        with FakeCluster(brokers=1, versions_of="2.8") as cluster, RawClient(cluster, 1) as client:
            answer = client.ask(ApiVersionsRequest(), 5)
            assert answer.error_code == ErrorCode.UNSUPPORTED_VERSION
            ranges = {api.api_key: (api.min_version, api.max_version) for api in answer.api_keys}
            assert ranges[ApiKey.API_VERSIONS] == (0, 3)
            assert client.ask(ApiVersionsRequest(), 3).error_code == 0
            assert cluster.requests == {(1, ApiKey.API_VERSIONS): 2}

    def test_a_client_that_meant_another_node_is_told(self, cluster: FakeCluster) -> None:
        meant = ApiVersionsRequest(cluster_id=cluster.cluster_id, node_id=2)
        assert ask(cluster, 2, meant, 5).error_code == 0
        assert ask(cluster, 1, meant, 5).error_code == ErrorCode.REBOOTSTRAP_REQUIRED

    def test_a_client_that_meant_another_cluster_is_told(self, cluster: FakeCluster) -> None:
        meant = ApiVersionsRequest(cluster_id="another", node_id=1)
        assert ask(cluster, 1, meant, 5).error_code == ErrorCode.REBOOTSTRAP_REQUIRED

    def test_brokers_may_be_of_different_releases(self) -> None:
        with FakeCluster(brokers=2, versions_of={1: "3.9", 2: "4.4"}) as cluster:
            highest = [
                max(api.max_version for api in ask(cluster, at, ApiVersionsRequest(), 0).api_keys if api.api_key == 9)
                for at in (1, 2)
            ]
            assert highest == [9, 10]

    def test_a_version_that_is_not_offered_ends_the_connection(self) -> None:
        with FakeCluster(brokers=1, versions_of="2.8") as cluster:
            with pytest.raises(EOFError):
                ask(cluster, 1, everything("billing"), 8)
            (rejected,) = cluster.rejected
            assert "API 9 v8 is not offered" in rejected.reason


class TestMetadata:
    @pytest.mark.parametrize("name", [None, ""])
    def test_a_topic_is_found_by_its_id(self, cluster: FakeCluster, name: str | None) -> None:
        (orders,) = ask(cluster, 1, MetadataRequest(topics=(MetadataRequestTopic(name="orders"),)), 12).topics
        wanted = tuple(MetadataRequestTopic(topic_id=id, name=name) for id in (orders.topic_id, UUID(int=7)))
        known, unknown = ask(cluster, 1, MetadataRequest(topics=wanted), 12).topics
        assert (known.name, known.error_code) == ("orders", 0)
        assert (unknown.name, unknown.topic_id, unknown.error_code) == (None, UUID(int=7), ErrorCode.UNKNOWN_TOPIC_ID)

    def test_versions_10_and_11_have_no_ear_for_ids(self, cluster: FakeCluster) -> None:
        (orders,) = ask(cluster, 1, MetadataRequest(topics=(MetadataRequestTopic(name="orders"),)), 12).topics
        wanted = (MetadataRequestTopic(topic_id=orders.topic_id, name=""),)
        (answer,) = ask(cluster, 1, MetadataRequest(topics=wanted), 10).topics
        assert answer.error_code == ErrorCode.INVALID_TOPIC_EXCEPTION

    def topics(self, cluster: FakeCluster, *names: str, create: bool = False) -> dict[str | None, int]:
        wanted = tuple(MetadataRequestTopic(name=name) for name in names)
        answer = ask(cluster, 1, MetadataRequest(topics=wanted, allow_auto_topic_creation=create), 12)
        return {topic.name: topic.error_code for topic in answer.topics}

    @pytest.mark.parametrize("version", range(14))
    def test_every_version_names_brokers_and_leaders(self, cluster: FakeCluster, version: int) -> None:
        request = MetadataRequest(topics=(MetadataRequestTopic(name="orders"),))
        answer = ask(cluster, 2, request, version)
        addresses = {f"{broker.host}:{broker.port}" for broker in answer.brokers}
        assert addresses == set(cluster.bootstrap_servers.split(","))
        (topic,) = answer.topics
        leaders = {partition.partition_index: partition.leader_id for partition in topic.partitions}
        assert leaders == {index: cluster.leader_of("orders", index) for index in range(3)}

    def test_no_topics_are_no_topics_and_null_is_all(self, cluster: FakeCluster) -> None:
        assert ask(cluster, 1, MetadataRequest(topics=()), 9).topics == ()
        every = ask(cluster, 1, MetadataRequest(topics=None), 9).topics
        assert {topic.name: topic.is_internal for topic in every} == {"orders": False, "__consumer_offsets": True}

    def test_in_v0_no_topics_are_all(self, cluster: FakeCluster) -> None:
        assert len(ask(cluster, 1, MetadataRequest(topics=()), 0).topics) == 2

    def test_a_topic_can_be_asked_for_by_id(self, cluster: FakeCluster) -> None:
        (by_name,) = ask(cluster, 1, MetadataRequest(topics=(MetadataRequestTopic(name="orders"),)), 12).topics
        wanted = MetadataRequestTopic(name=None, topic_id=by_name.topic_id)
        (by_id,) = ask(cluster, 1, MetadataRequest(topics=(wanted,)), 12).topics
        assert by_id == by_name

    def test_an_unknown_id_has_no_name(self, cluster: FakeCluster) -> None:
        wanted = MetadataRequestTopic(name=None, topic_id=UUID(int=7))
        (topic,) = ask(cluster, 1, MetadataRequest(topics=(wanted,)), 13).topics
        assert (topic.error_code, topic.name) == (ErrorCode.UNKNOWN_TOPIC_ID, None)

    def test_asking_does_not_create_unless_the_client_lets_it(self, cluster: FakeCluster) -> None:
        assert self.topics(cluster, "new") == {"new": ErrorCode.UNKNOWN_TOPIC_OR_PARTITION}
        assert "new" not in cluster.topics()
        assert self.topics(cluster, "new", create=True) == {"new": ErrorCode.LEADER_NOT_AVAILABLE}
        assert self.topics(cluster, "new") == {"new": 0}

    def test_an_illegal_name_is_refused(self, cluster: FakeCluster) -> None:
        assert self.topics(cluster, "a b") == {"a b": ErrorCode.INVALID_TOPIC_EXCEPTION}

    def test_a_dead_broker_is_listed_until_the_failover(self, cluster: FakeCluster) -> None:
        coordinator = cluster.coordinator_of("billing")
        asked = someone_else(cluster, coordinator)
        cluster.stop_broker(coordinator, failover=60)
        assert {broker.node_id for broker in ask(cluster, asked, MetadataRequest(), 12).brokers} == {1, 2, 3}
        cluster.start_broker(coordinator)
        cluster.stop_broker(coordinator, failover=0)
        listed = {broker.node_id for broker in ask(cluster, asked, MetadataRequest(), 12).brokers}
        assert listed == {1, 2, 3} - {coordinator}

    def test_a_partition_without_a_leader_says_so(self) -> None:
        with FakeCluster(brokers=2) as cluster:
            cluster.add_topic("alone", replication_factor=1)
            leader = cluster.leader_of("alone", 0)
            cluster.stop_broker(leader, failover=0)
            request = MetadataRequest(topics=(MetadataRequestTopic(name="alone"),))
            (partition,) = ask(cluster, someone_else(cluster, leader), request, 12).topics[0].partitions
            assert (partition.error_code, partition.leader_id) == (ErrorCode.LEADER_NOT_AVAILABLE, -1)
            assert partition.offline_replicas == (leader,)


class TestListOffsets:
    def ask(self, cluster: FakeCluster, timestamp: int, version: int = 11, **where: int) -> tuple[int, int, int]:
        at = where.pop("at", cluster.leader_of("orders", 0))
        partition = ListOffsetsPartition(timestamp=timestamp, **{"partition_index": 0, **where})
        request = ListOffsetsRequest(topics=(ListOffsetsTopic(name="orders", partitions=(partition,)),))
        (answer,) = ask(cluster, at, request, version).topics[0].partitions
        return answer.error_code, answer.offset, answer.timestamp

    @pytest.mark.parametrize("version", range(1, 12))
    def test_every_version_knows_both_ends(self, cluster: FakeCluster, version: int) -> None:
        cluster.set_log("orders", 0, start_offset=10, end_offset=90)
        assert self.ask(cluster, OffsetSpec.EARLIEST, version) == (0, 10, -1)
        assert self.ask(cluster, OffsetSpec.LATEST, version) == (0, 90, -1)

    def test_by_time(self, cluster: FakeCluster) -> None:
        assert self.ask(cluster, FIRST_TIMESTAMP_MS + 4_500) == (0, 5, timestamp_of(5))
        assert self.ask(cluster, timestamp_of(100)) == (0, -1, -1)

    def test_by_largest_timestamp(self, cluster: FakeCluster) -> None:
        assert self.ask(cluster, OffsetSpec.MAX_TIMESTAMP) == (0, 99, timestamp_of(99))
        assert self.ask(cluster, OffsetSpec.MAX_TIMESTAMP, 6)[0] == ErrorCode.UNSUPPORTED_VERSION

    def test_an_empty_log_has_no_largest_timestamp(self, cluster: FakeCluster) -> None:
        cluster.set_log("orders", 0, end_offset=0)
        assert self.ask(cluster, OffsetSpec.MAX_TIMESTAMP) == (0, -1, -1)

    def test_only_the_leader_answers(self, cluster: FakeCluster) -> None:
        other = someone_else(cluster, cluster.leader_of("orders", 0))
        assert self.ask(cluster, OffsetSpec.LATEST, at=other)[0] == ErrorCode.NOT_LEADER_OR_FOLLOWER

    def test_an_unknown_partition(self, cluster: FakeCluster) -> None:
        assert self.ask(cluster, OffsetSpec.LATEST, partition_index=9)[0] == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION

    def test_an_old_or_future_leader_epoch_is_refused(self, cluster: FakeCluster) -> None:
        cluster.move_leader("orders", 0, to=someone_else(cluster, cluster.leader_of("orders", 0)))
        errors = [self.ask(cluster, OffsetSpec.LATEST, current_leader_epoch=epoch)[0] for epoch in (0, 1, 2)]
        assert errors == [ErrorCode.FENCED_LEADER_EPOCH, 0, ErrorCode.UNKNOWN_LEADER_EPOCH]


class TestTopics:
    def create(self, cluster: FakeCluster, topic: CreatableTopic, *, at: int = 1, dry: bool = False) -> int:
        request = CreateTopicsRequest(topics=(topic,), validate_only=dry)
        return ask(cluster, at, request, 7).topics[0].error_code

    @pytest.mark.parametrize("version", range(2, 8))
    def test_created_at_any_broker(self, cluster: FakeCluster, version: int) -> None:
        wanted = CreatableTopic(name="new", num_partitions=6, replication_factor=2)
        (made,) = ask(cluster, 3, CreateTopicsRequest(topics=(wanted,)), version).topics
        assert made.error_code == 0
        assert cluster.leader_of("new", 5) in cluster.brokers

    @pytest.mark.parametrize(
        ("topic", "error"),
        [
            (CreatableTopic(name="orders", num_partitions=1, replication_factor=1), ErrorCode.TOPIC_ALREADY_EXISTS),
            (CreatableTopic(name="a b", num_partitions=1, replication_factor=1), ErrorCode.INVALID_TOPIC_EXCEPTION),
            (CreatableTopic(name="new", num_partitions=0, replication_factor=1), ErrorCode.INVALID_PARTITIONS),
            (CreatableTopic(name="new", num_partitions=1, replication_factor=9), ErrorCode.INVALID_REPLICATION_FACTOR),
            (
                CreatableTopic(
                    name="new",
                    num_partitions=-1,
                    replication_factor=-1,
                    assignments=(CreatableReplicaAssignment(partition_index=1, broker_ids=(1,)),),
                ),
                ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            ),
        ],
    )
    def test_refused(self, cluster: FakeCluster, topic: CreatableTopic, error: int) -> None:
        assert self.create(cluster, topic) == error

    def test_placed_by_hand(self, cluster: FakeCluster) -> None:
        by_hand = CreatableTopic(
            name="new",
            num_partitions=-1,
            replication_factor=-1,
            assignments=(
                CreatableReplicaAssignment(partition_index=1, broker_ids=(2, 3)),
                CreatableReplicaAssignment(partition_index=0, broker_ids=(3, 1)),
            ),
        )
        assert self.create(cluster, by_hand) == 0
        assert [cluster.leader_of("new", index) for index in range(2)] == [3, 2]

    def test_a_dry_run_makes_nothing(self, cluster: FakeCluster) -> None:
        wanted = CreatableTopic(name="new", num_partitions=-1, replication_factor=-1)
        assert self.create(cluster, wanted, dry=True) == 0
        assert "new" not in cluster.topics()

    def test_under_zookeeper_only_the_controller_creates(self) -> None:
        with FakeCluster(brokers=2, zookeeper=True, versions_of="2.8") as cluster:
            wanted = CreatableTopic(name="new", num_partitions=1, replication_factor=1)
            assert ask(cluster, 1, MetadataRequest(topics=()), 9).controller_id == 1
            assert self.create(cluster, wanted, at=2) == ErrorCode.NOT_CONTROLLER
            cluster.move_controller(to=2)
            assert self.create(cluster, wanted, at=2) == 0

    def test_other_brokers_hear_of_it_later(self) -> None:
        with FakeCluster(brokers=2, metadata_lag=0.5) as cluster:
            wanted = CreatableTopic(name="new", num_partitions=1, replication_factor=1)
            assert self.create(cluster, wanted, at=1) == 0
            request = MetadataRequest(topics=(MetadataRequestTopic(name="new"),), allow_auto_topic_creation=False)
            errors = [ask(cluster, at, request, 12).topics[0].error_code for at in (1, 2)]
            assert errors == [0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]
            deadline = time.monotonic() + 5
            while ask(cluster, 2, request, 12).topics[0].error_code:
                assert time.monotonic() < deadline

    @pytest.mark.parametrize("version", range(1, 7))
    def test_deleted_with_its_offsets(self, cluster: FakeCluster, version: int) -> None:
        by_name = DeleteTopicsRequest(topic_names=("orders",))
        request = by_name if version < 6 else DeleteTopicsRequest(topics=(DeleteTopicState(name="orders"),))
        errors = [ask(cluster, 1, request, version).responses[0].error_code for _ in range(2)]
        assert errors == [0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]
        assert cluster.offsets("billing") == {}

    def test_deleted_by_id(self, cluster: FakeCluster) -> None:
        (topic,) = ask(cluster, 1, MetadataRequest(topics=(MetadataRequestTopic(name="orders"),)), 12).topics
        request = DeleteTopicsRequest(topics=(DeleteTopicState(topic_id=topic.topic_id),))
        errors = [ask(cluster, 1, request, 6).responses[0].error_code for _ in range(2)]
        assert errors == [0, ErrorCode.UNKNOWN_TOPIC_ID]


class TestDescribeTopicPartitions:
    def pages(self, cluster: FakeCluster, limit: int) -> list[list[tuple[str | None, int]]]:
        pages: list[list[tuple[str | None, int]]] = []
        cursor = None
        while True:
            request = DescribeTopicPartitionsRequest(response_partition_limit=limit, cursor=cursor)
            answer = ask(cluster, 1, request, 0)
            pages.append([(topic.name, p.partition_index) for topic in answer.topics for p in topic.partitions])
            if (place := answer.next_cursor) is None:
                return pages
            cursor = DescribeTopicPartitionsRequestCursor(
                topic_name=place.topic_name, partition_index=place.partition_index
            )

    @pytest.mark.parametrize("limit", [1, 2, 3, 5, 2000])
    def test_pages_hold_every_partition_once_in_order(self, limit: int) -> None:
        with FakeCluster(brokers=1, offsets_partitions=3) as cluster:
            cluster.add_topic("a", partitions=3)
            cluster.add_topic("b", partitions=2)
            pages = self.pages(cluster, limit)
        counts = {"__consumer_offsets": 3, "a": 3, "b": 2}
        assert [place for page in pages for place in page] == [(t, i) for t in counts for i in range(counts[t])]
        assert all(len(page) == limit for page in pages[:-1])

    def test_an_unknown_topic_has_its_error(self, cluster: FakeCluster) -> None:
        wanted = tuple(DescribeTopicPartitionsRequestTopicRequest(name=name) for name in ("orders", "nothing"))
        answer = ask(cluster, 1, DescribeTopicPartitionsRequest(topics=wanted), 0)
        assert [(topic.name, topic.error_code) for topic in answer.topics] == [("nothing", 3), ("orders", 0)]


class TestElectLeaders:
    def elect(self, cluster: FakeCluster, *indexes: int, election_type: int = 0) -> list[int]:
        wanted = (ElectLeadersRequestTopicPartitions(topic="orders", partitions=indexes),)
        request = ElectLeadersRequest(topic_partitions=wanted, election_type=election_type)
        results = ask(cluster, 1, request, 2).replica_election_results
        return [partition.error_code for topic in results for partition in topic.partition_result]

    def test_the_preferred_replica_leads_again(self, cluster: FakeCluster) -> None:
        preferred = cluster.leader_of("orders", 0)
        cluster.move_leader("orders", 0, to=someone_else(cluster, preferred))
        assert self.elect(cluster, 0, 1, 9) == [0, ErrorCode.ELECTION_NOT_NEEDED, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]
        assert cluster.leader_of("orders", 0) == preferred

    def test_a_dead_one_does_not(self, cluster: FakeCluster) -> None:
        index = next(index for index in range(3) if cluster.leader_of("orders", index) != 1)
        cluster.stop_broker(cluster.leader_of("orders", index), failover=0)
        assert self.elect(cluster, index) == [ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE]

    def test_all_partitions_answer_only_for_those_that_moved(self, cluster: FakeCluster) -> None:
        old = cluster.coordinator_of("billing")
        cluster.move_coordinator("billing", to=someone_else(cluster, old))
        results = ask(cluster, 1, ElectLeadersRequest(topic_partitions=None), 2).replica_election_results
        assert [(topic.topic, len(topic.partition_result)) for topic in results] == [("__consumer_offsets", 1)]
        assert cluster.coordinator_of("billing") == old

    def test_an_unclean_election_takes_whoever_lives(self, cluster: FakeCluster) -> None:
        assert self.elect(cluster, 0, election_type=1) == [ErrorCode.ELECTION_NOT_NEEDED]


class TestDescribeCluster:
    @pytest.mark.parametrize("version", range(3))
    def test_names_brokers_and_cluster(self, cluster: FakeCluster, version: int) -> None:
        answer = ask(cluster, 1, DescribeClusterRequest(), version)
        assert (answer.cluster_id, {broker.broker_id for broker in answer.brokers}) == (cluster.cluster_id, {1, 2, 3})
        assert answer.controller_id in cluster.brokers

    def test_fenced_brokers_on_request(self, cluster: FakeCluster) -> None:
        cluster.stop_broker(3, failover=0)
        answer = ask(cluster, 1, DescribeClusterRequest(include_fenced_brokers=True), 2)
        assert {broker.broker_id: broker.is_fenced for broker in answer.brokers} == {1: False, 2: False, 3: True}

    def test_a_broker_is_no_controller_to_ask(self, cluster: FakeCluster) -> None:
        answer = ask(cluster, 1, DescribeClusterRequest(endpoint_type=2), 1)
        assert answer.error_code == ErrorCode.MISMATCHED_ENDPOINT_TYPE
