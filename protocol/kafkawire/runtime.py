"""What compiled codecs call: the paths too rare or too bulky to be written into each of them.

Failures here are plain ``ValueError`` and ``IndexError``. The caller has the reference reading name the field.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID

from kafkawire.primitives import ZERO_UUID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST_TEXT = 0x7FFF
"""Bytes in a string: Kafka's limit in every version, though compact lengths could say more."""

_ZERO = bytes(16)
_BYTES_LIKE = (bytes, bytearray, memoryview)
_CACHED_COUNTS = 256
"""How many readers and writers, by length or shape, are kept: a hostile peer can't make them more."""
_CACHED_TUPLES = 1024


def malformed() -> NoReturn:
    """The bytes or the value are wrong. The reference reading says how."""
    raise ValueError


def read_varint(data: bytes, pos: int) -> tuple[int, int]:
    """An unsigned varint of at most 32 bits, and the position after it."""
    value = shift = 0
    while shift < 35:
        byte = data[pos]
        pos += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >> 32:
                malformed()
            return value, pos
        shift += 7
    malformed()


def skip_tagged_fields(data: bytes, pos: int, count: int) -> int:
    """The position after tagged fields that nobody knows. `pos` is just behind the count's first byte."""
    if count > 0x7F:
        count, pos = read_varint(data, pos - 1)
    previous = -1
    for _ in range(count):
        tag, pos = read_varint(data, pos)
        if tag <= previous:
            malformed()
        previous = tag
        size, pos = read_varint(data, pos)
        pos += size
    return pos


def write_varint(value: int) -> bytes:
    """An unsigned varint."""
    if value < 0x80:
        return bytes((value,))
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_uuid(raw: bytes) -> UUID:
    """The UUID of 16 bytes."""
    return ZERO_UUID if raw == _ZERO else UUID(int=int.from_bytes(raw, "big"))


def write_blob(value: Any) -> bytes:
    """Anything bytes-like as bytes."""
    if value.__class__ not in _BYTES_LIKE:
        malformed()
    return bytes(value)


def is_default(value: Any, default: Any) -> bool:
    """Whether a field's value is its default. An empty list is as empty as the empty tuple."""
    same: bool = (tuple(value) if value.__class__ is list else value) == default
    return same


class ArrayReaders(dict[int, "Callable[[bytes, int], tuple[Any, ...]]"]):
    """By count: what reads so many values of one fixed width at once."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self._code = code

    def __missing__(self, count: int) -> Callable[[bytes, int], tuple[Any, ...]]:
        reader = Struct(f">{count}{self._code}").unpack_from
        if count < _CACHED_COUNTS:
            self[count] = reader
        return reader


class Tuples(dict[bytes, "tuple[Any, ...]"]):
    """By their bytes: arrays of numbers. Equal ones become one tuple while a message is read.

    Brokers repeat themselves: a partition's in-sync replicas are its replicas, and those its neighbour's.
    """

    def __init__(self, readers: ArrayReaders, size: int) -> None:
        super().__init__()
        self._readers = readers
        self._size = size

    def __missing__(self, raw: bytes) -> tuple[Any, ...]:
        read = self._readers[len(raw) // self._size](raw, 0)
        if len(self) < _CACHED_TUPLES:
            self[raw] = read
        return read


class Shapes(dict["tuple[int, ...]", "Callable[[bytes], Iterator[tuple[Any, ...]]]"]):
    """By the widths of the parts that vary: what reads all elements of a uniform array."""

    def __init__(self, template: str) -> None:
        super().__init__()
        self._template = template

    def __missing__(self, widths: tuple[int, ...]) -> Callable[[bytes], Iterator[tuple[Any, ...]]]:
        read = Struct(self._template.format(*widths)).iter_unpack
        if len(self) < _CACHED_COUNTS:
            self[widths] = read
        return read


class ArrayWriters(dict[int, "Callable[..., bytes]"]):
    """By count: what writes the length, as it stands on the wire, and so many values of one fixed width."""

    def __init__(self, code: str, *, compact: bool) -> None:
        super().__init__()
        self._code = code
        self._compact = compact

    def __missing__(self, count: int) -> Callable[..., bytes]:
        if self._compact and count >= 0x7F:
            packing = Struct(f">{count}{self._code}")

            def write_long(length: int, *values: Any) -> bytes:
                return write_varint(length) + packing.pack(*values)

            return write_long
        writer = Struct(f">{'B' if self._compact else 'i'}{count}{self._code}").pack
        if count < _CACHED_COUNTS:
            self[count] = writer
        return writer


ARRAY_READERS: dict[str, ArrayReaders] = {code: ArrayReaders(code) for code in "?bhHiIqd"}
