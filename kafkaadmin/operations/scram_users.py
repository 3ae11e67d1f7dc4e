"""Users' SCRAM credentials (KIP-554): describe and alter them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from types import UnionType

import anyio
import anyio.to_thread

from kafkaadmin.errors import ConfigurationError, KafkaAdminError, broker_error
from kafkaadmin.models.results import BatchResult
from kafkaadmin.models.scram import (
    AlteredUserScramCredentials,
    ScramCredentialInfo,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)
from kafkaadmin.operations import arguments
from kafkaadmin.routing import (
    AnyBroker,
    Attempt,
    Cluster,
    Controller,
    Deadline,
    Done,
    Errored,
    Operation,
    Outcome,
    Verified,
)
from kafkawire import ApiKey
from kafkawire.enums import ScramMechanism
from kafkawire.messages import (
    AlterUserScramCredentialsRequest,
    AlterUserScramCredentialsResponse,
    DescribeUserScramCredentialsRequest,
    DescribeUserScramCredentialsRequestUserName,
    DescribeUserScramCredentialsResponse,
    DescribeUserScramCredentialsResult,
    ScramCredentialDeletion,
    ScramCredentialUpsertion,
)

__all__ = ["alter_user_scram_credentials", "describe_user_scram_credentials"]

Alteration = UserScramCredentialUpsertion | UserScramCredentialDeletion
Credentials = tuple[ScramCredentialInfo, ...]

_RESOURCE_NOT_FOUND = 91
_HASHES = {ScramMechanism.SCRAM_SHA_256: "sha256", ScramMechanism.SCRAM_SHA_512: "sha512"}
_SALT_BYTES = 16
_MOST_ITERATIONS = 2**31 - 1
_USERS_PER_REQUEST = 1_000

_LOOKS = 10
_BETWEEN_LOOKS = 0.2


async def describe_user_scram_credentials(
    cluster: Cluster, users: object, *, deadline: Deadline
) -> BatchResult[str, Credentials]:
    if users is None:
        return await _describe_all(cluster, deadline)
    return await _describe(cluster, "describe_user_scram_credentials", arguments.names(users, "user"), deadline)


async def _describe(
    cluster: Cluster, name: str, users: Sequence[str], deadline: Deadline
) -> BatchResult[str, Credentials]:
    def request(keys: Sequence[str], attempt: Attempt) -> DescribeUserScramCredentialsRequest:
        named = tuple(DescribeUserScramCredentialsRequestUserName(name=key) for key in keys)
        return DescribeUserScramCredentialsRequest(users=named)

    def outcomes(
        keys: Sequence[str], response: DescribeUserScramCredentialsResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[Credentials]]]:
        if response.error_code:
            for key in keys:
                yield key, Errored(response.error_code, response.error_message)
        for user in response.results:
            yield (
                user.user,
                Errored(user.error_code, user.error_message) if user.error_code else Done(_credentials(user)),
            )

    return await cluster.run(
        Operation(
            name=name,
            noun="user",
            to=lambda user: AnyBroker(),
            api=DescribeUserScramCredentialsRequest,
            request=request,
            outcomes=outcomes,
            keys_per_request=lambda version: _USERS_PER_REQUEST,
        ),
        users,
        deadline=deadline,
    )


async def _describe_all(cluster: Cluster, deadline: Deadline) -> BatchResult[str, Credentials]:
    name = "describe_user_scram_credentials"

    def request(keys: Sequence[None], attempt: Attempt) -> DescribeUserScramCredentialsRequest:
        return DescribeUserScramCredentialsRequest(users=None)

    def outcomes(
        keys: Sequence[None], response: DescribeUserScramCredentialsResponse, attempt: Attempt
    ) -> Iterator[tuple[None, Outcome[BatchResult[str, Credentials]]]]:
        if response.error_code:
            yield None, Errored(response.error_code, response.error_message)
        else:
            yield None, Done(_by_user(response, name))

    result = await cluster.run(
        Operation(
            name=name,
            noun="",
            to=lambda key: AnyBroker(),
            api=DescribeUserScramCredentialsRequest,
            request=request,
            outcomes=outcomes,
        ),
        (None,),
        deadline=deadline,
    )
    return result[None]


def _by_user(response: DescribeUserScramCredentialsResponse, name: str) -> BatchResult[str, Credentials]:
    succeeded: dict[str, Credentials] = {}
    failed: dict[str, KafkaAdminError] = {}
    for user in response.results:
        if user.error_code:
            failed[user.user] = broker_error(
                user.error_code,
                user.error_message,
                context=f"{name}: user {user.user!r}",
                api=ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS,
            )
        else:
            succeeded[user.user] = _credentials(user)
    return BatchResult(succeeded, failed)


def _credentials(user: DescribeUserScramCredentialsResult) -> Credentials:
    return tuple(
        ScramCredentialInfo(mechanism=ScramMechanism(each.mechanism), iterations=each.iterations)
        for each in user.credential_infos
    )


async def alter_user_scram_credentials(
    cluster: Cluster, alterations: object, *, deadline: Deadline
) -> BatchResult[str, AlteredUserScramCredentials]:
    """Brokers take one change of a user in a request: what there is more of comes in further rounds."""
    rounds = _rounds(_alterations(alterations))
    done: dict[str, AlteredUserScramCredentials] = {}
    failed: dict[str, KafkaAdminError] = {}
    for changes in rounds:
        wanted = {user: change for user, change in changes.items() if user not in failed}
        result = await _alter(cluster, await _salted(wanted), wanted, deadline)
        for user, altered in result.succeeded.items():
            doubtful = altered.ambiguous or (user in done and done[user].ambiguous)
            done[user] = AlteredUserScramCredentials(user=user, ambiguous=doubtful)
        failed.update(result.failed)
    return BatchResult({user: each for user, each in done.items() if user not in failed}, failed)


def _alterations(value: object) -> tuple[Alteration, ...]:
    one = isinstance(value, UserScramCredentialUpsertion | UserScramCredentialDeletion)
    given = (value,) if one else arguments.several(value, "alterations: upsertions and deletions, one or several")
    wanted = tuple(map(_checked, given))
    about = [(each.user, each.mechanism) for each in wanted]
    for user, mechanism in about:
        if about.count((user, mechanism)) > 1:
            raise ConfigurationError(f"user {user!r} is altered twice for {mechanism.name}")
    return wanted


def _checked(value: object) -> Alteration:
    if not isinstance(value, UserScramCredentialUpsertion | UserScramCredentialDeletion):
        # What is wrong with it isn't shown: a password may be in it.
        raise ConfigurationError(
            "an alteration must be a UserScramCredentialUpsertion or a UserScramCredentialDeletion, "
            f"not of type {type(value).__name__}"
        )
    arguments.name(value.user, "user")
    if arguments.instance(value.mechanism, ScramMechanism, "mechanism") not in _HASHES:
        raise ConfigurationError(f"mechanism can't be {value.mechanism.name}")
    if isinstance(value, UserScramCredentialUpsertion):
        _check_secrets(value)
    return value


def _check_secrets(value: UserScramCredentialUpsertion) -> None:
    arguments.integer(value.iterations, "iterations", most=_MOST_ITERATIONS)
    if not value.iterations:
        raise ConfigurationError("iterations must be more than 0")
    if not _is_secret(value.password, str | bytes):
        raise ConfigurationError(f"user {value.user!r}: the password must be text or bytes, and not empty")
    if value.salt is not None and not _is_secret(value.salt, bytes):
        raise ConfigurationError(f"user {value.user!r}: the salt must be bytes, and not empty")


def _is_secret(value: object, kind: type | UnionType) -> bool:
    return isinstance(value, kind) and bool(value)


def _rounds(alterations: Sequence[Alteration]) -> list[dict[str, Alteration]]:
    rounds: list[dict[str, Alteration]] = []
    for each in alterations:
        free = next((changes for changes in rounds if each.user not in changes), None)
        if free is None:
            rounds.append(free := {})
        free[each.user] = each
    return rounds


async def _salted(changes: Mapping[str, Alteration]) -> Mapping[str, ScramCredentialUpsertion]:
    """Hashing takes milliseconds a user, so it is done in a thread."""
    upsertions = [each for each in changes.values() if isinstance(each, UserScramCredentialUpsertion)]
    if not upsertions:
        return {}
    return await anyio.to_thread.run_sync(lambda: {each.user: _salt(each) for each in upsertions})


def _salt(wanted: UserScramCredentialUpsertion) -> ScramCredentialUpsertion:
    password = wanted.password.encode() if isinstance(wanted.password, str) else wanted.password
    salt = secrets.token_bytes(_SALT_BYTES) if wanted.salt is None else wanted.salt
    return ScramCredentialUpsertion(
        name=wanted.user,
        mechanism=wanted.mechanism,
        iterations=wanted.iterations,
        salt=salt,
        salted_password=hashlib.pbkdf2_hmac(_HASHES[wanted.mechanism], password, salt, wanted.iterations),
    )


async def _alter(
    cluster: Cluster,
    upsertions: Mapping[str, ScramCredentialUpsertion],
    changes: Mapping[str, Alteration],
    deadline: Deadline,
) -> BatchResult[str, AlteredUserScramCredentials]:
    name = "alter_user_scram_credentials"

    def request(keys: Sequence[str], attempt: Attempt) -> AlterUserScramCredentialsRequest:
        return AlterUserScramCredentialsRequest(
            deletions=tuple(
                ScramCredentialDeletion(name=key, mechanism=changes[key].mechanism)
                for key in keys
                if key not in upsertions
            ),
            upsertions=tuple(upsertions[key] for key in keys if key in upsertions),
        )

    def outcomes(
        keys: Sequence[str], response: AlterUserScramCredentialsResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[AlteredUserScramCredentials]]]:
        for user in response.results:
            if user.error_code:
                yield user.user, Errored(user.error_code, user.error_message)
            else:
                yield user.user, Done(AlteredUserScramCredentials(user=user.user))

    async def is_gone(user: str, deadline: Deadline) -> AlteredUserScramCredentials | None:
        if user in upsertions:
            return None  # nothing that can be read tells one password from another
        if await _still_has(cluster, name, changes[user], deadline):
            return None
        return AlteredUserScramCredentials(user=user, ambiguous=True)

    return await cluster.run(
        Operation(
            name=name,
            noun="user",
            to=lambda user: Controller(),
            api=AlterUserScramCredentialsRequest,
            request=request,
            outcomes=outcomes,
            keys_per_request=lambda version: _USERS_PER_REQUEST,
            repeat=Verified(already=frozenset({_RESOURCE_NOT_FOUND}), verify=is_gone),
        ),
        changes,
        deadline=deadline,
    )


async def _still_has(cluster: Cluster, name: str, change: Alteration, deadline: Deadline) -> bool:
    """Whether a user goes on having a password of a mechanism, however often brokers are asked."""
    for look in range(_LOOKS):
        if look:
            # The controller may have deleted it; the broker that was asked may not have heard of it yet.
            await anyio.sleep(_BETWEEN_LOOKS)
        described = await _describe(cluster, name, [change.user], deadline)
        error = described.failed.get(change.user)
        if error is not None and getattr(error, "code", None) != _RESOURCE_NOT_FOUND:
            raise error
        if error is not None or all(each.mechanism != change.mechanism for each in described[change.user]):
            return False
    return True
