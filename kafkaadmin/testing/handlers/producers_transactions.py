"""What a producer does in its transaction: AddPartitionsToTxn and EndTxn, on the coordinator."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.transactions import Transaction
from kafkawire import ErrorCode
from kafkawire.enums import TransactionState
from kafkawire.messages import (
    AddPartitionsToTxnPartitionResult,
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnResponse,
    AddPartitionsToTxnResult,
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTopicResult,
    EndTxnRequest,
    EndTxnResponse,
)

__all__ = ["add_partitions_to_txn", "end_txn"]

_OF_SEVERAL_TRANSACTIONS = 4
_WITH_A_NEW_EPOCH = 5


def add_partitions_to_txn(request: AddPartitionsToTxnRequest, context: Context) -> AddPartitionsToTxnResponse:
    if context.version >= _OF_SEVERAL_TRANSACTIONS:
        return AddPartitionsToTxnResponse(
            throttle_time_ms=context.throttle_time_ms,
            results_by_transaction=tuple(
                AddPartitionsToTxnResult(
                    transactional_id=each.transactional_id,
                    topic_results=_added(
                        each.transactional_id,
                        each.producer_id,
                        each.producer_epoch,
                        each.topics,
                        context,
                        verify=each.verify_only,
                    ),
                )
                for each in request.transactions
            ),
        )
    return AddPartitionsToTxnResponse(
        throttle_time_ms=context.throttle_time_ms,
        results_by_topic_v3_and_below=_added(
            request.v3_and_below_transactional_id,
            request.v3_and_below_producer_id,
            request.v3_and_below_producer_epoch,
            request.v3_and_below_topics,
            context,
        ),
    )


def _added(
    transactional_id: str,
    producer_id: int,
    epoch: int,
    topics: Sequence[AddPartitionsToTxnTopic],
    context: Context,
    *,
    verify: bool = False,
) -> tuple[AddPartitionsToTxnTopicResult, ...]:
    """Make the partitions part of the transaction, all or none; or only look whether they are."""
    wanted = {TopicPartition(topic.name, index) for topic in topics for index in topic.partitions}
    found = _transaction(transactional_id, producer_id, epoch, context)
    if isinstance(found, ErrorCode):
        return _results(topics, found)
    if verify:
        return _results(topics, ErrorCode.NONE if wanted <= found.partitions else ErrorCode.TRANSACTION_ABORTABLE)
    if not all(_is_there(each, context) for each in wanted):
        return _results(topics, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
    if found.state is not TransactionState.ONGOING:
        found.state, found.started_ms = TransactionState.ONGOING, time.time_ns() // 1_000_000
        found.partitions = set()
    found.partitions |= wanted
    return _results(topics, ErrorCode.NONE)


def _is_there(partition: TopicPartition, context: Context) -> bool:
    topic = context.topic(partition.topic)
    return topic is not None and topic.partition(partition.partition) is not None


def _results(topics: Iterable[AddPartitionsToTxnTopic], code: ErrorCode) -> tuple[AddPartitionsToTxnTopicResult, ...]:
    return tuple(
        AddPartitionsToTxnTopicResult(
            name=topic.name,
            results_by_partition=tuple(
                AddPartitionsToTxnPartitionResult(partition_index=index, partition_error_code=code)
                for index in topic.partitions
            ),
        )
        for topic in topics
    )


def end_txn(request: EndTxnRequest, context: Context) -> EndTxnResponse:
    found = _transaction(request.transactional_id, request.producer_id, request.producer_epoch, context)
    if not isinstance(found, ErrorCode) and found.state is not TransactionState.ONGOING:
        found = ErrorCode.INVALID_TXN_STATE
    if isinstance(found, ErrorCode):
        return EndTxnResponse(throttle_time_ms=context.throttle_time_ms, error_code=found)
    if context.version >= _WITH_A_NEW_EPOCH:
        found.epoch += 1
    for partition in found.partitions:
        context.state.transactions.mark(partition, found.producer_id, found.epoch, 0)
    found.partitions = set()
    found.state = TransactionState.COMPLETE_COMMIT if request.committed else TransactionState.COMPLETE_ABORT
    return EndTxnResponse(
        throttle_time_ms=context.throttle_time_ms,
        error_code=ErrorCode.NONE,
        producer_id=found.producer_id,
        producer_epoch=found.epoch,
    )


def _transaction(transactional_id: str, producer_id: int, epoch: int, context: Context) -> Transaction | ErrorCode:
    """The transaction of this producer, or why it isn't."""
    if error := context.transaction_error(transactional_id, writing=True):
        return error
    found = context.state.transactions.by_id.get(transactional_id)
    if found is None or found.producer_id != producer_id:
        return ErrorCode.INVALID_PRODUCER_ID_MAPPING
    if found.epoch != epoch:
        return ErrorCode.PRODUCER_FENCED if context.version > 1 else ErrorCode.INVALID_PRODUCER_EPOCH
    return found
