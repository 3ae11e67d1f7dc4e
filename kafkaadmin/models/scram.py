"""SCRAM credentials of users (KIP-554): what brokers tell of them, and how they are changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from kafkawire.enums import ScramMechanism

__all__ = [
    "AlteredUserScramCredentials",
    "ScramCredentialInfo",
    "UserScramCredentialDeletion",
    "UserScramCredentialUpsertion",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScramCredentialInfo:
    """One credential of a user: all that brokers tell of it."""

    mechanism: ScramMechanism
    iterations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UserScramCredentialUpsertion:
    """A user's password for one mechanism, to be set or replaced.

    `iterations`: how often it is hashed; Kafka takes 4,096 to 16,384. `salt`: 16 random bytes, unless given. The
    password is salted here (RFC 5802): brokers get no more than they keep. Text counts as its UTF-8 bytes, as Java's
    clients have it.
    """

    user: str
    mechanism: ScramMechanism
    password: str | bytes = field(repr=False)
    iterations: int = 4096
    salt: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserScramCredentialDeletion:
    """A user's password for one mechanism, to be forgotten."""

    user: str
    mechanism: ScramMechanism


@dataclass(frozen=True, slots=True, kw_only=True)
class AlteredUserScramCredentials:
    """A user whose credentials were changed.

    `ambiguous`: an answer was lost, and when asked again the credential to be deleted was gone. So this call deleted
    it, unless somebody else did just then.
    """

    user: str
    ambiguous: bool = False
