"""What reached the brokers, and which faults wait for it. Everything here runs in the cluster's own thread."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import Any

from kafkaadmin.testing.faults import Fault, FaultHandle, Phase
from kafkawire import ApiKey, Request
from kafkawire.headers import read_request

__all__ = ["Ledger", "RecordedRequest", "RejectedRequest"]

_LENGTH = 2_000
_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """A request that reached a broker. `at` is the time of `time.monotonic()`.

    `connection` numbers the cluster's connections in the order in which they were opened, from 1. `fault` is the one
    that struck it.

    It is kept as the bytes it came in, and read again when it is asked for: thousands of large requests, kept as
    objects, would slow down every pass of the garbage collector.
    """

    broker_id: int
    api_key: ApiKey
    version: int
    client_id: str | None
    at: float
    connection: int
    fault: Fault | None = None
    frame: bytes = field(repr=False)

    @property
    def request(self) -> Request[Any]:
        """The request itself."""
        return read_request(self.frame, exact=False)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRequest:
    """Bytes that a broker could make nothing of, and hung up on as Kafka does."""

    broker_id: int
    reason: str


class Ledger:
    """Counts and keeps requests (the latest 2,000, and 32 MiB), and says which fault strikes one."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[int, ApiKey]] = Counter()
        self.log: deque[RecordedRequest] = deque()
        self._kept_bytes = 0
        self._connections = 0
        self._news: set[asyncio.Event] = set()
        self.rejected: deque[RejectedRequest] = deque(maxlen=_LENGTH)
        self.faults: list[FaultHandle] = []

    def received(self, request: RecordedRequest) -> Fault | None:
        """Enter a request. Answers the fault that strikes it: of several, the one ordered first."""
        self.counts[request.broker_id, request.api_key] += 1
        fault = self._striking(request.api_key, request.broker_id)
        self._keep(request if fault is None else replace(request, fault=fault))
        for news in self._news:
            news.set()
        return fault

    def seen(self, api: ApiKey | None, broker: int | None, client_id: str | None) -> tuple[RecordedRequest, ...]:
        """The requests in the log that are of this API, at this broker, by this client; None stands for any."""
        return tuple(
            each
            for each in self.log
            if api in {None, each.api_key} and broker in {None, each.broker_id} and client_id in {None, each.client_id}
        )

    async def arrived(
        self, count: int, api: ApiKey | None, broker: int | None, client_id: str | None
    ) -> tuple[RecordedRequest, ...]:
        """Wait until there are so many of them."""
        news = asyncio.Event()
        self._news.add(news)
        try:
            while len(found := self.seen(api, broker, client_id)) < count:
                await news.wait()
                news.clear()
        finally:
            self._news.discard(news)
        return found

    def accepted(self, broker_id: int) -> Fault | None:
        """A connection was accepted. Answers the fault that strikes it."""
        return self._striking(None, broker_id, "accept")

    def greeted(self, broker_id: int) -> Fault | None:
        """A TLS handshake was begun. Answers the fault that strikes it."""
        return self._striking(None, broker_id, "tls")

    def number_connection(self) -> int:
        """The number of a connection that was just opened."""
        self._connections += 1
        return self._connections

    def half_read(self, api: int, broker_id: int) -> Fault | None:
        """Half of a request was read. Answers the fault that cuts it there."""
        return next((h.fault for h in self.faults if h.fault.cut == "request" and h.strikes(api, broker_id)), None)

    def _striking(self, api: int | None, broker_id: int, phase: Phase = "request") -> Fault | None:
        return next((handle.fault for handle in self.faults if handle.strikes(api, broker_id, phase)), None)

    def _keep(self, request: RecordedRequest) -> None:
        self.log.append(request)
        self._kept_bytes += len(request.frame)
        while len(self.log) > _LENGTH or (self._kept_bytes > _BYTES and len(self.log) > 1):
            self._kept_bytes -= len(self.log.popleft().frame)

    def remove(self, handle: FaultHandle) -> None:
        """Strike a fault off the list."""
        if handle in self.faults:
            self.faults.remove(handle)

    def reset(self) -> None:
        """Begin anew. Faults stay."""
        self.counts.clear()
        self.log.clear()
        self._kept_bytes = 0
        self.rejected.clear()
