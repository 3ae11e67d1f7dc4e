"""A client whose security isn't the listener's is told so at once, not after its deadline."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from kafkaadmin import AdminClient
from kafkaadmin.errors import AuthenticationError
from kafkaadmin.security import SaslPlain, Security, Tls
from kafkaadmin.testing import FakeCluster, SecureListener
from kafkawire import ApiKey
from tests.support.certificates import Certificates

pytestmark = pytest.mark.anyio

LONG = 3600.0
"""A deadline that no test reaches: what is raised before was raised at once."""


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()


async def refusal(cluster: FakeCluster, security: Security | None) -> str:
    async with AdminClient(cluster.bootstrap_servers, security=security, timeout=LONG) as admin:
        with pytest.raises(AuthenticationError) as caught:
            await admin.list_groups()
    return str(caught.value)


async def test_tls_at_a_plaintext_listener(certificates: Certificates) -> None:
    with FakeCluster(brokers=2) as cluster:
        told = await refusal(cluster, Security(tls=Tls(ca=certificates.ca_pem)))
        assert "the listener is a plaintext one" in told
        assert any(cluster.address_of(broker) in told for broker in cluster.brokers)


async def test_a_secret_is_not_sent_in_clear_to_a_plaintext_listener(certificates: Certificates) -> None:
    with FakeCluster(brokers=1) as cluster:
        security = Security(tls=Tls(ca=certificates.ca_pem), sasl=SaslPlain("alice", "hush"))
        assert "plaintext" in await refusal(cluster, security)
        assert {api for _, api in cluster.requests} == {ApiKey.API_VERSIONS}
        assert {request.client_id for request in cluster.log} == {None}


async def test_clear_text_at_a_tls_listener(certificates: Certificates) -> None:
    with FakeCluster(brokers=2, listener=SecureListener(tls=certificates.server())) as cluster:
        assert "the listener speaks TLS" in await refusal(cluster, None)


@pytest.mark.parametrize("encrypted", [False, True], ids=["SASL_PLAINTEXT", "SASL_SSL"])
async def test_no_login_at_a_sasl_listener(certificates: Certificates, encrypted: bool) -> None:
    tls: Any = certificates.server() if encrypted else None
    listener = SecureListener(tls=tls, mechanisms=["PLAIN", "SCRAM-SHA-512"])
    with FakeCluster(brokers=2, listener=listener) as cluster:
        told = await refusal(cluster, Security(tls=Tls(ca=certificates.ca_pem)) if encrypted else None)
        assert "the listener wants SASL (PLAIN, SCRAM-SHA-512)" in told


async def test_a_login_refused_while_one_looks_whether_a_broker_is_back(certificates: Certificates) -> None:
    """Nobody sees the probe's own task group: the call raises what the broker says."""
    listener = SecureListener(mechanisms=["PLAIN"], users={"alice": "hush"})
    security = Security(tls=None, sasl=SaslPlain("alice", "hush"))
    with FakeCluster(brokers=1, listener=listener) as cluster:
        async with AdminClient(cluster.bootstrap_servers, security=security, timeout=LONG) as admin:
            await admin.refresh_coordinators("billing")
            node = admin._cluster._nodes.known()[0]
            cluster.set_password("alice", "changed")
            cluster.drop_connections(1)
            node.down_until = anyio.current_time() + LONG
            assert await admin._cluster._membership._asker.probe(node)
            with pytest.raises(AuthenticationError, match="Invalid username or password"):
                await admin.list_topics()


async def test_a_login_at_a_plaintext_listener() -> None:
    with FakeCluster(brokers=2) as cluster:
        told = await refusal(cluster, Security(tls=None, sasl=SaslPlain("alice", "hush")))
        assert "SASL PLAIN: the listener takes no login (ILLEGAL_SASL_STATE)" in told
