"""pytest's side of the harness: options, fixtures, and the brokers' logs beside a failure."""

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import Protocol, Self

import pytest

from tests.support.kafka.backend import Backend, choose_backend, make_cluster
from tests.support.kafka.cluster import KafkaCluster
from tests.support.kafka.errors import BackendUnavailableError, ClusterError
from tests.support.kafka.settings import DEFAULT_VERSION, uses_zookeeper

FIXTURES = frozenset({"kafka", "chaos_kafka", "docker_kafka", "start_kafka"})
TIMEOUT_SECONDS = 300


class StartKafka(Protocol):
    """Starts a cluster that lives until the test's end."""

    def __call__(
        self, *, brokers: int = 3, version: str | None = None, warm: bool = True, **properties: str
    ) -> KafkaCluster:
        """`properties` are the brokers' own, with `__` for the dots: `offsets__retention__minutes="1"`.

        One that isn't `warm` has no `__consumer_offsets` yet.
        """
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which Kafka the real-broker tests run on."""
    group = parser.getgroup("kafka", "real Kafka brokers")
    group.addoption(
        "--kafka-version",
        default=os.environ.get("KAFKA_VERSION", DEFAULT_VERSION),
        help="release of the brokers: 4.4.0 (default), 3.9.2, 2.8.2; also KAFKA_VERSION",
    )
    group.addoption(
        "--kafka-backend",
        type=Backend,
        choices=list(Backend),
        default=Backend(os.environ.get("KAFKA_BACKEND", Backend.AUTO)),
        help="who runs the brokers; also KAFKA_BACKEND",
    )
    group.addoption("--long", action="store_true", help="those too that take minutes each, which CI leaves out")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks what needs real brokers, so that `-m "not real_kafka"` leaves it out, and gives it time to start them.

    Where brokers are processes of this machine, which have no network of their own, tests that need one are left out.
    So are those that talk to KRaft's controllers, where ZooKeeper runs the cluster.
    """
    for item in items:
        if not FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.real_kafka)
        if item.get_closest_marker("real_kafka") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(TIMEOUT_SECONDS))
    _leave_out_docker(config, items)
    _leave_out_kraft(config, items)
    if not config.getoption("--long"):
        _leave_out(config, items, [item for item in items if item.get_closest_marker("long")])


def _leave_out_docker(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = Backend(str(config.getoption("--kafka-backend")))
    if choose_backend(wanted, str(config.getoption("--kafka-version"))) is Backend.DOCKER:
        return
    _leave_out(config, items, [item for item in items if "docker_kafka" in getattr(item, "fixturenames", ())])


def _leave_out_kraft(config: pytest.Config, items: list[pytest.Item]) -> None:
    if uses_zookeeper(str(config.getoption("--kafka-version"))):
        real = [item for item in items if item.get_closest_marker("real_kafka")]
        _leave_out(config, items, [item for item in real if item.get_closest_marker("kraft")])


def _leave_out(config: pytest.Config, items: list[pytest.Item], out: list[pytest.Item]) -> None:
    left = set(out)
    items[:] = [item for item in items if item not in left]
    config.hook.pytest_deselected(items=out)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Puts the end of each broker's log into the report of a test that failed."""
    report = yield
    if report.failed:
        for cluster in _clusters_of(item):
            report.sections += [(f"Kafka log {name}", tail) for name, tail in cluster.log_tail()]
    return report


@pytest.fixture(scope="session")
def kafka_release(pytestconfig: pytest.Config) -> str:
    """The brokers' release."""
    return str(pytestconfig.getoption("--kafka-version"))


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    """Three brokers that all tests share: read, and write only to names of your own; never hurt a broker."""
    with _Starter(pytestconfig, tmp_path_factory) as start:
        yield start()


@pytest.fixture
def start_kafka(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartKafka]:
    """Clusters made to measure, for one test."""
    with _Starter(pytestconfig, tmp_path_factory) as start:
        yield start


@pytest.fixture
def chaos_kafka(start_kafka: StartKafka) -> KafkaCluster:
    """Three brokers of the test's own, to be hurt."""
    return start_kafka()


class _Starter:
    def __init__(self, config: pytest.Config, directories: pytest.TempPathFactory) -> None:
        self._backend = Backend(str(config.getoption("--kafka-backend")))
        self._version = str(config.getoption("--kafka-version"))
        self._directories = directories
        self._stack = ExitStack()

    def __call__(
        self, *, brokers: int = 3, version: str | None = None, warm: bool = True, **properties: str
    ) -> KafkaCluster:
        directory = self._directories.mktemp("kafka")
        extra = {key.replace("__", "."): value for key, value in properties.items()}
        cluster = make_cluster(self._backend, directory, brokers=brokers, version=version or self._version, extra=extra)
        cluster.born_warm = warm
        try:
            return self._stack.enter_context(cluster)
        except BackendUnavailableError as error:
            missing = str(error)
        except ClusterError as error:
            for name, tail in cluster.log_tail():
                error.add_note(f"Kafka log {name}\n{tail}")
            raise
        # Skipped, the test would look as if all were well.
        pytest.fail(f"no real Kafka on this machine: {missing}", pytrace=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._stack.close()


def _clusters_of(item: pytest.Item) -> Iterator[KafkaCluster]:
    arguments = getattr(item, "funcargs", {})
    for argument in arguments.values():
        if isinstance(argument, KafkaCluster):
            yield argument
