"""Who may log in at a `FakeCluster`, and by which passwords or tokens."""

from __future__ import annotations

import base64
import hashlib
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from os import PathLike

from kafkaadmin.testing.scram_users import Credential, ScramUsers
from kafkaadmin.testing.tokens import Tokens
from kafkawire.enums import ScramMechanism

__all__ = ["ALGORITHMS", "Logins", "SecureListener"]

ALGORITHMS: Mapping[str, tuple[ScramMechanism, str]] = {
    "SCRAM-SHA-256": (ScramMechanism.SCRAM_SHA_256, "sha256"),
    "SCRAM-SHA-512": (ScramMechanism.SCRAM_SHA_512, "sha512"),
}

_SALT, _ITERATIONS = b"salt of the earth", 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class SecureListener:
    """How the nodes of a `FakeCluster` let clients in: by TLS, by SASL, or by both, as `SASL_SSL` has it.

    Args:
        tls: the listener's certificate, and whether it wants the client's: a context for servers.
        mechanisms: of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER, GSSAPI and AWS_MSK_IAM, those that are taken.
            Without any there is no SASL.
        users: passwords by name, for PLAIN and SCRAM. SCRAM also knows users whose credentials clients have made, and
            delegation tokens.
        tokens: bearer tokens that are good.
        keytab: for GSSAPI, the keys of the brokers' principals, such as `kafka/127.0.0.1@REALM`. It needs the extra
            `gssapi`, and a KDC of the test's own.
        aws_keys: for AWS_MSK_IAM, secret keys by access key. Who comes in is called by the access key.
        session_life: seconds after which a client must authenticate again, as with `connections.max.reauth.ms`; a
            broker hangs up on one that goes on all the same (KIP-368).
    """

    tls: ssl.SSLContext | None = None
    mechanisms: Collection[str] = ()
    users: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    tokens: Collection[str] = field(default=(), repr=False)
    keytab: str | PathLike[str] | None = None
    aws_keys: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    session_life: float | None = None

    def __post_init__(self) -> None:
        if unknown := set(self.mechanisms) - {"PLAIN", "OAUTHBEARER", "GSSAPI", "AWS_MSK_IAM", *ALGORITHMS}:
            raise ValueError(f"FakeCluster knows no SASL mechanism {', '.join(sorted(unknown))}")
        if ("GSSAPI" in self.mechanisms) is not (self.keytab is not None):
            raise ValueError("GSSAPI and a keytab need each other")


class Logins:
    """The passwords and tokens in force, and who came in by them. It changes; the listener that it began as doesn't."""

    def __init__(self, listener: SecureListener, made: ScramUsers, delegated: Tokens) -> None:
        self.listener = listener
        self.users = dict(listener.users)
        self.tokens = set(listener.tokens)
        self.aws_keys = dict(listener.aws_keys)
        self.came: list[str] = []
        self._made = made
        self._delegated = delegated
        self._hashed: dict[tuple[str, str, str], Credential] = {}

    def credential(self, user: str, mechanism: str, *, delegated: bool) -> Credential | None:
        """What SCRAM is checked against; `delegated` names a token's id instead of a user."""
        if delegated:
            hmacs = [token.hmac for token in self._delegated.of(None) if token.token_id == user]
            return self._of(user, base64.b64encode(hmacs[0]).decode(), mechanism) if hmacs else None
        if user in self.users:
            return self._of(user, self.users[user], mechanism)
        return self._made.of(user).get(ALGORITHMS[mechanism][0])

    def _of(self, user: str, password: str, mechanism: str) -> Credential:
        key = (user, password, mechanism)
        if key not in self._hashed:
            salted = hashlib.pbkdf2_hmac(ALGORITHMS[mechanism][1], password.encode(), _SALT, _ITERATIONS)
            self._hashed[key] = Credential(iterations=_ITERATIONS, salt=_SALT, salted_password=salted)
        return self._hashed[key]
