"""Brokers that are replaced at new addresses, until none that the client began with answers any more.

As long as one broker that it knows is left, it learns of the others from that one. When none is, the bootstrap names
are resolved anew (KIP-899), each to all its addresses (KIP-302).
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import pytest

from kafkaadmin import AdminClient, NewTopic, OffsetSpec, OperationTimeoutError, RetryPolicy, TopicPartition
from kafkaadmin.events import Event, Rebootstrapped
from kafkaadmin.testing import FakeCluster, Fault
from kafkawire import ApiKey
from tests.support.callers import TOPIC, Callers
from tests.support.names import Names

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])]

ORDERS_0 = TopicPartition(TOPIC, 0)
RETRY = RetryPolicy(initial=0.02, maximum=0.1)
BOOTSTRAP = "kafka.test:9092"


async def offsets_of_a_group(admin: AdminClient) -> object:
    return (await admin.list_consumer_group_offsets("billing"))["billing"][ORDERS_0].offset


async def end_of_a_partition(admin: AdminClient) -> object:
    return (await admin.list_offsets({ORDERS_0: OffsetSpec.latest()}))[ORDERS_0].offset


async def topics(admin: AdminClient) -> object:
    return TOPIC in await admin.list_topics()


async def groups(admin: AdminClient) -> object:
    return set(await admin.list_groups())


async def a_new_topic(admin: AdminClient) -> object:
    return (await admin.create_topics(NewTopic("new", partitions=2), validate_only=True))["new"].partitions


async def the_cluster(admin: AdminClient) -> object:
    return {broker.id for broker in (await admin.describe_cluster()).brokers}


Call = Callable[[AdminClient], Awaitable[object]]

CALLS: dict[Call, object] = {
    offsets_of_a_group: 42,
    end_of_a_partition: 7,
    topics: True,
    groups: {"billing"},
    a_new_topic: 2,
    the_cluster: {1, 2, 3},
}
"""A call of each kind of destination: coordinator, leader, any broker, every broker, controller; and its answer."""


def each_of(calls: Iterable[Call]) -> pytest.MarkDecorator:
    named = [pytest.param(call, CALLS[call], id=call.__name__) for call in calls]
    return pytest.mark.parametrize(("call", "answer"), named)


EACH_KIND = each_of(CALLS)
EACH_THAT_IS_ANSWERED_AT_ONCE = each_of(call for call in CALLS if call is not a_new_topic)
"""A controller may rightly take its time: its silence says nothing until the request's own is over."""


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with FakeCluster(brokers=3) as cluster:
        cluster.add_topic(TOPIC, partitions=3, end_offset=7)
        cluster.add_group("billing", offsets={ORDERS_0: 42})
        yield cluster


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch, cluster: FakeCluster) -> Names:
    """`kafka.test` stands for the cluster, in whose place another may come."""
    names = Names(monkeypatch)
    names.point("kafka.test", cluster.bootstrap_servers)
    return names


async def do(call: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Do something to the cluster without holding up the callers."""
    await anyio.to_thread.run_sync(partial(call, *args, **kwargs))


async def test_brokers_replaced_one_by_one_are_followed_far_from_where_it_began(cluster: FakeCluster) -> None:
    async with AdminClient(cluster.bootstrap_servers, retry=RETRY) as admin:
        for broker in cluster.brokers:
            for call, answer in CALLS.items():
                assert await call(admin) == answer
            cluster.move_broker(broker)
        for call, answer in CALLS.items():
            assert await call(admin) == answer


async def test_callers_see_nothing_of_brokers_replaced_one_by_one(cluster: FakeCluster) -> None:
    async with AdminClient(cluster.bootstrap_servers, retry=RETRY) as admin:
        callers = Callers(admin, "audit", pause=0.01)
        await callers.prepare()
        async with callers.calling() as report:
            for how in ("reset", "fin"):
                for broker in cluster.brokers:
                    await do(cluster.move_broker, broker, how=how)
                    await callers.everybody_calls(times=2)
    assert report.failures == []


@EACH_KIND
async def test_when_all_known_brokers_are_gone_the_bootstrap_name_is_resolved_anew(
    cluster: FakeCluster, names: Names, call: Call, answer: object
) -> None:
    async with AdminClient(BOOTSTRAP, retry=RETRY) as admin:
        assert await call(admin) == answer
        for broker in cluster.brokers:
            cluster.move_broker(broker)
        names.point("kafka.test", cluster.address_of(2))
        assert await call(admin) == answer


@EACH_KIND
async def test_a_new_cluster_behind_the_same_name_is_entered(
    cluster: FakeCluster, names: Names, call: Call, answer: object
) -> None:
    """As when a standby takes over: other addresses, another cluster id."""
    async with AdminClient(BOOTSTRAP, retry=RETRY) as admin:
        assert await call(admin) == answer
        with FakeCluster(brokers=3) as standby:
            standby.add_topic(TOPIC, partitions=3, end_offset=7)
            standby.add_group("billing", offsets={ORDERS_0: 42})
            cluster.close()
            names.point("kafka.test", standby.bootstrap_servers)
            assert await call(admin) == answer


async def test_names_are_resolved_again_until_they_resolve(cluster: FakeCluster, names: Names) -> None:
    names.point("kafka.test")
    async with AdminClient(BOOTSTRAP, retry=RETRY) as admin, anyio.create_task_group() as group:
        group.start_soon(topics, admin)
        await names.asked_times(3)
        names.point("kafka.test", cluster.bootstrap_servers)


async def test_a_name_that_never_resolves_is_told(cluster: FakeCluster, names: Names) -> None:
    names.point("kafka.test")
    async with AdminClient(BOOTSTRAP, retry=RETRY) as admin:
        with pytest.raises(
            OperationTimeoutError, match=r"kafka.test:9092: the name can't be resolved: Name or service"
        ):
            await admin.list_topics(timeout=0.3)


async def test_each_address_of_a_name_is_tried(cluster: FakeCluster, names: Names) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, and not listening: refused
        refusing = "{}:{}".format(*nobody.getsockname())
        names.point("kafka.test", refusing, refusing, cluster.address_of(3))
        async with AdminClient(BOOTSTRAP, retry=RETRY) as admin:
            assert await topics(admin)


async def test_an_address_that_takes_connections_and_no_requests_does_not_hide_the_next(
    cluster: FakeCluster, names: Names
) -> None:
    """As a proxy does whose broker is gone."""
    with FakeCluster(brokers=1) as proxy:
        proxy.inject(Fault(cut="before", how="fin", count=None))
        names.point("kafka.test", proxy.address_of(1), cluster.address_of(3))
        async with AdminClient(BOOTSTRAP, retry=RETRY) as admin:
            assert TOPIC in await admin.list_topics(timeout=10)


async def test_a_frozen_address_does_not_hide_the_next(cluster: FakeCluster, names: Names) -> None:
    with FakeCluster(brokers=1) as frozen:
        frozen.stop_broker(1, how="stall")
        names.point("kafka.test", frozen.address_of(1), cluster.address_of(3))
        async with AdminClient(BOOTSTRAP, retry=RETRY, connect_timeout=0.3) as admin:
            assert TOPIC in await admin.list_topics(timeout=10)


@EACH_THAT_IS_ANSWERED_AT_ONCE
async def test_all_known_brokers_may_be_frozen_while_the_name_leads_to_new_ones(
    cluster: FakeCluster, names: Names, call: Call, answer: object
) -> None:
    """Their machines are cut off: nothing is refused. Kafka's clients call it the rebootstrap trigger (KIP-1102)."""
    async with AdminClient(BOOTSTRAP, retry=RETRY, suspect_after=0.6, connect_timeout=1.0) as admin:
        assert await call(admin) == answer
        with FakeCluster(brokers=3) as standby:
            standby.add_topic(TOPIC, partitions=3, end_offset=7)
            standby.add_group("billing", offsets={ORDERS_0: 42})
            for broker in cluster.brokers:
                cluster.stop_broker(broker, how="stall", failover=60.0)
            names.point("kafka.test", standby.bootstrap_servers)
            with anyio.fail_after(60):
                assert await call(admin) == answer


@pytest.mark.parametrize("api", [ApiKey.METADATA, ApiKey.API_VERSIONS])
async def test_a_broker_that_calls_for_a_rebootstrap_is_obeyed(cluster: FakeCluster, names: Names, api: ApiKey) -> None:
    """129: in Metadata from brokers of 4.0 on (KIP-1102), in ApiVersions where another node was meant (KIP-1242)."""
    seen: list[Event] = []
    async with AdminClient(BOOTSTRAP, retry=RETRY, observers=[seen.append]) as admin:
        await topics(admin)
        resolved = len(names.asked)
        cluster.drop_connections(1)
        cluster.drop_connections(2)
        cluster.drop_connections(3)
        cluster.inject(Fault(api=api, error=129))
        await admin.refresh_metadata()
        await topics(admin)
    assert [event for event in seen if isinstance(event, Rebootstrapped)]
    assert len(names.asked) > resolved
