"""One connection's conversation: who asked what, and which answer is whose.

No I/O happens here. `Session.send` gives bytes for the socket, `Session.receive` takes what came from it. When the
connection ends, so does the session: its owner drops it and asks nothing of it.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from kafkawire.api_keys import ApiKey
from kafkawire.codec import decode, decode_from
from kafkawire.errors import DecodeError
from kafkawire.framing import FrameReader
from kafkawire.headers import ResponseHeader, response_header_version, write_request

if TYPE_CHECKING:
    from kafkawire.schema import Request, Response

_CORRELATION = Struct(">i")
_ERROR_CODE = Struct(">h")
_LAST_CORRELATION_ID: Final = 0x7FFF_FFFF
_API_VERSIONS: Final = ApiKey.API_VERSIONS
_UNSUPPORTED_VERSION: Final = 35

_Asked: TypeAlias = "tuple[type[Response], int]"
"""How to read an answer: its class and version."""


class Reply(NamedTuple):
    """The answer to one request: `response`, or `error` when its bytes could not be read."""

    correlation_id: int
    response: Response | None
    error: DecodeError | None


class Session:
    """The state of one connection.

    Args:
        client_id: what requests say about their sender.
        max_response_bytes: the largest frame that is accepted.
    """

    __slots__ = ("_asked", "_client_id", "_frames", "_next_id")

    def __init__(self, client_id: str | None = "kafkaadmin", max_response_bytes: int = 100 * 1024 * 1024) -> None:
        self._client_id = client_id
        self._frames = FrameReader(max_response_bytes)
        self._next_id = 0
        # None stands for an abandoned request: its answer will come, and be dropped.
        self._asked: dict[int, _Asked | None] = {}

    @property
    def in_flight(self) -> int:
        """Requests without an answer yet, abandoned ones included: the broker works through them all the same."""
        return len(self._asked)

    @property
    def astray(self) -> bool:
        """Whether bytes have come that can belong to no answer, since none is due."""
        return not self._asked and self._frames.pending > 0

    def send(self, request: Request[Any], version: int) -> tuple[int, bytes]:
        """The correlation id of a new request, and its bytes.

        Raises:
            EncodeError: the version can't carry the request. Nothing was sent, and the session is as before.
        """
        correlation_id = self._free_id()
        data = write_request(request, version, correlation_id, self._client_id)
        self._asked[correlation_id] = request.response, version
        self._next_id = correlation_id + 1
        return correlation_id, data

    def _free_id(self) -> int:
        candidate = self._next_id
        while candidate in self._asked or candidate > _LAST_CORRELATION_ID:
            candidate = 0 if candidate >= _LAST_CORRELATION_ID else candidate + 1
        return candidate

    def abandon(self, correlation_id: int) -> None:
        """Nobody waits for this answer any more: drop it when it comes. An answered or unknown id is ignored."""
        if correlation_id in self._asked:
            self._asked[correlation_id] = None

    def receive(self, data: bytes | bytearray | memoryview) -> list[Reply]:
        """The answers that are whole now, in the order of their arrival.

        Raises:
            DecodeError: the stream can't be trusted any more: an answer that nobody asked for, a frame too short for a
                header or above the limit. Close the connection; what came in the same chunk is void.
        """
        replies: list[Reply] = []
        for frame in self._frames.feed(data):
            reply = self._reply(frame)
            if reply is not None:
                replies.append(reply)
        return replies

    def _reply(self, frame: bytes) -> Reply | None:
        if len(frame) < _CORRELATION.size:
            raise DecodeError(f"a response of {len(frame)} bytes")
        (correlation_id,) = _CORRELATION.unpack_from(frame)
        try:
            asked = self._asked.pop(correlation_id)
        except KeyError:
            raise DecodeError(f"a response with correlation id {correlation_id}, which nobody waits for") from None
        if asked is None:
            return None
        try:
            return Reply(correlation_id, _read(asked, frame), None)
        except DecodeError as error:
            return Reply(correlation_id, None, error)


def _read(asked: _Asked, frame: bytes) -> Response:
    cls, version = asked
    start = _body_start(cls, version, frame)
    if cls.api_key == _API_VERSIONS and _refused(frame, start):
        # A broker that lacks the version asked for answers in version 0, and its header has told no version (KIP-511).
        version = 0
    return decode(cls, version, frame, start)


def _body_start(cls: type[Response], version: int, frame: bytes) -> int:
    header_version = response_header_version(cls, version)
    if header_version == 0:
        return _CORRELATION.size
    if frame[_CORRELATION.size : _CORRELATION.size + 1] == b"\0":  # no tagged fields: none are defined so far
        return _CORRELATION.size + 1
    return decode_from(ResponseHeader, header_version, frame, 0)[1]


def _refused(frame: bytes, start: int) -> bool:
    return frame[start : start + _ERROR_CODE.size] == _ERROR_CODE.pack(_UNSUPPORTED_VERSION)


__all__ = ["Reply", "Session"]
