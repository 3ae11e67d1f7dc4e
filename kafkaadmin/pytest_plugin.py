"""pytest's `fake_kafka`: a `FakeCluster` for each test that asks for one. pytest loads this by itself.

    def test_offsets_are_kept(fake_kafka):
        fake_kafka.add_group("billing", offsets={("orders", 0): 42})
        ...                                    # your service, at fake_kafka.bootstrap_servers

`--fake-kafka-brokers` and `--fake-kafka-version` are for the whole run; `@pytest.mark.fake_kafka(failover=0.1)` gives
one test any of `FakeCluster`'s arguments.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kafkaadmin.testing import FakeCluster

__all__ = ["fake_kafka", "pytest_addoption", "pytest_configure"]

MARKER = "fake_kafka(**arguments): what this test's FakeCluster is made with"


def pytest_addoption(parser: pytest.Parser) -> None:
    """What is the same for every test of the run."""
    group = parser.getgroup("fake-kafka", "Kafka brokers in the test process")
    group.addoption("--fake-kafka-brokers", type=int, default=3, metavar="N", help="how many brokers (default: 3)")
    group.addoption(
        "--fake-kafka-version",
        default="4.4",
        metavar="RELEASE",
        help="the Kafka release that they act as, from 2.1 to 4.4 (default)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Let `--strict-markers` know the marker."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def fake_kafka(request: pytest.FixtureRequest) -> Iterator[FakeCluster]:
    """Kafka brokers in this process, on real sockets, of this test's own."""
    from kafkaadmin.testing import FakeCluster

    arguments: dict[str, Any] = {
        "brokers": request.config.getoption("--fake-kafka-brokers"),
        "versions_of": request.config.getoption("--fake-kafka-version"),
    }
    test: pytest.Item = request.node
    marker = test.get_closest_marker("fake_kafka")
    if marker is not None:
        arguments |= marker.kwargs
    with FakeCluster(**arguments) as cluster:
        yield cluster
