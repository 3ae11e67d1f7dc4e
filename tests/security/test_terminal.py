"""What brokers, files and arguments say reaches the terminal escaped: no control character of theirs is printed."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from kafkaadmin.testing import FakeCluster
from kafkawire import Response
from kafkawire.messages import SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeResponse
from tests.support.socket_broker import SocketBroker
from tests.support.streams import Received

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "kafkaadmin", "demo"]
ENVIRONMENT = os.environ | {
    "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "protocol")]),
    "PYTHONIOENCODING": "utf-8:surrogateescape",
    "COLUMNS": "400",
    "LINES": "50",
    "TERM": "xterm",
}
EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\r\b\u202eevil\u2066\u2028\x7f"
"""It sets the window's title, clears the screen, goes back over what was written, turns the rest around."""


def controls(text: str) -> set[str]:
    """Characters that a terminal obeys, or that nobody sees."""
    return {each for each in text if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} - {"\n"}


OBEYED = ("\x1b]0;", "\x1b[2J", "\x07", "\x9b", "\b", "\u202e", "\u2066", "\u2028")


def obeyed_in(shown: str) -> list[str]:
    """What of the evil a terminal obeys. Others of its characters are the live view's own."""
    return [part for part in OBEYED if part in shown]


def run(*arguments: str | bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], env=ENVIRONMENT, capture_output=True, timeout=100, check=False)


def on_a_terminal(*arguments: str) -> str:
    """What the command writes where its output is one."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([*COMMAND, *arguments], env=ENVIRONMENT, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        written = b""
        try:
            while data := os.read(ours, 65536):
                written += data
        except OSError:
            pass  # so ends a terminal whose other side is closed
        process.wait()
    os.close(ours)
    return written.decode()


def refuses(received: Received) -> Response:
    if isinstance(received.request, SaslAuthenticateRequest):
        return SaslAuthenticateResponse(error_code=58, error_message=EVIL)
    return SaslHandshakeResponse(mechanisms=("PLAIN",))


def properties(folder: Path, servers: object) -> str:
    file = folder / "client.properties"
    login = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="p";'
    file.write_text(
        f"bootstrap.servers={servers}\nsecurity.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config={login}\n"
    )
    return str(file)


def test_a_brokers_reason_for_a_refusal_is_escaped(tmp_path: Path) -> None:
    with SocketBroker(refuses) as broker:
        file = properties(tmp_path, broker.address)
        done = run("--command-config", file, "--seconds", "1")
        shown = on_a_terminal("--command-config", file, "--seconds", "1")
    assert done.returncode == 1
    assert "\\x1b]0;owned\\x07\\x1b[2J" in done.stdout.decode()
    assert controls(done.stdout.decode() + done.stderr.decode()) == set()
    assert "\\x1b]0;owned\\x07\\x1b[2J" in shown
    assert obeyed_in(shown) == []


def test_names_of_groups_are_escaped() -> None:
    with FakeCluster(brokers=2) as cluster:
        cluster.add_topic("orders")
        cluster.add_group(EVIL, offsets={("orders", 0): 42})
        cluster.add_topic(EVIL)
        done = run("--bootstrap", cluster.bootstrap_servers, "--seconds", "1", "--plain")
        shown = on_a_terminal("--bootstrap", cluster.bootstrap_servers, "--seconds", "1")
    assert done.returncode == 0
    assert controls(done.stdout.decode() + done.stderr.decode()) == set()
    assert obeyed_in(shown) == []


@pytest.mark.parametrize(
    "argument", [EVIL.encode(), b"\xff\xfe\x1b[2J:1", b"host:\x1b[31m"], ids=["evil", "bytes", "port"]
)
def test_what_was_given_is_escaped(argument: bytes, tmp_path: Path) -> None:
    """An argument that isn't UTF-8 is a lone surrogate in Python."""
    done = run("--bootstrap", argument)
    assert done.returncode == 2
    assert controls(done.stdout.decode() + done.stderr.decode()) == set()
    file = tmp_path / "client.properties"
    file.write_text(f"bootstrap.servers=localhost:1\n{EVIL.replace(chr(13), '')}=1\n", encoding="utf-8")
    done = run("--command-config", str(file))
    assert done.returncode == 2
    assert controls(done.stdout.decode() + done.stderr.decode()) == set()
