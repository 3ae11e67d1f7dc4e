"""Whoever is cancelled, at whatever await: the others and the pool stay whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
import pytest

from kafkaadmin.errors import ConnectionLostError
from kafkaadmin.network import Connection, Exchange
from kafkawire.headers import write_response
from kafkawire.messages import ListGroupsRequest, ListGroupsResponse
from tests.support.streams import (
    ADDRESS,
    Received,
    ScriptedBroker,
    ScriptedStream,
    cancelled_at,
    greet,
    pool_of,
)

pytestmark = pytest.mark.anyio

ANSWER = ListGroupsResponse(groups=())
ASK = ListGroupsRequest()


def echo(received: Received) -> bytes:
    return greet(received) or write_response(ANSWER, received.version, received.correlation_id)


async def yielding_twice() -> None:
    await anyio.lowlevel.checkpoint()
    await anyio.lowlevel.checkpoint()


async def at_every_await(attempt: Callable[[int], Awaitable[bool]]) -> None:
    """Run `attempt(nth)`, which is cancelled at its nth await, for every nth that there is."""
    nth = 1
    while await attempt(nth):
        nth += 1
    assert nth > 1, "it never awaited anything"


async def test_a_caller_cancelled_anywhere_leaves_the_others_their_answers() -> None:
    async def attempt(nth: int) -> bool:
        broker = ScriptedBroker(lambda: ScriptedStream(chunk=7, reply=greet), gate=yielding_twice)
        pool = pool_of(broker)
        answers: list[ListGroupsResponse] = []
        reached: list[bool] = []

        async def call(answers: list[ListGroupsResponse]) -> None:
            connection = await pool.connection(1, ADDRESS)
            answers.append(await (await connection.send(ASK, 4)).answer(anyio.current_time() + 60))

        async def victim() -> None:
            reached.append(await cancelled_at(nth, call([])))

        async def respond() -> None:
            await anyio.wait_all_tasks_blocked()
            for received in broker.stream.requests[1:]:
                broker.stream.answer(received, ANSWER)

        async with anyio.create_task_group() as group:
            group.start_soon(victim)
            for _ in range(5):
                group.start_soon(call, answers)
            group.start_soon(respond)
        assert answers == [ANSWER] * 5
        connection = await pool.connection(1, ADDRESS)
        assert connection.in_flight == 0
        await pool.aclose()
        assert all(stream.closed for stream in broker.streams)
        return reached[0]

    await at_every_await(attempt)


async def test_a_cancelled_leader_hands_the_opening_on() -> None:
    async def attempt(nth: int) -> bool:
        broker = ScriptedBroker(lambda: ScriptedStream(chunk=50, reply=greet), gate=yielding_twice)
        pool = pool_of(broker)
        got: list[Connection] = []
        reached: list[bool] = []

        async def follow() -> None:
            got.append(await pool.connection(1, ADDRESS))

        async def lead() -> None:
            reached.append(await cancelled_at(nth, pool.connection(1, ADDRESS)))

        async with anyio.create_task_group() as group:
            group.start_soon(lead)
            for _ in range(3):
                group.start_soon(follow)
        assert len(got) == 3
        assert len(set(map(id, got))) == 1
        assert not got[0].closed
        assert [stream.closed for stream in broker.streams[:-1]] == [True] * (len(broker.streams) - 1)
        return reached[0]

    await at_every_await(attempt)


async def test_a_reader_cancelled_hands_the_turn_on() -> None:
    broker = ScriptedBroker()
    pool = pool_of(broker)
    connection = await pool.connection(1, ADDRESS)
    answers: list[ListGroupsResponse] = []
    scopes = [anyio.CancelScope() for _ in range(4)]

    async def call(scope: anyio.CancelScope) -> None:
        with scope:
            answers.append(await (await connection.send(ASK, 4)).answer())

    async with anyio.create_task_group() as group:
        for scope in scopes:
            group.start_soon(call, scope)
            await anyio.wait_all_tasks_blocked()
        for scope in scopes[:3]:
            scope.cancel()
            await anyio.wait_all_tasks_blocked()
        for received in broker.stream.requests[1:]:
            broker.stream.answer(received, ANSWER)
    assert answers == [ANSWER]
    assert not connection.closed
    assert connection.in_flight == 0


async def test_all_cancelled_at_once_leave_a_connection_that_works() -> None:
    broker = ScriptedBroker()
    pool = pool_of(broker)
    connection = await pool.connection(1, ADDRESS)

    async def call() -> None:
        await (await connection.send(ASK, 4)).answer()

    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(call)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    assert connection.in_flight == 0
    for received in broker.stream.requests[1:]:
        broker.stream.answer(received, ANSWER)
    assert await pool.connection(1, ADDRESS) is connection
    exchange = await connection.send(ASK, 4)
    broker.stream.answer(broker.stream.requests[-1], ANSWER)
    assert await exchange.answer() == ANSWER


async def test_the_last_waiter_cancelled_abandons_the_exchange_and_not_one_before() -> None:
    broker = ScriptedBroker()
    pool = pool_of(broker)
    connection = await pool.connection(1, ADDRESS)
    exchange: Exchange[ListGroupsResponse] = await connection.send(ASK, 4)
    scopes = [anyio.CancelScope() for _ in range(2)]

    async def wait(scope: anyio.CancelScope) -> None:
        with scope:
            await exchange.answer()

    async with anyio.create_task_group() as group:
        for scope in scopes:
            group.start_soon(wait, scope)
        await anyio.wait_all_tasks_blocked()
        scopes[0].cancel()
        await anyio.wait_all_tasks_blocked()
        assert connection.in_flight == 1
        scopes[1].cancel()
    assert connection.in_flight == 0
    assert not connection.closed


async def test_a_write_cut_short_closes_the_connection() -> None:
    broker = ScriptedBroker()
    pool = pool_of(broker)
    connection = await pool.connection(1, ADDRESS)
    broker.stream.room = 10
    errors: list[ConnectionLostError] = []
    writer = anyio.CancelScope()

    async def write() -> None:
        with writer:
            await connection.send(ASK, 4)

    async def call() -> None:
        with pytest.raises(ConnectionLostError) as caught:
            await (await connection.send(ASK, 4)).answer()
        errors.append(caught.value)

    async with anyio.create_task_group() as group:
        group.start_soon(write)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(call)
        await anyio.wait_all_tasks_blocked()
        writer.cancel()
    assert connection.closed
    assert [error.sent for error in errors] == [False]
    assert (await pool.connection(1, ADDRESS)) is not connection


async def test_a_request_cancelled_before_it_was_written_is_withdrawn() -> None:
    broker = ScriptedBroker()
    pool = pool_of(broker)
    connection = await pool.connection(1, ADDRESS)
    broker.stream.room = 10
    waiter = anyio.CancelScope()

    async def call(scope: anyio.CancelScope) -> None:
        with scope:
            await (await connection.send(ASK, 4)).answer()

    async with anyio.create_task_group() as group:
        group.start_soon(call, anyio.CancelScope())
        await anyio.wait_all_tasks_blocked()
        group.start_soon(call, waiter)
        await anyio.wait_all_tasks_blocked()
        waiter.cancel()
        await anyio.wait_all_tasks_blocked()
        broker.stream.make_room()
        for received in await broker.stream.sent(2):
            broker.stream.answer(received, ANSWER) if received.correlation_id else None
    assert len(broker.stream.requests) == 2
    assert not connection.closed


async def test_a_burst_cut_at_every_await_of_its_first_writer_goes_out_all_the_same() -> None:
    async def attempt(nth: int) -> bool:
        broker = ScriptedBroker(lambda: ScriptedStream(reply=echo))
        pool = pool_of(broker)
        connection = await pool.connection(1, ADDRESS)
        for _ in range(3):
            await connection.send(ASK, 4)
        answers: list[ListGroupsResponse] = []
        reached: list[bool] = []
        wrote_first = False

        async def call(answers: list[ListGroupsResponse]) -> None:
            answers.append(await (await connection.send(ASK, 4)).answer())

        async def victim() -> None:
            nonlocal wrote_first
            wrote_first = connection.in_flight == 3  # trio starts tasks in either order
            reached.append(await cancelled_at(nth, call([])))

        async with anyio.create_task_group() as group:
            group.start_soon(victim)
            group.start_soon(call, answers)
            group.start_soon(call, answers)
        assert answers == [ANSWER] * 2
        assert not connection.closed
        if wrote_first and nth == 1:  # before it was written
            assert len(broker.stream.requests) == 1 + 3 + 2
        return reached[0]

    await at_every_await(attempt)
