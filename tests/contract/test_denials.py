"""Who is denied something is told what: the operation and the resource, by every call, on a secured FakeCluster."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from kafkaadmin import (
    AclOperation,
    AclResourceType,
    AdminClient,
    AuthorizationError,
    KafkaAdminError,
    PartialFailureError,
    SaslPlain,
    Security,
    TopicPartition,
)
from kafkaadmin.errors import CLUSTER_NAME, broker_error
from kafkaadmin.needed_acls import NEEDED_ACLS
from kafkaadmin.testing import FakeCluster, Fault, SecureListener
from kafkawire import ApiKey
from tests.support.matrix.calls import CALLS, Call, To
from tests.support.writes import Play, set_stage

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio"])]

CODES = {
    AclResourceType.TOPIC: 29,
    AclResourceType.GROUP: 30,
    AclResourceType.CLUSTER: 31,
    AclResourceType.TRANSACTIONAL_ID: 53,
    AclResourceType.DELEGATION_TOKEN: 65,
}
NEVER_DENIED = {
    ApiKey.LIST_GROUPS: {AclResourceType.GROUP},
    ApiKey.LIST_TRANSACTIONS: {AclResourceType.TRANSACTIONAL_ID, AclResourceType.TOPIC},
    ApiKey.METADATA: set(AclResourceType),
    ApiKey.FIND_COORDINATOR: {AclResourceType.TRANSACTIONAL_ID, AclResourceType.CLUSTER},
    ApiKey.DESCRIBE_CONFIGS: {AclResourceType.GROUP},
    ApiKey.INCREMENTAL_ALTER_CONFIGS: {AclResourceType.GROUP},
}
"""What the matrix's calls aren't about, or what is left out of lists rather than refused."""


def denials() -> Iterator[object]:
    for call in CALLS:
        needed = NEEDED_ACLS.get(call.api, {}).keys() - NEVER_DENIED.get(call.api, set())
        for resource in sorted(CODES.keys() & needed):
            if call.call != "send":
                yield pytest.param(call, resource, id=f"{call}-{resource.name}")


@pytest.mark.parametrize(("call", "resource"), list(denials()))
async def test_what_was_denied_is_told(call: Call, resource: AclResourceType) -> None:
    listener = SecureListener(mechanisms=("PLAIN",), users={"alice": "secret"})
    with FakeCluster(brokers=3, listener=listener) as cluster:
        set_stage(cluster)
        cluster.inject(Fault(api=call.api, error=CODES[resource], count=None))
        told = {"hanging": 1, "orders": UUID(int=5), "token": b"hmac", "voter": next(iter(cluster.voters().values()))}
        security = Security(tls=None, sasl=SaslPlain("alice", "secret"))
        async with AdminClient(cluster.bootstrap_servers, security=security, timeout=20) as admin:
            denied = await denial(call, admin, Play(cluster, told))
        assert denied.resource_name in names(call, resource, cluster)
    assert denied.operation is NEEDED_ACLS[call.api][resource]
    assert denied.resource_type is resource
    assert f"denied: {denied.operation.name} on " in str(denied)


def names(call: Call, resource: AclResourceType, cluster: FakeCluster) -> set[str | None]:
    """What the resource may be called. None of a group's topics is named, nor one that goes by its id."""
    if resource is AclResourceType.TOPIC:
        return {*cluster.topics(), "new", *([None] if call.to is To.COORDINATOR or call.note == "by-id" else [])}
    if resource is AclResourceType.GROUP:
        return set(cluster.groups())
    return {{AclResourceType.CLUSTER: CLUSTER_NAME, AclResourceType.TRANSACTIONAL_ID: "pay"}.get(resource)}


async def denial(call: Call, admin: AdminClient, play: Play) -> AuthorizationError:
    """What is told when the call is made, wherever it stands."""
    try:
        call.look(await call.do(admin, play))
    except AuthorizationError as error:
        return error
    except PartialFailureError as error:
        first: KafkaAdminError = next(iter(error.failures.values()))
        assert isinstance(first, AuthorizationError)
        return first
    raise AssertionError("nothing was denied")


async def test_what_kafka_does_not_say_is_not_guessed() -> None:
    unknown = broker_error(29, context="send")
    assert isinstance(unknown, AuthorizationError)
    assert (unknown.operation, unknown.resource_name) == (None, None)
    assert str(unknown) == "send: TOPIC_AUTHORIZATION_FAILED (29); denied: the operation on a topic"


@pytest.mark.parametrize("group_denied", [True, False])
async def test_a_lookup_that_is_denied_says_what_it_needs(group_denied: bool) -> None:
    with FakeCluster(brokers=3) as cluster:
        cluster.add_topic("orders")
        api, code = (ApiKey.FIND_COORDINATOR, 30) if group_denied else (ApiKey.METADATA, 29)
        cluster.inject(Fault(api=api, error=code, keys=frozenset({"billing", "orders"}), count=None))
        orders = TopicPartition("orders", 0)
        async with AdminClient(cluster.bootstrap_servers) as admin:
            failed: list[KafkaAdminError] = []
            if group_denied:
                failed += (await admin.alter_consumer_group_offsets("billing", {orders: 1})).failed.values()
            else:
                failed += (await admin.delete_records({orders: 1})).failed.values()
    (found,) = failed
    assert isinstance(found, AuthorizationError)
    assert found.operation is AclOperation.DESCRIBE
    assert found.resource_name == ("billing" if group_denied else "orders")
