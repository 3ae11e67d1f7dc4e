"""Every way into real Kafka that is built, on asyncio and trio; and how it refuses."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from kafkaadmin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AclResourceType,
    AdminClient,
    AuthenticationError,
    ConnectionOpened,
    Controller,
    Event,
    SaslOAuthBearer,
    SaslPlain,
    SaslScram,
    ScramMechanism,
    Security,
    SessionRenewed,
    Tls,
    TopicPartition,
    UserScramCredentialUpsertion,
)
from kafkaadmin.oauth import ClientCredentials, TokenFile
from kafkawire.messages import AlterUserScramCredentialsRequest, ScramCredentialUpsertion
from tests.support.certificates import Certificates
from tests.support.denials import CALLS, DENIED, OPEN, check
from tests.support.eventually import eventually
from tests.support.forward_proxy import ForwardProxy
from tests.support.kafka.secured import PLAIN_PASSWORD, PLAIN_USER, Listener, SecuredKafka
from tests.support.reauthentication import unsigned_token
from tests.support.tls_ways import TLS_WAYS
from tests.support.token_server import TokenServer

pytestmark = [pytest.mark.anyio, pytest.mark.real_kafka]

REAUTHENTICATED_AFTER_MS = 3_000
ITERATIONS = 8192

LONG = 3600.0
"""A deadline that no test reaches: what is raised before was raised at once."""


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()


@pytest.fixture(scope="module")
def kafka(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    reauthentication = {
        f"listener.name.sasl_plaintext.{mechanism}.connections.max.reauth.ms": str(REAUTHENTICATED_AFTER_MS)
        for mechanism in ("plain", "scram-sha-256", "scram-sha-512", "oauthbearer")
    }
    with SecuredKafka(tmp_path_factory.mktemp("secured"), certificates=certificates, extra=reauthentication) as kafka:
        anyio.run(make_user, kafka)
        yield kafka


async def make_user(kafka: SecuredKafka) -> None:
    async with AdminClient(kafka.bootstrap()) as admin:
        for mechanism, algorithm in ((1, "sha256"), (2, "sha512")):
            salt = os.urandom(16)
            credential = ScramCredentialUpsertion(
                name="alice",
                mechanism=mechanism,
                iterations=ITERATIONS,
                salt=salt,
                salted_password=hashlib.pbkdf2_hmac(algorithm, b"hush", salt, ITERATIONS),
            )
            made = await admin.send(AlterUserScramCredentialsRequest(upsertions=(credential,)), to=Controller())
            assert [result.error_code for result in made.results] == [0]


async def bearer() -> str:
    return unsigned_token("alice")


async def wrong_token() -> str:
    return "wrong.wrong.wrong"


WAYS_IN = {
    "PLAIN": SaslPlain(PLAIN_USER, PLAIN_PASSWORD),
    "SCRAM-SHA-256": SaslScram("alice", "hush", "SCRAM-SHA-256"),
    "SCRAM-SHA-512": SaslScram("alice", "hush"),
    "OAUTHBEARER": SaslOAuthBearer(bearer),
}


@pytest.mark.parametrize("listener", [Listener.SASL_SSL, Listener.SASL_PLAINTEXT])
@pytest.mark.parametrize("mechanism", WAYS_IN)
async def test_a_user_gets_in(
    kafka: SecuredKafka, certificates: Certificates, mechanism: str, listener: Listener
) -> None:
    tls = Tls(ca=certificates.ca_pem) if listener is Listener.SASL_SSL else None
    security = Security(tls=tls, sasl=WAYS_IN[mechanism])
    async with AdminClient(kafka.secured(listener), security=security) as admin:
        assert len((await admin.describe_cluster()).brokers) == 1


async def test_tls_gets_in(kafka: SecuredKafka, certificates: Certificates) -> None:
    async with AdminClient(kafka.secured(Listener.SSL), security=Security(tls=Tls(ca=certificates.ca_pem))) as admin:
        assert len((await admin.describe_cluster()).brokers) == 1


async def test_tokens_of_the_built_in_providers_get_in(kafka: SecuredKafka, tmp_path: Path) -> None:
    """KIP-768's two: an OAuth server's token endpoint, and a file."""
    (tmp_path / "token").write_text(f"{unsigned_token('alice')}\n")
    with TokenServer() as server:
        server.says(access_token=unsigned_token("alice"), expires_in=3600)
        for provider in (ClientCredentials(server.url, "tool", "hush"), TokenFile(tmp_path / "token")):
            security = Security(tls=None, sasl=SaslOAuthBearer(provider))
            async with AdminClient(kafka.secured(Listener.SASL_PLAINTEXT), security=security) as admin:
                assert len((await admin.describe_cluster()).brokers) == 1


async def test_a_client_certificate_gets_in_and_none_does_not(kafka: SecuredKafka, certificates: Certificates) -> None:
    shown = Tls(ca=certificates.ca_pem, certificate=certificates.client_pem)
    async with AdminClient(kafka.secured(Listener.MTLS), security=Security(tls=shown)) as admin:
        assert len((await admin.describe_cluster()).brokers) == 1
    without = Security(tls=Tls(ca=certificates.ca_pem))
    async with AdminClient(kafka.secured(Listener.MTLS), security=without) as admin:
        with pytest.raises(AuthenticationError, match=r"wants a certificate of ours that it trusts .*CERTIFICATE"):
            await admin.describe_cluster()


@pytest.mark.parametrize(
    "sasl",
    [
        SaslPlain(PLAIN_USER, "wrong"),
        SaslScram("alice", "wrong"),
        SaslScram("nobody", "hush", "SCRAM-SHA-256"),
        SaslOAuthBearer(wrong_token),
    ],
    ids=["PLAIN", "SCRAM-SHA-512", "SCRAM-SHA-256", "OAUTHBEARER"],
)
async def test_a_wrong_secret_is_an_authentication_error_at_once(kafka: SecuredKafka, sasl: object) -> None:
    events: list[Event] = []
    security = Security(tls=None, sasl=sasl)  # type: ignore[arg-type]
    async with AdminClient(
        kafka.secured(Listener.SASL_PLAINTEXT), security=security, observers=[events.append]
    ) as admin:
        with pytest.raises(AuthenticationError, match=r"127\.0\.0\.1:\d+: SASL ") as caught:
            await admin.describe_cluster()
    assert "wrong" not in f"{caught.value!r} {events!r} {admin!r}"
    assert not any(isinstance(event, ConnectionOpened) for event in events)


async def test_an_authority_that_is_not_trusted_is_refused(kafka: SecuredKafka) -> None:
    async with AdminClient(kafka.secured(Listener.SSL), security=Security(tls=Tls())) as admin:
        with pytest.raises(AuthenticationError, match="certificate is refused"):
            await admin.describe_cluster()


async def test_a_plaintext_client_at_a_tls_listener_is_told_so(kafka: SecuredKafka) -> None:
    async with AdminClient(kafka.secured(Listener.SSL)) as admin:
        with pytest.raises(AuthenticationError, match="speaks TLS"):
            await admin.describe_cluster()


async def test_a_tls_client_at_a_plaintext_listener_is_told_so(kafka: SecuredKafka, certificates: Certificates) -> None:
    async with AdminClient(
        kafka.bootstrap(), security=Security(tls=Tls(ca=certificates.ca_pem)), timeout=LONG
    ) as admin:
        with pytest.raises(AuthenticationError, match="the listener is a plaintext one"):
            await admin.describe_cluster()


@pytest.mark.parametrize("listener", [Listener.SASL_SSL, Listener.SASL_PLAINTEXT])
async def test_a_client_without_a_login_at_a_sasl_listener_is_told_so(
    kafka: SecuredKafka, certificates: Certificates, listener: Listener
) -> None:
    security = Security(tls=Tls(ca=certificates.ca_pem)) if listener is Listener.SASL_SSL else None
    async with AdminClient(kafka.secured(listener), security=security, timeout=LONG) as admin:
        with pytest.raises(AuthenticationError, match=r"wants SASL \(OAUTHBEARER, PLAIN, SCRAM"):
            await admin.describe_cluster()


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "OAUTHBEARER"])
async def test_sessions_are_renewed_under_load_and_no_call_notices(kafka: SecuredKafka, mechanism: str) -> None:
    """`connections.max.reauth.ms`: the broker ends a connection that is used past its session (KIP-368).

    Bearer tokens are rotated: each login has a new one.
    """
    events: list[Event] = []
    security = Security(tls=None, sasl=WAYS_IN[mechanism])
    servers = kafka.secured(Listener.SASL_PLAINTEXT)
    async with AdminClient(servers, security=security, observers=[events.append]) as admin:

        def seen(kind: type[Event]) -> int:
            return sum(isinstance(event, kind) for event in events)

        async def call() -> None:
            while seen(SessionRenewed) < 2:
                await admin.list_topics()

        await admin.list_topics()
        opened_at_first = seen(ConnectionOpened)
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(call)
        assert seen(ConnectionOpened) == opened_at_first
    lost = [event for event in events if getattr(event, "in_flight", 0)]
    assert lost == []


async def test_a_delegation_token_gets_in(kafka: SecuredKafka, certificates: Certificates) -> None:
    servers = kafka.secured(Listener.SASL_SSL)
    tls = Tls(ca=certificates.ca_pem)
    async with AdminClient(servers, security=Security(tls=tls, sasl=WAYS_IN["SCRAM-SHA-512"])) as admin:
        token = await admin.create_delegation_token()
        await eventually(admin.describe_delegation_token, lambda known: token.token_id in {t.token_id for t in known})
    delegate = SaslScram(token.token_id, token.hmac_as_base64, token=True)
    async with AdminClient(servers, security=Security(tls=tls, sasl=delegate)) as admin:
        assert len((await admin.describe_cluster()).brokers) == 1


async def test_javas_properties_get_in(kafka: SecuredKafka, certificates: Certificates, tmp_path: Path) -> None:
    certificates.write(tmp_path)
    file = tmp_path / "client.properties"
    file.write_text(
        f"bootstrap.servers={kafka.secured(Listener.SASL_SSL)}\nsecurity.protocol=SASL_SSL\n"
        f"ssl.truststore.type=PEM\nssl.truststore.location={tmp_path / 'ca.pem'}\nsasl.mechanism=SCRAM-SHA-256\n"
        "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\\n"
        '  username="alice" password="hush";\n'
    )
    async with AdminClient.from_properties(file) as admin:
        assert len((await admin.describe_cluster()).brokers) == 1
    mutual = {
        "bootstrap.servers": kafka.secured(Listener.MTLS),
        "security.protocol": "SSL",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.certificates": certificates.ca_pem,
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(tmp_path / "client.pem"),
    }
    async with AdminClient.from_properties(mutual) as admin:
        assert len((await admin.describe_cluster()).brokers) == 1


@pytest.mark.parametrize("way", TLS_WAYS)
async def test_every_way_of_tls_gets_in(
    kafka: SecuredKafka, certificates: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if TLS_WAYS[way].from_system:
        certificates.write(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    security = Security(tls=TLS_WAYS[way].tls(certificates, tmp_path))
    servers = kafka.secured(Listener.MTLS if TLS_WAYS[way].mutual else Listener.SSL)
    async with AdminClient(servers, security=security) as admin:
        assert len((await admin.describe_cluster()).brokers) == 1


async def test_a_password_that_is_rotated_takes_effect_on_new_connections_and_where_a_session_is_renewed(
    kafka: SecuredKafka,
) -> None:
    """Whoever logs in is asked for the password of now; so is a session that is renewed."""
    passwords = {"carol": "first"}

    async def provide() -> Security:
        return Security(tls=None, sasl=SaslScram("carol", passwords["carol"]))

    async def rotate(password: str) -> None:
        carol = UserScramCredentialUpsertion(user="carol", mechanism=ScramMechanism.SCRAM_SHA_512, password=password)
        async with AdminClient(kafka.bootstrap()) as admin:
            (await admin.alter_user_scram_credentials(carol)).raise_for_errors()

            async def gets_in() -> bool:
                security = Security(tls=None, sasl=SaslScram("carol", password))
                async with AdminClient(kafka.secured(Listener.SASL_PLAINTEXT), security=security) as one:
                    try:
                        await one.describe_cluster()
                    except AuthenticationError:
                        return False
                return True

            assert await eventually(gets_in, bool)

    await rotate("first")
    events: list[Event] = []

    def seen(kind: type[Event]) -> int:
        return sum(isinstance(event, kind) for event in events)

    servers = kafka.secured(Listener.SASL_PLAINTEXT)
    async with AdminClient(servers, security=provide, observers=[events.append]) as admin:
        await admin.describe_cluster()
        await rotate("second")
        passwords["carol"] = "second"
        async with AdminClient(kafka.secured(Listener.SASL_PLAINTEXT), security=provide) as another:
            assert len((await another.describe_cluster()).brokers) == 1
        renewed = seen(SessionRenewed)
        while seen(SessionRenewed) == renewed:
            await admin.describe_cluster()


async def test_a_denied_key_is_an_error_of_its_own(kafka: SecuredKafka) -> None:
    """By Kafka's own authorizer: the other keys of a call are answered all the same.

    Who may delete in the cluster may delete every topic, whatever the topic's ACLs say.
    """
    forbidden = [
        AclBinding(
            resource_type=kind,
            resource_name=name,
            principal="User:alice",
            operation=operation,
            permission=AclPermissionType.DENY,
        )
        for kind, name, operation in (
            (AclResourceType.GROUP, DENIED, AclOperation.ALL),
            (AclResourceType.TOPIC, DENIED, AclOperation.ALL),
            (AclResourceType.CLUSTER, "kafka-cluster", AclOperation.DELETE),
        )
    ]
    async with AdminClient(kafka.bootstrap()) as admin:
        (await admin.create_topics([OPEN, DENIED])).raise_for_errors()
        for group in (OPEN, DENIED):
            offsets = {TopicPartition(topic, 0): 0 for topic in (OPEN, DENIED)}
            (await admin.alter_consumer_group_offsets(group, offsets)).raise_for_errors()
        (await admin.create_acls(forbidden)).raise_for_errors()
    try:
        security = Security(tls=None, sasl=WAYS_IN["SCRAM-SHA-512"])
        async with AdminClient(kafka.secured(Listener.SASL_PLAINTEXT), security=security) as alice:
            await eventually(lambda: alice.describe_topics(DENIED), lambda told: len(told.failed) == 1)
            for call, denial in CALLS.items():
                try:
                    await check(alice, denial)
                except AssertionError as error:
                    error.add_note(call)
                    raise
    finally:
        async with AdminClient(kafka.bootstrap()) as admin:
            (await admin.delete_acls(list(map(AclBindingFilter.of, forbidden)))).raise_for_errors()
            await admin.delete_topics([OPEN, DENIED])
            await admin.delete_consumer_groups([OPEN, DENIED])


@pytest.mark.parametrize("kind", ["socks5", "http"])
async def test_a_proxy_leads_in(kafka: SecuredKafka, certificates: Certificates, kind: str) -> None:
    security = Security(tls=Tls(ca=certificates.ca_pem), sasl=WAYS_IN["PLAIN"])
    with ForwardProxy() as proxy:
        servers = kafka.secured(Listener.SASL_SSL)
        async with AdminClient(servers, security=security, proxy=f"{kind}://{proxy.address}") as admin:
            assert len((await admin.describe_cluster()).brokers) == 1
        assert set(proxy.asked) == {servers}
