"""Real Kafka with an authorizer: who is denied something is told the operation and the resource, in every area."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import anyio
import pytest

from kafkaadmin import (
    AbortTransactionSpec,
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclResourceType,
    AdminClient,
    AuthorizationError,
    ClientQuotaEntity,
    ConfigResource,
    NewTopic,
    OffsetSpec,
    SaslPlain,
    Security,
    TopicPartition,
    TopicPartitionReplica,
    UserScramCredentialDeletion,
)
from kafkaadmin.models.scram import ScramMechanism
from tests.support.certificates import Certificates
from tests.support.eventually import eventually
from tests.support.kafka.secured import PLAIN_PASSWORD, PLAIN_USER, Listener, SecuredKafka

pytestmark = [pytest.mark.anyio, pytest.mark.real_kafka]

ORDERS, GROUP, PAY = "orders", "billing", "pay"
ORDERS_0 = TopicPartition(ORDERS, 0)
CONFIGS = ConfigResource.topic(ORDERS)
ALICE = ClientQuotaEntity(user="alice")
REPLICA = TopicPartitionReplica(ORDERS, 0, 1)
MECHANISM = ScramMechanism.SCRAM_SHA_256
ACL = AclBinding(
    resource_type=AclResourceType.TOPIC, resource_name=ORDERS, principal="User:bob", operation=AclOperation.READ
)
AUTHORIZER = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    # Who comes by the harness's own listeners, the brokers among them, comes without a name.
    "super.users": "User:ANONYMOUS",
    "allow.everyone.if.no.acl.found": "false",
}


@pytest.fixture(params=["asyncio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    directory = tmp_path_factory.mktemp("authorized")
    with SecuredKafka(directory, certificates=Certificates(), extra=AUTHORIZER) as kafka:
        anyio.run(set_stage, kafka)
        yield kafka


async def set_stage(kafka: SecuredKafka) -> None:
    async with AdminClient(kafka.bootstrap()) as root:
        (await root.create_topics(NewTopic(ORDERS, partitions=1, replication_factor=1))).raise_for_errors()
        (await root.alter_consumer_group_offsets(GROUP, {ORDERS_0: 0})).raise_for_errors()
        (await root.fence_producers(PAY)).raise_for_errors()


def nobody(kafka: SecuredKafka) -> AdminClient:
    """A client of a user who may do nothing."""
    security = Security(tls=None, sasl=SaslPlain(PLAIN_USER, PLAIN_PASSWORD))
    return AdminClient(kafka.secured(Listener.SASL_PLAINTEXT), security=security)


Do = Callable[[AdminClient], Awaitable[Any]]

# fmt: off
DENIED: dict[str, tuple[Do, str]] = {
    "describe_topics": (lambda admin: admin.describe_topics(ORDERS), "DESCRIBE on topic 'orders'"),
    "create_topics": (lambda admin: admin.create_topics(NewTopic("new", partitions=1)), "CREATE on topic 'new'"),
    "create_partitions": (lambda admin: admin.create_partitions({ORDERS: 3}), "ALTER on topic 'orders'"),
    "list_offsets": (lambda admin: admin.list_offsets(ORDERS_0, OffsetSpec.latest()), "DESCRIBE on topic 'orders'"),
    "delete_records": (lambda admin: admin.delete_records({ORDERS_0: 0}), "DESCRIBE on topic 'orders'"),
    "describe_configs": (lambda admin: admin.describe_configs(CONFIGS), "DESCRIBE_CONFIGS on topic 'orders'"),
    "incremental_alter_configs": (
        lambda admin: admin.incremental_alter_configs({CONFIGS: {"retention.ms": "5"}}),
        "ALTER_CONFIGS on topic 'orders'"),
    "describe_groups": (lambda admin: admin.describe_groups(GROUP), "DESCRIBE on group 'billing'"),
    "delete_consumer_groups": (lambda admin: admin.delete_consumer_groups(GROUP), "DESCRIBE on group 'billing'"),
    "list_consumer_group_offsets": (
        lambda admin: admin.list_consumer_group_offsets(GROUP), "DESCRIBE on group 'billing'"),
    "describe_log_dirs": (lambda admin: admin.describe_log_dirs(1), "DESCRIBE on the cluster"),
    "alter_replica_log_dirs": (
        lambda admin: admin.alter_replica_log_dirs({REPLICA: "/data"}), "ALTER on the cluster"),
    "elect_leaders": (lambda admin: admin.elect_leaders(ORDERS_0), "ALTER on the cluster"),
    "alter_partition_reassignments": (
        lambda admin: admin.alter_partition_reassignments({ORDERS_0: [1]}), "ALTER on the cluster"),
    "describe_metadata_quorum": (lambda admin: admin.describe_metadata_quorum(), "DESCRIBE on the cluster"),
    "update_features": (lambda admin: admin.update_features({"kraft.version": 1}), "ALTER on the cluster"),
    "describe_acls": (lambda admin: admin.describe_acls(), "DESCRIBE on the cluster"),
    "create_acls": (lambda admin: admin.create_acls(ACL), "ALTER on the cluster"),
    "describe_client_quotas": (lambda admin: admin.describe_client_quotas(), "DESCRIBE_CONFIGS on the cluster"),
    "alter_client_quotas": (
        lambda admin: admin.alter_client_quotas({ALICE: {"producer_byte_rate": 1}}), "ALTER_CONFIGS on the cluster"),
    # Of a named user: asked about all, Kafka 4.4.0 trips over its refusal, and never answers.
    "describe_user_scram_credentials": (
        lambda admin: admin.describe_user_scram_credentials("alice"), "DESCRIBE on the cluster"),
    "alter_user_scram_credentials": (
        lambda admin: admin.alter_user_scram_credentials(
            UserScramCredentialDeletion(user="alice", mechanism=MECHANISM)),
        "ALTER on the cluster"),
    "describe_transactions": (
        lambda admin: admin.describe_transactions(PAY), "DESCRIBE on transactional id 'pay'"),
    "describe_producers": (lambda admin: admin.describe_producers(ORDERS_0), "DESCRIBE on topic 'orders'"),
}
# fmt: on


@pytest.mark.parametrize("call", DENIED)
async def test_what_was_denied_is_told(kafka: SecuredKafka, call: str) -> None:
    do, denied = DENIED[call]
    async with nobody(kafka) as admin:
        error = await denial(do, admin)
    assert str(error).endswith(f"; denied: {denied}")
    assert denied.startswith(f"{error.operation.name if error.operation is not None else None} on ")


async def denial(do: Do, admin: AdminClient) -> AuthorizationError:
    """What is told when it is done."""
    try:
        result = await do(admin)
        if hasattr(result, "raise_for_errors"):
            result.raise_for_errors()
    except AuthorizationError as error:
        return error
    raise AssertionError("nothing was denied")


MORE: dict[str, tuple[Do, AclResourceType, str, AclOperation]] = {
    "fence_producers": (
        lambda admin: admin.fence_producers(PAY, transaction_timeout=timedelta(seconds=5)),
        AclResourceType.TRANSACTIONAL_ID,
        PAY,
        AclOperation.WRITE,
    ),
    "delete_consumer_groups": (
        lambda admin: admin.delete_consumer_groups(GROUP),
        AclResourceType.GROUP,
        GROUP,
        AclOperation.DELETE,
    ),
    "describe_producers": (
        lambda admin: admin.describe_producers(ORDERS_0),
        AclResourceType.TOPIC,
        ORDERS,
        AclOperation.READ,
    ),
    "abort_transaction": (
        lambda admin: admin.abort_transaction(
            AbortTransactionSpec(partition=ORDERS_0, producer_id=1, producer_epoch=0)
        ),
        AclResourceType.TOPIC,
        ORDERS,
        AclOperation.ALTER,
    ),
}


async def test_what_is_needed_besides_describing_is_told_once_that_is_allowed(kafka: SecuredKafka) -> None:
    described = [
        AclBinding(
            resource_type=kind, resource_name=name, principal=f"User:{PLAIN_USER}", operation=AclOperation.DESCRIBE
        )
        for _, kind, name, _ in MORE.values()
    ]
    async with AdminClient(kafka.bootstrap()) as root, nobody(kafka) as admin:
        (await root.create_acls(set(described))).raise_for_errors()
        try:
            for do, kind, name, operation in MORE.values():

                async def needed(do: Do = do) -> AuthorizationError:
                    return await denial(do, admin)

                error = await eventually(needed, lambda error: error.operation is not AclOperation.DESCRIBE)
                assert error.operation is operation
                if error.resource_type is not AclResourceType.CLUSTER:
                    assert (error.resource_type, error.resource_name) == (kind, name)
        finally:
            # The other tests are of a user who may do nothing, and come in any order.
            theirs = AclBindingFilter(principal=f"User:{PLAIN_USER}")
            (await root.delete_acls(theirs)).raise_for_errors()
            assert await eventually(lambda: root.describe_acls(theirs), lambda acls: not acls) == ()
