"""Brokers that can't be connected to as they say: through SOCKS5 and HTTP proxies, and at translated addresses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kafkaadmin import AdminClient
from kafkaadmin.config import Address
from kafkaadmin.errors import AuthenticationError, ConfigurationError, OperationTimeoutError
from kafkaadmin.security import SaslScram, Security, Tls
from kafkaadmin.testing import FakeCluster, SecureListener
from tests.support.certificates import Certificates
from tests.support.forward_proxy import ForwardProxy

pytestmark = pytest.mark.anyio

KINDS = ["socks5", "http"]


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with FakeCluster(brokers=2) as cluster:
        yield cluster


@pytest.mark.parametrize("kind", KINDS)
async def test_a_proxy_brings_us_to_every_broker(cluster: FakeCluster, kind: str) -> None:
    with ForwardProxy() as proxy:
        async with AdminClient(cluster.bootstrap_servers, proxy=f"{kind}://{proxy.address}") as admin:
            await admin.list_groups()
        assert set(proxy.asked) == {cluster.address_of(broker) for broker in cluster.brokers}


@pytest.mark.parametrize("kind", KINDS)
async def test_names_are_the_proxys_to_resolve_and_tls_checks_them(certificates: Certificates, kind: str) -> None:
    listener = SecureListener(
        tls=certificates.server("kafka.invalid"), mechanisms=["SCRAM-SHA-512"], users={"alice": "hush"}
    )
    with FakeCluster(brokers=1, listener=listener) as cluster:
        host, _, port = cluster.address_of(1).rpartition(":")
        cluster.advertise(1, "kafka.invalid:9093")
        with ForwardProxy(login=("me", "p:w"), routes={"kafka.invalid": (host, int(port))}) as proxy:
            security = Security(tls=Tls(ca=certificates.ca_pem), sasl=SaslScram("alice", "hush"))
            url = f"{kind}://me:p%3Aw@{proxy.address}"
            async with AdminClient("kafka.invalid:9093", security=security, proxy=url) as admin:
                await admin.list_groups()
                assert "p:w" not in repr(admin._config)
            assert set(proxy.asked) == {"kafka.invalid:9093"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("login", ["", "me:wrong@"], ids=["none", "wrong"])
async def test_a_login_that_the_proxy_refuses_is_told_at_once(cluster: FakeCluster, kind: str, login: str) -> None:
    with ForwardProxy(login=("me", "right")) as proxy:
        async with AdminClient(
            cluster.bootstrap_servers, proxy=f"{kind}://{login}{proxy.address}", timeout=3600.0
        ) as admin:
            with pytest.raises(
                AuthenticationError, match=rf"proxy {kind}://127\.0\.0\.1:\d+: it (wants|refuses)"
            ) as told:
                await admin.list_groups()
        assert "wrong" not in str(told.value)
        assert proxy.asked == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_broker_that_the_proxy_can_not_reach_is_tried_again(cluster: FakeCluster, kind: str) -> None:
    cluster.stop_broker(1)
    with ForwardProxy() as proxy:
        async with AdminClient(cluster.address_of(1), proxy=f"{kind}://{proxy.address}", timeout=0.5) as admin:
            with pytest.raises(OperationTimeoutError, match="proxy"):
                await admin.list_groups()
        assert len(proxy.asked) > 1


async def test_addresses_are_translated_and_certificates_checked_for_the_brokers_own(
    certificates: Certificates,
) -> None:
    listener = SecureListener(tls=certificates.server("kafka.invalid"))
    with FakeCluster(brokers=1, listener=listener) as cluster:
        real = cluster.address_of(1).rpartition(":")
        cluster.advertise(1, "kafka.invalid:9093")

        def translate(address: Address) -> tuple[str, int]:
            assert address == Address("kafka.invalid", 9093)
            return real[0], int(real[2])

        security = Security(tls=Tls(ca=certificates.ca_pem))
        async with AdminClient("kafka.invalid:9093", security=security, translate_address=translate) as admin:
            await admin.list_groups()


@pytest.mark.parametrize("url", ["socks4://h:1", "http://h", "h:1", "http://h:99999", "http://h:1/path", "http://:1"])
def test_a_proxy_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="proxy"):
        AdminClient("localhost:9092", proxy=url)
