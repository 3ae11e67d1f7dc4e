"""How Kafka itself serves a group while it is hurt: a commit of its own every now and then, byte for byte."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Self

from tests.support.kafka import KafkaCluster, wire
from tests.support.kafka.settings import OFFSETS_PARTITIONS

__all__ = ["Probe", "ServiceWatch", "well_since"]

EVERY = 0.2
PROMPT = 1.0
"""Seconds that a commit may take where all is well. Kafka gives one up that replicas don't follow after five."""
AT_ONCE = 20


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
    """Commits for a group of its own in the same partition of the offsets, so that what becomes of it holds for all.

    A commit that hangs holds up no other.
    """

    def __init__(self, kafka: KafkaCluster, partition: int, topic: str, note: Callable[[str], None]) -> None:
        names = (f"watch-{number}" for number in count())
        self._group = next(name for name in names if wire.group_partition(name, OFFSETS_PARTITIONS) == partition)
        self._kafka, self._topic, self._note = kafka, topic, note
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
        while not self._stopped.wait(EVERY):
            if self._turns.acquire(blocking=False):
                self._started = [each for each in self._started if each.is_alive()]
                self._started.append(threading.Thread(target=self._probe, daemon=True))
                self._started[-1].start()

    def _probe(self) -> None:
        began, trouble = time.monotonic(), "nobody coordinates it"
        try:
            broker = self._kafka.coordinator_now(self._group)
            if broker is not None:
                asked, trouble = time.monotonic(), ""
                wire.commit_offset(self._kafka.address(broker), self._group, self._topic, 0, 0, timeout=PROMPT)
                self._note(f"Kafka: a commit to {broker} takes {time.monotonic() - asked:.3f} s")
        except (OSError, wire.WireError) as error:
            trouble = f"{type(error).__name__}: {error}"
        finally:
            self._turns.release()
        if trouble:
            self._note(f"Kafka: no commit is taken: {trouble}")
        self.probes.append(Probe(began, time.monotonic(), not trouble))
