"""The producers that write to partitions, and the transactions that they leave open there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kafkaadmin.errors import ConfigurationError
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.results import BatchResult
from kafkaadmin.models.transactions import AbortTransactionSpec, ProducerState
from kafkaadmin.operations import arguments
from kafkaadmin.operations.partitions import PARTITIONS_PER_REQUEST, by_topic
from kafkaadmin.operations.times import moment
from kafkaadmin.routing import (
    Attempt,
    BrokerId,
    Cluster,
    Deadline,
    Destination,
    Leader,
    Operation,
    Outcome,
    Report,
    Tally,
    settle,
)
from kafkawire.messages import (
    DescribeProducersRequest,
    DescribeProducersRequestTopicRequest,
    DescribeProducersResponse,
    DescribeProducersResponsePartitionResponse,
    DescribeProducersResponseProducerState,
    WritableTxnMarker,
    WritableTxnMarkerTopic,
    WriteTxnMarkersRequest,
    WriteTxnMarkersResponse,
)

__all__ = ["abort_transaction", "describe_producers"]

Producers = tuple[ProducerState, ...]


async def describe_producers(
    cluster: Cluster,
    partitions: object,
    *,
    broker_id: object = None,
    progress: Report | None = None,
    deadline: Deadline,
) -> BatchResult[TopicPartition, Producers]:
    wanted = arguments.partitions(partitions)
    broker = None if broker_id is None else BrokerId(arguments.integer(broker_id, "a broker's id", most=2**31 - 1))

    def to(partition: TopicPartition) -> Destination:
        return Leader(partition) if broker is None else broker

    def request(keys: Sequence[TopicPartition], attempt: Attempt) -> DescribeProducersRequest:
        return DescribeProducersRequest(
            topics=tuple(
                DescribeProducersRequestTopicRequest(name=topic, partition_indexes=tuple(indexes))
                for topic, indexes in by_topic(keys).items()
            )
        )

    return await cluster.run(
        Operation(
            name="describe_producers",
            noun="partition",
            to=to,
            api=DescribeProducersRequest,
            request=request,
            outcomes=_outcomes,
            keys_per_request=lambda version: PARTITIONS_PER_REQUEST,
        ),
        wanted,
        deadline=deadline,
        tally=Tally.of(progress, len(wanted)),
    )


def _outcomes(
    keys: Sequence[TopicPartition], response: DescribeProducersResponse, attempt: Attempt
) -> Iterator[tuple[TopicPartition, Outcome[Producers]]]:
    for topic in response.topics:
        for partition in topic.partitions:
            yield TopicPartition(topic.name, partition.partition_index), _outcome(partition)


def _outcome(told: DescribeProducersResponsePartitionResponse) -> Outcome[Producers]:
    return settle(told.error_code, lambda: tuple(map(_producer, told.active_producers)), told.error_message)


def _producer(told: DescribeProducersResponseProducerState) -> ProducerState:
    return ProducerState(
        producer_id=told.producer_id,
        producer_epoch=told.producer_epoch,
        last_sequence=_known(told.last_sequence),
        last_timestamp=moment(told.last_timestamp),
        coordinator_epoch=_known(told.coordinator_epoch),
        current_transaction_start_offset=_known(told.current_txn_start_offset),
    )


def _known(number: int) -> int | None:
    return number if number >= 0 else None


async def abort_transaction(cluster: Cluster, spec: object, *, deadline: Deadline) -> None:
    if not isinstance(spec, AbortTransactionSpec):
        raise ConfigurationError(f"abort_transaction: an AbortTransactionSpec expected, not {spec!r}")
    partition = arguments.partition(spec.partition)

    def request(keys: Sequence[TopicPartition], attempt: Attempt) -> WriteTxnMarkersRequest:
        marker = WritableTxnMarker(
            producer_id=spec.producer_id,
            producer_epoch=spec.producer_epoch,
            transaction_result=False,
            topics=(WritableTxnMarkerTopic(name=partition.topic, partition_indexes=(partition.partition,)),),
            coordinator_epoch=spec.coordinator_epoch,
        )
        return WriteTxnMarkersRequest(markers=(marker,))

    def outcomes(
        keys: Sequence[TopicPartition], response: WriteTxnMarkersResponse, attempt: Attempt
    ) -> Iterator[tuple[TopicPartition, Outcome[None]]]:
        for marker in response.markers:
            for topic in marker.topics:
                for each in topic.partitions:
                    yield TopicPartition(topic.name, each.partition_index), settle(each.error_code, lambda: None)

    aborted = await cluster.run(
        Operation(
            name="abort_transaction",
            noun="partition",
            to=Leader,
            api=WriteTxnMarkersRequest,
            request=request,
            outcomes=outcomes,
        ),
        (partition,),
        deadline=deadline,
    )
    aborted.raise_for_errors()
