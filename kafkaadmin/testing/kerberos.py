"""A broker's side of SASL GSSAPI (RFC 4752), by the same library as the client's: the extra `gssapi`."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, Final

from kafkaadmin.testing.logins import Logins
from kafkaadmin.testing.sasl import Verdict
from kafkawire import ErrorCode

__all__ = ["Acceptor"]

_NO_LAYER: Final = bytes([1, 0, 0, 0])


class Acceptor:
    """One exchange: the tickets, then the offer of no security layer, then the client's consent to that.

    What the library says against a ticket stays here, as Kafka keeps it in its log.
    """

    def __init__(self, mechanism: str, logins: Logins) -> None:
        self._gssapi: Any = import_module("gssapi")
        self._keytab = os.fspath(logins.listener.keytab or "")
        self._context: Any = None
        self._offered = False

    def step(self, token: bytes) -> Verdict:
        try:
            return self._consented(token) if self._offered else self._accepted(token)
        except self._gssapi.exceptions.GSSError:
            return _refused("Authentication failed due to invalid credentials with SASL mechanism GSSAPI")

    def _accepted(self, token: bytes) -> Verdict:
        if self._context is None:
            ours = self._gssapi.Credentials(usage="accept", store={"keytab": self._keytab})
            self._context = self._gssapi.SecurityContext(creds=ours, usage="accept")
            self._context.__DEFER_STEP_ERRORS__ = False
        if not self._context.complete:
            return Verdict(token=bytes(self._context.step(token) or b""))
        self._offered = True
        return Verdict(token=bytes(self._context.wrap(_NO_LAYER, False).message))

    def _consented(self, token: bytes) -> Verdict:
        """Kafka's principal is the first part of Kerberos' (`sasl.kerberos.principal.to.local.rules`)."""
        if self._context.unwrap(token).message[:1] != _NO_LAYER[:1]:
            return _refused("Authentication failed: GSSAPI with a security layer")
        name = str(self._context.initiator_name)
        return Verdict(user=name.partition("@")[0].partition("/")[0])


def _refused(why: str) -> Verdict:
    return Verdict(error=ErrorCode.SASL_AUTHENTICATION_FAILED, message=why)
