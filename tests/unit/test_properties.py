"""Java's `client.properties`: what is read, and what is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12

from kafkaadmin import AdminClient
from kafkaadmin.errors import ConfigurationError
from kafkaadmin.properties import parse_properties, settings_of
from kafkaadmin.security import SaslGssapi, SaslOAuthBearer, SaslPlain, SaslScram, Security, Tls
from tests.support.certificates import Certificates
from tests.support.stores import keytool

MODULE = "org.apache.kafka.common.security"
SCRAM = {
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "SCRAM-SHA-256",
    "sasl.jaas.config": f'{MODULE}.scram.ScramLoginModule required username="alice" password="h\\"u=s;h";',
}


def test_a_file_is_read_as_java_reads_it() -> None:
    text = "# comment\n! another\na=1\nb : 2\nc 3\nlong=one\\\n   two\nescaped\\ key=\\u0041\\n\\\\\nempty=\n"
    assert parse_properties(text) == {
        "a": "1", "b": "2", "c": "3", "long": "onetwo", "escaped key": "A\n\\", "empty": "",
    }  # fmt: skip


def test_a_whole_file_makes_a_client(tmp_path: Path, certificates: Certificates) -> None:
    certificates.write(tmp_path)
    file = tmp_path / "client.properties"
    file.write_text(
        "bootstrap.servers=one:9093,two:9093\nclient.id=tool\nsecurity.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n"
        f"ssl.truststore.type=PEM\nssl.truststore.location={tmp_path / 'ca.pem'}\n"
        f"sasl.jaas.config={MODULE}.plain.PlainLoginModule required \\\n  username='alice' \\\n  password='hush';\n"
        "request.timeout.ms=5000\ndefault.api.timeout.ms=20000\nretry.backoff.ms=100\nretries=3\n"
        "metadata.max.age.ms=1000\n"
    )
    settings = settings_of(file)
    assert settings.pop("security") == Security(tls=Tls(ca=certificates.ca_pem), sasl=SaslPlain("alice", "hush"))
    assert settings.pop("retry").initial == 0.1
    assert settings == {
        "bootstrap_servers": "one:9093,two:9093", "client_id": "tool", "request_timeout": 5.0, "timeout": 20.0,
    }  # fmt: skip
    assert "hush" not in repr(AdminClient.from_properties(file))


def test_arguments_win_over_properties() -> None:
    admin = AdminClient.from_properties({"bootstrap.servers": "one:1", "client.id": "file"}, client_id="mine")
    assert repr(admin) == "<AdminClient 'mine' of one:1>"


def test_scram_is_read_with_its_quotations_and_delegation_tokens() -> None:
    assert settings_of(SCRAM)["security"].sasl == SaslScram("alice", 'h"u=s;h', "SCRAM-SHA-256")
    token = {**SCRAM, "sasl.jaas.config": 'ScramLoginModule required username=id password="hmac==" tokenauth="true";'}
    assert settings_of(token)["security"].sasl == SaslScram("id", "hmac==", "SCRAM-SHA-256", token=True)


def test_oauth_is_read_in_both_ways(tmp_path: Path) -> None:
    said = {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "OAUTHBEARER",
        "sasl.login.callback.handler.class": f"{MODULE}.oauthbearer.OAuthBearerLoginCallbackHandler",
        "sasl.oauthbearer.token.endpoint.url": "https://idp.example/token",
        "sasl.jaas.config": f'{MODULE}.oauthbearer.OAuthBearerLoginModule required clientId="c" clientSecret="hush" '
        'scope="kafka" extension_tenant="t";',
    }
    sasl = settings_of(said)["security"].sasl
    assert isinstance(sasl, SaslOAuthBearer)
    assert repr(sasl) == "SaslOAuthBearer(token=ClientCredentials('https://idp.example/token'))"
    file = {**said, "sasl.oauthbearer.token.endpoint.url": (tmp_path / "to ken").as_uri()}
    file["sasl.jaas.config"] = "OAuthBearerLoginModule required ;"
    assert settings_of(file)["security"].sasl.token.path == str(tmp_path / "to ken")


def test_kerberos_is_read() -> None:
    said = {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.kerberos.service.name": "kafka",
        "sasl.kerberos.kinit.cmd": "/usr/bin/kinit",
        "sasl.kerberos.ticket.renew.window.factor": "0.8",
        "sasl.kerberos.ticket.renew.jitter": "0.05",
        "sasl.kerberos.min.time.before.relogin": "60000",
        "sasl.jaas.config": "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true storeKey=true "
        'keyTab="/etc/tool.keytab" principal="tool@EXAMPLE";',
    }
    assert settings_of(said)["security"].sasl == SaslGssapi("kafka", "tool@EXAMPLE", "/etc/tool.keytab")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"sasl.machine": "PLAIN"}, r"^sasl\.machine: kafkaadmin knows no such property"),
        ({"security.protocol": "TLS"}, r"^security\.protocol: 'TLS' is none of"),
        ({"security.protocol": "SSL"}, r"^sasl\..* contradicts security\.protocol=SSL"),
        ({"security.protocol": "SASL_PLAINTEXT", "ssl.truststore.type": "PEM"}, r"^ssl\.truststore\.type: it con"),
        ({"sasl.mechanism": "PLAIN"}, r"^sasl\.jaas\.config: ScramLoginModule contradicts sasl\.mechanism=PLAIN"),
        ({"sasl.mechanism": "LOGIN"}, r"^sasl\.mechanism: LOGIN is none of"),
        ({"sasl.jaas.config": ""}, r"^sasl\.jaas\.config is missing"),
        ({"sasl.jaas.config": "ScramLoginModule required username=alice;"}, r"^sasl\.jaas\.config: .* wants password"),
        ({"sasl.jaas.config": 'ScramLoginModule required username="alice'}, r"^sasl\.jaas\.config: a quotation"),
        ({"sasl.jaas.config": "ScramLoginModule required username=a password=hush"}, r"config: .*semicolon"),
        ({"sasl.jaas.config": "ScramLoginModule username=alice;"}, r"^sasl\.jaas\.config: it must be"),
        ({"sasl.jaas.config": "ScramLoginModule required username alice;"}, r"^sasl\.jaas\.config: each option"),
        (
            {"sasl.jaas.config": "ScramLoginModule required username=a password=b sesame=c;"},
            r"^sasl\.jaas\.config: .*knows no option sesame",
        ),
        (
            {"sasl.mechanism": "OAUTHBEARER", "sasl.login.callback.handler.class": "com.example.Mine",
             "sasl.jaas.config": "OAuthBearerLoginModule required ;"},
            r"^sasl\.login\.callback\.handler\.class: com\.example\.Mine is none of",
        ),
        (
            {"sasl.mechanism": "AWS_MSK_IAM", "sasl.jaas.config": "IAMLoginModule required awsRoleArn='arn';"},
            r"^sasl\.jaas\.config: .*knows no option awsRoleArn",
        ),
        ({"request.timeout.ms": "soon"}, r"^request\.timeout\.ms must be a number"),
        ({"ssl.protocol": "TLSv1.1"}, r"^ssl\.protocol: TLSv1\.1 isn't spoken"),
        ({"ssl.endpoint.identification.algorithm": "ldap"}, r"^ssl\.endpoint\.identification\.algorithm: 'ldap'"),
        ({"ssl.truststore.type": "BKS"}, r"^ssl\.truststore\.type: BKS is none of"),
        ({"ssl.truststore.location": "nowhere.p12"}, r"^ssl\.truststore\.location: nowhere\.p12: No such file"),
        ({"ssl.keystore.type": "PEM", "ssl.keystore.key": "K"}, r"need each other"),
        ({"ssl.truststore.certificates": "C"}, r"^ssl\.truststore\.certificates: they go with"),
    ],
    ids=lambda value: next(iter(cast("dict[str, Any]", value))) if isinstance(value, dict) else "",
)  # fmt: skip
def test_what_is_unknown_or_contradictory_is_refused_by_name(change: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named) as caught:
        settings_of({**SCRAM, **change})
    assert "hush" not in str(caught.value)


def test_host_names_are_checked_unless_the_property_is_empty() -> None:
    off = {"security.protocol": "SSL", "ssl.endpoint.identification.algorithm": ""}
    assert settings_of(off)["security"].tls.insecure_skip_hostname_verification
    assert settings_of({"security.protocol": "SSL"})["security"] == Security(tls=Tls())


def test_a_pkcs12_store_gives_key_certificate_and_authorities(tmp_path: Path, certificates: Certificates) -> None:
    key = load_pem_private_key(certificates.client_pem.encode(), None)
    own = x509.load_pem_x509_certificates(certificates.client_pem.encode())
    authority = x509.load_pem_x509_certificate(certificates.ca_pem.encode())
    hidden = BestAvailableEncryption(b"changeit")
    (tmp_path / "own.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(b"client", cast("Any", key), own[0], own[1:] or None, hidden)
    )
    (tmp_path / "trust.p12").write_bytes(pkcs12.serialize_key_and_certificates(None, None, None, [authority], hidden))
    said = {
        "security.protocol": "SSL",
        "ssl.keystore.type": "PKCS12",
        "ssl.keystore.location": str(tmp_path / "own.p12"),
        "ssl.keystore.password": "changeit",
        "ssl.truststore.type": "PKCS12",
        "ssl.truststore.location": str(tmp_path / "trust.p12"),
        "ssl.truststore.password": "changeit",
    }
    tls = settings_of(said)["security"].tls
    assert x509.load_pem_x509_certificate(tls.ca.encode()) == authority
    assert x509.load_pem_x509_certificate(tls.certificate.encode()) == own[0]
    assert load_pem_private_key(tls.key.encode(), None).public_key() == key.public_key()
    with pytest.raises(ConfigurationError, match=r"ssl\.keystore\.location: .* can't be opened") as caught:
        settings_of({**said, "ssl.keystore.password": "guessed"})
    assert "guessed" not in str(caught.value)


@pytest.fixture(scope="module")
def certificates() -> Certificates:
    return Certificates()


@pytest.mark.jdk
def test_keytools_stores_are_read(tmp_path: Path, certificates: Certificates) -> None:
    """A JKS key store, and one in PKCS12, which keytool makes where nothing is said."""
    certificates.write(tmp_path)
    for kind in ("JKS", "PKCS12"):
        store = str(tmp_path / kind)
        made = ["-genkeypair", "-keyalg", "RSA", "-alias", "own", "-dname", "CN=own", "-keypass", "changeit"]
        trusted = ["-importcert", "-noprompt", "-alias", "ca", "-file", str(tmp_path / "ca.pem")]
        for what, path in ((made, store), (trusted, store + ".trust")):
            keytool(*what, "-storetype", kind, "-keystore", path, "-storepass", "changeit")
        said = {"security.protocol": "SSL"}
        for which, path in (("keystore", store), ("truststore", store + ".trust")):
            said |= {f"ssl.{which}.type": kind, f"ssl.{which}.location": path, f"ssl.{which}.password": "changeit"}
        tls = settings_of(said)["security"].tls
        authority = x509.load_pem_x509_certificate(certificates.ca_pem.encode())
        assert x509.load_pem_x509_certificate(tls.ca.encode()) == authority
        own = x509.load_pem_x509_certificate(tls.certificate.encode())
        assert own.public_key() == load_pem_private_key(tls.key.encode(), None).public_key()
        with pytest.raises(ConfigurationError, match=r"ssl\.truststore\.location: .* can't be opened"):
            settings_of({**said, "ssl.truststore.password": "guessed"})
