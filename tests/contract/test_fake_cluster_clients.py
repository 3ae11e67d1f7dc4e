"""Other people's clients, as they are, against FakeCluster: they believe to talk to Kafka."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import warnings
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicCollection
from confluent_kafka import TopicPartition as Position
from confluent_kafka.admin import AdminClient as ConfluentAdmin
from confluent_kafka.admin import NewPartitions as ConfluentPartitions
from confluent_kafka.admin import NewTopic as ConfluentTopic
from confluent_kafka.admin import OffsetSpec as ConfluentOffset

from kafkaadmin import StreamsSubtopology
from kafkaadmin.testing import FakeCluster, GroupMember
from tests.support.kafka.jars import jars, java
from tests.support.kafka.settings import DEFAULT_VERSION

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from aiokafka.admin import AIOKafkaAdminClient
    from aiokafka.admin import NewPartitions as AioPartitions
    from aiokafka.admin import NewTopic as AioTopic
    from aiokafka.structs import TopicPartition as AioPartition
    from kafka.admin import KafkaAdminClient, NewPartitions, NewTopic, OffsetSpec
    from kafka.structs import OffsetAndMetadata, TopicPartition

ORDERS = TopicPartition("orders", 0)
ADMIN_CALLS = Path(__file__).parents[1] / "support" / "java" / "AdminCalls.java"
OTHER_GROUP_CALLS = ADMIN_CALLS.with_name("OtherGroupCalls.java")


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

    def test_gives_topics_more_partitions(self, admin: KafkaAdminClient, cluster: FakeCluster) -> None:
        admin.create_partitions({"orders": NewPartitions(5)})
        assert cluster.leader_of("orders", 4) in cluster.brokers

    def test_deletes_records(self, admin: KafkaAdminClient, cluster: FakeCluster) -> None:
        assert admin.delete_records({ORDERS: 10})[ORDERS]["low_watermark"] == 10

    def test_lists_partition_offsets(self, admin: KafkaAdminClient) -> None:
        assert admin.list_partition_offsets({ORDERS: OffsetSpec.LATEST})[ORDERS].offset == 100

    def test_deletes_groups(self, admin: KafkaAdminClient, cluster: FakeCluster) -> None:
        admin.delete_groups(["billing"])
        assert set(cluster.groups()) == {"busy", "modern"}


class TestAiokafka:
    """aiokafka's admin client knows fewer calls, and answers most of them with the response as it came."""

    @pytest_asyncio.fixture
    async def admin(self, cluster: FakeCluster) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(bootstrap_servers=cluster.bootstrap_servers)
        await admin.start()
        yield admin
        await admin.close()

    @pytest.mark.asyncio
    async def test_reads_groups_and_offsets(self, admin: AIOKafkaAdminClient) -> None:
        assert {name for name, _ in await admin.list_consumer_groups()} == {"billing", "busy", "modern"}
        offsets = await admin.list_consumer_group_offsets("billing")
        assert offsets[AioPartition("orders", 0)].offset == 42
        described = await admin.describe_consumer_groups(["billing", "busy"])
        states = {group[1]: group[2] for response in described for group in response.groups}
        assert states == {"billing": "Empty", "busy": "Stable"}

    @pytest.mark.asyncio
    async def test_reads_topics_and_brokers(self, admin: AIOKafkaAdminClient) -> None:
        assert "orders" in await admin.list_topics()
        (orders,) = await admin.describe_topics(["orders"])
        assert [partition["partition"] for partition in orders["partitions"]] == [0, 1, 2]
        assert {broker["node_id"] for broker in (await admin.describe_cluster())["brokers"]} == {1, 2, 3}

    @pytest.mark.asyncio
    async def test_makes_widens_and_deletes_topics(self, admin: AIOKafkaAdminClient, cluster: FakeCluster) -> None:
        await admin.create_topics([AioTopic("new", 2, 2)])
        await admin.create_partitions({"new": AioPartitions(4)})
        assert cluster.leader_of("new", 3) in cluster.brokers
        await admin.delete_topics(["new"])
        assert "new" not in cluster.topics()


def outcomes(futures: dict[Any, Future[Any]]) -> dict[Any, Any]:
    """What confluent-kafka answers, key by key."""
    return {key: future.result(10) for key, future in futures.items()}


class TestConfluentKafka:
    @pytest.fixture
    def admin(self, cluster: FakeCluster) -> ConfluentAdmin:
        return ConfluentAdmin({"bootstrap.servers": cluster.bootstrap_servers, "socket.timeout.ms": 10_000})

    def test_reads_groups_and_offsets(self, admin: ConfluentAdmin) -> None:
        listed = admin.list_consumer_groups(request_timeout=10).result(10)
        assert ({group.group_id for group in listed.valid}, listed.errors) == ({"billing", "busy", "modern"}, [])
        described = outcomes(admin.describe_consumer_groups(["billing", "busy"], request_timeout=10))
        assert {name: (group.state.name, len(group.members)) for name, group in described.items()} == {
            "billing": ("EMPTY", 0),
            "busy": ("STABLE", 2),
        }
        committed = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions("billing")], request_timeout=10)
        assert [each.offset for each in outcomes(committed)["billing"].topic_partitions] == [42]

    def test_writes_offsets(self, admin: ConfluentAdmin, cluster: FakeCluster) -> None:
        wanted = ConsumerGroupTopicPartitions("billing", [Position("orders", 0, 50)])
        outcomes(admin.alter_consumer_group_offsets([wanted], request_timeout=10))
        assert cluster.offsets("billing") == {("orders", 0): 50}

    def test_reads_topics_and_brokers(self, admin: ConfluentAdmin) -> None:
        assert set(admin.list_topics(timeout=10).brokers) == {1, 2, 3}
        described = outcomes(admin.describe_topics(TopicCollection(["orders"]), request_timeout=10))
        assert len(described["orders"].partitions) == 3
        latest = outcomes(admin.list_offsets({Position("orders", 0): ConfluentOffset.latest()}, request_timeout=10))
        assert [each.offset for each in latest.values()] == [100]

    def test_makes_widens_and_deletes_topics(self, admin: ConfluentAdmin, cluster: FakeCluster) -> None:
        outcomes(admin.create_topics([ConfluentTopic("new", 2, 2)], request_timeout=10))
        outcomes(admin.create_partitions([ConfluentPartitions("new", 4)], request_timeout=10))
        assert cluster.leader_of("new", 3) in cluster.brokers
        outcomes(admin.delete_topics(["new"], request_timeout=10))
        assert "new" not in cluster.topics()

    def test_deletes_records(self, admin: ConfluentAdmin) -> None:
        (deleted,) = outcomes(admin.delete_records([Position("orders", 0, 10)], request_timeout=10)).values()
        assert deleted.low_watermark == 10

    def test_deletes_groups_that_are_empty(self, admin: ConfluentAdmin, cluster: FakeCluster) -> None:
        deleted = admin.delete_consumer_groups(["billing", "busy"], request_timeout=10)
        deleted["billing"].result(10)
        with pytest.raises(KafkaException, match="NON_EMPTY_GROUP"):
            deleted["busy"].result(10)
        assert set(cluster.groups()) == {"busy", "modern"}


@pytest.mark.real_kafka  # `make kafka` installs it, as it does what the tests on real brokers need
def test_kcat_lists_brokers_and_topics(cluster: FakeCluster) -> None:
    kcat = shutil.which("kcat") or shutil.which("kafkacat")
    if kcat is None:
        pytest.fail("kcat is missing: `make kafka` installs it on Debian as root; elsewhere e.g. brew install kcat")
    command = [kcat, "-b", cluster.bootstrap_servers, "-L", "-J"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    listed = json.loads(run.stdout)
    assert {broker["name"] for broker in listed["brokers"]} == set(cluster.bootstrap_servers.split(","))
    leaders = {topic["topic"]: [partition["leader"] for partition in topic["partitions"]] for topic in listed["topics"]}
    assert leaders["orders"] == [cluster.leader_of("orders", index) for index in range(3)]


def client_jars() -> str:
    """The class path of a Java client. All of Kafka would do too, but takes javac long to open."""
    found = Path(jars(DEFAULT_VERSION).class_path).parent.glob("*.jar")
    return os.pathsep.join(str(jar) for jar in found if jar.name.startswith(("kafka-clients", "slf4j-api")))


@pytest.mark.real_kafka
@pytest.mark.parametrize(
    ("cluster", "emptied"), [("3.9", "GroupIdNotFoundException"), ("4.4", "null")], indirect=["cluster"]
)
def test_javas_admin_finds_kafka(cluster: FakeCluster, emptied: str) -> None:
    cluster.allow_delegation_tokens()
    cluster.allow_voter_changes()
    cluster.add_hanging_transaction("orders", 2)
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
        "deleteGroups without offsets": emptied,
        "createTopics for its id": "true",
        "describeTopics by id": "by-id",
        "createPartitions": "null",
        "createPartitions too few": "InvalidPartitionsException",
        "deleteTopics by id": "null",
        "electLeaders": "ElectionNotNeededException",
        "deleteRecords": "10",
        "listOffsets earliest": "10",
        "describeConfigs": "delete",
        "listConsumerGroups": "3",
        "describeClassicGroups": "2",
        "describeFeatures": "true",
        "describeMetadataQuorum": "3",
        "addRaftVoter": "null",
        "removeRaftVoter": "VoterNotFoundException",
        "createDelegationToken": "User:ANONYMOUS",
        "describeDelegationToken": "1",
        "renewDelegationToken": "true",
        "expireDelegationToken": "true",
        "incrementalAlterConfigs": "null",
        "describeConfigs after": "1000",
        "listConfigResources": "1",
        "updateFeatures": "null",
        "createAcls": "null",
        "describeAcls": "true",
        "deleteAcls": "1",
        "alterUserScramCredentials": "null",
        "describeUserScramCredentials": "[alice]",
        "alterClientQuotas": "null",
        "describeClientQuotas": "{producer_byte_rate=1024.0}",
        "alterPartitionReassignments": "null",
        "listPartitionReassignments": "0",
        "describeLogDirs": "true",
        "alterReplicaLogDirs": "null",
        "describeReplicaLogDirs": "true",
        "unregisterBroker": "BrokerIdNotRegisteredException",
        "fenceProducers": "null",
        "listTransactions": "pay/Empty",
        "listTransactions by duration": "1",
        "describeTransactions": "[]",
        "describeTransactions of nobody": "TransactionalIdNotFoundException",
        "abortTransaction": "null",
        "describeProducers": "OptionalLong.empty",
        "forceTerminateTransaction": "null",
    }, run.stderr


@pytest.mark.real_kafka
@pytest.mark.parametrize("cluster", ["4.4"], indirect=True)
def test_javas_admin_finds_share_and_streams_groups(cluster: FakeCluster) -> None:
    cluster.add_group("busy", type="share", members=[GroupMember(member_id="m", partitions=(("orders", 1),))])
    cluster.add_group(
        "app",
        type="streams",
        offsets={("orders", 0): 42},
        members=1,
        topology=[StreamsSubtopology(subtopology_id="0", source_topics=("orders",))],
    )
    command = [str(java()), "-XX:TieredStopAtLevel=1", "-cp", client_jars(), str(OTHER_GROUP_CALLS)]
    run = subprocess.run(
        [*command, cluster.bootstrap_servers], capture_output=True, text=True, timeout=120, check=False
    )
    assert dict(line.split("=", 1) for line in run.stdout.splitlines() if "=" in line) == {
        "alterShareGroupOffsets": "null",
        "alterShareGroupOffsets with members": "GroupNotEmptyException",
        "listShareGroupOffsets": "95/5",
        "describeShareGroups": "(topicPartitions=orders-1)",
        "deleteShareGroupOffsets": "null",
        "deleteShareGroupOffsets again": "UnknownTopicOrPartitionException",
        "deleteShareGroups": "null",
        "deleteShareGroups with members": "GroupNotEmptyException",
        "describeStreamsGroups": "Stable/1/[orders]",
        "listStreamsGroupOffsets": "42",
        "deleteStreamsGroups": "GroupNotEmptyException",
    }, run.stderr
