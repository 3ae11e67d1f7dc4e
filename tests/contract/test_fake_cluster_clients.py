"""Other people's clients, as they are, against FakeCluster: they believe to talk to Kafka."""

from __future__ import annotations

import os
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from kafkaadmin.testing import FakeCluster
from tests.support.kafka.jars import jars, java
from tests.support.kafka.settings import DEFAULT_VERSION

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka.admin import KafkaAdminClient, NewTopic, OffsetSpec
    from kafka.structs import OffsetAndMetadata, TopicPartition

ORDERS = TopicPartition("orders", 0)
ADMIN_CALLS = Path(__file__).parents[1] / "support" / "java" / "AdminCalls.java"


@pytest.fixture(params=["2.8", "3.9", "4.4"])
def cluster(request: pytest.FixtureRequest) -> Iterator[FakeCluster]:
    with FakeCluster(brokers=3, versions_of=request.param) as cluster:
        cluster.add_topic("orders", partitions=3, end_offset=100)
        cluster.add_group("billing", offsets={("orders", 0): 42})
        cluster.add_group("busy", offsets={("orders", 1): 7}, members=2)
        cluster.add_group("modern", offsets={("orders", 2): 8}, members=1, type="consumer")
        yield cluster
        assert cluster.rejected == ()


@pytest.mark.filterwarnings("ignore::DeprecationWarning:kafka")
class TestKafkaPython:
    @pytest.fixture
    def admin(self, cluster: FakeCluster) -> Iterator[KafkaAdminClient]:
        admin = KafkaAdminClient(bootstrap_servers=cluster.bootstrap_servers)
        yield admin
        admin.close()

    def test_lists_groups_of_all_brokers(self, admin: KafkaAdminClient) -> None:
        assert {group["group_id"] for group in admin.list_groups()} == {"billing", "busy", "modern"}

    def test_reads_offsets(self, admin: KafkaAdminClient) -> None:
        assert admin.list_group_offsets("billing")["billing"][ORDERS].offset == 42

    def test_alters_and_deletes_offsets(self, admin: KafkaAdminClient, cluster: FakeCluster) -> None:
        admin.alter_group_offsets("billing", {ORDERS: OffsetAndMetadata(50, "", -1)})
        assert cluster.offsets("billing") == {("orders", 0): 50}
        admin.delete_group_offsets("billing", [ORDERS])
        assert cluster.offsets("billing") == {}

    def test_describes_groups(self, admin: KafkaAdminClient) -> None:
        described = admin.describe_groups(["billing", "busy"])
        assert {name: group["group_state"] for name, group in described.items()} == {
            "billing": "Empty",
            "busy": "Stable",
        }

    def test_creates_and_deletes_topics(self, admin: KafkaAdminClient, cluster: FakeCluster) -> None:
        admin.create_topics([NewTopic("new", 2, 2)])
        assert "new" in cluster.topics()
        admin.delete_topics(["new"])
        assert "new" not in cluster.topics()

    def test_lists_partition_offsets(self, admin: KafkaAdminClient) -> None:
        assert admin.list_partition_offsets({ORDERS: OffsetSpec.LATEST})[ORDERS].offset == 100

    def test_deletes_groups(self, admin: KafkaAdminClient, cluster: FakeCluster) -> None:
        admin.delete_groups(["billing"])
        assert set(cluster.groups()) == {"busy", "modern"}


def client_jars() -> str:
    """The class path of a Java client. All of Kafka would do too, but takes javac long to open."""
    found = Path(jars(DEFAULT_VERSION).class_path).parent.glob("*.jar")
    return os.pathsep.join(str(jar) for jar in found if jar.name.startswith(("kafka-clients", "slf4j-api")))


@pytest.mark.real_kafka
@pytest.mark.parametrize("cluster", ["3.9", "4.4"], indirect=True)
def test_javas_admin_finds_kafka(cluster: FakeCluster) -> None:
    command = [
        str(java()),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        client_jars(),
        str(ADMIN_CALLS),
        cluster.bootstrap_servers,
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert dict(line.split("=", 1) for line in run.stdout.splitlines() if "=" in line) == {
        "nodes": "[1, 2, 3]",
        "createTopics": "2",
        "createTopics again": "TopicExistsException",
        "listTopics": "[new, orders]",
        "describeTopics": "2",
        "deleteTopics": "null",
        "listOffsets latest": "100",
        "listOffsets maxTimestamp": "99",
        "listGroups": "[billing, busy, modern]",
        "offsets": "42",
        "describeConsumerGroups": "{billing=Classic/Empty/0, busy=Classic/Stable/2, modern=Consumer/Stable/1}",
        "alter": "null",
        "offsets after alter": "50",
        "alter with members": "UnknownMemberIdException",
        "removeMembers": "null",
        "deleteOffsets": "null",
        "deleteGroups": "null",
    }, run.stderr
