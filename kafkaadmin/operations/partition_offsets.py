"""What offsets partitions have: their ends, and where a time begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kafkaadmin.errors import ConfigurationError, KafkaAdminError
from kafkaadmin.models.offsets import OffsetPlace, OffsetSpec, PartitionOffset
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.results import BatchResult
from kafkaadmin.operations import arguments
from kafkaadmin.operations.partitions import by_topic
from kafkaadmin.operations.times import EPOCH, MILLISECOND, moment
from kafkaadmin.routing import Attempt, Cluster, Deadline, Done, Errored, Leader, Operation, Outcome
from kafkawire import enums
from kafkawire.enums import CONSUMER_REPLICA_ID, IsolationLevel
from kafkawire.messages import (
    ListOffsetsPartition,
    ListOffsetsPartitionResponse,
    ListOffsetsRequest,
    ListOffsetsResponse,
    ListOffsetsTopic,
)

__all__ = ["list_offsets"]


class _Question(NamedTuple):
    """A spec as ListOffsets puts it, and the first version that can."""

    timestamp: int
    at_least: int


_PLACES = {
    OffsetPlace.EARLIEST: _Question(enums.OffsetSpec.EARLIEST, 1),
    OffsetPlace.LATEST: _Question(enums.OffsetSpec.LATEST, 1),
    OffsetPlace.MAX_TIMESTAMP: _Question(enums.OffsetSpec.MAX_TIMESTAMP, 7),
    OffsetPlace.EARLIEST_LOCAL: _Question(enums.OffsetSpec.EARLIEST_LOCAL, 8),
    OffsetPlace.LATEST_TIERED: _Question(enums.OffsetSpec.LATEST_TIERED, 9),
    OffsetPlace.EARLIEST_PENDING_UPLOAD: _Question(enums.OffsetSpec.EARLIEST_PENDING_UPLOAD, 11),
}


async def list_offsets(
    cluster: Cluster,
    partitions: object,
    spec: OffsetSpec | None,
    *,
    isolation_level: IsolationLevel,
    deadline: Deadline,
) -> BatchResult[TopicPartition, PartitionOffset]:
    questions = _questions(partitions, spec)
    isolation_level = arguments.instance(isolation_level, IsolationLevel, "isolation_level")
    floor = 2 if isolation_level is IsolationLevel.READ_COMMITTED else 1

    def request(keys: Sequence[TopicPartition], attempt: Attempt) -> ListOffsetsRequest:
        return ListOffsetsRequest(
            replica_id=CONSUMER_REPLICA_ID,
            isolation_level=isolation_level,
            topics=tuple(
                ListOffsetsTopic(
                    name=topic,
                    partitions=tuple(
                        ListOffsetsPartition(
                            partition_index=index, timestamp=questions[TopicPartition(topic, index)].timestamp
                        )
                        for index in indexes
                    ),
                )
                for topic, indexes in by_topic(keys).items()
            ),
            timeout_ms=attempt.timeout_ms,
        )

    def operation(at_least: int) -> Operation[TopicPartition, ListOffsetsResponse, PartitionOffset]:
        return Operation(
            name="list_offsets",
            noun="partition",
            to=Leader,
            api=ListOffsetsRequest,
            request=request,
            outcomes=_outcomes,
            at_least=max(floor, at_least),
        )

    # One run for each version needed, so that a broker too old for one question still answers the others.
    found: dict[TopicPartition, PartitionOffset] = {}
    failed: dict[TopicPartition, KafkaAdminError] = {}
    for at_least in sorted({question.at_least for question in questions.values()}):
        keys = [partition for partition, question in questions.items() if question.at_least == at_least]
        result = await cluster.run(operation(at_least), keys, deadline=deadline)
        found.update(result.succeeded)
        failed.update(result.failed)
    return BatchResult(found, failed)


def _questions(partitions: object, spec: OffsetSpec | None) -> dict[TopicPartition, _Question]:
    if arguments.is_mapping(partitions):
        if spec is not None:
            raise ConfigurationError("list_offsets: each partition of a mapping has its own spec: leave `spec` out")
        return {arguments.partition(partition): _question(each) for partition, each in partitions.items()}
    if spec is None:
        raise ConfigurationError(
            "list_offsets: which offsets? Pass a spec, as OffsetSpec.latest(), or a mapping to specs"
        )
    return dict.fromkeys(arguments.partitions(partitions), _question(spec))


def _question(spec: object) -> _Question:
    target = arguments.instance(spec, OffsetSpec, "spec").target
    if isinstance(target, OffsetPlace):
        return _PLACES[target]
    return _Question(-((EPOCH - target) // MILLISECOND), 1)


def _outcomes(
    keys: Sequence[TopicPartition], response: ListOffsetsResponse, attempt: Attempt
) -> Iterator[tuple[TopicPartition, Outcome[PartitionOffset]]]:
    for topic in response.topics:
        for partition in topic.partitions:
            key = TopicPartition(topic.name, partition.partition_index)
            yield key, Errored(partition.error_code) if partition.error_code else Done(_partition_offset(partition))


def _partition_offset(partition: ListOffsetsPartitionResponse) -> PartitionOffset:
    return PartitionOffset(
        offset=partition.offset if partition.offset >= 0 else None,
        timestamp=moment(partition.timestamp),
        leader_epoch=partition.leader_epoch if partition.leader_epoch >= 0 else None,
    )
