"""The way of answers from a broker to its clients: how long it is, and how wide."""

from __future__ import annotations

import asyncio
from collections import deque

__all__ = ["Link", "Outgoing"]

_PIECE_SECONDS = 0.02


class Link:
    """A broker's network. `latency` (seconds) is the round trip's, `bandwidth` (bytes a second) all connections share.

    None of either, as at first, costs nothing.
    """

    def __init__(self) -> None:
        self.latency = 0.0
        self.bandwidth: float | None = None
        self._free_at = 0.0

    @property
    def is_plain(self) -> bool:
        """Whether bytes arrive as they are sent."""
        return not self.latency and self.bandwidth is None

    def pieces(self, data: bytes) -> list[bytes]:
        """What arrives together: on a narrow link, a long answer comes bit by bit."""
        size = len(data) if self.bandwidth is None else max(1, int(self.bandwidth * _PIECE_SECONDS))
        return [data[start : start + size] for start in range(0, len(data), size)]

    def arrival(self, now: float, size: int) -> float:
        """When the last of so many bytes, sent now, arrives."""
        busy = size / self.bandwidth if self.bandwidth else 0.0
        self._free_at = max(now, self._free_at) + busy
        return self._free_at + self.latency


class Outgoing:
    """What a connection has on its way to the client, in order."""

    def __init__(self, link: Link, transport: asyncio.Transport) -> None:
        self._link = link
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._under_way: deque[bytes] = deque()
        self._last_arrival = 0.0
        self._closing = False

    def write(self, data: bytes) -> None:
        """Send bytes: at once, or as the link has it."""
        if self._link.is_plain and not self._under_way:
            self._transport.write(data)
            return
        for piece in self._link.pieces(data):
            # Whatever the link becomes meanwhile, nothing overtakes what was sent before.
            arrival = self._link.arrival(self._loop.time(), len(piece))
            self._last_arrival = max(arrival, self._last_arrival)
            self._under_way.append(piece)
            self._loop.call_at(self._last_arrival, self._arrive)

    def close(self) -> None:
        """End the connection with FIN, behind whatever is under way."""
        self._closing = True
        if not self._under_way:
            self._transport.close()

    def drop(self) -> None:
        """Lose what is under way."""
        self._under_way.clear()

    def _arrive(self) -> None:
        if not self._under_way:
            return
        self._transport.write(self._under_way.popleft())
        if self._closing and not self._under_way:
            self._transport.close()
