"""Transactions, as their coordinators keep them: listed, described, and their producers fenced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import anyio

from kafkaadmin.errors import ConfigurationError, TransactionalIdNotFoundError, UnsupportedVersionError
from kafkaadmin.models.brokers import Broker
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.results import BatchResult
from kafkaadmin.models.transactions import FencedProducer, TransactionDescription, TransactionListing
from kafkaadmin.operations import arguments
from kafkaadmin.operations.every_broker import UNCONFIRMED, a_name_in_each, collected
from kafkaadmin.operations.times import MILLISECOND, moment
from kafkaadmin.routing import (
    Attempt,
    BrokerId,
    Cluster,
    Coordinator,
    CoordinatorType,
    Deadline,
    Done,
    Errored,
    Failed,
    Operation,
    Outcome,
    Report,
    Tally,
    settle,
)
from kafkawire.enums import TransactionState
from kafkawire.messages import (
    DescribeTransactionsRequest,
    DescribeTransactionsResponse,
    DescribeTransactionsResponseTransactionState,
    InitProducerIdRequest,
    InitProducerIdResponse,
    ListTransactionsRequest,
    ListTransactionsResponse,
)

__all__ = ["describe_transactions", "fence_producers", "force_terminate_transaction", "list_transactions"]

_CONCURRENT_TRANSACTIONS = 51
_TRANSACTION_STATE = "__transaction_state"
_IDS_PER_REQUEST = 2_000
_LONGEST_MS = 2**31 - 1


def _coordinator(transactional_id: str) -> Coordinator:
    return Coordinator(transactional_id, CoordinatorType.TRANSACTION)


async def list_transactions(
    cluster: Cluster,
    *,
    states: object = (),
    producer_ids: object = (),
    longer_than: object = None,
    transactional_id_pattern: object = None,
    deadline: Deadline,
) -> dict[str, TransactionListing]:
    in_states = tuple(_state(each) for each in arguments.names(states, "state"))
    of_producers = _producer_ids(producer_ids)
    lasting = -1 if longer_than is None else _milliseconds(longer_than, "longer_than", least=0)
    pattern = transactional_id_pattern
    if pattern is not None:
        pattern = arguments.name(pattern, "transactional_id_pattern")

    def request(keys: Sequence[int], attempt: Attempt) -> ListTransactionsRequest:
        return ListTransactionsRequest(
            state_filters=in_states,
            producer_id_filters=of_producers,
            duration_filter=lasting,
            transactional_id_pattern=pattern,
        )

    def outcomes(
        keys: Sequence[int], response: ListTransactionsResponse, attempt: Attempt
    ) -> Iterator[tuple[int, Outcome[dict[str, TransactionListing]]]]:
        for key in keys:
            if response.unknown_state_filters:
                told = f"{attempt.broker} knows no transactions {' or '.join(response.unknown_state_filters)}"
                yield key, Failed(UnsupportedVersionError(f"list_transactions: {told}"))
            else:
                yield key, settle(response.error_code, lambda: _listings(response))

    operation = Operation(
        name="list_transactions",
        noun="broker",
        to=BrokerId,
        api=ListTransactionsRequest,
        request=request,
        outcomes=outcomes,
        at_least=2 if pattern is not None else 1 if lasting >= 0 else None,
        needs="a pattern" if pattern is not None else "longer_than" if lasting >= 0 else "",
    )
    return await collected(cluster, operation, lambda: _taken_over(cluster, deadline), deadline=deadline)


def _state(told: str) -> TransactionState:
    state = TransactionState(told)
    if not state.is_known:
        raise ConfigurationError(f"no transaction is ever {told!r}: {', '.join(TransactionState)} are the states")
    return state


def _producer_ids(value: object) -> tuple[int, ...]:
    given = [value] if isinstance(value, int) else arguments.several(value, "producer_ids: an id or several")
    return tuple(dict.fromkeys(arguments.integer(each, "a producer's id", most=2**63 - 1) for each in given))


def _milliseconds(value: object, what: str, *, least: int) -> int:
    span = arguments.instance(value, timedelta, what) // MILLISECOND
    return arguments.integer(span, f"{what}, in milliseconds,", least=least, most=_LONGEST_MS)


def _listings(response: ListTransactionsResponse) -> dict[str, TransactionListing]:
    return {
        each.transactional_id: TransactionListing(
            transactional_id=each.transactional_id,
            producer_id=each.producer_id,
            state=TransactionState(each.transaction_state),
        )
        for each in response.transaction_states
    }


async def _taken_over(cluster: Cluster, deadline: Deadline) -> None:
    """Wait until every partition of the transactions' topic has somebody who serves it, as `list_groups` does."""
    probes = await a_name_in_each(cluster, _TRANSACTION_STATE, "list_transactions", deadline=deadline)
    served = await describe_transactions(cluster, probes, deadline=deadline)
    if not all(isinstance(error, TransactionalIdNotFoundError) for error in served.failed.values()):
        await anyio.sleep(min(UNCONFIRMED, deadline.remaining()))  # not permitted: nothing tells


async def describe_transactions(
    cluster: Cluster, transactional_ids: object, *, progress: Report | None = None, deadline: Deadline
) -> BatchResult[str, TransactionDescription]:
    wanted = arguments.names(transactional_ids, "transactional id")

    def request(keys: Sequence[str], attempt: Attempt) -> DescribeTransactionsRequest:
        return DescribeTransactionsRequest(transactional_ids=tuple(keys))

    def outcomes(
        keys: Sequence[str], response: DescribeTransactionsResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[TransactionDescription]]]:
        for each in response.transaction_states:
            if each.error_code:
                yield each.transactional_id, Errored(each.error_code)
            else:
                yield each.transactional_id, Done(_description(each, attempt.broker))

    return await cluster.run(
        Operation(
            name="describe_transactions",
            noun="transactional id",
            to=_coordinator,
            api=DescribeTransactionsRequest,
            request=request,
            outcomes=outcomes,
            keys_per_request=lambda version: _IDS_PER_REQUEST,
        ),
        wanted,
        deadline=deadline,
        tally=Tally.of(progress, len(wanted)),
    )


def _description(told: DescribeTransactionsResponseTransactionState, coordinator: Broker) -> TransactionDescription:
    state = TransactionState(told.transaction_state)
    return TransactionDescription(
        transactional_id=told.transactional_id,
        state=state,
        coordinator=coordinator,
        producer_id=told.producer_id,
        producer_epoch=told.producer_epoch,
        transaction_timeout=told.transaction_timeout_ms * MILLISECOND,
        # Kafka 3.9 goes on telling when the last one was begun.
        started_at=None if state is TransactionState.EMPTY else moment(told.transaction_start_time_ms),
        partitions=frozenset(TopicPartition(topic.topic, index) for topic in told.topics for index in topic.partitions),
    )


async def fence_producers(
    cluster: Cluster,
    transactional_ids: object,
    *,
    transaction_timeout: object,
    progress: Report | None = None,
    deadline: Deadline,
) -> BatchResult[str, FencedProducer]:
    wanted = arguments.names(transactional_ids, "transactional id")
    operation = _fencing("fence_producers", _milliseconds(transaction_timeout, "transaction_timeout", least=1))
    return await cluster.run(operation, wanted, deadline=deadline, tally=Tally.of(progress, len(wanted)))


async def force_terminate_transaction(
    cluster: Cluster, transactional_id: object, *, transaction_timeout: object, deadline: Deadline
) -> FencedProducer:
    wanted = arguments.name(transactional_id, "transactional id")
    timeout_ms = _milliseconds(transaction_timeout, "transaction_timeout", least=1)
    terminated = await cluster.run(_fencing("force_terminate_transaction", timeout_ms), (wanted,), deadline=deadline)
    return terminated[wanted]


def _fencing(name: str, timeout_ms: int) -> Operation[str, InitProducerIdResponse, FencedProducer]:
    """A new epoch for a transactional id, as a producer that begins would ask for: earlier ones are refused then."""

    def request(keys: Sequence[str], attempt: Attempt) -> InitProducerIdRequest:
        return InitProducerIdRequest(transactional_id=keys[0], transaction_timeout_ms=timeout_ms)

    def outcomes(
        keys: Sequence[str], response: InitProducerIdResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[FencedProducer]]]:
        yield (
            keys[0],
            settle(
                response.error_code,
                lambda: FencedProducer(
                    transactional_id=keys[0],
                    producer_id=response.producer_id,
                    producer_epoch=response.producer_epoch,
                ),
            ),
        )

    return Operation(
        name=name,
        noun="transactional id",
        to=_coordinator,
        api=InitProducerIdRequest,
        request=request,
        outcomes=outcomes,
        keys_per_request=lambda version: 1,
        # The coordinator is ending the transaction that the producer left open.
        retry_on=frozenset({_CONCURRENT_TRANSACTIONS}),
    )
