"""The harness keeps its word about real brokers; the chaos tests build on that."""

import pytest

from tests.support.kafka import KafkaCluster

GROUP = "billing"


def test_each_broker_knows_all_brokers(kafka: KafkaCluster) -> None:
    assert set(kafka.metadata().brokers) == {1, 2, 3}


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
    chaos_kafka.await_brokers(chaos_kafka.brokers)


@pytest.mark.failover
def test_coordinator_moves_by_election(chaos_kafka: KafkaCluster) -> None:
    before = chaos_kafka.coordinator_of(GROUP)
    after = chaos_kafka.move_coordinator(GROUP)
    assert after != before
    assert chaos_kafka.coordinator_of(GROUP) == after
