"""What a connection needs of a transport.

It differs from anyio's byte streams where a request's cost lies: `receive` has its own deadline, which another task may
bring forward, so that no cancel scope need be made for each answer; `write` takes bytes at once and `drain` waits only
when the peer is slow; `close` is synchronous.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Protocol

__all__ = ["Bell", "Clock", "Stream"]


class Clock(Protocol):
    """Seconds, from whatever start."""

    def __call__(self) -> float: ...


class Bell(Protocol):
    """Awaited by one task until another one rings it."""

    def ring(self) -> None:
        """Wake the task. Ringing twice, or after it was cancelled, does nothing."""
        ...

    def __await__(self) -> Generator[Any, None, None]: ...


class Stream(Protocol):
    """An open stream to a broker: used by one receiver and one writer at a time."""

    now: Clock
    """The event loop's clock, the same as `anyio.current_time`."""

    async def receive(self, until: float) -> bytes | None:
        """The next bytes; `b""` once the peer has closed; `None` once the clock shows `until`.

        A cancelled `receive` loses no bytes. Raises `OSError` when the connection broke.
        """
        ...

    def bell(self) -> Bell:
        """Something for one task to wait on: cheaper than an event, which serves many."""
        ...

    def wake_by(self, until: float) -> None:
        """Bring the deadline of the `receive` under way forward to `until`, if that is earlier."""
        ...

    def receive_nowait(self) -> bytes | None:
        """What has arrived already: bytes, `b""` if the peer has closed, `None` if nothing has.

        It asks the operating system, so it is right even when the event loop was held up. Raises as `receive` does.
        """
        ...

    def write(self, data: bytes) -> bool:
        """Take `data` for sending. False: some of it still waits for the peer; call `drain` before the next `write`.

        Raises `OSError` when the connection is known to be gone; then nothing of `data` was sent.
        """
        ...

    async def drain(self) -> None:
        """Wait until written data has left. When it is cancelled the stream can only be closed. Raises `OSError`."""
        ...

    def close(self) -> None:
        """Close at once, without waiting for anything. A `receive` or `drain` under way ends. Idempotent."""
        ...

    async def wait_closed(self) -> None:
        """Wait, after `close`, until the operating system has the socket back: a turn of the event loop or two."""
        ...
