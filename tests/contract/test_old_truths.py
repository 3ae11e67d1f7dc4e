"""A coordinator that was replaced without noticing: what it believes is told to nobody, whenever they ask."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Literal

import anyio
import pytest

from kafkaadmin import AdminClient, OperationTimeoutError, TopicPartition
from kafkaadmin.config import ClientConfig
from kafkaadmin.testing import FakeCluster, Fault
from kafkawire import ApiKey
from tests.support.eventually import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])]

ORDERS_0 = TopicPartition("orders", 0)
CONFIRM_AFTER = 0.6


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    """Brokers that nobody replaces but the test, and a group that has committed 1."""
    with FakeCluster(brokers=3, failover=60.0) as cluster:
        cluster.add_topic("orders", partitions=1)
        cluster.add_group("billing", offsets={("orders", 0): 1})
        cluster.add_group("audit", offsets={("orders", 0): 1})
        cluster.move_coordinator("billing", to=1)
        cluster.move_coordinator("audit", to=1)
        yield cluster


@pytest.fixture
async def admin(cluster: FakeCluster) -> AsyncIterator[AdminClient]:
    async with AdminClient(cluster.bootstrap_servers, confirm_after=CONFIRM_AFTER) as admin:
        yield admin


def replace(cluster: FakeCluster) -> None:
    """Broker 1 coordinates no more and doesn't know it; its successor acknowledges a newer commit."""
    cluster.stop_broker(1, how="stall", failover=0.0)
    cluster.commit("billing", {("orders", 0): 2})


async def read(admin: AdminClient, group: str = "billing") -> int:
    return (await admin.list_consumer_group_offsets(group))[group][ORDERS_0].offset


def asked(cluster: FakeCluster, api: ApiKey) -> int:
    """How often this was asked, of whichever broker."""
    return sum(count for (_, each), count in cluster.requests.items() if each is api)


async def rest() -> None:
    """Longer than a broker's word is taken for granted."""
    await anyio.sleep(CONFIRM_AFTER + 0.05)


async def test_who_rested_through_a_freeze_is_told_the_truth_as_soon_as_the_old_one_wakes(
    cluster: FakeCluster, admin: AdminClient
) -> None:
    assert await read(admin) == 1
    replace(cluster)
    await rest()
    cluster.start_broker(1, stale_for=60.0)
    assert await read(admin) == 2


async def test_a_read_that_reaches_it_in_the_last_moments_of_its_sleep_is_told_the_truth(
    cluster: FakeCluster, admin: AdminClient
) -> None:
    assert await read(admin) == 1
    replace(cluster)
    await rest()
    offsets: list[int] = []

    async def call() -> None:
        offsets.append(await read(admin))

    async with anyio.create_task_group() as callers:
        callers.start_soon(call)
        await anyio.sleep(0.2)  # well within suspect_after
        cluster.start_broker(1, stale_for=60.0)
    assert offsets == [2]


async def test_another_answer_of_the_one_that_woke_does_not_make_it_trustworthy(
    cluster: FakeCluster, admin: AdminClient
) -> None:
    assert await read(admin) == 1
    replace(cluster)
    await rest()
    cluster.start_broker(1, stale_for=60.0)
    await admin.list_groups()  # every broker answers that one
    assert await read(admin) == 2


async def test_a_coordinator_cut_off_from_the_others_is_believed_no_longer_than_agreed(
    cluster: FakeCluster, admin: AdminClient
) -> None:
    """It never sleeps, and its clients keep it busy: only others know that it was replaced."""
    assert await read(admin) == 1
    replace(cluster)
    cluster.start_broker(1, stale_for=60.0)
    assert await eventually(lambda: read(admin), lambda offset: offset == 2) == 2


async def test_a_client_that_comes_anew_is_not_told_by_the_old_one_who_coordinates(cluster: FakeCluster) -> None:
    replace(cluster)
    cluster.start_broker(1, stale_for=60.0)
    for _ in range(6):  # whichever broker is asked for the coordinator
        async with AdminClient(cluster.bootstrap_servers) as admin:
            assert await read(admin) == 2


async def test_a_coordinator_that_slept_and_was_not_replaced_is_believed(
    cluster: FakeCluster, admin: AdminClient
) -> None:
    assert await read(admin) == 1
    cluster.stop_broker(1, how="stall")
    await rest()
    cluster.start_broker(1)
    assert await read(admin) == 1
    assert asked(cluster, ApiKey.OFFSET_FETCH) == 2


async def test_many_callers_share_the_question_whether_their_coordinator_still_is_one(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However busy the machine: a question that takes its time isn't hedged, and its answer lasts until all have read.
    monkeypatch.setitem(ClientConfig.__init__.__kwdefaults__, "hedge_after", 60.0)
    async with AdminClient(cluster.bootstrap_servers, confirm_after=5.0, suspect_after=180.0) as admin:
        await read(admin)
        await read(admin, "audit")
        await anyio.sleep(5.05)
        before = asked(cluster, ApiKey.FIND_COORDINATOR)
        async with anyio.create_task_group() as callers:
            for number in range(200):
                callers.start_soon(read, admin, ("billing", "audit")[number % 2])
    assert asked(cluster, ApiKey.FIND_COORDINATOR) - before == 1


async def test_a_transaction_that_hangs_is_waited_for_no_longer_than_half_the_time(
    cluster: FakeCluster, admin: AdminClient
) -> None:
    """A coordinator that is new to the client is asked for stable offsets, which may never come."""
    cluster.hold_offsets("billing", [("orders", 0)])
    assert (await admin.list_consumer_group_offsets("billing", timeout=2.0))["billing"][ORDERS_0].offset == 1
    stable = await admin.list_consumer_group_offsets("billing", require_stable=True, timeout=0.5)
    with pytest.raises(OperationTimeoutError, match="UNSTABLE_OFFSET_COMMIT"):
        stable["billing"]


async def test_while_nobody_else_can_be_asked_its_word_counts(cluster: FakeCluster, admin: AdminClient) -> None:
    assert await read(admin) == 1
    cluster.stop_broker(2)
    cluster.stop_broker(3)
    await rest()
    assert await read(admin) == 1


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_others_whose_connections_break_as_they_are_asked_are_asked_again(
    cluster: FakeCluster, admin: AdminClient, cut: Literal["before", "after"]
) -> None:
    assert await read(admin) == 1
    replace(cluster)
    await rest()
    cluster.start_broker(1, stale_for=60.0)
    struck = [cluster.inject(Fault(api=ApiKey.FIND_COORDINATOR, broker=each, cut=cut)) for each in (2, 3)]
    assert await read(admin) == 2
    assert all(fault.spent for fault in struck)


async def test_others_that_are_silent_hold_an_answer_up_for_a_moment_only(cluster: FakeCluster) -> None:
    async with AdminClient(cluster.bootstrap_servers, confirm_after=CONFIRM_AFTER, suspect_after=0.3) as admin:
        assert await read(admin) == 1
        cluster.stop_broker(2, how="stall")
        cluster.stop_broker(3, how="stall")
        await rest()
        with anyio.fail_after(10):
            assert await read(admin) == 1


async def test_an_election_under_way_is_waited_for(cluster: FakeCluster, admin: AdminClient) -> None:
    assert await read(admin) == 1
    replace(cluster)
    await rest()
    cluster.start_broker(1, stale_for=60.0)
    cluster.inject(Fault(api=ApiKey.FIND_COORDINATOR, error=15, count=2))
    assert await read(admin) == 2


async def test_one_that_woke_is_not_believed_where_another_that_is_behind_still_names_it(cluster: FakeCluster) -> None:
    """Of three brokers one woke, and one has yet to hear that the third coordinates."""
    async with AsyncExitStack() as stack:
        admins = [
            await stack.enter_async_context(AdminClient(cluster.bootstrap_servers, confirm_after=CONFIRM_AFTER))
            for _ in range(5)
        ]
        for admin in admins:
            assert await read(admin) == 1
            cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, cut="before"))
            assert await read(admin) == 1  # by now the client knows that the broker may be away
        cluster.hold_elections(2)
        replace(cluster)
        cluster.move_coordinator("billing", to=3)
        await rest()
        cluster.start_broker(1, stale_for=60.0)
        assert [await read(admin) for admin in admins] == [2] * len(admins)


async def commit(admin: AdminClient, group: str) -> None:
    (await admin.alter_consumer_group_offsets(group, {ORDERS_0: 5})).raise_for_errors()


async def test_questions_go_past_a_request_that_the_broker_keeps(cluster: FakeCluster, admin: AdminClient) -> None:
    """A broker works through a connection's requests in order, and keeps commits whose replicas don't follow."""
    for broker in (1, 2, 3):
        cluster.add_group(f"kept-{broker}")
        cluster.move_coordinator(f"kept-{broker}", to=broker)
        assert await read(admin) == 1
    async with anyio.create_task_group() as callers:
        kept = [
            cluster.inject(Fault(api=ApiKey.OFFSET_COMMIT, broker=broker, count=None, delay=30.0))
            for broker in (1, 2, 3)
        ]
        for broker in (1, 2, 3):
            callers.start_soon(commit, admin, f"kept-{broker}")
        for fault in kept:
            await fault.reached()
        await anyio.sleep(0.5)
        with anyio.fail_after(1.0):
            assert list(await admin.find_coordinators("audit")) == ["audit"]
            assert list(await admin.refresh_coordinators("audit")) == ["audit"]
        callers.cancel_scope.cancel()


async def test_one_that_woke_is_not_believed_while_the_others_keep_commits(
    cluster: FakeCluster, admin: AdminClient
) -> None:
    """They seem silent on the connection where they keep them; their word on who coordinates comes all the same."""
    for broker in (2, 3):
        cluster.add_group(f"kept-{broker}")
        cluster.move_coordinator(f"kept-{broker}", to=broker)
        await commit(admin, f"kept-{broker}")
    assert await read(admin) == 1
    cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, cut="before"))
    assert await read(admin) == 1  # by now the client knows that the broker may be away
    replace(cluster)
    cluster.move_coordinator("billing", to=3)
    async with anyio.create_task_group() as callers:
        kept = [cluster.inject(Fault(api=ApiKey.OFFSET_COMMIT, broker=broker, delay=5.0)) for broker in (2, 3)]
        for broker in (2, 3):
            callers.start_soon(commit, admin, f"kept-{broker}")
        for fault in kept:
            await fault.reached()
        await anyio.sleep(2.0)  # they are silent by now
        cluster.start_broker(1, stale_for=60.0)
        assert await read(admin) == 2


async def test_one_that_is_behind_holds_nobody_up(cluster: FakeCluster, admin: AdminClient) -> None:
    """The new coordinator is believed, and found, though another broker still names the old one."""
    assert await read(admin) == 1
    cluster.hold_elections(2)
    cluster.stop_broker(1, failover=0.0)
    cluster.commit("billing", {("orders", 0): 2})
    cluster.move_coordinator("billing", to=3)
    await rest()
    for _ in range(5):
        assert await read(admin) == 2
        await rest()
    assert cluster.requests[2, ApiKey.OFFSET_FETCH] == 0
