"""Topics: list, describe, create and delete them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar
from uuid import UUID

import anyio

from kafkaadmin.errors import ConfigurationError, UnknownTopicError
from kafkaadmin.models.results import BatchResult
from kafkaadmin.models.topics import (
    CreatedTopic,
    DeletedTopic,
    NewTopic,
    PartitionDescription,
    TopicDescription,
    TopicListing,
)
from kafkaadmin.network import Lane
from kafkaadmin.operations import arguments
from kafkaadmin.operations.authorized_operations import authorized_operations
from kafkaadmin.operations.propagation import wait_until_known
from kafkaadmin.routing import (
    AnyBroker,
    Attempt,
    Cluster,
    Controller,
    Deadline,
    Done,
    Errored,
    Operation,
    Outcome,
    Repeat,
    Verified,
)
from kafkawire.enums import NO_LEADER
from kafkawire.messages import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreatableTopicConfig,
    CreatableTopicResult,
    CreateTopicsRequest,
    CreateTopicsResponse,
    DeleteTopicsRequest,
    DeleteTopicsResponse,
    DeleteTopicState,
    MetadataRequest,
    MetadataRequestTopic,
    MetadataResponse,
    MetadataResponsePartition,
    MetadataResponseTopic,
)
from kafkawire.primitives import ZERO_UUID

__all__ = ["create_topics", "delete_topics", "describe_topics", "list_topics"]

K = TypeVar("K", str, UUID)

_UNKNOWN_TOPIC_OR_PARTITION = 3
_LEADER_NOT_AVAILABLE = 5
_TOPIC_ALREADY_EXISTS = 36
_UNKNOWN_TOPIC_ID = 100

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
        topic.name: TopicListing(name=topic.name, topic_id=_id(topic.topic_id), is_internal=topic.is_internal)
        for topic in response.topics
        if topic.name is not None and (include_internal or not topic.is_internal)
    }


async def describe_topics(
    cluster: Cluster, topics: K | Iterable[K], *, include_authorized_operations: bool, deadline: Deadline
) -> BatchResult[K, TopicDescription]:
    wanted = arguments.topics(topics)
    return await cluster.run(
        _describing("describe_topics", wanted, include_authorized_operations=include_authorized_operations),
        wanted,
        deadline=deadline,
    )


def _describing(
    name: str,
    wanted: Sequence[K],
    *,
    include_authorized_operations: bool = False,
    retry_on: frozenset[int] = frozenset({_LEADER_NOT_AVAILABLE}),
) -> Operation[K, MetadataResponse, TopicDescription]:
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


def _any_broker(key: object) -> AnyBroker:
    return AnyBroker()


def _asked(topic: str | UUID) -> MetadataRequestTopic:
    if isinstance(topic, UUID):
        return MetadataRequestTopic(topic_id=topic, name=None)
    return MetadataRequestTopic(name=topic)


def _description(topic: MetadataResponseTopic) -> TopicDescription:
    return TopicDescription(
        name=topic.name or "",
        topic_id=_id(topic.topic_id),
        is_internal=topic.is_internal,
        partitions=tuple(sorted(map(_partition, topic.partitions), key=lambda each: each.partition)),
        authorized_operations=authorized_operations(topic.topic_authorized_operations),
    )


def _partition(partition: MetadataResponsePartition) -> PartitionDescription:
    return PartitionDescription(
        partition=partition.partition_index,
        leader=None if partition.leader_id == NO_LEADER else partition.leader_id,
        leader_epoch=partition.leader_epoch if partition.leader_epoch >= 0 else None,
        replicas=tuple(partition.replica_nodes),
        in_sync_replicas=tuple(partition.isr_nodes),
        offline_replicas=tuple(partition.offline_replicas),
    )


def _id(topic_id: UUID) -> UUID | None:
    return None if topic_id == ZERO_UUID else topic_id


async def create_topics(
    cluster: Cluster, topics: object, *, validate_only: bool, wait: bool, deadline: Deadline
) -> BatchResult[str, CreatedTopic]:
    wanted = _new_topics(topics)

    def request(keys: Sequence[str], attempt: Attempt) -> CreateTopicsRequest:
        return CreateTopicsRequest(
            topics=tuple(_creatable(wanted[key]) for key in keys),
            timeout_ms=attempt.timeout_ms,
            validate_only=validate_only,
        )

    def outcomes(
        keys: Sequence[str], response: CreateTopicsResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[CreatedTopic]]]:
        for topic in response.topics:
            failed = Errored(topic.error_code, topic.error_message) if topic.error_code else None
            yield topic.name, failed or Done(_created(topic))

    async def is_as_ordered(topic: str, deadline: Deadline) -> CreatedTopic | None:
        # The controller has it; the broker that is asked may not have heard of it yet.
        not_yet = frozenset({_UNKNOWN_TOPIC_OR_PARTITION, _LEADER_NOT_AVAILABLE})
        described = await cluster.run(
            _describing("create_topics", (topic,), retry_on=not_yet), (topic,), deadline=deadline
        )
        return _as_ordered(wanted[topic], described[topic])

    result = await cluster.run(
        Operation(
            name="create_topics",
            noun="topic",
            to=_controller,
            api=CreateTopicsRequest,
            lane=Lane.WAITING,
            request=request,
            outcomes=outcomes,
            at_least=4 if any(map(_wants_defaults, wanted.values())) else None,
            repeat=Repeat.SAFE
            if validate_only
            else Verified(already=frozenset({_TOPIC_ALREADY_EXISTS}), verify=is_as_ordered),
        ),
        wanted,
        deadline=deadline,
    )
    if validate_only or not wait:
        return result
    late = await wait_until_known(cluster, "create_topics", result.succeeded, deadline=deadline)
    if not late:
        return result
    known = {name: topic for name, topic in result.succeeded.items() if name not in late}
    return BatchResult(known, {**result.failed, **late})


def _controller(key: object) -> Controller:
    return Controller()


def _new_topics(topics: object) -> dict[str, NewTopic]:
    given = [topics] if isinstance(topics, NewTopic | str) else arguments.several(topics, "a NewTopic or several")
    wanted: dict[str, NewTopic] = {}
    for each in given:
        topic = NewTopic(each) if isinstance(each, str) else arguments.instance(each, NewTopic, "topic")
        if topic.name in wanted:
            raise ConfigurationError(f"create_topics: topic {topic.name!r} is ordered twice")
        wanted[topic.name] = topic
    return wanted


def _wants_defaults(topic: NewTopic) -> bool:
    return topic.assignments is None and (topic.partitions is None or topic.replication_factor is None)


def _creatable(topic: NewTopic) -> CreatableTopic:
    return CreatableTopic(
        name=topic.name,
        num_partitions=topic.partitions or -1,
        replication_factor=topic.replication_factor or -1,
        assignments=tuple(
            CreatableReplicaAssignment(partition_index=index, broker_ids=tuple(brokers))
            for index, brokers in sorted((topic.assignments or {}).items())
        ),
        configs=tuple(CreatableTopicConfig(name=name, value=value) for name, value in topic.configs.items()),
    )


def _created(topic: CreatableTopicResult) -> CreatedTopic:
    return CreatedTopic(
        name=topic.name,
        topic_id=_id(topic.topic_id),
        partitions=topic.num_partitions if topic.num_partitions >= 0 else None,
        replication_factor=topic.replication_factor if topic.replication_factor >= 0 else None,
        configs=None if topic.topic_config_error_code else _configs(topic),
    )


def _configs(topic: CreatableTopicResult) -> dict[str, str | None] | None:
    # Before v5 there are none; a topic always has some.
    return {config.name: config.value for config in topic.configs} if topic.configs else None


def _as_ordered(ordered: NewTopic, found: TopicDescription) -> CreatedTopic | None:
    """The topic that is there, if it can be the one that was ordered."""
    replicas = [partition.replicas for partition in found.partitions]
    if ordered.assignments is not None:
        alike = replicas == [tuple(brokers) for _, brokers in sorted(ordered.assignments.items())]
    else:
        alike = ordered.partitions in (None, len(replicas)) and all(
            ordered.replication_factor in (None, len(each)) for each in replicas
        )
    if not alike:
        return None
    return CreatedTopic(
        name=found.name,
        topic_id=found.topic_id,
        partitions=len(replicas),
        replication_factor=len(replicas[0]) if replicas else None,
        ambiguous=True,
    )


async def delete_topics(
    cluster: Cluster, topics: K | Iterable[K], *, deadline: Deadline
) -> BatchResult[K, DeletedTopic]:
    wanted = arguments.topics(topics)
    by_id = any(isinstance(topic, UUID) for topic in wanted)

    def request(keys: Sequence[K], attempt: Attempt) -> DeleteTopicsRequest:
        if attempt.version >= 6:
            return DeleteTopicsRequest(topics=tuple(map(_deletable, keys)), timeout_ms=attempt.timeout_ms)
        return DeleteTopicsRequest(topic_names=tuple(map(str, keys)), timeout_ms=attempt.timeout_ms)

    def outcomes(
        keys: Sequence[K], response: DeleteTopicsResponse, attempt: Attempt
    ) -> Iterator[tuple[K, Outcome[DeletedTopic]]]:
        for topic in response.responses:
            failed = Errored(topic.error_code, topic.error_message) if topic.error_code else None
            deleted = DeletedTopic(name=topic.name, topic_id=_id(topic.topic_id))
            named: Any = topic.topic_id if by_id else topic.name
            yield named, failed or Done(deleted)

    async def is_gone(topic: K, deadline: Deadline) -> DeletedTopic | None:
        for _ in range(_LOOKS):
            described = await cluster.run(_describing("delete_topics", (topic,)), (topic,), deadline=deadline)
            try:
                described.raise_for_errors()
            except UnknownTopicError:
                return _deleted_already(topic)
            # The controller has said that it is gone; the broker that was asked may not have heard of it yet.
            await anyio.sleep(_BETWEEN_LOOKS)
        return None

    return await cluster.run(
        Operation(
            name="delete_topics",
            noun="topic",
            to=_controller,
            api=DeleteTopicsRequest,
            lane=Lane.WAITING,
            request=request,
            outcomes=outcomes,
            at_least=6 if by_id else None,
            repeat=Verified(already=frozenset({_UNKNOWN_TOPIC_OR_PARTITION, _UNKNOWN_TOPIC_ID}), verify=is_gone),
        ),
        wanted,
        deadline=deadline,
    )


_LOOKS = 10
_BETWEEN_LOOKS = 0.2


def _deletable(topic: str | UUID) -> DeleteTopicState:
    return DeleteTopicState(topic_id=topic) if isinstance(topic, UUID) else DeleteTopicState(name=topic)


def _deleted_already(topic: str | UUID) -> DeletedTopic:
    if isinstance(topic, UUID):
        return DeletedTopic(name=None, topic_id=topic, ambiguous=True)
    return DeletedTopic(name=topic, topic_id=None, ambiguous=True)
