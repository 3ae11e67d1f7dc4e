"""What costs a peer the fewest bytes and a reader the most memory: arrays filled up with nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kafkawire.primitives import Array, Blob, Form, Struct, Text, WireType
from kafkawire.runtime import write_varint
from kafkawire.schema import FieldSpec, Message, fields_of
from tests.support.anatomy import Kind
from tests.support.mutations import Seed

_INDEX = re.compile(r"\[\d+\]")


def filled_up(seed: Seed, size: int, text: bytes = b"") -> Iterator[tuple[str, bytes]]:
    """A message up to each of its arrays, and then so many bytes of that array's cheapest elements.

    Args:
        size: bytes of elements.
        text: what texts and blobs of the elements hold.
    """
    form = seed.cls.form(seed.version)
    elements = dict(arrays_of(seed.cls, seed.version))
    counts = {_INDEX.sub("", part.path): part for part in seed.lengths if part.kind is Kind.COUNT}
    for path, part in counts.items():
        if (element := elements.get(path)) is not None:
            bare = cheapest(element, form, text)
            count = size // len(bare)
            yield path, seed.data[: part.start] + part.written(count) + bare * count


def arrays_of(cls: type[Message], version: int) -> Iterator[tuple[str, WireType[Any]]]:
    """Every array of a message at one version: where it is, and what its elements are."""
    return _arrays(fields_of(cls), version, "")


def _arrays(specs: tuple[FieldSpec, ...], version: int, before: str) -> Iterator[tuple[str, WireType[Any]]]:
    for spec in specs:
        if spec.carried(version):
            wire: WireType[Any] = spec.type
            if isinstance(wire, Array):
                wire = wire.element  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
                yield before + spec.name, wire  # pyright: ignore[reportUnknownArgumentType]
            if isinstance(wire, Struct):
                yield from _arrays(wire.fields, version, f"{before}{spec.name}.")


def cheapest(wire: WireType[Any], form: Form, text: bytes = b"") -> bytes:
    """A value with nothing in it, null excepted: that needs no memory."""
    match wire:
        case Text() | Blob() if form.flexible and wire.flexible:
            return write_varint(len(text) + 1) + text
        case Text() | Blob():
            return len(text).to_bytes(2 if isinstance(wire, Text) else 4, "big") + text
        case Array():
            return write_varint(1) if form.flexible else bytes(4)
        case Struct():
            inside = b"".join(cheapest(s.type, form, text) for s in wire.fields if s.in_line(form.version))
            return b"\1" * wire.nullable(form.version) + inside + bytes(form.flexible)
        case _:
            return bytes(wire.minimum_size(form))
