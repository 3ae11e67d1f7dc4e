"""Kafka brokers as processes of this machine, run from Maven Central's jars."""

import contextlib
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support.kafka import settings
from tests.support.kafka.cluster import KafkaCluster, poll
from tests.support.kafka.errors import ClusterError
from tests.support.kafka.jars import jars
from tests.support.kafka.ports import HOST, Ports, allocate_ports
from tests.support.kafka.settings import CONTROLLER, DIRECT, NOTHING_MORE, PROXIED, random_id
from tests.support.kafka.warden import Warden

BROKER = "kafka.Kafka"
ZOOKEEPER = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
START_SECONDS = 60.0
SHUTDOWN_SECONDS = 60.0

LOG4J_1 = """\
log4j.rootLogger=INFO, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=[%d] %p %m (%c)%n
"""
LOG4J_2 = """\
rootLogger.level=INFO
rootLogger.appenderRef.out.ref=out
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=[%d] %p %m (%c)%n
"""


class Jvm:
    """One Java process that can be started many times; its output goes on in the same log."""

    def __init__(self, name: str, command: list[str], log: Path, warden: Warden) -> None:
        self._name, self._command, self._log, self._warden = name, command, log, warden
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def ended(self) -> bool:
        """Whether the process was started and is gone."""
        return self._process is not None and self._process.poll() is not None

    def start(self) -> None:
        """Runs the command in a session of its own, out of reach of the terminal's Ctrl-C."""
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._process = process
        self._warden.watch(self._name, ["kill", "-9", str(process.pid)])

    def send(self, number: signal.Signals) -> None:
        """Sends a signal; `ClusterError` when the process has ended."""
        if self._process is None or self.ended:
            raise ClusterError(f"{self._name} is not running")
        self._process.send_signal(number)

    def wait(self, timeout: float = SHUTDOWN_SECONDS) -> None:
        """Waits for the end."""
        if self._process is not None:
            self._process.wait(timeout)
            self._warden.forget(self._name)

    def destroy(self) -> None:
        """Ends the process, in whatever state it is."""
        with contextlib.suppress(ClusterError):
            self.send(signal.SIGKILL)
        self.wait()


class JvmKafka(KafkaCluster):
    """A cluster of local processes."""

    def __init__(
        self,
        directory: Path,
        *,
        brokers: int = 3,
        version: str = settings.DEFAULT_VERSION,
        extra: Mapping[str, str] = NOTHING_MORE,
    ) -> None:
        """`directory` takes data, configuration and logs; `extra` properties win over the harness's own."""
        super().__init__(version=version, ports=allocate_ports(brokers), logs=directory / "logs")
        self.cluster_id = random_id()
        self._directory, self._extra = directory, dict(extra)
        self._nodes: dict[int, Jvm] = {}
        self._zookeeper: Jvm | None = None

    def _kill(self, broker: int) -> None:
        self._nodes[broker].send(signal.SIGKILL)
        self._nodes[broker].wait()

    def _terminate(self, broker: int) -> None:
        self._nodes[broker].send(signal.SIGTERM)
        self._nodes[broker].wait()

    def _pause(self, broker: int) -> None:
        self._nodes[broker].send(signal.SIGSTOP)

    def _resume(self, broker: int) -> None:
        self._nodes[broker].send(signal.SIGCONT)

    def _start(self, broker: int) -> None:
        if self._zookeeper is not None:
            self._await_forgotten(broker)
        self._nodes[broker].start()

    def _launch(self) -> None:
        self._jars = jars(self.version)
        self.logs.mkdir(parents=True)
        self._write("log4j.properties", LOG4J_1)
        self._write("log4j2.properties", LOG4J_2)
        if settings.uses_zookeeper(self.version):
            self._launch_zookeeper()
        else:
            self._launch_kraft()

    def _launch_kraft(self) -> None:
        voters = {broker: f"{HOST}:{ports.controller}" for broker, ports in self.ports.items()}
        for broker, ports in self.ports.items():
            listeners = {CONTROLLER: voters[broker]} | _listeners(ports)
            own = settings.kraft_properties(broker, voters)
            own |= settings.listener_properties(listeners, _advertised(ports), between=DIRECT)
            self._format(broker)
            self._launch_broker(broker, own)

    def _launch_zookeeper(self) -> None:
        port = self.ports[min(self.ports)].controller
        properties = {"clientPort": str(port), "clientPortAddress": HOST, "tickTime": "1000"}
        properties |= {"dataDir": str(self._data("zookeeper")), "admin.enableServer": "false"}
        config = self._write("zookeeper.properties", settings.as_file(properties))
        self._zookeeper = self._jvm("zookeeper", ZOOKEEPER, config)
        self._zookeeper.start()
        # A broker that is there before it is turned away, and doesn't try again in time.
        poll(lambda: _serves(port) or None, "ZooKeeper to serve", START_SECONDS)
        for broker, ports in self.ports.items():
            own = settings.zookeeper_properties(broker, f"{HOST}:{port}")
            own |= settings.listener_properties(_listeners(ports), _advertised(ports), between=DIRECT)
            self._launch_broker(broker, own)

    def _launch_broker(self, broker: int, own: Mapping[str, str]) -> None:
        properties = settings.shared_properties(len(self.ports)) | dict(own) | self._extra
        properties["log.dirs"] = str(self._data(f"broker-{broker}"))
        config = self._write(f"broker-{broker}.properties", settings.as_file(properties))
        self._nodes[broker] = self._jvm(f"broker-{broker}", BROKER, config)
        self._nodes[broker].start()

    def _jvm(self, name: str, main: str, config: Path) -> Jvm:
        options = [f"-D{key}={value}" for key, value in self._logging().items()]
        command = [str(self._jars.java), *settings.HEAP, *settings.JVM_OPTIONS, *options, "-cp", self._jars.class_path]
        return Jvm(name, [*command, main, str(config)], self.logs / f"{name}.log", self._warden)

    def _logging(self) -> dict[str, str]:
        return {
            "log4j.configuration": (self._directory / "log4j.properties").as_uri(),
            "log4j2.configurationFile": str(self._directory / "log4j2.properties"),
            "kafka.logs.dir": str(self.logs),
        }

    def _format(self, broker: int) -> None:
        """Gives a node the formatted storage that Kafka's tool would make for it."""
        data = self._data(f"broker-{broker}")
        shutil.copytree(self._jars.storage, data)
        identity = {"version": "1", "cluster.id": self.cluster_id, "node.id": str(broker), "directory.id": random_id()}
        (data / "meta.properties").write_text(settings.as_file(identity))

    def _await_forgotten(self, broker: int) -> None:
        """A broker that comes back while ZooKeeper still holds its old session ends itself at once."""
        others = tuple(other for other in self.living if other != broker)
        self.await_brokers(others)

    def _data(self, name: str) -> Path:
        return self._directory / "data" / name

    def _write(self, name: str, text: str) -> Path:
        path = self._directory / name
        path.write_text(text)
        return path

    def _end(self) -> None:
        for process in (*self._nodes.values(), *filter(None, [self._zookeeper])):
            process.destroy()
        shutil.rmtree(self._directory / "data", ignore_errors=True)


def _serves(port: int) -> bool:
    """Whether ZooKeeper is there, and not merely its socket: only then it has a mode."""
    try:
        with socket.create_connection((HOST, port), timeout=1.0) as connection:
            connection.sendall(b"srvr")
            return b"Mode:" in b"".join(iter(lambda: connection.recv(4096), b""))
    except OSError:
        return False


def _listeners(ports: Ports) -> dict[str, str]:
    return {DIRECT: f"{HOST}:{ports.direct}", PROXIED: f"{HOST}:{ports.behind}"}


def _advertised(ports: Ports) -> dict[str, str]:
    return {DIRECT: f"{HOST}:{ports.direct}", PROXIED: f"{HOST}:{ports.proxy}"}
