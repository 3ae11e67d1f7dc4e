"""Tokens for Amazon MSK, held against botocore's own signer; nobody is asked for them."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit

import botocore.session
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from kafkaadmin import AdminClient
from kafkaadmin.aws import MskIamToken
from kafkaadmin.errors import AuthenticationError, ConfigurationError
from kafkaadmin.security import OAuthToken, SaslOAuthBearer, Security
from kafkaadmin.testing import FakeCluster, SecureListener

pytestmark = pytest.mark.anyio

KEY, SECRET, SESSION_TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI-secret", "session+token/=="


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def session_with(credentials: Credentials | None) -> Any:
    session = botocore.session.Session()
    session.get_credentials = lambda: credentials
    return session


def provider() -> MskIamToken:
    return MskIamToken("eu-central-1", session=session_with(Credentials(KEY, SECRET, SESSION_TOKEN)))


def address_in(token: str) -> str:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()


class _At(SigV4QueryAuth):
    """Botocore's signer, at the time that a token was signed at."""

    def __init__(self, credentials: Any, moment: str) -> None:
        super().__init__(credentials, "kafka-cluster", "eu-central-1", expires=900)
        self.moment = moment

    def _modify_request_before_signing(self, request: Any) -> None:
        request.context["timestamp"] = self.moment
        super()._modify_request_before_signing(request)


async def test_a_token_is_what_msk_documents_and_botocore_signs() -> None:
    address = address_in((await provider()()).value)
    said = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith("https://kafka.eu-central-1.amazonaws.com/?Action=kafka-cluster%3AConnect&")
    assert said["X-Amz-Credential"].startswith(f"{KEY}/{said['X-Amz-Date'][:8]}/eu-central-1/kafka-cluster/")
    assert (said["X-Amz-Expires"], said["X-Amz-Security-Token"]) == ("900", SESSION_TOKEN)
    assert said["X-Amz-SignedHeaders"] == "host"
    request = AWSRequest("GET", "https://kafka.eu-central-1.amazonaws.com/?Action=kafka-cluster%3AConnect")
    _At(Credentials(KEY, SECRET, SESSION_TOKEN).get_frozen_credentials(), said["X-Amz-Date"]).add_auth(request)
    assert parse_qs(urlsplit(request.url).query)["X-Amz-Signature"] == [said["X-Amz-Signature"]]
    assert SECRET not in address


async def test_a_token_gets_in_and_each_connection_has_its_own() -> None:
    made: list[str] = []
    with FakeCluster(brokers=2, listener=SecureListener(mechanisms=["OAUTHBEARER"])) as cluster:
        sign = provider()

        async def token() -> OAuthToken:
            signed = await sign()
            made.append(signed.value)
            cluster.set_tokens(*made)
            return signed

        security = Security(tls=None, sasl=SaslOAuthBearer(token))
        async with AdminClient(cluster.bootstrap_servers, security=security) as admin:
            await admin.list_groups()
        assert len(made) == sum(cluster.connections_opened.values())


async def test_no_credentials_are_told_as_such() -> None:
    with pytest.raises(AuthenticationError, match="no AWS credentials"):
        await MskIamToken("eu-central-1", session=session_with(None))()
    with pytest.raises(AuthenticationError, match="ProfileNotFound"):
        await MskIamToken("eu-central-1", profile="nobody-has-this")()
    assert SECRET not in repr(provider())


@pytest.mark.parametrize("region", ["", "evil.example/", "a b"])
def test_a_region_is_no_address(region: str) -> None:
    with pytest.raises(ConfigurationError, match="is no region"):
        MskIamToken(region)
