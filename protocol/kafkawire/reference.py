"""The reference reading: declarations as constructs.

construct parses and builds here field by field, slowly and plainly, and every failure knows its path and its offset.
It is what the compiled codecs are tested against, and what names the field when one of them fails. Importing construct
takes longer than all else in this package together: so this is imported when it is needed.
"""

from __future__ import annotations

# construct is untyped, and its subclasses override what it calls private.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportPrivateUsage=false
import io
import reprlib
import struct
from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from functools import singledispatch
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast
from uuid import UUID

import construct

from kafkawire.decoding import compile_passing
from kafkawire.errors import DecodeError, EncodeError, UnsupportedFieldError
from kafkawire.primitives import Array, Blob, FieldSpec, Fixed, Form, Struct, Text, UuidType, WireType
from kafkawire.runtime import LONGEST_TEXT, is_default, read_varint

if TYPE_CHECKING:
    from kafkawire.schema import Message

M = TypeVar("M", bound="Message")


def parse(cls: type[M], version: int, data: bytes, start: int = 0) -> tuple[M, int]:
    """Read a message, and say where it ends. Raises `DecodeError` with the path and the offset of what is wrong."""
    stream = io.BytesIO(data)
    stream.seek(start)
    return _parsed(cls, version, stream), stream.tell()


def skim(cls: type[M], version: int, data: bytes, start: int = 0) -> None:
    """Find what `parse` would raise, in large input, without reading all of it so slowly.

    In arrays the compiled reading goes past all elements but those that it refuses.
    """
    stream = _Skimmed(data)
    stream.seek(start)
    _parsed(cls, version, stream)


def _parsed(cls: type[M], version: int, stream: io.BytesIO) -> M:
    try:
        return cast("M", reading_of(cls, version).parse_stream(stream))
    except _Failure as failure:
        raise DecodeError(
            failure.problem,
            message=cls.__name__,
            version=version,
            path=_dotted(failure.path),
            offset=failure.offset,
        ) from None


class _Skimmed(io.BytesIO):
    """Input to be skimmed."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.data = data


_FEW = 8
"""Elements that are read sooner than a function is compiled to go past them."""


def build(message: Message, version: int) -> bytes:
    """Write a whole message. Raises `EncodeError` with the path of what is wrong."""
    try:
        built: bytes = reading_of(type(message), version).build(message)
    except _Failure as failure:
        raise failure.encode_error(
            failure.problem, message=type(message).__name__, version=version, path=_dotted(failure.path)
        ) from None
    return built


_READINGS: dict[tuple[type[Message], int], construct.Construct] = {}
"""What was made before: making one takes longer than reading a small message with it."""


def reading_of(cls: type[Message], version: int) -> construct.Construct:
    """One version of a message as a construct."""
    reading = _READINGS.get((cls, version))
    if reading is None:
        reading = _READINGS[cls, version] = entity_reading(cls, cls.__wire_fields__, cls.form(version))
    return reading


def entity_reading(cls: type[Any], specs: tuple[FieldSpec, ...], form: Form) -> construct.Construct:
    """An entity at one version: its fields in order, then, in flexible versions, its tagged fields."""
    members = [spec.name / _of_type(spec.type, form) for spec in specs if spec.in_line(form.version)]
    if form.flexible:
        tagged = {s.tag: s for s in specs if s.tag is not None and s.carried(form.version)}
        members.append(_TAGGED / TaggedReading(tagged, form))
    return EntityReading(cls, specs, form, construct.Struct(*members))


@singledispatch
def _of_type(wire: WireType[Any], form: Form) -> construct.Construct:
    raise TypeError(f"{wire!r} has no reading")


@_of_type.register(Fixed)
def _of_fixed(wire: Fixed[Any], form: Form) -> construct.Construct:
    return FixedReading(wire)


@_of_type.register(UuidType)
def _of_uuid(wire: UuidType, form: Form) -> construct.Construct:
    return UuidReading()


@_of_type.register(Text)
def _of_text(wire: Text[Any], form: Form) -> construct.Construct:
    return TextReading(wire.nullable(form.version), compact=form.flexible and wire.flexible)


@_of_type.register(Blob)
def _of_blob(wire: Blob[Any], form: Form) -> construct.Construct:
    return BlobReading(wire.nullable(form.version), compact=form.flexible)


@_of_type.register(Array)
def _of_array(wire: Array[Any], form: Form) -> construct.Construct:
    return ArrayReading(wire.element, form, nullable=wire.nullable(form.version))


@_of_type.register(Struct)
def _of_struct(wire: Struct[Any], form: Form) -> construct.Construct:
    entity = entity_reading(wire.entity, wire.fields, form)
    return NullableStructReading(entity) if wire.nullable(form.version) else entity


_TAGGED = "tagged fields"


class _Failure(construct.ConstructError):  # type: ignore[misc]
    """Something wrong, at a place. `encode_error` is the kind it becomes when writing."""

    def __init__(
        self, problem: str, path: str, offset: int | None = None, encode_error: type[EncodeError] = EncodeError
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = path
        self.offset = offset
        self.encode_error = encode_error


def _fail(problem: str, stream: Any, path: str, offset: int | None = None) -> NoReturn:
    raise _Failure(problem, path, stream.tell() if offset is None else offset)


def _reject(problem: str, path: str) -> NoReturn:
    raise _Failure(problem, path)


def _dotted(path: str) -> str:
    """``(parsing) -> groups -> [3] -> name`` as ``groups[3].name``."""
    return ".".join(part for part in path.split(" -> ")[1:] if part != _TAGGED).replace(".[", "[")


def _left(stream: Any) -> int:
    left: int = len(stream.getbuffer()) - stream.tell()
    return left


def _take(stream: Any, size: int, path: str, offset: int | None = None) -> bytes:
    if size > _left(stream):
        what = "length" if offset is not None else "a value of"
        _fail(f"{what} {size} exceeds the {_left(stream)} bytes left", stream, path, offset)
    taken: bytes = stream.read(size)
    return taken


def _expected(what: str, value: object, path: str) -> NoReturn:
    _reject(f"expected {what}, got {'None' if value is None else type(value).__name__}", path)


class FixedReading(construct.Construct):  # type: ignore[misc]
    """Numbers and booleans."""

    def __init__(self, fixed: Fixed[Any]) -> None:
        super().__init__()
        self.fixed = fixed
        self.packing = struct.Struct(">" + fixed.code)

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        return self.packing.unpack(_take(stream, self.fixed.size, path))[0]

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if self.fixed.code == "?" and not isinstance(obj, bool):
            _expected("bool", obj, path)
        if self.fixed.limits is not None:
            _within(obj, *self.fixed.limits, self.fixed.kind, path)
        try:
            stream.write(self.packing.pack(obj))
        except (struct.error, OverflowError):
            _expected(self.fixed.kind, obj, path)
        return obj


def _within(value: Any, low: int, high: int, kind: str, path: str) -> None:
    if not hasattr(value, "__index__"):
        _expected(kind, value, path)
    if not low <= value.__index__() <= high:
        _reject(f"{value} is not within {low} and {high}, the limits of {kind}", path)


class UuidReading(construct.Construct):  # type: ignore[misc]
    """16 bytes."""

    def _parse(self, stream: Any, context: Any, path: str) -> UUID:
        return UUID(bytes=_take(stream, 16, path))

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if not isinstance(obj, UUID):
            _expected("UUID", obj, path)
        stream.write(obj.bytes)
        return obj


class VarintReading(construct.Construct):  # type: ignore[misc]
    """Unsigned, seven bits a byte, the lowest first; at most 5 bytes for 32 bits and 10 for 64."""

    def __init__(self, bits: int = 32) -> None:
        super().__init__()
        self.bits = bits

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        start, value = stream.tell(), 0
        for shift in range(0, self.bits, 7):
            byte = _take(stream, 1, path)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        else:
            _fail(f"a varint longer than {-(-self.bits // 7)} bytes", stream, path, start)
        if value >> self.bits:
            _fail(f"a varint above {self.bits} bits", stream, path, start)
        return value

    def _build(self, obj: int, stream: Any, context: Any, path: str) -> int:
        value = obj
        while value > 0x7F:
            stream.write(bytes((value & 0x7F | 0x80,)))
            value >>= 7
        stream.write(bytes((value,)))
        return obj


_VARINT = VarintReading()


class LengthReading(construct.Construct):  # type: ignore[misc]
    """A length or a count, ``None`` for null: -1 in a plain one; a compact one is a varint of one more, 0 for null."""

    def __init__(self, code: str, *, nullable: bool, compact: bool) -> None:
        super().__init__()
        self.plain = struct.Struct(">" + code)
        self.nullable = nullable
        self.compact = compact

    def _parse(self, stream: Any, context: Any, path: str) -> int | None:
        start = stream.tell()
        if self.compact:
            length = _VARINT._parse(stream, context, path) - 1
        else:
            (length,) = self.plain.unpack(_take(stream, self.plain.size, path))
        if length >= 0:
            return length
        if length < -1:
            _fail(f"negative length {length}", stream, path, start)
        if not self.nullable:
            _fail("null where this version has none", stream, path, start)
        return None

    def _build(self, obj: int | None, stream: Any, context: Any, path: str) -> int | None:
        length = -1 if obj is None else obj
        if self.compact:
            _VARINT._build(length + 1, stream, context, path)
        else:
            stream.write(self.plain.pack(length))
        return obj


class TextReading(construct.Construct):  # type: ignore[misc]
    """Strings."""

    def __init__(self, nullable: bool, *, compact: bool) -> None:
        super().__init__()
        self.nullable = nullable
        self.length = LengthReading("h", nullable=nullable, compact=compact)

    def _parse(self, stream: Any, context: Any, path: str) -> str | None:
        start = stream.tell()
        length = self.length._parse(stream, context, path)
        if length is None:
            return None
        try:
            return _take(stream, length, path, start).decode()
        except UnicodeDecodeError as bad:
            _fail(f"not UTF-8: {bad.reason}", stream, path, stream.tell() - length + bad.start)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if obj is None and self.nullable:
            self.length._build(None, stream, context, path)
            return obj
        if not isinstance(obj, str):
            _expected("str", obj, path)
        try:
            text = obj.encode()
        except UnicodeEncodeError as bad:
            _reject(f"not encodable as UTF-8: {bad.reason}", path)
        if len(text) > LONGEST_TEXT:
            _reject(f"{len(text)} bytes of text exceed the limit of {LONGEST_TEXT}", path)
        self.length._build(len(text), stream, context, path)
        stream.write(text)
        return obj


class BlobReading(construct.Construct):  # type: ignore[misc]
    """Bytes and records."""

    def __init__(self, nullable: bool, *, compact: bool) -> None:
        super().__init__()
        self.nullable = nullable
        self.length = LengthReading("i", nullable=nullable, compact=compact)

    def _parse(self, stream: Any, context: Any, path: str) -> bytes | None:
        start = stream.tell()
        length = self.length._parse(stream, context, path)
        return None if length is None else _take(stream, length, path, start)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if obj is None and self.nullable:
            self.length._build(None, stream, context, path)
            return obj
        if not isinstance(obj, bytes | bytearray | memoryview):
            _expected("bytes", obj, path)
        data = bytes(obj)
        self.length._build(len(data), stream, context, path)
        stream.write(data)
        return obj


class ArrayReading(construct.Construct):  # type: ignore[misc]
    """Arrays. The count may not exceed what the bytes left could hold."""

    def __init__(self, element: WireType[Any], form: Form, *, nullable: bool) -> None:
        super().__init__()
        self.wire = element
        self.form = form
        self.element = _of_type(element, form)
        self.element_size = element.minimum_size(form)
        self.nullable = nullable
        self.count = LengthReading("i", nullable=nullable, compact=form.flexible)

    def _parse(self, stream: Any, context: Any, path: str) -> tuple[Any, ...] | None:
        start = stream.tell()
        count = self.count._parse(stream, context, path)
        if count is None:
            return None
        # Elements without a byte have nothing to be bounded by but the input as a whole.
        room = _left(stream) if self.element_size else len(stream.getbuffer())
        if count * (self.element_size or 1) > room:
            _fail(f"a count of {count} exceeds what the {_left(stream)} bytes left could hold", stream, path, start)
        if isinstance(stream, _Skimmed) and count > _FEW:
            self._skim(stream, context, path, count)
            return ()
        return tuple(self.element._parsereport(stream, context, f"{path} -> [{i}]") for i in range(count))

    def _skim(self, stream: _Skimmed, context: Any, path: str, count: int) -> None:
        """Go past what the compiled reading takes for elements, and look at each that it doesn't."""
        go_past, done = compile_passing(self.wire, self.form), 0
        while done < count:
            passed, position = go_past(stream.data, stream.tell(), count - done)
            stream.seek(position)
            done += passed
            if done < count:
                self.element._parsereport(stream, context, f"{path} -> [{done}]")
                done += 1

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if obj is None and self.nullable:
            self.count._build(None, stream, context, path)
            return obj
        if not isinstance(obj, Sequence) or isinstance(obj, str | bytes | bytearray | memoryview):
            _expected("a sequence", obj, path)
        self.count._build(len(obj), stream, context, path)
        for i, value in enumerate(obj):
            self.element._build(value, stream, context, f"{path} -> [{i}]")
        return obj


class NullableStructReading(construct.Construct):  # type: ignore[misc]
    """A struct behind its presence byte, which in a tagged field is a varint: 0 or 1."""

    def __init__(self, entity: construct.Construct, *, absent: bytes = b"\xff") -> None:
        super().__init__()
        self.entity = entity
        self.absent = absent

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        presence = _take(stream, 1, path)
        if presence == self.absent:
            return None
        if presence != b"\x01":
            _fail(f"presence byte {presence[0]:#04x}", stream, path, stream.tell() - 1)
        return self.entity._parsereport(stream, context, path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        stream.write(self.absent if obj is None else b"\x01")
        return obj if obj is None else self.entity._build(obj, stream, context, path)


class EntityReading(construct.Adapter):  # type: ignore[misc]
    """Instances of an entity class, over the `construct.Struct` of their fields."""

    def __init__(self, cls: type[Any], specs: tuple[FieldSpec, ...], form: Form, fields: construct.Construct) -> None:
        super().__init__(fields)
        self.cls = cls
        self.specs = specs
        self.form = form

    def _decode(self, obj: Mapping[str, Any], context: Any, path: str) -> Any:
        found = {**obj, **obj.get(_TAGGED, {})}
        return self.cls(**{spec.name: found.get(spec.name, spec.default) for spec in self.specs})

    def _encode(self, obj: Any, context: Any, path: str) -> dict[str, Any]:
        if type(obj) is not self.cls:
            _expected(self.cls.__name__, obj, path)
        values = {spec.name: getattr(obj, spec.name) for spec in self.specs}
        for spec in self.specs:
            self._check(spec, values[spec.name], f"{path} -> {spec.name}")
        return {**values, _TAGGED: values}

    def _check(self, spec: FieldSpec, value: Any, path: str) -> None:
        version = self.form.version
        if spec.carried(version):
            if value is None and spec.type.ever_nullable and not spec.type.nullable(version):
                raise _Failure(f"version {version} has no null here", path, encode_error=UnsupportedFieldError)
        elif not spec.ignorable and not is_default(value, spec.default):
            raise _Failure(
                f"version {version} has no {spec.name}, and {'its value' if spec.secret else reprlib.repr(value)} "
                "may not be left out",
                path,
                encode_error=UnsupportedFieldError,
            )


class TaggedReading(construct.Construct):  # type: ignore[misc]
    """The tagged fields at a struct's end (KIP-482): number and size in front of each, numbers ascending."""

    def __init__(self, specs: dict[int, FieldSpec], form: Form) -> None:
        super().__init__()
        self.specs = specs
        self.readings = {tag: (specs[tag].name, _tagged_reading(specs[tag], form)) for tag in sorted(specs)}

    def _parse(self, stream: Any, context: Any, path: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        previous = -1
        left = _VARINT._parse(stream, context, path)
        while left:
            if isinstance(stream, _Skimmed):
                left, previous = _skim_unknown(stream, left, previous, self.readings)
                if not left:
                    break
            left -= 1
            start = stream.tell()
            tag = _VARINT._parse(stream, context, path)
            if tag <= previous:
                _fail(f"tag {tag} after tag {previous}", stream, path, start)
            previous = tag
            if tag not in self.readings:
                _skip(stream, context, f"{path} -> tag {tag}")
                continue
            name, reading = self.readings[tag]
            found[name] = _sized(reading, stream, context, f"{path} -> {name}")
        return found

    def _build(self, obj: dict[str, Any], stream: Any, context: Any, path: str) -> dict[str, Any]:
        present = {
            tag: (obj[name], name, reading)
            for tag, (name, reading) in self.readings.items()
            if not is_default(obj[name], self.specs[tag].default)
        }
        _VARINT._build(len(present), stream, context, path)
        for tag, (value, name, reading) in present.items():
            content = io.BytesIO()
            reading._build(value, content, context, f"{path} -> {name}")
            _VARINT._build(tag, stream, context, path)
            _VARINT._build(len(content.getvalue()), stream, context, path)
            stream.write(content.getvalue())
        return obj


def _skim_unknown(stream: _Skimmed, left: int, previous: int, known: Container[int]) -> tuple[int, int]:
    """Go past tagged fields up to one that is known, or wrong: how many are left then, and the tag of the last."""
    position = stream.tell()
    with suppress(IndexError, ValueError):
        while left:
            tag, content = read_varint(stream.data, position)
            size, content = read_varint(stream.data, content)
            if tag in known or tag <= previous or content + size > len(stream.data):
                break
            position, previous, left = content + size, tag, left - 1
    stream.seek(position)
    return left, previous


def _skip(stream: Any, context: Any, path: str) -> None:
    start = stream.tell()
    _take(stream, _VARINT._parse(stream, context, path), path, start)


def _sized(reading: construct.Construct, stream: Any, context: Any, path: str) -> Any:
    start = stream.tell()
    size = _VARINT._parse(stream, context, path)
    end = stream.tell() + size
    value = reading._parsereport(stream, context, path)
    if stream.tell() != end:
        _fail(f"ends at byte {stream.tell()}, but its size says {end}", stream, path, start)
    return value


def _tagged_reading(spec: FieldSpec, form: Form) -> construct.Construct:
    reading = _of_type(spec.type, form)
    if isinstance(spec.type, Struct) and isinstance(reading, NullableStructReading):
        return NullableStructReading(reading.entity, absent=b"\x00")
    return reading
