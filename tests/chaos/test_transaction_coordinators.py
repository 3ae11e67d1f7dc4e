"""The coordinator of transactions is killed on real Kafka while it is asked: callers see slower calls, and no more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import anyio
import anyio.to_thread
import pytest

from kafkaadmin import AdminClient, CoordinatorType, NewTopic, TopicPartition, TransactionState, UnsupportedVersionError
from tests.support.eventually import eventually
from tests.support.kafka.cluster import KafkaCluster
from tests.support.stage import KafkaStage

pytestmark = [pytest.mark.failover, pytest.mark.anyio]

PAY = "pay"
ORDERS_0 = TopicPartition("orders", 0)
TOLD_OF_SINCE = (3, 0)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_transactions_outlive_the_loss_of_their_coordinator(chaos_kafka: KafkaCluster) -> None:
    async with AdminClient(chaos_kafka.bootstrap()) as admin:
        (await admin.create_topics(NewTopic(ORDERS_0.topic, partitions=1, replication_factor=3))).raise_for_errors()
        producer_id = await KafkaStage(chaos_kafka).open_transaction(admin, PAY, ORDERS_0)
        coordinator = (await admin.find_coordinators(PAY, type=CoordinatorType.TRANSACTION))[PAY].id
        epochs: list[int] = []

        async def described() -> int:
            found = (await admin.describe_transactions(PAY))[PAY]
            assert (found.state, found.producer_id) == (TransactionState.ONGOING, producer_id)
            assert found.partitions == {ORDERS_0}
            return found.coordinator.id

        async def listed() -> None:
            assert (await admin.list_transactions())[PAY].producer_id == producer_id

        async def fenced() -> None:
            epochs.append((await admin.fence_producers("bill"))["bill"].producer_epoch)

        async def coordinating() -> int:
            admin.invalidate_coordinators(PAY, type=CoordinatorType.TRANSACTION)
            return (await admin.find_coordinators(PAY, type=CoordinatorType.TRANSACTION))[PAY].id

        calls: list[Callable[[], Awaitable[object]]] = [described, listed, fenced]
        if KafkaStage(chaos_kafka).release < TOLD_OF_SINCE:
            await refused(described, "DescribeTransactions")
            await refused(listed, "ListTransactions")
            calls = [fenced]
        over = anyio.Event()

        async def again_and_again(call: Callable[[], Awaitable[object]]) -> None:
            while not over.is_set():
                await call()

        async with anyio.create_task_group() as group:
            for call in calls:
                await call()
                group.start_soon(again_and_again, call)
            await anyio.to_thread.run_sync(partial(chaos_kafka.kill, coordinator))
            await eventually(coordinating, lambda found: found != coordinator)
            for call in calls:
                await call()
            over.set()
        assert epochs == sorted(epochs)
        terminated = await admin.force_terminate_transaction(PAY)
        assert terminated.producer_epoch > 0


async def refused(call: Callable[[], Awaitable[object]], api: str) -> None:
    with pytest.raises(UnsupportedVersionError, match=f"doesn't offer {api}"):
        await call()
