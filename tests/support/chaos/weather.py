"""Whether all is well with the brokers themselves, now and at any moment before."""

from __future__ import annotations

import time

__all__ = ["Weather"]


class Weather:
    """Told by whoever hurts the brokers, asked by the callers: some of what Kafka says is only true in calm."""

    def __init__(self) -> None:
        self._storm = False
        self._calm_since = time.monotonic()

    def break_out(self) -> None:
        """Brokers are about to be hurt."""
        self._storm = True

    def calm_down(self) -> None:
        """All brokers know each other again, and all replicas are in sync."""
        self._calm_since = time.monotonic()
        self._storm = False

    def was_calm(self, since: float) -> bool:
        """Whether nothing has been wrong since then."""
        return not self._storm and self._calm_since <= since
