"""AWS_MSK_IAM: botocore signs, and FakeCluster verifies by code of its own; nobody asks AWS."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import sys
import warnings
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import anyio
import botocore.session
import pytest
from botocore.credentials import Credentials, RefreshableCredentials
from botocore.exceptions import ClientError

from kafkaadmin import AdminClient, AuthenticationError, ConfigurationError, Event, SessionRenewed
from kafkaadmin.aws import MskIamToken, msk_iam
from kafkaadmin.properties import settings_of
from kafkaadmin.security import SaslMskIam, SaslOAuthBearer, Security, Tls
from kafkaadmin.testing import FakeCluster, SecureListener
from kafkawire import ErrorCode
from kafkawire.messages import SaslAuthenticateRequest, SaslHandshakeRequest
from tests.support.certificates import Certificates
from tests.support.eventually import eventually
from tests.support.raw_client import RawClient

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaAdminClient

pytestmark = pytest.mark.anyio

KEY, SECRET, SESSION_TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/secret+", "session+token/=="
REGION = "eu-central-1"


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What botocore finds: a key in the environment, and no files of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", SESSION_TOKEN)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()


def listener(**more: Any) -> SecureListener:
    return SecureListener(mechanisms=["AWS_MSK_IAM"], **{"aws_keys": {KEY: SECRET}, **more})


def client(cluster: FakeCluster, sasl: SaslMskIam, observers: Any = ()) -> AdminClient:
    security = Security(tls=None, sasl=sasl)
    return AdminClient(cluster.bootstrap_servers, security=security, observers=observers, timeout=20.0)


def session_with(credentials: object) -> Any:
    session = botocore.session.Session()
    session.get_credentials = lambda: credentials
    return session


def payload(host: str = "localhost", sasl: SaslMskIam | None = None) -> dict[str, str]:
    said: dict[str, str] = json.loads(msk_iam(sasl or SaslMskIam(), host).start())
    return said


async def test_credentials_get_in(certificates: Certificates) -> None:
    with FakeCluster(brokers=3, listener=listener(tls=certificates.server())) as cluster:
        security = Security(tls=Tls(ca=certificates.ca_pem), sasl=SaslMskIam())
        async with AdminClient(cluster.bootstrap_servers, security=security) as admin:
            await admin.list_groups()
        assert set(cluster.logins) == {KEY}
        assert cluster.rejected == ()


async def test_a_payload_is_what_msk_documents() -> None:
    said = payload("b-1.name.a1b2.c2.kafka.us-east-2.amazonaws.com")
    assert {key for key in said if not key.startswith("x-amz")} == {"version", "host", "user-agent", "action"}
    assert (said["version"], said["action"]) == ("2020_10_22", "kafka-cluster:Connect")
    assert said["x-amz-credential"] == f"{KEY}/{said['x-amz-date'][:8]}/us-east-2/kafka-cluster/aws4_request"
    assert (said["x-amz-expires"], said["x-amz-signedheaders"]) == ("900", "host")
    assert (said["x-amz-algorithm"], said["x-amz-security-token"]) == ("AWS4-HMAC-SHA256", SESSION_TOKEN)


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("boot-a1.c3.kafka-serverless.ap-southeast-2.amazonaws.com", "ap-southeast-2"),
        ("b-2.name.a1.c4.kafka.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("broker.example", REGION),
        ("kafka.us-east-1.amazonaws.com.evil.example", REGION),
    ],
)
async def test_the_region_is_the_brokers_or_what_aws_is_set_up_for(host: str, region: str) -> None:
    assert payload(host)["x-amz-credential"].split("/")[2] == region
    assert payload(host, SaslMskIam("eu-north-1"))["x-amz-credential"].split("/")[2] == "eu-north-1"


def test_another_client_signs_as_we_do(certificates: Certificates, tmp_path: Path) -> None:
    """kafka-python, which signs by itself, gets in; so what FakeCluster verifies isn't just what botocore makes."""
    certificates.write(tmp_path)
    with FakeCluster(brokers=1, listener=listener(tls=certificates.server())) as cluster:
        admin = KafkaAdminClient(
            bootstrap_servers=cluster.bootstrap_servers,
            security_protocol="SASL_SSL",
            sasl_mechanism="AWS_MSK_IAM",
            ssl_cafile=str(tmp_path / "ca.pem"),
        )
        admin.list_topics()
        admin.close()
        assert set(cluster.logins) == {KEY}


TAMPERED: dict[str, Callable[[dict[str, str]], object]] = {
    "unknown key": lambda said: {"x-amz-credential": said["x-amz-credential"].replace(KEY, "AKIDOTHER")},
    "another host": lambda _: {"host": "evil.example"},
    "another region": lambda said: {"x-amz-credential": said["x-amz-credential"].replace(REGION, "us-east-1")},
    "another service": lambda said: {"x-amz-credential": said["x-amz-credential"].replace("kafka-cluster", "sts")},
    "session token": lambda _: {"x-amz-security-token": "another"},
    "signature": lambda _: {"x-amz-signature": "0" * 64},
    "version": lambda _: {"version": "2020_10_23"},
    "too long a life": lambda _: {"x-amz-expires": "901"},
    "no number": lambda _: {"x-amz-expires": "soon"},
    "action": lambda _: {"action": "kafka-cluster:AlterCluster"},
}


@pytest.mark.parametrize("what", TAMPERED)
def test_fakecluster_takes_nothing_but_what_was_signed(what: str) -> None:
    said = payload()
    with FakeCluster(brokers=1, listener=listener()) as cluster, RawClient(cluster, 1) as raw:
        raw.ask(SaslHandshakeRequest(mechanism="AWS_MSK_IAM"), 1)
        token = json.dumps(said | TAMPERED[what](said)).encode()  # type: ignore[operator]
        refused = raw.ask(SaslAuthenticateRequest(auth_bytes=token), 2)
        assert refused.error_code == ErrorCode.SASL_AUTHENTICATION_FAILED
        assert "Access denied" in str(refused.error_message)
        assert cluster.logins == ()


async def test_a_signature_that_is_too_old_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Yesterday(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Yesterday:
            return super().now(tz) - dt.timedelta(days=1)

    monkeypatch.setattr("kafkaadmin.aws.datetime", Yesterday)
    with FakeCluster(brokers=1, listener=listener()) as cluster:
        async with client(cluster, SaslMskIam()) as admin:
            with pytest.raises(AuthenticationError, match="Access denied"):
                await admin.describe_cluster()


async def test_a_refusal_is_told_at_once_with_the_brokers_reason() -> None:
    with FakeCluster(brokers=1, listener=listener(aws_keys={KEY: "another"})) as cluster:
        async with client(cluster, SaslMskIam()) as admin:
            with pytest.raises(AuthenticationError, match=r"127\.0\.0\.1:\d+: SASL AWS_MSK_IAM: \[.*\]: Access denied"):
                await admin.describe_cluster()


async def test_rotated_keys_take_effect_and_sessions_are_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rotated secret of the same key: on renewals, and on new connections. Connections go on meanwhile."""
    events: list[Event] = []
    with FakeCluster(brokers=1, listener=listener(session_life=2.0)) as cluster:
        async with client(cluster, SaslMskIam(), [events.append]) as admin:
            await admin.describe_cluster()
            cluster.set_aws_keys({KEY: "rotated"})
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "rotated")
            while not any(isinstance(event, SessionRenewed) for event in events):
                await admin.describe_cluster()
            async with client(cluster, SaslMskIam()) as another:
                await another.describe_cluster()


async def test_temporary_credentials_are_renewed_before_they_end() -> None:
    """As those of a role: botocore asks for new ones where less than ten minutes are left of them."""
    numbers = count(1)

    def refresh(minutes: int) -> dict[str, str]:
        ends = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
        token = f"token-{next(numbers)}"
        return {"access_key": KEY, "secret_key": SECRET, "token": token, "expiry_time": ends.isoformat()}

    credentials = RefreshableCredentials.create_from_metadata(refresh(5), lambda: refresh(60), "assume-role")
    sasl = SaslMskIam(session=session_with(credentials))
    with FakeCluster(brokers=1, listener=listener()) as cluster:
        async with client(cluster, sasl) as admin:
            await admin.describe_cluster()
    assert payload(sasl=sasl)["x-amz-security-token"] == "token-2"
    assert "token-" not in repr(sasl)


def ended() -> RefreshableCredentials:
    past = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)).isoformat()
    metadata = {"access_key": KEY, "secret_key": SECRET, "token": SESSION_TOKEN, "expiry_time": past}
    return RefreshableCredentials.create_from_metadata(metadata, lambda: metadata, "assume-role")


def forbidden() -> RefreshableCredentials:
    def refuse() -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not authorized"}}, "AssumeRole")

    past = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)).isoformat()
    metadata = {"access_key": KEY, "secret_key": SECRET, "token": SESSION_TOKEN, "expiry_time": past}
    return RefreshableCredentials.create_from_metadata(metadata, refuse, "assume-role")


@pytest.mark.parametrize(
    ("credentials", "why"),
    [(lambda: None, "no AWS credentials are found"), (ended, "still expired"), (forbidden, "AccessDenied")],
)
async def test_credentials_that_can_not_be_had_are_told_as_such(credentials: Any, why: str) -> None:
    session = session_with(credentials())
    with FakeCluster(brokers=1, listener=listener()) as cluster:
        async with client(cluster, SaslMskIam(session=session)) as admin:
            told = rf"127\.0\.0\.1:\d+: SASL AWS_MSK_IAM: .*{why}"
            with pytest.raises(AuthenticationError, match=told) as caught:
                await admin.describe_cluster()
        assert cluster.logins == ()
    with pytest.raises(AuthenticationError, match=why):
        await MskIamToken(REGION, session=session)()
    assert SECRET not in str(caught.value)


async def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(ConfigurationError, match="botocore is set up for none"):
        msk_iam(SaslMskIam(), "broker.example")
    with pytest.raises(AuthenticationError, match="ProfileNotFound"):
        msk_iam(SaslMskIam(profile="nobody-has-this"), "broker.example")
    monkeypatch.setitem(sys.modules, "botocore.session", None)
    with pytest.raises(ConfigurationError, match=r"SaslMskIam needs botocore; .*kafkaadmin\[aws\]"):
        msk_iam(SaslMskIam(), "broker.example")


@pytest.mark.parametrize("region", ["", "evil.example/", "a b"])
def test_a_region_is_no_address(region: str) -> None:
    with pytest.raises(ConfigurationError, match="is no region"):
        SaslMskIam(region)
    with pytest.raises(ConfigurationError, match="a profile"):
        SaslMskIam(profile="one", session=object())


MODULES = "software.amazon.msk.auth.iam"
JAVAS = {
    "AWS_MSK_IAM": (
        f'sasl.jaas.config={MODULES}.IAMLoginModule required awsProfileName="tool" awsDebugCreds="true";\n'
        f"sasl.client.callback.handler.class={MODULES}.IAMClientCallbackHandler\n"
    ),
    "OAUTHBEARER": (
        "sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required "
        'awsProfileName="tool";\n'
        f"sasl.login.callback.handler.class={MODULES}.IAMOAuthBearerLoginCallbackHandler\n"
        f"sasl.client.callback.handler.class={MODULES}.IAMOAuthBearerLoginCallbackHandler\n"
    ),
}


async def test_javas_properties_get_in(tmp_path: Path) -> None:
    """By a profile of the AWS configuration."""
    (tmp_path / "credentials").write_text("[tool]\naws_access_key_id=AKIDTOOL\naws_secret_access_key=hush\n")
    with FakeCluster(brokers=1, listener=listener(aws_keys={"AKIDTOOL": "hush"})) as cluster:
        file = tmp_path / "client.properties"
        file.write_text(
            f"bootstrap.servers={cluster.bootstrap_servers}\nsecurity.protocol=SASL_PLAINTEXT\n"
            f"sasl.mechanism=AWS_MSK_IAM\n{JAVAS['AWS_MSK_IAM']}"
        )
        async with AdminClient.from_properties(file, timeout=20.0) as admin:
            await admin.describe_cluster()
        by_client = len(cluster.logins)

        async def logins() -> int:
            return len(cluster.logins)

        command = [sys.executable, "-m", "kafkaadmin", "demo", "--plain", "--seconds", "60", "--command-config", file]
        async with await anyio.open_process(command) as ran:
            with anyio.fail_after(60):
                while await eventually(logins, lambda seen: seen > by_client) == by_client:
                    pass
            ran.kill()
        assert set(cluster.logins) == {"AKIDTOOL"}


async def test_javas_properties_for_tokens_are_read(tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("[tool]\naws_access_key_id=AKIDTOOL\naws_secret_access_key=hush\n")
    file = tmp_path / "client.properties"
    file.write_text(f"security.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\n{JAVAS['OAUTHBEARER']}")
    sasl = settings_of(file)["security"].sasl
    assert isinstance(sasl, SaslOAuthBearer)
    token = await sasl.token()
    address = base64.urlsafe_b64decode(getattr(token, "value", "") + "==").decode()
    assert address.startswith(f"https://kafka.{REGION}.amazonaws.com/?Action=kafka-cluster%3AConnect&")
    assert "X-Amz-Credential=AKIDTOOL%2F" in address


def test_credentials_are_not_shown() -> None:
    sasl = SaslMskIam("eu-north-1", session=session_with(Credentials(KEY, SECRET, SESSION_TOKEN)))
    assert repr(sasl) == "SaslMskIam(region='eu-north-1', profile=None)"
