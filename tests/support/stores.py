"""Java's key stores for tests, in PKCS12 and JKS, the latter by Java's own `keytool`."""

from __future__ import annotations

import subprocess
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12

from tests.support.certificates import Certificates

__all__ = ["PASSWORD", "keytool", "stores"]

PASSWORD = "changeit"


def stores(folder: Path, kind: str, certificates: Certificates) -> dict[str, str]:
    """The client's certificate and key in one store, the authority in another; and the properties that name them."""
    pem = certificates.client_pem.encode()
    authority = x509.load_pem_x509_certificate(certificates.ca_pem.encode())
    own, *chain = x509.load_pem_x509_certificates(pem)
    key = load_pem_private_key(pem, None)
    hidden = BestAvailableEncryption(PASSWORD.encode())
    made = pkcs12.serialize_key_and_certificates(b"own", key, own, chain, hidden)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    trusted = pkcs12.serialize_java_truststore([pkcs12.PKCS12Certificate(authority, b"ca")], hidden)
    for name, data in (("keystore", made), ("truststore", trusted)):
        (folder / f"{name}.p12").write_bytes(data)
        if kind == "JKS":
            source = ("-srckeystore", str(folder / f"{name}.p12"), "-srcstorepass", PASSWORD, "-noprompt")
            target = ("-destkeystore", str(folder / f"{name}.jks"), "-deststorepass", PASSWORD, "-deststoretype", kind)
            keytool("-importkeystore", *source, *target)
    ending = {"JKS": "jks", "PKCS12": "p12"}[kind]
    said: dict[str, str] = {}
    for name in ("keystore", "truststore"):
        said[f"ssl.{name}.type"], said[f"ssl.{name}.password"] = kind, PASSWORD
        said[f"ssl.{name}.location"] = str(folder / f"{name}.{ending}")
    return said


def keytool(*arguments: str) -> None:
    """Run it."""
    subprocess.run(["keytool", *arguments], check=True, capture_output=True)
