"""Topics described page by page (KIP-966), so that no answer holds more partitions than a broker cares to give at once.

Brokers go through the topics in the order of their names. A page ends anywhere, in the midst of a topic too, and says
where the next one begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from kafkaadmin.errors import KafkaAdminError, RemoteProtocolError, UnsupportedVersionError
from kafkaadmin.models.results import BatchResult
from kafkaadmin.models.topics import PartitionDescription, TopicDescription
from kafkaadmin.operations.at_once import merged
from kafkaadmin.operations.authorized_operations import authorized_operations
from kafkaadmin.operations.partitions import leader_of, topic_id
from kafkaadmin.routing import (
    AnyBroker,
    Attempt,
    Cluster,
    Deadline,
    Done,
    Errored,
    Operation,
    Outcome,
    Tally,
    count,
)
from kafkawire.messages import (
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsRequestCursor,
    DescribeTopicPartitionsRequestTopicRequest,
    DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponsePartition,
    DescribeTopicPartitionsResponseTopic,
)

__all__ = ["describe_by_page"]

_LEADER_NOT_AVAILABLE = 5
_UNKNOWN_TOPIC_ID = 100

_TOPICS_PER_REQUEST = 1_000

Described = BatchResult[str, TopicDescription]


class _Page(NamedTuple):
    """What a page has of a topic: nothing where it didn't come to it; and whether that, with earlier pages, is all."""

    topic: TopicDescription | None = None
    is_last: bool = False


async def describe_by_page(
    cluster: Cluster,
    topics: Sequence[str],
    *,
    include_operations: bool,
    limit: int,
    deadline: Deadline,
    tally: Tally | None,
) -> Described:
    """Describe topics; `limit` is how many partitions a page may have.

    The tally counts what is known for good: topics of brokers that have no pages are asked for in another way.
    """
    ordered = sorted(topics)
    chunks = [ordered[start : start + _TOPICS_PER_REQUEST] for start in range(0, len(ordered), _TOPICS_PER_REQUEST)]
    return await merged(
        [partial(_all_pages, cluster, chunk, include_operations, limit, deadline, tally) for chunk in chunks]
    )


async def _all_pages(
    cluster: Cluster,
    topics: Sequence[str],
    include_operations: bool,
    limit: int,
    deadline: Deadline,
    tally: Tally | None,
) -> Described:
    done: dict[str, TopicDescription] = {}
    failed: dict[str, KafkaAdminError] = {}
    begun: dict[str, TopicDescription] = {}
    left = list(topics)
    counted = 0, 0
    while left:
        known = len(left), _partitions(begun)
        page = await cluster.run(_paging(begun, include_operations, limit), left, deadline=deadline)
        failed.update(page.failed)
        for name, each in page.succeeded.items():
            if each.topic is not None:
                begun[name] = _continued(begun.get(name), each.topic)
            if each.is_last and name in begun:
                done[name] = begun.pop(name)
        left = [name for name in topics if name not in done and name not in failed]
        if known == (len(left), _partitions(begun)):
            stuck = RemoteProtocolError("describe_topics: a page brought nothing new, and wasn't the last")
            failed.update(dict.fromkeys(left, stuck))
            left = []
        final = sum(not isinstance(error, UnsupportedVersionError) for error in failed.values())
        told, counted = counted, (len(done), final)
        count(tally, counted[0] - told[0], counted[1] - told[1])
    return BatchResult(done, failed)


def _partitions(begun: Mapping[str, TopicDescription]) -> int:
    return sum(len(topic.partitions) for topic in begun.values())


def _continued(begun: TopicDescription | None, page: TopicDescription) -> TopicDescription:
    return page if begun is None else replace(page, partitions=(*begun.partitions, *page.partitions))


def _paging(
    begun: Mapping[str, TopicDescription], include_operations: bool, limit: int
) -> Operation[str, DescribeTopicPartitionsResponse, _Page]:
    def request(keys: Sequence[str], attempt: Attempt) -> DescribeTopicPartitionsRequest:
        # Only the first of those that are left can have been begun.
        name = next((key for key in keys if key in begun), None)
        cursor = None
        if name is not None:
            cursor = DescribeTopicPartitionsRequestCursor(topic_name=name, partition_index=len(begun[name].partitions))
        return DescribeTopicPartitionsRequest(
            topics=tuple(DescribeTopicPartitionsRequestTopicRequest(name=key) for key in keys),
            response_partition_limit=limit,
            cursor=cursor,
        )

    def outcomes(
        keys: Sequence[str], response: DescribeTopicPartitionsResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[_Page]]]:
        end = response.next_cursor
        told = {topic.name: topic for topic in response.topics}
        for key in keys:
            topic = told.get(key)
            goes_on = end is not None and key >= end.topic_name
            if topic is None:
                if goes_on:
                    yield key, Done(_Page())
            elif topic.error_code:
                yield key, Errored(topic.error_code)
            elif _is_another(begun.get(key), topic):
                yield key, Errored(_UNKNOWN_TOPIC_ID, "it was deleted, and made again, between two pages")
            else:
                yield key, Done(_Page(_description(topic, include_operations), is_last=not goes_on))

    return Operation(
        name="describe_topics",
        noun="topic",
        to=_any_broker,
        api=DescribeTopicPartitionsRequest,
        request=request,
        outcomes=outcomes,
        retry_on=frozenset({_LEADER_NOT_AVAILABLE}),
    )


def _is_another(begun: TopicDescription | None, told: DescribeTopicPartitionsResponseTopic) -> bool:
    return begun is not None and begun.topic_id != topic_id(told.topic_id)


def _any_broker(key: object) -> AnyBroker:
    return AnyBroker()


def _description(topic: DescribeTopicPartitionsResponseTopic, include_operations: bool) -> TopicDescription:
    operations = authorized_operations(topic.topic_authorized_operations)
    return TopicDescription(
        name=topic.name or "",
        topic_id=topic_id(topic.topic_id),
        is_internal=topic.is_internal,
        partitions=tuple(sorted(map(_partition, topic.partitions), key=lambda each: each.partition)),
        authorized_operations=operations if include_operations else None,
    )


def _partition(partition: DescribeTopicPartitionsResponsePartition) -> PartitionDescription:
    eligible, last_known = partition.eligible_leader_replicas, partition.last_known_elr
    return PartitionDescription(
        partition=partition.partition_index,
        leader=leader_of(partition.leader_id),
        leader_epoch=partition.leader_epoch if partition.leader_epoch >= 0 else None,
        replicas=tuple(partition.replica_nodes),
        in_sync_replicas=tuple(partition.isr_nodes),
        offline_replicas=tuple(partition.offline_replicas),
        eligible_leader_replicas=None if eligible is None else tuple(eligible),
        last_known_eligible_leader_replicas=None if last_known is None else tuple(last_known),
    )
