"""A client that talks to KRaft's controllers (KIP-919), on FakeCluster and on real Kafka."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import anyio
import anyio.to_thread
import pytest

from kafkaadmin import (
    AclBinding,
    AclBindingFilter,
    AdminClient,
    AnyBroker,
    BatchResult,
    ConfigResource,
    ConfigurationError,
    Coordinator,
    NewTopic,
    OffsetSpec,
    OutcomeUnknownError,
    RetryPolicy,
    TopicPartition,
    UnsupportedVersionError,
)
from kafkaadmin.testing import FakeCluster, Fault
from kafkawire import ApiKey
from kafkawire.enums import AclOperation, AclResourceType, ConfigResourceType
from kafkawire.messages import ApiVersionsRequest
from tests.support.eventually import eventually
from tests.support.kafka import KafkaCluster

pytestmark = pytest.mark.anyio

SCENES = [
    pytest.param(("fake", "asyncio"), id="fake-asyncio"),
    pytest.param(("fake", "trio"), id="fake-trio"),
    pytest.param(("kafka", "asyncio"), id="kafka-asyncio", marks=[pytest.mark.real_kafka, pytest.mark.kraft]),
]
RETRY = RetryPolicy(initial=0.02, maximum=0.1)
WHO = ApiVersionsRequest(client_software_name="tests", client_software_version="1")


@pytest.fixture(params=SCENES)
def scene(request: pytest.FixtureRequest) -> tuple[str, str]:
    chosen: tuple[str, str] = request.param
    return chosen


@pytest.fixture
def anyio_backend(scene: tuple[str, str]) -> str:
    return scene[1]


@pytest.fixture
def fake() -> Iterator[FakeCluster]:
    with FakeCluster(brokers=3, controllers=3, failover=0.1) as cluster:
        yield cluster


@pytest.fixture
def addresses(scene: tuple[str, str], request: pytest.FixtureRequest) -> tuple[str, str]:
    """The brokers' and the controllers'."""
    if scene[0] == "kafka":
        kafka: KafkaCluster = request.getfixturevalue("kafka")
        return kafka.bootstrap(), kafka.bootstrap_controllers()
    cluster: FakeCluster = request.getfixturevalue("fake")
    return cluster.bootstrap_servers, cluster.bootstrap_controllers


@pytest.fixture
async def controllers(addresses: tuple[str, str]) -> AsyncIterator[AdminClient]:
    async with AdminClient(bootstrap_controllers=addresses[1], retry=RETRY) as admin:
        yield admin


async def test_controllers_tell_of_themselves_and_of_the_active_one(controllers: AdminClient) -> None:
    described = await controllers.describe_cluster()
    quorum = await controllers.describe_metadata_quorum()
    assert described.cluster_id
    assert {each.id for each in described.brokers} == {voter.replica_id for voter in quorum.voters}
    assert described.controller is not None
    assert described.controller.id == quorum.leader_id


async def test_a_controllers_own_configs_are_read_from_it(controllers: AdminClient) -> None:
    nodes = [str(each.id) for each in (await controllers.describe_cluster()).brokers]
    resources = [ConfigResource(ConfigResourceType.BROKER, node) for node in nodes]
    configs = await controllers.describe_configs(resources)
    assert [configs[each]["broker.id" if "broker.id" in configs[each] else "node.id"].value for each in resources] == (
        nodes
    )


async def test_what_is_written_through_controllers_brokers_know(
    controllers: AdminClient, addresses: tuple[str, str]
) -> None:
    name = f"made-by-controllers-{uuid4().hex[:8]}"
    binding = _acl(name)
    created = await controllers.create_topics(NewTopic(name, partitions=1), wait=False)
    created.raise_for_errors()
    topic = ConfigResource(ConfigResourceType.TOPIC, name)
    (await controllers.incremental_alter_configs({topic: {"retention.ms": "77000"}})).raise_for_errors()
    (await controllers.create_acls([binding])).raise_for_errors()
    assert binding in await controllers.describe_acls(AclBindingFilter(resource_name=name))
    async with AdminClient(addresses[0], retry=RETRY) as brokers:
        assert name in await eventually(brokers.list_topics, lambda topics: name in topics)

        async def retention() -> str | None:
            return (await brokers.describe_configs(topic))[topic]["retention.ms"].value

        assert await eventually(retention, lambda value: value == "77000") == "77000"
    await controllers.delete_acls(AclBindingFilter(resource_name=name))


REFUSED: dict[str, Callable[[AdminClient], Awaitable[Any]]] = {
    "groups": lambda admin: admin.list_groups(),
    "offsets": lambda admin: _raised(admin.list_offsets({TopicPartition("orders", 0): OffsetSpec.latest()})),
    "topics": lambda admin: admin.list_topics(),
    "waiting": lambda admin: admin.create_topics("new"),
    "sending": lambda admin: admin.send(ApiVersionsRequest(), Coordinator("billing")),
}


@pytest.mark.parametrize("call", REFUSED)
async def test_what_only_brokers_know_is_refused(controllers: AdminClient, call: str) -> None:
    with pytest.raises(UnsupportedVersionError, match="controller"):
        await REFUSED[call](controllers)


async def test_a_groups_offsets_are_refused_group_by_group(controllers: AdminClient) -> None:
    offsets = await controllers.list_consumer_group_offsets(["billing", "audit"])
    assert offsets.succeeded == {}
    assert str(offsets.failed["audit"]) == (
        "group 'audit': only brokers answer for that, and this client asks controllers (bootstrap_controllers)"
    )


async def test_any_controller_answers_a_request_of_the_callers_own(controllers: AdminClient) -> None:
    offered = {each.api_key for each in (await controllers.send(WHO, AnyBroker())).api_keys}
    assert ApiKey.DESCRIBE_QUORUM in offered
    assert ApiKey.METADATA not in offered


async def test_controllers_are_no_brokers(addresses: tuple[str, str]) -> None:
    async with AdminClient(addresses[1]) as admin:
        with pytest.raises(UnsupportedVersionError, match="doesn't offer Metadata"):
            await admin.describe_cluster()


def test_a_client_begins_at_brokers_or_at_controllers() -> None:
    for both in ({}, {"bootstrap_servers": "a:1", "bootstrap_controllers": "b:1"}):
        with pytest.raises(ConfigurationError, match="needs bootstrap_servers or bootstrap_controllers"):
            AdminClient(**both)
    with pytest.raises(ConfigurationError, match="bootstrap_controllers: 'b' is not 'host:port'"):
        AdminClient(bootstrap_controllers="b")


class TestTheActiveControllerGoes:
    """On FakeCluster; on real Kafka in `tests/chaos/test_controller_loss.py`."""

    @pytest.fixture(params=["asyncio", "trio"])
    def anyio_backend(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.fixture
    async def controllers(self, fake: FakeCluster) -> AsyncIterator[AdminClient]:
        async with AdminClient(
            bootstrap_controllers=fake.bootstrap_controllers, retry=RETRY, suspect_after=0.2
        ) as admin:
            yield admin

    @pytest.mark.parametrize("how", ["reset", "fin", "stall"])
    async def test_calls_go_to_the_next(self, fake: FakeCluster, controllers: AdminClient, how: Any) -> None:
        for time in range(2):
            await controllers.create_acls(_acl(f"before-{time}"))
            active = fake.active_controller()
            await anyio.to_thread.run_sync(partial(fake.stop_broker, active, how=how))
            quorum = await controllers.describe_metadata_quorum()
            assert quorum.leader_id == fake.active_controller() != active
            (await controllers.create_acls(_acl(f"after-{time}"))).raise_for_errors()
            await anyio.to_thread.run_sync(fake.start_broker, active)

    async def test_one_that_is_active_no_longer_says_so(self, fake: FakeCluster, controllers: AdminClient) -> None:
        await controllers.describe_metadata_quorum()
        for to in (1002, 1003, 1001):
            fake.move_controller(to=to)
            fake.reset_requests()
            assert (await controllers.describe_metadata_quorum()).leader_id == to
            asked = [node for node, api in fake.requests if api is ApiKey.DESCRIBE_QUORUM]
            assert len(asked) == 2

    async def test_while_nobody_is_active_others_still_tell_of_the_cluster(
        self, fake: FakeCluster, controllers: AdminClient
    ) -> None:
        await controllers.describe_cluster()
        for node in (1001, 1002):
            await anyio.to_thread.run_sync(partial(fake.stop_broker, node, failover=0.0))
        assert (await controllers.describe_cluster()).controller is None
        async with anyio.create_task_group() as group:
            group.start_soon(controllers.describe_metadata_quorum)
            fake.start_broker(1001)

    async def test_a_topic_whose_answer_was_lost_cannot_be_read_back_from_controllers(
        self, fake: FakeCluster, controllers: AdminClient
    ) -> None:
        fake.inject(Fault(api=ApiKey.CREATE_TOPICS, cut="after"))
        result = await controllers.create_topics("new", wait=False)
        assert isinstance(result.failed["new"], OutcomeUnknownError)


async def _raised(call: Awaitable[BatchResult[Any, Any]]) -> None:
    (await call).raise_for_errors()


def _acl(topic: str) -> AclBinding:
    return AclBinding(
        resource_type=AclResourceType.TOPIC,
        resource_name=topic,
        principal="User:anna",
        operation=AclOperation.READ,
    )
