"""Delegation tokens: refused over plaintext by FakeCluster and real Kafka alike; served where FakeCluster allows it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from kafkaadmin import AdminClient, DelegationTokenError, Event, KafkaPrincipal, UnsupportedVersionError
from kafkaadmin.testing import FakeCluster
from tests.support.stage import Stage

pytestmark = pytest.mark.anyio

DELEGATION_TOKEN_NOT_FOUND = 62
DELEGATION_TOKEN_REQUEST_NOT_ALLOWED = 64

ALICE, BOB = KafkaPrincipal(name="alice"), KafkaPrincipal(name="bob")
DAY = timedelta(days=1)


async def test_tokens_are_not_spoken_of_over_plaintext(admin: AdminClient, stage: Stage) -> None:
    calls = [
        lambda: admin.create_delegation_token(renewers=[BOB]),
        lambda: admin.renew_delegation_token(b"secret"),
        lambda: admin.expire_delegation_token(b"secret"),
        admin.describe_delegation_token,
    ]
    for call in calls:
        with pytest.raises(DelegationTokenError) as refused:
            await call()
        assert refused.value.code == DELEGATION_TOKEN_REQUEST_NOT_ALLOWED


class TestWhereTheyAreServed:
    @pytest.fixture(params=["asyncio", "trio"])
    def anyio_backend(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.fixture
    def cluster(self) -> Iterator[FakeCluster]:
        with FakeCluster(brokers=3) as cluster:
            cluster.allow_delegation_tokens()
            yield cluster

    @pytest.fixture
    async def admin(self, cluster: FakeCluster) -> AsyncIterator[AdminClient]:
        async with AdminClient(cluster.bootstrap_servers) as admin:
            yield admin

    async def test_a_token_is_made_found_renewed_and_ended(self, admin: AdminClient) -> None:
        token = await admin.create_delegation_token(owner=ALICE, renewers=BOB, max_lifetime=3 * DAY)
        assert (token.owner, token.renewers) == (ALICE, (BOB,))
        assert token.requester == KafkaPrincipal(name="ANONYMOUS")
        assert token.renewable_until - token.issued_at == 3 * DAY
        assert await admin.describe_delegation_token(owners=ALICE) == (token,)
        assert await admin.describe_delegation_token() == (token,)
        assert await admin.describe_delegation_token(owners=[BOB]) == ()

        renewed = await admin.renew_delegation_token(token, period=2 * DAY)
        assert renewed.expires_at is not None
        assert renewed.expires_at > token.expires_at
        sooner = await admin.expire_delegation_token(token.hmac, period=DAY)
        assert sooner.expires_at is not None
        assert sooner.expires_at < renewed.expires_at

        ended = await admin.expire_delegation_token(token)
        assert not ended.ambiguous
        assert await admin.describe_delegation_token() == ()
        with pytest.raises(DelegationTokenError) as gone:
            await admin.renew_delegation_token(token)
        assert gone.value.code == DELEGATION_TOKEN_NOT_FOUND

    async def test_the_secret_is_told_to_nobody(self, cluster: FakeCluster, caplog: pytest.LogCaptureFixture) -> None:
        events: list[Event] = []
        caplog.set_level(logging.DEBUG)
        async with AdminClient(cluster.bootstrap_servers, observers=[events.append]) as admin:
            token = await admin.create_delegation_token()
            await admin.renew_delegation_token(token)
            await admin.expire_delegation_token(token)
            with pytest.raises(DelegationTokenError) as gone:
                await admin.renew_delegation_token(token)
        told = f"{token!r} {events!r} {gone.value!r} {cluster.log!r} {caplog.text}"
        assert token.token_id in told
        for secret in (repr(token.hmac)[2:-1], token.hmac.hex(), token.hmac_as_base64):
            assert secret not in told

    async def test_tokens_for_others_need_brokers_that_know_of_it(self) -> None:
        with FakeCluster(brokers=1, versions_of="2.8") as cluster:
            cluster.allow_delegation_tokens()
            async with AdminClient(cluster.bootstrap_servers) as admin:
                with pytest.raises(UnsupportedVersionError):
                    await admin.create_delegation_token(owner=ALICE)
                token = await admin.create_delegation_token()
                assert token.requester is None
