"""SASL GSSAPI without a KDC: what comes of its messages. `test_kerberos_on_brokers.py` has the real thing."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from kafkaadmin.errors import ConfigurationError
from kafkaadmin.network.kerberos import Kerberos
from kafkaadmin.security import SaslGssapi
from kafkawire.sasl import SaslError


class NoTicket(Exception):
    """What the library raises."""


class Context:
    """A security context after two tokens: then it wraps and unwraps by writing brackets around."""

    def __init__(self, **said: Any) -> None:
        self.said = said
        self.complete = False

    def step(self, token: bytes | None = None) -> bytes | None:
        if token == b"refused":
            raise NoTicket("the ticket has expired")
        self.complete = token is not None
        return None if self.complete else b"ours"

    def unwrap(self, token: bytes) -> Any:
        return SimpleNamespace(message=token.strip(b"[]"))

    def wrap(self, message: bytes, _: bool) -> Any:
        return SimpleNamespace(message=b"[" + message + b"]")


@pytest.fixture
def kerberos(monkeypatch: pytest.MonkeyPatch) -> Kerberos:
    library = SimpleNamespace(
        SecurityContext=Context,
        Name=lambda name, kind: (name, kind),
        NameType=SimpleNamespace(hostbased_service="service", kerberos_principal="principal"),
        MechType=SimpleNamespace(kerberos="krb5"),
        RequirementFlag=SimpleNamespace(mutual_authentication=2, integrity=32),
        Credentials=lambda **said: said,
        exceptions=SimpleNamespace(GSSError=NoTicket),
    )
    monkeypatch.setitem(sys.modules, "gssapi", library)
    return Kerberos(SaslGssapi("kafka", "alice@REALM", "alice.keytab"), "broker.test")


def test_the_exchange_is_by_rfc_4752(kerberos: Kerberos) -> None:
    assert kerberos.start() == b"ours"
    assert kerberos.step(b"theirs") == b""
    assert kerberos.step(b"[\x07\x00\x10\x00]") == b"[\x01\x00\x00\x00]"
    assert kerberos.step(b"") is None
    said = kerberos._context.said
    assert said["name"] == ("kafka@broker.test", "service")
    assert said["creds"]["store"] == {
        "client_keytab": "alice.keytab",
        "ccache": "MEMORY:alice@REALM by alice.keytab",
    }


@pytest.mark.parametrize("layers", [b"[\x06\x00\x10\x00]", b"[\x07]", b"[]"])
def test_a_layer_that_the_broker_insists_on_is_refused(kerberos: Kerberos, layers: bytes) -> None:
    kerberos.start()
    kerberos.step(b"theirs")
    with pytest.raises(SaslError, match="security layer"):
        kerberos.step(layers)


def test_a_broker_that_goes_on_is_refused(kerberos: Kerberos) -> None:
    kerberos.start()
    kerberos.step(b"theirs")
    kerberos.step(b"[\x07\x00\x10\x00]")
    with pytest.raises(SaslError, match="went on"):
        kerberos.step(b"more")


def test_what_the_library_says_is_told(kerberos: Kerberos) -> None:
    kerberos.start()
    with pytest.raises(
        SaslError, match=r"kafka@broker\.test, as alice@REALM, by alice\.keytab: the ticket has expired"
    ):
        kerberos.step(b"refused")


def test_without_its_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gssapi", None)
    with pytest.raises(ConfigurationError, match=r"kafkaadmin\[gssapi\]"):
        Kerberos(SaslGssapi(), "broker.test")
