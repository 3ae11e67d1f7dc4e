"""How Kafka itself serves groups while it is hurt: commits of its own every now and then, byte for byte."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count, cycle
from types import TracebackType
from typing import Self

from tests.support.chaos.views import offsets_partition
from tests.support.kafka import KafkaCluster, wire
from tests.support.kafka.settings import OFFSETS_PARTITIONS

__all__ = ["Probe", "ServiceWatch", "well_since"]

EVERY = 0.1
PROMPT = 1.0
"""Seconds that a commit may take where all is well. Kafka gives one up that replicas don't follow after five."""
AT_ONCE = 30


@dataclass(frozen=True, slots=True)
class Probe:
    """One commit, in `time.monotonic()` seconds: whether it was acknowledged, and promptly."""

    began: float
    ended: float
    acknowledged: bool


def well_since(probes: list[Probe]) -> float | None:
    """When the first commit of those was acknowledged that none failed after; `None` where none failed at all."""
    failed = max((each.began for each in probes if not each.acknowledged), default=None)
    if failed is None:
        return None
    return min((each.ended for each in probes if each.began > failed), default=None)


class ServiceWatch:
    """Commits for groups of its own, one in each partition of the offsets, by turns. One that hangs holds up no other.

    All of them count: a broker works through one connection's requests in order, so that a commit which it keeps for
    replicas that don't follow holds up whatever a client asks it next, for other groups too.
    """

    def __init__(self, kafka: KafkaCluster, topic: str, note: Callable[[str, str], None]) -> None:
        self._kafka, self._topic, self._note = kafka, topic, note
        self._groups = [_group_in(partition) for partition in range(OFFSETS_PARTITIONS)]
        self.probes: list[Probe] = []
        self._stopped = threading.Event()
        self._turns = threading.Semaphore(AT_ONCE)
        self._started: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._watch, name="service-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopped.set()
        for each in [self._thread, *self._started]:
            each.join()

    def _watch(self) -> None:
        for partition, group in cycle(enumerate(self._groups)):
            if self._stopped.wait(EVERY):
                return
            if self._turns.acquire(blocking=False):
                self._started = [each for each in self._started if each.is_alive()]
                self._started.append(threading.Thread(target=self._probe, args=(partition, group), daemon=True))
                self._started[-1].start()

    def _probe(self, partition: int, group: str) -> None:
        began, trouble = time.monotonic(), "nobody coordinates it"
        try:
            broker = self._kafka.coordinator_now(group)
            if broker is not None:
                trouble = f"{broker} keeps it, or refuses it"
                wire.commit_offset(self._kafka.address(broker), group, self._topic, 0, 0, timeout=PROMPT)
                trouble = ""
        except (OSError, wire.WireError) as error:
            trouble += f": {error}"
        finally:
            self._turns.release()
        if trouble:
            self._note(offsets_partition(partition), f"Kafka takes no commit promptly: {trouble}")
        self.probes.append(Probe(began, time.monotonic(), not trouble))


def _group_in(partition: int) -> str:
    names = (f"watch-{number}" for number in count())
    return next(name for name in names if wire.group_partition(name, OFFSETS_PARTITIONS) == partition)
