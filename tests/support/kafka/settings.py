"""Broker properties that both backends share."""

import base64
import uuid
from collections.abc import Mapping
from types import MappingProxyType

DEFAULT_VERSION = "4.4.0"
OFFSETS_PARTITIONS = 8
CONTROLLER, DIRECT, PROXIED = "CONTROLLER", "DIRECT", "PROXIED"
NOTHING_MORE: Mapping[str, str] = MappingProxyType({})
HEAP = ("-Xms128m", "-Xmx384m")
# Quick starts on few cores matter more here than peak throughput.
JVM_OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")


def uses_zookeeper(version: str) -> bool:
    """Whether this release's clusters are run by ZooKeeper here (KRaft is ready for use from 3.3)."""
    return tuple(int(part) for part in version.split(".")[:2]) < (3, 3)


def shared_properties(brokers: int) -> dict[str, str]:
    """What is the same for every broker of a cluster, whoever runs it."""
    replicas = str(min(3, brokers))
    return {
        "offsets.topic.replication.factor": replicas,
        "offsets.topic.num.partitions": str(OFFSETS_PARTITIONS),
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": str(min(2, brokers)),
        "transaction.state.log.num.partitions": str(OFFSETS_PARTITIONS),
        "group.initial.rebalance.delay.ms": "0",
        "default.replication.factor": replicas,
        "auto.create.topics.enable": "false",
        "auto.leader.rebalance.enable": "false",
        "log.index.size.max.bytes": "1048576",
        "log.segment.bytes": "16777216",
        # ACLs can be made, and forbid nobody here anything but what they name.
        "super.users": "User:ANONYMOUS",
        "allow.everyone.if.no.acl.found": "true",
        "num.network.threads": "2",
        "num.io.threads": "4",
    }


def kraft_properties(node: int, voters: Mapping[int, str]) -> dict[str, str]:
    """A combined broker and controller; `voters` gives every node's controller address."""
    return {
        "node.id": str(node),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "process.roles": "broker,controller",
        "controller.listener.names": CONTROLLER,
        "controller.quorum.voters": ",".join(f"{voter}@{address}" for voter, address in voters.items()),
        "controller.quorum.election.timeout.ms": "500",
        "controller.quorum.fetch.timeout.ms": "1500",
        "broker.session.timeout.ms": "6000",
        "group.streams.initial.rebalance.delay.ms": "0",
        "share.coordinator.state.topic.replication.factor": str(min(3, len(voters))),
        "share.coordinator.state.topic.min.isr": str(min(2, len(voters))),
        "share.coordinator.state.topic.num.partitions": str(OFFSETS_PARTITIONS),
    }


def zookeeper_properties(node: int, zookeeper: str) -> dict[str, str]:
    """A broker of the ZooKeeper days."""
    return {
        "broker.id": str(node),
        "authorizer.class.name": "kafka.security.authorizer.AclAuthorizer",
        "zookeeper.connect": zookeeper,
        "zookeeper.session.timeout.ms": "6000",
        "zookeeper.connection.timeout.ms": "30000",
    }


def listener_properties(listeners: Mapping[str, str], advertised: Mapping[str, str], between: str) -> dict[str, str]:
    """Where a broker listens and what it tells others; brokers use the listener `between` among themselves."""
    return {
        "listeners": _join(listeners),
        "advertised.listeners": _join(advertised),
        "inter.broker.listener.name": between,
        "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in listeners),
    }


def as_file(properties: Mapping[str, str]) -> str:
    """The text of a `server.properties`."""
    return "".join(f"{key}={value}\n" for key, value in properties.items())


def as_environment(properties: Mapping[str, str]) -> dict[str, str]:
    """The variables that the container image turns back into these properties."""
    return {f"KAFKA_{_variable(key)}": value for key, value in properties.items()}


def random_id() -> str:
    """22 characters that Kafka takes for a Uuid; a leading hyphen would look like an option."""
    while (made := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return made


def _variable(key: str) -> str:
    return key.replace("_", "__").replace("-", "___").replace(".", "_").upper()


def _join(addresses: Mapping[str, str]) -> str:
    return ",".join(f"{name}://{address}" for name, address in addresses.items())
