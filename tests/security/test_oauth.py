"""Bearer tokens: read from a file, fetched from a server of the test's own, kept while they are fresh."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from kafkaadmin import AdminClient, AuthenticationError, ConfigurationError, ConnectError, SaslOAuthBearer, Security
from kafkaadmin.oauth import ClientCredentials, TokenFile
from kafkaadmin.testing import FakeCluster, SecureListener
from tests.support.token_server import TokenServer

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with TokenServer() as server:
        yield server


async def test_a_token_is_fetched_with_id_and_secret_and_kept_while_it_is_fresh(server: TokenServer) -> None:
    server.says(access_token="abc", expires_in=3600)
    provider = ClientCredentials(server.url, "me", "hush", scope="kafka", extensions={"pool": "p1"})
    assert (await provider()).value == "abc"
    assert (await provider()).extensions == {"pool": "p1"}
    basic = base64.b64encode(b"me:hush").decode()
    assert server.asked == [(f"Basic {basic}", "grant_type=client_credentials&scope=kafka")]


async def test_a_token_that_is_hardly_fresh_is_fetched_again(server: TokenServer) -> None:
    provider = ClientCredentials(server.url, "me", "hush")
    server.says(access_token="one", expires_in=0)
    assert (await provider()).value == "one"
    server.says(access_token="two")
    assert (await provider()).value == "two"
    server.says(access_token="three", expires_in="soon")
    assert (await provider()).value == "three"


async def test_a_refusal_is_told_in_the_servers_words_and_without_the_secret(server: TokenServer) -> None:
    server.status = 401
    server.says(error="invalid_client", error_description="no such client")
    with pytest.raises(AuthenticationError, match=r"/token: no token: 401 Unauthorized \(no such client\)") as caught:
        await ClientCredentials(server.url, "me", "hush")()
    assert "hush" not in f"{caught.value!r}"


async def test_a_token_that_is_refused_is_told_with_the_broker_that_it_was_for(server: TokenServer) -> None:
    server.status = 401
    server.says(error="invalid_client")
    sasl = SaslOAuthBearer(ClientCredentials(server.url, "me", "hush"))
    with FakeCluster(brokers=1, listener=SecureListener(mechanisms=["OAUTHBEARER"])) as cluster:
        security = Security(tls=None, sasl=sasl)
        async with AdminClient(cluster.bootstrap_servers, security=security, timeout=3600.0) as admin:
            with pytest.raises(AuthenticationError, match=rf"^{cluster.bootstrap_servers}: SASL OAUTHBEARER: .*401"):
                await admin.describe_cluster()


async def test_a_redirect_is_not_followed(server: TokenServer) -> None:
    server.status, server.headers = 302, {"Location": server.url + "/elsewhere"}
    with pytest.raises(AuthenticationError, match="302"):
        await ClientCredentials(server.url, "me", "hush")()
    assert len(server.asked) == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"access_token": 1}', b'{"access_token": ""}', b"\xff"])
async def test_an_answer_without_a_token_is_a_failure(server: TokenServer, body: bytes) -> None:
    server.body = body
    with pytest.raises(AuthenticationError, match="no access_token"):
        await ClientCredentials(server.url, "me", "hush")()


async def test_a_server_in_trouble_may_be_asked_again(server: TokenServer) -> None:
    server.status = 503
    with pytest.raises(ConnectError, match="503"):
        await ClientCredentials(server.url, "me", "hush")()


async def test_a_server_that_is_not_there_may_be_asked_again(server: TokenServer) -> None:
    url = server.url.replace("127.0.0.1", "127.0.0.2")
    with pytest.raises(ConnectError, match="refused"):
        await ClientCredentials(url, "me", "hush")()


def test_an_address_of_another_kind_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigurationError, match="file:"):
        ClientCredentials("file:///etc/passwd", "me", "hush")


async def test_a_token_is_read_from_its_file_each_time(tmp_path: Path) -> None:
    provider = TokenFile(tmp_path / "token")
    for value in ("one", "two"):
        await anyio.Path(tmp_path / "token").write_text(f"{value}\n")
        assert (await provider()).value == value


async def test_a_token_file_that_is_not_there_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        await TokenFile(tmp_path / "nowhere")()


def test_no_secret_is_shown() -> None:
    assert "hush" not in repr(ClientCredentials("https://idp.example/token", "me", "hush"))
