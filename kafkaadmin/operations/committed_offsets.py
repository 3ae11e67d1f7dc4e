"""What groups have committed: read it, change it, delete it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from kafkaadmin.errors import ConfigurationError, KafkaAdminError, RemoteProtocolError, broker_error
from kafkaadmin.models.offsets import OffsetAndMetadata
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.results import BatchResult, KeyOutcome
from kafkaadmin.operations import arguments
from kafkaadmin.operations.partitions import by_topic
from kafkaadmin.routing import (
    Attempt,
    Cluster,
    Coordinator,
    Deadline,
    Done,
    Errored,
    Operation,
    Outcome,
    Report,
    Tally,
    at_version,
)
from kafkawire import ApiKey
from kafkawire.messages import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
    OffsetCommitResponse,
    OffsetDeleteRequest,
    OffsetDeleteRequestPartition,
    OffsetDeleteRequestTopic,
    OffsetDeleteResponse,
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
    OffsetFetchResponse,
    OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
)
from kafkawire.primitives import ZERO_UUID

__all__ = [
    "alter_consumer_group_offsets",
    "delete_consumer_group_offsets",
    "iter_consumer_group_offsets",
    "list_consumer_group_offsets",
]

Committed = Mapping[TopicPartition, OffsetAndMetadata]

_GROUP_ID_NOT_FOUND = 69
_UNSTABLE_OFFSET_COMMIT = 88
_REBALANCE_IN_PROGRESS = 27
_GROUP_WIDE = frozenset({14, 15, 16, _UNSTABLE_OFFSET_COMMIT})
"""Codes of a partition that say something about the whole group's answer: it is asked for again."""

_BY_NAME = 9
"""The last version of OffsetFetch and OffsetCommit that names topics. v10 knows ids only, and leaves out of "all
topics" what the broker has no id for."""

_BY_ID = 10

_STABLE_SINCE = 7
"""The first version of OffsetFetch with `require_stable`.

A new coordinator shows only what its replicas are known to have, and for a moment that can be less than its predecessor
acknowledged (seen on Kafka 4.4.0). A stable fetch is answered from all that it has taken over. So of a coordinator that
the client found a moment ago offsets are fetched so, whether or not the caller asked for it.
"""

_LATER_THAN_ZOOKEEPER = 2
"""Older versions of OffsetFetch can't ask for all topics, of OffsetCommit write to ZooKeeper or with a timestamp."""


async def list_consumer_group_offsets(
    cluster: Cluster,
    groups: object,
    *,
    require_stable: bool,
    topic_ids: object = None,
    progress: Report | None = None,
    deadline: Deadline,
    name: str = "list_consumer_group_offsets",
) -> BatchResult[str, Committed]:
    wanted = arguments.partitions_of_groups(groups)
    fetching = _fetching(name, wanted, require_stable, _ids_of_chosen(wanted, topic_ids))
    return await cluster.run(fetching, wanted, deadline=deadline, tally=Tally.of(progress, len(wanted)))


def iter_consumer_group_offsets(
    cluster: Cluster,
    groups: object,
    *,
    require_stable: bool,
    topic_ids: object = None,
    progress: Report | None,
    seconds: float,
) -> AsyncIterator[tuple[str, KeyOutcome[Committed]]]:
    wanted = arguments.partitions_of_groups(groups)
    fetching = _fetching("list_consumer_group_offsets", wanted, require_stable, _ids_of_chosen(wanted, topic_ids))
    return cluster.stream(fetching, wanted, seconds=seconds, tally=Tally.of(progress, len(wanted)))


_Chosen = Mapping[str, tuple[TopicPartition, ...] | None]
"""Groups, and the partitions of each that are asked about: `None` for all."""


def _ids_of_chosen(wanted: _Chosen, topic_ids: object) -> dict[str, UUID] | None:
    """By id there is no asking about all topics: brokers leave out what they can't name without a word."""
    if topic_ids is None:
        return None
    chosen: set[str] = set()
    for group, partitions in wanted.items():
        if partitions is None:
            raise ConfigurationError(f"topic_ids needs the partitions that are wanted of group {group!r}")
        chosen.update(partition.topic for partition in partitions)
    return _ids_of(chosen, topic_ids)


def _fetching(
    call: str, wanted: _Chosen, require_stable: bool, ids: Mapping[str, UUID] | None
) -> Operation[str, OffsetFetchResponse, Committed]:
    met: _Met = {}
    names = {told: topic for topic, told in (ids or {}).items()}

    def request(keys: Sequence[str], attempt: Attempt) -> OffsetFetchRequest:
        stable = require_stable or (attempt.owner_is_new and attempt.version >= _STABLE_SINCE)
        if attempt.version >= 8:
            return OffsetFetchRequest(
                groups=tuple(
                    OffsetFetchRequestGroup(
                        group_id=key,
                        topics=_topics(wanted[key], OffsetFetchRequestTopics)
                        if ids is None
                        else _topics_by_id(wanted[key] or (), ids),
                    )
                    for key in keys
                ),
                require_stable=stable,
            )
        return OffsetFetchRequest(
            group_id=keys[0], topics=_topics(wanted[keys[0]], OffsetFetchRequestTopic), require_stable=stable
        )

    def outcomes(
        keys: Sequence[str], response: OffsetFetchResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[Committed]]]:
        if attempt.version < 8:
            yield keys[0], _committed(call, keys[0], response.error_code, response.topics, wanted[keys[0]], met)
        for group in response.groups:
            name = group.group_id
            topics = group.topics if ids is None else _named(group.topics, names)
            yield name, _committed(call, name, group.error_code, topics, wanted.get(name), met)

    return Operation(
        name=call,
        noun="group",
        to=Coordinator,
        api=OffsetFetchRequest,
        request=request,
        outcomes=outcomes,
        keys_per_request=at_version(8, 1_000, before=1),
        at_least=_BY_ID if ids is not None else _STABLE_SINCE if require_stable else _LATER_THAN_ZOOKEEPER,
        at_most=_BY_NAME if ids is None else None,
        needs="" if ids is None else "topic ids",
        retry_on=frozenset({_UNSTABLE_OFFSET_COMMIT}),
    )


def _topics(chosen: tuple[TopicPartition, ...] | None, kind: Any) -> Any:
    if chosen is None:
        return None
    return tuple(kind(name=topic, partition_indexes=tuple(indexes)) for topic, indexes in by_topic(chosen).items())


def _topics_by_id(chosen: Iterable[TopicPartition], ids: Mapping[str, UUID]) -> tuple[OffsetFetchRequestTopics, ...]:
    return tuple(
        OffsetFetchRequestTopics(topic_id=ids[topic], partition_indexes=tuple(indexes))
        for topic, indexes in by_topic(chosen).items()
    )


def _named(
    topics: Iterable[OffsetFetchResponseTopics], names: Mapping[UUID, str]
) -> tuple[OffsetFetchResponseTopics, ...]:
    return tuple(
        OffsetFetchResponseTopics(name=names[topic.topic_id], partitions=topic.partitions)
        for topic in topics
        if topic.topic_id in names
    )


_Met = dict[str, dict[int, TopicPartition]]
"""Partitions that were in an answer already. Groups read the same topics: one object for each is enough for all."""

# What OffsetAndMetadata(...) comes down to, at two thirds of its price: a scan of 10,000 groups makes 100,000.
_tuple: Any = tuple.__new__  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def _committed(
    call: str,
    group: str,
    error_code: int,
    topics: Iterable[OffsetFetchResponseTopic | OffsetFetchResponseTopics],
    chosen: tuple[TopicPartition, ...] | None,
    met: _Met,
) -> Outcome[Committed]:
    """One group's offsets, of either shape of the answer. Offset -1 says that nothing is committed."""
    if error_code:
        return Errored(error_code)
    committed: dict[TopicPartition, OffsetAndMetadata] = {}
    silent = set(chosen) if chosen is not None else None
    refused: dict[TopicPartition, int] = {}
    for topic in topics:
        name = topic.name
        met_here = met.setdefault(name, {})
        for found in topic.partitions:
            index = found.partition_index
            partition = met_here.get(index) or met_here.setdefault(index, TopicPartition(name, index))
            if silent is not None:
                silent.discard(partition)
            if found.error_code:
                refused[partition] = found.error_code
            elif found.committed_offset >= 0:
                epoch = found.committed_leader_epoch
                committed[partition] = _tuple(
                    OffsetAndMetadata, (found.committed_offset, found.metadata or "", epoch if epoch >= 0 else None)
                )
    for code in refused.values():
        if code in _GROUP_WIDE:
            return Errored(code)
    if refused or silent:
        return Done(BatchResult(committed, _partition_errors(call, group, refused, silent or ())))
    return Done(committed)


def _partition_errors(
    call: str, group: str, refused: Mapping[TopicPartition, int], silent: Iterable[TopicPartition]
) -> dict[TopicPartition, KafkaAdminError]:
    where = f"{call}: group {group!r}, partition"
    errors: dict[TopicPartition, KafkaAdminError] = {
        partition: RemoteProtocolError(f"{where} {partition}: the answer leaves it out") for partition in silent
    }
    for partition, code in refused.items():
        errors[partition] = broker_error(
            code, context=f"{where} {partition}", api=ApiKey.OFFSET_FETCH, resource=partition.topic
        )
    return errors


async def alter_consumer_group_offsets(
    cluster: Cluster,
    group: str,
    offsets: object,
    *,
    topic_ids: object = None,
    progress: Report | None = None,
    deadline: Deadline,
    name: str = "alter_consumer_group_offsets",
) -> BatchResult[TopicPartition, None]:
    arguments.name(group, "group")
    wanted = _new_offsets(offsets)
    ids = None if topic_ids is None else _ids_of({partition.topic for partition in wanted}, topic_ids)
    names = {told: topic for topic, told in (ids or {}).items()}

    def request(keys: Sequence[TopicPartition], attempt: Attempt) -> OffsetCommitRequest:
        return OffsetCommitRequest(
            group_id=group,
            topics=tuple(
                OffsetCommitRequestTopic(
                    name="" if ids else topic,
                    topic_id=ids[topic] if ids else ZERO_UUID,
                    partitions=tuple(_commit(index, wanted[TopicPartition(topic, index)]) for index in indexes),
                )
                for topic, indexes in by_topic(keys).items()
            ),
        )

    def outcomes(
        keys: Sequence[TopicPartition], response: OffsetCommitResponse, attempt: Attempt
    ) -> Iterator[tuple[TopicPartition, Outcome[None]]]:
        for topic in response.topics:
            name = names.get(topic.topic_id, topic.name)
            for partition in topic.partitions:
                yield TopicPartition(name, partition.partition_index), _settled(partition.error_code)

    return await cluster.run(
        Operation(
            name=name,
            noun=f"group {group!r}, partition",
            to=partial(_coordinator_of, group),
            api=OffsetCommitRequest,
            request=request,
            outcomes=outcomes,
            at_least=_LATER_THAN_ZOOKEEPER if ids is None else _BY_ID,
            at_most=_BY_NAME if ids is None else None,
            needs="" if ids is None else "topic ids",
            retry_on=frozenset({_REBALANCE_IN_PROGRESS}),
        ),
        wanted,
        deadline=deadline,
        tally=Tally.of(progress, len(wanted)),
    )


def _ids_of(topics: set[str], topic_ids: object) -> dict[str, UUID]:
    """The topics' ids, of all or none: an offset for a topic without one could reach another topic of its name."""
    given = arguments.mapping(topic_ids, "topic_ids (topic to UUID)")
    if missing := sorted(topics - given.keys()):
        raise ConfigurationError(f"topic_ids lacks the id of topic {missing[0]!r}")
    return {topic: arguments.instance(given[topic], UUID, f"the id of topic {topic!r}") for topic in sorted(topics)}


def _new_offsets(offsets: object) -> dict[TopicPartition, OffsetAndMetadata]:
    given = arguments.mapping(offsets, "offsets (TopicPartition to int or OffsetAndMetadata)")
    return {
        partition: _new_offset(partition, value)
        for partition, value in zip(map(arguments.partition, given), given.values(), strict=True)
    }


def _new_offset(partition: TopicPartition, value: object) -> OffsetAndMetadata:
    if not isinstance(value, OffsetAndMetadata):
        return OffsetAndMetadata(arguments.integer(value, f"the offset of {partition}", most=2**63 - 1))
    arguments.integer(value.offset, f"the offset of {partition}", most=2**63 - 1)
    arguments.instance(value.metadata, str, f"the metadata of {partition}")
    if value.leader_epoch is not None:
        arguments.integer(value.leader_epoch, f"the leader epoch of {partition}", most=2**31 - 1)
    return value


def _commit(index: int, new: OffsetAndMetadata) -> OffsetCommitRequestPartition:
    return OffsetCommitRequestPartition(
        partition_index=index,
        committed_offset=new.offset,
        committed_leader_epoch=-1 if new.leader_epoch is None else new.leader_epoch,
        committed_metadata=new.metadata,
    )


async def delete_consumer_group_offsets(
    cluster: Cluster,
    group: str,
    partitions: object,
    *,
    progress: Report | None = None,
    deadline: Deadline,
    name: str = "delete_consumer_group_offsets",
) -> BatchResult[TopicPartition, None]:
    arguments.name(group, "group")
    wanted = arguments.partitions(partitions)

    def request(keys: Sequence[TopicPartition], attempt: Attempt) -> OffsetDeleteRequest:
        return OffsetDeleteRequest(
            group_id=group,
            topics=tuple(
                OffsetDeleteRequestTopic(
                    name=topic,
                    partitions=tuple(OffsetDeleteRequestPartition(partition_index=index) for index in indexes),
                )
                for topic, indexes in by_topic(keys).items()
            ),
        )

    def outcomes(
        keys: Sequence[TopicPartition], response: OffsetDeleteResponse, attempt: Attempt
    ) -> Iterator[tuple[TopicPartition, Outcome[None]]]:
        if response.error_code:
            for key in keys:
                # Before 4.0 a group is gone with its last offset, which an earlier attempt may have been about.
                gone = response.error_code == _GROUP_ID_NOT_FOUND and key in attempt.doubtful
                yield key, _DONE if gone else Errored(response.error_code)
        for topic in response.topics:
            for partition in topic.partitions:
                yield TopicPartition(topic.name, partition.partition_index), _settled(partition.error_code)

    return await cluster.run(
        Operation(
            name=name,
            noun=f"group {group!r}, partition",
            to=partial(_coordinator_of, group),
            api=OffsetDeleteRequest,
            request=request,
            outcomes=outcomes,
        ),
        wanted,
        deadline=deadline,
        tally=Tally.of(progress, len(wanted)),
    )


def _coordinator_of(group: str, partition: TopicPartition) -> Coordinator:
    return Coordinator(group)


_DONE: Done[None] = Done(None)


def _settled(code: int) -> Outcome[None]:
    return Errored(code) if code else _DONE
