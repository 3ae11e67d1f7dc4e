"""Every way in by TLS alone, for FakeCluster and for real Kafka."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kafkaadmin.properties import settings_of
from kafkaadmin.security import Tls
from tests.support.certificates import Certificates
from tests.support.stores import stores

__all__ = ["TLS_WAYS", "TlsWay"]


@dataclass(frozen=True, slots=True)
class TlsWay:
    """What the client says, given certificates and a folder of its own; and whether it shows a certificate."""

    tls: Callable[[Certificates, Path], Tls]
    mutual: bool = False
    from_system: bool = False
    """Whether the system's authorities must hold the tests' own."""


def _of_version(version: ssl.TLSVersion) -> Callable[[Certificates, Path], Tls]:
    def made(certificates: Certificates, folder: Path) -> Tls:
        context = ssl.create_default_context(cadata=certificates.ca_pem)
        context.minimum_version = context.maximum_version = version
        return Tls(context=context)

    return made


def _files(certificates: Certificates, folder: Path) -> Tls:
    certificates.write(folder)
    return Tls(ca=folder / "ca.pem", certificate=folder / "client.pem")


def _encrypted(certificates: Certificates, folder: Path) -> Tls:
    return Tls(
        ca=certificates.ca_pem,
        certificate=certificates.client_pem,
        key=certificates.client_key("hush"),
        key_password="hush",
    )


def _stores(kind: str) -> Callable[[Certificates, Path], Tls]:
    def made(certificates: Certificates, folder: Path) -> Tls:
        security = settings_of({"security.protocol": "SSL"} | stores(folder, kind, certificates))["security"]
        assert isinstance(security.tls, Tls)
        return security.tls

    return made


TLS_WAYS: Mapping[str, TlsWay] = {
    "TLS 1.2, own context": TlsWay(_of_version(ssl.TLSVersion.TLSv1_2)),
    "TLS 1.3, own context": TlsWay(_of_version(ssl.TLSVersion.TLSv1_3)),
    "system roots": TlsWay(lambda certificates, folder: Tls(), from_system=True),
    "PEM text": TlsWay(lambda certificates, folder: Tls(ca=certificates.ca_pem)),
    "files": TlsWay(_files, mutual=True),
    "encrypted key": TlsWay(_encrypted, mutual=True),
    "PKCS12": TlsWay(_stores("PKCS12"), mutual=True),
    "JKS": TlsWay(_stores("JKS"), mutual=True),
}
