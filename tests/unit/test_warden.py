"""The warden ends what a killed test run left behind."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kafka.warden import Warden

ROOT = Path(__file__).parents[2]
RUN = """
import subprocess, time
from tests.support.kafka.warden import Warden

with Warden() as warden:
    broker = subprocess.Popen(["sleep", "600"], start_new_session=True)
    warden.watch("broker", ["kill", "-9", str(broker.pid)])
    print("started", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def broker() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


@pytest.fixture
def run() -> Iterator[subprocess.Popen[str]]:
    """A test run that has started a broker."""
    command = [sys.executable, "-c", RUN]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_broker_ends_with_its_run_however_that_ends(run: subprocess.Popen[str], how: signal.Signals) -> None:
    assert run.stdout is not None
    assert run.stdout.readline() == "started\n"
    run.send_signal(how)
    assert run.stdout.read() == ""  # the pipe's end: the broker, which has it too, is gone


def test_watched_broker_ends_with_its_warden(broker: subprocess.Popen[bytes]) -> None:
    with Warden() as warden:
        warden.watch("broker", ["kill", "-9", str(broker.pid)])
    assert broker.wait() == -signal.SIGKILL


def test_forgotten_broker_is_left_alone(broker: subprocess.Popen[bytes]) -> None:
    with Warden() as warden:
        warden.watch("broker", ["kill", "-9", str(broker.pid)])
        warden.forget("broker")
    assert broker.poll() is None
