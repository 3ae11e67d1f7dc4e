"""Deleting topics.

By id wherever that can be: a name may be given to another topic at any time, and a request that is sent again, or lies
in a frozen broker's socket for a while, must not delete that one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import anyio

from kafkaadmin.errors import BrokerError, KafkaAdminError, OperationTimeoutError, UnknownTopicError
from kafkaadmin.models.results import BatchResult
from kafkaadmin.models.topics import DeletedTopic
from kafkaadmin.network import Lane
from kafkaadmin.operations import arguments, quota
from kafkaadmin.operations.partitions import TOPICS_PER_REQUEST, topic_id
from kafkaadmin.operations.topics import describing, look
from kafkaadmin.routing import (
    Attempt,
    Cluster,
    Controller,
    Deadline,
    Done,
    Operation,
    Outcome,
    Report,
    Tally,
    Verified,
    all_but,
    count,
)
from kafkawire.messages import DeleteTopicsRequest, DeleteTopicsResponse, DeleteTopicState

__all__ = ["delete_topics"]

K = TypeVar("K", str, UUID)

_UNKNOWN_TOPIC_OR_PARTITION = 3
_UNKNOWN_TOPIC_ID = 100
_GONE = frozenset({_UNKNOWN_TOPIC_OR_PARTITION, _UNKNOWN_TOPIC_ID})

_BY_ID = 6

_LOOKS = 10
_BETWEEN_LOOKS = 0.2


async def delete_topics(
    cluster: Cluster,
    topics: K | Iterable[K],
    *,
    retry_on_quota_violation: bool,
    progress: Report | None = None,
    deadline: Deadline,
) -> BatchResult[K, DeletedTopic]:
    wanted = arguments.topics(topics)
    final = quota.final_codes(retry_on_quota_violation)
    given: Sequence[Any] = wanted
    known, unreached = await _ids(cluster, [topic for topic in given if isinstance(topic, str)], deadline)
    by_id = await look(cluster, "delete_topics", [topic for topic in given if isinstance(topic, UUID)], deadline)
    there = set[object](known)
    there.update(by_id.succeeded)
    reached = [topic for topic in wanted if topic not in unreached]
    tally = Tally.of(progress, len(wanted))
    not_yet = all_but(tally, UnknownTopicError)
    deleting = _deleting(cluster, known, there, final, reached)
    result = await cluster.run(deleting, reached, deadline=deadline, tally=not_yet)
    # An id that the controller doesn't know: whoever told it was behind, and there may be another topic by that name.
    outdated = [topic for topic, error in result.failed.items() if topic in known and _code(error) == _UNKNOWN_TOPIC_ID]
    unknown = sum(isinstance(error, UnknownTopicError) for error in result.failed.values())
    count(tally, 0, unknown - len(outdated) + len(unreached))
    named = await cluster.run(_deleting(cluster, {}, (), final, outdated), outdated, deadline=deadline, tally=tally)
    failed: dict[Any, KafkaAdminError] = {**result.failed, **named.failed, **unreached}
    for topic in named.succeeded:
        del failed[topic]
    return BatchResult({**result.succeeded, **named.succeeded}, failed)


def _code(error: KafkaAdminError) -> int | None:
    return error.code if isinstance(error, BrokerError) else None


async def _ids(
    cluster: Cluster, names: Sequence[str], deadline: Deadline
) -> tuple[dict[str, UUID], dict[str, OperationTimeoutError]]:
    """The ids of topics by name, as far as a broker knows them; and for whom time ran out over it."""
    described = await cluster.run(describing("delete_topics", names), names, deadline=deadline)
    known = {topic: found.topic_id for topic, found in described.succeeded.items() if found.topic_id is not None}
    return known, {
        topic: OperationTimeoutError(str(error), sent=False, last_error=error.last_error)
        for topic, error in described.failed.items()
        if isinstance(error, OperationTimeoutError)
    }


def _deleting(
    cluster: Cluster,
    known: Mapping[Any, UUID],
    there: Collection[object],
    final: frozenset[int],
    wanted: Sequence[K],
) -> Operation[K, DeleteTopicsResponse, DeletedTopic]:
    by_id: dict[UUID, Any] = {each: topic for topic, each in known.items()}

    def request(keys: Sequence[K], attempt: Attempt) -> DeleteTopicsRequest:
        if attempt.version < _BY_ID:
            return DeleteTopicsRequest(topic_names=tuple(map(str, keys)), timeout_ms=attempt.timeout_ms)
        return DeleteTopicsRequest(
            topics=tuple(_deletable(known.get(key, key)) for key in keys), timeout_ms=attempt.timeout_ms
        )

    def outcomes(
        keys: Sequence[K], response: DeleteTopicsResponse, attempt: Attempt
    ) -> Iterator[tuple[K, Outcome[DeletedTopic]]]:
        asked = frozenset(keys)
        for topic in response.responses:
            key: Any = _key(topic.name, topic.topic_id, by_id, asked)
            if topic.error_code:
                yield key, quota.refused(topic.error_code, topic.error_message, response.throttle_time_ms)
            else:
                yield key, Done(DeletedTopic(name=topic.name, topic_id=topic_id(topic.topic_id)))

    async def is_gone(topic: K, deadline: Deadline) -> DeletedTopic:
        return await _found_gone(cluster, topic, known.get(topic), deadline)

    return Operation(
        name="delete_topics",
        noun="topic",
        to=lambda key: Controller(),
        api=DeleteTopicsRequest,
        lane=Lane.WAITING,
        request=request,
        outcomes=outcomes,
        keys_per_request=lambda version: TOPICS_PER_REQUEST,
        at_least=_BY_ID if any(isinstance(topic, UUID) for topic in wanted) else None,
        final=final,
        repeat=Verified(already=_GONE | final, verify=is_gone, not_so=there),
    )


def _deletable(topic: str | UUID) -> DeleteTopicState:
    return DeleteTopicState(topic_id=topic) if isinstance(topic, UUID) else DeleteTopicState(name=topic)


def _key(name: str | None, answered: UUID, by_id: Mapping[UUID, Any], asked: frozenset[K]) -> Any:
    """Which of the topics asked for an answer speaks of: it may name both name and id."""
    key = by_id.get(answered)
    if key is not None and key in asked:
        return key
    return answered if answered in asked else name


async def _found_gone(cluster: Cluster, topic: K, known: UUID | None, deadline: Deadline) -> DeletedTopic:
    """What there is to say of a topic that was deleted without an answer. Raises where it seems to be there."""
    for _ in range(_LOOKS):
        described = await cluster.run(describing("delete_topics", (topic,)), (topic,), deadline=deadline)
        try:
            found = described[topic]
        except UnknownTopicError:
            return _deleted_already(topic, known)
        if known not in (None, found.topic_id):
            return _deleted_already(topic, known)  # another one has the name now
        # The controller has said that it is gone; the broker that was asked may not have heard of it yet.
        await anyio.sleep(_BETWEEN_LOOKS)
    raise KafkaAdminError(f"delete_topics: topic {topic!r}: there is one again, or still")


def _deleted_already(topic: str | UUID, known: UUID | None) -> DeletedTopic:
    if isinstance(topic, UUID):
        return DeletedTopic(name=None, topic_id=topic, ambiguous=True)
    return DeletedTopic(name=topic, topic_id=known, ambiguous=True)
