"""Real Kafka: the first group call on a new cluster, and a list of groups while one broker of three is frozen."""

from __future__ import annotations

import anyio.to_thread
import pytest

from kafkaadmin import AdminClient, NewTopic, PartialFailureError, TopicPartition
from tests.support.kafka.plugin import StartKafka

pytestmark = [pytest.mark.failover, pytest.mark.anyio]

ORDERS_0 = TopicPartition("orders", 0)
GROUPS = [f"group-{number}" for number in range(24)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_new_clusters_first_group_calls_and_a_list_while_a_broker_is_frozen(start_kafka: StartKafka) -> None:
    """One cluster for both, since each takes a new one."""
    kafka = start_kafka(warm=False)
    async with AdminClient(kafka.bootstrap()) as admin:
        assert "__consumer_offsets" not in await admin.list_topics(include_internal=True)
        assert dict((await admin.list_consumer_group_offsets("billing"))["billing"]) == {}
        assert "__consumer_offsets" in await admin.list_topics(include_internal=True)

        await admin.create_topics(NewTopic("orders", partitions=1))
        for group in GROUPS:
            (await admin.alter_consumer_group_offsets(group, {ORDERS_0: 5})).raise_for_errors()
        assert set(await admin.list_groups()) == set(GROUPS)
        coordinators = await admin.find_coordinators(GROUPS)
        frozen = coordinators[GROUPS[0]].id
        await anyio.to_thread.run_sync(kafka.pause, frozen)
        with pytest.raises(
            PartialFailureError, match=f"1 of 3 brokers could not be asked: .*broker {frozen}"
        ) as caught:
            await admin.list_groups(timeout=2.0)  # Kafka counts it out after 6 s
        assert set(caught.value.failures) == {frozen}
        assert set(caught.value.result) == {group for group in GROUPS if coordinators[group].id != frozen}
        # With time enough all are listed, by those that took them over.
        assert set(await admin.list_groups()) == set(GROUPS)
        await anyio.to_thread.run_sync(kafka.resume, frozen)
