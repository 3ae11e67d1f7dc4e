"""Writes whose answers were lost: sent again, and told apart from what was so before. FakeCluster loses them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from kafkaadmin import (
    AdminClient,
    GroupNotFoundError,
    MemberToRemove,
    NewTopic,
    TopicAlreadyExistsError,
    TopicPartition,
    UnknownTopicError,
)
from kafkaadmin.testing import FakeCluster, Fault, GroupMember
from kafkawire import ApiKey

pytestmark = pytest.mark.anyio

ORDERS_0 = TopicPartition("orders", 0)


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with FakeCluster(brokers=3) as cluster:
        cluster.add_topic("orders", partitions=3, end_offset=100)
        cluster.add_group("old", offsets={("orders", 0): 42})
        yield cluster


@pytest.fixture
async def admin(cluster: FakeCluster) -> AsyncIterator[AdminClient]:
    async with AdminClient(cluster.bootstrap_servers) as admin:
        yield admin


def lose_answer(cluster: FakeCluster, api: ApiKey) -> None:
    cluster.inject(Fault(api=api, cut="after"))


async def test_a_topic_made_by_a_request_without_answer_is_ours(cluster: FakeCluster, admin: AdminClient) -> None:
    lose_answer(cluster, ApiKey.CREATE_TOPICS)
    created = (await admin.create_topics(NewTopic("new", partitions=2, replication_factor=2)))["new"]
    assert created.ambiguous
    assert (created.partitions, created.replication_factor) == (2, 2)


async def test_a_topic_that_is_not_as_ordered_is_not_ours(cluster: FakeCluster, admin: AdminClient) -> None:
    cluster.inject(Fault(api=ApiKey.CREATE_TOPICS, cut="before"))
    with pytest.raises(TopicAlreadyExistsError):
        (await admin.create_topics(NewTopic("orders", partitions=7)))["orders"]


async def test_a_topic_deleted_by_a_request_without_answer_is_ours(cluster: FakeCluster, admin: AdminClient) -> None:
    lose_answer(cluster, ApiKey.DELETE_TOPICS)
    assert (await admin.delete_topics("orders"))["orders"].ambiguous


async def test_a_topic_that_is_not_there_is_nobodys_when_no_answer_was_lost(admin: AdminClient) -> None:
    with pytest.raises(UnknownTopicError):
        (await admin.delete_topics("nope"))["nope"]


async def test_a_group_deleted_by_a_request_without_answer_is_ours(cluster: FakeCluster, admin: AdminClient) -> None:
    lose_answer(cluster, ApiKey.DELETE_GROUPS)
    assert (await admin.delete_consumer_groups("old"))["old"].ambiguous
    with pytest.raises(GroupNotFoundError):
        (await admin.delete_consumer_groups("old"))["old"]


async def test_a_member_removed_by_a_request_without_answer_is_ours(cluster: FakeCluster, admin: AdminClient) -> None:
    cluster.add_group("busy", members=[GroupMember(member_id="m-1", topics=("orders",))])
    lose_answer(cluster, ApiKey.LEAVE_GROUP)
    member = MemberToRemove(member_id="m-1")
    assert (await admin.remove_members_from_consumer_group("busy", member))[member].ambiguous


async def test_a_commit_without_answer_is_sent_again(cluster: FakeCluster, admin: AdminClient) -> None:
    lose_answer(cluster, ApiKey.OFFSET_COMMIT)
    (await admin.alter_consumer_group_offsets("old", {ORDERS_0: 50})).raise_for_errors()
    assert cluster.offsets("old")[ORDERS_0] == 50


async def test_offsets_deleted_without_answer_are_deleted_again(cluster: FakeCluster, admin: AdminClient) -> None:
    lose_answer(cluster, ApiKey.OFFSET_DELETE)
    (await admin.delete_consumer_group_offsets("old", ORDERS_0)).raise_for_errors()
    assert ORDERS_0 not in cluster.offsets("old")


async def test_groups_are_listed_whole_although_a_broker_died_meanwhile() -> None:
    with FakeCluster(brokers=3, failover=0.2) as cluster:
        for number in range(30):
            cluster.add_group(f"group-{number}", offsets={("orders", 0): 1})
        async with AdminClient(cluster.bootstrap_servers) as admin:
            await admin.list_groups()
            cluster.stop_broker(2)
            assert len(await admin.list_groups()) == 30


async def test_a_lagging_broker_is_waited_for_after_creating(anyio_backend: str) -> None:
    with FakeCluster(brokers=3, metadata_lag=0.2) as cluster:
        async with AdminClient(cluster.bootstrap_servers) as admin:
            (await admin.create_topics("new")).raise_for_errors()
            for _ in range(12):
                (await admin.describe_topics("new")).raise_for_errors()
