"""Topics, on FakeCluster and on real Kafka."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from kafkaadmin import (
    AclOperation,
    AdminClient,
    BrokerId,
    ConfigurationError,
    InvalidRequestError,
    NewTopic,
    OperationTimeoutError,
    TopicAlreadyExistsError,
    TopicDiffersError,
    UnknownTopicError,
    UnsupportedVersionError,
)
from kafkawire.messages import MetadataRequest, MetadataRequestTopic
from tests.support.stage import Stage

pytestmark = pytest.mark.anyio


async def test_a_topic_is_made_as_ordered(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("orders")
    created = (
        await admin.create_topics(
            NewTopic(name, partitions=3, replication_factor=2, configs={"retention.ms": "86400000"})
        )
    )[name]
    assert (created.partitions, created.replication_factor, created.ambiguous) == (3, 2, False)
    assert created.configs is not None
    assert created.configs["retention.ms"] == "86400000"

    description = (await admin.describe_topics(name))[name]
    assert description.topic_id == created.topic_id
    assert [each.partition for each in description.partitions] == [0, 1, 2]
    assert all(len(each.replicas) == 2 for each in description.partitions)


async def test_a_bare_name_is_made_with_the_brokers_defaults(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("defaults")
    (await admin.create_topics(name)).raise_for_errors()
    assert (await admin.describe_topics(name))[name].partitions


async def test_replicas_go_where_they_were_assigned(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("assigned")
    (await admin.create_topics(NewTopic(name, assignments={0: [2, 3], 1: [3, 1]}))).raise_for_errors()
    description = (await admin.describe_topics(name))[name]
    assert [each.replicas for each in description.partitions] == [(2, 3), (3, 1)]
    assert [each.leader for each in description.partitions] == [2, 3]


async def test_every_broker_knows_a_topic_once_creating_it_returns(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("everywhere")
    (await admin.create_topics(NewTopic(name, partitions=1))).raise_for_errors()
    request = MetadataRequest(topics=(MetadataRequestTopic(name=name),), allow_auto_topic_creation=False)
    for broker in (await admin.describe_cluster()).brokers:
        answer = await admin.send(request, BrokerId(broker.id))
        assert [topic.error_code for topic in answer.topics] == [0]


async def test_each_topic_succeeds_or_fails_by_itself(admin: AdminClient, stage: Stage) -> None:
    old, new, bad = stage.name("old"), stage.name("new"), stage.name("bad")
    (await admin.create_topics(old)).raise_for_errors()
    result = await admin.create_topics([old, new, NewTopic(bad, partitions=1, replication_factor=9)])
    assert set(result.succeeded) == {new}
    with pytest.raises(TopicAlreadyExistsError, match=f"create_topics: topic '{old}': TOPIC_ALREADY_EXISTS"):
        result[old]
    with pytest.raises(InvalidRequestError):
        result[bad]


async def test_validating_makes_nothing(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("validated")
    (await admin.create_topics(NewTopic(name, partitions=2), validate_only=True)).raise_for_errors()
    with pytest.raises(UnknownTopicError):
        (await admin.describe_topics(name))[name]


async def test_describing_a_topic_does_not_make_it(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("absent")
    for _ in range(2):
        with pytest.raises(UnknownTopicError, match=f"describe_topics: topic '{name}'"):
            (await admin.describe_topics(name))[name]
    assert name not in await admin.list_topics()


async def test_topics_are_described_and_deleted_by_id(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("by-id")
    topic_id = (await admin.create_topics(name))[name].topic_id
    assert isinstance(topic_id, UUID)
    stranger = uuid4()
    described = await admin.describe_topics([topic_id, stranger])
    if stage.release < (3, 1):
        assert [type(error) for error in described.failed.values()] == [UnsupportedVersionError] * 2
    else:
        assert described[topic_id].name == name
        with pytest.raises(UnknownTopicError):
            described[stranger]
    deleted = await admin.delete_topics([topic_id, stranger])
    assert deleted[topic_id].name == name
    with pytest.raises(UnknownTopicError):
        deleted[stranger]


async def test_a_deleted_topic_is_gone(admin: AdminClient, stage: Stage) -> None:
    name, stranger = stage.name("deleted"), stage.name("stranger")
    (await admin.create_topics(name)).raise_for_errors()
    result = await admin.delete_topics([name, stranger])
    assert result[name].ambiguous is False
    with pytest.raises(UnknownTopicError):
        result[stranger]
    with pytest.raises(UnknownTopicError):
        (await admin.delete_topics(name))[name]


async def test_listing_leaves_internal_topics_out_unless_asked(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("listed")
    created = (await admin.create_topics(name))[name]
    (await admin.find_coordinators(stage.name("group"))).raise_for_errors()  # makes __consumer_offsets
    topics = await admin.list_topics()
    assert topics[name].topic_id == created.topic_id
    assert not any(topic.is_internal for topic in topics.values())
    assert (await admin.list_topics(include_internal=True))["__consumer_offsets"].is_internal


async def test_authorized_operations_are_told_when_asked_for(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("operations")
    (await admin.create_topics(name)).raise_for_errors()
    assert (await admin.describe_topics(name))[name].authorized_operations is None
    asked = (await admin.describe_topics(name, include_authorized_operations=True))[name]
    assert asked.authorized_operations is not None
    assert {AclOperation.READ, AclOperation.DELETE} <= asked.authorized_operations


async def test_a_topic_is_described_in_pages_as_in_one(admin: AdminClient, stage: Stage) -> None:
    small, large, last, nowhere = (stage.name(each) for each in ("a-small", "b-large", "c-last", "b-nowhere"))
    await admin.create_topics([NewTopic(small, partitions=1), NewTopic(large, partitions=7), NewTopic(last)])
    whole = await admin.describe_topics([last, small, nowhere, large])
    assert [len(whole[name].partitions) for name in (small, large)] == [1, 7]
    for size in (1, 2, 3, 7, 8):
        paged = await admin.describe_topics([last, small, nowhere, large], partitions_per_response=size)
        assert paged.succeeded == whole.succeeded
        with pytest.raises(UnknownTopicError, match=f"describe_topics: topic '{nowhere}'"):
            paged[nowhere]


async def test_a_topic_that_is_there_already_may_be_enough(admin: AdminClient, stage: Stage) -> None:
    name, new = stage.name("there"), stage.name("new")
    ordered = NewTopic(name, partitions=2, replication_factor=2, configs={"retention.ms": "86400000"})
    made = (await admin.create_topics(ordered))[name]
    assert not made.existed
    taken = await admin.create_topics([NewTopic(name, partitions=9), new], if_exists="ok")
    assert (taken[name].existed, taken[new].existed) == (True, False)
    same = (await admin.create_topics(ordered, if_exists="verify"))[name]
    assert (same.existed, same.topic_id, same.partitions, same.replication_factor) == (True, made.topic_id, 2, 2)
    other = NewTopic(name, partitions=3, replication_factor=1, configs={"retention.ms": "5"})
    with pytest.raises(TopicDiffersError) as differs:
        (await admin.create_topics(other, if_exists="verify"))[name]
    assert differs.value.differences == (
        "it has 2 partitions, not 3",
        "its replication factor is 2, not 1",
        "its retention.ms is '86400000', not '5'",
    )
    moved = NewTopic(name, assignments={0: [1, 2, 3]})
    with pytest.raises(TopicDiffersError, match="its replicas are"):
        (await admin.create_topics(moved, if_exists="verify"))[name]
    with pytest.raises(ConfigurationError):
        await admin.create_topics(name, if_exists="perhaps")  # type: ignore[arg-type]


async def test_topics_are_waited_for(admin: AdminClient, stage: Stage) -> None:
    name, nowhere, neither = stage.name("awaited"), stage.name("nowhere"), stage.name("neither")
    (await admin.create_topics(name, wait=False)).raise_for_errors()
    await admin.wait_for_topics(name)
    with pytest.raises(OperationTimeoutError, match=f"topic '{nowhere}': not all brokers knew it"):
        await admin.wait_for_topics([name, nowhere], timeout=1.0)
    with pytest.raises(OperationTimeoutError, match="not all brokers knew them"):
        await admin.wait_for_topics([nowhere, neither], timeout=0.3)
