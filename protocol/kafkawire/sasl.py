"""SASL mechanisms as state machines: tokens in, tokens out, no I/O.

A mechanism lives for one exchange. `start()` gives the client's first token and `step(challenge)` the answer to each of
the broker's, until it has nothing more to say: then the broker has proven what the mechanism has it prove. A broker
that breaks the rules raises `SaslError`; no message of it holds a secret.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
import stringprep
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from kafkawire.errors import WireError

__all__ = ["AwsMskIam", "OAuthBearer", "Plain", "SaslError", "SaslMechanism", "Scram"]


class SaslError(WireError):
    """The broker broke the rules of a SASL mechanism, or didn't prove that it knows the secret too."""


class SaslMechanism(Protocol):
    """One client's side of one exchange."""

    @property
    def name(self) -> str:
        """As Kafka's `sasl.mechanism` has it."""
        ...

    def start(self) -> bytes:
        """The first token."""
        ...

    def step(self, challenge: bytes) -> bytes | None:
        """The answer to a challenge; `None` when all is said and proven. Raises `SaslError`."""
        ...


class Plain:
    """PLAIN (RFC 4616): name and password as they are. Only over TLS is that a secret kept."""

    name = "PLAIN"

    def __init__(self, username: str, password: str) -> None:
        if "\0" in username + password:
            raise ValueError("PLAIN can't carry a name or password with a NUL in it")
        self._token = f"\0{username}\0{password}".encode()

    def start(self) -> bytes:
        return self._token

    def step(self, challenge: bytes) -> bytes | None:
        """Kafka answers with nothing: the error code has told."""
        if challenge:
            raise SaslError("PLAIN: the broker answered with a challenge")
        return None


class OAuthBearer:
    """OAUTHBEARER (RFC 7628): a token that somebody else has issued, with KIP-342's extensions."""

    name = "OAUTHBEARER"

    def __init__(self, token: str, extensions: Mapping[str, str] | None = None) -> None:
        pairs = {"auth": f"Bearer {token}", **(extensions or {})}
        for key, value in pairs.items():
            if not re.fullmatch(r"[A-Za-z]+", key) or not re.fullmatch(r"[\x21-\x7e \t\r\n]*", value):
                raise ValueError(f"OAUTHBEARER: the extension {key!r} has letters that it can't carry")
        self._token = b"n,,\x01" + b"".join(f"{key}={value}\x01".encode() for key, value in pairs.items()) + b"\x01"

    def start(self) -> bytes:
        return self._token

    def step(self, challenge: bytes) -> bytes | None:
        """A challenge is the broker's refusal; it says why once it has got this answer."""
        return b"\x01" if challenge else None


class AwsMskIam:
    """AWS_MSK_IAM: a signed address as JSON, made by somebody else; MSK answers with JSON of the same version."""

    name = "AWS_MSK_IAM"
    VERSION = "2020_10_22"
    LONGEST_ANSWER = 16 * 1024

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._proven = False

    def start(self) -> bytes:
        return self._payload

    def step(self, challenge: bytes) -> bytes | None:
        if self._proven:
            raise SaslError("AWS_MSK_IAM: the broker went on after the end")
        version = self._answer(challenge).get("version")
        if version != self.VERSION:
            raise SaslError(f"AWS_MSK_IAM: the broker answers by version {str(version)[:20]!r}, not {self.VERSION}")
        self._proven = True
        return None

    def _answer(self, challenge: bytes) -> dict[str, Any]:
        try:
            said: Any = json.loads(challenge) if len(challenge) <= self.LONGEST_ANSWER else None
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise SaslError("AWS_MSK_IAM: the broker's answer makes no sense")
        return cast("dict[str, Any]", said)


class Scram:
    """SCRAM-SHA-256 and SCRAM-SHA-512 (RFC 5802, 7677): neither side shows the password, both prove that they know it.

    Args:
        algorithm: `sha256` or `sha512`.
        username, password: prepared by SASLprep (RFC 4013), as brokers store them.
        token: whether they are a delegation token's id and HMAC (KIP-48).
        nonce: 18 random bytes unless a test says otherwise.
    """

    MIN_ITERATIONS = 4096
    MAX_ITERATIONS = 100_000
    """Kafka stores 4,096 to 16,384. A hostile broker could have us count for hours."""

    def __init__(
        self, algorithm: str, username: str, password: str, *, token: bool = False, nonce: str | None = None
    ) -> None:
        self._hash = {"sha256": "sha256", "sha512": "sha512"}[algorithm]
        self.name = f"SCRAM-SHA-{self._hash.removeprefix('sha')}"
        self._password = saslprep(password).encode()
        self._nonce = nonce or base64.b64encode(secrets.token_bytes(18)).decode()
        name = saslprep(username).replace("=", "=3D").replace(",", "=2C")
        self._bare = f"n={name},r={self._nonce}" + (",tokenauth=true" if token else "")
        self._signature = b""
        self._next: Callable[[bytes], bytes | None] = self._prove

    def start(self) -> bytes:
        return f"n,,{self._bare}".encode()

    def step(self, challenge: bytes) -> bytes | None:
        return self._next(challenge)

    def _prove(self, challenge: bytes) -> bytes:
        said = self._attributes(challenge)
        nonce, salt, iterations = self._checked(said)
        salted = hashlib.pbkdf2_hmac(self._hash, self._password, salt, iterations)
        client_key = self._hmac(salted, b"Client Key")
        final = f"c=biws,r={nonce}"
        message = f"{self._bare},{challenge.decode()},{final}".encode()
        signature = self._hmac(hashlib.new(self._hash, client_key).digest(), message)
        proof = bytes(a ^ b for a, b in zip(client_key, signature, strict=True))
        self._signature = self._hmac(self._hmac(salted, b"Server Key"), message)
        self._next = self._verify
        return f"{final},p={base64.b64encode(proof).decode()}".encode()

    def _checked(self, said: Mapping[str, str]) -> tuple[str, bytes, int]:
        if "m" in said:
            raise SaslError(f"{self.name}: the broker demands an extension that nobody knows")
        nonce = said.get("r", "")
        if not nonce.startswith(self._nonce) or nonce == self._nonce:
            raise SaslError(f"{self.name}: the broker's nonce doesn't continue ours")
        count = said.get("i", "")
        iterations = int(count) if count.isascii() and count.isdigit() and len(count) < 12 else 0
        if not self.MIN_ITERATIONS <= iterations <= self.MAX_ITERATIONS:
            limits = f"{self.MIN_ITERATIONS} to {self.MAX_ITERATIONS}"
            raise SaslError(f"{self.name}: the broker demands {count[:20]!r} iterations; {limits} are accepted")
        return nonce, self._decoded(said.get("s", ""), "salt"), iterations

    def _verify(self, challenge: bytes) -> None:
        said = self._attributes(challenge)
        if "e" in said:
            raise SaslError(f"{self.name}: {said['e'][:200]}")
        if not hmac.compare_digest(self._decoded(said.get("v", ""), "signature"), self._signature):
            raise SaslError(f"{self.name}: the broker's signature is wrong: it doesn't know the password")
        self._next = self._refuse

    def _refuse(self, challenge: bytes) -> None:
        raise SaslError(f"{self.name}: the broker went on after the end")

    def _attributes(self, challenge: bytes) -> dict[str, str]:
        try:
            text = challenge.decode()
        except UnicodeDecodeError:
            raise SaslError(f"{self.name}: the broker's message isn't text") from None
        pairs = [part.split("=", 1) for part in text.split(",")]
        if not all(len(pair) == 2 and len(pair[0]) == 1 for pair in pairs):
            raise SaslError(f"{self.name}: the broker's message makes no sense")
        return {pair[0]: pair[1] for pair in pairs}

    def _decoded(self, text: str, what: str) -> bytes:
        try:
            value = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            value = b""
        if not value:
            raise SaslError(f"{self.name}: the broker's {what} makes no sense")
        return value

    def _hmac(self, key: bytes, message: bytes) -> bytes:
        return hmac.digest(key, message, self._hash)


def saslprep(text: str) -> str:
    """SASLprep (RFC 4013) of a stored string: what looks alike becomes alike. Raises `ValueError`."""
    mapped = "".join(
        " " if stringprep.in_table_c12(char) else char for char in text if not stringprep.in_table_b1(char)
    )
    prepared = unicodedata.ucd_3_2_0.normalize("NFKC", mapped)
    for forbidden in _PROHIBITED:
        if any(map(forbidden, prepared)):
            raise ValueError("a name or password has characters that SASLprep (RFC 4013) forbids")
    _require_one_direction(prepared)
    return prepared


def _require_one_direction(text: str) -> None:
    right_to_left = [stringprep.in_table_d1(char) for char in text]
    if not any(right_to_left):
        return
    if any(map(stringprep.in_table_d2, text)) or not (right_to_left[0] and right_to_left[-1]):
        raise ValueError("a name or password mixes directions of writing (RFC 3454, 6)")


_PROHIBITED = (
    stringprep.in_table_a1,  # not assigned in Unicode 3.2
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)
