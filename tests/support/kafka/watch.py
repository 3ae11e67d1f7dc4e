"""Records when Kafka itself had a coordinator, to hold a client's recovery against."""

import threading
import time
from types import TracebackType
from typing import Self

from tests.support.kafka.cluster import KafkaCluster
from tests.support.kafka.errors import ClusterError

INTERVAL_SECONDS = 0.05


class CoordinatorWatch:
    """Asks the living brokers every 50 ms who coordinates a group, and that broker whether it does.

    with CoordinatorWatch(kafka, "billing") as watch:
        before = time.monotonic()
        kafka.kill(coordinator)
        recovered = watch.await_change(since=before, from_broker=coordinator) - before
    """

    def __init__(self, kafka: KafkaCluster, group: str) -> None:
        self._kafka, self._group = kafka, group
        self._changes: list[tuple[float, int | None]] = []
        self._news = threading.Condition()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="coordinator-watch", daemon=True)

    @property
    def changes(self) -> tuple[tuple[float, int | None], ...]:
        """Every change seen: the `time.monotonic()` at which it was, and the serving broker, `None` for nobody."""
        with self._news:
            return tuple(self._changes)

    def await_change(self, *, since: float, from_broker: int, timeout: float = 60.0) -> float:
        """The `time.monotonic()` at which a broker other than `from_broker` first served the group after `since`."""
        with self._news:
            if not self._news.wait_for(lambda: self._first_other(since, from_broker) is not None, timeout):
                raise ClusterError(f"group {self._group!r} had no coordinator but {from_broker} for {timeout:.0f} s")
            found = self._first_other(since, from_broker)
        assert found is not None
        return found

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopped.set()
        self._thread.join()

    def _first_other(self, since: float, broker: int) -> float | None:
        return next((at for at, seen in self._changes if at >= since and seen not in (None, broker)), None)

    def _watch(self) -> None:
        while not self._stopped.wait(INTERVAL_SECONDS):
            serving = self._kafka.coordinator_now(self._group)
            with self._news:
                if not self._changes or self._changes[-1][1] != serving:
                    self._changes.append((time.monotonic(), serving))
                    self._news.notify_all()
