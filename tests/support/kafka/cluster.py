"""Real Kafka brokers with faults on demand: what both backends offer."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from uuid import UUID

from tests.support.kafka import wire
from tests.support.kafka.errors import ClusterError
from tests.support.kafka.ports import HOST, Ports
from tests.support.kafka.proxy import Proxies
from tests.support.kafka.warden import Warden
from tests.support.kafka.wire import Address, Metadata, Partition

OFFSETS_TOPIC = "__consumer_offsets"
WARM_UP_GROUP = "harness-warm-up"
POLL_SECONDS = 0.1
LOG_TAIL_LINES = 30

T = TypeVar("T")


class KafkaCluster(ABC):
    """N brokers, each a combined KRaft node (or, before 3.3, a broker beside a ZooKeeper).

    Used as a context manager: brokers run inside it, and nothing of theirs is left afterwards but their logs. All
    methods block; call them from a worker thread where an event loop must go on.
    """

    def __init__(self, *, version: str, ports: Mapping[int, Ports], logs: Path) -> None:
        self.version = version
        self.ports = dict(ports)
        self.logs = logs
        self.proxies = Proxies(ports)
        self.born_warm = True
        """Whether it is waited for the offsets topic too, so that no test meets a cluster that is being born."""
        self._warden = Warden()
        self._silenced: set[int] = set(self.ports)

    @property
    def brokers(self) -> tuple[int, ...]:
        """Every broker's id, dead or alive."""
        return tuple(self.ports)

    @property
    def living(self) -> tuple[int, ...]:
        """The brokers that this harness has neither ended nor paused."""
        return tuple(broker for broker in self.ports if broker not in self._silenced)

    def address(self, broker: int, *, direct: bool = True) -> Address:
        """Where a broker answers: its own port, or its proxy's."""
        ports = self.ports[broker]
        return HOST, ports.direct if direct else ports.proxy

    def bootstrap(self, *, direct: bool = True) -> str:
        """Bootstrap servers; a client that starts at the proxies stays behind them."""
        return ",".join("{}:{}".format(*self.address(broker, direct=direct)) for broker in self.brokers)

    def bootstrap_controllers(self) -> str:
        """The controllers' own listeners."""
        return ",".join(f"{HOST}:{ports.controller}" for ports in self.ports.values())

    # Faults

    def kill(self, broker: int) -> None:
        """SIGKILL."""
        self._silenced.add(broker)
        self._kill(broker)
        self.proxies[broker].refuse()

    def terminate(self, broker: int) -> None:
        """SIGTERM, and waits until the broker has shut down in good order: it hands its leaderships over first."""
        self._terminate(broker)
        self._silenced.add(broker)
        self.proxies[broker].refuse()

    def pause(self, broker: int) -> None:
        """SIGSTOP: its sockets stay open and nobody answers."""
        self._silenced.add(broker)
        self._pause(broker)

    def resume(self, broker: int) -> None:
        """SIGCONT."""
        self._resume(broker)
        self._silenced.discard(broker)

    def start(self, broker: int, *, timeout: float = 60.0) -> None:
        """Starts a dead broker again and waits until the others know it.

        After a SIGKILL that takes up to the broker's session timeout (6 s here).
        """
        self._start(broker)
        self.proxies[broker].accept()
        self._silenced.discard(broker)
        self.await_brokers(self.living, timeout=timeout)

    # What Kafka itself says

    def metadata(self, *topics: str) -> Metadata:
        """Metadata from the first living broker that answers."""
        return self._ask(lambda address: wire.metadata(address, topics))

    def topic_id(self, topic: str) -> UUID | None:
        """The topic's id, as the first living broker that answers knows it."""
        return self._ask(lambda address: wire.topic_id(address, topic))

    def metadata_through_proxy(self, broker: int) -> Metadata:
        """What one broker tells a client that comes through its proxy."""
        return wire.metadata(self.address(broker, direct=False))

    def coordinator_now(self, group: str) -> int | None:
        """The group's coordinator if a living broker names one that serves the group at this moment."""
        for broker in self.living:
            named = self._named_coordinator(broker, group)
            if named in self.living and self._serves(named, group):
                return named
        return None

    def coordinator_of(self, group: str, *, timeout: float = 30.0) -> int:
        """The broker that coordinates the group; waits for an election that is under way."""
        return poll(lambda: self.coordinator_now(group), f"group {group!r} to have a coordinator", timeout)

    def committed_offsets(self, group: str, *, timeout: float = 30.0) -> dict[tuple[str, int], int]:
        """What a group has committed, by topic and partition, as its coordinator says."""

        def asked() -> dict[tuple[str, int], int] | None:
            coordinator = self.coordinator_now(group)
            try:
                return None if coordinator is None else wire.committed_offsets(self.address(coordinator), group)
            except (OSError, wire.WireError):
                return None

        return poll(asked, f"the offsets of group {group!r}", timeout)

    def move_coordinator(self, group: str, *, to: int | None = None, timeout: float = 30.0) -> int:
        """Moves the group to another broker by preferred-leader election; returns that broker once it coordinates."""
        partition = self._offsets_partition(group)
        target = to if to is not None else self._successor(partition)
        order = (target, *(replica for replica in partition.replicas if replica != target))

        def moved() -> int | None:
            self._elect(partition.index, order)
            return target if self.coordinator_now(group) == target else None

        return poll(moved, f"broker {target} to coordinate group {group!r}", timeout)

    def await_brokers(self, wanted: tuple[int, ...], *, timeout: float = 60.0) -> None:
        """Waits until each of these brokers knows exactly these brokers."""
        poll(lambda: self._agreed(wanted) or None, f"brokers {wanted} to know each other", timeout)

    def await_healthy(self, *, timeout: float = 90.0) -> None:
        """Waits until all brokers know each other and every replica of the offsets is in sync.

        Only then can any broker be lost without taking offsets with it.
        """
        self.await_brokers(self.brokers, timeout=timeout)
        self.await_in_sync(timeout=timeout)

    def await_in_sync(self, *, timeout: float = 90.0) -> None:
        """Waits until every replica of the offsets on a living broker is in sync."""
        poll(lambda: self._offsets_in_sync() or None, "the offsets topic to have its replicas in sync", timeout)

    def log_tail(self, lines: int = LOG_TAIL_LINES) -> Iterator[tuple[str, str]]:
        """The end of each log, by file name."""
        for log in sorted(self.logs.glob("*.log")):
            yield log.name, "\n".join(log.read_text(errors="replace").splitlines()[-lines:])

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self.proxies)
            stack.enter_context(self._warden)
            stack.callback(self._end)
            self._launch()
            self._await_ready()
            self._running = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._silenced.update(self.brokers)
        self._running.close()

    @abstractmethod
    def _launch(self) -> None:
        """Starts all brokers and awaits none: a quorum needs a majority."""

    @abstractmethod
    def _end(self) -> None:
        """Ends whatever `_launch` and `_start` started, in whatever state it is."""

    @abstractmethod
    def _kill(self, broker: int) -> None: ...

    @abstractmethod
    def _terminate(self, broker: int) -> None: ...

    @abstractmethod
    def _pause(self, broker: int) -> None: ...

    @abstractmethod
    def _resume(self, broker: int) -> None: ...

    @abstractmethod
    def _start(self, broker: int) -> None: ...

    def _await_ready(self, timeout: float = 90.0) -> None:
        """Waits for all brokers, and for the offsets topic that the first search for a coordinator has them make."""
        self._silenced.clear()
        self.await_brokers(self.brokers, timeout=timeout)
        if not self.born_warm:
            return
        self.coordinator_of(WARM_UP_GROUP, timeout=timeout)
        self.await_healthy(timeout=timeout)

    def _ask(self, question: Callable[[Address], T]) -> T:
        failure: Exception = ClusterError("no broker is alive")
        for broker in self.living:
            try:
                return question(self.address(broker))
            except (OSError, wire.WireError) as error:
                failure = error
        raise failure

    def _named_coordinator(self, broker: int, group: str) -> int | None:
        try:
            return wire.find_coordinator(self.address(broker), group)
        except (OSError, wire.WireError):
            return None

    def _serves(self, broker: int, group: str) -> bool:
        try:
            return wire.serves_group(self.address(broker), group)
        except OSError:
            return False

    def _agreed(self, wanted: tuple[int, ...]) -> bool:
        try:
            return all(set(wire.metadata(self.address(broker)).brokers) == set(wanted) for broker in wanted)
        except OSError:
            return False

    def _offsets_in_sync(self) -> bool:
        """As every living broker sees it: one that has just come back may know no better than when it left."""
        living = set(self.living)
        try:
            views = [wire.metadata(self.address(broker), [OFFSETS_TOPIC]).topics[OFFSETS_TOPIC] for broker in living]
        except OSError:
            return False
        return bool(views) and all(
            view and all(living.intersection(each.replicas) <= set(each.in_sync) for each in view) for view in views
        )

    def _offsets_partition(self, group: str) -> Partition:
        partitions = self.metadata(OFFSETS_TOPIC).topics[OFFSETS_TOPIC]
        wanted = wire.group_partition(group, len(partitions))
        return next(partition for partition in partitions if partition.index == wanted)

    def _successor(self, partition: Partition) -> int:
        ready = [broker for broker in partition.in_sync if broker != partition.leader and broker in self.living]
        if not ready:
            raise ClusterError(f"no other living replica of {OFFSETS_TOPIC}-{partition.index} is in sync")
        return ready[0]

    def _elect(self, partition: int, order: tuple[int, ...]) -> None:
        try:
            controller = self.address(self.metadata().controller)
            wire.reassign(controller, OFFSETS_TOPIC, partition, order)
            wire.elect_preferred_leader(controller, OFFSETS_TOPIC, partition)
        except (OSError, wire.WireError):
            return  # no controller just now, or the new order has not reached it: the caller asks again


def poll(question: Callable[[], T | None], what: str, timeout: float) -> T:
    end = time.monotonic() + timeout
    while (answer := question()) is None:
        if time.monotonic() > end:
            raise ClusterError(f"waited {timeout:.0f} s in vain for {what}")
        time.sleep(POLL_SECONDS)
    return answer
