"""Topics: list and describe them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar
from uuid import UUID

from kafkaadmin.errors import UnsupportedVersionError
from kafkaadmin.models.results import BatchResult
from kafkaadmin.models.topics import PartitionDescription, TopicDescription, TopicListing
from kafkaadmin.operations import arguments
from kafkaadmin.operations.authorized_operations import authorized_operations
from kafkaadmin.operations.partitions import leader_of, topic_id
from kafkaadmin.operations.topic_pages import describe_by_page
from kafkaadmin.routing import (
    AnyBroker,
    Attempt,
    Cluster,
    Deadline,
    Done,
    Errored,
    Operation,
    Outcome,
    Report,
    Tally,
)
from kafkawire.messages import (
    MetadataRequest,
    MetadataRequestTopic,
    MetadataResponse,
    MetadataResponsePartition,
    MetadataResponseTopic,
)

__all__ = ["describe_topics", "describing", "list_topics", "look"]

K = TypeVar("K", str, UUID)

_A_LOOK = 0.5

_LEADER_NOT_AVAILABLE = 5

_NEVER_CREATES = 4
"""The first version of Metadata that can be told not to create the topics it is asked about."""
_WITH_OPERATIONS = 8
_BY_ID = 12
"""Metadata v10 and v11 have a field for topic ids that brokers don't understand."""

_TOPICS_PER_REQUEST = 1_000


async def list_topics(cluster: Cluster, *, include_internal: bool, deadline: Deadline) -> dict[str, TopicListing]:
    def request(keys: Sequence[None], attempt: Attempt) -> MetadataRequest:
        return MetadataRequest(topics=None, allow_auto_topic_creation=False)

    def outcomes(
        keys: Sequence[None], response: MetadataResponse, attempt: Attempt
    ) -> Iterator[tuple[None, Outcome[dict[str, TopicListing]]]]:
        yield None, Errored(response.error_code) if response.error_code else Done(_listings(response, include_internal))

    result = await cluster.run(
        Operation(
            name="list_topics",
            noun="",
            to=_any_broker,
            api=MetadataRequest,
            request=request,
            outcomes=outcomes,
            at_least=_NEVER_CREATES,
        ),
        (None,),
        deadline=deadline,
    )
    return result[None]


def _listings(response: MetadataResponse, include_internal: bool) -> dict[str, TopicListing]:
    return {
        topic.name: TopicListing(name=topic.name, topic_id=topic_id(topic.topic_id), is_internal=topic.is_internal)
        for topic in response.topics
        if topic.name is not None and (include_internal or not topic.is_internal)
    }


async def describe_topics(
    cluster: Cluster,
    topics: K | Iterable[K],
    *,
    include_authorized_operations: bool,
    partitions_per_response: int,
    progress: Report | None = None,
    deadline: Deadline,
) -> BatchResult[K, TopicDescription]:
    wanted = arguments.topics(topics)
    limit = arguments.integer(partitions_per_response, "partitions_per_response", most=2**31 - 1, least=1)
    given: Sequence[Any] = wanted
    names = [topic for topic in given if isinstance(topic, str)]
    tally = Tally.of(progress, len(wanted))
    paged: BatchResult[Any, TopicDescription] = await describe_by_page(
        cluster, names, include_operations=include_authorized_operations, limit=limit, deadline=deadline, tally=tally
    )
    # Brokers before 3.8 have no pages, nor has anybody for ids.
    unpaged = {topic for topic, error in paged.failed.items() if isinstance(error, UnsupportedVersionError)}
    left: list[Any] = [topic for topic in given if topic not in paged or topic in unpaged]
    whole: BatchResult[Any, TopicDescription] = await cluster.run(
        describing("describe_topics", left, include_authorized_operations=include_authorized_operations),
        left,
        deadline=deadline,
        tally=tally,
    )
    failed = {topic: error for topic, error in paged.failed.items() if topic not in unpaged}
    return BatchResult({**paged.succeeded, **whole.succeeded}, {**failed, **whole.failed})


def describing(
    name: str,
    wanted: Sequence[K],
    *,
    include_authorized_operations: bool = False,
    retry_on: frozenset[int] = frozenset({_LEADER_NOT_AVAILABLE}),
) -> Operation[K, MetadataResponse, TopicDescription]:
    """The operation that describes topics, on behalf of the call `name`."""
    by_id = any(isinstance(topic, UUID) for topic in wanted)

    def request(keys: Sequence[K], attempt: Attempt) -> MetadataRequest:
        return MetadataRequest(
            topics=tuple(_asked(key) for key in keys),
            allow_auto_topic_creation=False,
            include_topic_authorized_operations=include_authorized_operations,
        )

    def outcomes(
        keys: Sequence[K], response: MetadataResponse, attempt: Attempt
    ) -> Iterator[tuple[K, Outcome[TopicDescription]]]:
        for key in keys if response.error_code else ():
            yield key, Errored(response.error_code)
        for topic in response.topics:
            named: Any = topic.topic_id if by_id else topic.name
            yield named, Errored(topic.error_code) if topic.error_code else Done(_description(topic))

    return Operation(
        name=name,
        noun="topic",
        to=_any_broker,
        api=MetadataRequest,
        request=request,
        outcomes=outcomes,
        keys_per_request=lambda version: _TOPICS_PER_REQUEST,
        at_least=_BY_ID if by_id else _WITH_OPERATIONS if include_authorized_operations else _NEVER_CREATES,
        retry_on=retry_on,
    )


async def look(
    cluster: Cluster, name: str, wanted: Sequence[K], deadline: Deadline
) -> BatchResult[K, TopicDescription]:
    """How topics are before the call `name` changes them. It can do without: this takes half a second at most."""
    if not wanted or cluster.of_controllers:
        return BatchResult({}, {})
    soon = deadline.within(min(_A_LOOK, deadline.remaining() / 2))
    return await cluster.run(describing(name, wanted), wanted, deadline=soon)


def _any_broker(key: object) -> AnyBroker:
    return AnyBroker()


def _asked(topic: str | UUID) -> MetadataRequestTopic:
    if isinstance(topic, UUID):
        return MetadataRequestTopic(topic_id=topic, name=None)
    return MetadataRequestTopic(name=topic)


def _description(topic: MetadataResponseTopic) -> TopicDescription:
    return TopicDescription(
        name=topic.name or "",
        topic_id=topic_id(topic.topic_id),
        is_internal=topic.is_internal,
        partitions=tuple(sorted(map(_partition, topic.partitions), key=lambda each: each.partition)),
        authorized_operations=authorized_operations(topic.topic_authorized_operations),
    )


def _partition(partition: MetadataResponsePartition) -> PartitionDescription:
    return PartitionDescription(
        partition=partition.partition_index,
        leader=leader_of(partition.leader_id),
        leader_epoch=partition.leader_epoch if partition.leader_epoch >= 0 else None,
        replicas=tuple(partition.replica_nodes),
        in_sync_replicas=tuple(partition.isr_nodes),
        offline_replicas=tuple(partition.offline_replicas),
    )
