"""Giving topics more partitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import anyio

from kafkaadmin.models.new_partitions import CreatedPartitions, NewPartitions
from kafkaadmin.models.results import BatchResult
from kafkaadmin.models.topics import TopicDescription
from kafkaadmin.network import Lane
from kafkaadmin.operations import arguments, quota
from kafkaadmin.operations.partitions import TOPICS_PER_REQUEST
from kafkaadmin.operations.topics import describing, look
from kafkaadmin.routing import (
    Attempt,
    Cluster,
    Controller,
    Deadline,
    Done,
    Operation,
    Outcome,
    Repeat,
    Report,
    Tally,
    Verified,
)
from kafkawire.messages import (
    CreatePartitionsAssignment,
    CreatePartitionsRequest,
    CreatePartitionsResponse,
    CreatePartitionsTopic,
)

__all__ = ["create_partitions"]

_INVALID_PARTITIONS = 37

_LOOKS = 10
_BETWEEN_LOOKS = 0.2


async def create_partitions(
    cluster: Cluster,
    partitions: object,
    *,
    validate_only: bool,
    retry_on_quota_violation: bool,
    progress: Report | None = None,
    deadline: Deadline,
) -> BatchResult[str, CreatedPartitions]:
    wanted = _wanted(partitions)

    def request(keys: Sequence[str], attempt: Attempt) -> CreatePartitionsRequest:
        return CreatePartitionsRequest(
            topics=tuple(_ordered(key, wanted[key]) for key in keys),
            timeout_ms=attempt.timeout_ms,
            validate_only=validate_only,
        )

    def outcomes(
        keys: Sequence[str], response: CreatePartitionsResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[CreatedPartitions]]]:
        for topic in response.results:
            if topic.error_code:
                yield topic.name, quota.refused(topic.error_code, topic.error_message, response.throttle_time_ms)
            else:
                yield topic.name, Done(CreatedPartitions(topic=topic.name, total=wanted[topic.name].total))

    async def is_as_ordered(topic: str, deadline: Deadline) -> CreatedPartitions | None:
        found = await _found(cluster, topic, wanted[topic].total, deadline)
        if not _is_as_ordered(wanted[topic], found):
            return None
        return CreatedPartitions(topic=topic, total=len(found.partitions), ambiguous=True)

    final = quota.final_codes(retry_on_quota_violation)
    fewer = frozenset[str]() if validate_only else await _with_fewer(cluster, wanted, deadline)
    return await cluster.run(
        Operation(
            name="create_partitions",
            noun="topic",
            to=lambda key: Controller(),
            api=CreatePartitionsRequest,
            lane=Lane.WAITING,
            request=request,
            outcomes=outcomes,
            keys_per_request=lambda version: TOPICS_PER_REQUEST,
            final=final,
            repeat=Repeat.SAFE
            if validate_only
            else Verified(already=final | {_INVALID_PARTITIONS}, verify=is_as_ordered, not_so=fewer),
        ),
        wanted,
        deadline=deadline,
        tally=Tally.of(progress, len(wanted)),
    )


async def _with_fewer(cluster: Cluster, wanted: Mapping[str, NewPartitions], deadline: Deadline) -> frozenset[str]:
    """Those that a broker knows to have fewer before more are ordered."""
    found = (await look(cluster, "create_partitions", tuple(wanted), deadline)).succeeded
    return frozenset(name for name, topic in found.items() if len(topic.partitions) < wanted[name].total)


def _wanted(partitions: object) -> dict[str, NewPartitions]:
    given = arguments.mapping(partitions, "partitions: topics to totals or NewPartitions")
    return {
        arguments.name(topic, "topic"): NewPartitions(each)
        if isinstance(each, int)
        else arguments.instance(each, NewPartitions, f"the partitions of topic {topic!r}")
        for topic, each in given.items()
    }


def _ordered(topic: str, new: NewPartitions) -> CreatePartitionsTopic:
    assignments = None
    if new.assignments is not None:
        assignments = tuple(CreatePartitionsAssignment(broker_ids=tuple(brokers)) for brokers in new.assignments)
    return CreatePartitionsTopic(name=topic, count=new.total, assignments=assignments)


# After a lost answer: are the partitions that are there the ones that were ordered?


async def _found(cluster: Cluster, topic: str, total: int, deadline: Deadline) -> TopicDescription:
    looks = 0
    while True:
        described = await cluster.run(describing("create_partitions", (topic,)), (topic,), deadline=deadline)
        looks += 1
        if len(described[topic].partitions) >= total or looks == _LOOKS:
            return described[topic]
        # The controller may have them; the broker that was asked may not have heard of them yet.
        await anyio.sleep(_BETWEEN_LOOKS)


def _is_as_ordered(ordered: NewPartitions, found: TopicDescription) -> bool:
    if len(found.partitions) != ordered.total:
        return False
    if ordered.assignments is None:
        return True
    newest = found.partitions[-len(ordered.assignments) :]
    return [partition.replicas for partition in newest] == [tuple(brokers) for brokers in ordered.assignments]
