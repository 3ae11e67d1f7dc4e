"""SaslHandshake and SaslAuthenticate (KIP-152, KIP-368)."""

from __future__ import annotations

from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.sasl import Verdict
from kafkawire import ErrorCode
from kafkawire.messages import (
    SaslAuthenticateRequest,
    SaslAuthenticateResponse,
    SaslHandshakeRequest,
    SaslHandshakeResponse,
)

__all__ = ["sasl_authenticate", "sasl_handshake"]


def sasl_handshake(request: SaslHandshakeRequest, context: Context) -> SaslHandshakeResponse:
    if context.session is None:
        return SaslHandshakeResponse(error_code=context.refused() or ErrorCode.ILLEGAL_SASL_STATE)
    error = context.refused() or context.session.choose(request.mechanism)
    return SaslHandshakeResponse(error_code=error, mechanisms=context.session.mechanisms)


def sasl_authenticate(request: SaslAuthenticateRequest, context: Context) -> SaslAuthenticateResponse:
    verdict = _verdict(request, context)
    return SaslAuthenticateResponse(
        error_code=verdict.error,
        error_message=verdict.message,
        auth_bytes=verdict.token,
        session_lifetime_ms=verdict.lifetime_ms,
    )


def _verdict(request: SaslAuthenticateRequest, context: Context) -> Verdict:
    if context.session is None:
        why = "SaslAuthenticate request received after successful authentication"
        return Verdict(error=context.refused() or ErrorCode.ILLEGAL_SASL_STATE, message=why)
    if error := context.refused():
        return context.session.fail(error, None)
    return context.session.step(request.auth_bytes)
