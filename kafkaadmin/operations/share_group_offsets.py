"""Where share groups start to read (KIP-932): read it, change it, forget it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from kafkaadmin.errors import KafkaAdminError, RemoteProtocolError, broker_error
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.results import BatchResult
from kafkaadmin.models.share_groups import SharePartitionOffset
from kafkaadmin.network import Lane
from kafkaadmin.operations import arguments
from kafkaadmin.operations.partitions import by_topic
from kafkaadmin.operations.topics import describing
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
    count,
)
from kafkawire import ApiKey
from kafkawire.messages import (
    AlterShareGroupOffsetsRequest,
    AlterShareGroupOffsetsRequestPartition,
    AlterShareGroupOffsetsRequestTopic,
    AlterShareGroupOffsetsResponse,
    DeleteShareGroupOffsetsRequest,
    DeleteShareGroupOffsetsRequestTopic,
    DeleteShareGroupOffsetsResponse,
    DescribeShareGroupOffsetsRequest,
    DescribeShareGroupOffsetsRequestGroup,
    DescribeShareGroupOffsetsRequestTopic,
    DescribeShareGroupOffsetsResponse,
    DescribeShareGroupOffsetsResponseGroup,
    DescribeShareGroupOffsetsResponsePartition,
)

__all__ = ["alter_share_group_offsets", "delete_share_group_offsets", "list_share_group_offsets"]

Starts = Mapping[TopicPartition, SharePartitionOffset]
_Errors = Mapping[TopicPartition, KafkaAdminError]

_UNKNOWN_TOPIC_OR_PARTITION = 3
_LOADING = 14
_OF_THE_SHARE_COORDINATOR = frozenset({_LOADING, 15, 16})
"""Codes of a partition that speak of whoever keeps its state, behind the group's coordinator: that is asked again."""

_GROUPS_PER_REQUEST = 200
"""The coordinator reads the state of each group's partitions from the brokers that keep it, before it answers: the
first time that takes seconds (seen on Kafka 4.4.0), and short requests should not stand behind it."""


async def list_share_group_offsets(
    cluster: Cluster, groups: object, *, progress: Report | None = None, deadline: Deadline
) -> BatchResult[str, Starts]:
    wanted = arguments.partitions_of_groups(groups)
    named = {partition for chosen in wanted.values() for partition in chosen or ()}
    missing = await _missing(cluster, "list_share_group_offsets", named, deadline)

    def request(keys: Sequence[str], attempt: Attempt) -> DescribeShareGroupOffsetsRequest:
        return DescribeShareGroupOffsetsRequest(groups=tuple(_asked(key, wanted[key], missing) for key in keys))

    def outcomes(
        keys: Sequence[str], response: DescribeShareGroupOffsetsResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[Starts]]]:
        for group in response.groups:
            yield group.group_id, _starts(group, wanted.get(group.group_id), missing)

    return await cluster.run(
        Operation(
            name="list_share_group_offsets",
            noun="group",
            to=Coordinator,
            api=DescribeShareGroupOffsetsRequest,
            request=request,
            outcomes=outcomes,
            keys_per_request=lambda version: _GROUPS_PER_REQUEST,
            lane=Lane.BULK,
        ),
        wanted,
        deadline=deadline,
        tally=Tally.of(progress, len(wanted)),
    )


async def _missing(cluster: Cluster, name: str, named: Collection[TopicPartition], deadline: Deadline) -> _Errors:
    """What is wrong with partitions that are asked about by name: most of all, that there are none of that name.

    Coordinators don't tell (seen on Kafka 4.4.0). One that is asked where such a partition starts tries for half a
    minute to find its state, answers nothing else on that connection meanwhile, and in the end says what it says of one
    that the group has not begun to read. And to one that shall set it a new topic is unknown for a moment longer than
    to brokers.
    """
    if not named:
        return {}
    topics = tuple(sorted({partition.topic for partition in named}))
    described = await cluster.run(describing(name, topics), topics, deadline=deadline)
    errors: dict[TopicPartition, KafkaAdminError] = {}
    for partition in named:
        topic = described.succeeded.get(partition.topic)
        if topic is None:
            errors[partition] = described.failed[partition.topic]
        elif partition.partition not in {each.partition for each in topic.partitions}:
            told = f"{name}: partition {partition}"
            errors[partition] = broker_error(_UNKNOWN_TOPIC_OR_PARTITION, "there is no such partition", context=told)
    return errors


def _asked(
    group: str, chosen: Sequence[TopicPartition] | None, missing: _Errors
) -> DescribeShareGroupOffsetsRequestGroup:
    there = None if chosen is None else by_topic(partition for partition in chosen if partition not in missing)
    return DescribeShareGroupOffsetsRequestGroup(
        group_id=group,
        topics=None
        if there is None
        else tuple(
            DescribeShareGroupOffsetsRequestTopic(topic_name=topic, partitions=tuple(indexes))
            for topic, indexes in there.items()
        ),
    )


def _starts(
    group: DescribeShareGroupOffsetsResponseGroup, chosen: Sequence[TopicPartition] | None, missing: _Errors
) -> Outcome[Starts]:
    """One group's start offsets; -1 says that it has none in this partition."""
    if group.error_code:
        return Errored(group.error_code, group.error_message)
    where = f"list_share_group_offsets: group {group.group_id!r}, partition"
    silent = set(chosen or ()) - missing.keys()
    errors = {partition: missing[partition] for partition in chosen or () if partition in missing}
    starts: dict[TopicPartition, SharePartitionOffset] = {}
    for topic in group.topics:
        for found in topic.partitions:
            partition = TopicPartition(topic.topic_name, found.partition_index)
            silent.discard(partition)
            if found.error_code in _OF_THE_SHARE_COORDINATOR:
                return Errored(_LOADING, found.error_message)
            if found.error_code:
                context = f"{where} {partition}"
                errors[partition] = broker_error(
                    found.error_code,
                    found.error_message,
                    context=context,
                    api=ApiKey.DESCRIBE_SHARE_GROUP_OFFSETS,
                    resource=topic.topic_name,
                )
            elif found.start_offset >= 0:
                starts[partition] = _start(found)
    errors |= {each: RemoteProtocolError(f"{where} {each}: the answer leaves it out") for each in silent}
    return Done(BatchResult(starts, errors) if errors else starts)


def _start(found: DescribeShareGroupOffsetsResponsePartition) -> SharePartitionOffset:
    return SharePartitionOffset(
        start_offset=found.start_offset,
        leader_epoch=found.leader_epoch if found.leader_epoch >= 0 else None,
        lag=found.lag if found.lag >= 0 else None,
    )


async def alter_share_group_offsets(
    cluster: Cluster, group: str, offsets: object, *, progress: Report | None = None, deadline: Deadline
) -> BatchResult[TopicPartition, None]:
    arguments.name(group, "group")
    given = arguments.mapping(offsets, "offsets (TopicPartition to int)")
    wanted = {
        arguments.partition(partition): arguments.integer(offset, f"the offset of {partition}", most=2**63 - 1)
        for partition, offset in given.items()
    }
    missing = await _missing(cluster, "alter_share_group_offsets", wanted, deadline)

    def request(keys: Sequence[TopicPartition], attempt: Attempt) -> AlterShareGroupOffsetsRequest:
        return AlterShareGroupOffsetsRequest(
            group_id=group,
            topics=tuple(
                AlterShareGroupOffsetsRequestTopic(
                    topic_name=topic,
                    partitions=tuple(
                        AlterShareGroupOffsetsRequestPartition(
                            partition_index=index, start_offset=wanted[TopicPartition(topic, index)]
                        )
                        for index in indexes
                    ),
                )
                for topic, indexes in by_topic(keys).items()
            ),
        )

    def outcomes(
        keys: Sequence[TopicPartition], response: AlterShareGroupOffsetsResponse, attempt: Attempt
    ) -> Iterator[tuple[TopicPartition, Outcome[None]]]:
        if response.error_code:
            for key in keys:
                yield key, Errored(response.error_code, response.error_message)
            return
        for topic in response.responses:
            for partition in topic.partitions:
                key = TopicPartition(topic.topic_name, partition.partition_index)
                yield key, _settled(partition.error_code, partition.error_message)

    tally = Tally.of(progress, len(wanted))
    count(tally, 0, len(missing))
    altered = await cluster.run(
        Operation(
            name="alter_share_group_offsets",
            noun=f"group {group!r}, partition",
            to=lambda partition: Coordinator(group),
            api=AlterShareGroupOffsetsRequest,
            request=request,
            outcomes=outcomes,
            retry_on=frozenset({_UNKNOWN_TOPIC_OR_PARTITION}),
        ),
        [partition for partition in wanted if partition not in missing],
        deadline=deadline,
        tally=tally,
    )
    return BatchResult(altered.succeeded, {**altered.failed, **missing})


async def delete_share_group_offsets(
    cluster: Cluster, group: str, topics: object, *, progress: Report | None = None, deadline: Deadline
) -> BatchResult[str, None]:
    arguments.name(group, "group")
    wanted = arguments.names(topics, "topic")

    def request(keys: Sequence[str], attempt: Attempt) -> DeleteShareGroupOffsetsRequest:
        return DeleteShareGroupOffsetsRequest(
            group_id=group, topics=tuple(DeleteShareGroupOffsetsRequestTopic(topic_name=key) for key in keys)
        )

    def outcomes(
        keys: Sequence[str], response: DeleteShareGroupOffsetsResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[None]]]:
        if response.error_code:
            for key in keys:
                yield key, Errored(response.error_code, response.error_message)
            return
        for topic in response.responses:
            # What an earlier attempt has deleted isn't there to be deleted.
            gone = topic.error_code == _UNKNOWN_TOPIC_OR_PARTITION and topic.topic_name in attempt.doubtful
            yield topic.topic_name, _settled(0 if gone else topic.error_code, topic.error_message)

    return await cluster.run(
        Operation(
            name="delete_share_group_offsets",
            noun=f"group {group!r}, topic",
            to=lambda topic: Coordinator(group),
            api=DeleteShareGroupOffsetsRequest,
            request=request,
            outcomes=outcomes,
        ),
        wanted,
        deadline=deadline,
        tally=Tally.of(progress, len(wanted)),
    )


_DONE: Done[None] = Done(None)


def _settled(code: int, message: str | None) -> Outcome[None]:
    if not code:
        return _DONE
    return Errored(_LOADING if code in _OF_THE_SHARE_COORDINATOR else code, message)
