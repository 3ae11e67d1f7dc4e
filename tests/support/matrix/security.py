"""How the matrix's clients are let in, at the moments when that is struck."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from kafkaadmin.security import SaslScram, Security, Tls
from kafkaadmin.testing import SecureListener
from tests.support.certificates import Certificates
from tests.support.matrix.faults import Moment

__all__ = ["SESSION", "Door", "doors"]

SESSION = 0.3
"""Seconds until a session is over, where it is renewed."""

_USER, _PASSWORD, _MECHANISM = "matrix", "open sesame", "SCRAM-SHA-256"


@dataclass(frozen=True, slots=True)
class Door:
    """The brokers' side, and the client's."""

    listener: SecureListener
    security: Security


@cache
def doors() -> Mapping[Moment, Door]:
    """By moment. At those that are missing nobody is asked who he is."""
    certificates = Certificates()
    by_tls = Door(SecureListener(tls=certificates.server()), Security(tls=Tls(ca=certificates.ca_pem)))
    return {
        Moment.TLS: by_tls,
        Moment.SASL_FIRST: _by_sasl(None),
        Moment.SASL_LAST: _by_sasl(None),
        Moment.REAUTHENTICATION: _by_sasl(SESSION),
    }


def _by_sasl(session_life: float | None) -> Door:
    """SCRAM, which takes two rounds."""
    listener = SecureListener(mechanisms=(_MECHANISM,), users={_USER: _PASSWORD}, session_life=session_life)
    return Door(listener, Security(tls=None, sasl=SaslScram(_USER, _PASSWORD, _MECHANISM)))
