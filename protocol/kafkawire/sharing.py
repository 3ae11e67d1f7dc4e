"""Which parts of a message get a function of their own: arrays and structs that stand in several places.

All else is in line, where it costs no call. But source takes longer to compile than a message to read, and what is
written once for several places is compiled once.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from kafkawire.primitives import FieldSpec, Fixed, Struct, WireType

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator


Part: TypeAlias = "tuple[str, Hashable]"
"""An array of something, or a struct: what all those that are read alike have in common."""


def part_of(wire: WireType[Any]) -> Part:
    """What may be shared of an array or a struct. A struct's null is told apart outside of it."""
    inner = _inner(wire)
    if inner is wire:
        return "struct", _identity(wire)
    return "array", (_identity(inner), *_nulls(inner), *_nulls(wire))


_LONG: Final = 40
"""Fields from which a message is long."""


class Shared:
    """The parts of one message that are worth a function, and the functions' names as far as they are written.

    Attributes:
        long: whether its source is so long that compiling it costs more than calls for its texts would.
    """

    def __init__(self, specs: tuple[FieldSpec, ...], version: int) -> None:
        places = Counter(_parts((spec.type for spec in specs if spec.carried(version)), version))
        self._parts = {part for part, count in places.items() if count > 1}
        self.long = _fields(specs, version) > _LONG
        self.functions: dict[Part, str] = {}

    def __contains__(self, wire: WireType[Any]) -> bool:
        return part_of(wire) in self._parts and not getattr(wire, "recurring", False)


def _inner(wire: WireType[Any]) -> WireType[Any]:
    """An array's element; anything else itself."""
    return cast("WireType[Any]", getattr(wire, "element", wire))


def _nulls(wire: WireType[Any]) -> tuple[int | None, int | None]:
    return wire.nullable_since, wire.nullable_until


def _identity(wire: WireType[Any]) -> Any:
    return wire.entity if isinstance(wire, Struct) else wire


def _parts(wires: Iterable[WireType[Any]], version: int) -> Iterator[Part]:
    """All parts, as often as they stand in the source when everything is in line."""
    for wire in wires:
        inner = _inner(wire)
        if (inner is not wire and not isinstance(inner, Fixed)) or isinstance(wire, Struct):
            yield part_of(wire)
        if isinstance(inner, Struct):
            yield from _parts((spec.type for spec in inner.fields if spec.carried(version)), version)


def _fields(specs: tuple[FieldSpec, ...], version: int) -> int:
    """How many fields there are in all, in all places."""
    carried = [spec.type for spec in specs if spec.carried(version)]
    inner = [_inner(wire) for wire in carried]
    return len(inner) + sum(_fields(wire.fields, version) for wire in inner if isinstance(wire, Struct))
