"""What each broker believes, from its own mouth: who leads the partitions of the offsets."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from tests.support.chaos.journal import EVERYBODY, Journal
from tests.support.kafka import KafkaCluster, wire
from tests.support.kafka.cluster import OFFSETS_TOPIC

__all__ = ["Views", "offsets_partition"]

INTERVAL_SECONDS = 0.2
PATIENCE_SECONDS = 0.5


def offsets_partition(index: int) -> str:
    """What the journal's lines on one partition are about."""
    return f"{OFFSETS_TOPIC}-{index}"


class Views:
    """Asks every broker five times a second, dead or alive, and notes each change."""

    def __init__(self, kafka: KafkaCluster, journal: Journal) -> None:
        self._kafka, self._journal = kafka, journal
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._watch, args=(broker,), name=f"view of {broker}", daemon=True)
            for broker in kafka.brokers
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _watch(self, broker: int) -> None:
        known: dict[str, str] = {}
        while not self._stopped.wait(INTERVAL_SECONDS):
            for about, told in self._ask(broker).items():
                if known.get(about) != told:
                    known[about] = told
                    self._journal.note(about, told)

    def _ask(self, broker: int) -> dict[str, str]:
        try:
            seen = wire.metadata(self._kafka.address(broker), [OFFSETS_TOPIC], timeout=PATIENCE_SECONDS)
        except (OSError, wire.WireError) as error:
            return {EVERYBODY: f"broker {broker} doesn't answer: {type(error).__name__}"}
        told = {EVERYBODY: f"broker {broker} says: brokers {sorted(seen.brokers)}"}
        for each in seen.topics[OFFSETS_TOPIC]:
            in_sync = sorted(each.in_sync)
            told[offsets_partition(each.index)] = f"broker {broker} says: {each.leader} leads {each.index}, {in_sync}"
        return told
