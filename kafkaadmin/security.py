"""How a client proves who it is, and makes sure that nobody else listens. Secrets appear in no `repr`."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

from kafkaadmin.errors import ConfigurationError

__all__ = [
    "OAuthToken",
    "Sasl",
    "SaslGssapi",
    "SaslMskIam",
    "SaslOAuthBearer",
    "SaslPlain",
    "SaslScram",
    "Security",
    "SecurityProvider",
    "Tls",
    "is_region",
]

PemSource = str | PathLike[str]
"""A file in PEM, or PEM text itself: text begins with `-----BEGIN`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """TLS 1.2 or 1.3, with the broker's certificate and host name verified.

    Args:
        ca: the authorities to trust; the system's where nothing is said.
        certificate, key: the client's own, where the broker asks for one (mTLS). `key` may be left out where the
            certificate's file holds it too.
        key_password: of an encrypted key.
        context: one made by the caller, instead of all of these. It is used as it is.
        server_hostname: what the certificate must be for, and SNI asks for, instead of the host that is connected to.
        insecure_skip_hostname_verification: accept a trusted authority's certificate for whatever host. Whoever holds
            one can then read and change everything.
    """

    ca: PemSource | None = None
    certificate: PemSource | None = None
    key: PemSource | None = field(default=None, repr=False)
    key_password: str | None = field(default=None, repr=False)
    context: ssl.SSLContext | None = None
    server_hostname: str | None = None
    insecure_skip_hostname_verification: bool = False

    def __post_init__(self) -> None:
        own = (self.ca, self.certificate, self.key, self.key_password)
        if self.context is not None and (any(own) or self.insecure_skip_hostname_verification):
            raise ConfigurationError("Tls: context stands for itself; give it alone, or ca, certificate and key")
        if self.key is not None and self.certificate is None:
            raise ConfigurationError("Tls: a key needs its certificate")


@dataclass(frozen=True, slots=True)
class SaslPlain:
    """SASL PLAIN: the password goes to the broker as it is. Only TLS keeps it from others."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SaslScram:
    """SASL SCRAM-SHA-512 or SCRAM-SHA-256: the password is never sent, and the broker proves that it knows it too.

    With `token=True` name and password are a delegation token's id and HMAC (KIP-48).
    """

    username: str
    password: str = field(repr=False)
    mechanism: str = "SCRAM-SHA-512"
    token: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        if self.mechanism not in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
            raise ConfigurationError(f"SaslScram: {self.mechanism!r} is neither SCRAM-SHA-256 nor SCRAM-SHA-512")


@dataclass(frozen=True, slots=True)
class OAuthToken:
    """A bearer token, and extensions that the broker's callback may want (KIP-342)."""

    value: str = field(repr=False)
    extensions: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class SaslOAuthBearer:
    """SASL OAUTHBEARER: `token` is called, and awaited, for each login. It may keep a token while it lives."""

    token: Callable[[], Awaitable[OAuthToken | str]]


@dataclass(frozen=True, slots=True)
class SaslGssapi:
    """SASL GSSAPI: Kerberos, with tickets of the system's cache (`kinit`), or by a keytab. Needs the extra `gssapi`.

    `service_name` is the first part of the brokers' principals, `kafka/host@REALM`; the host is the broker's address.
    """

    service_name: str = "kafka"
    principal: str | None = None
    keytab: str | PathLike[str] | None = None


@dataclass(frozen=True, slots=True)
class SaslMskIam:
    """SASL AWS_MSK_IAM, of Amazon MSK: credentials of AWS sign each login. Needs the extra `aws`.

    Credentials come from wherever botocore finds them, for each login anew, so rotated and temporary ones take effect.
    For OAUTHBEARER, MSK's other way for the same, there is `kafkaadmin.aws.MskIamToken`.

    Args:
        region: the cluster's; without it what the broker's name says, else what botocore is set up for.
        profile: whose credentials of the AWS configuration to take; what botocore takes, without.
        session: a botocore session of the caller's own, instead of a profile.
    """

    region: str | None = None
    profile: str | None = None
    session: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.profile is not None and self.session is not None:
            raise ConfigurationError("SaslMskIam: a session stands for itself; give it, or a profile")
        if self.region is not None and not is_region(self.region):
            raise ConfigurationError(f"SaslMskIam: {self.region!r} is no region")


def is_region(name: str) -> bool:
    """Whether a name may be one of AWS's regions: it becomes a part of addresses."""
    return name.isascii() and name.replace("-", "").isalnum()


Sasl = SaslPlain | SaslScram | SaslOAuthBearer | SaslGssapi | SaslMskIam


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """A security protocol: SSL (`tls` alone), SASL_SSL (both) or SASL_PLAINTEXT (`tls=None` and `sasl`).

    `tls` has to be said: nothing is ever sent in clear text because something was left out.
    """

    tls: Tls | None
    sasl: Sasl | None = None

    def __post_init__(self) -> None:
        _require("tls", self.tls, Tls)
        _require("sasl", self.sasl, (SaslPlain, SaslScram, SaslOAuthBearer, SaslGssapi, SaslMskIam))

    @property
    def protocol(self) -> str:
        """As Kafka's `security.protocol` has it."""
        if self.sasl is None:
            return "PLAINTEXT" if self.tls is None else "SSL"
        return "SASL_PLAINTEXT" if self.tls is None else "SASL_SSL"


SecurityProvider = Callable[[], Awaitable[Security]]
"""Asked for each login: rotated passwords and certificates take effect there."""


def _require(name: str, value: object, kinds: Any) -> None:
    if value is not None and not isinstance(value, kinds):
        raise ConfigurationError(f"security: {name} can't be a {type(value).__name__}")
