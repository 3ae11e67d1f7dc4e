"""Delegation tokens (KIP-48): made, described, renewed and expired."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime

from kafkaadmin.models.principals import KafkaPrincipal

__all__ = ["DelegationToken", "DelegationTokenExpiry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationToken:
    """A token by which others can act as its owner.

    `token_id` and `hmac` are user name and password for SCRAM logins: whoever has them is the owner to the brokers. So
    the `hmac` is in no `repr` and in no log; `hmac_as_base64` is the password as text.
    `requester` is who asked for the token, where that isn't the owner (KIP-373; `None` from brokers before 3.3).
    `expires_at` is when it ends unless it is renewed, `renewable_until` when it ends however often it is.
    """

    token_id: str
    hmac: bytes = field(repr=False)
    owner: KafkaPrincipal
    requester: KafkaPrincipal | None
    renewers: tuple[KafkaPrincipal, ...]
    issued_at: datetime
    expires_at: datetime
    renewable_until: datetime

    @property
    def hmac_as_base64(self) -> str:
        """What a SCRAM login takes for the password."""
        return b64encode(self.hmac).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationTokenExpiry:
    """When a token ends now.

    `ambiguous`: an answer was lost, and when asked again there was no such token. So this call ended it, unless it
    ended by itself just then; `expires_at` is `None`, since nobody told.
    """

    expires_at: datetime | None
    ambiguous: bool = False
