"""Where everything is in a message's bytes: its lengths, counts, sizes, tags and values, each with its path.

A third reading, next to the compiled one and the reference: it keeps no value but the lengths. Tests use it to spoil a
message in every place that matters, instead of by luck.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kafkawire.primitives import Array, Blob, Fixed, Form, Struct, Text, WireType
from kafkawire.schema import FieldSpec, Message


class Kind(enum.Enum):
    """What a part of a message is."""

    VALUE = "a number, boolean, uuid, or the content of a text or blob"
    ELEMENT = "a whole element of an array"
    LENGTH = "bytes in a text or blob"
    COUNT = "elements of an array"
    TAGS = "tagged fields of an entity"
    TAG = "the number of a tagged field"
    SIZE = "bytes in a tagged field"
    PRESENCE = "whether there is a struct"


LENGTHS = frozenset({Kind.LENGTH, Kind.COUNT, Kind.TAGS, Kind.SIZE})
"""Parts that say how much follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a message's bytes.

    Attributes:
        start, stop: from which byte to which, exclusive.
        path: the field, as errors give it.
        number: what a length says: -1 for null.
        code: how a length is written: a letter of the `struct` module, or "" for a varint.
        above: what a varint adds to its number: 1 where 0 stands for null.
    """

    kind: Kind
    start: int
    stop: int
    path: str
    number: int = 0
    code: str = ""
    above: int = 0

    def written(self, number: int) -> bytes:
        """The bytes of another number in this place. Varints may be given more than 32 bits."""
        if self.code:
            size = struct.calcsize(self.code)
            return (number & (1 << 8 * size) - 1).to_bytes(size, "big")
        return _varint(number + self.above)

    def limit(self) -> int:
        """The largest number that can stand here."""
        return (1 << 8 * struct.calcsize(self.code) - 1) - 1 if self.code else (1 << 32) - 1 - self.above


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def anatomy(cls: type[Message], version: int, data: bytes) -> list[Part]:
    """All parts of a well-formed message, in the order in which they begin."""
    reader = _Reader(data, cls.form(version))
    parts = sorted(reader.entity(cls.__wire_fields__, ""), key=lambda part: (part.start, -part.stop))
    assert reader.pos == len(data)
    return parts


class _Reader:
    def __init__(self, data: bytes, form: Form) -> None:
        self.pos = 0
        self._data = data
        self._form = form

    def entity(self, specs: tuple[FieldSpec, ...], path: str) -> Iterator[Part]:
        version = self._form.version
        for spec in specs:
            if spec.in_line(version):
                yield from self._value(spec.type, _joined(path, spec.name))
        if self._form.flexible:
            yield from self._tagged({s.tag: s for s in specs if s.tag is not None and s.carried(version)}, path)

    def _tagged(self, specs: dict[int, FieldSpec], path: str) -> Iterator[Part]:
        yield (count := self._number(Kind.TAGS, path))
        for _ in range(count.number):
            yield (tag := self._number(Kind.TAG, path))
            spec = specs.get(tag.number)
            inner = _joined(path, spec.name if spec else f"tag {tag.number}")
            yield (size := self._number(Kind.SIZE, inner))
            if spec is None:
                yield self._taken(size.number, inner)
            else:
                yield from self._value(spec.type, inner)

    def _value(self, wire: WireType[Any], path: str) -> Iterator[Part]:
        match wire:
            case Fixed():
                yield self._taken(wire.size, path)
            case Text() | Blob():
                code = "h" if isinstance(wire, Text) else "i"
                yield (length := self._length(Kind.LENGTH, code, path, compact=self._form.flexible and wire.flexible))
                yield self._taken(max(0, length.number), path)
            case Array():
                yield from self._array(wire.element, path)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
            case Struct():
                yield from self._struct(wire, path)
            case _:
                yield self._taken(16, path)

    def _struct(self, wire: Struct[Any], path: str) -> Iterator[Part]:
        if wire.nullable(self._form.version):
            yield Part(kind=Kind.PRESENCE, start=self.pos, stop=self.pos + 1, path=path)
            self.pos += 1
            if self._data[self.pos - 1] != 1:
                return
        yield from self.entity(wire.fields, path)

    def _array(self, element: WireType[Any], path: str) -> Iterator[Part]:
        yield (count := self._length(Kind.COUNT, "i", path, compact=self._form.flexible))
        for i in range(count.number):
            start, inner = self.pos, f"{path}[{i}]"
            yield from self._value(element, inner)
            yield Part(kind=Kind.ELEMENT, start=start, stop=self.pos, path=inner)

    def _taken(self, size: int, path: str) -> Part:
        self.pos += size
        return Part(kind=Kind.VALUE, start=self.pos - size, stop=self.pos, path=path)

    def _length(self, kind: Kind, code: str, path: str, *, compact: bool) -> Part:
        if compact:
            return self._number(kind, path, above=1)
        start = self.pos
        (number,) = struct.unpack_from(">" + code, self._data, start)
        self.pos += struct.calcsize(code)
        return Part(kind=kind, start=start, stop=self.pos, path=path, number=number, code=code)

    def _number(self, kind: Kind, path: str, above: int = 0) -> Part:
        start = self.pos
        value = shift = 0
        while True:
            byte = self._data[self.pos]
            value |= (byte & 0x7F) << shift
            self.pos += 1
            if byte < 0x80:
                break
            shift += 7
        return Part(kind=kind, start=start, stop=self.pos, path=path, number=value - above, above=above)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
