"""Client quotas are set, found and removed, on FakeCluster and on real Kafka."""

from __future__ import annotations

import pytest

from kafkaadmin import (
    AdminClient,
    ClientQuotaEntity,
    ClientQuotaFilter,
    ConfigurationError,
    InvalidRequestError,
    QuotaEntityName,
    UnsupportedVersionError,
)
from kafkaadmin.testing import FakeCluster
from tests.support.eventually import eventually
from tests.support.stage import Stage

pytestmark = pytest.mark.anyio

ANY, DEFAULT = QuotaEntityName.ANY, QuotaEntityName.DEFAULT
RATES = {"producer_byte_rate": 1_000_000.0, "consumer_byte_rate": 2_000_000.0}


Quotas = dict[ClientQuotaEntity, dict[str, float]]


async def found(admin: AdminClient, wanted: ClientQuotaFilter, expected: Quotas) -> None:
    """Expect these to be what a filter matches."""

    async def matched() -> Quotas:
        return {entity: dict(quotas) for entity, quotas in (await admin.describe_client_quotas(wanted)).items()}

    assert await eventually(matched, lambda quotas: quotas == expected) == expected


async def test_quotas_are_set_found_and_removed(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("alice")
    alice, with_app = ClientQuotaEntity(user=name), ClientQuotaEntity(user=name, client_id="app")
    (await admin.alter_client_quotas({alice: RATES, with_app: {"request_percentage": 12.5}})).raise_for_errors()

    of_alice = ClientQuotaFilter(user=name)
    await found(admin, of_alice, {alice: RATES, with_app: {"request_percentage": 12.5}})
    await found(admin, ClientQuotaFilter(user=name, strict=True), {alice: RATES})
    await found(admin, ClientQuotaFilter(user=name, client_id=ANY), {with_app: {"request_percentage": 12.5}})
    await found(admin, ClientQuotaFilter(user=name, client_id=DEFAULT), {})
    everything = await eventually(admin.describe_client_quotas, lambda quotas: {alice, with_app} <= set(quotas))
    assert {alice, with_app} <= set(everything)

    (await admin.alter_client_quotas({alice: {"consumer_byte_rate": None}})).raise_for_errors()
    (await admin.alter_client_quotas({with_app: {"request_percentage": None}})).raise_for_errors()
    await found(admin, of_alice, {alice: {"producer_byte_rate": 1_000_000.0}})
    await admin.alter_client_quotas({alice: {"producer_byte_rate": None}})
    await found(admin, of_alice, {})


async def test_defaults_have_quotas_too(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("app")
    default = ClientQuotaEntity(user=DEFAULT, client_id=name)
    (await admin.alter_client_quotas({default: RATES})).raise_for_errors()
    await found(admin, ClientQuotaFilter(user=DEFAULT, client_id=name), {default: RATES})
    assert str(default) == f"user <default>, client-id {name!r}"
    await admin.alter_client_quotas({default: dict.fromkeys(RATES)})


async def test_addresses_have_quotas_too(admin: AdminClient, stage: Stage) -> None:
    address = ClientQuotaEntity(ip="10.1.2.3")
    (await admin.alter_client_quotas({address: {"connection_creation_rate": 10}})).raise_for_errors()
    await found(admin, ClientQuotaFilter(ip="10.1.2.3"), {address: {"connection_creation_rate": 10.0}})
    await admin.alter_client_quotas({address: {"connection_creation_rate": None}})


async def test_one_bad_quota_spoils_no_other_entity(admin: AdminClient, stage: Stage) -> None:
    alice, bob = ClientQuotaEntity(user=stage.name("alice")), ClientQuotaEntity(user=stage.name("bob"))
    altered = await admin.alter_client_quotas({alice: {"no_such_quota": 1}, bob: RATES})
    assert dict(altered.succeeded) == {bob: None}
    assert isinstance(altered.failed[alice], InvalidRequestError)
    await admin.alter_client_quotas({bob: dict.fromkeys(RATES)})


async def test_a_change_can_be_tried_without_making_it(admin: AdminClient, stage: Stage) -> None:
    alice = ClientQuotaEntity(user=stage.name("alice"))
    (await admin.alter_client_quotas({alice: RATES}, validate_only=True)).raise_for_errors()
    assert alice not in await admin.describe_client_quotas()


async def test_older_brokers_know_of_no_such_quotas() -> None:
    with FakeCluster(brokers=1, versions_of="2.5") as cluster:
        async with AdminClient(cluster.bootstrap_servers) as admin:
            with pytest.raises(UnsupportedVersionError):
                await admin.describe_client_quotas()


@pytest.mark.parametrize("scene", [("fake", "asyncio")], ids=["fake"])
@pytest.mark.parametrize(
    "wrong",
    [
        {ClientQuotaEntity(): RATES},
        {ClientQuotaEntity(user=ANY): RATES},
        {ClientQuotaEntity(user=""): RATES},
        {ClientQuotaEntity(user="alice"): {}},
        {ClientQuotaEntity(user="alice"): {"producer_byte_rate": float("nan")}},
        {"alice": RATES},
    ],
    ids=str,
)
async def test_what_makes_no_sense_is_refused_before_any_request(admin: AdminClient, wrong: object) -> None:
    with pytest.raises(ConfigurationError):
        await admin.alter_client_quotas(wrong)  # type: ignore[arg-type]
