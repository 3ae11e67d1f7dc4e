"""Transactions and the producers that write in them, as the brokers of a `FakeCluster` keep them. No I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field

from kafkaadmin.models.partitions import TopicPartition
from kafkawire import ErrorCode
from kafkawire.enums import TransactionState

__all__ = ["Producer", "Transaction", "Transactions"]

_FIRST_PRODUCER_ID = 1_000


@dataclass(slots=True, kw_only=True)
class Producer:
    """What a partition's log says of a producer. Times are milliseconds since 1970; -1 stands for none."""

    producer_id: int
    epoch: int
    last_sequence: int = 0
    last_timestamp_ms: int = -1
    coordinator_epoch: int = -1
    start_offset: int = -1


@dataclass(slots=True, kw_only=True)
class Transaction:
    """A transactional id, as its coordinator keeps it."""

    transactional_id: str
    producer_id: int
    epoch: int = 0
    state: TransactionState = TransactionState.EMPTY
    timeout_ms: int = 60_000
    started_ms: int = -1
    partitions: set[TopicPartition] = field(default_factory=set[TopicPartition])


class Transactions:
    """All transactional ids, and the producers in each partition."""

    def __init__(self) -> None:
        self.by_id: dict[str, Transaction] = {}
        self.producers: dict[TopicPartition, dict[int, Producer]] = {}
        self._next_producer_id = _FIRST_PRODUCER_ID

    def new_producer_id(self) -> int:
        """An id that no producer has had."""
        self._next_producer_id += 1
        return self._next_producer_id

    def begin(self, transactional_id: str, timeout_ms: int) -> Transaction | ErrorCode:
        """A producer begins: its predecessors are fenced, and what they left open is aborted first."""
        there = self.by_id.get(transactional_id)
        if there is None:
            there = Transaction(transactional_id=transactional_id, producer_id=self.new_producer_id(), epoch=-1)
            self.by_id[transactional_id] = there
        there.epoch += 1
        if there.state is TransactionState.ONGOING:
            for partition in there.partitions:
                self.mark(partition, there.producer_id, there.epoch, 0)
            there.state, there.started_ms = TransactionState.COMPLETE_ABORT, -1
            there.partitions.clear()
            return ErrorCode.CONCURRENT_TRANSACTIONS
        there.state, there.timeout_ms = TransactionState.EMPTY, timeout_ms
        return there

    def write(self, partition: TopicPartition, producer: Producer) -> None:
        """A producer writes into a partition."""
        self.producers.setdefault(partition, {})[producer.producer_id] = producer

    def mark(self, partition: TopicPartition, producer_id: int, epoch: int, coordinator_epoch: int) -> ErrorCode:
        """A transaction ends in a partition: whoever says so is believed, unless it is out of date."""
        there = self.producers.setdefault(partition, {}).setdefault(
            producer_id, Producer(producer_id=producer_id, epoch=epoch, last_sequence=-1)
        )
        if epoch < there.epoch:
            return ErrorCode.INVALID_PRODUCER_EPOCH
        if coordinator_epoch < there.coordinator_epoch:
            return ErrorCode.TRANSACTION_COORDINATOR_FENCED
        there.epoch, there.coordinator_epoch, there.start_offset = epoch, coordinator_epoch, -1
        return ErrorCode.NONE

    def open_from(self, partition: TopicPartition) -> list[int]:
        """Where the transactions begin that are open in a partition."""
        producers = self.producers.get(partition, {}).values()
        return [each.start_offset for each in producers if each.start_offset >= 0]
