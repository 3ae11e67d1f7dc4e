"""What faults do to an answer: to the error codes in it, and to its bytes."""

from __future__ import annotations

import copy
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

from kafkaadmin.testing.faults import Fault
from kafkaadmin.testing.handlers.context import Context
from kafkawire import Response

__all__ = ["in_a_copy", "mangled", "refused_at", "unasked"]

_LENGTH = struct.Struct(">i")
_HEADER = struct.Struct(">ii")
_GARBAGE = b"\xff"


def in_a_copy(context: Context) -> Context:
    """The same surroundings, in a copy of the cluster that is thrown away: an answer's shape without its effect."""
    return replace(
        context,
        state=copy.deepcopy(context.state),
        refusal=None,
        session=None,
        on_topic_created=_no_effect,
        on_leaders_moved=_no_effect,
        on_coordinator_wanted=_no_effect,
    )


def _no_effect(*_: object) -> None:
    """What becomes of a change in a cluster that is thrown away."""


def refused_at(response: Response, level: int, code: int) -> Response:
    """The answer with this error code in all places so many arrays deep: 0 is the answer itself.

    Raises `ValueError` when it has no such place.
    """
    places = tuple(_at(response, level))
    if not places:
        raise ValueError(f"{type(response).__name__} has no error_code at level {level}")
    for place in places:
        object.__setattr__(place, "error_code", code)
    return response


def _at(element: object, level: int) -> Iterator[object]:
    names = cast("tuple[str, ...]", getattr(type(element), "__slots__", ()))
    if level == 0:
        if "error_code" in names:
            yield element
        return
    for name in names:
        value: Any = getattr(element, name, None)
        for each in cast("tuple[object, ...]", value) if isinstance(value, tuple) else ():
            yield from _at(each, level - 1)


def mangled(frame: bytes, header_version: int, fault: Fault) -> bytes:
    """An answer's frame as the fault wants it."""
    length, correlation_id, rest = frame[:4], frame[4:8], frame[8:]
    if fault.garbage:
        # Longer than the answer by more than any field: bytes are left over, whatever the first ones can be taken for.
        tags = rest[:header_version]
        rest = tags + _GARBAGE * (len(rest) + 64)
        length = _LENGTH.pack(len(correlation_id) + len(rest))
    if fault.wrong_correlation_id:
        correlation_id = bytes(byte ^ 0x55 for byte in correlation_id)
    if fault.oversized:
        length = _LENGTH.pack((1 << 31) - 1)
    return length + correlation_id + rest


def unasked(fault: Fault) -> bytes:
    """What a broker says to a newcomer that has asked nothing yet."""
    if fault.oversized:
        return _LENGTH.pack((1 << 31) - 1)
    if fault.wrong_correlation_id:
        return _HEADER.pack(4, 0x5555)
    return _HEADER.pack(-1, -1) if fault.garbage else b""
