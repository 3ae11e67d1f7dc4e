"""Whether all is well with the brokers themselves, now and at any moment before."""

from __future__ import annotations

import math
import time
from collections.abc import Collection

__all__ = ["Weather"]


class Weather:
    """Told by whoever hurts the brokers, asked by the callers: some of what Kafka says is only true in calm."""

    def __init__(self) -> None:
        self._storm = False
        self._calm_since = time.monotonic()
        self._keeping: list[tuple[int, float, float]] = []

    def break_out(self, keeping: Collection[int] = ()) -> None:
        """Brokers are about to be hurt. Those that are `keeping` what they are asked may yet carry it out."""
        self._storm = True
        self._keeping += [(broker, time.monotonic(), math.inf) for broker in keeping]

    def calm_down(self) -> None:
        """All brokers know each other again, and all replicas are in sync."""
        self._calm_since = time.monotonic()
        self._storm = False
        self._keeping = [(broker, since, min(until, self._calm_since)) for broker, since, until in self._keeping]

    def was_calm(self, since: float) -> bool:
        """Whether nothing has been wrong since then."""
        return not self._storm and self._calm_since <= since

    def was_keeping(self, broker: int, since: float, until: float) -> bool:
        """Whether the broker, at some moment of these, may have kept what it was asked."""
        return any(each == broker and begun <= until and since <= ended for each, begun, ended in self._keeping)
