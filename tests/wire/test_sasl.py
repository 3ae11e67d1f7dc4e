"""SASL mechanisms: the RFCs' own examples, another client's implementation, and brokers that lie."""

from __future__ import annotations

import base64
import hashlib
import hmac
import warnings
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kafkawire.sasl import AwsMskIam, OAuthBearer, Plain, SaslError, Scram, saslprep

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka.net.sasl.scram import ScramClient

NONCE = "rOprNGfwEbeRWgbNEkqO"
SERVER_FIRST = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"


def pencil() -> Scram:
    """RFC 7677's user, with its nonce."""
    return Scram("sha256", "user", "pencil", nonce=NONCE)


def test_scram_says_what_rfc_7677_has_it_say() -> None:
    scram = pencil()

    assert scram.name == "SCRAM-SHA-256"
    assert scram.start() == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    assert scram.step(SERVER_FIRST) == (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert scram.step(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=") is None


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_scram_says_what_kafka_python_says(algorithm: str) -> None:
    theirs = ScramClient("alice", "s3cret", f"SCRAM-SHA-{algorithm.removeprefix('sha')}")
    nonce = theirs.nonce.decode()
    ours = Scram(algorithm, "alice", "s3cret", nonce=nonce)
    assert ours.start() == theirs.first_message()
    server_first = f"r={nonce}abc,s={base64.b64encode(b'salt of it').decode()},i=8192".encode()
    theirs.process_server_first_message(server_first)

    assert ours.step(server_first) == theirs.final_message()
    assert ours.step(b"v=" + base64.b64encode(theirs.server_signature)) is None


def test_a_name_may_hold_commas_and_equals_signs() -> None:
    assert Scram("sha512", "a,b=c", "x", nonce="N").start() == b"n,,n=a=2Cb=3Dc,r=N"


def test_a_delegation_token_says_that_it_is_one() -> None:
    assert Scram("sha512", "id", "hmac", token=True, nonce="N").start() == b"n,,n=id,r=N,tokenauth=true"


def test_every_exchange_has_a_nonce_of_its_own() -> None:
    assert Scram("sha512", "u", "p").start() != Scram("sha512", "u", "p").start()


@pytest.mark.parametrize(
    ("challenge", "complaint"),
    [
        (SERVER_FIRST.replace(b"rOpr", b"XXXX"), "nonce doesn't continue ours"),
        (b"r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "nonce doesn't continue ours"),
        (SERVER_FIRST.replace(b"4096", b"4095"), "4095"),
        (SERVER_FIRST.replace(b"4096", b"2147483648"), "2147483648"),
        (SERVER_FIRST.replace(b"4096", b"-1"), "-1"),
        (SERVER_FIRST.replace(b"4096", "٤٠٩٦".encode()), "iterations"),
        (SERVER_FIRST.replace(b"i=4096", b"x=1"), "''"),
        (SERVER_FIRST.replace(b"W22Z", b"!!!!"), "salt makes no sense"),
        (SERVER_FIRST.replace(b"W22ZaJ0SNY7soEsUEjb6gQ==", b""), "salt makes no sense"),
        (b"m=ext," + SERVER_FIRST, "extension"),
        (b"\xff\xfe", "isn't text"),
        (b"", "makes no sense"),
        (b"hello", "makes no sense"),
    ],
)
def test_a_broker_that_breaks_the_rules_of_scram_is_refused(challenge: bytes, complaint: str) -> None:
    scram = pencil()
    scram.start()
    with pytest.raises(SaslError, match=complaint):
        scram.step(challenge)


@pytest.mark.parametrize("final", [b"v=AAAA", b"v=", b"v=!", b"x=1", b"", b"e=other-error"])
def test_a_broker_that_does_not_know_the_password_is_refused(final: bytes) -> None:
    scram = pencil()
    scram.start()
    scram.step(SERVER_FIRST)
    with pytest.raises(SaslError):
        scram.step(final)


def test_a_broker_that_goes_on_after_the_end_is_refused() -> None:
    scram = pencil()
    scram.start()
    scram.step(SERVER_FIRST)
    scram.step(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
    with pytest.raises(SaslError, match="went on"):
        scram.step(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=3))
def test_whatever_a_broker_says_is_answered_or_refused(challenges: list[bytes]) -> None:
    scram = pencil()
    scram.start()
    with suppress(SaslError):
        for challenge in challenges:
            assert scram.step(challenge) is not None


def test_no_secret_is_shown() -> None:
    for mechanism in (Plain("u", "hush"), Scram("sha256", "u", "hush"), OAuthBearer("hush")):
        assert "hush" not in repr(mechanism)


def test_plain_is_name_and_password() -> None:
    plain = Plain("alice", "pässword")
    assert plain.start() == "\0alice\0pässword".encode()
    assert plain.step(b"") is None


def test_plain_carries_no_nul() -> None:
    with pytest.raises(ValueError, match="NUL"):
        Plain("al\0ice", "x")


def test_plain_knows_no_challenge() -> None:
    with pytest.raises(SaslError):
        Plain("alice", "x").step(b"?")


def test_a_bearer_token_travels_with_its_extensions() -> None:
    assert OAuthBearer("abc.def", {"logicalCluster": "lkc-1"}).start() == (
        b"n,,\x01auth=Bearer abc.def\x01logicalCluster=lkc-1\x01\x01"
    )


def test_a_refused_bearer_asks_why() -> None:
    bearer = OAuthBearer("abc")
    assert bearer.step(b'{"status":"invalid_token"}') == b"\x01"
    assert bearer.step(b"") is None


@pytest.mark.parametrize("extensions", [{"a-b": "x"}, {"a": "x\x01auth=Bearer other"}, {"a": "é"}])
def test_extensions_can_not_smuggle(extensions: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="extension"):
        OAuthBearer("abc", extensions)


@pytest.mark.parametrize(
    ("given", "prepared"),
    [("I\u00adX", "IX"), ("user", "user"), ("USER", "USER"), ("\u00aa", "a"), ("\u2168", "IX"), ("a\u00a0b", "a b")],
)
def test_names_and_passwords_are_prepared_as_rfc_4013_shows(given: str, prepared: str) -> None:
    assert saslprep(given) == prepared


@pytest.mark.parametrize("forbidden", ["\u0007", "\u0627\u0031", "\ufffd", "\u0221"])
def test_what_rfc_4013_forbids_is_refused(forbidden: str) -> None:
    with pytest.raises(ValueError, match="name or password"):
        saslprep(forbidden)


def test_the_hash_is_the_one_that_was_asked_for() -> None:
    salted = hashlib.pbkdf2_hmac("sha512", b"pencil", base64.b64decode("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096)
    scram = Scram("sha512", "user", "pencil", nonce=NONCE)
    scram.start()
    final = scram.step(SERVER_FIRST) or b""
    without_proof, _, proof = final.partition(b",p=")
    message = b"n=user,r=" + NONCE.encode() + b"," + SERVER_FIRST + b"," + without_proof
    client_key = hmac.digest(salted, b"Client Key", "sha512")
    signature = hmac.digest(hashlib.sha512(client_key).digest(), message, "sha512")
    assert base64.b64decode(proof) == bytes(a ^ b for a, b in zip(client_key, signature, strict=True))


def test_msk_proves_itself_by_an_answer_of_the_same_version() -> None:
    iam = AwsMskIam(b"{}")
    assert iam.start() == b"{}"
    assert iam.step(b'{"version":"2020_10_22","request-id":"1"}') is None
    with pytest.raises(SaslError, match="went on after the end"):
        iam.step(b'{"version":"2020_10_22","request-id":"1"}')


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param(b"", "makes no sense", id="nothing"),
        pytest.param(b"welcome", "makes no sense", id="no JSON"),
        pytest.param(b"\xff\xfe", "makes no sense", id="no text"),
        pytest.param(b'"2020_10_22"', "makes no sense", id="no object"),
        pytest.param(b"[" * 16_000, "makes no sense", id="deep"),
        pytest.param(b'{"version":"2020_10_22"}' + b" " * 16_384, "makes no sense", id="long"),
        pytest.param(b"{}", "version 'None'", id="no version"),
        pytest.param(b'{"version":"2099_01_01"}', "version '2099_01_01', not 2020_10_22", id="another version"),
        pytest.param(b'{"version":["2020_10_22"]}', "answers by version", id="no string"),
        pytest.param(b'{"error":"denied"}', "answers by version", id="error"),
    ],
)
def test_what_msk_would_never_answer_is_refused(answer: bytes, why: str) -> None:
    with pytest.raises(SaslError, match=why):
        AwsMskIam(b"{}").step(answer)
