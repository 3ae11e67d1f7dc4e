"""Hypothesis strategies for messages, made from their declarations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from kafkawire import messages
from kafkawire.primitives import Array, Fixed, Struct, WireType
from kafkawire.schema import FieldSpec, Message, fields_of

M = TypeVar("M", bound=Message)
Strategy = st.SearchStrategy[Any]
Narrowing = Callable[[FieldSpec], Strategy | None]
"""For one field, a strategy to be used instead of everything that the wire can carry; `None` for that."""


few_examples = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
"""For tests of every message at every version: their number does what few examples of each can't."""


def message_classes() -> list[type[Message]]:
    """Every message class that `kafkawire.messages` has."""
    found = (getattr(messages, name) for name in dir(messages))
    return [cls for cls in found if isinstance(cls, type) and issubclass(cls, Message)]


def every_version() -> list[tuple[type[Message], int]]:
    """Every message class with each of its versions."""
    return [(cls, version) for cls in message_classes() for version in cls.versions]


def _everything(field: FieldSpec) -> Strategy | None:
    return None


def drawn(cls: type[M], version: int, narrowing: Narrowing = _everything) -> st.SearchStrategy[M]:
    """Messages that this version can carry: fields that it hasn't got keep their defaults."""
    return _built(cls, version, narrowing)


def drawn_entity(cls: type[Any], version: int, narrowing: Narrowing = _everything) -> Strategy:
    """The same for a struct, at a version of its message."""
    return _built(cls, version, narrowing)


_KEPT: dict[tuple[type[Any], int, Narrowing], Strategy] = {}
"""Strategies made before: making one takes longer than drawing a few examples from it."""


def _built(cls: type[Any], version: int, narrowing: Narrowing) -> Strategy:
    key = (cls, version, narrowing)
    if key not in _KEPT:
        _KEPT[key] = st.builds(cls, **_values_of(fields_of(cls), version, narrowing))
    return _KEPT[key]


def _values_of(fields: tuple[FieldSpec, ...], version: int, narrowing: Narrowing) -> dict[str, Strategy]:
    values: dict[str, Strategy] = {}
    for field in fields:
        if not field.carried(version):
            values[field.name] = st.just(field.default)
        elif (narrowed := narrowing(field)) is not None:
            values[field.name] = narrowed
        else:
            drawn_value = _values(field.type, version, narrowing)
            # A tagged field is written only when it isn't the default, so the default is drawn often.
            values[field.name] = drawn_value if field.tag is None else st.just(field.default) | drawn_value
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
            return drawn_entity(type_.entity, version, narrowing)
        case Fixed(limits=(low, high)):
            return st.integers(low, high)
        case _:
            return _OTHERS[type_.kind]


_OTHERS: dict[str, Strategy] = {
    "bool": st.booleans(),
    "float64": st.floats(allow_nan=False),
    "uuid": st.uuids(),
    # 200 bytes, and 400: a compact length takes two bytes from 127 on.
    "string": st.text(max_size=20) | st.just("é" * 200),
    "bytes": st.binary(max_size=20) | st.just(bytes(200)),
    "records": st.binary(max_size=20),
}
