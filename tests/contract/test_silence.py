"""A coordinator that is silent rather than gone: whoever waits for it finds out, however many wait."""

from __future__ import annotations

import anyio
import pytest

from kafkaadmin import AdminClient
from kafkaadmin.testing import FakeCluster

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])]


async def test_requests_sent_in_one_piece_all_leave_a_frozen_coordinator() -> None:
    with FakeCluster(brokers=3, failover=0.2) as cluster:
        cluster.add_topic("orders", partitions=1)
        cluster.add_group("billing", offsets={("orders", 0): 42})
        async with AdminClient(cluster.bootstrap_servers, suspect_after=0.3) as admin:
            await admin.list_consumer_group_offsets("billing")
            cluster.stop_broker(cluster.coordinator_of("billing"), how="stall")
            answered: list[bool] = []

            async def call() -> None:
                answered.append("billing" in (await admin.list_consumer_group_offsets("billing")).succeeded)

            with anyio.move_on_after(10):
                async with anyio.create_task_group() as callers:
                    for _ in range(10):
                        callers.start_soon(call)
    assert answered == [True] * 10
