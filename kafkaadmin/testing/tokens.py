"""Delegation tokens (KIP-48), as the brokers of a `FakeCluster` keep them. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from kafkaadmin.testing.identities import Identities
from kafkawire import ErrorCode

__all__ = ["ANONYMOUS", "Principal", "Token", "Tokens"]

Principal = tuple[str, str]
"""A type and a name, such as `User` and `alice`."""

ANONYMOUS: Principal = ("User", "ANONYMOUS")

DEFAULT_PERIOD_MS = 24 * 3600 * 1000
LONGEST_LIFETIME_MS = 7 * DEFAULT_PERIOD_MS


@dataclass(slots=True, kw_only=True)
class Token:
    """One token. All times are milliseconds since 1970."""

    owner: Principal
    requester: Principal
    issued: int
    expires: int
    ends: int
    renewers: tuple[Principal, ...] = ()
    token_id: str
    hmac: bytes = field(repr=False)


class Tokens:
    """All tokens. Brokers refuse to speak of them on plaintext connections, until `allowed` is set."""

    def __init__(self, identities: Identities) -> None:
        self.allowed = False
        self._identities = identities
        self._tokens: dict[bytes, Token] = {}

    def create(self, owner: Principal, renewers: tuple[Principal, ...], lifetime_ms: int, now: int) -> Token:
        """Make a token; a negative lifetime stands for the longest."""
        lifetime = min(lifetime_ms if lifetime_ms >= 0 else LONGEST_LIFETIME_MS, LONGEST_LIFETIME_MS)
        token = Token(
            owner=owner,
            requester=ANONYMOUS,
            issued=now,
            expires=now + min(DEFAULT_PERIOD_MS, lifetime),
            ends=now + lifetime,
            renewers=renewers,
            token_id=self._identities.name(),
            hmac=self._identities.octets(64),
        )
        self._tokens[token.hmac] = token
        return token

    def renew(self, hmac: bytes, period_ms: int, now: int) -> tuple[ErrorCode, int]:
        """Put a token's end off; a negative period stands for the default one."""
        token = self._tokens.get(hmac)
        if token is None:
            return ErrorCode.DELEGATION_TOKEN_NOT_FOUND, -1
        if token.expires < now:
            return ErrorCode.DELEGATION_TOKEN_EXPIRED, -1
        token.expires = min(token.ends, now + (period_ms if period_ms >= 0 else DEFAULT_PERIOD_MS))
        return ErrorCode.NONE, token.expires

    def expire(self, hmac: bytes, period_ms: int, now: int) -> tuple[ErrorCode, int]:
        """Bring a token's end nearer; a negative period ends it now, and it is forgotten."""
        token = self._tokens.get(hmac)
        if token is None:
            return ErrorCode.DELEGATION_TOKEN_NOT_FOUND, -1
        if period_ms < 0:
            del self._tokens[hmac]
            return ErrorCode.NONE, now
        token.expires = min(token.ends, now + period_ms)
        return ErrorCode.NONE, token.expires

    def of(self, owners: Collection[Principal] | None) -> Iterator[Token]:
        """The tokens of these owners, or all."""
        return (token for token in self._tokens.values() if owners is None or token.owner in owners)
