"""No secret is in anything that a client emits, whatever becomes of the exchange."""

from __future__ import annotations

import base64
import logging
import traceback
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import botocore.session
import pytest

from kafkaadmin import AdminClient
from kafkaadmin.aws import MskIamToken
from kafkaadmin.errors import ConfigurationError, KafkaAdminError
from kafkaadmin.events import Event
from kafkaadmin.oauth import ClientCredentials, TokenFile
from kafkaadmin.properties import settings_of
from kafkaadmin.security import OAuthToken, SaslMskIam, SaslOAuthBearer, SaslPlain, SaslScram, Security, Tls
from kafkaadmin.testing import FakeCluster, Fault, SecureListener
from kafkawire import ApiKey, ErrorCode
from tests.support.certificates import Certificates

pytestmark = pytest.mark.anyio

PASSWORD, TOKEN, KEY_PASSWORD, CLIENT_SECRET = "xylophone-47", "quagmire-11-token", "zeppelin-99", "wombat-73"
AWS_SECRET, AWS_SESSION_TOKEN = "marzipan-58-secret", "hibiscus-31-session"
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "AWS_MSK_IAM")


class Emitted:
    """All that was seen of a client from outside."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def add(self, *things: object) -> None:
        self.texts += [text for thing in things for text in (repr(thing), str(thing))]

    def raised(self, error: BaseException) -> None:
        self.add(error, error.args, getattr(error, "__notes__", []), vars(error))
        self.texts.append("".join(traceback.format_exception(error)))

    def secrets(self, *secrets: str) -> list[str]:
        """Where one of them shows, in whatever spelling."""
        spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
        return [text for text in self.texts if any(spelling in text for spelling in spellings)]


def _spellings(secret: str) -> Iterator[str]:
    raw = secret.encode()
    yield from (secret, raw.hex(), quote(secret, safe=""), base64.b64encode(raw).decode().rstrip("="))
    for before in (b"\0alice\0", b"n,,\x01auth=Bearer ", b"tool:"):
        # Of what stands before it, whole groups of three bytes are alike; the rest is cut off.
        yield base64.b64encode(before + raw).decode()[4 * ((len(before) + 2) // 3) : -4]


@contextmanager
def everything() -> Iterator[Emitted]:
    """Collects logs of every level, and warnings."""
    emitted = Emitted()

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            emitted.texts += [record.getMessage(), repr(record.args), record.exc_text or ""]

    handler, root = Handler(logging.NOTSET), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.NOTSET)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            yield emitted
        emitted.add(*(each.message for each in warned))
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()


async def bearer() -> OAuthToken:
    return OAuthToken(TOKEN, {"tenant": "t"})


def aws_session() -> Any:
    session = botocore.session.Session()
    session.set_credentials("AKIDEXAMPLE", AWS_SECRET, AWS_SESSION_TOKEN)
    return session


WAYS: dict[str, Any] = {
    "PLAIN": SaslPlain("alice", PASSWORD),
    "SCRAM-SHA-256": SaslScram("alice", PASSWORD, "SCRAM-SHA-256"),
    "SCRAM-SHA-512": SaslScram("alice", PASSWORD),
    "OAUTHBEARER": SaslOAuthBearer(bearer),
    "AWS_MSK_IAM": SaslMskIam("eu-central-1", session=aws_session()),
}

Trouble = Callable[[FakeCluster], object]

TROUBLES: dict[str, Trouble] = {
    "none": lambda _: None,
    "refused": lambda cluster: (cluster.set_password("alice", "other"), cluster.set_tokens(), cluster.set_aws_keys({})),
    "no-such-mechanism": lambda cluster: cluster.inject(
        Fault(api=ApiKey.SASL_HANDSHAKE, error=ErrorCode.UNSUPPORTED_SASL_MECHANISM, count=None)
    ),
    "error-code": lambda cluster: cluster.inject(Fault(api=ApiKey.SASL_AUTHENTICATE, error=-1, count=None)),
    "cut": lambda cluster: cluster.inject(Fault(api=ApiKey.SASL_AUTHENTICATE, cut="after")),
    "half": lambda cluster: cluster.inject(Fault(api=ApiKey.SASL_AUTHENTICATE, cut="half")),
    "garbage": lambda cluster: cluster.inject(Fault(api=ApiKey.SASL_AUTHENTICATE, garbage=True, count=None)),
    "wrong-id": lambda cluster: cluster.inject(
        Fault(api=ApiKey.SASL_AUTHENTICATE, wrong_correlation_id=True, count=None)
    ),
    "oversized": lambda cluster: cluster.inject(Fault(api=ApiKey.SASL_AUTHENTICATE, oversized=True, count=None)),
    "silence": lambda cluster: cluster.inject(Fault(api=ApiKey.SASL_AUTHENTICATE, drop_answer=True, count=None)),
    "during-tls": lambda cluster: cluster.inject(Fault(phase="tls", garbage=True, count=None)),
}


async def _calls(admin: AdminClient, emitted: Emitted) -> None:
    calls: list[Callable[[], Awaitable[object]]] = [admin.list_groups, admin.describe_cluster, admin.list_topics]
    for call in calls:
        try:
            emitted.add(await call())
        except KafkaAdminError as error:
            emitted.raised(error)


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("way", WAYS)
async def test_no_secret_shows(certificates: Certificates, way: str, trouble: str) -> None:
    events: list[Event] = []
    listener = SecureListener(
        tls=certificates.server(wants_certificate=True),
        mechanisms=MECHANISMS,
        users={"alice": PASSWORD},
        tokens={TOKEN},
        aws_keys={"AKIDEXAMPLE": AWS_SECRET},
    )
    tls = Tls(
        ca=certificates.ca_pem,
        certificate=certificates.client_pem,
        key=certificates.client_key(KEY_PASSWORD),
        key_password=KEY_PASSWORD,
    )
    with everything() as emitted, FakeCluster(brokers=1, listener=listener) as cluster:
        TROUBLES[trouble](cluster)
        security = Security(tls=tls, sasl=WAYS[way])
        async with AdminClient(
            cluster.bootstrap_servers, security=security, observers=[events.append], timeout=0.6, connect_timeout=0.3
        ) as admin:
            await _calls(admin, emitted)
            emitted.add(admin, security, tls, WAYS[way], admin._config, *events)
        emitted.add(listener, *cluster.log, *(each.request for each in cluster.log), *cluster.rejected)
    key = "".join(certificates.client_key(KEY_PASSWORD).splitlines()[1:-1])[:40]
    assert emitted.texts
    assert emitted.secrets(PASSWORD, TOKEN, KEY_PASSWORD, AWS_SECRET, AWS_SESSION_TOKEN) == []
    assert not any(key in text for text in emitted.texts)


@pytest.mark.parametrize("jaas", ["", "PlainLoginModule required username=a password={};", "X required a={}", "a='{}"])
async def test_no_secret_of_properties_shows(tmp_path: Path, jaas: str) -> None:
    emitted = Emitted()
    said = {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.jaas.config": jaas.format(PASSWORD),
        "ssl.truststore.type": "PKCS12",
        "ssl.truststore.location": str(tmp_path / "none"),
        "ssl.truststore.password": KEY_PASSWORD,
    }
    for change in ({}, {"ssl.truststore.type": "JKS"}, {"security.protocol": "SSL"}, {"what": "ever"}):
        with pytest.raises(ConfigurationError) as caught:
            settings_of(said | change)
        emitted.raised(caught.value)
    assert emitted.secrets(PASSWORD, KEY_PASSWORD) == []


async def test_no_secret_of_providers_shows(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    emitted = Emitted()
    file = TokenFile(tmp_path / "token")
    emitted.add(file, await file())
    endpoint = ClientCredentials("http://127.0.0.1:1/token", "tool", CLIENT_SECRET)
    with pytest.raises(KafkaAdminError) as caught:
        await endpoint()
    emitted.raised(caught.value)
    emitted.add(endpoint, SaslOAuthBearer(endpoint))
    assert emitted.secrets(TOKEN, CLIENT_SECRET) == []


async def test_no_secret_of_msks_tokens_shows() -> None:
    """Whoever could read the signature in a log could come in by it, for a while."""
    with everything() as emitted:
        provider = MskIamToken("eu-central-1", session=aws_session())
        token = await provider()
        emitted.add(provider, token)
    signature = base64.urlsafe_b64decode(token.value + "==").decode().partition("X-Amz-Signature=")[2][:64]
    assert emitted.secrets(AWS_SECRET, AWS_SESSION_TOKEN, token.value, signature) == []


def test_the_search_finds_what_does_show() -> None:
    emitted = Emitted()
    emitted.texts += ["fine", f"a {PASSWORD}", base64.b64encode(f"\0alice\0{PASSWORD}".encode()).decode()]
    assert len(emitted.secrets(PASSWORD)) == 2
