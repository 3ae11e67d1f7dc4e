"""The decisions of FakeCluster's brokers, without sockets and without time."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.testing.faults import Fault, FaultHandle
from kafkaadmin.testing.groups import CommittedOffset, Group, GroupMember, java_hash, members_for
from kafkaadmin.testing.handlers import HANDLERS
from kafkaadmin.testing.state import ClusterState
from kafkaadmin.testing.topics import CONSUMER_OFFSETS, FIRST_TIMESTAMP_MS, NO_LEADER, TRANSACTION_STATE, is_legal_name
from kafkaadmin.testing.versions import RELEASES, finalized_features, offered, release_of
from kafkawire import ApiKey, ErrorCode, request_class


@pytest.fixture
def state() -> ClusterState:
    return ClusterState([1, 2, 3])


def with_group(state: ClusterState, group_id: str = "billing") -> Group:
    group = Group(group_id=group_id)
    group.commit("orders", 0, CommittedOffset(42))
    state.groups[group_id] = group
    return group


class TestJavaHash:
    @pytest.mark.parametrize(
        ("text", "hashed"),
        [("", 0), ("a", 97), ("billing", -109829509), ("polygenelubricants", -2147483648), ("😀", 1772899)],
    )
    def test_equals_string_hash_code(self, text: str, hashed: int) -> None:
        assert java_hash(text) == hashed

    @given(st.text())
    def test_fits_32_signed_bits(self, text: str) -> None:
        assert -(1 << 31) <= java_hash(text) < 1 << 31

    def test_the_number_without_positive_counterpart_places_a_group_in_partition_0(self, state: ClusterState) -> None:
        assert state.offsets_partition("polygenelubricants") == 0


class TestElections:
    def test_leaders_go_round_the_brokers(self, state: ClusterState) -> None:
        leaders = [partition.leader for partition in state.topics[CONSUMER_OFFSETS].partitions]
        assert leaders[:6] == [1, 2, 3, 1, 2, 3]

    def test_a_fenced_brokers_groups_move_in_a_new_epoch(self, state: ClusterState) -> None:
        dead = state.coordinator_of("billing")
        state.fence(dead)
        partition = state.partition(CONSUMER_OFFSETS, state.offsets_partition("billing"))
        assert partition.leader not in {dead, NO_LEADER}
        assert partition.leader_epoch == 1

    def test_what_a_fenced_broker_did_not_lead_stays(self, state: ClusterState) -> None:
        before = {tp: partition.leader for tp, partition in state.partitions()}
        moved = state.fence(2)
        after = {tp: partition.leader for tp, partition in state.partitions()}
        assert {tp for tp in before if before[tp] != after[tp]} == set(moved)
        assert {before[tp] for tp in moved} == {2}

    def test_a_broker_that_comes_back_leads_nothing_yet(self, state: ClusterState) -> None:
        state.fence(2)
        assert state.unfence(2) == ()
        assert all(partition.leader != 2 for _, partition in state.partitions())

    def test_preferred_election_gives_back_what_was_lost(self, state: ClusterState) -> None:
        before = {tp: partition.leader for tp, partition in state.partitions()}
        lost = state.fence(2)
        state.unfence(2)
        assert set(state.elect_preferred(2)) == set(lost)
        assert {tp: partition.leader for tp, partition in state.partitions()} == before

    def test_a_partition_whose_only_replica_died_waits_for_it(self, state: ClusterState) -> None:
        state.create_topic("alone", assignments=[[2]])
        state.fence(2)
        assert state.partition("alone", 0).leader == NO_LEADER
        assert TopicPartition("alone", 0) in state.unfence(2)
        assert state.partition("alone", 0).leader == 2

    def test_a_replica_that_missed_records_waits_for_the_one_that_has_them(self, state: ClusterState) -> None:
        state.create_topic("orders", assignments=[[1, 2]])
        state.fence(2)
        state.fence(1)
        state.unfence(2)
        assert state.partition("orders", 0).leader == NO_LEADER
        state.unfence(1)
        assert state.partition("orders", 0).leader == 1
        assert set(state.partition("orders", 0).isr) == {1, 2}

    def test_unless_an_unclean_election_does_without_them(self, state: ClusterState) -> None:
        tp = TopicPartition(state.create_topic("orders", assignments=[[1, 2]]).name, 0)
        state.fence(2)
        state.fence(1)
        assert not state.elect_unclean(tp)
        state.unfence(2)
        assert state.elect_unclean(tp)
        assert state.partition(*tp).leader == 2

    def test_the_last_broker_takes_everything(self, state: ClusterState) -> None:
        state.fence(1)
        state.fence(2)
        assert {partition.leader for _, partition in state.partitions()} == {3}

    def test_without_any_broker_nobody_leads(self, state: ClusterState) -> None:
        for broker_id in (1, 2, 3):
            state.fence(broker_id)
        assert state.coordinator_of("billing") == NO_LEADER
        assert state.controller() == NO_LEADER

    def test_during_an_election_nobody_coordinates(self, state: ClusterState) -> None:
        index = state.offsets_partition("billing")
        before = state.begin_election([index])
        assert state.coordinator_of("billing") == NO_LEADER
        assert state.coordination_error(before[index], "billing") is ErrorCode.NOT_COORDINATOR
        state.end_election(before)
        assert state.coordinator_of("billing") == before[index]

    def test_an_election_passes_over_a_broker_that_died_meanwhile(self, state: ClusterState) -> None:
        index = state.offsets_partition("billing")
        before = state.begin_election([index])
        state.fence(before[index])
        state.end_election(before)
        assert state.coordinator_of("billing") not in {before[index], NO_LEADER}

    def test_no_partition_moves_to_a_dead_broker(self, state: ClusterState) -> None:
        state.fence(2)
        with pytest.raises(ValueError, match="broker 2 is not live"):
            state.move_leader(CONSUMER_OFFSETS, 0, 2)

    @given(st.lists(st.tuples(st.sampled_from(["fence", "unfence", "prefer"]), st.integers(1, 4)), max_size=30))
    def test_leaders_are_always_live_replicas_in_sync_and_epochs_only_grow(self, steps: list[tuple[str, int]]) -> None:
        state = ClusterState([1, 2, 3, 4], offsets_partitions=8)
        epochs = {tp: partition.leader_epoch for tp, partition in state.partitions()}
        for step, broker_id in steps:
            if step == "fence":
                state.fence(broker_id)
            elif step == "unfence":
                state.unfence(broker_id)
            else:
                state.elect_preferred()
            live = {broker.broker_id for broker in state.live_brokers()}
            for tp, partition in state.partitions():
                able = live.intersection(partition.isr)
                assert partition.leader in able or (partition.leader == NO_LEADER and not able)
                assert partition.leader_epoch >= epochs[tp]
                epochs[tp] = partition.leader_epoch


class TestFrozenBrokers:
    def test_one_that_slept_answers_from_memory(self, state: ClusterState) -> None:
        group = with_group(state)
        frozen = state.coordinator_of("billing")
        state.fence(frozen, frozen=True)
        group.commit("orders", 0, CommittedOffset(99))
        state.unfence(frozen)
        assert state.coordination_error(frozen, "billing") is ErrorCode.NONE
        remembered = state.group_seen_by(frozen, "billing")
        assert remembered is not None
        assert remembered.offsets["orders"][0].offset == 42

    def test_its_writes_find_no_follower(self, state: ClusterState) -> None:
        with_group(state)
        frozen = state.coordinator_of("billing")
        state.fence(frozen, frozen=True)
        error = state.coordination_error(frozen, "billing", writing=True)
        assert error is ErrorCode.COORDINATOR_NOT_AVAILABLE

    def test_it_takes_itself_for_the_coordinator_and_others_know_better(self, state: ClusterState) -> None:
        frozen = state.coordinator_of("billing")
        state.fence(frozen, frozen=True)
        assert state.coordinator_seen_by(frozen, "billing") == frozen
        elected = state.coordinator_of("billing")
        assert state.coordinator_seen_by(elected, "billing") == elected != frozen

    def test_it_forgets_when_it_hears_the_news(self, state: ClusterState) -> None:
        with_group(state)
        frozen = state.coordinator_of("billing")
        state.fence(frozen, frozen=True)
        state.wake_up_to_date(frozen)
        assert state.coordination_error(frozen, "billing") is ErrorCode.NOT_COORDINATOR
        assert state.groups_coordinated_by(frozen) == ()


class TestCoordination:
    def test_only_the_partitions_leader_coordinates(self, state: ClusterState) -> None:
        coordinator = state.coordinator_of("billing")
        errors = {broker_id: state.coordination_error(broker_id, "billing") for broker_id in (1, 2, 3)}
        assert errors.pop(coordinator) is ErrorCode.NONE
        assert set(errors.values()) == {ErrorCode.NOT_COORDINATOR}

    def test_a_coordinator_that_loads_says_so(self, state: ClusterState) -> None:
        coordinator = state.coordinator_of("billing")
        state.loading.add(state.offsets_partition("billing"))
        assert state.coordination_error(coordinator, "billing") is ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
        assert state.loads_on(coordinator)

    def test_every_group_is_listed_by_one_broker(self, state: ClusterState) -> None:
        for index in range(60):
            with_group(state, f"group-{index}")
        listed = [group.group_id for broker_id in (1, 2, 3) for group in state.groups_coordinated_by(broker_id)]
        assert sorted(listed) == sorted(state.groups)

    def test_the_transaction_topic_is_made_when_it_is_first_needed(self, state: ClusterState) -> None:
        assert TRANSACTION_STATE not in state.topics
        assert state.transaction_coordinator_seen_by(1, "payments") in {1, 2, 3}
        assert TRANSACTION_STATE in state.topics


class TestController:
    def test_under_kraft_every_live_broker_is_named_in_turn(self, state: ClusterState) -> None:
        assert {state.controller() for _ in range(6)} == {1, 2, 3}
        assert all(state.controls(broker_id) for broker_id in (1, 2, 3))

    def test_under_zookeeper_there_is_one(self) -> None:
        state = ClusterState([1, 2, 3], zookeeper=True)
        assert {state.controller() for _ in range(6)} == {1}
        assert [state.controls(broker_id) for broker_id in (1, 2, 3)] == [True, False, False]

    def test_under_zookeeper_another_takes_over(self) -> None:
        state = ClusterState([1, 2, 3], zookeeper=True)
        state.fence(1)
        assert state.controller() == 2


class TestTopics:
    def test_deleting_one_drops_what_groups_committed_for_it(self, state: ClusterState) -> None:
        state.create_topic("orders")
        group = with_group(state)
        state.delete_topic("orders")
        assert group.offsets == {}

    def test_it_can_be_found_by_id_until_it_is_deleted(self, state: ClusterState) -> None:
        topic = state.create_topic("orders")
        assert state.topic_name(topic.topic_id) == "orders"
        state.delete_topic("orders")
        assert state.topic_name(topic.topic_id) is None

    def test_a_broker_may_not_have_heard_of_it(self, state: ClusterState) -> None:
        topic = state.create_topic("orders")
        topic.unknown_to = frozenset({3})
        assert state.topic_seen_by(3, "orders") is None
        assert state.topic_seen_by(1, "orders") is topic

    def test_more_replicas_than_brokers_is_refused(self, state: ClusterState) -> None:
        with pytest.raises(ValueError, match="replication factor 4 with 3 live brokers"):
            state.create_topic("orders", replication_factor=4)

    @pytest.mark.parametrize(
        ("after_first_ms", "offset"), [(-1, 0), (0, 0), (1, 1), (1_000, 1), (9_000, 9), (9_001, None)]
    )
    def test_one_record_a_second(self, state: ClusterState, after_first_ms: int, offset: int | None) -> None:
        partition = state.create_topic("orders", end_offset=10).partitions[0]
        assert partition.offset_at(FIRST_TIMESTAMP_MS + after_first_ms) == offset

    @pytest.mark.parametrize("name", ["", ".", "..", "a b", "ä", "x" * 250])
    def test_illegal_names(self, name: str) -> None:
        assert not is_legal_name(name)


class TestGroups:
    def test_its_state_follows_its_members(self) -> None:
        group = Group(group_id="billing")
        assert group.current_state == "Empty"
        group.members["a"] = GroupMember(member_id="a")
        assert group.current_state == "Stable"

    def test_members_made_by_number_share_the_partitions(self) -> None:
        members = members_for("billing", 2, [("orders", 0), ("orders", 1), ("orders", 2)])
        assert [member.partitions for member in members] == [(("orders", 0), ("orders", 2)), (("orders", 1),)]
        assert {member.topics for member in members} == {("orders",)}

    def test_forgetting_the_last_partition_forgets_the_topic(self) -> None:
        group = Group(group_id="billing")
        group.commit("orders", 0, CommittedOffset(1))
        group.forget("orders", 0)
        assert group.offsets == {}


def requests() -> list[ApiKey]:
    return [key for key in ApiKey if find_spec(f"kafkawire.messages.{key.name.lower()}")]


class TestReleases:
    @pytest.mark.parametrize("release", RELEASES)
    def test_nothing_is_offered_that_the_messages_lack(self, release: str) -> None:
        for key, versions in offered(release, HANDLERS).items():
            declared = request_class(key).versions
            assert set(versions) <= set(declared), key

    @pytest.mark.parametrize("release", RELEASES)
    def test_every_message_has_its_place_in_the_releases(self, release: str) -> None:
        for key, versions in offered(release, requests()).items():
            assert set(versions) <= set(request_class(key).versions), key

    def test_versions_that_4_0_removed_are_gone(self) -> None:
        assert [offered(release, requests())[ApiKey.CREATE_TOPICS] for release in ("3.9", "4.0")] == [
            range(8),
            range(2, 8),
        ]

    def test_what_kraft_lacked_at_first_came_back(self) -> None:
        having = [release for release in RELEASES if ApiKey.CREATE_DELEGATION_TOKEN in offered(release, requests())]
        assert set(RELEASES) - set(having) == {"3.3", "3.4", "3.5"}

    def test_a_new_cluster_has_the_newest_features_in_force(self) -> None:
        def levels(release: str) -> dict[str, int]:
            return {feature.name: feature.max_version_level for feature in finalized_features(release)}

        assert levels("2.8") == {}
        assert levels("3.9") == {"metadata.version": 21}
        assert levels("4.0") == {"group.version": 1, "metadata.version": 25, "transaction.version": 2}

    def test_kafka_2_8_knows_no_consumer_protocol(self) -> None:
        assert ApiKey.CONSUMER_GROUP_DESCRIBE not in offered("2.8", HANDLERS)

    def test_a_patch_level_is_its_release(self) -> None:
        assert release_of("3.9.2") == "3.9"

    def test_an_unknown_release_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"unknown Kafka release '1\.0'"):
            release_of("1.0")


class TestFaults:
    def handle(self, fault: Fault) -> FaultHandle:
        return FaultHandle(fault, lambda handle: None)

    def test_strikes_as_often_as_ordered(self) -> None:
        handle = self.handle(Fault(count=2))
        assert [handle.strikes(ApiKey.METADATA, 1) for _ in range(3)] == [True, True, False]
        assert handle.hits == 2

    def test_leaves_the_first_ones_alone(self) -> None:
        handle = self.handle(Fault(skip=1))
        assert [handle.strikes(ApiKey.METADATA, 1) for _ in range(3)] == [False, True, False]

    def test_is_meant_for_one_api_at_one_broker(self) -> None:
        fault = Fault(api=ApiKey.METADATA, broker=2)
        assert fault.matches(ApiKey.METADATA, 2)
        assert not fault.matches(ApiKey.METADATA, 1)
        assert not fault.matches(ApiKey.OFFSET_FETCH, 2)

    def test_waiting_for_one_that_never_strikes_times_out(self) -> None:
        with pytest.raises(TimeoutError, match="did not reach 1 hits"):
            self.handle(Fault()).wait(0.01)

    @pytest.mark.parametrize("wrong", [{"count": 0}, {"delay": -1.0}, {"keys": frozenset({"billing"})}])
    def test_nonsense_is_refused(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=r"count|negative|keys"):
            Fault(**wrong)  # type: ignore[arg-type]
