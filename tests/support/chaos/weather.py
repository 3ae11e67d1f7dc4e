"""Whether all is well with the brokers themselves, now and at any moment before."""

from __future__ import annotations

import math
import time

__all__ = ["Weather"]


class Weather:
    """Told by whoever hurts the brokers, asked by the callers: some of what Kafka says is only true in calm."""

    def __init__(self) -> None:
        self._storm = False
        self._calm_since = time.monotonic()
        self._cut_off: list[tuple[int, float, float]] = []

    def break_out(self, cut_off: int | None = None) -> None:
        """Brokers are about to be hurt. One that is `cut_off`, or sleeps, keeps what it was asked until it is well."""
        self._storm = True
        if cut_off is not None:
            self._cut_off.append((cut_off, time.monotonic(), math.inf))

    def calm_down(self) -> None:
        """All brokers know each other again, and all replicas are in sync."""
        self._calm_since = time.monotonic()
        self._storm = False
        self._cut_off = [(broker, since, min(until, self._calm_since)) for broker, since, until in self._cut_off]

    def was_calm(self, since: float) -> bool:
        """Whether nothing has been wrong since then."""
        return not self._storm and self._calm_since <= since

    def was_cut_off(self, broker: int, since: float, until: float) -> bool:
        """Whether the broker was parted from others, or slept, at some moment of these."""
        return any(each == broker and begun <= until and since <= ended for each, begun, ended in self._cut_off)
