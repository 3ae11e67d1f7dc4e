"""What offsets partitions have: their ends, and where a time begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from kafkaadmin.errors import ConfigurationError
from kafkaadmin.models.offsets import OffsetPlace, OffsetSpec, PartitionOffset
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.results import BatchResult
from kafkaadmin.operations import arguments
from kafkaadmin.operations.at_once import merged
from kafkaadmin.operations.partitions import PARTITIONS_PER_REQUEST, by_topic
from kafkaadmin.operations.times import EPOCH, MILLISECOND, moment
from kafkaadmin.routing import Attempt, Cluster, Deadline, Done, Errored, Leader, Operation, Outcome, Report, Tally
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
    at_least: int = 1
    needs: str = ""


_PLACES = {
    OffsetPlace.EARLIEST: _Question(enums.OffsetSpec.EARLIEST),
    OffsetPlace.LATEST: _Question(enums.OffsetSpec.LATEST),
    OffsetPlace.MAX_TIMESTAMP: _Question(enums.OffsetSpec.MAX_TIMESTAMP, 7, "the highest timestamp"),
    OffsetPlace.EARLIEST_LOCAL: _Question(enums.OffsetSpec.EARLIEST_LOCAL, 8, "the earliest local offset"),
    OffsetPlace.LATEST_TIERED: _Question(enums.OffsetSpec.LATEST_TIERED, 9, "the latest tiered offset"),
    OffsetPlace.EARLIEST_PENDING_UPLOAD: _Question(
        enums.OffsetSpec.EARLIEST_PENDING_UPLOAD, 11, "the earliest offset that is to be tiered"
    ),
}


async def list_offsets(
    cluster: Cluster,
    partitions: object,
    spec: OffsetSpec | None,
    *,
    isolation_level: IsolationLevel,
    progress: Report | None = None,
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

    def operation(at_least: int, needs: str) -> Operation[TopicPartition, ListOffsetsResponse, PartitionOffset]:
        return Operation(
            name="list_offsets",
            noun="partition",
            to=Leader,
            api=ListOffsetsRequest,
            request=request,
            outcomes=_outcomes,
            keys_per_request=lambda version: PARTITIONS_PER_REQUEST,
            at_least=max(floor, at_least),
            needs=needs,
        )

    # One run for each version needed, so that a broker too old for one question still answers the others.
    by_need: dict[tuple[int, str], list[TopicPartition]] = {}
    for partition, question in questions.items():
        by_need.setdefault((question.at_least, question.needs), []).append(partition)
    tally = Tally.of(progress, len(questions))
    return await merged(
        [partial(cluster.run, operation(*need), keys, deadline=deadline, tally=tally) for need, keys in by_need.items()]
    )


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
    return _Question(-((EPOCH - target) // MILLISECOND))


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
