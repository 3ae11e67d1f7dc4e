"""Faults that strike single requests on their way through a proxy: FakeCluster's `Fault`, on real Kafka.

A proxy that takes faults reads what passes as Kafka's frames, so no TLS may pass through it. A request that is to be
refused before anything is applied isn't passed on: FakeCluster refuses it, in the broker's stead.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from kafkaadmin.testing import FakeCluster, Fault, FaultHandle
from kafkaadmin.testing.damage import mangled, refused_at
from kafkawire import ApiKey, Response, decode
from kafkawire.framing import FrameReader
from kafkawire.headers import read_request, response_header_version, write_response
from kafkawire.messages import MetadataRequest, response_class

__all__ = ["Cut", "Passed", "Stopped", "Strikes", "Tap"]

MAX_FRAME = 100 * 1024 * 1024
LEVELS = 3
METADATA_REFUSED_SINCE = 13

_REQUEST = struct.Struct(">hhi")
_CORRELATION = struct.Struct(">i")
_LENGTH = struct.Struct(">i")


class Cut(Exception):
    """The connection ends here. `how`: "reset" or "fin"."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class Stopped(Exception):
    """The broker is gone, as far as the proxy's clients can see."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A request that came by: which API, on its way to which broker."""

    api_key: int
    broker_id: int


class Strikes:
    """The faults that wait at a cluster's proxies, and the requests that came by.

    `stand_in` refuses requests that aren't to reach the broker.
    """

    def __init__(self, stand_in: FakeCluster) -> None:
        self.stand_in = stand_in
        self.faults: list[FaultHandle] = []
        self.passed: list[Passed] = []

    def inject(self, fault: Fault) -> FaultHandle:
        """Order a fault."""
        handle = FaultHandle(fault, self.faults.remove)
        self.faults.append(handle)
        return handle

    async def refused(self, request: bytes, code: int) -> bytes:
        """The answer of a broker that refuses a request, whatever it is."""
        self.stand_in.inject(Fault(error=code))
        host, port = self.stand_in.address_of(1).split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(request)
        length = await reader.readexactly(_LENGTH.size)
        answer = length + await reader.readexactly(_LENGTH.unpack(length)[0])
        writer.close()
        await writer.wait_closed()
        return answer

    def striking(self, api: int | None, broker: int) -> Fault | None:
        """The fault that strikes this request (None: a new connection)."""
        return next((each.fault for each in self.faults if each.strikes(api, broker)), None)


class Tap:
    """One connection's frames, both ways.

    Args:
        broker: where they go.
        strikes: what waits for them.
        freeze: lets nothing through, for a while.
        flowing: whether anything is let through.
    """

    def __init__(self, broker: int, strikes: Strikes, freeze: Callable[[], None], flowing: asyncio.Event) -> None:
        self._broker, self._strikes, self._freeze, self._flowing = broker, strikes, freeze, flowing
        self._up, self._down = FrameReader(MAX_FRAME), FrameReader(MAX_FRAME)
        self._asked: dict[int, tuple[ApiKey, int, Fault | None]] = {}
        self.unasked: list[bytes] = []

    async def upward(self, data: bytes) -> AsyncIterator[bytes]:
        """What to pass on to the broker. Raises `Cut` or `Stopped`."""
        for frame in self._up.feed(data):
            api, version, correlation_id = _REQUEST.unpack_from(frame)
            self._strikes.passed.append(Passed(api, self._broker))
            fault = self._strikes.striking(api, self._broker)
            whole = _LENGTH.pack(len(frame)) + frame
            if fault is not None and not _is_applied(fault) and not _is_about_topics(fault, frame):
                async for piece in self._refuse(fault, whole, ApiKey(api), version, correlation_id):
                    yield piece
                continue
            self._asked[correlation_id] = ApiKey(api), version, fault
            yield whole

    async def _refuse(
        self, fault: Fault, whole: bytes, api: ApiKey, version: int, correlation_id: int
    ) -> AsyncIterator[bytes]:
        if fault.cut == "request":
            yield whole[: len(whole) // 2]
        if fault.cut is not None:
            raise Cut(fault.how)
        if fault.stop == "stall":
            self._freeze()
            self._asked[correlation_id] = api, version, None
            await self._flowing.wait()
            yield whole
        elif fault.stop is not None:
            raise Stopped
        elif fault.error is not None and not fault.drop_answer:
            header = response_header_version(response_class(api), version)
            self.unasked.append(mangled(await self._strikes.refused(whole, fault.error), header, fault))

    async def downward(self, data: bytes) -> AsyncIterator[bytes]:
        """What to pass on to the client. Raises `Cut` or `Stopped`."""
        for frame in self._down.feed(data):
            (correlation_id,) = _CORRELATION.unpack_from(frame)
            api, version, fault = self._asked.pop(correlation_id)
            whole = _LENGTH.pack(len(frame)) + frame
            if fault is None:
                yield whole
                continue
            if fault.cut == "half":
                yield whole[: len(whole) // 2]
            if fault.stop == "stall":
                self._freeze()
                await self._flowing.wait()
                yield whole[len(whole) // 2 :] if fault.cut == "half" else whole
            elif fault.stop is not None:
                raise Stopped
            elif fault.cut is not None:
                raise Cut(fault.how)
            elif not fault.drop_answer:
                yield _spoiled(whole, api, version, correlation_id, fault)


def _is_applied(fault: Fault) -> bool:
    """Whether the broker is to get the request, and carry it out."""
    if fault.after_applying or fault.cut in {"after", "half"}:
        return True
    return fault.cut is None and fault.stop is None and fault.error is None


def _is_about_topics(fault: Fault, frame: bytes) -> bool:
    """Whether the code goes into the broker's own answer: before 13 Metadata names brokers beside each topic's code."""
    api, version, _ = _REQUEST.unpack_from(frame)
    if fault.error is None or api != ApiKey.METADATA or version >= METADATA_REFUSED_SINCE:
        return False
    request = read_request(frame, exact=False)[1]
    return isinstance(request, MetadataRequest) and bool(request.topics)


def _spoiled(whole: bytes, api: ApiKey, version: int, correlation_id: int, fault: Fault) -> bytes:
    kind = response_class(api)
    header = response_header_version(kind, version)
    if fault.error is not None:
        response = decode(kind, version, whole[_LENGTH.size + _CORRELATION.size + header :])
        return write_response(_with_code(response, fault.error), version, correlation_id)
    return mangled(whole, header, fault)


def _with_code(response: Response, code: int) -> Response:
    """The code where the answer first speaks of single things, or else at the top."""
    for level in (*range(1, LEVELS), 0):
        try:
            return refused_at(response, level, code)
        except ValueError:
            continue
    raise ValueError(f"{type(response).__name__} has no place for an error code")
