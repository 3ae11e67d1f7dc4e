"""Transactions, the producers that write in them, and those that hang."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kafkaadmin.errors import ConfigurationError
from kafkaadmin.models.brokers import Broker
from kafkaadmin.models.partitions import TopicPartition
from kafkawire.enums import TransactionState

__all__ = [
    "AbortTransactionSpec",
    "FencedProducer",
    "HangingTransaction",
    "ProducerState",
    "TransactionDescription",
    "TransactionListing",
]

_LAST_EPOCH = 2**15 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionListing:
    """A transactional id, as its coordinator lists it: who uses it, and in which state its transaction is."""

    transactional_id: str
    producer_id: int
    state: TransactionState


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionDescription:
    """A transactional id and its transaction.

    `started_at`: when the transaction was begun that is open, or has just ended; `None` in state `EMPTY`.
    `partitions`: those that are part of it, but for topics that the principal may not describe.
    """

    transactional_id: str
    state: TransactionState
    coordinator: Broker
    producer_id: int
    producer_epoch: int
    transaction_timeout: timedelta
    started_at: datetime | None
    partitions: frozenset[TopicPartition]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProducerState:
    """What a partition's replica knows of a producer that wrote to it lately.

    `current_transaction_start_offset`: where its open transaction begins; `None` if none is open here.
    `coordinator_epoch`: of the coordinator that ended its last transaction here; `None` if none has been ended yet.
    `last_timestamp`: of its last records, as the producer dated them.
    """

    producer_id: int
    producer_epoch: int
    last_sequence: int | None
    last_timestamp: datetime | None
    coordinator_epoch: int | None
    current_transaction_start_offset: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AbortTransactionSpec:
    """A producer's open transaction in one partition, to be aborted there: all of it as `describe_producers` tells."""

    partition: TopicPartition
    producer_id: int
    producer_epoch: int
    coordinator_epoch: int = 0

    @classmethod
    def of(cls, partition: TopicPartition, producer: ProducerState) -> AbortTransactionSpec:
        """For a producer as `describe_producers` tells of it."""
        return cls(
            partition=partition,
            producer_id=producer.producer_id,
            producer_epoch=producer.producer_epoch,
            coordinator_epoch=producer.coordinator_epoch or 0,
        )

    def __post_init__(self) -> None:
        _number(self.producer_id, "producer_id", 2**63 - 1)
        _number(self.producer_epoch, "producer_epoch", _LAST_EPOCH)
        _number(self.coordinator_epoch, "coordinator_epoch", 2**31 - 1)


def _number(value: object, what: str, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ConfigurationError(f"AbortTransactionSpec.{what} must be a whole number from 0 to {most}, not {value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HangingTransaction:
    """A transaction that is open in a partition, and that no coordinator will ever end.

    `transactional_id`: whose producer it was, as far as a coordinator still knows.
    """

    partition: TopicPartition
    producer: ProducerState
    transactional_id: str | None

    @property
    def abort_spec(self) -> AbortTransactionSpec:
        """What `abort_transaction` takes to end it."""
        return AbortTransactionSpec.of(self.partition, self.producer)


@dataclass(frozen=True, slots=True, kw_only=True)
class FencedProducer:
    """A transactional id whose producers were fenced: only this id and epoch, or later ones, are listened to."""

    transactional_id: str
    producer_id: int
    producer_epoch: int
