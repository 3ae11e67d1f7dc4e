"""Deleting records from the start of partitions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kafkaadmin.models.offsets import OffsetPlace
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.records import DeletedRecords, RecordsToDelete
from kafkaadmin.models.results import BatchResult
from kafkaadmin.network import Lane
from kafkaadmin.operations import arguments
from kafkaadmin.operations.partitions import by_topic
from kafkaadmin.routing import Attempt, Cluster, Deadline, Leader, Operation, Outcome, Report, Tally, settle
from kafkawire.messages import (
    DeleteRecordsPartition,
    DeleteRecordsPartitionResult,
    DeleteRecordsRequest,
    DeleteRecordsResponse,
    DeleteRecordsTopic,
)

__all__ = ["delete_records"]

_HIGH_WATERMARK = -1


async def delete_records(
    cluster: Cluster, records: object, *, progress: Report | None = None, deadline: Deadline
) -> BatchResult[TopicPartition, DeletedRecords]:
    wanted = _wanted(records)

    def request(keys: Sequence[TopicPartition], attempt: Attempt) -> DeleteRecordsRequest:
        return DeleteRecordsRequest(
            topics=tuple(
                DeleteRecordsTopic(
                    name=topic,
                    partitions=tuple(
                        DeleteRecordsPartition(partition_index=index, offset=wanted[TopicPartition(topic, index)])
                        for index in indexes
                    ),
                )
                for topic, indexes in by_topic(keys).items()
            ),
            timeout_ms=attempt.timeout_ms,
        )

    return await cluster.run(
        Operation(
            name="delete_records",
            noun="partition",
            to=Leader,
            api=DeleteRecordsRequest,
            lane=Lane.WAITING,
            request=request,
            outcomes=_outcomes,
        ),
        wanted,
        deadline=deadline,
        tally=Tally.of(progress, len(wanted)),
    )


def _wanted(records: object) -> dict[TopicPartition, int]:
    given = arguments.mapping(records, "records: partitions to offsets or RecordsToDelete")
    return {arguments.partition(partition): _offset(partition, each) for partition, each in given.items()}


def _offset(partition: object, each: object) -> int:
    chosen = RecordsToDelete(each) if isinstance(each, int) else each
    before = arguments.instance(chosen, RecordsToDelete, f"the records of {partition}").before
    return _HIGH_WATERMARK if isinstance(before, OffsetPlace) else before


def _outcomes(
    keys: Sequence[TopicPartition], response: DeleteRecordsResponse, attempt: Attempt
) -> Iterator[tuple[TopicPartition, Outcome[DeletedRecords]]]:
    for topic in response.topics:
        for partition in topic.partitions:
            yield TopicPartition(topic.name, partition.partition_index), _outcome(partition)


def _outcome(partition: DeleteRecordsPartitionResult) -> Outcome[DeletedRecords]:
    return settle(partition.error_code, lambda: DeletedRecords(low_watermark=partition.low_watermark))
