"""The controller is frozen, then killed, on real Kafka: its callers and those of brokers see one slower call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import anyio
import anyio.to_thread
import pytest

from kafkaadmin import AdminClient, BrokerId, ConfigResource, KafkaAdminError, NewTopic, OperationTimeoutError
from kafkawire.enums import ConfigResourceType
from kafkawire.messages import ApiVersionsRequest, CreatableTopic, CreateTopicsRequest
from tests.support.eventually import eventually
from tests.support.kafka import KafkaCluster
from tests.support.kafka.settings import uses_zookeeper

pytestmark = [pytest.mark.failover, pytest.mark.anyio]

TOPIC = ConfigResource(ConfigResourceType.TOPIC, "orders")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Caller:
    """Repeats a call, and keeps what failed."""

    def __init__(self, call: Callable[[int], Awaitable[object]]) -> None:
        self.failures: list[str] = []
        self.going = True
        self._made = 0
        self._came_back = anyio.Event()
        self._call = call

    async def run(self) -> None:
        while self.going:
            try:
                await self._call(self._made)
            except KafkaAdminError as error:
                self.failures.append(f"call {self._made}: {error!r}")
            self._made += 1
            self._came_back.set()
            self._came_back = anyio.Event()
            await anyio.sleep(0.02)

    async def calls_again(self) -> None:
        """Wait until calls that began after now have come back."""
        for _ in range(3):
            await self._came_back.wait()


class Office:
    """Who the controller is, as clients see it: ZooKeeper's, or the leader of the metadata quorum."""

    def __init__(self, kafka: KafkaCluster) -> None:
        self.elected = not uses_zookeeper(kafka.version)
        self.brokers = AdminClient(kafka.bootstrap())
        self.controllers = AdminClient(bootstrap_controllers=kafka.bootstrap_controllers()) if self.elected else None

    async def holder(self) -> int | None:
        if self.elected:
            return (await self.brokers.describe_metadata_quorum()).leader_id
        controller = (await self.brokers.describe_cluster()).controller
        return controller.id if controller else None

    def callers(self) -> list[Caller]:
        async def alter(admin: AdminClient, number: int) -> None:
            altered = await admin.incremental_alter_configs({TOPIC: {"retention.ms": str(100_000 + number)}})
            altered.raise_for_errors()

        async def create(number: int) -> None:
            # Some replica may be where nobody answers: the others come to know the topic all the same.
            new = NewTopic(f"topic-{number}", partitions=1, replication_factor=2)
            (await self.brokers.create_topics(new)).raise_for_errors()

        callers = [Caller(create), Caller(lambda number: alter(self.brokers, number))]
        if (controllers := self.controllers) is not None:

            async def describe(number: int) -> None:
                assert (await controllers.describe_metadata_quorum()).leader_id is not None

            callers += [Caller(describe), Caller(lambda number: alter(controllers, number))]
        return callers


async def test_calls_outlive_the_loss_of_the_controller(chaos_kafka: KafkaCluster) -> None:
    office = Office(chaos_kafka)
    callers = office.callers()
    async with AsyncExitStack() as stack:
        for admin in filter(None, (office.brokers, office.controllers)):
            await stack.enter_async_context(admin)
        await office.brokers.create_topics(NewTopic("orders", partitions=1))
        async with anyio.create_task_group() as group:
            for caller in callers:
                group.start_soon(caller.run)
            for take in (chaos_kafka.pause, chaos_kafka.kill):
                holder = await office.holder()
                assert holder is not None
                await anyio.to_thread.run_sync(take, holder)
                next_one = await eventually(office.holder, lambda found: found not in (None, holder))  # noqa: B023
                assert next_one not in (None, holder)
                for caller in callers:
                    await caller.calls_again()
                if take == chaos_kafka.pause:
                    await anyio.to_thread.run_sync(chaos_kafka.resume, holder)
                    await anyio.to_thread.run_sync(chaos_kafka.await_brokers, chaos_kafka.brokers)
            for caller in callers:
                caller.going = False
    assert [caller.failures for caller in callers] == [[]] * len(callers)


@pytest.mark.kraft
async def test_a_broker_that_is_well_keeps_an_order_for_a_controller_that_sleeps(chaos_kafka: KafkaCluster) -> None:
    """Kafka's own doing, which no client can prevent: carried out although nobody waits for it any more."""
    bootstrap, controllers = chaos_kafka.bootstrap(), chaos_kafka.bootstrap_controllers()
    async with AdminClient(bootstrap) as admin, AdminClient(bootstrap_controllers=controllers) as quorum:

        async def leader() -> int | None:
            return (await quorum.describe_metadata_quorum()).leader_id

        async def topics() -> set[str]:
            return set(await admin.list_topics())

        holder = await leader()
        assert holder is not None
        keeper = BrokerId(next(broker for broker in chaos_kafka.brokers if broker != holder))
        await admin.send(ApiVersionsRequest(), keeper)
        order = CreatableTopic(name="orders", num_partitions=1, replication_factor=2)
        await anyio.to_thread.run_sync(chaos_kafka.pause, holder)
        with pytest.raises(OperationTimeoutError):
            await admin.send(CreateTopicsRequest(topics=(order,)), keeper, timeout=0.5)
        assert await eventually(leader, lambda found: found not in (None, holder)) not in (None, holder)
        assert await topics() == set()
        await anyio.to_thread.run_sync(chaos_kafka.resume, holder)
        assert await eventually(topics, lambda found: found == {"orders"}) == {"orders"}
