"""The network on real loopback sockets, on every event loop that is supported."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import socket
from pathlib import Path
from typing import Any

import anyio
import pytest

from kafkaadmin.config import Address, ClientConfig
from kafkaadmin.errors import ClientClosedError, ConnectError, ConnectionLostError
from kafkaadmin.events import Announcer
from kafkaadmin.network import Lane, NoAnswerYet, Pool
from kafkawire.messages import (
    ListedGroup,
    ListGroupsRequest,
    ListGroupsResponse,
    MetadataRequest,
    MetadataRequestTopic,
)
from tests.support.socket_broker import SocketBroker
from tests.support.streams import cancelled_at

pytestmark = pytest.mark.anyio

ASK = ListGroupsRequest()
ANSWER = ListGroupsResponse(groups=())


@pytest.fixture(
    params=[
        pytest.param(("asyncio", {"use_uvloop": False}), id="asyncio"),
        pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop"),
        pytest.param(("trio", {}), id="trio"),
    ]
)
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    return request.param


def pool_at(address: Address, **settings: Any) -> Pool:
    return Pool(ClientConfig(bootstrap_servers=(address,), **settings), Announcer())


def sockets(broker: SocketBroker) -> set[int]:
    """The sockets that this process has open, but for the broker's own: their inodes."""
    found = set[int]()
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            if entry.is_socket():
                with socket.socket(fileno=os.dup(int(entry.name))) as sock:
                    if sock.family != socket.AF_INET or sock.getsockname()[1] != broker.address.port:
                        found.add(os.fstat(sock.fileno()).st_ino)
    return found


async def test_many_callers_are_answered_and_nothing_is_left_open() -> None:
    with SocketBroker(lambda _: ANSWER) as broker:
        before = sockets(broker)
        pool = pool_at(broker.address)
        answers = []

        async def call(lane: Lane) -> None:
            for _ in range(5):
                connection = await pool.connection(1, broker.address, lane)
                exchange = await connection.send(ASK, connection.version_for(ListGroupsRequest))
                answers.append(await exchange.answer(anyio.current_time() + 60))

        async with anyio.create_task_group() as group:
            for number in range(60):
                group.start_soon(call, list(Lane)[number % len(Lane)])
        assert answers == [ANSWER] * 300
        assert len(broker.accepted) == len(Lane)
        await pool.aclose()
        assert sockets(broker) <= before


async def test_an_answer_of_many_megabytes_comes_whole() -> None:
    names = tuple(ListedGroup(group_id=f"group-{n}" * 20) for n in range(30_000))
    large = ListGroupsResponse(groups=names)
    with SocketBroker(lambda _: large) as broker:
        pool = pool_at(broker.address)
        connection = await pool.connection(1, broker.address)
        answer = await (await connection.send(ASK, 4)).answer()
        assert len(answer.groups) == len(names)
        assert answer.groups[-1].group_id == names[-1].group_id
        await pool.aclose()


async def test_a_refused_connection_is_said_to_be_so() -> None:
    with SocketBroker() as broker:
        address = broker.address
    pool = pool_at(address)
    with pytest.raises(ConnectError, match=rf"{address}: 127.0.0.1: Connection refused") as caught:
        await pool.connection(None, address)
    assert not caught.value.slow
    await pool.aclose()


async def test_a_name_that_does_not_resolve_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    async def getaddrinfo(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(anyio, "getaddrinfo", getaddrinfo)
    pool = pool_at(Address("broker.invalid", 9092))
    with pytest.raises(ConnectError, match=r"broker.invalid:9092: the name can't be resolved: Name or") as caught:
        await pool.connection(None, Address("broker.invalid", 9092))
    assert caught.value.slow


def resolving_to(monkeypatch: pytest.MonkeyPatch, *addresses: tuple[str, int]) -> None:
    async def getaddrinfo(*_: Any, **__: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]

    monkeypatch.setattr(anyio, "getaddrinfo", getaddrinfo)


async def test_every_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with SocketBroker() as gone:
        pass
    name = Address("broker.example", 9092)
    pool = pool_at(name)
    with SocketBroker() as broker:
        resolving_to(monkeypatch, gone.address, broker.address)
        await pool.connection(None, name)
        assert len(broker.accepted) == 1
        await pool.aclose()
    pool = pool_at(name)
    with pytest.raises(ConnectError, match=r"127.0.0.1: Connection refused; 127.0.0.1: Connection refused"):
        await pool.connection(None, name)


async def test_an_address_that_says_nothing_does_not_hold_up_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    name = Address("broker.example", 9092)
    with socket.socket() as deaf, SocketBroker() as broker:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        waiting = [socket.socket() for _ in range(2)]  # the queue is full: further handshakes go unanswered
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(deaf.getsockname())
        resolving_to(monkeypatch, deaf.getsockname(), broker.address)
        pool = pool_at(name)
        before = sockets(broker)
        await pool.connection(None, name)
        assert len(broker.accepted) == 1
        await pool.aclose()
        assert sockets(broker) <= before
        for sock in waiting:
            sock.close()


async def test_an_opening_cancelled_at_any_await_leaves_no_socket_open(monkeypatch: pytest.MonkeyPatch) -> None:
    name = Address("broker.example", 9092)
    with SocketBroker() as gone:
        pass
    with SocketBroker() as broker:
        resolving_to(monkeypatch, gone.address, broker.address)
        nth, before = 1, sockets(broker)
        while True:
            pool = pool_at(name)
            cancelled = await cancelled_at(nth, pool.connection(None, name))
            await pool.aclose()
            assert sockets(broker) <= before
            if not cancelled:
                break
            nth += 1
        assert nth > 2


@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_a_connection_that_died_while_idle_is_replaced_even_if_the_event_loop_saw_nothing(how: str) -> None:
    with SocketBroker(lambda _: ANSWER) as broker:
        pool = pool_at(broker.address)
        first = await pool.connection(1, broker.address)
        first.heard_at -= 1
        assert await pool.connection(1, broker.address) is first
        broker.drop(how)
        second = await pool.connection(1, broker.address)
        assert second is not first
        assert await (await second.send(ASK, 4)).answer() == ANSWER
        await pool.aclose()


@pytest.mark.parametrize("unasked", [b"\0\0", b"\0\0\0\4\0\0\0\1"], ids=["half a frame", "an answer"])
async def test_a_connection_that_said_what_nobody_asked_for_is_replaced(unasked: bytes) -> None:
    with SocketBroker(lambda _: ANSWER) as broker:
        pool = pool_at(broker.address)
        first = await pool.connection(1, broker.address)
        first.heard_at -= 1
        broker.accepted[0].sendall(unasked)
        second = await pool.connection(1, broker.address)
        assert second is not first
        assert await (await second.send(ASK, 4)).answer() == ANSWER
        await pool.aclose()


@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_a_broker_that_dies_with_requests_in_flight_fails_them_all_as_sent(how: str) -> None:
    with SocketBroker() as broker:
        pool = pool_at(broker.address)
        connection = await pool.connection(1, broker.address)
        errors: list[ConnectionLostError] = []

        async def call() -> None:
            with pytest.raises(ConnectionLostError) as caught:
                await (await connection.send(ASK, 4)).answer()
            errors.append(caught.value)

        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(call)
            await anyio.wait_all_tasks_blocked()
            broker.drop(how)
        assert [error.sent for error in errors] == [True] * 3
        await pool.aclose()


async def test_a_deadline_passes_on_time_and_the_answer_may_still_come() -> None:
    with SocketBroker() as broker:
        pool = pool_at(broker.address)
        connection = await pool.connection(1, broker.address)
        exchange = await connection.send(ASK, 4)
        until = anyio.current_time() + 0.02
        with pytest.raises(NoAnswerYet):
            await exchange.answer(until)
        assert anyio.current_time() >= until
        for past in (until, 0.0, -math.inf):
            with pytest.raises(NoAnswerYet):
                await exchange.answer(past)
        assert not connection.closed
        await pool.aclose()


async def test_the_reader_keeps_the_earlier_deadline_of_another() -> None:
    with SocketBroker() as broker:
        pool = pool_at(broker.address)
        connection = await pool.connection(1, broker.address)
        first, second = await connection.send(ASK, 4), await connection.send(ASK, 4)

        async def read() -> None:
            await first.answer(anyio.current_time() + 3600)

        async with anyio.create_task_group() as group:
            group.start_soon(read)
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(NoAnswerYet):
                await second.answer(anyio.current_time() + 0.01)
            group.cancel_scope.cancel()
        await pool.aclose()


async def test_closing_the_pool_with_requests_in_flight_leaves_nothing_behind(anyio_backend_name: str) -> None:
    with SocketBroker() as broker:
        before = sockets(broker)
        pool = pool_at(broker.address)
        connections = [await pool.connection(1, broker.address, lane) for lane in Lane]

        async def call(number: int) -> None:
            with pytest.raises(ClientClosedError):
                await (await connections[number % 3].send(ASK, 4)).answer(anyio.current_time() + 60)

        async with anyio.create_task_group() as group:
            for number in range(9):
                group.start_soon(call, number)
            await anyio.wait_all_tasks_blocked()
            await pool.aclose()
            assert sockets(broker) <= before
        if anyio_backend_name == "asyncio":
            assert [task for task in asyncio.all_tasks() if "kafkaadmin" in repr(task.get_coro())] == []


async def test_a_broker_that_stops_reading_holds_writers_up_and_a_write_cut_short_closes() -> None:
    large = MetadataRequest(topics=tuple(MetadataRequestTopic(name="t" * 30_000) for _ in range(300)))
    with SocketBroker() as broker:
        pool = pool_at(broker.address)
        connection = await pool.connection(1, broker.address)
        broker.stop_reading()
        written = 0
        with anyio.move_on_after(0.3):
            while True:
                await connection.send(large, 9)
                written += 1
        assert written < 10
        assert connection.closed
        await pool.aclose()


async def test_a_broker_that_reads_slowly_gets_everything() -> None:
    large = MetadataRequest(topics=tuple(MetadataRequestTopic(name="t" * 30_000) for _ in range(300)))
    with SocketBroker(lambda received: ANSWER if isinstance(received.request, ListGroupsRequest) else None) as broker:
        pool = pool_at(broker.address)
        connection = await pool.connection(1, broker.address)
        for _ in range(3):
            (await connection.send(large, 9)).abandon()
        assert await (await connection.send(ASK, 4)).answer() == ANSWER
        assert [type(received.request) for received in broker.requests][1:] == [MetadataRequest] * 3 + [
            ListGroupsRequest
        ]
        await pool.aclose()


async def test_what_nobody_reads_is_not_read_ahead_without_bound() -> None:
    with SocketBroker() as broker:
        pool = pool_at(broker.address)
        await pool.connection(1, broker.address)
        taken, full, chunk = 0, 0, bytes(256 * 1024)
        while full < 10 and taken < 64 * 1024 * 1024:
            try:
                taken += broker.accepted[0].send(chunk, socket.MSG_DONTWAIT)
                full = 0
            except BlockingIOError:
                full += 1
            await anyio.wait_all_tasks_blocked()
            await anyio.sleep(0.005)  # for the kernel to pass on what it holds
        assert taken < 32 * 1024 * 1024
        await pool.aclose()
