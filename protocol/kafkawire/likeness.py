"""Writes the reading of structs that have the shape of the one before.

A group's members have ids, hosts and subscriptions of the same lengths, more often than not. So the next element is
read by one `struct` call made for the lengths of the last one, and then the lengths are compared: all equal, and it was
the right call. If they aren't, it is read field by field. Where the guess fails too often it isn't made again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kafkawire import runtime
from kafkawire.primitives import Blob, FieldSpec, Fixed, Form, Struct, Text

if TYPE_CHECKING:
    from kafkawire.source import Source

CONSTANTS: dict[str, Any] = {"element_shape": runtime.element_shape}
"""What the code needs."""

_SEVERAL: Final = 4
"""Texts in an element from which reading them all at once is worth a guess."""

_LUCK: Final = 12
"""How much of it there is at first. A right guess adds one, a shape to be found out takes one, a wrong guess four: it
costs about as much as four right ones save.
"""


def likely_alike(element: Struct[Any], form: Form) -> bool:
    """Whether elements are mostly text, and may have the same lengths."""
    present = [spec for spec in element.fields if spec.carried(form.version)]
    texts = sum(isinstance(spec.type, Text | Blob) for spec in present)
    simple = all(spec.tag is None and isinstance(spec.type, Text | Blob | Fixed) for spec in present)
    return form.flexible and simple and texts >= _SEVERAL


class LikeElement:
    """One array's guesses."""

    def __init__(self, source: Source, element: Struct[Any], form: Form) -> None:
        self._source = source
        self._version = form.version
        self._present = [spec for spec in element.fields if spec.in_line(form.version)]
        self._start, self._shape, self._size, self._lengths, self._luck = map(
            source.fresh, ("start", "shape", "size", "lengths", "luck")
        )

    def before_the_loop(self) -> None:
        """Code for nothing known yet: of the array nothing at all, of the shape what other arrays had."""
        self._source.prelude(f"{self._shape}, {self._luck} = None, {_LUCK}")
        self._source.line(f"{self._start} = -1")

    def read(self, item: str) -> None:
        """Code that reads an element and goes on with the next, if it is as guessed."""
        source, shape, luck, start = self._source, self._shape, self._luck, self._start
        found = f"{shape}, {self._size}, {self._lengths}"
        codes = "".join(spec.type.code if isinstance(spec.type, Fixed) else "s" for spec in self._present)
        with source.block(f"if {luck} > 0"):
            with source.block(f"if {shape} is None and {start} >= 0"):
                source.line(f"{found} = element_shape({codes!r}, data, {start})")
                source.line(f"{luck} -= 1")
            with source.block(f"if {shape} is not None and pos + {self._size} <= end"):
                self._guess(item)
                source.line(f"{shape} = None")
                source.line(f"{luck} -= 4")
            source.line(f"{start} = pos")

    def _guess(self, item: str) -> None:
        source = self._source
        targets, lengths, afterwards = list[str](), list[str](), list[str]()
        for spec in self._present:
            if isinstance(spec.type, Fixed):
                targets.append(f"{item}.{spec.name}")
                continue
            length, raw = source.fresh("length"), source.fresh("raw")
            lengths.append(length)
            targets += length, raw
            afterwards.append(f"{item}.{spec.name} = {self._value(spec, raw, length)}")
        tags = source.fresh("tags")
        source.line(f"{', '.join(targets)}, {tags}, = {self._shape}(data, pos)")
        with source.block(f"if ({', '.join(lengths)}, {tags}) == {self._lengths}"):
            for line in afterwards:
                source.line(line)
            source.line(f"pos += {self._size}")
            source.line(f"{self._luck} += 1")
            source.line("continue")

    def _value(self, spec: FieldSpec, raw: str, length: str) -> str:
        value = f"{raw}.decode()" if isinstance(spec.type, Text) else raw
        return f"{value} if {length} else None" if spec.type.nullable(self._version) else value
