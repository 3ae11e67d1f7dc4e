"""What the README shows, works: its examples are taken from it and run."""

from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import anyio
import pytest

from kafkaadmin.testing import FakeCluster

ROOT = Path(__file__).parents[2]
EXAMPLES: list[str] = re.findall(
    r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)
INI = "[pytest]\nfilterwarnings = error\nasyncio_default_fixture_loop_scope = function\n"


def example(words: str) -> str:
    [found] = [text for text in EXAMPLES if words in text]
    return found


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with FakeCluster(brokers=3) as cluster:
        cluster.add_topic("orders", partitions=3)
        cluster.add_group("billing", offsets={("orders", 0): 42}, members=1)
        cluster.add_group("audit", offsets={("orders", 1): 7})
        yield cluster


def run(text: str, cluster: FakeCluster) -> None:
    """Run an example against the fake cluster; `await` may stand outside of functions."""
    address = cluster.address_of(1)
    host, _, port = address.rpartition(":")
    text = text.replace("localhost:9092", address).replace('"localhost", 9092', f'"{host}", {port}')
    code = compile(text, "README.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if code.co_flags & inspect.CO_COROUTINE:
        anyio.run(_await, code)
    else:
        exec(code, {})  # noqa: S102 - the documentation's own code


async def _await(code: CodeType) -> None:
    await eval(code, {})  # noqa: S307 - the documentation's own code


def test_the_first_example_prints_what_groups_have_committed(
    cluster: FakeCluster, capsys: pytest.CaptureFixture[str]
) -> None:
    run(example("list_groups"), cluster)

    assert set(capsys.readouterr().out.splitlines()) == {"billing orders-0 42", "audit orders-1 7"}


def test_the_first_example_is_short() -> None:
    assert len([line for line in example("list_groups").splitlines() if line]) <= 10


def test_coordinators_can_be_watched_and_steered(cluster: FakeCluster, capsys: pytest.CaptureFixture[str]) -> None:
    run(example("observers="), cluster)

    told = capsys.readouterr().out
    assert f"billing: at broker {cluster.coordinator_of('billing')}" in told
    assert "127.0.0.1" in told
    assert "audit: not at broker" in told


def test_each_key_has_its_own_error(cluster: FakeCluster, capsys: pytest.CaptureFixture[str]) -> None:
    run(example("deleted.failed"), cluster)

    told = capsys.readouterr().out
    assert "billing still has members" in told
    assert "NON_EMPTY_GROUP" in told
    assert "deleted: ['audit']" in told


def test_the_protocol_works_on_a_socket_of_ones_own(cluster: FakeCluster, capsys: pytest.CaptureFixture[str]) -> None:
    run(example("import socket"), cluster)

    assert "orders 3" in capsys.readouterr().out


def test_a_client_lives_in_a_pytest_fixture(tmp_path: Path) -> None:
    (tmp_path / "test_example.py").write_text(example("pytest_asyncio"), encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(INI, encoding="utf-8")
    roots = os.pathsep.join([str(ROOT), str(ROOT / "protocol")])

    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": roots},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "1 passed" in finished.stdout
