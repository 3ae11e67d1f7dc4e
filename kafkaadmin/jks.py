"""Java's own format of key stores, JKS, as far as it has to be read: keys with their certificates, and whom to trust.

Ours, for want of a library that is kept: pyjks had its last release in 2020, and wants a C compiler.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

__all__ = ["MAGIC", "KeyEntry", "KeyStore", "read"]

MAGIC: Final = b"\xfe\xed\xfe\xed"

_KEY, _TRUSTED = 1, 2
_DIGEST_BYTES: Final = 20
_WHITENER: Final = b"Mighty Aphrodite"
"""What Sun mixes into the digest of a store."""

_PROTECTOR: Final = bytes.fromhex("060a2b060104012a02110101")
"""1.3.6.1.4.1.42.2.17.1.1: the one way in which a JKS encrypts keys."""

_SEQUENCE, _OCTETS = 0x30, 0x04


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A private key, still encrypted, and the chain of its certificates in DER, its own first."""

    encrypted: bytes = field(repr=False)
    chain: tuple[bytes, ...]

    def key(self, password: str) -> bytes:
        """The key in PKCS #8. Raises `ValueError` where the password is another."""
        algorithm, rest = _element(_element(self.encrypted, _SEQUENCE)[0], _SEQUENCE)
        if not algorithm.startswith(_PROTECTOR):
            raise ValueError("a key is encrypted in a way that is not the format's")
        secret = _element(rest, _OCTETS)[0]
        salt, hidden, digest = secret[:_DIGEST_BYTES], secret[_DIGEST_BYTES:-_DIGEST_BYTES], secret[-_DIGEST_BYTES:]
        characters = _characters(password)
        plain = bytes(a ^ b for a, b in zip(hidden, _keystream(characters, salt), strict=False))
        if not hmac.compare_digest(_sha1(characters + plain), digest):
            raise ValueError("a key can't be decrypted: a wrong password?")
        return plain


@dataclass(frozen=True, slots=True)
class KeyStore:
    """What a store holds, in its order."""

    keys: tuple[KeyEntry, ...]
    trusted: tuple[bytes, ...]


def read(data: bytes, password: str | None) -> KeyStore:
    """Read a store. Without a password nobody can tell whether it was changed, as in Java.

    Raises `ValueError`: it isn't one, it is cut short, or the password is another.
    """
    if password is not None:
        digest = _sha1(_characters(password) + _WHITENER + data[:-_DIGEST_BYTES])
        if not hmac.compare_digest(digest, data[-_DIGEST_BYTES:]):
            raise ValueError("a store was changed, or made by another password")
    reader = _Reader(data[:-_DIGEST_BYTES])
    magic, version, entries = reader.take(4), reader.number(), reader.number()
    if magic != MAGIC or version not in {1, 2}:
        raise ValueError("no JKS")
    keys: list[KeyEntry] = []
    trusted: list[bytes] = []
    for _ in range(entries):
        kind = reader.number()
        reader.text()  # its alias
        reader.take(8)  # when it was made
        if kind == _KEY:
            encrypted = reader.take(reader.number())
            keys.append(KeyEntry(encrypted, tuple(reader.certificate(version) for _ in range(reader.number()))))
        elif kind == _TRUSTED:
            trusted.append(reader.certificate(version))
        else:
            raise ValueError("a store holds what is neither a key nor a certificate")
    return KeyStore(tuple(keys), tuple(trusted))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) < size:
            raise ValueError("a store is cut short")
        self._at += size
        return taken

    def rest(self) -> bytes:
        return self._data[self._at :]

    def number(self, size: int = 4) -> int:
        return int.from_bytes(self.take(size))

    def text(self) -> bytes:
        return self.take(self.number(2))

    def certificate(self, version: int) -> bytes:
        if version == 2 and (kind := self.text()) != b"X.509":
            raise ValueError(f"a certificate is of kind {kind!r}")
        return self.take(self.number())


def _element(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """The contents of the DER element that data begin with, and what comes after it."""
    reader = _Reader(data)
    found, size = reader.number(1), reader.number(1)
    if size & 0x80:
        size = reader.number(size & 0x7F)
    if found != tag:
        raise ValueError("a key makes no sense")
    return reader.take(size), reader.rest()


def _keystream(characters: bytes, salt: bytes) -> Iterator[int]:
    block = salt
    while True:
        block = _sha1(characters + block)
        yield from block


def _characters(password: str) -> bytes:
    return password.encode("utf-16-be")


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data).digest()  # noqa: S324 - the format has no other
