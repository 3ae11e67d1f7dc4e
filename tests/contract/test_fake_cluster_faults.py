"""What goes wrong in a FakeCluster when it is told to, and what it leaves behind."""

from __future__ import annotations

import gc
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kafkaadmin.testing import FakeCluster, Fault
from kafkawire import ApiKey, DecodeError, ErrorCode
from kafkawire.messages import (
    ApiVersionsRequest,
    DescribeClusterRequest,
    ListGroupsRequest,
    MetadataRequest,
    MetadataRequestTopic,
    OffsetFetchRequest,
    OffsetFetchResponse,
)
from tests.support.raw_client import (
    RawClient,
    ask,
    commit,
    commit_error,
    eventually_coordinated,
    everything,
    find,
    offset_in,
    someone_else,
)


def open_descriptors() -> set[str]:
    return {entry.name for entry in Path("/proc/self/fd").iterdir()}


class TestStopping:
    def test_reset_ends_connections_with_rst_and_refuses_new_ones(self, cluster: FakeCluster) -> None:
        with RawClient(cluster, 2) as client:
            client.ask(ApiVersionsRequest(), 0)
            cluster.stop_broker(2, how="reset")
            with pytest.raises(ConnectionResetError):
                client.read()
        with pytest.raises(ConnectionRefusedError):
            RawClient(cluster, 2)

    def test_fin_ends_connections_in_order(self, cluster: FakeCluster) -> None:
        with RawClient(cluster, 2) as client:
            client.ask(ApiVersionsRequest(), 0)
            cluster.stop_broker(2, how="fin")
            with pytest.raises(EOFError):
                client.read()

    def test_fin_stays_fin_with_a_request_in_flight(self, cluster: FakeCluster) -> None:
        struck = cluster.inject(Fault(api=ApiKey.API_VERSIONS, delay=60))
        with RawClient(cluster, 2) as client:
            client.write(ApiVersionsRequest(), 0)
            struck.wait()
            cluster.stop_broker(2, how="fin")
            with pytest.raises(EOFError):
                client.read()

    def test_a_broker_comes_back_at_its_address(self, cluster: FakeCluster) -> None:
        address = cluster.address_of(2)
        cluster.stop_broker(2)
        cluster.start_broker(2)
        assert cluster.address_of(2) == address
        assert ask(cluster, 2, ApiVersionsRequest(), 0).error_code == 0

    def test_the_coordinator_moves_after_the_failover(self, cluster: FakeCluster) -> None:
        dead = cluster.coordinator_of("billing")
        cluster.stop_broker(dead)
        successor = eventually_coordinated(cluster, "billing", not_by=dead)
        assert offset_in(ask(cluster, successor, everything("billing"), 8)) == 42

    def test_a_broker_back_in_time_keeps_its_groups(self, cluster: FakeCluster) -> None:
        coordinator = cluster.coordinator_of("billing")
        cluster.stop_broker(coordinator, failover=60)
        cluster.start_broker(coordinator)
        assert offset_in(ask(cluster, coordinator, everything("billing"), 8)) == 42

    def test_a_broker_that_lost_its_groups_gets_them_back_when_preferred(self, cluster: FakeCluster) -> None:
        dead = cluster.coordinator_of("billing")
        cluster.stop_broker(dead, failover=0)
        cluster.start_broker(dead)
        assert cluster.coordinator_of("billing") != dead
        cluster.stop_broker(dead)
        cluster.start_broker(dead, prefer=True)
        assert cluster.coordinator_of("billing") == dead

    def test_the_new_coordinator_loads_first(self) -> None:
        with FakeCluster(brokers=2, load_time=60) as cluster:
            cluster.add_group("billing")
            to = someone_else(cluster, cluster.coordinator_of("billing"))
            cluster.move_coordinator("billing", to=to)
            error = ask(cluster, to, everything("billing"), 8).groups[0].error_code
            assert error == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
            assert ask(cluster, to, ListGroupsRequest(), 5).error_code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS

    def test_a_moved_group_is_refused_by_its_old_coordinator(self, cluster: FakeCluster) -> None:
        old = cluster.coordinator_of("billing")
        with RawClient(cluster, old) as client:
            assert offset_in(client.ask(everything("billing"), 8)) == 42
            cluster.move_coordinator("billing", to=someone_else(cluster, old))
            assert client.ask(everything("billing"), 8).groups[0].error_code == ErrorCode.NOT_COORDINATOR

    def test_dropped_connections_leave_the_broker_alive(self, cluster: FakeCluster) -> None:
        with RawClient(cluster, 2) as client:
            client.ask(ApiVersionsRequest(), 0)
            cluster.drop_connections(2, how="fin")
            with pytest.raises(EOFError):
                client.read()
        assert ask(cluster, 2, ApiVersionsRequest(), 0).error_code == 0

    def test_who_has_just_connected_is_dropped_too(self, cluster: FakeCluster) -> None:
        with RawClient(cluster, 2) as client:
            cluster.drop_connections(2, how="fin")
            with pytest.raises(EOFError):
                client.read()

    def test_stopping_twice_is_an_error(self, cluster: FakeCluster) -> None:
        cluster.stop_broker(2)
        with pytest.raises(ValueError, match="broker 2 is not running"):
            cluster.stop_broker(2)
        cluster.start_broker(2)
        with pytest.raises(ValueError, match="broker 2 is running"):
            cluster.start_broker(2)


class TestStalling:
    def test_connects_are_accepted_and_nothing_is_answered(self, cluster: FakeCluster) -> None:
        cluster.stop_broker(2, how="stall")
        with RawClient(cluster, 2, timeout=0.05) as client:
            client.write(ApiVersionsRequest(), 0)
            with pytest.raises(TimeoutError):
                client.read()

    def test_what_was_buffered_is_answered_on_waking(self, cluster: FakeCluster) -> None:
        with RawClient(cluster, 2) as old:
            old.ask(ApiVersionsRequest(), 0)
            cluster.stop_broker(2, how="stall", failover=60)
            with RawClient(cluster, 2) as new:
                for client in (old, new):
                    client.write(ApiVersionsRequest(), 0)
                cluster.start_broker(2)
                assert [type(client.read()).__name__ for client in (old, new)] == ["ApiVersionsResponse"] * 2

    def test_a_commit_sent_before_the_failover_is_applied_on_waking_in_time(self, cluster: FakeCluster) -> None:
        coordinator = cluster.coordinator_of("billing")
        cluster.stop_broker(coordinator, how="stall", failover=60)
        with RawClient(cluster, coordinator) as client:
            client.write(commit("billing", 43), 9)
            assert cluster.offsets("billing") == {("orders", 0): 42}
            cluster.start_broker(coordinator)
            client.read()
        assert cluster.offsets("billing") == {("orders", 0): 43}

    def test_one_that_slept_too_long_knows_it_when_it_wakes(self, cluster: FakeCluster) -> None:
        frozen = cluster.coordinator_of("billing")
        cluster.stop_broker(frozen, how="stall", failover=0)
        with RawClient(cluster, frozen) as client:
            client.write(everything("billing"), 8)
            cluster.start_broker(frozen)
            answer = client.read()
            assert isinstance(answer, OffsetFetchResponse)
            assert answer.groups[0].error_code == ErrorCode.NOT_COORDINATOR

    def test_or_believes_for_a_moment_that_it_still_coordinates(self, cluster: FakeCluster) -> None:
        frozen = cluster.coordinator_of("billing")
        cluster.stop_broker(frozen, how="stall", failover=0)
        cluster.commit("billing", {("orders", 0): 99})
        cluster.start_broker(frozen, stale_for=60)
        assert offset_in(ask(cluster, frozen, everything("billing"), 8)) == 42
        assert find(cluster, frozen) == (frozen, 0)
        answer = ask(cluster, frozen, commit("billing", 43), 9)
        assert answer.topics[0].partitions[0].error_code == ErrorCode.COORDINATOR_NOT_AVAILABLE
        assert cluster.offsets("billing") == {("orders", 0): 99}

    def test_a_delayed_answer_sleeps_too(self, cluster: FakeCluster) -> None:
        fault = cluster.inject(Fault(api=ApiKey.API_VERSIONS, delay=0.3))
        with RawClient(cluster, 2, timeout=0.5) as client:
            client.write(ApiVersionsRequest(), 0)
            fault.wait()
            cluster.stop_broker(2, how="stall", failover=60)
            with pytest.raises(TimeoutError):
                client.read()
            client.socket.settimeout(10)
            cluster.start_broker(2)
            client.read()

    def test_it_can_die_in_its_sleep(self, cluster: FakeCluster) -> None:
        with RawClient(cluster, 2) as client:
            client.ask(ApiVersionsRequest(), 0)
            cluster.stop_broker(2, how="stall")
            cluster.stop_broker(2, how="reset")
            with pytest.raises(ConnectionResetError):
                client.read()


class TestFaults:
    def coordinator(self, cluster: FakeCluster) -> RawClient:
        return RawClient(cluster, cluster.coordinator_of("billing"))

    def test_a_delay_holds_up_its_own_connection_only(self, cluster: FakeCluster) -> None:
        fault = cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, delay=60))
        with self.coordinator(cluster) as slow, self.coordinator(cluster) as quick:
            slow.write(everything("billing"), 8)
            slow.write(ApiVersionsRequest(), 0)
            fault.wait()
            quick.ask(everything("billing"), 8)
            assert cluster.requests[cluster.coordinator_of("billing"), ApiKey.API_VERSIONS] == 0

    def test_answers_come_in_the_order_of_the_requests(self, cluster: FakeCluster) -> None:
        cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, delay=0.02))
        with self.coordinator(cluster) as client:
            client.write(everything("billing"), 8)
            client.write(ApiVersionsRequest(), 0)
            assert [type(client.read()).__name__ for _ in range(2)] == ["OffsetFetchResponse", "ApiVersionsResponse"]

    @pytest.mark.parametrize(("after_applying", "offset"), [(False, 42), (True, 43)])
    def test_a_delay_comes_before_or_after_the_effect(
        self, cluster: FakeCluster, after_applying: bool, offset: int
    ) -> None:
        fault = cluster.inject(Fault(api=ApiKey.OFFSET_COMMIT, delay=60, after_applying=after_applying))
        with self.coordinator(cluster) as client:
            client.write(commit("billing", 43), 9)
            fault.wait()
            assert cluster.offsets("billing") == {("orders", 0): offset}

    @pytest.mark.parametrize(("after_applying", "offset"), [(False, 42), (True, 43)])
    def test_an_error_comes_without_or_with_the_effect(
        self, cluster: FakeCluster, after_applying: bool, offset: int
    ) -> None:
        error = ErrorCode.REQUEST_TIMED_OUT
        cluster.inject(Fault(api=ApiKey.OFFSET_COMMIT, error=error, after_applying=after_applying))
        assert commit_error(cluster, commit("billing", 43)) == error
        assert cluster.offsets("billing") == {("orders", 0): offset}

    def test_an_error_for_some_keys_spares_the_others(self, cluster: FakeCluster) -> None:
        theirs = next(g for g in map(str, range(999)) if cluster.coordinator_of(g) == cluster.coordinator_of("billing"))
        cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, error=30, keys=frozenset({theirs})))
        with self.coordinator(cluster) as client:
            errors = [group.error_code for group in client.ask(everything("billing", theirs), 8).groups]
        assert errors == [0, 30]

    @pytest.mark.parametrize(
        ("request_", "version"),
        [
            (ApiVersionsRequest(), 5),
            (DescribeClusterRequest(), 1),
            (ListGroupsRequest(), 5),
            (MetadataRequest(), 13),
        ],
    )
    def test_calls_without_keys_carry_the_error_on_top(
        self,
        cluster: FakeCluster,
        request_: ApiVersionsRequest | DescribeClusterRequest | ListGroupsRequest | MetadataRequest,
        version: int,
    ) -> None:
        cluster.inject(Fault(error=4711))
        with RawClient(cluster, 1) as client:
            client.write(request_, version)
            assert getattr(client.read(), "error_code") == 4711  # noqa: B009

    def test_a_dropped_answer_is_applied_and_the_connection_lives(self, cluster: FakeCluster) -> None:
        cluster.inject(Fault(api=ApiKey.OFFSET_COMMIT, drop_answer=True))
        with self.coordinator(cluster) as client:
            lost = client.write(commit("billing", 43), 9)
            client.session.abandon(lost)
            assert offset_in(client.ask(everything("billing"), 8)) == 43

    @pytest.mark.parametrize(("cut", "offset"), [("before", 42), ("after", 43), ("half", 43)])
    def test_a_cut_comes_before_or_after_the_effect(self, cluster: FakeCluster, cut: str, offset: int) -> None:
        cluster.inject(Fault(api=ApiKey.OFFSET_COMMIT, cut=cut, how="fin"))  # type: ignore[arg-type]
        with self.coordinator(cluster) as client, pytest.raises(EOFError):
            client.ask(commit("billing", 43), 9)
        assert cluster.offsets("billing") == {("orders", 0): offset}

    def test_half_an_answer_is_half_an_answer(self, cluster: FakeCluster) -> None:
        cluster.inject(Fault(cut="half", how="fin"))
        with self.coordinator(cluster) as client:
            client.write(ApiVersionsRequest(), 0)
            half = client.socket.recv(1 << 16)
            assert client.socket.recv(1 << 16) == b""
        assert 4 + int.from_bytes(half[:4], "big") == pytest.approx(2 * len(half), abs=1)

    def test_a_cut_can_be_a_reset(self, cluster: FakeCluster) -> None:
        cluster.inject(Fault(cut="before", how="reset"))
        with self.coordinator(cluster) as client, pytest.raises(ConnectionResetError):
            client.ask(ApiVersionsRequest(), 0)

    @pytest.mark.parametrize(
        ("request_", "version"), [(ApiVersionsRequest(), 0), (everything("billing"), 8), (DescribeClusterRequest(), 2)]
    )
    def test_garbage_can_not_be_read(
        self,
        cluster: FakeCluster,
        request_: ApiVersionsRequest | OffsetFetchRequest | DescribeClusterRequest,
        version: int,
    ) -> None:
        cluster.inject(Fault(garbage=True))
        with self.coordinator(cluster) as client:
            client.write(request_, version)
            with pytest.raises(DecodeError):
                client.read()

    @pytest.mark.parametrize("fault", [Fault(wrong_correlation_id=True), Fault(oversized=True)])
    def test_frames_that_end_a_conversation(self, cluster: FakeCluster, fault: Fault) -> None:
        cluster.inject(fault)
        with self.coordinator(cluster) as client, pytest.raises(DecodeError):
            client.ask(ApiVersionsRequest(), 0)

    def test_a_request_cut_half_way_is_not_applied(self, cluster: FakeCluster) -> None:
        """One that comes in pieces is cut with half of them read, and the broker reads no more."""
        cluster.inject(Fault(api=ApiKey.OFFSET_COMMIT, cut="request"))
        with self.coordinator(cluster) as client:
            _, frame = client.session.send(commit("billing", 43), 9)
            client.socket.sendall(frame[: len(frame) // 2 + 4])
            with pytest.raises(ConnectionResetError):
                client.read()
        assert cluster.offsets("billing") == {("orders", 0): 42}
        assert cluster.requests == {}

    def test_a_request_that_comes_whole_can_be_cut_too(self, cluster: FakeCluster) -> None:
        cluster.inject(Fault(api=ApiKey.OFFSET_COMMIT, cut="request", how="fin"))
        with self.coordinator(cluster) as client, pytest.raises(EOFError):
            client.ask(commit("billing", 43), 9)
        assert cluster.offsets("billing") == {("orders", 0): 42}

    def test_errors_stand_at_the_level_that_is_asked_for_and_nothing_is_applied(self, cluster: FakeCluster) -> None:
        cluster.inject(Fault(api=ApiKey.OFFSET_COMMIT, error=16, level=2))
        with self.coordinator(cluster) as client:
            answer = client.ask(commit("billing", 43), 9)
        assert answer.topics[0].partitions[0].error_code == ErrorCode.NOT_COORDINATOR
        assert cluster.offsets("billing") == {("orders", 0): 42}

    @pytest.mark.parametrize("cut", ["reset", "fin"])
    def test_a_connection_can_be_cut_as_it_is_accepted(self, cluster: FakeCluster, cut: Any) -> None:
        fault = cluster.inject(Fault(phase="accept", cut="before", how=cut))
        # A reset may be quick enough for connecting itself to fail.
        with pytest.raises(EOFError if cut == "fin" else ConnectionResetError), RawClient(cluster, 2) as client:
            client.read()
        assert fault.hits == 1

    def test_a_broker_can_speak_before_it_is_spoken_to(self, cluster: FakeCluster) -> None:
        cluster.inject(Fault(phase="accept", oversized=True))
        with RawClient(cluster, 2) as client, pytest.raises(DecodeError):
            client.read()

    def test_a_new_connection_can_be_kept_waiting(self, cluster: FakeCluster) -> None:
        cluster.inject(Fault(phase="accept", delay=0.1))
        with RawClient(cluster, 2, timeout=0.02) as client:
            client.write(ApiVersionsRequest(), 0)
            with pytest.raises(TimeoutError):
                client.read()
            client.socket.settimeout(10)
            client.read()

    def test_a_broker_can_say_what_nobody_asked_for(self, cluster: FakeCluster) -> None:
        with RawClient(cluster, 2) as client:
            client.ask(ApiVersionsRequest(), 0)
            cluster.say_unasked(2, b"\0\0\0\4\0\0\1\0")
            assert client.socket.recv(100) == b"\0\0\0\4\0\0\1\0"

    def test_throttling_is_reported_at_once_and_then_enforced(self, cluster: FakeCluster) -> None:
        cluster.inject(Fault(throttle=60))
        with RawClient(cluster, 1) as client:
            assert client.ask(MetadataRequest(), 9).throttle_time_ms == 60_000
            client.socket.settimeout(0.05)
            client.write(MetadataRequest(), 9)
            with pytest.raises(TimeoutError):
                client.read()

    def test_a_removed_fault_strikes_no_more(self, cluster: FakeCluster) -> None:
        fault = cluster.inject(Fault(error=30, count=None))
        assert ask(cluster, 1, ListGroupsRequest(), 5).error_code == 30
        fault.remove()
        assert ask(cluster, 1, ListGroupsRequest(), 5).error_code == 0
        assert fault.hits == 1


class TestStoppingByARequest:
    """A broker goes at the very moment that a request reaches it."""

    @pytest.mark.parametrize("after_applying", [False, True])
    def test_it_dies_before_or_after_applying(self, cluster: FakeCluster, after_applying: bool) -> None:
        coordinator = cluster.coordinator_of("billing")
        cluster.inject(Fault(api=ApiKey.OFFSET_COMMIT, stop="reset", after_applying=after_applying))
        with RawClient(cluster, coordinator) as client, pytest.raises(ConnectionResetError):
            client.ask(commit("billing", 43), 9)
        with pytest.raises(ConnectionRefusedError):
            RawClient(cluster, coordinator)
        assert cluster.offsets("billing") == {("orders", 0): 43 if after_applying else 42}
        cluster.start_broker(coordinator)

    def test_one_that_froze_reads_the_request_when_it_wakes(self, cluster: FakeCluster) -> None:
        coordinator = cluster.coordinator_of("billing")
        fault = cluster.inject(Fault(api=ApiKey.OFFSET_COMMIT, stop="stall"))
        with RawClient(cluster, coordinator) as client:
            client.write(commit("billing", 43), 9)
            fault.wait()
            assert cluster.offsets("billing") == {("orders", 0): 42}
            cluster.start_broker(coordinator)
            client.read()
        assert cluster.offsets("billing") == {("orders", 0): 43}

    def test_one_that_froze_in_mid_answer_sends_the_rest_when_it_wakes(self, cluster: FakeCluster) -> None:
        fault = cluster.inject(Fault(api=ApiKey.API_VERSIONS, stop="stall", cut="half"))
        with RawClient(cluster, 2) as client:
            client.write(ApiVersionsRequest(), 0)
            fault.wait()
            cluster.start_broker(2)
            client.read()
            client.ask(ApiVersionsRequest(), 0)


class TestWhatWasSeen:
    def test_requests_are_counted_by_broker_and_api(self, cluster: FakeCluster) -> None:
        with RawClient(cluster, 2) as client:
            client.ask(ApiVersionsRequest(), 0)
            client.ask(ApiVersionsRequest(), 0)
        assert cluster.requests == {(2, ApiKey.API_VERSIONS): 2}
        cluster.reset_requests()
        assert cluster.requests == {}

    def test_requests_are_kept(self, cluster: FakeCluster) -> None:
        ask(cluster, 2, MetadataRequest(topics=()), 9)
        (seen,) = cluster.log
        assert (seen.broker_id, seen.version, seen.client_id) == (2, 9, "raw")
        assert seen.request == MetadataRequest(topics=())

    def test_requests_are_found_by_api_broker_and_client(self, cluster: FakeCluster) -> None:
        for broker_id in (1, 2):
            ask(cluster, broker_id, MetadataRequest(topics=()), 9)
        ask(cluster, 2, ApiVersionsRequest(), 0)
        assert [each.broker_id for each in cluster.seen(ApiKey.METADATA)] == [1, 2]
        assert [each.api_key for each in cluster.seen(broker=2)] == [ApiKey.METADATA, ApiKey.API_VERSIONS]
        assert cluster.seen(client_id="somebody else") == ()
        assert len(cluster.seen(client_id="raw")) == 3

    def test_requests_tell_their_connection_and_their_fault(self, cluster: FakeCluster) -> None:
        fault = Fault(api=ApiKey.METADATA, error=30)
        cluster.inject(fault)
        with RawClient(cluster, 1) as first, RawClient(cluster, 1) as second:
            for client in (first, second, first):
                client.ask(MetadataRequest(topics=()), 13)
        assert [each.fault for each in cluster.log] == [fault, None, None]
        connections = [each.connection for each in cluster.log]
        assert connections[0] == connections[2] != connections[1]

    def test_a_request_can_be_waited_for(self, cluster: FakeCluster) -> None:
        with RawClient(cluster, 2) as client, ThreadPoolExecutor() as threads:
            waiting = threads.submit(cluster.wait_for, ApiKey.METADATA, broker=2, count=2)
            for _ in range(2):
                client.ask(MetadataRequest(topics=()), 9)
            assert [each.version for each in waiting.result()] == [9, 9]
        with pytest.raises(TimeoutError, match=r"2 of 3 METADATA requests came within 0\.01 s"):
            cluster.wait_for(ApiKey.METADATA, count=3, timeout=0.01)

    @pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
    @pytest.mark.anyio
    async def test_or_awaited(self, cluster: FakeCluster, anyio_backend: str) -> None:
        ask(cluster, 1, ApiVersionsRequest(), 0)
        (seen,) = await cluster.until(ApiKey.API_VERSIONS)
        assert seen.broker_id == 1

    def test_the_log_forgets_the_oldest(self, cluster: FakeCluster) -> None:
        with RawClient(cluster, 1) as client:
            for index in range(5):
                client.ask(MetadataRequest(topics=(MetadataRequestTopic(name=f"{index}" * 30_000),) * 300), 9)
        assert 1 <= len(cluster.log) < 5
        assert cluster.requests == {(1, ApiKey.METADATA): 5}

    def test_connections_are_counted(self, cluster: FakeCluster) -> None:
        with RawClient(cluster, 2) as client:
            client.ask(ApiVersionsRequest(), 0)
            assert (cluster.connections[2], cluster.connections_opened[2]) == (1, 1)

    def test_bytes_that_are_no_request_are_rejected(self, cluster: FakeCluster) -> None:
        with RawClient(cluster, 2) as client:
            client.socket.sendall(b"\x00\x00\x00\x04\xff\xff\xff\xff")
            with pytest.raises(EOFError):
                client.read()
        assert [rejected.broker_id for rejected in cluster.rejected] == [2]


class TestNetwork:
    def test_answers_take_the_latency_and_work_does_not(self, cluster: FakeCluster) -> None:
        coordinator = cluster.coordinator_of("billing")
        cluster.set_network(coordinator, latency=60)
        with RawClient(cluster, coordinator) as client:
            client.write(commit("billing", 43), 9)
            client.write(ListGroupsRequest(), 5)
            cluster.wait_for(ApiKey.LIST_GROUPS)
            assert cluster.offsets("billing") == {("orders", 0): 43}
            client.socket.settimeout(0.05)
            with pytest.raises(TimeoutError):
                client.read()

    def test_nothing_overtakes_on_a_way_that_got_shorter(self, cluster: FakeCluster) -> None:
        with RawClient(cluster, 1) as client:
            cluster.set_network(latency=0.1)
            client.write(MetadataRequest(topics=()), 9)
            cluster.wait_for(ApiKey.METADATA)
            cluster.set_network()
            client.write(ApiVersionsRequest(), 0)
            assert [type(client.read()).__name__ for _ in range(2)] == ["MetadataResponse", "ApiVersionsResponse"]

    def test_a_narrow_way_brings_an_answer_bit_by_bit(self, cluster: FakeCluster) -> None:
        cluster.set_network(1, bandwidth=2_000)
        with RawClient(cluster, 1) as client:
            client.write(MetadataRequest(topics=()), 9)
            assert len(client.socket.recv(1 << 16)) <= 40

    def test_one_brokers_network_is_its_own(self, cluster: FakeCluster) -> None:
        cluster.set_network(1, latency=60)
        assert ask(cluster, 2, ApiVersionsRequest(), 0).error_code == 0

    def test_fin_comes_behind_what_is_under_way(self, cluster: FakeCluster) -> None:
        cluster.set_network(1, latency=0.05)
        with RawClient(cluster, 1) as client:
            client.write(ApiVersionsRequest(), 0)
            cluster.wait_for(ApiKey.API_VERSIONS)
            cluster.drop_connections(1, how="fin")
            assert type(client.read()).__name__ == "ApiVersionsResponse"
            with pytest.raises(EOFError):
                client.read()

    @pytest.mark.parametrize("nonsense", [{"latency": -1.0}, {"bandwidth": 0.0}])
    def test_nonsense_is_refused(self, cluster: FakeCluster, nonsense: dict[str, float]) -> None:
        with pytest.raises(ValueError, match="latency"):
            cluster.set_network(**nonsense)


class TestSeed:
    def told(self, seed: int | None) -> list[object]:
        with FakeCluster(brokers=3, seed=seed) as cluster:
            cluster.add_topic("orders")
            return [
                ask(cluster, 1, MetadataRequest(topics=None), 13).topics,
                ask(cluster, 1, DescribeClusterRequest(), 2).cluster_id,
                ask(cluster, 1, DescribeClusterRequest(), 2).controller_id,
                cluster.voters(),
            ]

    def test_the_same_seed_makes_the_same_cluster(self) -> None:
        assert self.told(seed=7) == self.told(seed=7) != self.told(seed=8)

    def test_without_one_every_cluster_is_another(self) -> None:
        assert self.told(None) != self.told(None)


class TestLife:
    @pytest.mark.parametrize(
        "nonsense", [{"brokers": 0}, {"failover": -1.0}, {"versions_of": "1.0"}, {"versions_of": {1: "4.4"}}]
    )
    def test_nonsense_is_refused(self, nonsense: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"broker|negative|release"):
            FakeCluster(**nonsense)

    def test_closing_leaves_no_thread_and_no_descriptor(self) -> None:
        gc.collect()
        before, threads = open_descriptors(), threading.active_count()
        with FakeCluster(brokers=3) as cluster:
            clients = [RawClient(cluster, broker_id) for broker_id in cluster.brokers]
            clients[0].ask(ApiVersionsRequest(), 0)
            cluster.stop_broker(2, how="stall")
            cluster.stop_broker(3)
            cluster.inject(Fault(delay=600))  # longer than any test may take: closing waits for nothing
            clients[0].write(ApiVersionsRequest(), 0)
        for client in clients:
            client.socket.close()
        assert threading.active_count() == threads
        assert open_descriptors() == before

    def test_closing_twice_is_fine(self) -> None:
        with FakeCluster(brokers=6) as cluster:
            pass
        threads = threading.active_count()
        cluster.close()
        assert threading.active_count() == threads

    def test_a_closed_cluster_says_so(self) -> None:
        with FakeCluster(brokers=1) as cluster:
            pass
        with pytest.raises(RuntimeError, match="not running"):
            cluster.coordinator_of("billing")

    def test_its_own_faults_are_loud(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from kafkaadmin.testing import handlers

        def broken(request: object, context: object) -> None:
            raise LookupError("a bug")

        monkeypatch.setitem(handlers.HANDLERS, ApiKey.API_VERSIONS, broken)
        cluster = FakeCluster(brokers=1)
        cluster.start()
        with pytest.raises(EOFError):
            ask(cluster, 1, ApiVersionsRequest(), 0)
        with pytest.raises(ExceptionGroup) as failed:
            cluster.close()
        assert failed.group_contains(LookupError, match="a bug")

    def test_it_takes_no_port_that_another_could_have(self, cluster: FakeCluster) -> None:
        cluster.stop_broker(2)
        host, _, port = cluster.address_of(2).rpartition(":")
        with socket.socket() as thief, pytest.raises(OSError, match="in use"):
            thief.bind((host, int(port)))
