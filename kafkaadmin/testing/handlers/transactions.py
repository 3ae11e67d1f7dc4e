"""Transactions: producers begin on their coordinators, who list and describe them; leaders of partitions end them."""

from __future__ import annotations

import re
import time

from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.transactions import Producer, Transaction
from kafkawire import ErrorCode
from kafkawire.enums import TransactionState
from kafkawire.messages import (
    DescribeProducersRequest,
    DescribeProducersResponse,
    DescribeProducersResponsePartitionResponse,
    DescribeProducersResponseProducerState,
    DescribeProducersResponseTopicResponse,
    DescribeTransactionsRequest,
    DescribeTransactionsResponse,
    DescribeTransactionsResponseTopicData,
    DescribeTransactionsResponseTransactionState,
    InitProducerIdRequest,
    InitProducerIdResponse,
    ListTransactionsRequest,
    ListTransactionsResponse,
    ListTransactionsResponseTransactionState,
    WritableTxnMarker,
    WritableTxnMarkerPartitionResult,
    WritableTxnMarkerResult,
    WritableTxnMarkerTopicResult,
    WriteTxnMarkersRequest,
    WriteTxnMarkersResponse,
)

__all__ = [
    "describe_producers",
    "describe_transactions",
    "init_producer_id",
    "list_transactions",
    "write_txn_markers",
]

_LONGEST_TIMEOUT_MS = 15 * 60_000


def init_producer_id(request: InitProducerIdRequest, context: Context) -> InitProducerIdResponse:
    begun = _begun(request, context)
    if isinstance(begun, ErrorCode):
        return InitProducerIdResponse(throttle_time_ms=context.throttle_time_ms, error_code=begun, producer_epoch=-1)
    return InitProducerIdResponse(
        throttle_time_ms=context.throttle_time_ms,
        error_code=ErrorCode.NONE,
        producer_id=begun.producer_id,
        producer_epoch=begun.epoch,
    )


def _begun(request: InitProducerIdRequest, context: Context) -> Transaction | ErrorCode:
    transactions, transactional_id = context.state.transactions, request.transactional_id
    if transactional_id is None:
        return context.refused() or Transaction(transactional_id="", producer_id=transactions.new_producer_id())
    if not transactional_id:
        return ErrorCode.INVALID_REQUEST
    if error := context.transaction_error(transactional_id, writing=True):
        return error
    if not 0 < request.transaction_timeout_ms <= _LONGEST_TIMEOUT_MS:
        return ErrorCode.INVALID_TRANSACTION_TIMEOUT
    return transactions.begin(transactional_id, request.transaction_timeout_ms)


def list_transactions(request: ListTransactionsRequest, context: Context) -> ListTransactionsResponse:
    pattern = _compiled(request.transactional_id_pattern)
    error = context.refused()
    if error or pattern is None:
        return ListTransactionsResponse(
            throttle_time_ms=context.throttle_time_ms, error_code=error or ErrorCode.INVALID_REGULAR_EXPRESSION
        )
    states = {TransactionState(each) for each in request.state_filters}
    oldest = time.time_ns() // 1_000_000 - request.duration_filter
    return ListTransactionsResponse(
        throttle_time_ms=context.throttle_time_ms,
        error_code=ErrorCode.NONE,
        unknown_state_filters=tuple(state for state in states if not state.is_known),
        transaction_states=tuple(
            ListTransactionsResponseTransactionState(
                transactional_id=each.transactional_id, producer_id=each.producer_id, transaction_state=each.state
            )
            for each in context.state.transactions_coordinated_by(context.broker_id)
            if (not states or each.state in states)
            and (not request.producer_id_filters or each.producer_id in request.producer_id_filters)
            and (request.duration_filter < 0 or each.started_ms < oldest)
            and pattern.fullmatch(each.transactional_id)
        ),
    )


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    """A pattern, or one that matches everything; `None` if it is a bad one."""
    try:
        return re.compile(".*" if pattern is None else pattern)
    except re.error:
        return None


def describe_transactions(request: DescribeTransactionsRequest, context: Context) -> DescribeTransactionsResponse:
    return DescribeTransactionsResponse(
        throttle_time_ms=context.throttle_time_ms,
        transaction_states=tuple(_described(each, context) for each in request.transactional_ids),
    )


def _described(transactional_id: str, context: Context) -> DescribeTransactionsResponseTransactionState:
    there = context.state.transactions.by_id.get(transactional_id)
    error = context.transaction_error(transactional_id)
    if error or there is None:
        return DescribeTransactionsResponseTransactionState(
            error_code=error or ErrorCode.TRANSACTIONAL_ID_NOT_FOUND, transactional_id=transactional_id
        )
    topics: dict[str, list[int]] = {}
    for topic, index in sorted(there.partitions):
        topics.setdefault(topic, []).append(index)
    return DescribeTransactionsResponseTransactionState(
        error_code=ErrorCode.NONE,
        transactional_id=transactional_id,
        transaction_state=there.state,
        transaction_timeout_ms=there.timeout_ms,
        transaction_start_time_ms=there.started_ms,
        producer_id=there.producer_id,
        producer_epoch=there.epoch,
        topics=tuple(
            DescribeTransactionsResponseTopicData(topic=topic, partitions=tuple(indexes))
            for topic, indexes in topics.items()
        ),
    )


def describe_producers(request: DescribeProducersRequest, context: Context) -> DescribeProducersResponse:
    return DescribeProducersResponse(
        throttle_time_ms=context.throttle_time_ms,
        topics=tuple(
            DescribeProducersResponseTopicResponse(
                name=topic.name,
                partitions=tuple(_producers(TopicPartition(topic.name, index), context)
                                 for index in topic.partition_indexes),
            )
            for topic in request.topics
        ),
    )  # fmt: skip


def _producers(tp: TopicPartition, context: Context) -> DescribeProducersResponsePartitionResponse:
    topic = context.topic(tp.topic)
    partition = topic and topic.partition(tp.partition)
    error = context.refused(tp.topic)
    if not partition:
        error = error or ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    elif context.broker_id not in partition.replicas:
        error = error or ErrorCode.NOT_LEADER_OR_FOLLOWER
    if error:
        return DescribeProducersResponsePartitionResponse(partition_index=tp.partition, error_code=error)
    known = context.state.transactions.producers.get(tp, {})
    return DescribeProducersResponsePartitionResponse(
        partition_index=tp.partition, error_code=ErrorCode.NONE, active_producers=tuple(map(_producer, known.values()))
    )


def _producer(known: Producer) -> DescribeProducersResponseProducerState:
    return DescribeProducersResponseProducerState(
        producer_id=known.producer_id,
        producer_epoch=known.epoch,
        last_sequence=known.last_sequence,
        last_timestamp=known.last_timestamp_ms,
        coordinator_epoch=known.coordinator_epoch,
        current_txn_start_offset=known.start_offset,
    )


def write_txn_markers(request: WriteTxnMarkersRequest, context: Context) -> WriteTxnMarkersResponse:
    return WriteTxnMarkersResponse(
        markers=tuple(
            WritableTxnMarkerResult(
                producer_id=marker.producer_id,
                topics=tuple(
                    WritableTxnMarkerTopicResult(
                        name=topic.name,
                        partitions=tuple(
                            WritableTxnMarkerPartitionResult(
                                partition_index=index,
                                error_code=_marked(marker, TopicPartition(topic.name, index), context),
                            )
                            for index in topic.partition_indexes
                        ),
                    )
                    for topic in marker.topics
                ),
            )
            for marker in request.markers
        )
    )


def _marked(marker: WritableTxnMarker, tp: TopicPartition, context: Context) -> ErrorCode:
    topic = context.topic(tp.topic)
    partition = topic and topic.partition(tp.partition)
    if error := context.refused(tp.topic):
        return error
    if not partition:
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    if context.state.leader_seen_by(context.broker_id, *tp) != context.broker_id:
        return ErrorCode.NOT_LEADER_OR_FOLLOWER
    if marker.producer_epoch < 0:
        return ErrorCode.UNKNOWN_SERVER_ERROR
    error = context.state.transactions.mark(tp, marker.producer_id, marker.producer_epoch, marker.coordinator_epoch)
    if not error:
        partition.end_offset += 1
    return error
