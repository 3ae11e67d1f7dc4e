"""Brokers with listeners for every security protocol, beside the harness's own plaintext ones."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from tests.support.certificates import Certificates
from tests.support.kafka.jvm import JvmKafka
from tests.support.kafka.ports import HOST, free_ports

__all__ = ["Listener", "SecuredKafka"]

PLAIN_USER, PLAIN_PASSWORD = "plain-user", "plain-password"
MODULES = "org.apache.kafka.common.security"
JAAS = {
    "plain": f'{MODULES}.plain.PlainLoginModule required user_{PLAIN_USER}="{PLAIN_PASSWORD}";',
    "scram-sha-256": f"{MODULES}.scram.ScramLoginModule required;",
    "scram-sha-512": f"{MODULES}.scram.ScramLoginModule required;",
    "oauthbearer": f'{MODULES}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";',
}


class Listener(StrEnum):
    """A security protocol's listener. `MTLS` is SSL where the client must show a certificate."""

    SSL = "SSL"
    MTLS = "MTLS"
    SASL_SSL = "SASL_SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"

    @property
    def protocol(self) -> str:
        return "SSL" if self is Listener.MTLS else self.value

    @property
    def encrypted(self) -> bool:
        return self is not Listener.SASL_PLAINTEXT


class SecuredKafka(JvmKafka):
    """A cluster whose brokers can be entered in every way. SCRAM users are the test's to make."""

    def __init__(
        self, directory: Path, *, certificates: Certificates, brokers: int = 1, extra: Mapping[str, str] | None = None
    ) -> None:
        """`extra` properties win over those made here."""
        super().__init__(directory, brokers=brokers, extra=_secrets(certificates) | dict(extra or {}))
        free = iter(free_ports(len(Listener) * brokers))
        self._ports_of = {broker: {listener: next(free) for listener in Listener} for broker in self.ports}

    def secured(self, listener: Listener) -> str:
        """Bootstrap servers of a listener."""
        return ",".join(f"{HOST}:{ports[listener]}" for ports in self._ports_of.values())

    def _launch_broker(self, broker: int, own: Mapping[str, str]) -> None:
        more = "".join(f",{listener}://{HOST}:{port}" for listener, port in self._ports_of[broker].items())
        properties = dict(own)
        properties["listeners"] += more
        properties["advertised.listeners"] += more
        properties["listener.security.protocol.map"] += "".join(f",{each}:{each.protocol}" for each in Listener)
        super()._launch_broker(broker, properties)


def _secrets(certificates: Certificates) -> dict[str, str]:
    key, chain = certificates.broker_pem()
    properties = {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.key": _one_line(key),
        "ssl.keystore.certificate.chain": _one_line(chain),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.certificates": _one_line(certificates.ca_pem),
        "listener.name.mtls.ssl.client.auth": "required",
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
        "delegation.token.secret.key": "of the tests",
    }
    for listener in ("sasl_ssl", "sasl_plaintext"):
        for mechanism, config in JAAS.items():
            properties[f"listener.name.{listener}.{mechanism}.sasl.jaas.config"] = config
    return properties


def _one_line(pem: str) -> str:
    """A value of a properties file goes on after a backslash at the line's end; PEM wants its line breaks."""
    return pem.strip().replace("\n", "\\n")
