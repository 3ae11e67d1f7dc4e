"""Delegation tokens (KIP-48): make, renew, expire and describe them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from kafkaadmin.errors import ConfigurationError, RemoteProtocolError
from kafkaadmin.models.delegation_tokens import DelegationToken, DelegationTokenExpiry
from kafkaadmin.models.principals import KafkaPrincipal
from kafkaadmin.operations import arguments
from kafkaadmin.operations.times import MILLISECOND, moment
from kafkaadmin.routing import (
    AnyBroker,
    Attempt,
    Cluster,
    Deadline,
    Operation,
    Outcome,
    Repeat,
    Verified,
    settle,
)
from kafkawire import Request, Response
from kafkawire.messages import (
    CreatableRenewers,
    CreateDelegationTokenRequest,
    CreateDelegationTokenResponse,
    DescribedDelegationToken,
    DescribeDelegationTokenOwner,
    DescribeDelegationTokenRequest,
    DescribeDelegationTokenResponse,
    ExpireDelegationTokenRequest,
    ExpireDelegationTokenResponse,
    RenewDelegationTokenRequest,
    RenewDelegationTokenResponse,
)

__all__ = [
    "create_delegation_token",
    "describe_delegation_token",
    "expire_delegation_token",
    "renew_delegation_token",
]

R = TypeVar("R", bound=Response)
V = TypeVar("V")

_FOR_OTHERS = 3
_BROKERS_CHOICE = -1
_NOW = -1
_DELEGATION_TOKEN_NOT_FOUND = 62


async def create_delegation_token(
    cluster: Cluster,
    *,
    owner: KafkaPrincipal | None,
    renewers: object,
    max_lifetime: timedelta | None,
    deadline: Deadline,
) -> DelegationToken:
    allowed = _principals(renewers, "renewer")
    lifetime = _milliseconds(max_lifetime, "max_lifetime", _BROKERS_CHOICE)
    if owner is not None:
        arguments.instance(owner, KafkaPrincipal, "owner")

    def request(keys: Sequence[None], attempt: Attempt) -> CreateDelegationTokenRequest:
        for_whom: dict[str, Any] = {}
        if attempt.version >= _FOR_OTHERS:
            for_whom["owner_principal_type"] = None if owner is None else owner.type
            for_whom["owner_principal_name"] = None if owner is None else owner.name
        return CreateDelegationTokenRequest(
            renewers=tuple(CreatableRenewers(principal_type=each.type, principal_name=each.name) for each in allowed),
            max_lifetime_ms=lifetime,
            **for_whom,
        )

    return await _run(
        cluster,
        "create_delegation_token",
        CreateDelegationTokenRequest,
        request,
        lambda response: _made(response, allowed),
        deadline,
        at_least=None if owner is None else _FOR_OTHERS,
        # Nothing in the answer to a description tells a token that this call made from another one.
        repeat=Repeat.NEVER,
    )


async def renew_delegation_token(
    cluster: Cluster, token: DelegationToken | bytes, *, period: timedelta | None, deadline: Deadline
) -> DelegationTokenExpiry:
    hmac = _hmac(token)
    milliseconds = _milliseconds(period, "period", _BROKERS_CHOICE)

    def request(keys: Sequence[None], attempt: Attempt) -> RenewDelegationTokenRequest:
        return RenewDelegationTokenRequest(hmac=hmac, renew_period_ms=milliseconds)

    def value(response: RenewDelegationTokenResponse) -> DelegationTokenExpiry:
        return DelegationTokenExpiry(expires_at=_moment(response.expiry_timestamp_ms))

    return await _run(cluster, "renew_delegation_token", RenewDelegationTokenRequest, request, value, deadline)


async def expire_delegation_token(
    cluster: Cluster, token: DelegationToken | bytes, *, period: timedelta | None, deadline: Deadline
) -> DelegationTokenExpiry:
    hmac = _hmac(token)
    milliseconds = _milliseconds(period, "period", _NOW)

    def request(keys: Sequence[None], attempt: Attempt) -> ExpireDelegationTokenRequest:
        return ExpireDelegationTokenRequest(hmac=hmac, expiry_time_period_ms=milliseconds)

    def value(response: ExpireDelegationTokenResponse) -> DelegationTokenExpiry:
        return DelegationTokenExpiry(expires_at=_moment(response.expiry_timestamp_ms))

    async def is_gone(key: None, deadline: Deadline) -> DelegationTokenExpiry | None:
        left = await _described(cluster, "expire_delegation_token", None, deadline)
        found = any(each.hmac == hmac for each in left)
        return None if found else DelegationTokenExpiry(expires_at=None, ambiguous=True)

    return await _run(
        cluster,
        "expire_delegation_token",
        ExpireDelegationTokenRequest,
        request,
        value,
        deadline,
        repeat=Verified(already=frozenset({_DELEGATION_TOKEN_NOT_FOUND}), verify=is_gone),
    )


async def describe_delegation_token(
    cluster: Cluster, *, owners: object, deadline: Deadline
) -> tuple[DelegationToken, ...]:
    wanted = None if owners is None else _principals(owners, "owner")
    return await _described(cluster, "describe_delegation_token", wanted, deadline)


async def _described(
    cluster: Cluster, name: str, owners: Iterable[KafkaPrincipal] | None, deadline: Deadline
) -> tuple[DelegationToken, ...]:
    """The tokens of these owners, or all, read on behalf of the call `name`."""
    wanted = None
    if owners is not None:
        wanted = tuple(
            DescribeDelegationTokenOwner(principal_type=each.type, principal_name=each.name) for each in owners
        )

    def request(keys: Sequence[None], attempt: Attempt) -> DescribeDelegationTokenRequest:
        return DescribeDelegationTokenRequest(owners=wanted)

    def value(response: DescribeDelegationTokenResponse) -> tuple[DelegationToken, ...]:
        return tuple(map(_token, response.tokens))

    return await _run(cluster, name, DescribeDelegationTokenRequest, request, value, deadline)


async def _run(
    cluster: Cluster,
    name: str,
    api: type[Request[R]],
    request: Callable[[Sequence[None], Attempt], Request[R]],
    value: Callable[[R], V],
    deadline: Deadline,
    *,
    at_least: int | None = None,
    repeat: Repeat | Verified[None, V] = Repeat.SAFE,
) -> V:
    def outcomes(keys: Sequence[None], response: R, attempt: Attempt) -> Iterator[tuple[None, Outcome[V]]]:
        told: Any = response  # all of these answers have an error at the top, and no other
        yield None, settle(told.error_code, lambda: value(response))

    result = await cluster.run(
        Operation(
            name=name,
            noun="",
            to=lambda key: AnyBroker(),
            api=api,
            request=request,
            outcomes=outcomes,
            at_least=at_least,
            repeat=repeat,
        ),
        (None,),
        deadline=deadline,
    )
    return result[None]


def _principals(value: object, what: str) -> tuple[KafkaPrincipal, ...]:
    if isinstance(value, KafkaPrincipal):
        return (value,)
    given = arguments.several(value, f"{what}: a KafkaPrincipal or several")
    return tuple(dict.fromkeys(arguments.instance(each, KafkaPrincipal, what) for each in given))


def _hmac(token: object) -> bytes:
    hmac = token.hmac if isinstance(token, DelegationToken) else token
    # What is wrong with it isn't shown: it may be somebody's secret all the same.
    if not isinstance(hmac, bytes) or not hmac:
        raise ConfigurationError("token must be a DelegationToken, or its hmac as bytes")
    return hmac


def _milliseconds(span: object, what: str, without: int) -> int:
    if span is None:
        return without
    given = arguments.instance(span, timedelta, what)
    if given < timedelta(0):
        raise ConfigurationError(f"{what} must not be negative")
    return given // MILLISECOND


def _made(response: CreateDelegationTokenResponse, renewers: tuple[KafkaPrincipal, ...]) -> DelegationToken:
    return DelegationToken(
        token_id=response.token_id,
        hmac=response.hmac,
        owner=KafkaPrincipal(type=response.principal_type, name=response.principal_name),
        requester=_principal(response.token_requester_principal_type, response.token_requester_principal_name),
        renewers=renewers,
        issued_at=_moment(response.issue_timestamp_ms),
        expires_at=_moment(response.expiry_timestamp_ms),
        renewable_until=_moment(response.max_timestamp_ms),
    )


def _token(token: DescribedDelegationToken) -> DelegationToken:
    return DelegationToken(
        token_id=token.token_id,
        hmac=token.hmac,
        owner=KafkaPrincipal(type=token.principal_type, name=token.principal_name),
        requester=_principal(token.token_requester_principal_type, token.token_requester_principal_name),
        renewers=tuple(KafkaPrincipal(type=each.principal_type, name=each.principal_name) for each in token.renewers),
        issued_at=_moment(token.issue_timestamp),
        expires_at=_moment(token.expiry_timestamp),
        renewable_until=_moment(token.max_timestamp),
    )


def _principal(type: str, name: str) -> KafkaPrincipal | None:
    return KafkaPrincipal(type=type, name=name) if type and name else None


def _moment(milliseconds: int) -> datetime:
    told = moment(milliseconds)
    if told is None:
        raise RemoteProtocolError(f"no calendar has the moment {milliseconds} ms since 1970")
    return told
