"""Every call that takes `progress` tells how far it has come, and in the end what its result says. On FakeCluster."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from inspect import signature
from typing import Any

import pytest

from kafkaadmin import (
    AdminClient,
    BatchResult,
    ConfigResource,
    NewTopic,
    OffsetSpec,
    Progress,
    TopicPartition,
    TopicPartitionReplica,
)
from kafkaadmin.testing import FakeCluster, GroupMember

pytestmark = pytest.mark.anyio

Report = Callable[[Progress], object]
Do = Callable[[AdminClient, Report], Awaitable[BatchResult[Any, Any]]]

ORDERS = [TopicPartition("orders", index) for index in range(30)]
NOWHERE = TopicPartition("nope", 0)
GROUPS = [f"group-{number}" for number in range(30)]
TOPICS = [f"topic-{number}" for number in range(30)]
NEW = [NewTopic(name, partitions=1) for name in (*TOPICS, "new")]
REPLICAS = [TopicPartitionReplica("orders", index, 1 + index % 3) for index in range(30)]
CONFIGS = [*map(ConfigResource.topic, (*TOPICS, "nope")), ConfigResource.broker(1), ConfigResource.broker(2)]

# fmt: off
ROWS: Mapping[str, tuple[Do, int]] = {
    "describe_topics": (lambda admin, told: admin.describe_topics([*TOPICS, "nope"], progress=told), 1),
    "create_topics": (lambda admin, told: admin.create_topics(NEW, progress=told), 30),
    "create_topics-ok": (lambda admin, told: admin.create_topics(NEW, if_exists="ok", progress=told), 0),
    "create_topics-verify": (
        lambda admin, told: admin.create_topics([*NEW, NewTopic("orders", partitions=2)], if_exists="verify",
                                                progress=told), 1),
    "delete_topics": (lambda admin, told: admin.delete_topics([*TOPICS, "nope"], progress=told), 1),
    "create_partitions": (
        lambda admin, told: admin.create_partitions({**dict.fromkeys(TOPICS, 3), "orders": 1}, progress=told), 1),
    "delete_records": (
        lambda admin, told: admin.delete_records(dict.fromkeys([*ORDERS, NOWHERE], 1), progress=told), 1),
    "list_offsets": (lambda admin, told: admin.list_offsets([*ORDERS, NOWHERE], OffsetSpec.latest(), progress=told), 1),
    "describe_configs": (lambda admin, told: admin.describe_configs(CONFIGS, progress=told), 1),
    "incremental_alter_configs": (
        lambda admin, told: admin.incremental_alter_configs(
            {each: {"retention.ms": "5"} for each in CONFIGS if each.broker_id is None}, progress=told), 1),
    "describe_groups": (lambda admin, told: admin.describe_groups([*GROUPS, "busy", "new", "nope"], progress=told), 1),
    "describe_consumer_groups": (
        lambda admin, told: admin.describe_consumer_groups([*GROUPS, "new", "connect", "nope"], progress=told), 2),
    "describe_classic_groups": (lambda admin, told: admin.describe_classic_groups([*GROUPS, "new"], progress=told), 1),
    "describe_share_groups": (lambda admin, told: admin.describe_share_groups(["nope", "share"], progress=told), 1),
    "describe_streams_groups": (
        lambda admin, told: admin.describe_streams_groups(["nope", "streams"], progress=told), 1),
    "list_consumer_group_offsets": (
        lambda admin, told: admin.list_consumer_group_offsets(GROUPS, progress=told), 0),
    "alter_consumer_group_offsets": (
        lambda admin, told: admin.alter_consumer_group_offsets(
            "group-1", dict.fromkeys([*ORDERS, NOWHERE], 5), progress=told), 1),
    "delete_consumer_group_offsets": (
        lambda admin, told: admin.delete_consumer_group_offsets("group-1", [*ORDERS, NOWHERE], progress=told), 1),
    "delete_consumer_groups": (
        lambda admin, told: admin.delete_consumer_groups([*GROUPS, "busy", "nope"], progress=told), 2),
    "list_share_group_offsets": (
        lambda admin, told: admin.list_share_group_offsets(["share", "nope"], progress=told), 0),
    "alter_share_group_offsets": (
        lambda admin, told: admin.alter_share_group_offsets("share", {**dict.fromkeys(ORDERS, 5), NOWHERE: 5},
                                                            progress=told), 1),
    "delete_share_group_offsets": (
        lambda admin, told: admin.delete_share_group_offsets("share", ["orders", "nope"], progress=told), 1),
    "delete_share_groups": (lambda admin, told: admin.delete_share_groups(["share", "nope"], progress=told), 1),
    "list_streams_group_offsets": (
        lambda admin, told: admin.list_streams_group_offsets(["streams", "nope"], progress=told), 0),
    "alter_streams_group_offsets": (
        lambda admin, told: admin.alter_streams_group_offsets(
            "streams", dict.fromkeys([*ORDERS, NOWHERE], 5), progress=told), 1),
    "delete_streams_group_offsets": (
        lambda admin, told: admin.delete_streams_group_offsets("streams", [*ORDERS, NOWHERE], progress=told), 1),
    "delete_streams_groups": (lambda admin, told: admin.delete_streams_groups(["streams", "nope"], progress=told), 1),
    "alter_partition_reassignments": (
        lambda admin, told: admin.alter_partition_reassignments(
            {**{each: [1, 2, 3] for each in ORDERS[:20]}, ORDERS[21]: None, NOWHERE: [1]}, progress=told), 2),
    "describe_log_dirs": (lambda admin, told: admin.describe_log_dirs([1, 2, 3, 77], progress=told), 1),
    "describe_replica_log_dirs": (
        lambda admin, told: admin.describe_replica_log_dirs(
            [*REPLICAS, TopicPartitionReplica("nope", 0, 1)], progress=told), 1),
    "alter_replica_log_dirs": (
        lambda admin, told: admin.alter_replica_log_dirs(
            {**dict.fromkeys(REPLICAS, "/kafka/data-2"), TopicPartitionReplica("nope", 0, 1): "/nope"},
            progress=told), 1),
    "describe_transactions": (lambda admin, told: admin.describe_transactions(["pay", "nope"], progress=told), 1),
    "describe_producers": (lambda admin, told: admin.describe_producers([*ORDERS, NOWHERE], progress=told), 1),
    "fence_producers": (lambda admin, told: admin.fence_producers(["pay", "bill", "new"], progress=told), 0),
}
# fmt: on

ELSEWHERE = {"iter_consumer_group_offsets": "tests/contract/test_progress.py"}


def taking_progress() -> set[str]:
    return {
        name
        for name, member in vars(AdminClient).items()
        if not name.startswith("_") and callable(member) and "progress" in signature(member).parameters
    }


def test_every_call_that_takes_it_has_a_row() -> None:
    assert {row.partition("-")[0] for row in ROWS} | ELSEWHERE.keys() == taking_progress()


@pytest.fixture
def cluster(release: str) -> Iterator[FakeCluster]:
    with FakeCluster(brokers=3, versions_of=release) as cluster:
        cluster.add_topic("orders", partitions=30, end_offset=100)
        for name in TOPICS:
            cluster.add_topic(name)
        cluster.add_groups(GROUPS, offsets={("orders", 0): 7})
        cluster.add_group("busy", members=[GroupMember(member_id="m-1")])
        cluster.add_group("connect", protocol_type="connect", members=[GroupMember(member_id="m-1")])
        cluster.add_group("new", type="consumer")
        cluster.add_group("share", type="share", offsets={("orders", 0): 7})
        cluster.add_group("streams", type="streams")
        cluster.add_transaction("pay")
        yield cluster


SINCE = {"describe_transactions": "3.9"} | dict.fromkeys(
    (row for row in ROWS if "share" in row or "streams" in row), "4.4"
)


def plays() -> Iterator[object]:
    for row in ROWS:
        for backend, release in (("asyncio", "4.4"), ("trio", "4.4"), ("asyncio", "3.0")):
            if release >= SINCE.get(row, ""):
                yield pytest.param(row, release, backend, id=f"{row}-{release}-{backend}")


@pytest.mark.parametrize(("row", "release", "anyio_backend"), list(plays()))
async def test_the_last_report_is_what_came_of_it(
    cluster: FakeCluster, row: str, release: str, anyio_backend: str
) -> None:
    do, _ = ROWS[row]
    told: list[Progress] = []
    async with AdminClient(cluster.bootstrap_servers) as admin:
        result = await do(admin, told.append)
    assert told[-1] == Progress(done=len(result.succeeded), total=len(result), failed=len(result.failed))
    assert {each.total for each in told} == {len(result)}
    assert all(0 < each.done + each.failed <= each.total for each in told)
    if release == "4.4":
        assert len(result.failed) == ROWS[row][1], result.failed
