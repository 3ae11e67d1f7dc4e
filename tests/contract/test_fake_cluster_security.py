"""FakeCluster's secured listeners: who is let in and who isn't, sessions that end, and faults while one logs in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import anyio
import pytest

from kafkaadmin import AdminClient, ConnectionOpened, Event, SessionRenewed, TopicPartition
from kafkaadmin.errors import AuthenticationError
from kafkaadmin.security import OAuthToken, SaslOAuthBearer, SaslPlain, SaslScram, Security, Tls
from kafkaadmin.testing import FakeCluster, Fault, SecureListener
from kafkawire import ApiKey, ErrorCode
from kafkawire.messages import ApiVersionsRequest, ListGroupsRequest, SaslAuthenticateRequest, SaslHandshakeRequest
from tests.support.certificates import Certificates
from tests.support.raw_client import RawClient, ask
from tests.support.tls_ways import TLS_WAYS

pytestmark = pytest.mark.anyio

MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER")
PASSWORD = "open sesame"
USERS = ("alice", "bob")


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()


@pytest.fixture
def cluster(certificates: Certificates) -> Iterator[FakeCluster]:
    listener = SecureListener(
        tls=certificates.server(), mechanisms=MECHANISMS, users={"alice": PASSWORD}, tokens={"good"}
    )
    with FakeCluster(brokers=2, listener=listener) as cluster:
        cluster.add_group("billing", offsets={("orders", 0): 42})
        yield cluster


async def bearer() -> OAuthToken:
    return OAuthToken("good")


def client(cluster: FakeCluster, certificates: Certificates, sasl: Any, **settings: Any) -> AdminClient:
    return AdminClient(
        cluster.bootstrap_servers,
        security=Security(tls=Tls(ca=certificates.ca_pem), sasl=sasl),
        **{"timeout": 20.0, **settings},
    )


async def offset(admin: AdminClient) -> int:
    offsets = await admin.list_consumer_group_offsets("billing")
    return offsets["billing"][TopicPartition("orders", 0)].offset


@pytest.mark.parametrize(
    "sasl",
    [
        pytest.param(SaslPlain("alice", PASSWORD), id="PLAIN"),
        pytest.param(SaslScram("alice", PASSWORD, "SCRAM-SHA-256"), id="SCRAM-SHA-256"),
        pytest.param(SaslScram("alice", PASSWORD), id="SCRAM-SHA-512"),
        pytest.param(SaslOAuthBearer(bearer), id="OAUTHBEARER"),
    ],
)
async def test_a_user_gets_in_over_tls(cluster: FakeCluster, certificates: Certificates, sasl: Any) -> None:
    async with client(cluster, certificates, sasl) as admin:
        assert await offset(admin) == 42
    assert cluster.rejected == ()
    assert set(cluster.logins) <= {"alice", "bearer"}


@pytest.mark.parametrize("way", [pytest.param(way, marks=pytest.mark.jdk) if way == "JKS" else way for way in TLS_WAYS])
async def test_every_way_of_tls_gets_in(
    certificates: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if TLS_WAYS[way].from_system:
        certificates.write(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    security = Security(tls=TLS_WAYS[way].tls(certificates, tmp_path))
    listener = SecureListener(tls=certificates.server(wants_certificate=TLS_WAYS[way].mutual))
    with FakeCluster(brokers=2, listener=listener) as cluster:
        async with AdminClient(cluster.bootstrap_servers, security=security, timeout=20.0) as admin:
            assert len((await admin.describe_cluster()).brokers) == 2
        assert cluster.rejected == ()


async def test_a_wrong_password_is_told_at_once(cluster: FakeCluster, certificates: Certificates) -> None:
    async with client(cluster, certificates, SaslScram("alice", "guessed")) as admin:
        with pytest.raises(AuthenticationError, match=r"SASL SCRAM-SHA-512: .*invalid credentials"):
            await offset(admin)
    assert len(cluster.seen(ApiKey.SASL_HANDSHAKE)) <= len(cluster.brokers)  # each is told the wrong password once
    assert cluster.logins == ()


async def test_a_bad_token_is_told_with_the_brokers_reason(cluster: FakeCluster, certificates: Certificates) -> None:
    cluster.set_tokens("another")
    async with client(cluster, certificates, SaslOAuthBearer(bearer)) as admin:
        with pytest.raises(AuthenticationError, match=r"OAUTHBEARER: .*invalid_token"):
            await offset(admin)


async def test_who_asks_without_logging_in_is_hung_up_on(certificates: Certificates) -> None:
    listener = SecureListener(mechanisms=MECHANISMS, users={"alice": PASSWORD})
    with FakeCluster(brokers=1, listener=listener) as cluster, RawClient(cluster, 1) as client:
        client.ask(ApiVersionsRequest(), 0)
        client.write(ListGroupsRequest(), 4)
        with pytest.raises(EOFError):
            client.read()
        assert "hasn't logged in" in cluster.rejected[0].reason


async def test_sessions_are_renewed_before_they_end_and_no_call_notices(certificates: Certificates) -> None:
    listener = SecureListener(
        tls=certificates.server(), mechanisms=MECHANISMS, users={"alice": PASSWORD}, session_life=2.0
    )
    events: list[Event] = []
    with FakeCluster(brokers=1, listener=listener) as cluster:
        cluster.add_group("billing", offsets={("orders", 0): 42})
        async with client(cluster, certificates, SaslPlain("alice", PASSWORD), observers=[events.append]) as admin:
            while not any(isinstance(event, SessionRenewed) for event in events):
                assert await offset(admin) == 42
        assert cluster.rejected == ()


async def test_a_user_who_may_not_be_renewed_as_another_comes_in_by_a_new_connection(
    certificates: Certificates,
) -> None:
    """Rotation by two users in turn. And brokers refuse to renew twice within a second: no call may notice either."""
    listener = SecureListener(mechanisms=["PLAIN"], users={"alice": PASSWORD, "bob": PASSWORD}, session_life=0.3)
    turns = cycle(["alice", "bob", "bob"])

    async def provide() -> Security:
        return Security(tls=None, sasl=SaslPlain(next(turns), PASSWORD))

    with FakeCluster(brokers=1, listener=listener) as cluster:
        cluster.add_group("billing", offsets={("orders", 0): 42})
        async with AdminClient(cluster.bootstrap_servers, security=provide, timeout=20.0) as admin:
            while len(cluster.logins) < 9:
                assert await offset(admin) == 42
        assert set(cluster.logins) == {"alice", "bob"}


PASSWORDS = {
    "PLAIN": SaslPlain,
    "SCRAM-SHA-256": partial(SaslScram, mechanism="SCRAM-SHA-256"),
    "SCRAM-SHA-512": SaslScram,
}


class Vault:
    """Where a client's passwords are kept: what `security` asks for each login."""

    def __init__(self, mechanism: str) -> None:
        self.password = PASSWORD
        self._sasl = PASSWORDS[mechanism]

    async def __call__(self) -> Security:
        return Security(tls=None, sasl=self._sasl("alice", self.password))


class Count:
    """How often something was announced."""

    def __init__(self) -> None:
        self._seen: Counter[type[Event]] = Counter()

    def __call__(self, event: Event) -> None:
        self._seen[type(event)] += 1

    def __getitem__(self, kind: type[Event]) -> int:
        return self._seen[kind]


@pytest.mark.parametrize("mechanism", PASSWORDS)
async def test_a_rotated_password_takes_effect_where_a_session_is_renewed(mechanism: str) -> None:
    """The connection goes on, with its session until that is renewed; then by the new password."""
    listener = SecureListener(mechanisms=[mechanism], users={"alice": PASSWORD}, session_life=2.0)
    vault, seen = Vault(mechanism), Count()
    with FakeCluster(brokers=1, listener=listener) as cluster:
        cluster.add_group("billing", offsets={("orders", 0): 42})
        async with AdminClient(cluster.bootstrap_servers, security=vault, observers=[seen]) as admin:
            assert await offset(admin) == 42
            cluster.set_password("alice", "rotated")
            vault.password = "rotated"
            while not seen[SessionRenewed]:
                assert await offset(admin) == 42


@pytest.mark.parametrize("mechanism", PASSWORDS)
async def test_a_rotated_password_takes_effect_on_new_connections_and_old_ones_go_on(mechanism: str) -> None:
    listener = SecureListener(mechanisms=[mechanism], users={"alice": PASSWORD})
    vault, late, seen = Vault(mechanism), Vault(mechanism), Count()
    with FakeCluster(brokers=1, listener=listener) as cluster:
        cluster.add_group("billing", offsets={("orders", 0): 42})
        async with AdminClient(cluster.bootstrap_servers, security=vault, observers=[seen]) as admin:
            assert await offset(admin) == 42
            opened = seen[ConnectionOpened]
            cluster.set_password("alice", "rotated")
            async with AdminClient(cluster.bootstrap_servers, security=late) as another:
                with pytest.raises(AuthenticationError, match=rf"SASL {mechanism}: .*[Ii]nvalid"):
                    await offset(another)
                late.password = "rotated"
                assert await offset(another) == 42
            assert await offset(admin) == 42
            assert seen[ConnectionOpened] == opened
            vault.password = "rotated"
            cluster.drop_connections(1)
            assert await offset(admin) == 42
            assert seen[ConnectionOpened] > opened


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
async def test_a_password_that_only_the_broker_knows_is_told_once_the_session_is_to_be_renewed(mechanism: str) -> None:
    listener = SecureListener(mechanisms=[mechanism], users={"alice": PASSWORD}, session_life=2.0)
    vault = Vault(mechanism)
    with FakeCluster(brokers=1, listener=listener) as cluster:
        cluster.add_group("billing", offsets={("orders", 0): 42})
        async with AdminClient(cluster.bootstrap_servers, security=vault, timeout=3600.0) as admin:
            assert await offset(admin) == 42
            cluster.set_password("alice", "rotated")

            async def go_on() -> None:
                while True:
                    assert await offset(admin) == 42

            with pytest.raises(AuthenticationError, match=rf"SASL {mechanism}: .*[Ii]nvalid"):
                await go_on()
            vault.password = "rotated"
            assert await offset(admin) == 42


def test_a_session_is_renewed_where_it_is_but_not_twice_within_a_second_nor_as_somebody_else() -> None:
    """As Kafka has it (KafkaChannel, SaslServerAuthenticator)."""
    listener = SecureListener(mechanisms=MECHANISMS, users={"alice": PASSWORD, "bob": PASSWORD}, session_life=60.0)
    with FakeCluster(brokers=1, listener=listener) as cluster, RawClient(cluster, 1) as client:
        as_alice, as_bob = (SaslAuthenticateRequest(auth_bytes=f"\0{name}\0{PASSWORD}".encode()) for name in USERS)
        choice = SaslHandshakeRequest(mechanism="PLAIN")
        for _ in range(2):
            assert client.ask(choice, 1).error_code == 0
            assert client.ask(as_alice, 2).error_code == 0
        assert client.ask(choice, 1).error_code == ErrorCode.ILLEGAL_SASL_STATE
        assert client.ask(ListGroupsRequest(), 4).error_code == 0
    with FakeCluster(brokers=1, listener=listener) as cluster, RawClient(cluster, 1) as client:
        client.ask(choice, 1)
        client.ask(as_alice, 2)
        client.ask(choice, 1)
        refused = client.ask(as_bob, 2)
        assert "Cannot change principals during re-authentication from alice to bob" in str(refused.error_message)


def test_a_session_that_is_over_ends_with_the_next_request() -> None:
    listener = SecureListener(mechanisms=["PLAIN"], users={"alice": PASSWORD}, session_life=0.0)
    with FakeCluster(brokers=1, listener=listener) as cluster, RawClient(cluster, 1) as client:
        client.ask(SaslHandshakeRequest(mechanism="PLAIN"), 1)
        token = f"\0alice\0{PASSWORD}".encode()
        assert client.ask(SaslAuthenticateRequest(auth_bytes=token), 2).error_code == 0
        client.ask(SaslHandshakeRequest(mechanism="PLAIN"), 1)
        assert client.ask(SaslAuthenticateRequest(auth_bytes=token), 2).error_code == 0
        client.write(ListGroupsRequest(), 4)
        with pytest.raises(EOFError):
            client.read()
        assert cluster.logins == ("alice", "alice")


def test_a_plaintext_listener_is_in_no_state_for_sasl() -> None:
    with FakeCluster(brokers=1) as cluster:
        assert ask(cluster, 1, SaslHandshakeRequest(mechanism="PLAIN"), 1).error_code == ErrorCode.ILLEGAL_SASL_STATE
        answer = ask(cluster, 1, SaslAuthenticateRequest(auth_bytes=b""), 2)
        assert answer.error_code == ErrorCode.ILLEGAL_SASL_STATE


# Faults while one logs in: the calls survive those of the network.

DURING_TLS = [
    pytest.param({"cut": "before"}, id="reset"),
    pytest.param({"cut": "before", "how": "fin"}, id="fin"),
    pytest.param({"cut": "half"}, id="half-an-answer"),
    pytest.param({"delay": 0.2}, id="delay"),
]


@pytest.mark.parametrize("what", DURING_TLS)
async def test_a_call_survives_a_fault_during_tls(
    cluster: FakeCluster, certificates: Certificates, what: dict[str, Any]
) -> None:
    fault = cluster.inject(Fault(phase="tls", **what))
    async with client(cluster, certificates, SaslScram("alice", PASSWORD)) as admin:
        assert await offset(admin) == 42
    assert fault.hits == 1


async def test_a_broker_may_freeze_during_tls_and_go_on(cluster: FakeCluster, certificates: Certificates) -> None:
    coordinator = cluster.coordinator_of("billing")
    fault = cluster.inject(Fault(phase="tls", stop="stall", broker=coordinator))
    got: list[int] = []
    async with client(cluster, certificates, SaslScram("alice", PASSWORD)) as admin, anyio.create_task_group() as group:

        async def call() -> None:
            got.append(await offset(admin))

        group.start_soon(call)
        await fault.reached()
        cluster.start_broker(coordinator)
    assert got == [42]
    assert fault.hits == 1


async def test_nonsense_during_tls_is_told(cluster: FakeCluster, certificates: Certificates) -> None:
    fault = cluster.inject(Fault(phase="tls", garbage=True, count=None))
    async with client(cluster, certificates, SaslScram("alice", PASSWORD)) as admin:
        with pytest.raises(AuthenticationError, match="TLS"):
            await offset(admin)
    assert fault.hits >= 1


DURING_SASL = [
    pytest.param({"api": ApiKey.SASL_HANDSHAKE}, id="handshake"),
    pytest.param({"api": ApiKey.SASL_AUTHENTICATE}, id="first-message"),
    pytest.param({"api": ApiKey.SASL_AUTHENTICATE, "skip": 1}, id="last-message"),
]


@pytest.mark.parametrize("when", DURING_SASL)
@pytest.mark.parametrize("cut", ["request", "before", "after", "half"])
async def test_a_call_survives_a_cut_during_sasl(
    cluster: FakeCluster, certificates: Certificates, when: dict[str, Any], cut: Any
) -> None:
    fault = cluster.inject(Fault(cut=cut, **when))
    async with client(cluster, certificates, SaslScram("alice", PASSWORD)) as admin:
        assert await offset(admin) == 42
    assert fault.hits == 1


@pytest.mark.parametrize("when", DURING_SASL[1:])
async def test_a_refusal_during_sasl_is_told_at_once(
    cluster: FakeCluster, certificates: Certificates, when: dict[str, Any]
) -> None:
    fault = cluster.inject(Fault(error=ErrorCode.SASL_AUTHENTICATION_FAILED, count=None, **when))
    async with client(cluster, certificates, SaslScram("alice", PASSWORD)) as admin:
        with pytest.raises(AuthenticationError, match="SASL_AUTHENTICATION_FAILED"):
            await offset(admin)
    assert fault.hits <= len(cluster.brokers)


async def test_a_token_for_delegates_opens_the_door(cluster: FakeCluster, certificates: Certificates) -> None:
    async with client(cluster, certificates, SaslPlain("alice", PASSWORD)) as admin:
        token = await admin.create_delegation_token()
    delegate = SaslScram(token.token_id, token.hmac_as_base64, token=True)
    async with client(cluster, certificates, delegate) as admin:
        assert await offset(admin) == 42
