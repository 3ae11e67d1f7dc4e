"""CreateDelegationToken, RenewDelegationToken, ExpireDelegationToken and DescribeDelegationToken (KIP-48)."""

from __future__ import annotations

import time

from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.tokens import ANONYMOUS, Principal, Token
from kafkawire import ErrorCode
from kafkawire.messages import (
    CreateDelegationTokenRequest,
    CreateDelegationTokenResponse,
    DescribedDelegationToken,
    DescribedDelegationTokenRenewer,
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

_REQUESTERS_SINCE = 3


def create_delegation_token(request: CreateDelegationTokenRequest, context: Context) -> CreateDelegationTokenResponse:
    if error := _error(context):
        return CreateDelegationTokenResponse(throttle_time_ms=context.throttle_time_ms, error_code=error)
    token = context.state.tokens.create(
        _owner(request),
        tuple((each.principal_type, each.principal_name) for each in request.renewers),
        request.max_lifetime_ms,
        _now(),
    )
    requester = token.requester if context.version >= _REQUESTERS_SINCE else ("", "")
    return CreateDelegationTokenResponse(
        error_code=ErrorCode.NONE,
        principal_type=token.owner[0],
        principal_name=token.owner[1],
        token_requester_principal_type=requester[0],
        token_requester_principal_name=requester[1],
        issue_timestamp_ms=token.issued,
        expiry_timestamp_ms=token.expires,
        max_timestamp_ms=token.ends,
        token_id=token.token_id,
        hmac=token.hmac,
        throttle_time_ms=context.throttle_time_ms,
    )


def renew_delegation_token(request: RenewDelegationTokenRequest, context: Context) -> RenewDelegationTokenResponse:
    error, expires = _error(context), -1
    if not error:
        error, expires = context.state.tokens.renew(request.hmac, request.renew_period_ms, _now())
    return RenewDelegationTokenResponse(
        error_code=error, expiry_timestamp_ms=expires, throttle_time_ms=context.throttle_time_ms
    )


def expire_delegation_token(request: ExpireDelegationTokenRequest, context: Context) -> ExpireDelegationTokenResponse:
    error, expires = _error(context), -1
    if not error:
        error, expires = context.state.tokens.expire(request.hmac, request.expiry_time_period_ms, _now())
    return ExpireDelegationTokenResponse(
        error_code=error, expiry_timestamp_ms=expires, throttle_time_ms=context.throttle_time_ms
    )


def describe_delegation_token(
    request: DescribeDelegationTokenRequest, context: Context
) -> DescribeDelegationTokenResponse:
    if error := _error(context):
        return DescribeDelegationTokenResponse(throttle_time_ms=context.throttle_time_ms, error_code=error)
    owners = None
    if request.owners is not None:
        owners = {(owner.principal_type, owner.principal_name) for owner in request.owners}
    return DescribeDelegationTokenResponse(
        error_code=ErrorCode.NONE,
        tokens=tuple(_described(token, context) for token in context.state.tokens.of(owners)),
        throttle_time_ms=context.throttle_time_ms,
    )


def _described(token: Token, context: Context) -> DescribedDelegationToken:
    requester = token.requester if context.version >= _REQUESTERS_SINCE else ("", "")
    return DescribedDelegationToken(
        principal_type=token.owner[0],
        principal_name=token.owner[1],
        token_requester_principal_type=requester[0],
        token_requester_principal_name=requester[1],
        issue_timestamp=token.issued,
        expiry_timestamp=token.expires,
        max_timestamp=token.ends,
        token_id=token.token_id,
        hmac=token.hmac,
        renewers=tuple(
            DescribedDelegationTokenRenewer(principal_type=kind, principal_name=name) for kind, name in token.renewers
        ),
    )


def _error(context: Context) -> ErrorCode:
    """Tokens are spoken of on authenticated connections only. A fake one counts as such where that is allowed."""
    allowed = context.state.tokens.allowed
    return context.refused() or (ErrorCode.NONE if allowed else ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED)


def _owner(request: CreateDelegationTokenRequest) -> Principal:
    if request.owner_principal_type and request.owner_principal_name:
        return request.owner_principal_type, request.owner_principal_name
    return ANONYMOUS


def _now() -> int:
    return round(time.time() * 1000)
