"""SASL GSSAPI (RFC 4752): Kerberos, by the extra `gssapi`, which binds the system's library."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, Final

from kafkaadmin.errors import ConfigurationError
from kafkaadmin.security import SaslGssapi
from kafkawire.sasl import SaslError

__all__ = ["Kerberos"]

_NO_LAYER: Final = 1
"""Neither signing nor sealing of what follows: Kafka offers nothing else, and TLS does better."""

_LAYERS_SIZE: Final = 4


class Kerberos:
    """One exchange. `start` and `step` ask the KDC for tickets: they block, and belong in a thread."""

    name = "GSSAPI"

    def __init__(self, config: SaslGssapi, host: str) -> None:
        try:
            self._gssapi: Any = import_module("gssapi")
        except ModuleNotFoundError:
            raise ConfigurationError(
                "SaslGssapi needs gssapi; python -m pip install 'kafkaadmin[gssapi]' brings it"
            ) from None
        self._config = config
        self._service = f"{config.service_name}@{host}"
        self._told = f"GSSAPI: {self._service}{_as(config)}"
        self._context: Any = None
        self._agreed = False

    def start(self) -> bytes:
        gssapi = self._gssapi
        try:
            self._context = gssapi.SecurityContext(
                name=gssapi.Name(self._service, gssapi.NameType.hostbased_service),
                creds=self._credentials(),
                mech=gssapi.MechType.kerberos,
                flags=gssapi.RequirementFlag.mutual_authentication | gssapi.RequirementFlag.integrity,
                usage="initiate",
            )
            # The library would raise what it finds with the step after, as if there were one.
            self._context.__DEFER_STEP_ERRORS__ = False
            return bytes(self._context.step() or b"")
        except gssapi.exceptions.GSSError as error:
            raise SaslError(f"{self._told}: {error}") from None

    def _credentials(self) -> Any:
        """Those of a keytab where one is given; of the ticket cache otherwise.

        A keytab's tickets have a cache of their own, in memory: the user's may be somebody else's, and would be
        written to.
        """
        gssapi, config = self._gssapi, self._config
        if config.principal is None and config.keytab is None:
            return None
        name = config.principal and gssapi.Name(config.principal, gssapi.NameType.kerberos_principal)
        store = None
        if config.keytab is not None:
            keytab = os.fspath(config.keytab)
            store = {"client_keytab": keytab, "ccache": f"MEMORY:{config.principal or ''} by {keytab}"}
        return gssapi.Credentials(name=name, usage="initiate", store=store)

    def step(self, challenge: bytes) -> bytes | None:
        try:
            return self._stepped(challenge)
        except self._gssapi.exceptions.GSSError as error:
            raise SaslError(f"{self._told}: {error}") from None

    def _stepped(self, challenge: bytes) -> bytes | None:
        if self._agreed:
            if challenge:
                raise SaslError("GSSAPI: the broker went on after the end")
            return None
        if not self._context.complete:
            return bytes(self._context.step(challenge) or b"")
        layers = self._context.unwrap(challenge).message
        if len(layers) != _LAYERS_SIZE or not layers[0] & _NO_LAYER:
            raise SaslError("GSSAPI: the broker insists on a security layer, and none is spoken here")
        self._agreed = True
        return bytes(self._context.wrap(bytes([_NO_LAYER, 0, 0, 0]), False).message)


def _as(config: SaslGssapi) -> str:
    """Who comes, for messages: the library doesn't say whose tickets it couldn't have."""
    who = "" if config.principal is None else f", as {config.principal}"
    return who if config.keytab is None else f"{who}, by {os.fspath(config.keytab)}"
