"""Certificates for tests, made by trustme: an authority, a broker at 127.0.0.1 and localhost, and a client."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

__all__ = ["Certificates"]


class Certificates:
    """One authority and whom it vouches for. `ca_pem`, `client_pem` (certificate and key together) are PEM text."""

    def __init__(self) -> None:
        self._ca = trustme.CA()
        self._client = self._ca.issue_cert("client@kafkaadmin.test", common_name="client")
        self.ca_pem = self._ca.cert_pem.bytes().decode()
        self.client_pem = self._client.private_key_and_cert_chain_pem.bytes().decode()

    def server(self, *names: str, wants_certificate: bool = False) -> ssl.SSLContext:
        """A listener's context: for the loopback, or for these names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issued = self._ca.issue_cert(*(names or ("127.0.0.1", "localhost")))
        issued.configure_cert(context)  # pyright: ignore[reportUnknownMemberType]
        if wants_certificate:
            self._ca.configure_trust(context)  # pyright: ignore[reportUnknownMemberType]
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def broker_pem(self) -> tuple[str, str]:
        """A broker's key and certificate chain, for the loopback."""
        issued = self._ca.issue_cert("127.0.0.1", "localhost")
        key = load_pem_private_key(issued.private_key_pem.bytes(), None)
        pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # the only form that Java reads
        return pkcs8.decode(), b"".join(blob.bytes() for blob in issued.cert_chain_pems).decode()

    def client_key(self, password: str) -> str:
        """The client's key, encrypted, as PEM text."""
        key = load_pem_private_key(self._client.private_key_pem.bytes(), None)
        encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode()))
        return encrypted.decode()

    def write(self, folder: Path) -> None:
        """Put `ca.pem` and `client.pem` into a folder."""
        (folder / "ca.pem").write_text(self.ca_pem)
        (folder / "client.pem").write_text(self.client_pem)
