"""A broker's side of SASL: one connection's session, by the rules of Kafka's `SaslServerAuthenticator`. No I/O."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from kafkaadmin.testing.logins import ALGORITHMS, Logins
from kafkawire import ApiKey, ErrorCode

__all__ = ["SaslSession", "Verdict"]


_BETWEEN_RENEWALS = 1.0
"""Seconds that a client must let pass between two of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a token is answered with. `user` is who has come in; nobody yet without."""

    error: ErrorCode = ErrorCode.NONE
    message: str | None = None
    token: bytes = b""
    user: str | None = None
    lifetime_ms: int = 0


class _Exchange(Protocol):
    def step(self, token: bytes) -> Verdict: ...


class SaslSession:
    """Who a connection belongs to, until when, and the exchange that is under way on it."""

    def __init__(self, logins: Logins) -> None:
        self.user: str | None = None
        self.failed = False
        """Whether the exchange has failed: the broker hangs up once it has said so."""
        self._logins = logins
        self._ends_at = math.inf
        self._exchange: _Exchange | None = None
        self._mechanism = ""
        self._renewed_at = -math.inf

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """Those that the listener takes."""
        return tuple(self._logins.listener.mechanisms)

    def admits(self, api: ApiKey, version: int) -> bool:
        """Whether a request is worked on; else the broker hangs up."""
        if api in {ApiKey.SASL_HANDSHAKE, ApiKey.SASL_AUTHENTICATE}:
            return api != ApiKey.SASL_HANDSHAKE or version > 0  # bare tokens, as after 0, aren't understood here
        if self.user is None:
            return api == ApiKey.API_VERSIONS
        return time.monotonic() < self._ends_at

    def choose(self, mechanism: str) -> ErrorCode:
        """A client names its mechanism: at first, or to authenticate again, by the same one."""
        if self.user is not None and not self._renewable():
            return ErrorCode.ILLEGAL_SASL_STATE
        known = mechanism in self._logins.listener.mechanisms
        if not known or (self.user is not None and mechanism != self._mechanism):
            self.failed = True
            return ErrorCode.UNSUPPORTED_SASL_MECHANISM
        self._mechanism = mechanism
        self._exchange = _EXCHANGES[mechanism](mechanism, self._logins)
        return ErrorCode.NONE

    def _renewable(self) -> bool:
        """Whether a client may log in again: where sessions end, and not twice within a second."""
        now = time.monotonic()
        if self._logins.listener.session_life is None or now - self._renewed_at < _BETWEEN_RENEWALS:
            return False
        self._renewed_at = now
        return True

    def step(self, token: bytes) -> Verdict:
        """A client sends a token."""
        if self._exchange is None:
            return Verdict(error=ErrorCode.ILLEGAL_SASL_STATE, message="SaslAuthenticate without a SaslHandshake")
        verdict = self._exchange.step(token)
        if verdict.error:
            return self.fail(verdict.error, verdict.message)
        return verdict if verdict.user is None else self._let_in(verdict, verdict.user)

    def fail(self, error: ErrorCode, message: str | None) -> Verdict:
        """Refuse the client, for whatever reason."""
        self.failed, self._exchange = True, None
        return Verdict(error=error, message=message)

    def _let_in(self, verdict: Verdict, user: str) -> Verdict:
        self._exchange = None
        if self.user not in {None, user}:
            why = f"Cannot change principals during re-authentication from {self.user} to {user}"
            return self.fail(ErrorCode.SASL_AUTHENTICATION_FAILED, why)
        self.user = user
        self._logins.came.append(user)
        life = self._logins.listener.session_life
        if life is None:
            return verdict
        self._ends_at = time.monotonic() + life
        return Verdict(token=verdict.token, user=user, lifetime_ms=round(life * 1000))


def _refused(why: str) -> Verdict:
    return Verdict(error=ErrorCode.SASL_AUTHENTICATION_FAILED, message=why)


class _Plain:
    def __init__(self, mechanism: str, logins: Logins) -> None:
        self._logins = logins

    def step(self, token: bytes) -> Verdict:
        parts = token.split(b"\0")
        if len(parts) != 3:
            return _refused("Authentication failed: Invalid SASL/PLAIN response: expected 3 tokens")
        user, password = parts[1].decode(errors="replace"), parts[2]
        known = self._logins.users.get(user)
        if known is None or not hmac.compare_digest(known.encode(), password):
            return _refused("Authentication failed: Invalid username or password")
        return Verdict(user=user)


class _OAuthBearer:
    """A bad token is told in a challenge; the refusal follows once the client has answered that (RFC 7628)."""

    def __init__(self, mechanism: str, logins: Logins) -> None:
        self._logins = logins
        self._refused = False

    def step(self, token: bytes) -> Verdict:
        if self._refused:
            return _refused('{"status":"invalid_token"}')
        said = dict(pair.split("=", 1) for pair in token.decode(errors="replace").split("\x01") if "=" in pair)
        if said.get("auth", "").removeprefix("Bearer ") in self._logins.tokens:
            return Verdict(user="bearer")
        self._refused = True
        return Verdict(token=b'{"status":"invalid_token"}')


class _Scram:
    def __init__(self, mechanism: str, logins: Logins) -> None:
        self._mechanism, self._logins = mechanism, logins
        self._algorithm = ALGORITHMS[mechanism][1]
        self._user = self._said = self._nonce = ""
        self._salted = b""

    def step(self, token: bytes) -> Verdict:
        try:
            text = token.decode()
            return self._prove(text) if self._said else self._challenge(text)
        except (KeyError, ValueError, binascii.Error):
            return _refused("Authentication failed: Invalid SCRAM message")

    def _challenge(self, text: str) -> Verdict:
        bare = text.split(",", 2)[2]
        said = _attributes(bare)
        self._user = said["n"].replace("=2C", ",").replace("=3D", "=")
        delegated = said.get("tokenauth") == "true"
        credential = self._logins.credential(self._user, self._mechanism, delegated=delegated)
        if credential is None:
            return _refused(f"Authentication failed: {self._why}")
        self._nonce, self._salted = said["r"] + "theirs", credential.salted_password
        salt = base64.b64encode(credential.salt).decode()
        first = f"r={self._nonce},s={salt},i={credential.iterations}"
        self._said = f"{bare},{first}"
        return Verdict(token=first.encode())

    def _prove(self, text: str) -> Verdict:
        final, _, proof = text.rpartition(",p=")
        message = f"{self._said},{final}".encode()
        client_key = self._hmac(self._salted, b"Client Key")
        signature = self._hmac(hashlib.new(self._algorithm, client_key).digest(), message)
        right = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        if _attributes(final)["r"] != self._nonce or not hmac.compare_digest(right, base64.b64decode(proof)):
            return _refused(f"Authentication failed: {self._why}")
        server = self._hmac(self._hmac(self._salted, b"Server Key"), message)
        return Verdict(token=b"v=" + base64.b64encode(server), user=self._user)

    @property
    def _why(self) -> str:
        return f"invalid credentials with SASL mechanism {self._mechanism}"

    def _hmac(self, key: bytes, message: bytes) -> bytes:
        return hmac.digest(key, message, self._algorithm)


def _attributes(text: str) -> Mapping[str, str]:
    return dict(part.split("=", 1) for part in text.split(","))


def _gssapi(mechanism: str, logins: Logins) -> _Exchange:
    from kafkaadmin.testing.kerberos import Acceptor

    return Acceptor(mechanism, logins)


def _msk_iam(mechanism: str, logins: Logins) -> _Exchange:
    from kafkaadmin.testing.msk_iam import Signed

    return Signed(mechanism, logins)


_EXCHANGES: Mapping[str, Callable[[str, Logins], _Exchange]] = {
    "AWS_MSK_IAM": _msk_iam,
    "GSSAPI": _gssapi,
    "PLAIN": _Plain,
    "OAUTHBEARER": _OAuthBearer,
    "SCRAM-SHA-256": _Scram,
    "SCRAM-SHA-512": _Scram,
}
