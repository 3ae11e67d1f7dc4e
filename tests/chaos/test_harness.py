"""The harness keeps its word about real brokers; the chaos tests build on that."""

import socket
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.support.kafka import CoordinatorWatch, KafkaCluster
from tests.support.kafka.cluster import OFFSETS_TOPIC
from tests.support.kafka.wire import group_partition

GROUP = "billing"


@pytest.fixture
def proxied(kafka: KafkaCluster) -> Iterator[KafkaCluster]:
    """The shared brokers: only their proxies are hurt, and those are whole again afterwards."""
    yield kafka
    for proxy in kafka.proxies.values():
        proxy.thaw()
        proxy.accept()


def test_each_broker_knows_all_brokers(kafka: KafkaCluster) -> None:
    assert set(kafka.metadata().brokers) == {1, 2, 3}


def test_group_belongs_to_the_leader_of_its_offsets_partition(kafka: KafkaCluster) -> None:
    partitions = kafka.metadata(OFFSETS_TOPIC).topics[OFFSETS_TOPIC]
    leaders = {partition.index: partition.leader for partition in partitions}
    for group in ("billing", "audit", "größe", "\N{PARTY POPPER}"):
        assert kafka.coordinator_of(group) == leaders[group_partition(group, len(partitions))]


@pytest.mark.failover
def test_killed_coordinator_is_replaced_and_comes_back(chaos_kafka: KafkaCluster) -> None:
    killed = chaos_kafka.coordinator_of(GROUP)
    chaos_kafka.kill(killed)
    assert chaos_kafka.coordinator_of(GROUP) != killed
    chaos_kafka.start(killed)
    assert set(chaos_kafka.metadata().brokers) == {1, 2, 3}


@pytest.mark.failover
def test_terminated_coordinator_is_replaced(chaos_kafka: KafkaCluster) -> None:
    terminated = chaos_kafka.coordinator_of(GROUP)
    chaos_kafka.terminate(terminated)
    assert chaos_kafka.coordinator_of(GROUP) != terminated


@pytest.mark.failover
def test_paused_coordinator_is_replaced_and_resumes(chaos_kafka: KafkaCluster) -> None:
    paused = chaos_kafka.coordinator_of(GROUP)
    chaos_kafka.pause(paused)
    assert chaos_kafka.coordinator_of(GROUP) != paused
    chaos_kafka.resume(paused)
    chaos_kafka.await_healthy()


@pytest.mark.failover
def test_coordinator_moves_by_election(chaos_kafka: KafkaCluster) -> None:
    before = chaos_kafka.coordinator_of(GROUP)
    after = chaos_kafka.move_coordinator(GROUP)
    assert after != before
    assert chaos_kafka.coordinator_of(GROUP) == after


@pytest.mark.failover
def test_watch_sees_when_kafka_itself_recovered(chaos_kafka: KafkaCluster) -> None:
    before = chaos_kafka.coordinator_of(GROUP)
    with CoordinatorWatch(chaos_kafka, GROUP) as watch:
        since = time.monotonic()
        chaos_kafka.move_coordinator(GROUP)
        assert watch.await_change(since=since, from_broker=before) >= since


def test_clients_that_come_through_the_proxies_stay_behind_them(kafka: KafkaCluster) -> None:
    for broker in kafka.brokers:
        assert kafka.metadata_through_proxy(broker).brokers[broker] == kafka.address(broker, direct=False)


def test_proxy_resets_connections_and_takes_new_ones(proxied: KafkaCluster) -> None:
    with connected(proxied) as client:
        assert proxied.proxies[1].reset() == 1
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    assert proxied.metadata_through_proxy(1).brokers


def test_proxy_closes_connections_and_takes_new_ones(proxied: KafkaCluster) -> None:
    with connected(proxied) as client:
        assert proxied.proxies[1].close() == 1
        assert client.recv(1) == b""
    assert proxied.metadata_through_proxy(1).brokers


def test_frozen_proxy_is_silent_until_it_thaws(proxied: KafkaCluster) -> None:
    proxied.proxies[1].freeze()
    with pytest.raises(TimeoutError):
        proxied.metadata_through_proxy(1)
    proxied.proxies[1].thaw()
    assert proxied.metadata_through_proxy(1).brokers


def test_refusing_proxy_refuses_until_it_accepts(proxied: KafkaCluster) -> None:
    proxied.proxies[1].refuse()
    with pytest.raises(ConnectionRefusedError):
        proxied.metadata_through_proxy(1)
    proxied.proxies[1].accept()
    assert proxied.metadata_through_proxy(1).brokers


@pytest.mark.failover
def test_killed_broker_closes_and_refuses_its_clients(chaos_kafka: KafkaCluster) -> None:
    with connected(chaos_kafka) as client:
        chaos_kafka.kill(1)
        with suppress(ConnectionResetError):  # which of the two it is depends on what was under way
            assert client.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        chaos_kafka.metadata_through_proxy(1)


@contextmanager
def connected(kafka: KafkaCluster) -> Generator[socket.socket]:
    """A client of broker 1's proxy whose connection the proxy has taken."""
    with socket.create_connection(kafka.address(1, direct=False), timeout=5.0) as client:
        while not kafka.proxies[1].connections:
            time.sleep(0.01)
        yield client
