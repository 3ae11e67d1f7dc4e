"""ACLs are made, found and removed, on FakeCluster and on real Kafka."""

from __future__ import annotations

import pytest

from kafkaadmin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPatternType,
    AclPermissionType,
    AclResourceType,
    AdminClient,
    ConfigurationError,
    InvalidRequestError,
    UnsupportedVersionError,
)
from kafkaadmin.testing import FakeCluster
from tests.support.eventually import eventually
from tests.support.stage import Stage

pytestmark = pytest.mark.anyio

ALICE, BOB = "User:alice", "User:bob"


def topic(name: str, principal: str = ALICE, operation: AclOperation = AclOperation.READ, **more: object) -> AclBinding:
    return AclBinding(
        resource_type=AclResourceType.TOPIC,
        resource_name=name,
        principal=principal,
        operation=operation,
        **more,  # type: ignore[arg-type]
    )


async def found(admin: AdminClient, wanted: AclBindingFilter, acls: set[AclBinding]) -> None:
    """Expect these to be what a filter matches."""

    async def matched() -> set[AclBinding]:
        return set(await admin.describe_acls(wanted))

    assert await eventually(matched, lambda told: told == acls) == acls


async def test_acls_are_made_found_and_removed(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("orders")
    read = topic(name)
    denied = topic(name, BOB, AclOperation.WRITE, permission=AclPermissionType.DENY, host="10.0.0.1")
    assert dict(await admin.create_acls([read, denied])) == {read: None, denied: None}
    assert dict(await admin.create_acls(read)) == {read: None}

    of_topic = AclBindingFilter(resource_type=AclResourceType.TOPIC, resource_name=name)
    await found(admin, of_topic, {read, denied})
    await found(admin, AclBindingFilter(resource_name=name, principal=BOB), {denied})
    await found(admin, AclBindingFilter(resource_name=name, operation=AclOperation.READ), {read})

    only_read = AclBindingFilter.of(read)
    removed = await admin.delete_acls([only_read, of_topic])
    assert not removed.failed
    gone = [acl for each in removed.values() for acl in each.acls.succeeded]
    assert set(gone) == {read, denied}
    assert not any(each.ambiguous for each in removed.values())
    await found(admin, of_topic, set())
    assert dict((await admin.delete_acls(only_read))[only_read].acls) == {}


async def test_a_filter_that_matches_finds_wildcards_and_prefixes(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("orders")
    prefixed = topic(name[:-2], pattern_type=AclPatternType.PREFIXED)
    literal = topic(name)
    (await admin.create_acls([prefixed, literal])).raise_for_errors()
    matching = AclBindingFilter(
        resource_type=AclResourceType.TOPIC, resource_name=name, pattern_type=AclPatternType.MATCH, principal=ALICE
    )
    await found(admin, matching, {prefixed, literal})
    await found(admin, AclBindingFilter(resource_name=name), {literal})
    (await admin.delete_acls([AclBindingFilter.of(prefixed), AclBindingFilter.of(literal)])).raise_for_errors()


async def test_one_bad_acl_spoils_no_other(admin: AdminClient, stage: Stage) -> None:
    good = topic(stage.name("orders"))
    bad = AclBinding(
        resource_type=AclResourceType.CLUSTER,
        resource_name=stage.name("cluster"),
        principal=ALICE,
        operation=AclOperation.ALTER,
    )
    result = await admin.create_acls([bad, good])
    assert dict(result.succeeded) == {good: None}
    assert isinstance(result.failed[bad], InvalidRequestError)
    assert "create_acls: ACL ALLOW User:alice from * to ALTER CLUSTER 'cluster-" in str(result.failed[bad])
    await admin.delete_acls(AclBindingFilter.of(good))


async def test_acls_of_users_need_brokers_that_know_of_them(admin: AdminClient, stage: Stage) -> None:
    name = stage.name("alice")
    acl = AclBinding(
        resource_type=AclResourceType.USER,
        resource_name=f"User:{name}",
        principal=BOB,
        operation=AclOperation.CREATE_TOKENS,
    )
    created = await admin.create_acls(acl)
    if stage.release < (3, 3):
        assert isinstance(created.failed[acl], UnsupportedVersionError)
        return
    created.raise_for_errors()
    await found(admin, AclBindingFilter(resource_name=f"User:{name}"), {acl})
    await admin.delete_acls(AclBindingFilter.of(acl))


@pytest.mark.parametrize("scene", [("fake", "asyncio")], ids=["fake"])
class TestArguments:
    @pytest.mark.parametrize(
        "wrong",
        [
            topic("a", pattern_type=AclPatternType.MATCH),
            topic("a", operation=AclOperation.ANY),
            topic("a", operation=AclOperation.UNKNOWN),
            topic("a", permission=AclPermissionType.ANY),
            topic(""),
            topic("a", principal="alice"),
            "User:alice",
        ],
        ids=repr,
    )
    async def test_what_can_be_no_acl_is_refused_before_any_request(
        self, admin: AdminClient, wrong: AclBinding
    ) -> None:
        with pytest.raises(ConfigurationError):
            await admin.create_acls(wrong)

    async def test_a_filter_can_not_be_of_an_unknown_kind(self, admin: AdminClient) -> None:
        with pytest.raises(ConfigurationError, match="operation can't be UNKNOWN"):
            await admin.describe_acls(AclBindingFilter(operation=AclOperation.UNKNOWN))


async def test_a_cluster_without_an_authorizer_says_so() -> None:
    with FakeCluster(brokers=1) as cluster:
        cluster.disable_authorizer()
        async with AdminClient(cluster.bootstrap_servers) as admin:
            with pytest.raises(Exception, match=r"SECURITY_DISABLED \(54\): No Authorizer is configured"):
                await admin.describe_acls()
