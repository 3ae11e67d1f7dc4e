"""Java's key stores and trust stores, made into a `Tls`: PEM and JKS by itself, PKCS12 by the extra `keystores`."""

from __future__ import annotations

import base64
import textwrap
from pathlib import Path
from typing import Protocol

from kafkaadmin import jks
from kafkaadmin.errors import ConfigurationError
from kafkaadmin.security import Tls

__all__ = ["Said", "tls_of"]


class Said(Protocol):
    """Properties, from which a reader takes what it understands."""

    def take(self, key: str) -> str | None: ...

    def take_even_blank(self, key: str) -> str | None: ...

    def refuse(self, keys: str, why: str) -> None: ...


def tls_of(said: Said) -> Tls:
    """What the `ssl.…` properties say. Reads files. Raises `ConfigurationError`, which names the property."""
    identification = said.take_even_blank("ssl.endpoint.identification.algorithm")
    if identification not in {None, "", "https", "HTTPS"}:
        raise ConfigurationError(f"ssl.endpoint.identification.algorithm: {identification!r} isn't https or empty")
    for spoken in ("ssl.protocol", "ssl.enabled.protocols"):
        _require_known_protocols(spoken, said.take(spoken))
    certificate, key, password = _own(said)
    return Tls(
        ca=_trusted(said),
        certificate=certificate,
        key=key,
        key_password=password,
        insecure_skip_hostname_verification=identification == "",
    )


def _require_known_protocols(key: str, value: str | None) -> None:
    for name in (value or "").split(","):
        if name.strip() not in {"", "TLS", "TLSv1.2", "TLSv1.3"}:
            raise ConfigurationError(f"{key}: {name.strip()} isn't spoken here: TLSv1.2 and TLSv1.3 are, both of them")


def _trusted(said: Said) -> str | None:
    kind = _kind(said, "ssl.truststore.type")
    location, password = said.take("ssl.truststore.location"), said.take("ssl.truststore.password")
    given = said.take("ssl.truststore.certificates")
    if given is not None:
        if kind != "PEM" or location is not None:
            raise ConfigurationError("ssl.truststore.certificates: they go with type PEM, and no location")
        return given
    if location is None:
        return None
    if kind == "PEM":
        return _text("ssl.truststore.location", location)
    _, certificates = _opened("ssl.truststore", kind, location, password)
    if not certificates:
        raise ConfigurationError(f"ssl.truststore.location: {location} holds no certificate")
    return "".join(certificates)


def _own(said: Said) -> tuple[str | None, str | None, str | None]:
    """Our certificate, its key, and the key's password."""
    kind = _kind(said, "ssl.keystore.type")
    location, store_password = said.take("ssl.keystore.location"), said.take("ssl.keystore.password")
    key, chain = said.take("ssl.keystore.key"), said.take("ssl.keystore.certificate.chain")
    key_password = said.take("ssl.key.password")
    if key is not None or chain is not None:
        if kind != "PEM" or location is not None:
            raise ConfigurationError("ssl.keystore.key: it goes with ssl.keystore.type=PEM and no location")
        if key is None or chain is None:
            raise ConfigurationError("ssl.keystore.key and ssl.keystore.certificate.chain need each other")
        return chain, key, key_password
    if location is None:
        return None, None, None
    if kind == "PEM":
        text = _text("ssl.keystore.location", location)
        return text, text, key_password
    private, certificates = _opened("ssl.keystore", kind, location, store_password, key_password)
    if private is None or not certificates:
        raise ConfigurationError(f"ssl.keystore.location: {location} holds no key with its certificate")
    return "".join(certificates), private, None


def _kind(said: Said, key: str) -> str:
    kind = (said.take(key) or "JKS").upper()
    if kind not in {"PEM", "PKCS12", "JKS"}:
        raise ConfigurationError(f"{key}: {kind} is none of PEM, PKCS12, JKS")
    return kind


def _text(key: str, location: str) -> str:
    try:
        return Path(location).read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{key}: {location}: {getattr(error, 'strerror', None) or 'no PEM'}") from error


def _opened(
    store: str, kind: str, location: str, password: str | None, key_password: str | None = None
) -> tuple[str | None, list[str]]:
    """The key in a store, not encrypted, and the certificates. The file's own kind counts, as it does for Java."""
    try:
        data = Path(location).read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{store}.location: {location}: {error.strerror}") from error
    is_jks = data.startswith(jks.MAGIC)
    try:
        return (_jks if is_jks else _pkcs12)(data, password, key_password)
    except ModuleNotFoundError as missing:
        raise ConfigurationError(
            f"{store}.type: {kind} needs {missing.name}; python -m pip install 'kafkaadmin[keystores]' brings it"
        ) from None
    except ValueError:  # its words may hold parts of the file
        raise ConfigurationError(f"{store}.location: {location} can't be opened: a wrong password?") from None


def _pkcs12(data: bytes, password: str | None, key_password: str | None) -> tuple[str | None, list[str]]:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

    store = pkcs12.load_pkcs12(data, password.encode() if password else None)
    found = [store.cert, *store.additional_certs] if store.cert is not None else list(store.additional_certs)
    certificates = [each.certificate.public_bytes(Encoding.PEM).decode() for each in found]
    if store.key is None:
        return None, certificates
    return store.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(), certificates


def _jks(data: bytes, password: str | None, key_password: str | None) -> tuple[str | None, list[str]]:
    store = jks.read(data, password)
    for entry in store.keys:
        key = entry.key(key_password or password or "")
        return _pem("PRIVATE KEY", key), [_pem("CERTIFICATE", each) for each in entry.chain]
    return None, [_pem("CERTIFICATE", each) for each in store.trusted]


def _pem(label: str, der: bytes) -> str:
    lines = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"
