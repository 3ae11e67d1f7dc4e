"""DescribeUserScramCredentials and AlterUserScramCredentials (KIP-554)."""

from __future__ import annotations

from collections import Counter

from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.scram_users import Credential
from kafkawire import ErrorCode
from kafkawire.enums import ScramMechanism
from kafkawire.messages import (
    AlterUserScramCredentialsRequest,
    AlterUserScramCredentialsResponse,
    AlterUserScramCredentialsResult,
    CredentialInfo,
    DescribeUserScramCredentialsRequest,
    DescribeUserScramCredentialsResponse,
    DescribeUserScramCredentialsResult,
    ScramCredentialDeletion,
    ScramCredentialUpsertion,
)

__all__ = ["alter_user_scram_credentials", "describe_user_scram_credentials"]

Alteration = ScramCredentialDeletion | ScramCredentialUpsertion

_KNOWN = frozenset({ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512})
_ITERATIONS = range(4096, 16384 + 1)


def describe_user_scram_credentials(
    request: DescribeUserScramCredentialsRequest, context: Context
) -> DescribeUserScramCredentialsResponse:
    if error := context.refused():
        return DescribeUserScramCredentialsResponse(throttle_time_ms=context.throttle_time_ms, error_code=error)
    named = Counter(user.name for user in request.users or ())
    return DescribeUserScramCredentialsResponse(
        throttle_time_ms=context.throttle_time_ms,
        error_code=ErrorCode.NONE,
        error_message=None,
        results=tuple(
            _described(user, named[user], context) for user in named or sorted(context.state.scram_users.names())
        ),
    )


def _described(user: str, times: int, context: Context) -> DescribeUserScramCredentialsResult:
    credentials = context.state.scram_users.of(user)
    if error := context.refused(user):
        return DescribeUserScramCredentialsResult(user=user, error_code=error)
    if times > 1:
        return DescribeUserScramCredentialsResult(
            user=user,
            error_code=ErrorCode.DUPLICATE_RESOURCE,
            error_message=f"Cannot describe SCRAM credentials for the same user twice in a single request: {user}",
        )
    if not credentials:
        return DescribeUserScramCredentialsResult(
            user=user,
            error_code=ErrorCode.RESOURCE_NOT_FOUND,
            error_message=f"Attempt to describe a user credential that does not exist: {user}",
        )
    return DescribeUserScramCredentialsResult(
        user=user,
        error_code=ErrorCode.NONE,
        error_message=None,
        credential_infos=tuple(
            CredentialInfo(mechanism=mechanism, iterations=credential.iterations)
            for mechanism, credential in sorted(credentials.items())
        ),
    )


def alter_user_scram_credentials(
    request: AlterUserScramCredentialsRequest, context: Context
) -> AlterUserScramCredentialsResponse:
    wanted: tuple[Alteration, ...] = (*request.deletions, *request.upsertions)
    times = Counter(each.name for each in wanted)
    results = {each.name: _altered(each, times[each.name], context) for each in wanted}
    return AlterUserScramCredentialsResponse(throttle_time_ms=context.throttle_time_ms, results=tuple(results.values()))


def _altered(wanted: Alteration, times: int, context: Context) -> AlterUserScramCredentialsResult:
    error, told = context.controller_error(wanted.name), None
    if not error:
        error, told = _why_not(wanted, times)
    if not error:
        error, told = _apply(wanted, context)
    return AlterUserScramCredentialsResult(user=wanted.name, error_code=error, error_message=told)


def _why_not(wanted: Alteration, times: int) -> tuple[ErrorCode, str | None]:
    if times > 1:
        return ErrorCode.DUPLICATE_RESOURCE, "A user credential cannot be altered twice in the same request"
    if not wanted.name:
        return ErrorCode.UNACCEPTABLE_CREDENTIAL, "Username must not be empty"
    if wanted.mechanism not in _KNOWN:
        return ErrorCode.UNSUPPORTED_SASL_MECHANISM, "Unknown SCRAM mechanism"
    if isinstance(wanted, ScramCredentialUpsertion):
        if wanted.iterations < _ITERATIONS.start:
            return ErrorCode.UNACCEPTABLE_CREDENTIAL, "Too few iterations"
        if wanted.iterations >= _ITERATIONS.stop:
            return ErrorCode.UNACCEPTABLE_CREDENTIAL, "Too many iterations"
    return ErrorCode.NONE, None


def _apply(wanted: Alteration, context: Context) -> tuple[ErrorCode, str | None]:
    users, mechanism = context.state.scram_users, ScramMechanism(wanted.mechanism)
    if isinstance(wanted, ScramCredentialUpsertion):
        credential = Credential(iterations=wanted.iterations, salt=wanted.salt, salted_password=wanted.salted_password)
        users.upsert(wanted.name, mechanism, credential)
    elif not users.delete(wanted.name, mechanism):
        return ErrorCode.RESOURCE_NOT_FOUND, "Attempt to delete a user credential that does not exist"
    return ErrorCode.NONE, None
