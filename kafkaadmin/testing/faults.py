"""Faults that a test orders for single requests, and the handles to follow them by."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import anyio.to_thread

from kafkawire import ApiKey

__all__ = ["Cut", "Fault", "FaultHandle", "Hangup", "Phase", "Stop"]

Hangup = Literal["reset", "fin"]
"""How a connection ends: with RST, or with FIN."""

Cut = Literal["request", "before", "after", "half"]
"""When a connection is cut: half of the request is read; it isn't applied yet; it is; half of the answer is sent."""

Stop = Literal["reset", "fin", "refuse", "stall"]
"""How a broker goes: see `FakeCluster.stop_broker`."""

Phase = Literal["accept", "tls", "request"]
"""When a fault strikes: as a connection is accepted, as its TLS handshake begins, or as a request comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is to go wrong, and with which requests. Parts combine: an `error` with a `delay` comes late.

    Which requests: those of `api` (all without) at `broker` (all without), `count` of them (None: until removed) after
    the first `skip`. With `phase="accept"` it strikes connections instead, before anything was asked on them: `delay`
    is until the first request is read, `cut` ends them at once, and the bytes of a wrong answer come unasked. With
    `phase="tls"` it strikes them once the client has begun the TLS handshake: the broker's side of that is the answer.

    What happens to them:

    - `delay`: seconds until the request is worked on. With `after_applying` it takes effect at once and the answer
      waits. Requests behind it on the same connection wait too, as they do in Kafka.
    - `error`: the answer is this error code (any number), in the place where this API's answer has one, and nothing is
      applied; with `after_applying` it is applied all the same. With `keys` (groups or topics) only these get it. With
      `level` it stands so many arrays deep, in every place there: 0 is the top, and what is 1 or 2 the API says.
    - `drop_answer`: applied, never answered. The connection stays open.
    - `cut`: the connection ends, `how` says in which way. `request`: half of the request's bytes are read. `before`:
      nothing is applied. `after`: applied, not answered. `half`: applied, half of the answer's bytes are sent.
    - `stop`: the broker goes as the request comes, as `FakeCluster.stop_broker` has it; with `after_applying` once it
      is applied, with `cut="half"` once half of the answer is sent. One that stalls does the rest when it wakes.
    - `garbage`: the answer's body is nonsense under a right header.
    - `wrong_correlation_id`: the answer is for a request that nobody sent.
    - `oversized`: the answer announces a frame of 2 GiB.
    - `throttle`: seconds of throttling that the answer reports, as brokers do when a quota is exceeded. For as long the
      connection's further requests wait (KIP-219).

    One without any of these changes nothing, and tells when a request has come: see `FaultHandle.wait`.
    """

    api: ApiKey | None = None
    broker: int | None = None
    phase: Phase = "request"
    count: int | None = 1
    skip: int = 0
    delay: float = 0.0
    error: int | None = None
    level: int | None = None
    keys: frozenset[str] = frozenset()
    after_applying: bool = False
    drop_answer: bool = False
    cut: Cut | None = None
    how: Hangup = "reset"
    stop: Stop | None = None
    garbage: bool = False
    wrong_correlation_id: bool = False
    oversized: bool = False
    throttle: float = 0.0

    def __post_init__(self) -> None:
        if self.count is not None and self.count < 1:
            raise ValueError(f"count must be positive or None, not {self.count}")
        if min(self.skip, self.delay, self.throttle) < 0:
            raise ValueError("skip, delay and throttle can't be negative")
        if self.keys and self.error is None:
            raise ValueError("keys need an error to be answered with")
        if self.level is not None and (self.error is None or self.keys):
            raise ValueError("level needs an error, and goes with no keys")
        if self.phase != "request" and (self.api is not None or self.error is not None):
            raise ValueError("a connection on which nothing is asked yet has no API and no error")

    def matches(self, api: int | None, broker: int, phase: Phase = "request") -> bool:
        """Whether the fault is meant for this phase, at this broker; and for a request of this API, where it is one."""
        return self.phase == phase and self.broker in {None, broker} and self.api in {None, api}


class FaultHandle:
    """An injected fault: how often it has struck, a way to wait until it does, and to call it off."""

    def __init__(self, fault: Fault, remove: Callable[[FaultHandle], None]) -> None:
        self.fault = fault
        self._remove = remove
        self._seen = 0
        self._hits = 0
        self._changed = threading.Condition()

    def __repr__(self) -> str:
        return f"FaultHandle({self.fault!r}, hits={self.hits})"

    @property
    def hits(self) -> int:
        """How many requests it has struck."""
        return self._hits

    @property
    def spent(self) -> bool:
        """Whether it has struck as often as it was to."""
        return self.fault.count is not None and self._hits >= self.fault.count

    def wait(self, timeout: float = 10.0, *, hits: int = 1) -> None:
        """Block until it has struck `hits` requests. `TimeoutError` after `timeout` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._hits >= hits, timeout):
                raise TimeoutError(f"{self} did not reach {hits} hits in {timeout} s")

    async def reached(self, timeout: float = 10.0, *, hits: int = 1) -> None:
        """`wait`, for asyncio and trio."""
        await anyio.to_thread.run_sync(lambda: self.wait(timeout, hits=hits))

    def remove(self) -> None:
        """Call it off. Requests that it has already struck are not spared."""
        self._remove(self)

    def strikes(self, api: int | None, broker: int, phase: Phase = "request") -> bool:
        """Whether it strikes this request (None: a new connection); if so, that counts as a hit. For the brokers."""
        if self.spent or not self.fault.matches(api, broker, phase):
            return False
        self._seen += 1
        if self._seen <= self.fault.skip:
            return False
        with self._changed:
            self._hits += 1
            self._changed.notify_all()
        return True
