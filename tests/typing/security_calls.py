"""What users' type checkers infer of ACLs, users and quotas. Checked by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_type

from kafkaadmin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclResourceType,
    AdminClient,
    AlteredUserScramCredentials,
    BatchResult,
    ClientQuotaEntity,
    ClientQuotaFilter,
    DeletedAcls,
    QuotaEntityName,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)


async def acls(admin: AdminClient) -> None:
    acl = AclBinding(
        resource_type=AclResourceType.TOPIC, resource_name="a", principal="User:alice", operation=AclOperation.READ
    )
    assert_type(await admin.describe_acls(), tuple[AclBinding, ...])
    assert_type(await admin.create_acls([acl]), BatchResult[AclBinding, None])
    deleted = await admin.delete_acls(AclBindingFilter.of(acl))
    assert_type(deleted, BatchResult[AclBindingFilter, DeletedAcls])
    assert_type(deleted[AclBindingFilter.of(acl)].acls, BatchResult[AclBinding, None])


async def users(admin: AdminClient) -> None:
    described = await admin.describe_user_scram_credentials("alice")
    assert_type(described, BatchResult[str, tuple[ScramCredentialInfo, ...]])
    altered = await admin.alter_user_scram_credentials(
        [
            UserScramCredentialUpsertion(user="alice", mechanism=ScramMechanism.SCRAM_SHA_256, password="secret"),
            UserScramCredentialDeletion(user="bob", mechanism=ScramMechanism.SCRAM_SHA_512),
        ]
    )
    assert_type(altered, BatchResult[str, AlteredUserScramCredentials])


async def quotas(admin: AdminClient) -> None:
    filter = ClientQuotaFilter(user="alice", client_id=QuotaEntityName.ANY)
    assert_type(await admin.describe_client_quotas(filter), Mapping[ClientQuotaEntity, Mapping[str, float]])
    alice = ClientQuotaEntity(user="alice", client_id=QuotaEntityName.DEFAULT)
    altered = await admin.alter_client_quotas({alice: {"producer_byte_rate": 1000, "request_percentage": None}})
    assert_type(altered, BatchResult[ClientQuotaEntity, None])
