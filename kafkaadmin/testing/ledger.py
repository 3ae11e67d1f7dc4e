"""What reached the brokers, and which faults wait for it. Everything here runs in the cluster's own thread."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from kafkaadmin.testing.faults import Fault, FaultHandle
from kafkawire import ApiKey, Request
from kafkawire.headers import read_request

__all__ = ["Ledger", "RecordedRequest", "RejectedRequest"]

_LENGTH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """A request that reached a broker. `at` is the time of `time.monotonic()`.

    It is kept as the bytes it came in, and read again when it is asked for: thousands of large requests, kept as
    objects, would slow down every pass of the garbage collector.
    """

    broker_id: int
    api_key: ApiKey
    version: int
    client_id: str | None
    at: float
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
    """Counts and keeps requests (the latest 2,000), and says which fault strikes one."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[int, ApiKey]] = Counter()
        self.log: deque[RecordedRequest] = deque(maxlen=_LENGTH)
        self.rejected: deque[RejectedRequest] = deque(maxlen=_LENGTH)
        self.faults: list[FaultHandle] = []

    def received(self, request: RecordedRequest) -> Fault | None:
        """Enter a request. Answers the fault that strikes it: of several, the one ordered first."""
        self.counts[request.broker_id, request.api_key] += 1
        self.log.append(request)
        return self._striking(request.api_key, request.broker_id)

    def accepted(self, broker_id: int) -> Fault | None:
        """A connection was accepted. Answers the fault that strikes it."""
        return self._striking(None, broker_id)

    def half_read(self, api: int, broker_id: int) -> Fault | None:
        """Half of a request was read. Answers the fault that cuts it there."""
        return next((h.fault for h in self.faults if h.fault.cut == "request" and h.strikes(api, broker_id)), None)

    def _striking(self, api: int | None, broker_id: int) -> Fault | None:
        return next((handle.fault for handle in self.faults if handle.strikes(api, broker_id)), None)

    def remove(self, handle: FaultHandle) -> None:
        """Strike a fault off the list."""
        if handle in self.faults:
            self.faults.remove(handle)

    def reset(self) -> None:
        """Begin anew. Faults stay."""
        self.counts.clear()
        self.log.clear()
        self.rejected.clear()
