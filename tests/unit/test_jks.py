"""JKS, as `keytool` made it: `-genkeypair -keyalg EC -storetype JKS -storepass changeit -keypass hushhush`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key

from kafkaadmin.jks import MAGIC, read

STORE = (Path(__file__).parent / "own.jks").read_bytes()


def sealed(contents: bytes, password: str = "changeit") -> bytes:
    """A store with a digest that is right, whatever is in it."""
    said = password.encode("utf-16-be") + b"Mighty Aphrodite" + contents
    return contents + hashlib.sha1(said).digest()  # noqa: S324 - the format has no other


def test_a_key_goes_with_its_certificate() -> None:
    store = read(STORE, "changeit")
    (entry,) = store.keys
    (certificate,) = map(x509.load_der_x509_certificate, entry.chain)
    assert load_der_private_key(entry.key("hushhush"), None).public_key() == certificate.public_key()
    assert store.trusted == ()
    assert "encrypted" not in repr(entry)


def test_a_wrong_password_is_told() -> None:
    with pytest.raises(ValueError, match="another password"):
        read(STORE, "guessed")
    with pytest.raises(ValueError, match="wrong password"):
        read(STORE, "changeit").keys[0].key("changeit")


def test_without_a_password_it_is_read_unchecked_as_in_java() -> None:
    assert read(STORE, None) == read(STORE, "changeit")


@pytest.mark.parametrize("password", [None, "changeit"])
def test_a_store_cut_anywhere_is_refused(password: str | None) -> None:
    for size in range(len(STORE)):
        with pytest.raises(ValueError, match=r"cut short|no JKS|changed"):
            read(STORE[:size], password)


def test_a_store_that_lies_costs_no_more_than_it_is_long() -> None:
    huge = b"\x7f\xff\xff\xff"
    for lie in (
        MAGIC + b"\0\0\0\2" + huge,
        MAGIC + b"\0\0\0\2\0\0\0\1\0\0\0\2\0\0" + bytes(8) + huge,
        MAGIC + huge * 2,
    ):
        with pytest.raises(ValueError, match=r"cut short|no JKS"):
            read(sealed(lie), "changeit")
    with pytest.raises(ValueError, match="neither"):
        read(sealed(MAGIC + b"\0\0\0\2\0\0\0\1\0\0\0\3\0\0" + bytes(8)), "changeit")


def test_a_key_changed_anywhere_is_refused() -> None:
    encrypted = read(STORE, None).keys[0].encrypted
    at = STORE.index(encrypted)
    secret = at + encrypted.index(b"\x05\x00") + 2  # what is before it, nobody signs
    for spoiled in range(secret, at + len(encrypted)):
        changed = STORE[:spoiled] + bytes([STORE[spoiled] ^ 1]) + STORE[spoiled + 1 :]
        with pytest.raises(ValueError, match=r"key|cut short"):
            read(changed, None).keys[0].key("hushhush")
