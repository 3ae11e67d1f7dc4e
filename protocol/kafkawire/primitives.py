"""The wire types: what a field of a message looks like as bytes.

Each type is a declaration that two readers share. `kafkawire.reference` turns it into a construct (`Construct`
objects that parse and build), and `kafkawire.compiler` into specialised Python source.

A type takes the version and the flexibility (KIP-482) of the message it is part of: in flexible versions strings,
bytes and arrays have a varint length, and every struct ends with tagged fields.
"""

from __future__ import annotations

from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

ZERO_UUID: Final = UUID(int=0)
"""Kafka's "no id"."""


class Form(NamedTuple):
    """What decides a type's bytes: the message's version, and whether that version is flexible."""

    version: int
    flexible: bool


class WireType(Generic[T_co]):
    """How values of one Python type (`T_co`) are written.

    Attributes:
        kind: Kafka's name for it: ``int32``, ``string``, ``array``, ``struct``, ...
        nullable_since, nullable_until: the versions (both included) that have a null; ``None`` and ``None`` for none.
        flexible: whether flexible versions write it the compact way.
        default: the value of a field that declares no default.
    """

    kind: str = ""
    flexible: bool = True
    default: Any = None

    def __init__(self, *, nullable_since: int | None = None, nullable_until: int | None = None) -> None:
        self.nullable_since = nullable_since
        self.nullable_until = nullable_until

    def nullable(self, version: int) -> bool:
        """Whether null may be written at this version."""
        since, until = self.nullable_since, self.nullable_until
        return since is not None and since <= version and (until is None or version <= until)

    @property
    def ever_nullable(self) -> bool:
        """Whether any version may write null."""
        return self.nullable_since is not None

    def minimum_size(self, form: Form) -> int:
        """The fewest bytes a value can take: what bounds an array's count by the bytes left."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.kind if self.nullable_since is None else f"nullable {self.kind}"


class Fixed(WireType[T_co]):
    """A value of fixed width, in network order.

    Attributes:
        code: its letter in the `struct` module.
        size: its width in bytes.
        limits: lowest and highest value, for integers.
    """

    def __init__(self, kind: str, code: str, size: int, default: T_co, limits: tuple[int, int] | None = None) -> None:
        super().__init__()
        self.kind = kind
        self.code = code
        self.size = size
        self.default = default
        self.limits = limits

    def minimum_size(self, form: Form) -> int:
        return self.size


def _integer(bits: int, code: str, *, signed: bool = True) -> Fixed[int]:
    limits = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return Fixed(f"{'' if signed else 'u'}int{bits}", code, bits // 8, 0, limits)


class Text(WireType[T_co]):
    """UTF-8 text of at most 32,767 bytes, as in Kafka."""

    kind = "string"
    default = ""

    def __init__(
        self, *, nullable_since: int | None = None, nullable_until: int | None = None, flexible: bool = True
    ) -> None:
        super().__init__(nullable_since=nullable_since, nullable_until=nullable_until)
        self.flexible = flexible

    def minimum_size(self, form: Form) -> int:
        return 1 if form.flexible and self.flexible else 2


class Blob(WireType[T_co]):
    """Bytes, uninterpreted. `Records` too are read and written as they are."""

    kind = "bytes"
    default = b""

    def __init__(
        self, *, kind: str = "bytes", nullable_since: int | None = None, nullable_until: int | None = None
    ) -> None:
        super().__init__(nullable_since=nullable_since, nullable_until=nullable_until)
        self.kind = kind

    def minimum_size(self, form: Form) -> int:
        return 1 if form.flexible else 4


class Array(WireType[tuple[T, ...]]):
    """Any number of elements of one type: ``Array(Int32)``, or ``Array(SomeEntity)``.

    Attributes:
        element: their type.
        recurring: whether elements are likely to equal those at the same places in the array of the same name before:
            the configs of one topic and of the next. Such structs are then read once, and are one instance.
    """

    kind = "array"
    default = ()

    def __init__(
        self,
        element: WireType[T] | type[T],
        *,
        nullable_since: int | None = None,
        nullable_until: int | None = None,
        recurring: bool = False,
    ) -> None:
        super().__init__(nullable_since=nullable_since, nullable_until=nullable_until)
        self.element: WireType[T] = wire_type(element)
        self.recurring = recurring

    def minimum_size(self, form: Form) -> int:
        return 1 if form.flexible else 4

    def __repr__(self) -> str:
        return f"{super().__repr__()} of {self.element!r}"


class FieldSpec(NamedTuple):
    """One field of an entity, as declared.

    Attributes:
        name: the attribute's name: the spec's, in snake_case.
        type: its wire type, which also knows the versions that may be null.
        since, until: the versions that carry it, both included; ``until=None`` for all later ones.
        default: its value where it is not carried; for tagged fields also the value that is not written.
        required: whether the constructor insists on a value.
        ignorable: whether a version without it drops its value silently.
        tag: its number among the tagged fields (KIP-482), ``None`` for a field in line.
        secret: whether ``repr`` hides it.
    """

    name: str
    type: WireType[Any]
    since: int = 0
    until: int | None = None
    default: Any = None
    required: bool = False
    ignorable: bool = False
    tag: int | None = None
    secret: bool = False

    def carried(self, version: int) -> bool:
        """Whether this version has the field, in line or tagged."""
        return self.since <= version and (self.until is None or version <= self.until)

    def in_line(self, version: int) -> bool:
        """Whether this version has the field among the positional ones."""
        return self.tag is None and self.carried(version)


class Struct(WireType[T_co]):
    """Another entity, in place. A null is told by a byte in front: -1 for null, 1 for a value (KIP-893)."""

    kind = "struct"

    def __init__(
        self, entity: type[Any], *, nullable_since: int | None = None, nullable_until: int | None = None
    ) -> None:
        super().__init__(nullable_since=nullable_since, nullable_until=nullable_until)
        self.entity = entity

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        """The entity's fields, in wire order."""
        return self.entity.__wire_fields__  # type: ignore[no-any-return]

    @property
    def default(self) -> Any:
        blank = object.__new__(self.entity)
        for spec in self.fields:
            setattr(blank, spec.name, spec.default)
        return blank

    def minimum_size(self, form: Form) -> int:
        if self.nullable(form.version):
            return 1
        present = (spec for spec in self.fields if spec.in_line(form.version))
        return sum(spec.type.minimum_size(form) for spec in present) + form.flexible

    def __repr__(self) -> str:
        return f"{super().__repr__()} {self.entity.__name__}"


class UuidType(WireType[UUID]):
    """16 bytes."""

    kind = "uuid"
    default = ZERO_UUID

    def minimum_size(self, form: Form) -> int:
        return 16


def wire_type(declared: WireType[T] | type[T]) -> WireType[T]:
    """A wire type as it is; an entity class as the struct it stands for."""
    if isinstance(declared, WireType):
        return declared
    if "__wire_fields__" not in vars(declared):
        raise TypeError(f"{declared!r} is neither a wire type nor an entity")
    return Struct(declared)


Boolean: Final[WireType[bool]] = Fixed("bool", "?", 1, False)
Int8: Final[WireType[int]] = _integer(8, "b")
Int16: Final[WireType[int]] = _integer(16, "h")
Int32: Final[WireType[int]] = _integer(32, "i")
Int64: Final[WireType[int]] = _integer(64, "q")
UInt16: Final[WireType[int]] = _integer(16, "H", signed=False)
UInt32: Final[WireType[int]] = _integer(32, "I", signed=False)
Float64: Final[WireType[float]] = Fixed("float64", "d", 8, 0.0)
Uuid: Final[WireType[UUID]] = UuidType()
String: Final[WireType[str]] = Text()
NullableString: Final[WireType[str | None]] = Text(nullable_since=0)
LegacyNullableString: Final[WireType[str | None]] = Text(nullable_since=0, flexible=False)
"""Never compact, whatever the version: the client id in a request's header, which brokers read before they know."""
Bytes: Final[WireType[bytes]] = Blob()
NullableBytes: Final[WireType[bytes | None]] = Blob(nullable_since=0)
Records: Final[WireType[bytes]] = Blob(kind="records")
"""Record batches, opaque."""
NullableRecords: Final[WireType[bytes | None]] = Blob(kind="records", nullable_since=0)


def string(*, nullable_since: int, nullable_until: int | None = None) -> WireType[str | None]:
    """A string that has a null in some versions only."""
    return Text(nullable_since=nullable_since, nullable_until=nullable_until)


def bytes_(*, nullable_since: int, nullable_until: int | None = None) -> WireType[bytes | None]:
    """Bytes that have a null in some versions only."""
    return Blob(nullable_since=nullable_since, nullable_until=nullable_until)


def array(
    element: WireType[T] | type[T], *, nullable_since: int, nullable_until: int | None = None
) -> WireType[tuple[T, ...] | None]:
    """An array that has a null in some versions only."""
    return Array(element, nullable_since=nullable_since, nullable_until=nullable_until)


def NullableArray(element: WireType[T] | type[T]) -> WireType[tuple[T, ...] | None]:  # noqa: N802
    """An array that may be null in every version."""
    return Array(element, nullable_since=0)


def struct(entity: type[T], *, nullable_since: int = 0, nullable_until: int | None = None) -> WireType[T | None]:
    """A struct that may be null."""
    wire_type(entity)
    return Struct(entity, nullable_since=nullable_since, nullable_until=nullable_until)


__all__ = [
    "ZERO_UUID",
    "Array",
    "Blob",
    "Boolean",
    "Bytes",
    "FieldSpec",
    "Fixed",
    "Float64",
    "Form",
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "LegacyNullableString",
    "NullableArray",
    "NullableBytes",
    "NullableRecords",
    "NullableString",
    "Records",
    "String",
    "Struct",
    "Text",
    "UInt16",
    "UInt32",
    "Uuid",
    "UuidType",
    "WireType",
    "array",
    "bytes_",
    "string",
    "struct",
    "wire_type",
]
