"""Transactions that are open in a partition, and that no coordinator will ever end (KIP-664)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from kafkaadmin.errors import (
    KafkaAdminError,
    PartialFailureError,
    TransactionalIdNotFoundError,
    UnknownTopicError,
    UnsupportedVersionError,
)
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.results import BatchResult
from kafkaadmin.models.topics import TopicDescription
from kafkaadmin.models.transactions import HangingTransaction, ProducerState, TransactionDescription, TransactionListing
from kafkaadmin.operations import arguments
from kafkaadmin.operations.producers import describe_producers
from kafkaadmin.operations.topics import describe_topics, list_topics
from kafkaadmin.operations.transactions import describe_transactions, list_transactions
from kafkaadmin.routing import Cluster, Deadline

__all__ = ["find_hanging_transactions"]

_PARTITIONS_PER_RESPONSE = 2_000

Candidates = Mapping[TopicPartition, tuple[ProducerState, ...]]


async def find_hanging_transactions(
    cluster: Cluster,
    *,
    topics: object,
    partitions: object,
    broker_id: object,
    max_transaction_timeout: object,
    deadline: Deadline,
) -> BatchResult[TopicPartition, tuple[HangingTransaction, ...]]:
    longest = arguments.instance(max_transaction_timeout, timedelta, "max_transaction_timeout")
    broker = None if broker_id is None else arguments.integer(broker_id, "a broker's id", most=2**31 - 1)
    wanted = await _partitions(cluster, topics, partitions, broker, deadline)
    producers = await describe_producers(cluster, wanted, broker_id=broker, deadline=deadline)
    too_old = datetime.now(UTC) - longest
    candidates = {
        partition: tuple(each for each in known if _is_open_since(each, too_old))
        for partition, known in producers.succeeded.items()
    }
    found, unsure = await _without_a_coordinator(cluster, candidates, deadline)
    return BatchResult(found, {**producers.failed, **unsure})


def _is_open_since(producer: ProducerState, moment: datetime) -> bool:
    """Whether a producer has a transaction open, and has written nothing since."""
    quiet = producer.last_timestamp is None or producer.last_timestamp < moment
    return producer.current_transaction_start_offset is not None and quiet


async def _partitions(
    cluster: Cluster, topics: object, partitions: object, broker_id: int | None, deadline: Deadline
) -> tuple[TopicPartition, ...]:
    """The partitions to look at: those named, those of topics that are named, or all; of one broker or of any."""
    named = () if partitions is None else arguments.partitions(partitions)
    names = () if topics is None else arguments.names(topics, "topic")
    if not names and named:
        return named
    described = await _described(cluster, names, deadline)
    of_topics = (
        TopicPartition(topic.name, partition.partition)
        for topic in described
        for partition in topic.partitions
        if broker_id is None or broker_id in partition.replicas
    )
    return tuple(dict.fromkeys([*named, *of_topics]))


async def _described(cluster: Cluster, names: tuple[str, ...], deadline: Deadline) -> Iterable[TopicDescription]:
    wanted = names or tuple(await list_topics(cluster, include_internal=True, deadline=deadline))
    described = await describe_topics(
        cluster,
        wanted,
        include_authorized_operations=False,
        partitions_per_response=_PARTITIONS_PER_RESPONSE,
        deadline=deadline,
    )
    for error in described.failed.values():
        if names or not isinstance(error, UnknownTopicError):  # else deleted since it was listed
            raise error
    return described.succeeded.values()


async def _without_a_coordinator(
    cluster: Cluster, candidates: Candidates, deadline: Deadline
) -> tuple[dict[TopicPartition, tuple[HangingTransaction, ...]], dict[TopicPartition, KafkaAdminError]]:
    """Of transactions that have been open for long, those that no coordinator has any more.

    What can't be known of a producer fails its partitions: a transaction that may be alive isn't called hanging.
    """
    ids = {producer.producer_id for producers in candidates.values() for producer in producers}
    listed, unlisted = await _listed(cluster, ids, deadline)
    described = await describe_transactions(cluster, listed.values(), deadline=deadline)
    found: dict[TopicPartition, tuple[HangingTransaction, ...]] = {}
    failed: dict[TopicPartition, KafkaAdminError] = {}

    def unknown(producer: ProducerState) -> KafkaAdminError | None:
        name = listed.get(producer.producer_id)
        if name is None:
            return unlisted
        error = described.failed.get(name)
        return None if isinstance(error, TransactionalIdNotFoundError) else error

    for partition, producers in candidates.items():
        error = next(filter(None, map(unknown, producers)), None)
        if error is not None:
            failed[partition] = error
        else:
            found[partition] = tuple(_hanging(partition, producers, listed.get, described.succeeded))
    return found, failed


def _hanging(
    partition: TopicPartition,
    producers: Iterable[ProducerState],
    transactional_id_of: Callable[[int], str | None],
    described: Mapping[str, TransactionDescription],
) -> Iterable[HangingTransaction]:
    for producer in producers:
        name = transactional_id_of(producer.producer_id)
        transaction = None if name is None else described.get(name)
        if transaction is None or partition not in transaction.partitions:
            yield HangingTransaction(partition=partition, producer=producer, transactional_id=name)


async def _listed(
    cluster: Cluster, producer_ids: set[int], deadline: Deadline
) -> tuple[dict[int, str], KafkaAdminError | None]:
    """The transactional ids of these producers, and why there may be more of them."""
    if not producer_ids:
        return {}, None
    unlisted: KafkaAdminError | None = None
    listings: Mapping[str, TransactionListing]
    try:
        listings = await list_transactions(cluster, producer_ids=sorted(producer_ids), deadline=deadline)
    except PartialFailureError as error:
        listings, unlisted = error.result, error
    except UnsupportedVersionError as error:
        listings, unlisted = {}, error
    return {each.producer_id: name for name, each in listings.items()}, unlisted
