"""pytest's fixture for other people's tests, and the page that tells of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kafkaadmin.testing import FakeCluster

ROOT = Path(__file__).parents[2]
EXAMPLES: list[str] = re.findall(
    r"^```python\n(.*?)^```$", (ROOT / "docs/testing.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)
INI = "[pytest]\nfilterwarnings = error\nasyncio_default_fixture_loop_scope = function\n"


def passing(folder: Path, text: str, *options: str) -> str:
    """What pytest prints of these tests, in a folder of their own, where all of them pass."""
    (folder / "pytest.ini").write_text(INI)
    (folder / "test_service.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--strict-markers", *options]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_pages_test_outlives_its_coordinator(tmp_path: Path) -> None:
    assert "2 passed" in passing(tmp_path, EXAMPLES[0])  # on asyncio and trio


def test_the_pages_faults_can_be_ordered() -> None:
    exec(compile(EXAMPLES[1], "testing.md", "exec"), {})  # noqa: S102 - the documentation's own code


@pytest.mark.fake_kafka(brokers=2, failover=0.1)
def test_a_test_has_its_cluster_as_it_is_marked(fake_kafka: FakeCluster) -> None:
    assert set(fake_kafka.brokers) == {1, 2}


def test_options_hold_for_the_whole_run(tmp_path: Path) -> None:
    text = "def test_it(fake_kafka):\n    assert len(fake_kafka.brokers) == 1\n"
    passing(tmp_path, text, "--fake-kafka-brokers=1", "--fake-kafka-version=2.8")


def test_who_does_not_ask_for_brokers_imports_none(tmp_path: Path) -> None:
    text = "import sys\n\n\ndef test_it():\n    assert 'kafkaadmin.testing' not in sys.modules\n"
    passing(tmp_path, text)
