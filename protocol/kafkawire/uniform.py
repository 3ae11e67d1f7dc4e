"""Writes the reading of arrays whose elements all have the shape of the first.

The shape of an element is the length of each of its parts. Partitions have the same number of replicas, committed
offsets have no metadata, and all have the same tagged fields, mostly none: so elements have one width, and one
`Struct.iter_unpack` reads them all. The guess is checked for the whole array before anything is read, by comparing
columns of bytes: every length, in every element, must be the first's. If one isn't, the array is read element by
element.

Worth guessing about are elements that are mostly numbers. Arrays of numbers may have any count, as long as they all
have the same; texts and blobs are taken to be empty, or null.
"""

from __future__ import annotations

from contextlib import ExitStack
from struct import Struct as Packing
from typing import TYPE_CHECKING, Any, Final

from kafkawire import runtime
from kafkawire.primitives import Array, Blob, Fixed, Form, Struct, Text, UuidType, WireType

if TYPE_CHECKING:
    from kafkawire.schema import FieldSpec
    from kafkawire.source import Source

_FEWEST: Final = 4
"""Elements from which checking the guess costs less than what it saves."""


def worth_guessing(element: Struct[Any], form: Form) -> bool:
    """Whether an array of this element is likely to be uniform."""
    present = [spec for spec in element.fields if spec.in_line(form.version)]
    numbers = sum(isinstance(spec.type, Fixed | UuidType) or _is_numbers(spec.type, form) for spec in present)
    texts = sum(isinstance(spec.type, Text | Blob) for spec in present)
    # What begins with a text is named by it, and a name is not empty.
    return numbers + texts == len(present) and numbers > texts and not isinstance(present[0].type, Text | Blob)


def _is_numbers(wire: WireType[Any], form: Form) -> bool:
    match wire:
        case Array(element=Fixed()):
            return form.flexible
        case _:
            return False


class UniformArray:
    """One array's guess.

    Args:
        source: where to write.
        element: what the array consists of.
        form: the message's.
        items: the variable that has the elements, to be filled. It will have none if the guess was right: what
            follows fills those that are left.
        count: the variable that has their number.
    """

    def __init__(self, source: Source, element: Struct[Any], form: Form, *, items: str, count: str) -> None:
        self._source = source
        self._element = element
        self._form = form
        self._items = items
        self._count = count
        self._item = source.fresh("item")
        self._template = ">"
        self._targets: list[str] = []
        self._made: list[tuple[str, str]] = []
        self._columns: list[tuple[str, str]] = []
        self._size = 0
        self._widths: list[str] = []
        self._tags = ""
        self._numbers_before: tuple[str, str, str] | None = None

    def write(self) -> None:
        """Code that reads the array, if it is as guessed."""
        source = self._source
        with ExitStack() as blocks:
            blocks.enter_context(source.block(f"if {self._count} >= {_FEWEST}"))
            for spec in self._element.fields:
                if spec.in_line(self._form.version):
                    self._piece(spec, blocks)
            if self._form.flexible:
                self._tagged_section()
            self._check(blocks)
            self._read()

    def _offset(self) -> str:
        """Where the next piece begins in an element."""
        return " + ".join([str(self._size), *self._widths])

    def _piece(self, spec: FieldSpec, blocks: ExitStack) -> None:
        match spec.type:
            case Fixed(code=code, size=size):
                self._template += code
                self._size += size
                self._targets.append(f"{self._item}.{spec.name}")
            case UuidType():
                self._template += "16s"
                self._size += 16
                self._targets.append(raw := self._source.fresh("raw"))
                self._made.append((spec.name, f"read_uuid({raw})"))
            case Array(element=Fixed(kind=kind, code=code, size=size)):
                self._numbers(spec, f"tuples_of_{kind}", code, size, blocks)
            case _:
                self._nothing(spec, blocks)

    def _column(self, value: str) -> None:
        """One byte that must be the same in all elements."""
        self._columns.append((self._offset(), value))
        self._template += "x"
        self._size += 1

    def _numbers(self, spec: FieldSpec, tuples: str, code: str, size: int, blocks: ExitStack) -> None:
        """An array of numbers: read as bytes, from which equal arrays get one tuple."""
        source = self._source
        first, width, raw = (source.fresh(name) for name in ("first", "width", "raw"))
        source.line(f"{first} = data[pos + {self._offset()}]")
        self._column(first)
        blocks.enter_context(source.block(f"if 0 < {first} < 128"))
        source.line(f"{width} = ({first} - 1) * {size}")
        self._widths.append(width)
        self._template += "{}s"
        self._targets.append(raw)
        readers = source.constant("read_array", runtime.ARRAY_READERS[code])
        source.prelude(f"{tuples} = Tuples({readers}, {size})")
        made = f"{tuples}[{raw}]"
        if self._numbers_before and self._numbers_before[2] == tuples:
            # A partition's in-sync replicas mostly are its replicas, and comparing is quicker than looking up.
            name, same, _ = self._numbers_before
            made = f"{self._item}.{name} if {raw} == {same} else {made}"
        self._numbers_before = spec.name, raw, tuples
        self._made.append((spec.name, made))

    def _nothing(self, spec: FieldSpec, blocks: ExitStack) -> None:
        """A text or blob that is empty, or null where it may be."""
        source, wire = self._source, spec.type
        compact = self._form.flexible and wire.flexible
        first = source.fresh("first")
        source.line(f"{first} = data[pos + {self._offset()}]")
        for _ in range(1 if compact else 2 if isinstance(wire, Text) else 4):
            self._column(first)
        empty, null = (1, 0) if compact else (0, 255)
        if wire.nullable(self._form.version):
            blocks.enter_context(source.block(f"if {first} == {empty} or {first} == {null}"))
            value = source.fresh("value")
            source.line(f"{value} = {wire.default!r} if {first} == {empty} else None")
            self._made.append((spec.name, value))
        else:
            blocks.enter_context(source.block(f"if {first} == {empty}"))
            self._made.append((spec.name, repr(wire.default)))

    def _tagged_section(self) -> None:
        """The end of an element: no tagged fields, or the same unknown ones everywhere, to be passed over."""
        version = self._form.version
        if any(spec.tag is not None and spec.carried(version) for spec in self._element.fields):
            self._column("0")
            return
        source, offset = self._source, self._offset()
        first, self._tags, self._bounds = (source.fresh(name) for name in ("first", "tags", "bounds"))
        source.line(f"{first} = data[pos + {offset}]")
        source.line(f"{self._tags}, {self._bounds} = uniform_tags(data, pos + {offset}) if {first} else (0, ())")
        self._column(first)
        self._tags_at = offset

    def _check(self, blocks: ExitStack) -> None:
        """Code that goes on only when every column holds one value."""
        source, count = self._source, self._count
        stride, chunk = source.fresh("stride"), source.fresh("chunk")
        source.line(f"{stride} = {self._offset()}{f' + {self._tags}' if self._tags else ''}")
        source.line(f"{chunk} = data[pos:pos + {count} * {stride}]")
        # A chunk can come out short only where counts widen the elements; then its last column has too few bytes.
        checks = [f"{chunk}[{offset}::{stride}].count({value}) == {count}" for offset, value in self._columns]
        if self._tags:
            same = f"same_tags({chunk}, {self._tags_at}, {stride}, {count}, {self._bounds})"
            checks.append(f"(not {self._tags} or {self._tags} > 0 and {same})")
        if checks:
            blocks.enter_context(source.block(f"if {' and '.join(checks)}"))
        self._chunk, self._stride = chunk, stride

    def _read(self) -> None:
        source, item, items = self._source, self._item, self._items
        with source.block(f"for {item}, ({', '.join(self._targets)},) in zip({items}, {self._unpacked()})"):
            for spec in self._element.fields:
                if not spec.in_line(self._form.version):
                    source.line(f"{item}.{spec.name} = {source.constant('default', spec.default)}")
            for name, value in self._made:
                source.line(f"{item}.{name} = {value}")
        source.line(f"pos += {self._count} * {self._stride}")
        source.line(f"{items} = ()")

    def _unpacked(self) -> str:
        source = self._source
        template = self._template + "{}x" * bool(self._tags)
        widths = "".join(f"{width}, " for width in [*self._widths, *([self._tags] if self._tags else [])])
        read = f"{source.constant('shapes', runtime.Shapes(template))}[{widths}]" if widths else ""
        if not self._widths:
            plain = source.constant("unpack", Packing(self._template).iter_unpack)
            read = f"({read} if {self._tags} else {plain})" if read else plain
        return f"{read}({self._chunk})"
