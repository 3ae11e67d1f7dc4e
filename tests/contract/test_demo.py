"""`kafkaadmin demo` as users run it: in a process of its own, judged by its exit code and its last words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from kafkaadmin import AdminClient, TopicPartition
from kafkaadmin.testing import FakeCluster, SecureListener
from tests.support.kafka import KafkaCluster

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "kafkaadmin", "demo"]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "protocol")])}

DISTURBANCES = (
    "connections reset mid-request",
    "moved to broker",
    "broker 3 killed",
    "broker 3 back",
    "broker 2 frozen",
    "broker 2 awake",
)


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], env=ENVIRONMENT, capture_output=True, text=True, timeout=100, check=False
    )


@pytest.fixture(scope="module")
def survived() -> subprocess.CompletedProcess[str]:
    return demo("--plain", "--speed", "3")


def test_the_demo_succeeds_when_no_call_failed(survived: subprocess.CompletedProcess[str]) -> None:
    assert (survived.returncode, survived.stderr) == (0, "")
    assert survived.stdout.endswith("No call failed, and no offset was wrong.\n")


def test_the_demo_says_what_happened_and_how_long_it_was_felt(survived: subprocess.CompletedProcess[str]) -> None:
    _, _, table = survived.stdout.rpartition("what happened")
    rows = [row for row in table.splitlines() if " s  broker " in row or " s  all groups" in row]

    assert len(rows) == len(DISTURBANCES)
    for row, disturbance in zip(rows, DISTURBANCES, strict=True):
        assert disturbance in row
        assert "not" not in row


def test_the_demo_tells_the_routers_decisions_in_plain_words(survived: subprocess.CompletedProcess[str]) -> None:
    assert "groups looked up afresh" in survived.stdout
    assert "other brokers are asked who coordinates" in survived.stdout


def test_output_that_is_no_terminal_gets_plain_lines() -> None:
    with FakeCluster() as cluster:
        cluster.add_group("billing")
        finished = demo("--bootstrap", cluster.bootstrap_servers, "--seconds", "1")

    assert finished.stdout.isascii()


def test_the_demo_fails_when_a_call_failed() -> None:
    # Killed and frozen brokers are replaced later than calls here may take.
    finished = demo("--plain", "--speed", "4", "--timeout", "0.2")

    assert finished.returncode == 1
    assert "calls FAILED; the first: " in finished.stdout


def test_a_real_cluster_is_only_read() -> None:
    with FakeCluster() as cluster:
        cluster.add_topic("orders")
        cluster.add_group("billing", offsets={("orders", 0): 42})
        cluster.add_group("\x1b[31mred", offsets={("orders", 0): 1})
        finished = demo("--bootstrap", cluster.bootstrap_servers, "--seconds", "1")
        asked = {api.name for _, api in cluster.requests}

    assert (finished.returncode, finished.stderr) == (0, "")
    assert "2 groups" in finished.stdout
    assert "\x1b" not in finished.stdout
    assert asked <= {"API_VERSIONS", "METADATA", "LIST_GROUPS", "FIND_COORDINATOR", "OFFSET_FETCH"}


def test_real_kafka_is_read(kafka: KafkaCluster) -> None:
    async def commit() -> None:
        async with AdminClient(kafka.bootstrap()) as admin:
            await admin.create_topics("demo-orders")
            await admin.alter_consumer_group_offsets("demo-billing", {TopicPartition("demo-orders", 0): 42})

    anyio.run(commit)
    finished = demo("--bootstrap", kafka.bootstrap(), "--seconds", "3")

    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout.endswith("No call failed.\n")


def test_a_cluster_that_cannot_be_reached_fails_the_demo() -> None:
    finished = demo("--bootstrap", "127.0.0.1:1", "--seconds", "1")

    assert finished.returncode == 1
    assert "Connection refused" in finished.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process there")
def test_ctrl_c_ends_the_demo_with_its_summary() -> None:
    with subprocess.Popen(
        [*COMMAND, "--plain"], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "groups found" in line:
                break
        process.send_signal(signal.SIGINT)
        told, errors = process.communicate(timeout=60)

    assert (process.returncode, errors) == (130, "")
    assert "Interrupted. No call " in told


def test_the_demo_gets_in_as_a_command_config_says(tmp_path: Path) -> None:
    listener = SecureListener(mechanisms=["PLAIN"], users={"alice": "hush"})
    with FakeCluster(brokers=1, listener=listener) as cluster:
        cluster.add_topic("orders")
        cluster.add_group("billing", offsets={("orders", 0): 42})
        file = tmp_path / "client.properties"
        file.write_text(
            f"bootstrap.servers={cluster.bootstrap_servers}\nsecurity.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n"
            'sasl.jaas.config=PlainLoginModule required username="alice" password="hush";\n'
        )
        ran = demo("--plain", "--command-config", str(file), "--seconds", "1")
        assert (ran.returncode, ran.stderr) == (0, "")
        assert "alice" in cluster.logins
