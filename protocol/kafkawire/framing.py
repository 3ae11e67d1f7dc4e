"""Frames: four bytes of length, then that many bytes."""

from __future__ import annotations

from struct import Struct
from typing import NoReturn

from kafkawire.errors import DecodeError, FrameTooLargeError

_LENGTH = Struct(">i")


class FrameReader:
    """Cuts a stream of chunks into frames.

    Args:
        max_bytes: the largest frame that is accepted.
    """

    __slots__ = ("_buffer", "_max_bytes", "_wanted")

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._buffer = bytearray()
        # Bytes that the buffer must hold before another look at it is worthwhile: keeps a frame in many chunks linear.
        self._wanted = _LENGTH.size

    @property
    def pending(self) -> int:
        """Bytes of a frame that isn't whole yet."""
        return len(self._buffer)

    def peek(self, size: int) -> bytes:
        """The first bytes, length included, of a frame that isn't whole yet."""
        return bytes(self._buffer[:size])

    def feed(self, data: bytes | bytearray | memoryview) -> list[bytes]:
        """Take a chunk, and give the frames that are whole now, without their length.

        Raises:
            FrameTooLargeError: a frame announces more than the limit. It isn't buffered.
            DecodeError: a frame announces a negative length.
        """
        if not self._buffer and isinstance(data, bytes) and (frame := self._alone(data)) is not None:
            return [frame]
        buffer = self._buffer
        buffer += data
        if len(buffer) < self._wanted:
            return []
        frames: list[bytes] = []
        position, left = 0, len(buffer)
        self._wanted = _LENGTH.size
        with memoryview(buffer) as view:
            while left >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(view, position)
                if not 0 <= length <= self._max_bytes:
                    self._refuse(length)
                if left < _LENGTH.size + length:
                    self._wanted = _LENGTH.size + length
                    break
                position += _LENGTH.size
                frames.append(bytes(view[position : position + length]))
                position += length
                left = len(view) - position
        del buffer[:position]
        return frames

    def _alone(self, data: bytes) -> bytes | None:
        """The frame that a chunk is, no more and no less: what most are where one request is under way."""
        length = len(data) - _LENGTH.size
        if 0 <= length <= self._max_bytes and _LENGTH.unpack_from(data)[0] == length:
            return data[_LENGTH.size :]
        return None

    def _refuse(self, length: int) -> NoReturn:
        if length < 0:
            raise DecodeError(f"a frame of {length} bytes")
        raise FrameTooLargeError(f"a frame of {length} bytes exceeds the limit of {self._max_bytes}")


__all__ = ["FrameReader"]
