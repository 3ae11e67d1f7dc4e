"""SASL GSSAPI with a KDC: the same tests on FakeCluster and on real Kafka, on asyncio and trio."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import anyio
import pytest

from kafkaadmin import (
    AdminClient,
    AuthenticationError,
    Event,
    SaslGssapi,
    Security,
    SessionRenewed,
    Tls,
)
from kafkaadmin.testing import FakeCluster, SecureListener
from kafkawire import Response
from kafkawire.messages import (
    SaslAuthenticateRequest,
    SaslAuthenticateResponse,
    SaslHandshakeRequest,
    SaslHandshakeResponse,
)
from tests.support.certificates import Certificates
from tests.support.eventually import eventually
from tests.support.kafka.ports import HOST
from tests.support.kafka.secured import Listener, SecuredKafka
from tests.support.kerberos import REALM, Kdc
from tests.support.socket_broker import SocketBroker
from tests.support.streams import Received

pytestmark = pytest.mark.anyio

BROKER, ALICE, BOB = f"kafka/{HOST}", "alice", "bob"
LISTENERS = (Listener.SASL_PLAINTEXT, Listener.SASL_SSL)
LOGIN = (
    'com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true storeKey=true keyTab="{}" principal="{}@{}";'
)
LONG = 3600.0
"""A deadline that no test reaches: what is raised before was raised at once."""

Servers = Callable[[Listener], str]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()


@pytest.fixture(scope="module")
def keytabs(kdc: Kdc) -> dict[str, Path]:
    return {name: kdc.keytab(name) for name in (BROKER, ALICE, BOB, f"other/{HOST}")}


@pytest.fixture(scope="module", params=["fake", pytest.param("kafka", marks=pytest.mark.real_kafka)])
def servers(
    request: pytest.FixtureRequest,
    keytabs: dict[str, Path],
    certificates: Certificates,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Servers]:
    with ExitStack() as stack:
        if request.param == "kafka":
            extra = {"sasl.kerberos.service.name": "kafka"}
            for listener in LISTENERS:
                name = f"listener.name.{listener.lower()}"
                extra[f"{name}.sasl.enabled.mechanisms"] = "GSSAPI"
                extra[f"{name}.gssapi.sasl.jaas.config"] = LOGIN.format(keytabs[BROKER], BROKER, REALM)
                extra[f"{name}.gssapi.connections.max.reauth.ms"] = "3000"
            kafka = SecuredKafka(tmp_path_factory.mktemp("kerberos"), certificates=certificates, extra=extra)
            yield stack.enter_context(kafka).secured
            return
        fakes = {
            listener: stack.enter_context(fake(keytabs[BROKER], certificates if listener.encrypted else None))
            for listener in LISTENERS
        }
        yield lambda listener: fakes[listener].bootstrap_servers


def fake(keytab: Path, certificates: Certificates | None) -> AbstractContextManager[FakeCluster]:
    tls = certificates and certificates.server()
    return FakeCluster(
        brokers=1, listener=SecureListener(tls=tls, mechanisms=["GSSAPI"], keytab=keytab, session_life=3.0)
    )


def security(sasl: SaslGssapi, listener: Listener, certificates: Certificates) -> Security:
    return Security(tls=Tls(ca=certificates.ca_pem) if listener.encrypted else None, sasl=sasl)


@pytest.mark.parametrize("listener", LISTENERS)
@pytest.mark.parametrize("way", ["keytab", "tickets"])
async def test_a_principal_gets_in(
    servers: Servers,
    kdc: Kdc,
    keytabs: dict[str, Path],
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
    listener: Listener,
    way: str,
) -> None:
    if way == "tickets":
        monkeypatch.setenv("KRB5CCNAME", kdc.tickets(ALICE, keytabs[ALICE]))
        sasl = SaslGssapi()
    else:
        sasl = SaslGssapi("kafka", f"{ALICE}@{REALM}", keytabs[ALICE])
    async with AdminClient(servers(listener), security=security(sasl, listener, certificates), timeout=LONG) as admin:
        assert len((await admin.describe_cluster()).brokers) == 1


async def test_a_session_is_renewed_where_it_is(servers: Servers, keytabs: dict[str, Path]) -> None:
    events: list[Event] = []
    sasl = SaslGssapi("kafka", f"{ALICE}@{REALM}", keytabs[ALICE])
    async with AdminClient(
        servers(Listener.SASL_PLAINTEXT),
        security=Security(tls=None, sasl=sasl),
        observers=[events.append],
        timeout=LONG,
    ) as admin:
        while not any(isinstance(event, SessionRenewed) for event in events):
            await admin.describe_cluster()


async def test_a_keytab_has_nothing_to_do_with_somebody_elses_tickets(
    servers: Servers, kdc: Kdc, keytabs: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the cache are neither used nor replaced."""
    bobs = kdc.tickets(BOB, keytabs[BOB])
    before = content(bobs)
    monkeypatch.setenv("KRB5CCNAME", bobs)
    for sasl in (SaslGssapi("kafka", f"{ALICE}@{REALM}", keytabs[ALICE]), SaslGssapi(keytab=keytabs[ALICE])):
        async with AdminClient(
            servers(Listener.SASL_PLAINTEXT), security=Security(tls=None, sasl=sasl), timeout=LONG
        ) as admin:
            assert len((await admin.describe_cluster()).brokers) == 1
    assert content(bobs) == before


def content(tickets: str) -> bytes:
    return Path(tickets.removeprefix("FILE:")).read_bytes()


async def test_javas_properties_get_in(
    servers: Servers, keytabs: dict[str, Path], certificates: Certificates, tmp_path: Path
) -> None:
    certificates.write(tmp_path)
    file = tmp_path / "client.properties"
    file.write_text(
        f"bootstrap.servers={servers(Listener.SASL_SSL)}\nsecurity.protocol=SASL_SSL\nsasl.mechanism=GSSAPI\n"
        f"ssl.truststore.type=PEM\nssl.truststore.location={tmp_path / 'ca.pem'}\nsasl.kerberos.service.name=kafka\n"
        f"sasl.jaas.config={LOGIN.format(keytabs[ALICE], ALICE, REALM)}\n"
    )
    async with AdminClient.from_properties(file, timeout=LONG) as admin:
        assert len((await admin.describe_cluster()).brokers) == 1


async def told(servers: Servers, sasl: SaslGssapi) -> str:
    """What a client that is refused is told; nothing if it gets in."""
    address = servers(Listener.SASL_PLAINTEXT)
    security = Security(tls=None, sasl=sasl)
    async with AdminClient(address, security=security, timeout=LONG) as admin:
        try:
            await admin.describe_cluster()
        except AuthenticationError as error:
            return str(error).partition(f"{address}: SASL GSSAPI: ")[2]
    return ""


async def test_a_wrong_service_is_told(servers: Servers, keytabs: dict[str, Path]) -> None:
    """The KDC knows no such principal; or it does, and the broker hasn't its keys."""
    unknown = await told(servers, SaslGssapi("kafkaesque", f"{ALICE}@{REALM}", keytabs[ALICE]))
    assert f"kafkaesque/{HOST}@{REALM} not found in Kerberos database" in unknown
    others = await told(servers, SaslGssapi("other", f"{ALICE}@{REALM}", keytabs[ALICE]))
    assert "invalid credentials with SASL mechanism GSSAPI" in others


async def test_a_principal_that_nobody_knows_is_told(servers: Servers, kdc: Kdc, keytabs: dict[str, Path]) -> None:
    nobody = await told(servers, SaslGssapi("kafka", f"nobody@{REALM}", keytabs[ALICE]))
    assert f"nobody@{REALM}" in nobody
    name = f"leaver-{anyio.get_current_task().id}"
    keytab = kdc.keytab(name)
    kdc.forget(name)
    leaver = await told(servers, SaslGssapi("kafka", f"{name}@{REALM}", keytab))
    assert f"{name}@{REALM}' not found in Kerberos database" in leaver


async def test_tickets_that_are_missing_or_have_expired_are_told(
    servers: Servers, kdc: Kdc, keytabs: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No Kerberos credentials available" in await told(servers, SaslGssapi())
    monkeypatch.setenv("KRB5CCNAME", kdc.tickets(ALICE, keytabs[ALICE], life="1s"))
    assert "Ticket expired" in await eventually(lambda: told(servers, SaslGssapi()), bool)


@pytest.mark.parametrize("answers", [[b""], [b"welcome"], [b"\x60" + b"\xff" * 100_000], [b"", b"\x01\x00\x00\x00"]])
async def test_a_broker_that_does_not_prove_itself_is_refused(keytabs: dict[str, Path], answers: list[bytes]) -> None:
    """Whatever it answers, and however often: without a ticket's key it can't show that it is who is meant."""
    left = iter(answers)

    def answer(received: Received) -> Response | None:
        match received.request:
            case SaslHandshakeRequest():
                return SaslHandshakeResponse(mechanisms=("GSSAPI",))
            case SaslAuthenticateRequest():
                return SaslAuthenticateResponse(auth_bytes=next(left, b""))
            case _:
                return None

    with SocketBroker(answer) as broker:
        sasl = SaslGssapi("kafka", f"{ALICE}@{REALM}", keytabs[ALICE])
        async with AdminClient(str(broker.address), security=Security(tls=None, sasl=sasl), timeout=LONG) as admin:
            with pytest.raises(AuthenticationError, match=rf"{broker.address}: SASL GSSAPI: "):
                await admin.describe_cluster()
