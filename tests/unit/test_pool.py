"""The pool: opening is shared, closing is prompt, and a connection that died while idle is replaced unseen."""

from __future__ import annotations

import anyio
import anyio.lowlevel
import pytest

from kafkaadmin.config import Address
from kafkaadmin.errors import (
    AuthenticationError,
    ClientClosedError,
    ConnectError,
    ConnectionLostError,
    RemoteProtocolError,
)
from kafkaadmin.events import ConnectionLost, ConnectionOpened, Event, SessionRenewed
from kafkaadmin.network import Connection, Lane, Pool, WrongClusterError
from kafkaadmin.network.authentication import Ask, Authenticate
from kafkaadmin.network.pool import MANY_PEERS
from kafkawire.headers import write_response
from kafkawire.messages import (
    ApiVersion,
    ApiVersionsRequest,
    ApiVersionsResponse,
    ListGroupsRequest,
    ListGroupsResponse,
    MetadataRequest,
    SaslHandshakeRequest,
    SaslHandshakeResponse,
)
from tests.support.streams import (
    ADDRESS,
    OFFERED,
    Received,
    ScriptedBroker,
    ScriptedStream,
    greet,
    pool_of,
    request_bytes,
)

pytestmark = pytest.mark.anyio

ANSWER = ListGroupsResponse(groups=())
ASK = ListGroupsRequest()
LOGIN = SaslHandshakeRequest(mechanism="TEST")


def silent() -> ScriptedStream:
    return ScriptedStream()


def greetings(broker: ScriptedBroker) -> list[tuple[int, str | None, int]]:
    """Of every handshake sent: its version, and the cluster and node it names."""
    return [
        (received.version, received.request.cluster_id, received.request.node_id)
        for stream in broker.streams
        for received in stream.requests
        if isinstance(received.request, ApiVersionsRequest)
    ]


# Opening


async def test_each_lane_has_its_own_connection_and_keeps_it() -> None:
    pool = pool_of(broker := ScriptedBroker())
    connections = [await pool.connection(1, ADDRESS, lane) for lane in Lane for _ in range(2)]
    assert len(broker.streams) == len(Lane)
    assert connections[0] is connections[1] is await pool.connection(1, ADDRESS)
    assert (connections[0].broker_id, connections[0].address) == (1, ADDRESS)
    assert connections[0].api_versions == OFFERED


async def test_those_who_ask_at_once_share_one_opening() -> None:
    gate = anyio.Event()
    pool = pool_of(broker := ScriptedBroker(gate=gate.wait))
    got: list[Connection] = []

    async def get() -> None:
        got.append(await pool.connection(1, ADDRESS))

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(get)
        await anyio.wait_all_tasks_blocked()
        gate.set()
    assert broker.opened == 1
    assert len(set(map(id, got))) == 1


async def test_those_who_share_an_opening_share_its_failure_and_the_next_tries_again() -> None:
    gate = anyio.Event()
    broker = ScriptedBroker(gate=gate.wait)
    broker.refuse = True
    pool = pool_of(broker)
    errors: list[ConnectError] = []

    async def get() -> None:
        with pytest.raises(ConnectError, match="refused") as caught:
            await pool.connection(1, ADDRESS)
        errors.append(caught.value)

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(get)
        await anyio.wait_all_tasks_blocked()
        gate.set()
    assert broker.opened == 1
    assert len(set(map(id, errors))) == 3
    broker.refuse = False
    assert not (await pool.connection(1, ADDRESS)).closed


@pytest.mark.parametrize("stuck", ["connecting", "greeting"])
async def test_opening_ends_at_the_connect_timeout(stuck: str) -> None:
    broker = ScriptedBroker(silent, gate=anyio.sleep_forever if stuck == "connecting" else None)
    pool = pool_of(broker, connect_timeout=0.02)
    with pytest.raises(ConnectError, match=r"broker 1 \(broker.test:9092\): no connection within 0.02 s") as caught:
        await pool.connection(1, ADDRESS)
    assert caught.value.slow
    assert all(stream.closed for stream in broker.streams)


@pytest.mark.parametrize("how", ["end", "break_off"])
async def test_a_connection_lost_in_the_handshake_could_not_be_opened(how: str) -> None:
    def dying() -> ScriptedStream:
        stream = ScriptedStream()
        getattr(stream, how)()
        return stream

    events: list[Event] = []
    pool = pool_of(broker := ScriptedBroker(dying), events.append)
    with pytest.raises(ConnectError):
        await pool.connection(1, ADDRESS)
    assert broker.stream.closed
    assert events == []


async def test_another_protocol_is_named_as_such() -> None:
    pool = pool_of(broker := ScriptedBroker(lambda: ScriptedStream(reply=lambda _: b"SSH-2.0-OpenSSH_9.9\r\n")))
    with pytest.raises(RemoteProtocolError):
        await pool.connection(1, ADDRESS)
    assert broker.stream.closed


# Those that are there

# A call of one group looks here first: it saves the price of awaiting where nothing is to wait for.


async def test_no_connection_is_ready_before_one_was_opened() -> None:
    pool = pool_of(broker := ScriptedBroker())
    assert pool.ready(1, ADDRESS) is None
    await pool.connection(1, ADDRESS, Lane.SHORT)
    assert pool.ready(1, ADDRESS, Lane.BULK) is None
    assert broker.opened == 1


async def test_the_open_connection_is_ready() -> None:
    pool = pool_of(ScriptedBroker())
    connection = await pool.connection(1, ADDRESS)
    assert pool.ready(1, ADDRESS) is connection


@pytest.mark.parametrize("how", ["end", "break_off"])
async def test_a_connection_closed_while_idle_is_not_ready(how: str) -> None:
    pool = pool_of(broker := ScriptedBroker())
    connection = await pool.connection(1, ADDRESS)
    getattr(broker.stream, how)()
    connection.heard_at -= 1
    assert pool.ready(1, ADDRESS) is None
    assert connection.closed


# The handshake


async def test_the_handshake_names_the_client_and_once_known_the_cluster_and_node() -> None:
    pool = pool_of(broker := ScriptedBroker())
    await pool.connection(None, ADDRESS)
    hello = broker.stream.requests[0].request
    assert isinstance(hello, ApiVersionsRequest)
    assert hello.client_software_name == "kafkaadmin"
    assert hello.client_software_version
    pool.cluster_id = "the-cluster"
    await pool.connection(7, ADDRESS)
    assert greetings(broker) == [(4, None, -1), (5, "the-cluster", 7)]


def older(highest: int, *, says_so: bool) -> ScriptedBroker:
    """A broker that knows ApiVersions up to `highest` only."""
    known = (ApiVersion(api_key=18, min_version=0, max_version=highest),)

    def reply(received: Received) -> bytes | None:
        if not isinstance(received.request, ApiVersionsRequest) or received.version <= highest:
            answer = ApiVersionsResponse(api_keys=(*known, *OFFERED.api_keys[1:]))
            return write_response(answer, received.version, received.correlation_id)
        refusal = ApiVersionsResponse(error_code=35, api_keys=known if says_so else ())
        return write_response(refusal, 0, received.correlation_id)

    return ScriptedBroker(lambda: ScriptedStream(reply=reply))


async def test_the_handshake_falls_back_to_what_the_broker_says_it_knows() -> None:
    pool = pool_of(broker := older(3, says_so=True))
    connection = await pool.connection(1, ADDRESS)
    assert [version for version, _, _ in greetings(broker)] == [4, 3]
    assert connection.version_for(MetadataRequest) == MetadataRequest.versions[-1]


async def test_the_handshake_falls_back_to_version_0_where_the_broker_says_nothing() -> None:
    pool = pool_of(broker := older(2, says_so=False))
    await pool.connection(1, ADDRESS)
    assert [version for version, _, _ in greetings(broker)] == [4, 0]


async def test_what_one_broker_knows_is_tried_first_with_the_next() -> None:
    pool = pool_of(broker := older(3, says_so=True))
    await pool.connection(1, ADDRESS)
    await pool.connection(2, ADDRESS)
    assert [version for version, _, _ in greetings(broker)] == [4, 3, 3]


async def test_a_broker_of_another_cluster_is_refused() -> None:
    def reply(received: Received) -> bytes:
        return write_response(ApiVersionsResponse(error_code=129), received.version, received.correlation_id)

    pool = pool_of(broker := ScriptedBroker(lambda: ScriptedStream(reply=reply)))
    pool.cluster_id = "ours"
    with pytest.raises(WrongClusterError, match=r"broker 1 .*another cluster"):
        await pool.connection(1, ADDRESS)
    assert broker.stream.closed


async def test_a_handshake_that_fails_otherwise_is_a_protocol_error() -> None:
    def reply(received: Received) -> bytes:
        return write_response(ApiVersionsResponse(error_code=42), received.version, received.correlation_id)

    pool = pool_of(ScriptedBroker(lambda: ScriptedStream(reply=reply)))
    with pytest.raises(RemoteProtocolError, match="INVALID_REQUEST"):
        await pool.connection(1, ADDRESS)


async def test_a_handshake_refused_for_the_moment_is_tried_again_by_whoever_asks() -> None:
    def reply(received: Received) -> bytes:
        return write_response(ApiVersionsResponse(error_code=15), received.version, received.correlation_id)

    pool = pool_of(ScriptedBroker(lambda: ScriptedStream(reply=reply)))
    with pytest.raises(ConnectError, match="COORDINATOR_NOT_AVAILABLE"):
        await pool.connection(1, ADDRESS)


async def test_a_known_broker_is_greeted_together_with_the_first_request() -> None:
    pool = pool_of(broker := ScriptedBroker())
    await pool.connection(1, ADDRESS)
    pool.close_broker(1, ADDRESS, "test")
    connection = await pool.connection(1, ADDRESS)
    assert broker.stream.writes == []
    exchange = await connection.send(ASK, 4)
    assert len(broker.stream.writes) == 1
    assert broker.stream.writes[0].endswith(request_bytes(ASK, 4, 1))
    broker.stream.answer(broker.stream.requests[1], ANSWER)
    assert await exchange.answer() == ANSWER
    assert connection.in_flight == 0


async def reconnected(second: ApiVersionsResponse, version: int = 4) -> tuple[ScriptedBroker, Connection]:
    """A connection whose handshake, sent with the first request, is answered otherwise than the one before it."""

    def reply(received: Received) -> bytes | None:
        if not isinstance(received.request, ApiVersionsRequest):
            return None
        answer = OFFERED if len(broker.streams) == 0 or broker.stream is broker.streams[0] else second
        return write_response(answer, version if answer is second else received.version, received.correlation_id)

    broker = ScriptedBroker(lambda: ScriptedStream(reply=reply))
    pool = pool_of(broker)
    await pool.connection(1, ADDRESS)
    pool.close_broker(1, ADDRESS, "test")
    return broker, await pool.connection(1, ADDRESS)


async def test_versions_that_changed_count_from_the_next_request() -> None:
    less = ApiVersionsResponse(api_keys=(ApiVersion(api_key=ASK.api_key, min_version=0, max_version=2),))
    broker, connection = await reconnected(less)
    exchange = await connection.send(ASK, 4)
    broker.stream.answer(broker.stream.requests[-1], ANSWER)
    await exchange.answer()
    assert connection.version_for(ListGroupsRequest) == 2
    assert connection.api_versions == less


async def test_a_broker_downgraded_meanwhile_loses_the_connection_and_is_greeted_anew() -> None:
    _, connection = await reconnected(ApiVersionsResponse(error_code=35), version=0)
    exchange = await connection.send(ASK, 4)
    with pytest.raises(ConnectionLostError, match="older") as caught:
        await exchange.answer()
    assert caught.value.sent


async def test_another_cluster_behind_a_known_address_fails_what_was_sent_along() -> None:
    _, connection = await reconnected(ApiVersionsResponse(error_code=129))
    exchange = await connection.send(ASK, 4)
    with pytest.raises(WrongClusterError):
        await exchange.answer()


async def test_a_connection_that_dies_before_the_pipelined_handshake_was_answered_is_not_the_requests_fault() -> None:
    broker = ScriptedBroker()
    pool = pool_of(broker)
    await pool.connection(1, ADDRESS)
    pool.close_broker(1, ADDRESS, "test")
    broker_died = ScriptedBroker(silent)
    pool._security = broker_died
    exchange = await (await pool.connection(1, ADDRESS)).send(ASK, 4)
    broker_died.stream.break_off()
    with pytest.raises(ConnectionLostError) as caught:
        await exchange.answer()
    assert caught.value.sent
    assert not caught.value.fresh


async def test_authentication_comes_after_the_handshake_and_before_anything_else() -> None:
    asked: list[object] = []

    async def authenticate(ask: Ask) -> None:
        asked.append(await ask(ASK, at_most=3))

    def reply(received: Received) -> bytes | None:
        return greet(received) or write_response(ANSWER, received.version, received.correlation_id)

    pool = pool_of(broker := ScriptedBroker(lambda: ScriptedStream(reply=reply), authenticate=authenticate))
    for _ in range(2):
        await pool.connection(1, ADDRESS)
        pool.close_broker(1, ADDRESS, "test")
    assert asked == [ANSWER] * 2
    for stream in broker.streams:
        assert [type(received.request) for received in stream.requests] == [ApiVersionsRequest, ListGroupsRequest]
        assert stream.requests[1].version == 3


async def test_a_refused_authentication_is_raised_as_it_is() -> None:
    async def authenticate(ask: Ask) -> None:
        raise AuthenticationError("no such user")

    pool = pool_of(broker := ScriptedBroker(authenticate=authenticate))
    with pytest.raises(AuthenticationError, match="no such user"):
        await pool.connection(1, ADDRESS)
    assert broker.stream.closed


# Sessions that end


class Session:
    """A login by one request, and its renewal, each of which a test can hold up."""

    def __init__(self, *, renewable: bool = True) -> None:
        self.lifetime: float | None = 1000.0
        self.asked_for = anyio.Event()
        self.ready = anyio.Event()
        self.renewable = renewable
        self.error: AuthenticationError | None = None

    async def authenticate(self, ask: Ask) -> float | None:
        await ask(LOGIN)
        return self.lifetime

    async def renew(self) -> Authenticate | None:
        self.asked_for.set()
        await self.ready.wait()
        if self.error is not None:
            raise self.error
        return self.authenticate if self.renewable else None

    def broker(self) -> ScriptedBroker:
        return ScriptedBroker(authenticate=self.authenticate, renew=self.renew)


def next_login(stream: ScriptedStream) -> Received:
    return [each for each in stream.requests if isinstance(each.request, SaslHandshakeRequest)][-1]


async def logged_in(pool: Pool, broker: ScriptedBroker) -> Connection:
    """The first connection, whose session is now to be renewed."""
    async with anyio.create_task_group() as group:
        group.start_soon(pool.connection, 1, ADDRESS)
        while not broker.streams:
            await anyio.lowlevel.checkpoint()
        await broker.stream.sent(2)
        broker.stream.answer(next_login(broker.stream), SaslHandshakeResponse())
    connection = pool.ready(1, ADDRESS)
    assert connection is not None
    connection.live_for(0.0, 1000.0)
    return connection


async def test_a_session_is_renewed_on_its_connection_and_no_request_comes_between() -> None:
    session, events = Session(), list[Event]()
    pool = pool_of(broker := session.broker(), events.append)
    connection = await logged_in(pool, broker)
    stream, got = broker.stream, list[Connection]()

    async def ask() -> None:
        got.append(await pool.connection(1, ADDRESS))

    async def send() -> None:
        await (await connection.send(ASK, 4)).answer()

    async with anyio.create_task_group() as group:
        group.start_soon(ask)
        await session.asked_for.wait()
        # While a token is fetched, the session that there is serves everybody.
        assert await pool.connection(1, ADDRESS) is connection
        before = await connection.send(ASK, 4)
        session.ready.set()
        await stream.sent(4)
        assert pool.ready(1, ADDRESS) is None
        group.start_soon(ask)
        group.start_soon(send)
        await anyio.wait_all_tasks_blocked()
        assert [type(each.request) for each in stream.requests[2:]] == [ListGroupsRequest, SaslHandshakeRequest]
        stream.answer(stream.requests[2], ANSWER)
        assert await before.answer() == ANSWER
        stream.answer(stream.requests[3], SaslHandshakeResponse())
        stream.answer((await stream.sent(5))[4], ANSWER)
    assert got == [connection, connection]
    assert pool.ready(1, ADDRESS) is connection
    assert [type(event) for event in events] == [ConnectionOpened, SessionRenewed]
    assert broker.opened == 1


async def test_a_renewal_that_is_lost_is_made_up_for_by_a_new_connection() -> None:
    session = Session()
    pool = pool_of(broker := session.broker())
    connection = await logged_in(pool, broker)
    session.ready.set()
    async with anyio.create_task_group() as group:
        group.start_soon(pool.connection, 1, ADDRESS)
        await broker.streams[0].sent(3)
        broker.streams[0].break_off()
        while len(broker.streams) < 2:
            await anyio.wait_all_tasks_blocked()
        await broker.streams[1].sent(2)
        broker.stream.answer(next_login(broker.stream), SaslHandshakeResponse())
    assert connection.closed
    assert pool.ready(1, ADDRESS) is not None


async def test_whoever_renews_may_be_cancelled_half_way_and_the_next_opens_a_new_connection() -> None:
    session = Session()
    pool = pool_of(broker := session.broker())
    connection = await logged_in(pool, broker)
    session.ready.set()
    under_way = await connection.send(ASK, 4)
    async with anyio.create_task_group() as leading:
        leading.start_soon(pool.connection, 1, ADDRESS)
        await broker.stream.sent(4)
        leading.cancel_scope.cancel()
    assert not connection.closed
    async with anyio.create_task_group() as group:
        group.start_soon(pool.connection, 1, ADDRESS)
        while len(broker.streams) < 2:
            await anyio.wait_all_tasks_blocked()
        await broker.streams[1].sent(2)
        broker.stream.answer(next_login(broker.stream), SaslHandshakeResponse())
    broker.streams[0].answer(broker.streams[0].requests[2], ANSWER)
    assert await under_way.answer() == ANSWER
    assert connection.closed


async def test_a_session_that_can_not_be_renewed_serves_until_the_next_one_is_there() -> None:
    session = Session(renewable=False)
    pool = pool_of(broker := session.broker())
    connection = await logged_in(pool, broker)
    session.ready.set()
    async with anyio.create_task_group() as group:
        group.start_soon(pool.connection, 1, ADDRESS)
        while len(broker.streams) < 2:
            await anyio.wait_all_tasks_blocked()
        await broker.streams[1].sent(2)
        assert pool.ready(1, ADDRESS) is connection
        broker.stream.answer(next_login(broker.stream), SaslHandshakeResponse())
    assert pool.ready(1, ADDRESS) not in {None, connection}
    assert connection.closed


async def test_a_session_that_is_over_carries_no_request_before_it_is_renewed() -> None:
    session = Session()
    pool = pool_of(broker := session.broker())
    connection = await logged_in(pool, broker)
    connection.live_for(0.0, 0.0)
    async with anyio.create_task_group() as group:
        group.start_soon(pool.connection, 1, ADDRESS)
        await session.asked_for.wait()
        assert pool.ready(1, ADDRESS) is None
        session.ready.set()
        await broker.stream.sent(3)
        broker.stream.answer(next_login(broker.stream), SaslHandshakeResponse())
    assert pool.ready(1, ADDRESS) is connection


async def test_a_token_that_can_not_be_had_is_no_matter_while_the_session_lasts() -> None:
    session, events = Session(), list[Event]()
    pool = pool_of(broker := session.broker(), events.append)
    connection = await logged_in(pool, broker)
    session.error = AuthenticationError("no token today")
    session.ready.set()
    assert await pool.connection(1, ADDRESS) is connection
    connection.live_for(0.0, 0.0)
    with pytest.raises(AuthenticationError, match="no token today"):
        await pool.connection(1, ADDRESS)
    assert [type(event) for event in events] == [ConnectionOpened]


# Idle connections


@pytest.mark.parametrize("how", ["end", "break_off"])
async def test_a_connection_closed_while_idle_is_replaced_unseen(how: str) -> None:
    events: list[Event] = []
    pool = pool_of(broker := ScriptedBroker(), events.append)
    first = await pool.connection(1, ADDRESS)
    getattr(broker.stream, how)()
    first.heard_at -= 1
    second = await pool.connection(1, ADDRESS)
    assert second is not first
    assert [type(event) for event in events] == [ConnectionOpened, ConnectionLost, ConnectionOpened]
    assert isinstance(events[1], ConnectionLost)
    assert events[1].in_flight == 0


async def test_what_came_late_for_nobody_does_not_spoil_an_idle_connection() -> None:
    pool = pool_of(broker := ScriptedBroker())
    connection = await pool.connection(1, ADDRESS)
    (await connection.send(ASK, 4)).abandon()
    broker.stream.answer(broker.stream.requests[-1], ANSWER)
    connection.heard_at -= 1
    assert await pool.connection(1, ADDRESS) is connection


async def test_garbage_on_an_idle_connection_replaces_it() -> None:
    pool = pool_of(broker := ScriptedBroker())
    connection = await pool.connection(1, ADDRESS)
    broker.stream.feed(b"\0\0\0\4\0\0\0\x63")
    connection.heard_at -= 1
    assert await pool.connection(1, ADDRESS) is not connection


async def test_a_connection_idle_for_too_long_is_closed_by_us() -> None:
    pool = pool_of(broker := ScriptedBroker(), max_idle=100)
    connection = await pool.connection(1, ADDRESS)
    connection.heard_at -= 101
    assert await pool.connection(1, ADDRESS) is not connection
    assert broker.streams[0].closed


async def test_opening_one_connection_closes_others_idle_for_too_long() -> None:
    pool = pool_of(broker := ScriptedBroker(), max_idle=100)
    connection = await pool.connection(1, ADDRESS)
    busy = await pool.connection(2, ADDRESS)
    await busy.send(ASK, 4)
    connection.heard_at -= 101
    busy.heard_at -= 101
    await pool.connection(3, ADDRESS)
    assert [stream.closed for stream in broker.streams] == [True, False, False]


# Brokers that are no more


async def test_brokers_that_come_back_at_ever_new_addresses_are_not_kept_for_ever() -> None:
    pool = pool_of(ScriptedBroker())
    stays = await pool.connection(1, ADDRESS)
    for number in range(2 * MANY_PEERS):
        await pool.connection(2, Address("b", number + 1))
        pool.close_broker(2, Address("b", number + 1), "it went away")
        assert len(pool._slots) <= MANY_PEERS
    assert await pool.connection(1, ADDRESS) is stays
    await pool.aclose()


# Closing


async def test_closing_a_broker_closes_all_its_lanes_and_no_others() -> None:
    events: list[Event] = []
    pool = pool_of(ScriptedBroker(), events.append)
    doomed = [await pool.connection(1, ADDRESS, lane) for lane in Lane]
    spared = await pool.connection(2, ADDRESS)
    exchange = await doomed[0].send(ASK, 4)
    pool.close_broker(1, ADDRESS, "silent for 30 s")
    pool.close_broker(4, ADDRESS, "never heard of")
    assert all(connection.closed for connection in doomed)
    assert not spared.closed
    with pytest.raises(ConnectionLostError, match="silent for 30 s") as caught:
        await exchange.answer()
    assert caught.value.sent
    lost = [event for event in events if isinstance(event, ConnectionLost)]
    assert [event.in_flight for event in lost] == [1, 0, 0, 0]
    assert not (await pool.connection(1, ADDRESS)).closed


async def test_closing_the_pool_fails_what_is_in_flight_and_what_comes_later() -> None:
    pool = pool_of(broker := ScriptedBroker())
    connection = await pool.connection(1, ADDRESS)
    failed = 0

    async def call() -> None:
        nonlocal failed
        with pytest.raises(ClientClosedError):
            await (await connection.send(ASK, 4)).answer()
        failed += 1

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(call)
        await anyio.wait_all_tasks_blocked()
        await pool.aclose()
    assert failed == 3
    assert broker.stream.closed
    with pytest.raises(ClientClosedError):
        await pool.connection(1, ADDRESS)
    await pool.aclose()


@pytest.mark.parametrize("stuck", ["connecting", "greeting"])
async def test_closing_the_pool_ends_an_opening_under_way(stuck: str) -> None:
    broker = ScriptedBroker(silent, gate=anyio.sleep_forever if stuck == "connecting" else None)
    pool = pool_of(broker)
    failed = 0

    async def get() -> None:
        nonlocal failed
        with pytest.raises(ClientClosedError):
            await pool.connection(1, ADDRESS)
        failed += 1

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(get)
        await anyio.wait_all_tasks_blocked()
        await pool.aclose()
    assert failed == 3
    assert all(stream.closed for stream in broker.streams)
