"""The guess that an element is short: its strings empty, its tagged section too.

Elements that are mostly numbers (a partition's offset, with its seldom used metadata) nearly always are. Guessed so,
they have a fixed width, and the compiled codecs handle one, or an array of them, in one `struct` call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kafkawire.primitives import Blob, Fixed, Form, Text, WireType

if TYPE_CHECKING:
    from typing import Any

    from kafkawire.schema import FieldSpec


class Piece(NamedTuple):
    """A fixed-width piece of an element: a number, or the length of a text or blob that is guessed to be empty."""

    code: str
    spec: FieldSpec

    @property
    def guessed(self) -> bool:
        """Whether it is a length, which has to be checked."""
        return not isinstance(self.spec.type, Fixed)


def short_form(specs: tuple[FieldSpec, ...], form: Form) -> list[Piece] | None:
    """How an element looks on that guess; ``None`` when the guess isn't worth making.

    It isn't for elements with an array or a struct, nor for those that begin with text (a name is seldom empty) or
    have as much of it as of numbers. In flexible versions the tagged section's count follows the pieces.
    """
    present = [spec for spec in specs if spec.in_line(form.version)]
    numbers = sum(isinstance(spec.type, Fixed) for spec in present)
    if any(not isinstance(spec.type, Fixed | Text | Blob) for spec in present) or numbers * 2 <= len(present):
        return None
    if not isinstance(present[0].type, Fixed):
        return None
    return [Piece(_code(spec.type, form), spec) for spec in present]


def _code(wire: WireType[Any], form: Form) -> str:
    if isinstance(wire, Fixed):
        return wire.code
    if form.flexible and wire.flexible:
        return "B"
    return "h" if isinstance(wire, Text) else "i"
