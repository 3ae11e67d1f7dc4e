"""What compiled codecs call: the paths too rare or too bulky to be written into each of them.

Failures here are plain ``ValueError`` and ``IndexError``. The caller has the reference reading name the field.
"""

from __future__ import annotations

from functools import cache, lru_cache, partial
from itertools import repeat, starmap
from struct import Struct, calcsize
from typing import TYPE_CHECKING, Any, NoReturn
from uuid import UUID, SafeUUID

from kafkawire.primitives import ZERO_UUID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST_TEXT = 0x7FFF
"""Bytes in a string: Kafka's limit in every version, though compact lengths could say more."""

_ZERO = bytes(16)
_new = object.__new__
_set = object.__setattr__
_BYTES_LIKE = (bytes, bytearray, memoryview)
_CACHED_COUNTS = 256
"""How many readers and writers, by length or shape, are kept: a hostile peer can't make them more."""
_CACHED_LISTS = 8192


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


def read_rest(first: int, data: bytes, pos: int) -> tuple[int, int]:
    """An unsigned varint whose first byte, one of 128 or more, has been read; and the position after it."""
    second = data[pos]
    if second < 0x80:
        return first - 0x80 + (second << 7), pos + 1
    return read_varint(data, pos - 1)


def read_compact_blob(first: int, data: bytes, pos: int, nullable: bool) -> tuple[bytes | None, int]:
    """Bytes behind a compact length whose first byte has been read, and the position after them."""
    length, pos = read_rest(first, data, pos) if first > 0x7F else (first, pos)
    if length:
        stop = pos + length - 1
        return data[pos:stop], stop
    if not nullable:
        malformed()
    return None, pos


def read_plain_blob(length: int, data: bytes, pos: int, nullable: bool) -> tuple[bytes | None, int]:
    """Bytes behind a length that has been read, and the position after them."""
    if length >= 0:
        return data[pos : pos + length], pos + length
    if length != -1 or not nullable:
        malformed()
    return None, pos


def read_compact_text(first: int, data: bytes, pos: int, nullable: bool) -> tuple[str | None, int]:
    """Text behind a compact length whose first byte has been read, and the position after it."""
    raw, pos = read_compact_blob(first, data, pos, nullable)
    return None if raw is None else raw.decode(), pos


def read_plain_text(length: int, data: bytes, pos: int, nullable: bool) -> tuple[str | None, int]:
    """Text behind a length that has been read, and the position after it."""
    raw, pos = read_plain_blob(length, data, pos, nullable)
    return None if raw is None else raw.decode(), pos


def take_compact_blob(data: bytes, pos: int, nullable: bool) -> tuple[bytes | None, int]:
    """Bytes, their compact length in front, and the position after them."""
    return read_compact_blob(data[pos], data, pos + 1, nullable)


def take_compact_text(data: bytes, pos: int, nullable: bool) -> tuple[str | None, int]:
    """Text, its compact length in front, and the position after it."""
    length = data[pos]
    if 0 < length < 0x80:
        stop = pos + length
        return data[pos + 1 : stop].decode(), stop
    return read_compact_text(length, data, pos + 1, nullable)


@cache
def short_readers(codes: str) -> list[Callable[[bytes, int], tuple[Any, ...]] | None]:
    """By compact length (one more than the bytes): what reads so many bytes and the fixed-width values behind them.

    There is one for lengths that are a single byte and no null, each made when it is first needed.
    """
    readers: list[Callable[[bytes, int], tuple[Any, ...]] | None] = [None] * 256

    def first(length: int, data: bytes, pos: int) -> tuple[Any, ...]:
        read = readers[length] = Struct(f">{length - 1}s{codes}").unpack_from
        return read(data, pos)

    readers[1:128] = [partial(first, length) for length in range(1, 128)]
    return readers


def blanks(cls: type[Any]) -> Iterator[Any]:
    """Instances without any values, as many as are wanted."""
    return starmap(_new, repeat((cls,)))


def skip_tagged_fields(data: bytes, pos: int, count: int) -> int:
    """The position after tagged fields that nobody knows. `pos` is just behind the count's first byte."""
    if count == 1 and data[pos] < 0x80 > (size := data[pos + 1]):
        return pos + 2 + size
    if count > 0x7F:
        count, pos = read_rest(count, data, pos)
    previous = -1
    for _ in range(count):
        tag, pos = read_varint(data, pos)
        if tag <= previous:
            malformed()
        previous = tag
        size, pos = read_varint(data, pos)
        pos += size
    return pos


def element_shape(codes: str, data: bytes, pos: int) -> tuple[Callable[..., tuple[Any, ...]] | None, int, Any]:
    """What reads structs that have the lengths of the one at `pos`, how many bytes those are, and the lengths.

    `codes` are the fields', "s" for a text or blob with a compact length. The reading gives a length and the bytes for
    each, and at the end what tells the tagged fields: none, or one that nobody knows. There is none for rare shapes.
    """
    template, lengths = ">", list[Any]()
    for code in codes:
        first = data[pos]
        if code != "s":
            template += code
            pos += calcsize(f">{code}")
        elif first < 0x80:
            template += f"B{max(first - 1, 0)}s"
            lengths.append(first)
            pos += first or 1
        else:
            length = first - 0x80 + (data[pos + 1] << 7)
            if data[pos + 1] >= 0x80 or not length:
                return None, 0, ()
            template += f"H{length - 1}s"
            lengths.append(first << 8 | data[pos + 1])
            pos += 1 + length
    count, tag, size = (*data[pos : pos + 3], 0, 0, 0)[:3]
    if count > 1 or (count and (tag >= 0x80 or size >= 0x80)):
        return None, 0, ()
    lengths.append(data[pos : pos + 1 + 2 * count])
    shape = _compiled(template + (f"3s{size}x" if count else "1s"))
    return shape.unpack_from, shape.size, tuple(lengths)


@lru_cache(_CACHED_COUNTS)
def _compiled(template: str) -> Struct:
    return Struct(template)


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
    if raw == _ZERO:
        return ZERO_UUID
    # What `UUID` does in the end, without the choices that it makes before: those take longer than all the rest.
    uuid = _new(UUID)
    _set(uuid, "int", int.from_bytes(raw, "big"))
    _set(uuid, "is_safe", SafeUUID.unknown)
    return uuid


def write_blob(value: Any) -> bytes:
    """Anything bytes-like as bytes."""
    if value.__class__ not in _BYTES_LIKE:
        malformed()
    return bytes(value)


def put_compact_text(write: Callable[[bytes], object], value: Any, nullable: bool) -> None:
    """Write text behind its compact length."""
    if value is None:
        if not nullable:
            malformed()
        write(b"\0")
        return
    content = value.encode()
    if len(content) > LONGEST_TEXT:
        malformed()
    write(write_varint(len(content) + 1) + content)


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


class Lists(dict[bytes, "tuple[tuple[Any, ...], ...]"]):
    """By their bytes: arrays of numbers that stand one behind the other, each with its compact count of one byte.

    Brokers repeat themselves: partitions have the same replicas, and their replicas are in sync. Equal arrays become
    one tuple while a message is read.
    """

    def __init__(self, codes: str) -> None:
        super().__init__()
        known: dict[str, dict[bytes, tuple[Any, ...]]] = {code: {} for code in codes}
        self._readings = [(ARRAY_READERS[code], calcsize(">" + code), known[code]) for code in codes]

    def __missing__(self, raw: bytes) -> tuple[tuple[Any, ...], ...]:
        lists, pos = list[tuple[Any, ...]](), 0
        for readers, size, known in self._readings:
            count = raw[pos] - 1
            start, pos = pos, pos + 1 + count * size
            content = raw[start:pos]
            read = known.get(content)
            if read is None:
                read = readers[count](raw, start + 1)
                if len(known) < _CACHED_LISTS:
                    known[content] = read
            lists.append(read)
        found = tuple(lists)
        if len(self) < _CACHED_LISTS:
            self[raw] = found
        return found


class Shapes(dict["tuple[int, ...]", "Callable[[bytes], Iterator[tuple[Any, ...]]]"]):
    """By the widths of the parts that vary: what reads all elements of a uniform array, in pairs."""

    def __init__(self, template: str) -> None:
        super().__init__()
        self._template = template

    def __missing__(self, widths: tuple[int, ...]) -> Callable[[bytes], Iterator[tuple[Any, ...]]]:
        read = Struct(">" + self._template.format(*widths) * 2).iter_unpack
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
