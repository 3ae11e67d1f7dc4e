"""The examples do what they say, against FakeCluster."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from kafkaadmin.testing import FakeCluster, GroupMember

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with FakeCluster(brokers=3) as cluster:
        cluster.add_topic("orders", partitions=2, end_offset=100)
        cluster.add_group("billing", offsets={("orders", 0): 42, ("orders", 1): 100})
        yield cluster


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_offsets_shows_how_far_behind_groups_are(cluster: FakeCluster, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(example("offsets").main(cluster.bootstrap_servers))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["billing"],
        ["orders-0", "42", "behind:", "58"],
        ["orders-1", "100", "behind:", "0"],
    ]


def test_watch_routing_tells_what_the_client_decides(cluster: FakeCluster, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(example("watch_routing").main(cluster.bootstrap_servers, "billing", rounds=2, pause=0.0))
    out = capsys.readouterr().out
    assert out.count("billing: 2 partitions in") == 2
    assert "CoordinatorResolved(type='group', key='billing'" in out
    assert "RequestSent" not in out


def test_reset_offsets_moves_a_group_to_a_time(cluster: FakeCluster) -> None:
    moment = datetime(1980, 1, 1, tzinfo=UTC)
    asyncio.run(example("reset_offsets").main(cluster.bootstrap_servers, "billing", "orders", moment))
    assert cluster.offsets("billing") == {("orders", 0): 0, ("orders", 1): 0}


def test_reset_offsets_goes_to_the_end_when_nothing_is_that_young(cluster: FakeCluster) -> None:
    moment = datetime(2999, 1, 1, tzinfo=UTC)
    asyncio.run(example("reset_offsets").main(cluster.bootstrap_servers, "fresh", "orders", moment))
    assert cluster.offsets("fresh") == {("orders", 0): 100, ("orders", 1): 100}


def test_reset_offsets_leaves_a_group_in_use_alone(cluster: FakeCluster) -> None:
    cluster.add_group("busy", members=[GroupMember(member_id="m-1", topics=("orders",))])
    with pytest.raises(SystemExit, match="group busy is Stable with 1 members: stop them first"):
        asyncio.run(example("reset_offsets").main(cluster.bootstrap_servers, "busy", "orders", datetime.now(UTC)))
