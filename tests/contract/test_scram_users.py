"""Users' SCRAM passwords are set, told of and removed, on FakeCluster and on real Kafka."""

from __future__ import annotations

import pytest

from kafkaadmin import (
    AdminClient,
    BrokerError,
    ConfigurationError,
    ScramCredentialInfo,
    ScramMechanism,
    UnsupportedVersionError,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)
from kafkaadmin.testing import FakeCluster
from tests.support.eventually import eventually
from tests.support.stage import Stage

pytestmark = pytest.mark.anyio

SHA_256, SHA_512 = ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512
RESOURCE_NOT_FOUND, UNACCEPTABLE_CREDENTIAL = 91, 93


def password(user: str, mechanism: ScramMechanism = SHA_256, **more: object) -> UserScramCredentialUpsertion:
    return UserScramCredentialUpsertion(user=user, mechanism=mechanism, password="wonderland", **more)  # type: ignore[arg-type]


Passwords = dict[str, set[ScramCredentialInfo]]


async def told(admin: AdminClient, expected: Passwords) -> None:
    """Expect these users to have these passwords; an empty set is none."""

    async def described() -> Passwords:
        of = await admin.describe_user_scram_credentials(expected)
        unknown = {
            user: set[ScramCredentialInfo]() for user, error in of.failed.items() if code(error) == RESOURCE_NOT_FOUND
        }
        return {user: set(each) for user, each in of.succeeded.items()} | unknown

    assert await eventually(described, lambda users: users == expected) == expected


def code(error: Exception) -> int | None:
    return error.code if isinstance(error, BrokerError) else None


async def test_passwords_are_set_told_of_and_removed(admin: AdminClient, stage: Stage) -> None:
    alice, bob = stage.name("alice"), stage.name("bob")
    altered = await admin.alter_user_scram_credentials(
        [password(alice), password(alice, SHA_512, iterations=8192), password(bob)]
    )
    assert {user: each.ambiguous for user, each in altered.items()} == {alice: False, bob: False}

    weak = ScramCredentialInfo(mechanism=SHA_256, iterations=4096)
    strong = ScramCredentialInfo(mechanism=SHA_512, iterations=8192)
    await told(admin, {alice: {weak, strong}, bob: {weak}})
    everybody = await eventually(admin.describe_user_scram_credentials, lambda users: {alice, bob} <= set(users))
    assert {alice, bob} <= set(everybody)

    await admin.alter_user_scram_credentials([UserScramCredentialDeletion(user=alice, mechanism=SHA_512)])
    await told(admin, {alice: {weak}})
    rest = [UserScramCredentialDeletion(user=user, mechanism=SHA_256) for user in (alice, bob)]
    (await admin.alter_user_scram_credentials(rest)).raise_for_errors()
    await told(admin, {alice: set(), bob: set()})


async def test_one_users_refusal_is_their_own(admin: AdminClient, stage: Stage) -> None:
    alice, bob, carol = stage.name("alice"), stage.name("bob"), stage.name("carol")
    altered = await admin.alter_user_scram_credentials(
        [
            password(alice, iterations=10),
            password(alice, SHA_512),
            UserScramCredentialDeletion(user=bob, mechanism=SHA_256),
            password(carol),
        ]
    )
    codes = {user: code(error) for user, error in altered.failed.items()}
    assert codes == {alice: UNACCEPTABLE_CREDENTIAL, bob: RESOURCE_NOT_FOUND}
    assert set(altered.succeeded) == {carol}
    # What comes after a refusal isn't tried.
    await told(admin, {alice: set(), carol: {ScramCredentialInfo(mechanism=SHA_256, iterations=4096)}})
    await admin.alter_user_scram_credentials(UserScramCredentialDeletion(user=carol, mechanism=SHA_256))


async def test_older_brokers_know_of_no_such_users() -> None:
    with FakeCluster(brokers=1, versions_of="2.6") as cluster:
        async with AdminClient(cluster.bootstrap_servers) as admin:
            altered = await admin.alter_user_scram_credentials(password("alice"))
            assert isinstance(altered.failed["alice"], UnsupportedVersionError)
            with pytest.raises(UnsupportedVersionError):
                await admin.describe_user_scram_credentials()


@pytest.mark.parametrize("scene", [("fake", "asyncio")], ids=["fake"])
class TestArguments:
    @pytest.mark.parametrize(
        "wrong",
        [
            password(""),
            password("alice", ScramMechanism.UNKNOWN),
            password("alice", iterations=0),
            password("alice", salt=b""),
            UserScramCredentialUpsertion(user="alice", mechanism=SHA_256, password=""),
            [password("alice"), UserScramCredentialDeletion(user="alice", mechanism=SHA_256)],
            "alice",
        ],
        ids=range(7),
    )
    async def test_what_makes_no_sense_is_refused_and_its_password_not_shown(
        self, admin: AdminClient, wrong: UserScramCredentialUpsertion
    ) -> None:
        with pytest.raises(ConfigurationError) as refused:
            await admin.alter_user_scram_credentials(wrong)
        assert "wonderland" not in f"{refused.value!r} {wrong!r}"
