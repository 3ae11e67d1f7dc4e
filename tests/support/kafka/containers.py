"""Kafka brokers in containers of the `apache/kafka` image, through testcontainers."""

import io
import os
import socket
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from enum import Enum
from pathlib import Path

import docker
from docker.errors import DockerException
from docker.models.containers import Container
from docker.models.networks import Network as DockerNetwork
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

from tests.support.kafka import settings
from tests.support.kafka.cluster import LOG_TAIL_LINES, KafkaCluster
from tests.support.kafka.errors import BackendUnavailableError
from tests.support.kafka.ports import HOST, allocate_ports
from tests.support.kafka.settings import CONTROLLER, DIRECT, NOTHING_MORE, PROXIED, random_id

# Ports inside each container; the host's differ from broker to broker.
INSIDE = {CONTROLLER: 9093, DIRECT: 9092, PROXIED: 9094, "BETWEEN": 19092}
CONTROLLERS_ADVERTISE_SINCE = (3, 9)
DEFAULT_ENGINE = "unix:///var/run/docker.sock"
SHUTDOWN_SECONDS = 60
REMOVE = "import docker, sys; getattr(docker.from_env(), sys.argv[1]).get(sys.argv[2]).remove(*sys.argv[3:])"

# The warden removes containers when this process can't, so testcontainers' own reaper image need not be had.
testcontainers_config.ryuk_disabled = True


def image_name(version: str) -> str:
    """The image of a release; `KAFKA_IMAGE` names another."""
    return os.environ.get("KAFKA_IMAGE") or f"apache/kafka:{version}"


def ensure_image(version: str) -> None:
    """Pulls the release's image unless it is there; `BackendUnavailableError` when there is no engine or no image."""
    if settings.uses_zookeeper(version):
        raise BackendUnavailableError(f"there is no image of Kafka {version}; use --kafka-backend=jvm")
    if not _engine_listens():
        raise BackendUnavailableError("no Docker engine answers; start one, or use --kafka-backend=jvm")
    image = image_name(version)
    try:
        with closing(docker.from_env()) as engine:
            if not engine.images.list(name=image):
                engine.images.pull(image)
    except DockerException as error:
        raise BackendUnavailableError(f"Docker has no image {image}; `docker pull {image}` says why") from error


def copy_out_of_image(version: str, path: str, directory: Path) -> None:
    """Copies a file out of a release's image into a directory here."""
    ensure_image(version)
    with ExitStack() as stack:
        engine = stack.enter_context(closing(docker.from_env()))
        container = engine.containers.create(image_name(version))
        stack.callback(container.remove, v=True, force=True)
        chunks, _ = container.get_archive(path)
        archive = stack.enter_context(tarfile.open(fileobj=io.BytesIO(b"".join(chunks))))
        archive.extract(archive.getmembers()[0], directory, filter="data")


class Cut(Enum):
    """How a broker is parted from everybody: from the other brokers as well as from clients."""

    DROP = "packets are dropped: silence, and connections hang"
    REJECT = "packets are rejected: resets, and connections are refused"
    UNPLUG = "the container leaves its network"


# What each cut puts into the tables of the broker's own network namespace.
PACKET_RULES = {
    Cut.DROP: ("INPUT -j DROP", "OUTPUT -j DROP"),
    Cut.REJECT: ("INPUT -p tcp -j REJECT --reject-with tcp-reset",),
}


class DockerKafka(KafkaCluster):
    """A cluster of containers in a network of its own."""

    def __init__(
        self,
        directory: Path,
        *,
        brokers: int = 3,
        version: str = settings.DEFAULT_VERSION,
        extra: Mapping[str, str] = NOTHING_MORE,
    ) -> None:
        """`directory` takes the logs; `extra` properties win over the harness's own."""
        super().__init__(version=version, ports=allocate_ports(brokers), logs=directory / "logs")
        self.cluster_id = random_id()
        self._extra = dict(extra)
        self._network: Network | None = None
        self._containers: dict[int, DockerContainer] = {}

    def cut(self, broker: int, how: Cut) -> None:
        """Parts a broker from everybody, until `mend`. Rules for packets need root and iptables, as the engine does."""
        self._silenced.add(broker)
        if how is Cut.UNPLUG:
            self._wires().disconnect(self._container(broker), force=True)
        for rule in PACKET_RULES.get(how, ()):
            self._filter(broker, f"-I {rule}")

    def mend(self, broker: int) -> None:
        """Ends `cut`, of whichever kind."""
        wires, container = self._wires(), self._container(broker)
        container.reload()
        if wires.name not in container.attrs["NetworkSettings"]["Networks"]:
            connect: Callable[..., None] = wires.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            connect(container, aliases=[_host(broker)])
        for chain in ("INPUT", "OUTPUT"):
            self._filter(broker, f"-F {chain}")
        self._silenced.discard(broker)

    def _filter(self, broker: int, command: str) -> None:
        container = self._container(broker)
        container.reload()
        enter = ["nsenter", "--net", "--target", str(container.attrs["State"]["Pid"])]
        subprocess.run([*enter, "iptables", "--wait", *command.split()], check=True, capture_output=True)

    def _wires(self) -> DockerNetwork:
        with closing(docker.from_env()) as engine:
            return engine.networks.get(str(self._network.id if self._network else None))

    def _launch(self) -> None:
        ensure_image(self.version)
        self.logs.mkdir(parents=True)
        self._network = Network().create()
        self._warden.watch("network", _removal("networks", str(self._network.id)))
        for broker in self.brokers:
            self._launch_broker(broker, self._network)

    def _launch_broker(self, broker: int, network: Network) -> None:
        container = DockerContainer(image_name(self.version)).with_network(network)
        container.with_network_aliases(_host(broker)).with_envs(**self._environment(broker))
        container.with_bind_ports(INSIDE[CONTROLLER], self.ports[broker].controller)
        container.with_bind_ports(INSIDE[DIRECT], self.ports[broker].direct)
        container.with_bind_ports(INSIDE[PROXIED], self.ports[broker].behind)
        self._containers[broker] = container.start()
        self._warden.watch(_host(broker), _removal("containers", container.get_container_id(), "v", "link", "force"))

    def _environment(self, broker: int) -> dict[str, str]:
        voters = {voter: f"{_host(voter)}:{INSIDE[CONTROLLER]}" for voter in self.brokers}
        listeners = {name: f":{port}" for name, port in INSIDE.items()}
        ports = self.ports[broker]
        advertised = {DIRECT: f"{HOST}:{ports.direct}", PROXIED: f"{HOST}:{ports.proxy}"}
        advertised["BETWEEN"] = f"{_host(broker)}:{INSIDE['BETWEEN']}"
        if tuple(map(int, self.version.split(".")[:2])) >= CONTROLLERS_ADVERTISE_SINCE:
            advertised[CONTROLLER] = f"{HOST}:{ports.controller}"
        properties = settings.shared_properties(len(self.ports)) | settings.kraft_properties(broker, voters)
        properties |= settings.listener_properties(listeners, advertised, between="BETWEEN")
        environment = settings.as_environment(properties | self._extra)
        environment["CLUSTER_ID"] = self.cluster_id
        environment["KAFKA_HEAP_OPTS"] = " ".join(settings.HEAP)
        environment["KAFKA_JVM_PERFORMANCE_OPTS"] = " ".join(settings.JVM_OPTIONS)
        return environment

    def _kill(self, broker: int) -> None:
        self._container(broker).kill("SIGKILL")
        self._container(broker).wait()

    def _terminate(self, broker: int) -> None:
        self._container(broker).stop(timeout=SHUTDOWN_SECONDS)

    def _pause(self, broker: int) -> None:
        self._container(broker).pause()

    def _resume(self, broker: int) -> None:
        self._container(broker).unpause()

    def _start(self, broker: int) -> None:
        self._container(broker).start()

    def log_tail(self, lines: int = LOG_TAIL_LINES) -> Iterator[tuple[str, str]]:
        """The end of each container's log, by file name."""
        self._gather_logs()
        yield from super().log_tail(lines)

    def _gather_logs(self) -> None:
        """As far as the engine still answers: a lost log must not hide the failure that it was wanted for."""
        for broker in self._containers:
            with suppress(DockerException, OSError):
                (self.logs / f"broker-{broker}.log").write_bytes(self._container(broker).logs())

    def _container(self, broker: int) -> Container:
        return self._containers[broker].get_wrapped_container()

    def _end(self) -> None:
        self._gather_logs()
        for broker, container in self._containers.items():
            container.stop()
            self._warden.forget(_host(broker))
        if self._network is not None:
            self._network.remove()
            self._warden.forget("network")


def _engine_listens() -> bool:
    """Asked without the client, which leaves its socket open when nobody answers."""
    kind, _, path = os.environ.get("DOCKER_HOST", DEFAULT_ENGINE).partition("://")
    if kind != "unix":
        return True
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


def _host(broker: int) -> str:
    return f"kafka-{broker}"


def _removal(kind: str, name: str, *options: str) -> list[str]:
    return [sys.executable, "-c", REMOVE, kind, name, *options]
