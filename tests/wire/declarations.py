"""Messages that no Kafka has: between them they use every part of the declaration language."""

from __future__ import annotations

from uuid import UUID

from kafkawire import Message
from kafkawire.primitives import (
    ZERO_UUID,
    Array,
    Boolean,
    Bytes,
    Float64,
    Int8,
    Int16,
    Int32,
    Int64,
    LegacyNullableString,
    NullableArray,
    NullableBytes,
    NullableRecords,
    NullableString,
    Records,
    String,
    UInt16,
    UInt32,
    Uuid,
    array,
    bytes_,
    string,
    struct,
)
from kafkawire.schema import entity, wire


@entity
class Position:
    """Mostly numbers: read and written on the guess that it is short."""

    index: int = wire(Int32, default=0)
    offset: int = wire(Int64, default=-1)
    epoch: int = wire(Int32, since=2, default=-1, ignorable=True)
    metadata: str | None = wire(NullableString, default="")
    error_code: int = wire(Int16, default=0)
    stale: bool = wire(Boolean, since=1, default=False, ignorable=True)


@entity
class Digest:
    """Mostly numbers too, with text and bytes that may not be null."""

    size: int = wire(UInt32, default=0)
    checksum: int = wire(Int64, default=0)
    seed: int = wire(Int8, default=0)
    algorithm: str = wire(String, default="")
    value: bytes = wire(Bytes, default=b"")


@entity
class Marked:
    """Numbers, and a tagged field of its own."""

    number: int = wire(UInt16, default=0)
    other: int = wire(Int16, default=7)
    note: str | None = wire(NullableString, since=3, tag=0, default=None, ignorable=True)


@entity
class Partition:
    """Numbers and arrays of numbers: read as a uniform array when all have the same counts."""

    error_code: int = wire(Int16, default=0)
    index: int = wire(Int32, default=0)
    replicas: tuple[int, ...] = wire(Array(Int32), default=())
    offsets: tuple[int, ...] | None = wire(array(Int64, nullable_since=4), default=())
    identity: UUID = wire(Uuid, default=ZERO_UUID)
    flags: tuple[bool, ...] = wire(Array(Boolean), since=4, default=(), ignorable=True)
    digest: bytes | None = wire(NullableBytes, default=b"")
    note: str | None = wire(NullableString, since=3, tag=0, default=None, ignorable=True)


@entity
class Leaf:
    """Nothing but a name."""

    name: str = wire(String, default="")


@entity
class Bare:
    """No field at all before version 4."""

    late: int = wire(Int32, since=4, default=0, ignorable=True)


@entity
class Everything(Message):
    """Every primitive, in line and tagged, nullable always and in some versions; plain before 3, flexible from 3 on."""

    versions, flexible_since = range(6), 3

    flag: bool = wire(Boolean, default=False)
    tiny: int = wire(Int8, default=0)
    small: int = wire(Int16, default=0)
    medium: int = wire(Int32, default=-1)
    large: int = wire(Int64, default=0)
    port: int = wire(UInt16, default=0)
    mask: int = wire(UInt32, default=0)
    ratio: float = wire(Float64, default=0.0)
    identity: UUID = wire(Uuid, default=ZERO_UUID)
    name: str = wire(String, default="")
    label: str | None = wire(NullableString, default=None)
    legacy: str | None = wire(LegacyNullableString, default=None)
    later_nullable: str | None = wire(string(nullable_since=2), default="")
    once_nullable: str | None = wire(string(nullable_since=1, nullable_until=3), default="")
    content: bytes = wire(Bytes, default=b"")
    maybe_content: bytes | None = wire(NullableBytes, default=None)
    later_content: bytes | None = wire(bytes_(nullable_since=4), default=b"")
    records: bytes = wire(Records, default=b"")
    maybe_records: bytes | None = wire(NullableRecords, default=None)
    numbers: tuple[int, ...] = wire(Array(Int32), default=())
    wide: tuple[int, ...] | None = wire(NullableArray(Int64), default=())
    flags: tuple[bool, ...] = wire(Array(Boolean), default=())
    ratios: tuple[float, ...] = wire(Array(Float64), default=())
    names: tuple[str, ...] = wire(Array(String), default=())
    maybe_names: tuple[str | None, ...] = wire(Array(NullableString), default=())
    blobs: tuple[bytes, ...] = wire(Array(Bytes), default=())
    identities: tuple[UUID, ...] = wire(Array(Uuid), default=())
    matrix: tuple[tuple[int, ...], ...] = wire(Array(Array(Int16)), default=())
    positions: tuple[Position, ...] = wire(Array(Position), default=())
    maybe_positions: tuple[Position, ...] | None = wire(array(Position, nullable_since=1), default=())
    digests: tuple[Digest, ...] = wire(Array(Digest), default=())
    partitions: tuple[Partition, ...] = wire(Array(Partition), default=())
    marked: tuple[Marked, ...] = wire(Array(Marked), default=())
    leaves: tuple[Leaf, ...] = wire(Array(Leaf), default=())
    leaf: Leaf = wire(Leaf)
    maybe_leaf: Leaf | None = wire(struct(Leaf), default=None)
    maybe_leaves: tuple[Leaf | None, ...] = wire(Array(struct(Leaf)), default=())
    bares: tuple[Bare, ...] = wire(Array(Bare), since=3, default=())
    old: int = wire(Int32, until=2, default=5)
    new: int = wire(Int32, since=4, default=6)
    dropped: str = wire(String, since=4, default="", ignorable=True)
    secret: str = wire(String, default="", secret=True)

    tagged_number: int = wire(Int32, since=3, tag=0, default=-1)
    tagged_text: str | None = wire(NullableString, since=3, tag=1, default=None)
    tagged_array: tuple[Position, ...] = wire(Array(Position), since=3, tag=2, default=())
    tagged_leaf: Leaf | None = wire(struct(Leaf), since=4, tag=4, default=None)
    tagged_flag: bool = wire(Boolean, since=4, tag=5, default=False)
    tagged_struct: Leaf = wire(Leaf, since=5, tag=200)
    tagged_identity: UUID = wire(Uuid, since=5, tag=300, default=ZERO_UUID)


@entity
class Plain(Message):
    """Small enough for its bytes to be written by hand; version 1 is flexible."""

    versions, flexible_since = range(2), 1

    name: str = wire(String, default="")
    names: tuple[str, ...] = wire(Array(String), default=())
    size: int = wire(Int32, since=1, tag=0, default=0, ignorable=True)
    note: Leaf | None = wire(struct(Leaf), since=1, tag=1, default=None, ignorable=True)


@entity
class Nothing:
    """A struct without fields."""


@entity
class Lists(Message):
    """Arrays of what is small on the wire and large in memory; version 1 is flexible."""

    versions, flexible_since = range(2), 1

    leaves: tuple[Leaf, ...] = wire(Array(Leaf), default=())
    texts: tuple[str, ...] = wire(Array(String), default=())
    numbers: tuple[int, ...] = wire(Array(Int16), default=())
    identities: tuple[UUID, ...] = wire(Array(Uuid), default=())
    nothings: tuple[Nothing, ...] = wire(Array(Nothing), default=())
