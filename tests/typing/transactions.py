"""What users' type checkers infer from calls about transactions. Checked by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import assert_type

from kafkaadmin import (
    AbortTransactionSpec,
    AdminClient,
    BatchResult,
    Broker,
    FencedProducer,
    HangingTransaction,
    ProducerState,
    TopicPartition,
    TransactionDescription,
    TransactionListing,
    TransactionState,
)

ORDERS_0 = TopicPartition("orders", 0)


async def transactions(admin: AdminClient) -> None:
    listed = await admin.list_transactions(states=TransactionState.ONGOING, longer_than=timedelta(hours=1))
    assert_type(listed, Mapping[str, TransactionListing])
    assert_type(listed["pay"].state, TransactionState)
    described = await admin.describe_transactions(["pay", "bill"])
    assert_type(described, BatchResult[str, TransactionDescription])
    assert_type(described["pay"].coordinator, Broker)
    assert_type(described["pay"].started_at, datetime | None)
    assert_type(described["pay"].partitions, frozenset[TopicPartition])
    assert_type(await admin.fence_producers("pay"), BatchResult[str, FencedProducer])
    assert_type(await admin.force_terminate_transaction("pay"), FencedProducer)


async def producers(admin: AdminClient) -> None:
    described = await admin.describe_producers(ORDERS_0, broker_id=1)
    assert_type(described, BatchResult[TopicPartition, tuple[ProducerState, ...]])
    assert_type(described[ORDERS_0][0].current_transaction_start_offset, int | None)
    found = await admin.find_hanging_transactions(["orders"], partitions=ORDERS_0)
    assert_type(found, BatchResult[TopicPartition, tuple[HangingTransaction, ...]])
    assert_type(found[ORDERS_0][0].abort_spec, AbortTransactionSpec)
    await admin.abort_transaction(found[ORDERS_0][0].abort_spec)
