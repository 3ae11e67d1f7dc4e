"""Messages with something in every field: the same each time, so that their bytes can be kept."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from kafkawire.primitives import Array, Blob, Fixed, Struct, Text, WireType
from kafkawire.schema import FieldSpec, Message, fields_of

M = TypeVar("M", bound=Message)

SEVERAL = 5
"""Elements of arrays of values and plain structs: enough for the readings that take arrays as a whole."""


def filled(cls: type[M], version: int) -> M:
    """A message whose every field that this version carries has a value of its own, and every array elements."""
    return _entity(cls, version, depth=0)  # type: ignore[no-any-return]


def _entity(cls: type[Any], version: int, depth: int) -> Any:
    return cls(**{spec.name: _of_field(spec, version, depth) for spec in fields_of(cls)})


def _of_field(spec: FieldSpec, version: int, depth: int) -> Any:
    return _value(spec.type, version, spec.name, depth) if spec.carried(version) else spec.default


def _value(wire: WireType[Any], version: int, name: str, depth: int) -> Any:
    match wire:
        case Fixed(kind="bool"):
            return True
        case Fixed(kind="float64"):
            return 0.5
        case Fixed():
            return 1 + len(name)
        case Text():
            return name
        case Blob():
            return name.encode()
        case Array():
            element: WireType[Any] = wire.element  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            return tuple(_value(element, version, f"{name}{i}", depth + 1) for i in range(_count(element, depth)))
        case Struct():
            return _entity(wire.entity, version, depth)
        case _:
            return UUID(int=(1 << 100) + len(name))


def _count(element: WireType[Any], depth: int) -> int:
    """Elements of an array: few where they hold arrays of structs themselves, or a message would be long."""
    return (1 if depth else 2) if _holds_structs(element) else SEVERAL


def _holds_structs(element: WireType[Any]) -> bool:
    return isinstance(element, Struct) and any(_is_of_structs(spec.type) for spec in fields_of(element.entity))


def _is_of_structs(wire: WireType[Any]) -> bool:
    return isinstance(wire, Array) and isinstance(wire.element, Struct)  # pyright: ignore[reportUnknownMemberType]
