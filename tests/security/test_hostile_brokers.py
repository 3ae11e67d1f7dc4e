"""A broker that means harm: what it costs is bounded, and the error says what was wrong.

Memory is measured, by tracemalloc: the peak of a whole test, FakeCluster's own share included. Time is judged by what a
client asks for: no clock is asserted.
"""

from __future__ import annotations

import base64
import gc
import socket
import struct
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import pytest

from kafkaadmin import AdminClient
from kafkaadmin.errors import (
    AuthenticationError,
    ConnectError,
    KafkaAdminError,
    OperationTimeoutError,
    RemoteProtocolError,
)
from kafkaadmin.events import BrokerUnavailable, Event
from kafkaadmin.routing.nodes import MOST_NODES
from kafkaadmin.security import SaslOAuthBearer, SaslPlain, SaslScram, Security, Tls
from kafkaadmin.testing import FakeCluster, Fault, SecureListener
from kafkawire import ApiKey, DecodeError, Response, Session
from kafkawire.headers import write_response
from kafkawire.messages import (
    ListGroupsRequest,
    ListGroupsResponse,
    MetadataRequest,
    MetadataResponse,
    SaslAuthenticateRequest,
    SaslAuthenticateResponse,
    SaslHandshakeResponse,
)
from tests.support.certificates import Certificates
from tests.support.socket_broker import SocketBroker
from tests.support.streams import OFFERED, Received

pytestmark = pytest.mark.anyio

PEAK = 4 << 20
"""Bytes that a client and the brokers of a test may have at once: far less than these brokers would have them take."""

MILLION = 1_000_000
PER_BYTE = 25
"""What a byte of a message may cost when it is decoded, at most (`tests/wire/test_memory.py`)."""


@pytest.fixture(autouse=True)
def bounded_memory(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test's peak is held to `PEAK`, but for one, which is held to what it sent."""
    peaks = {test_a_million_brokers_are_no_cluster: PER_BYTE * MILLION * len(broker_of(0))}
    limit = peaks.get(request.function, PEAK)
    gc.collect()
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] <= limit
    finally:
        tracemalloc.stop()


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def listening(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A listener that greets nobody and just talks, to everybody who comes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client:
                    try:
                        client.recv(65536)
                        talk(client)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


async def failure(servers: str, *, timeout: float = 20.0, **settings: Any) -> KafkaAdminError:
    async with AdminClient(servers, timeout=timeout, **settings) as admin:
        with pytest.raises(KafkaAdminError) as caught:
            await admin.list_topics()
    return caught.value


# Frames


async def test_endless_frames_that_nobody_asked_for_are_refused_at_the_first() -> None:
    frame = struct.pack(">ii", 4, 77)

    def talk(client: socket.socket) -> None:
        while True:
            client.sendall(frame * 1000)

    with listening(talk) as servers:
        error = await failure(servers)
    assert isinstance(error, RemoteProtocolError)
    assert "correlation id 77, which nobody waits for" in str(error)


async def test_a_frame_of_2_gib_is_refused_before_it_comes() -> None:
    with FakeCluster(brokers=1) as cluster:
        cluster.inject(Fault(api=ApiKey.METADATA, oversized=True, count=None))
        error = await failure(cluster.bootstrap_servers)
    assert isinstance(error, RemoteProtocolError)
    assert "2147483647" in str(error)


def test_what_is_announced_is_not_set_aside() -> None:
    """A frame just below the limit costs what has come of it."""
    session = Session("me", 100 << 20)
    session.send(ListGroupsRequest(), 4)
    assert session.receive(struct.pack(">i", 100 << 20) + b"drip") == []
    assert session._frames.pending == 8
    with pytest.raises(DecodeError, match="limit"):
        Session("me", 10).receive(struct.pack(">i", 11))


async def test_a_slow_drip_below_the_limit_ends_by_the_deadline() -> None:
    """Each byte shows that the broker lives. An answer has `request_timeout`, the call its deadline."""
    going = threading.Event()

    def talk(client: socket.socket) -> None:
        client.sendall(struct.pack(">ii", 50 << 20, 0))
        while not going.wait(0.01):
            client.sendall(b"\0")

    with listening(talk) as servers:
        error = await failure(servers, timeout=1.0, connect_timeout=0.3)
        going.set()
    assert isinstance(error, OperationTimeoutError)
    assert "no connection within 0.3 s" in str(error)


# Routing


async def test_endless_redirects_of_coordinators_end_by_the_deadline_and_are_paused_between() -> None:
    with FakeCluster(brokers=2) as cluster:
        cluster.add_group("billing", offsets={("orders", 0): 42})
        cluster.inject(Fault(api=ApiKey.OFFSET_FETCH, error=16, count=None))
        async with AdminClient(cluster.bootstrap_servers, timeout=4.0) as admin:
            with pytest.raises(OperationTimeoutError, match="NOT_COORDINATOR"):
                (await admin.list_consumer_group_offsets("billing")).raise_for_errors()
        asked = len(cluster.seen(ApiKey.OFFSET_FETCH)) + len(cluster.seen(ApiKey.FIND_COORDINATOR))
    assert asked < 60


def broker_of(node: int) -> bytes:
    """A broker in an answer to Metadata, as it is on the wire: id, host, port, no rack, no tags."""
    return struct.pack(">i2sibb", node, b"\x02h", 9092, 0, 0)


def metadata_of(brokers: int, received: Received) -> bytes:
    """An answer to Metadata that names so many. Made of bytes: as objects they would be measured, too."""
    nobody = write_response(MetadataResponse(cluster_id="evil", topics=()), received.version, received.correlation_id)
    begin, end = nobody[4:13], nobody[14:]  # between them, after header and throttling, how many there are
    body = begin + uvarint(brokers + 1) + b"".join(map(broker_of, range(brokers))) + end
    return len(body).to_bytes(4) + body


def uvarint(number: int) -> bytes:
    parts = [number >> shift & 0x7F for shift in range(0, number.bit_length(), 7)]
    return bytes([*(part | 0x80 for part in parts[:-1]), parts[-1]])


@pytest.mark.scale
@pytest.mark.timeout(300)
def test_a_million_brokers_are_no_cluster() -> None:
    """On one event loop: what takes its time is to read them."""

    def answer(received: Received) -> None:
        if isinstance(received.request, MetadataRequest):
            broker.accepted[-1].sendall(metadata_of(MILLION, received))

    async def refuse() -> int:
        async with AdminClient(str(broker.address), timeout=120.0, request_timeout=60.0) as admin:
            with pytest.raises(RemoteProtocolError, match=f"more than {MOST_NODES} brokers"):
                await admin.refresh_metadata()
            return len(admin._cluster._nodes)

    with SocketBroker(answer) as broker:
        assert anyio.run(refuse) <= MOST_NODES


@pytest.mark.parametrize(
    "address",
    [":9092", "127.0.0.1:0", "127.0.0.1:-1", "127.0.0.1:70000", "a\0b:1", "\u00e9" * 90 + ":1"],
    ids=["no-host", "0", "-1", "70000", "nul", "long"],
)
async def test_addresses_that_are_none_are_told_as_what_they_are(address: str) -> None:
    with FakeCluster(brokers=1) as cluster:
        cluster.advertise(1, address)
        events: list[Event] = []
        async with AdminClient(cluster.bootstrap_servers, timeout=2.0, observers=[events.append]) as admin:
            with pytest.raises(OperationTimeoutError, match="broker 1"):
                (await admin.list_consumer_group_offsets("billing")).raise_for_errors()
    told = [event.reason for event in events if isinstance(event, BrokerUnavailable)]
    assert told
    assert all("no address" in reason or "can't be resolved" in reason for reason in told)


async def test_addresses_that_lead_elsewhere_get_no_secret() -> None:
    """Whoever is there has no certificate of our authority: it sees how TLS begins, and no more."""
    ours, theirs = Certificates(), Certificates()
    login = {"mechanisms": ["PLAIN"], "users": {"alice": "hush"}}
    with (
        FakeCluster(brokers=1, listener=SecureListener(tls=theirs.server(), **login)) as elsewhere,
        FakeCluster(brokers=1, listener=SecureListener(tls=ours.server(), **login)) as cluster,
    ):
        cluster.advertise(1, elsewhere.address_of(1))
        security = Security(tls=Tls(ca=ours.ca_pem), sasl=SaslPlain("alice", "hush"))
        async with AdminClient(cluster.bootstrap_servers, security=security, timeout=20.0) as admin:
            with pytest.raises(AuthenticationError, match="certificate is refused"):
                (await admin.list_consumer_group_offsets("billing")).raise_for_errors()
        assert elsewhere.log == ()
        assert elsewhere.logins == ()


# SASL


def scripted(first: Callable[[str], str], last: str = "v=AAAA") -> Callable[[Received], Response | None]:
    """A broker that takes SCRAM, and says `first` to our nonce."""

    def answer(received: Received) -> Response | None:
        if not isinstance(received.request, SaslAuthenticateRequest):
            return SaslHandshakeResponse(mechanisms=("SCRAM-SHA-256",))
        token = received.request.auth_bytes.decode()
        said = first(token.partition(",r=")[2]) if token.startswith("n,,") else last
        return SaslAuthenticateResponse(auth_bytes=said.encode())

    return answer


SALT = base64.b64encode(b"salt").decode()


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (lambda nonce: f"r={nonce}x,s={SALT},i={2**31}", "'2147483648' iterations"),
        (lambda nonce: f"r={nonce}x,s={SALT},i=1", "'1' iterations"),
        (lambda nonce: f"r={nonce},s={SALT},i=4096", "nonce"),
        (lambda nonce: f"r=x{nonce},s={SALT},i=4096", "nonce"),
        (lambda nonce: f"r={nonce}x,s=!,i=4096", "salt makes no sense"),
        (lambda nonce: f"m=x,r={nonce}x,s={SALT},i=4096", "extension"),
        (lambda _: "e=unknown-user", "nonce"),
        (lambda _: "\ufeff", "makes no sense"),
        (lambda nonce: f"r={nonce}x,s={SALT},i=4096", "signature is wrong"),
    ],
    ids=["2^31", "1", "same", "other", "salt", "extension", "error", "nonsense", "signature"],
)  # fmt: skip
async def test_a_scram_broker_that_breaks_the_rules_is_refused(first: Callable[[str], str], told: str) -> None:
    last = "v=" + base64.b64encode(bytes(32)).decode()
    script = scripted(first, last) if told != "nonce" else scripted(first)
    with SocketBroker(script) as broker:
        security = Security(tls=None, sasl=SaslScram("alice", "hush", "SCRAM-SHA-256"))
        error = await failure(str(broker.address), security=security)
    assert isinstance(error, AuthenticationError)
    assert told in str(error)
    assert f"{broker.address}: SASL SCRAM-SHA-256" in str(error)


async def test_a_broker_that_goes_on_and_on_with_sasl_is_refused() -> None:
    def answer(received: Received) -> Response | None:
        if isinstance(received.request, SaslAuthenticateRequest):
            return SaslAuthenticateResponse(auth_bytes=b"more")
        return SaslHandshakeResponse(mechanisms=("OAUTHBEARER",))

    async def token() -> str:
        return "token"

    with SocketBroker(answer) as broker:
        error = await failure(str(broker.address), security=Security(tls=None, sasl=SaslOAuthBearer(token)))
        asked = sum(isinstance(each.request, SaslAuthenticateRequest) for each in broker.requests)
    assert isinstance(error, AuthenticationError)
    assert "goes on and on" in str(error)
    assert asked <= 10


@pytest.mark.parametrize("offered", [("PLAIN",), ()])
async def test_a_broker_that_offers_less_than_asked_gets_nothing(offered: tuple[str, ...]) -> None:
    """No downgrade: who wants SCRAM never shows a password by PLAIN."""

    def answer(received: Received) -> Response | None:
        return SaslHandshakeResponse(error_code=33, mechanisms=offered)

    with SocketBroker(answer) as broker:
        error = await failure(str(broker.address), security=Security(tls=None, sasl=SaslScram("alice", "hush")))
        assert not any(isinstance(each.request, SaslAuthenticateRequest) for each in broker.requests)
    assert isinstance(error, AuthenticationError)
    assert "it takes " + (", ".join(offered) or "none") in str(error)


# Answers


def test_a_replayed_correlation_id_is_refused() -> None:
    session = Session("me")
    correlation_id, _ = session.send(ListGroupsRequest(), 4)
    answer = write_response(ListGroupsResponse(), 4, correlation_id)
    assert len(session.receive(answer)) == 1
    with pytest.raises(DecodeError, match="which nobody waits for"):
        session.receive(answer)


async def test_a_replayed_answer_ends_the_connection_and_is_told() -> None:
    """The handshake's answer comes again, where the next one is waited for."""

    def replay(received: Received) -> None:
        again = write_response(OFFERED, 0, received.correlation_id - 1)
        broker.accepted[-1].sendall(again)

    with SocketBroker(replay) as broker:
        error = await failure(str(broker.address))
    assert isinstance(error, RemoteProtocolError)
    assert "which nobody waits for" in str(error)


async def test_an_answer_to_what_nobody_asked_is_refused() -> None:
    with FakeCluster(brokers=1) as cluster:
        cluster.inject(Fault(api=ApiKey.METADATA, wrong_correlation_id=True, count=None))
        error = await failure(cluster.bootstrap_servers)
    assert isinstance(error, RemoteProtocolError | ConnectError)
    assert "which nobody waits for" in str(error)
