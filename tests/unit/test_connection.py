"""One connection: requests out, answers in, and every way in which it may end."""

from __future__ import annotations

import math

import anyio
import pytest

from kafkaadmin.errors import (
    ClientClosedError,
    ConnectionLostError,
    LocalProtocolError,
    RemoteProtocolError,
    UnsupportedVersionError,
)
from kafkaadmin.network import Connection, Exchange, NoAnswerYet, Pool
from kafkawire.headers import write_response
from kafkawire.messages import (
    ListGroupsRequest,
    ListGroupsResponse,
    MetadataRequest,
    MetadataResponse,
    OffsetFetchRequest,
)
from tests.support.streams import ADDRESS, Received, ScriptedBroker, ScriptedStream, greet, pool_of, request_bytes

pytestmark = pytest.mark.anyio

ANSWER = ListGroupsResponse(groups=())
ASK = ListGroupsRequest()


async def opened(broker: ScriptedBroker, **settings: object) -> tuple[Pool, Connection]:
    pool = pool_of(broker, **settings)
    return pool, await pool.connection(1, ADDRESS)


async def ask(connection: Connection) -> Exchange[ListGroupsResponse]:
    return await connection.send(ASK, 4)


def answer_all(stream: ScriptedStream) -> None:
    for received in stream.requests:
        if isinstance(received.request, ListGroupsRequest):
            stream.answer(received, ANSWER)


async def test_a_request_is_sent_byte_for_byte_and_answered() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    handshake = len(broker.stream.written)
    exchange = await ask(connection)
    assert bytes(broker.stream.written[handshake:]) == request_bytes(ASK, 4, 1)
    assert exchange.sent
    assert connection.in_flight == 1
    answer_all(broker.stream)
    assert await exchange.answer() == ANSWER
    assert connection.in_flight == 0


async def test_answers_are_matched_by_correlation_id_not_by_order() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    groups = await connection.send(ASK, 4)
    topics = await connection.send(MetadataRequest(topics=()), 9)
    _, first, second = broker.stream.requests
    broker.stream.answer(second, MetadataResponse(cluster_id="c", brokers=(), topics=()))
    broker.stream.answer(first, ANSWER)
    assert await groups.answer() == ANSWER
    assert (await topics.answer()).cluster_id == "c"


async def test_an_answer_may_come_byte_by_byte() -> None:
    broker = ScriptedBroker(lambda: ScriptedStream(chunk=1, reply=greet))
    _, connection = await opened(broker)
    exchange = await ask(connection)
    answer_all(broker.stream)
    assert await exchange.answer() == ANSWER


async def test_waiting_ends_at_until_and_may_be_taken_up_again() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    exchange = await ask(connection)
    with pytest.raises(NoAnswerYet):
        await exchange.answer(anyio.current_time() + 0.01)
    with pytest.raises(NoAnswerYet):
        await exchange.answer(-math.inf)
    assert connection.in_flight == 1
    answer_all(broker.stream)
    assert await exchange.answer(anyio.current_time() + 60) == ANSWER
    assert await exchange.answer() == ANSWER


async def test_several_tasks_wait_for_one_exchange() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    exchange = await ask(connection)
    got = []

    async def wait() -> None:
        got.append(await exchange.answer())

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        answer_all(broker.stream)
    assert got == [ANSWER] * 3


async def test_one_reader_serves_the_deadlines_of_all() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    exchanges = [await ask(connection) for _ in range(4)]
    late: list[float] = []

    async def wait(exchange: Exchange[ListGroupsResponse], until: float) -> None:
        with pytest.raises(NoAnswerYet):
            await exchange.answer(until)
        late.append(anyio.current_time() - until)

    receives = broker.stream.receives
    now = anyio.current_time()
    async with anyio.create_task_group() as group:
        for exchange, delay in zip(exchanges, (0.08, 0.02, 0.04, 0.06), strict=True):
            group.start_soon(wait, exchange, now + delay)
    assert len(late) == 4
    assert all(seconds >= 0 for seconds in late)
    assert broker.stream.receives - receives <= 8


async def test_a_deadline_earlier_than_the_readers_is_kept() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    first, second = [await ask(connection) for _ in range(2)]

    async def read() -> None:
        assert await first.answer(anyio.current_time() + 3600) == ANSWER

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(NoAnswerYet):
            await second.answer(anyio.current_time() + 0.01)
        answer_all(broker.stream)


async def test_requests_queued_in_the_same_moment_leave_in_one_write() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    exchanges: list[Exchange[ListGroupsResponse]] = []

    async def send() -> None:
        exchanges.append(await ask(connection))

    before = len(broker.stream.writes)
    async with anyio.create_task_group() as group:
        for _ in range(100):
            group.start_soon(send)
    assert len(broker.stream.requests) == 101
    assert len(broker.stream.writes) - before <= 4
    assert all(exchange.sent for exchange in exchanges)


async def test_an_abandoned_answer_is_dropped_and_the_connection_lives() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    late = await ask(connection)
    late.abandon()
    late.abandon()
    assert connection.in_flight == 0
    later = await ask(connection)
    answer_all(broker.stream)
    assert await later.answer() == ANSWER
    assert not connection.closed


async def test_who_waits_for_an_abandoned_exchange_is_told() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    exchange = await ask(connection)
    parked = await ask(connection)

    async def wait(exchange: Exchange[ListGroupsResponse]) -> None:
        with pytest.raises(LocalProtocolError, match="abandoned"):
            await exchange.answer()

    async with anyio.create_task_group() as group:
        group.start_soon(wait, exchange)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(wait, parked)
        await anyio.wait_all_tasks_blocked()
        parked.abandon()
        exchange.abandon()
    assert not connection.closed


@pytest.mark.parametrize("how", ["end", "break_off"])
async def test_a_lost_connection_fails_all_in_flight_as_sent(how: str) -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    exchanges = [await ask(connection) for _ in range(3)]
    getattr(broker.stream, how)()
    for exchange in exchanges:
        with pytest.raises(ConnectionLostError) as caught:
            await exchange.answer()
        assert caught.value.sent
        assert not caught.value.fresh
    assert connection.closed
    assert broker.stream.closed


async def test_dying_at_every_byte_of_the_answer_loses_the_exchange_or_gives_the_whole_of_it() -> None:
    size = len(write_response(ANSWER, 4, 1))
    for survived in range(size + 1):
        broker = ScriptedBroker()
        _, connection = await opened(broker)
        exchange = await ask(connection)
        data = write_response(ANSWER, 4, broker.stream.requests[-1].correlation_id)
        broker.stream.feed(data[:survived])
        broker.stream.break_off()
        if survived == size:
            assert await exchange.answer() == ANSWER
            continue
        with pytest.raises(ConnectionLostError) as caught:
            await exchange.answer()
        assert caught.value.sent
        assert caught.value.fresh


async def test_the_first_request_on_a_connection_is_fresh_and_the_second_is_not() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    first = await ask(connection)
    answer_all(broker.stream)
    await first.answer()
    second = await ask(connection)
    broker.stream.end()
    with pytest.raises(ConnectionLostError) as caught:
        await second.answer()
    assert not caught.value.fresh


async def test_a_write_that_fails_was_not_sent() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    broker.stream.break_off("Broken pipe")
    with pytest.raises(ConnectionLostError, match="Broken pipe") as caught:
        await ask(connection)
    assert not caught.value.sent
    with pytest.raises(ConnectionLostError) as caught:
        await ask(connection)
    assert not caught.value.sent


async def test_a_half_written_request_was_sent_and_those_queued_behind_it_were_not() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    broker.stream.room = 5
    errors: list[ConnectionLostError] = []

    async def send() -> None:
        with pytest.raises(ConnectionLostError) as caught:
            await (await ask(connection)).answer()
        errors.append(caught.value)

    async with anyio.create_task_group() as group:
        group.start_soon(send)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(send)
        await anyio.wait_all_tasks_blocked()
        broker.stream.break_off()
    assert sorted(error.sent for error in errors) == [False, True]


async def test_a_full_transport_holds_the_writer_until_there_is_room() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    broker.stream.room = 5
    answers = []

    async def call() -> None:
        answers.append(await (await ask(connection)).answer())

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(call)
            await anyio.wait_all_tasks_blocked()
        assert len(broker.stream.requests) == 1
        broker.stream.make_room()
        await broker.stream.sent(5)
        answer_all(broker.stream)
    assert answers == [ANSWER] * 4


async def test_an_answer_nobody_asked_for_closes_the_connection() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    exchange = await ask(connection)
    broker.stream.feed(write_response(ANSWER, 4, 4711))
    with pytest.raises(RemoteProtocolError, match=r"broker 1 \(broker.test:9092\).*4711"):
        await exchange.answer()
    assert connection.closed


async def test_a_request_that_comes_to_a_connection_that_others_broke_was_not_sent() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    exchange = await ask(connection)
    broker.stream.feed(write_response(ANSWER, 4, 4711))
    with pytest.raises(RemoteProtocolError):
        await exchange.answer()
    with pytest.raises(ConnectionLostError, match="4711") as caught:
        await ask(connection)
    assert not caught.value.sent


async def test_bytes_behind_the_last_answer_close_the_connection_and_leave_the_answer() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    exchange = await ask(connection)
    broker.stream.feed(write_response(ANSWER, 4, 1) + b"\0\0")
    assert await exchange.answer() == ANSWER
    assert connection.closed


async def test_a_frame_above_the_limit_closes_the_connection_before_it_is_read() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker, max_response_bytes=1000)
    exchange = await ask(connection)
    broker.stream.feed((1001).to_bytes(4, "big"))
    with pytest.raises(RemoteProtocolError, match="1000"):
        await exchange.answer()
    assert connection.closed


async def test_an_answer_that_cannot_be_read_fails_its_request_and_loses_the_others() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    spoiled, whole, other = [await ask(connection) for _ in range(3)]
    data = bytearray(write_response(ANSWER, 4, 1))
    data[3] += 1
    broker.stream.feed(bytes(data) + b"\xff")
    broker.stream.answer(broker.stream.requests[2], ANSWER)
    with pytest.raises(RemoteProtocolError):
        await spoiled.answer()
    assert await whole.answer() == ANSWER
    with pytest.raises(ConnectionLostError) as caught:
        await other.answer()
    assert caught.value.sent


async def test_garbage_closes_the_connection() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    exchange = await ask(connection)
    broker.stream.feed(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(RemoteProtocolError):
        await exchange.answer()


async def test_closing_fails_everything_in_flight_with_the_reason() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    errors = []

    async def call() -> None:
        with pytest.raises(ClientClosedError) as caught:
            await (await ask(connection)).answer()
        errors.append(caught.value)

    async with anyio.create_task_group() as group:
        group.start_soon(call)
        group.start_soon(call)
        await anyio.wait_all_tasks_blocked()
        connection.close(ClientClosedError("over"))
        connection.close(ClientClosedError("twice"))
    assert [str(error) for error in errors] == ["over", "over"]
    assert errors[0] is not errors[1]
    with pytest.raises(ClientClosedError):
        await ask(connection)


async def test_a_request_that_the_version_cannot_carry_sends_nothing() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    before = len(broker.stream.written)
    with pytest.raises(LocalProtocolError):
        await connection.send(ListGroupsRequest(states_filter=("Stable",)), 0)
    assert len(broker.stream.written) == before
    assert connection.in_flight == 0


async def test_versions_are_chosen_within_what_both_sides_know() -> None:
    _, connection = await opened(ScriptedBroker())
    highest = ListGroupsRequest.versions[-1]
    assert connection.version_for(ListGroupsRequest) == highest
    assert connection.version_for(ListGroupsRequest) == highest
    assert connection.version_for(ListGroupsRequest, at_most=3) == 3
    assert connection.version_for(ListGroupsRequest, at_least=3) == highest
    assert connection.offers(ListGroupsRequest)
    assert not connection.offers(OffsetFetchRequest)
    with pytest.raises(UnsupportedVersionError, match=r"broker 1 .* doesn't offer OffsetFetch"):
        connection.version_for(OffsetFetchRequest)
    with pytest.raises(UnsupportedVersionError, match=rf"ListGroups v0 to v{highest}; v{highest + 1} to v{highest}"):
        connection.version_for(ListGroupsRequest, at_least=highest + 1)


async def test_a_throttled_client_keeps_quiet_as_long_as_the_broker_said() -> None:
    broker = ScriptedBroker()
    pool, connection = await opened(broker)
    exchange = await ask(connection)
    broker.stream.answer(broker.stream.requests[-1], ListGroupsResponse(groups=(), throttle_time_ms=50))
    await exchange.answer()
    told = anyio.current_time()
    other_lane = await pool.connection(1, ADDRESS)
    exchange = await ask(other_lane)
    assert exchange.sent_at >= told + 0.045
    before = exchange.sent_at
    assert (await ask(connection)).sent_at - before < 0.045


async def test_closing_ends_the_wait_of_a_throttled_client() -> None:
    broker = ScriptedBroker()
    pool, connection = await opened(broker)
    exchange = await ask(connection)
    broker.stream.answer(broker.stream.requests[-1], ListGroupsResponse(groups=(), throttle_time_ms=3_600_000))
    await exchange.answer()

    async def send() -> None:
        with pytest.raises(ClientClosedError):
            await ask(connection)

    async with anyio.create_task_group() as group:
        group.start_soon(send)
        await anyio.wait_all_tasks_blocked()
        await pool.aclose()


async def test_heard_at_is_when_the_last_byte_came() -> None:
    broker = ScriptedBroker()
    _, connection = await opened(broker)
    before = anyio.current_time()
    exchange = await ask(connection)
    assert connection.heard_at <= before
    answer_all(broker.stream)
    await exchange.answer()
    assert connection.heard_at >= before


async def test_many_callers_share_a_connection() -> None:
    def reply(received: Received) -> bytes | None:
        return greet(received) or write_response(ANSWER, received.version, received.correlation_id)

    broker = ScriptedBroker(lambda: ScriptedStream(chunk=100, reply=reply))
    _, connection = await opened(broker)
    answers = []

    async def call() -> None:
        for _ in range(5):
            answers.append(await (await ask(connection)).answer(anyio.current_time() + 60))  # noqa: PERF401

    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(call)
    assert answers == [ANSWER] * 250
