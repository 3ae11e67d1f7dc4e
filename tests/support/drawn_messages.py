"""Hypothesis strategies for messages, made from their declarations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st

from kafkawire import messages
from kafkawire.primitives import Array, Fixed, Struct, WireType
from kafkawire.schema import FieldSpec, Message, fields_of

M = TypeVar("M", bound=Message)
Strategy = st.SearchStrategy[Any]
Narrowing = Callable[[FieldSpec], Strategy | None]
"""For one field, a strategy to be used instead of everything that the wire can carry; `None` for that."""


def message_classes() -> list[type[Message]]:
    """Every message class that `kafkawire.messages` has."""
    found = (getattr(messages, name) for name in dir(messages))
    return [cls for cls in found if isinstance(cls, type) and issubclass(cls, Message)]


def every_version() -> list[tuple[type[Message], int]]:
    """Every message class with each of its versions."""
    return [(cls, version) for cls in message_classes() for version in cls.versions]


def drawn(cls: type[M], version: int, narrowing: Narrowing = lambda field: None) -> st.SearchStrategy[M]:
    """Messages that this version can carry: fields that it hasn't got keep their defaults."""
    return st.builds(cls, **_values_of(fields_of(cls), version, narrowing))


def _values_of(fields: tuple[FieldSpec, ...], version: int, narrowing: Narrowing) -> dict[str, Strategy]:
    values: dict[str, Strategy] = {}
    for field in fields:
        if not field.carried(version):
            values[field.name] = st.just(field.default)
        elif (narrowed := narrowing(field)) is not None:
            values[field.name] = narrowed
        else:
            values[field.name] = _values(field.type, version, narrowing)
    return values


def _values(type_: WireType[Any], version: int, narrowing: Narrowing) -> Strategy:
    values = _present_values(type_, version, narrowing)
    return st.none() | values if type_.nullable(version) else values


def _present_values(type_: WireType[Any], version: int, narrowing: Narrowing) -> Strategy:
    match type_:
        case Array():
            array: Array[Any] = type_  # pyright: ignore[reportUnknownVariableType]
            return st.lists(_values(array.element, version, narrowing), max_size=3).map(tuple)
        case Struct():
            return st.builds(type_.entity, **_values_of(type_.fields, version, narrowing))
        case Fixed(limits=(low, high)):
            return st.integers(low, high)
        case _:
            return _OTHERS[type_.kind]


_OTHERS: dict[str, Strategy] = {
    "bool": st.booleans(),
    "float64": st.floats(allow_nan=False),
    "uuid": st.uuids(),
    "string": st.text(max_size=20),
    "bytes": st.binary(max_size=20),
    "records": st.binary(max_size=20),
}
