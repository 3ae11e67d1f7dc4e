"""Connections that prove both ends, on loopback sockets: TLS, client certificates, SASL; and those that must fail."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import anyio
import pytest

from kafkaadmin.config import Address, ClientConfig
from kafkaadmin.errors import AuthenticationError, ConfigurationError, ConnectError
from kafkaadmin.events import Announcer, ConnectionLost, ConnectionOpened, Event, SessionRenewed
from kafkaadmin.network import Pool
from kafkaadmin.network.authentication import Plaintext
from kafkaadmin.network.secured import Secured
from kafkaadmin.security import OAuthToken, SaslOAuthBearer, SaslPlain, SaslScram, Security, Tls
from kafkawire import Response
from kafkawire.messages import ListedGroup, ListGroupsRequest, ListGroupsResponse
from tests.support.certificates import Certificates
from tests.support.sasl_broker import SaslBroker
from tests.support.socket_broker import SocketBroker
from tests.support.streams import Received

pytestmark = pytest.mark.anyio

EMPTY = ListGroupsResponse(groups=())


@pytest.fixture(
    params=[
        pytest.param(("asyncio", {"use_uvloop": False}), id="asyncio"),
        pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop"),
        pytest.param(("trio", {}), id="trio"),
    ]
)
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()


async def listed(broker: SocketBroker, security: Any, *, address: Address | None = None) -> ListGroupsResponse:
    """What a client with this security is answered."""
    address = address or broker.address
    protocol = Plaintext() if security is None else Secured(security)
    pool = Pool(ClientConfig(bootstrap_servers=(address,)), Announcer(), security=protocol)
    try:
        connection = await pool.connection(1, address)
        exchange = await connection.send(ListGroupsRequest(), connection.version_for(ListGroupsRequest))
        return await exchange.answer(anyio.current_time() + 30)
    finally:
        await pool.aclose()


def says_nothing(_: Received) -> Response:
    return EMPTY


# TLS


async def test_tls_trusts_an_authority_given_as_a_file(certificates: Certificates, tmp_path: Path) -> None:
    certificates.write(tmp_path)
    with SocketBroker(says_nothing, tls=certificates.server()) as broker:
        assert await listed(broker, Security(tls=Tls(ca=tmp_path / "ca.pem"))) == EMPTY


async def test_tls_trusts_an_authority_given_as_text(certificates: Certificates) -> None:
    with SocketBroker(says_nothing, tls=certificates.server()) as broker:
        assert await listed(broker, Security(tls=Tls(ca=certificates.ca_pem))) == EMPTY


async def test_tls_takes_the_callers_own_context(certificates: Certificates) -> None:
    context = ssl.create_default_context(cadata=certificates.ca_pem)
    with SocketBroker(says_nothing, tls=certificates.server()) as broker:
        assert await listed(broker, Security(tls=Tls(context=context))) == EMPTY


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda v: v.name)
async def test_tls_1_2_and_1_3_carry_answers_of_many_megabytes(
    certificates: Certificates, version: ssl.TLSVersion
) -> None:
    large = ListGroupsResponse(groups=tuple(ListedGroup(group_id=f"group-{n}" * 20) for n in range(30_000)))
    context = certificates.server()
    context.minimum_version = context.maximum_version = version
    with SocketBroker(lambda _: large, tls=context) as broker:
        answer = await listed(broker, Security(tls=Tls(ca=certificates.ca_pem)))
    assert len(answer.groups) == 30_000


async def test_the_systems_authorities_do_not_know_ours(certificates: Certificates) -> None:
    with SocketBroker(says_nothing, tls=certificates.server()) as broker:
        with pytest.raises(AuthenticationError, match=r"127\.0\.0\.1:\d+: TLS: .*certificate is refused"):
            await listed(broker, Security(tls=Tls()))
        assert broker.requests == []


async def test_a_certificate_for_another_host_is_refused_unless_told_loudly(certificates: Certificates) -> None:
    with SocketBroker(says_nothing, tls=certificates.server("kafka.example")) as broker:
        with pytest.raises(AuthenticationError, match=r"Hostname|IP address"):
            await listed(broker, Security(tls=Tls(ca=certificates.ca_pem)))
        named = Tls(ca=certificates.ca_pem, server_hostname="kafka.example")
        assert await listed(broker, Security(tls=named)) == EMPTY
        loud = Tls(ca=certificates.ca_pem, insecure_skip_hostname_verification=True)
        assert await listed(broker, Security(tls=loud)) == EMPTY


async def test_the_host_is_asked_for_by_name(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolved(*_: Any, **__: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", tuple(broker.address))]

    monkeypatch.setattr(anyio, "getaddrinfo", resolved)
    asked: list[str | None] = []
    context = certificates.server()
    context.sni_callback = lambda _, name, __: asked.append(name)
    with SocketBroker(says_nothing, tls=context) as broker:
        await listed(
            broker, Security(tls=Tls(ca=certificates.ca_pem)), address=Address("localhost", broker.address.port)
        )
    assert asked == ["localhost"]


async def test_a_client_certificate_is_shown(certificates: Certificates, tmp_path: Path) -> None:
    certificates.write(tmp_path)
    encrypted = Tls(
        ca=certificates.ca_pem,
        certificate=certificates.client_pem,
        key=certificates.client_key("hush"),
        key_password="hush",
    )
    from_file = Tls(ca=tmp_path / "ca.pem", certificate=tmp_path / "client.pem")
    with SocketBroker(says_nothing, tls=certificates.server(wants_certificate=True)) as broker:
        assert await listed(broker, Security(tls=encrypted)) == EMPTY
        assert await listed(broker, Security(tls=from_file)) == EMPTY


async def test_a_client_certificate_that_is_missing_is_no_network_fault(certificates: Certificates) -> None:
    with (
        SocketBroker(says_nothing, tls=certificates.server(wants_certificate=True)) as broker,
        pytest.raises(AuthenticationError, match=r"wants a certificate of ours that it trusts .*CERTIFICATE_REQUIRED"),
    ):
        await listed(broker, Security(tls=Tls(ca=certificates.ca_pem)))


async def test_a_key_that_can_not_be_opened_is_a_wrong_setting(certificates: Certificates) -> None:
    wrong = Tls(
        ca=certificates.ca_pem,
        certificate=certificates.client_pem,
        key=certificates.client_key("hush"),
        key_password="other",
    )
    with (
        SocketBroker(says_nothing, tls=certificates.server()) as broker,
        pytest.raises(ConfigurationError, match=r"Tls: certificate and key can't be read: .*key_password") as caught,
    ):
        await listed(broker, Security(tls=wrong))
    assert "other" not in str(caught.value)


async def test_a_file_that_is_not_there_is_named(certificates: Certificates) -> None:
    with (
        SocketBroker(says_nothing, tls=certificates.server()) as broker,
        pytest.raises(ConfigurationError, match=r"nowhere\.pem: No such file"),
    ):
        await listed(broker, Security(tls=Tls(ca="nowhere.pem")))


async def test_a_tls_client_at_a_plaintext_listener_is_told_so(certificates: Certificates) -> None:
    with (
        SocketBroker(says_nothing) as broker,
        pytest.raises((AuthenticationError, ConnectError), match="plaintext"),
    ):
        await listed(broker, Security(tls=Tls(ca=certificates.ca_pem)))


async def test_a_plaintext_client_at_a_tls_listener_is_told_so() -> None:
    """A broker's TLS sends an alert to who doesn't speak it: 15 03 03, and two bytes of reason."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def alert() -> None:
            with listener.accept()[0] as client:
                client.recv(65536)
                client.sendall(bytes.fromhex("15030300020250"))

        thread = threading.Thread(target=alert)
        thread.start()
        address = Address(*listener.getsockname())
        pool = Pool(ClientConfig(bootstrap_servers=(address,)), Announcer())
        with pytest.raises(AuthenticationError, match="speaks TLS"):
            await pool.connection(1, address)
        await pool.aclose()
        thread.join()


# SASL

WAYS_IN = [
    pytest.param(SaslPlain("alice", "hush"), id="PLAIN"),
    pytest.param(SaslScram("alice", "hush"), id="SCRAM-SHA-512"),
    pytest.param(SaslScram("alice", "hush", "SCRAM-SHA-256"), id="SCRAM-SHA-256"),
]


@pytest.mark.parametrize("sasl", WAYS_IN)
async def test_a_user_gets_in(certificates: Certificates, sasl: Any) -> None:
    books = SaslBroker(users={"alice": "hush"})
    with SocketBroker(books.answer, tls=certificates.server()) as broker:
        assert await listed(broker, Security(tls=Tls(ca=certificates.ca_pem), sasl=sasl)) == EMPTY
    assert books.authenticated == ["alice"]


@pytest.mark.parametrize("sasl", WAYS_IN)
async def test_a_wrong_password_is_told_with_mechanism_broker_and_reason(sasl: Any) -> None:
    books = SaslBroker(users={"alice": "other"})
    with SocketBroker(books.answer) as broker:
        told = rf"127\.0\.0\.1:{broker.address.port}: SASL {getattr(sasl, 'mechanism', 'PLAIN')}: .*bad luck"
        with pytest.raises(AuthenticationError, match=told) as caught:
            await listed(broker, Security(tls=None, sasl=sasl))
    assert "hush" not in str(caught.value)
    assert books.authenticated == []


async def test_a_bearer_token_is_asked_for_at_each_connection() -> None:
    tokens = iter(["one", "two"])

    async def token() -> OAuthToken | str:
        value = next(tokens)
        return value if value == "one" else OAuthToken(value, {"extension": "yes"})

    books = SaslBroker(tokens={"one", "two"})
    with SocketBroker(books.answer) as broker:
        for _ in range(2):
            assert await listed(broker, Security(tls=None, sasl=SaslOAuthBearer(token))) == EMPTY
    assert len(books.authenticated) == 2


async def test_a_mechanism_that_the_broker_lacks_is_named_with_those_it_has() -> None:
    books = SaslBroker(mechanisms=("GSSAPI", "OAUTHBEARER"))
    with (
        SocketBroker(books.answer) as broker,
        pytest.raises(AuthenticationError, match=r"SCRAM-SHA-512: .* takes GSSAPI, OAUTHBEARER"),
    ):
        await listed(broker, Security(tls=None, sasl=SaslScram("alice", "hush")))


async def test_a_provider_is_asked_for_each_connection() -> None:
    passwords = iter(["old", "new"])

    async def provide() -> Security:
        return Security(tls=None, sasl=SaslPlain("alice", next(passwords)))

    books = SaslBroker(users={"alice": "new"})
    with SocketBroker(books.answer) as broker:
        with pytest.raises(AuthenticationError):
            await listed(broker, provide)
        assert await listed(broker, provide) == EMPTY


async def test_a_session_that_ends_is_renewed_where_it_is_and_no_request_notices() -> None:
    """KIP-368: the login goes on the connection that there is."""
    books = SaslBroker(users={"alice": "hush"}, session_lifetime_ms=300)
    events: list[Event] = []
    with SocketBroker(books.answer) as broker:
        config = ClientConfig(bootstrap_servers=(broker.address,))
        security = Secured(Security(tls=None, sasl=SaslScram("alice", "hush")))
        pool = Pool(config, Announcer((events.append,)), security=security)
        while len(books.authenticated) < 4:
            connection = await pool.connection(1, broker.address)
            exchange = await connection.send(ListGroupsRequest(), 4)
            assert await exchange.answer(anyio.current_time() + 30) == EMPTY
        await pool.aclose()
    assert [type(event) for event in events] == [ConnectionOpened, *[SessionRenewed] * 3, ConnectionLost]
