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
from itertools import groupby
from struct import Struct as Packing
from typing import TYPE_CHECKING, Any, Final, cast

from kafkawire import runtime
from kafkawire.primitives import Array, Blob, FieldSpec, Fixed, Form, Struct, Text, UuidType, WireType

if TYPE_CHECKING:
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
    """One array's guess. Elements are read in pairs, which halves what the loop itself costs; a last odd one is left.

    Args:
        source: where to write.
        element: what the array consists of.
        form: the message's.
        items: the variable that has the elements, to be filled. What it has afterwards is left to be filled by what
            follows: all of them if the guess was wrong.
        count: the variable that has their number.
    """

    def __init__(self, source: Source, element: Struct[Any], form: Form, *, items: str, count: str) -> None:
        self._source = source
        self._element = element
        self._form = form
        self._items = items
        self._count = count
        # In targets and in lines afterwards, "@" stands for the element's place in its pair.
        self._item = source.fresh("item") + "@"
        self._template = ""
        self._targets: list[str] = []
        self._afterwards: list[str] = []
        self._columns: list[tuple[str, str]] = []
        self._size = 0
        self._widths: list[str] = []
        self._shape: list[str] = []
        self._tags = ""
        self._tag_columns: list[tuple[str, str]] = []

    def write(self) -> None:
        """Code that reads the array, if it is as guessed."""
        source, version = self._source, self._form.version
        with ExitStack() as blocks:
            blocks.enter_context(source.block(f"if {self._count} >= {_FEWEST}"))
            present = [spec for spec in self._element.fields if spec.in_line(version)]
            for lists, specs in groupby(present, lambda spec: isinstance(spec.type, Array)):
                if lists:
                    self._lists({spec.name: cast("Any", spec.type).element for spec in specs}, blocks)
                else:
                    for spec in specs:
                        self._piece(spec, blocks)
            if self._form.flexible:
                self._tagged_section(blocks)
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
                raw = self._source.fresh("raw") + "@"
                self._template += "16s"
                self._size += 16
                self._targets.append(raw)
                self._afterwards.append(f"{self._item}.{spec.name} = read_uuid({raw})")
            case _:
                self._nothing(spec, blocks)

    def _column(self, value: str) -> None:
        """One byte that must be the same in all elements."""
        self._columns.append((self._offset(), value))
        self._size += 1

    def _lists(self, elements: dict[str, Fixed[Any]], blocks: ExitStack) -> None:
        """Arrays of numbers, one behind the other: read as bytes, from which equal ones get the same tuples."""
        source, widths = self._source, list[str]()
        for element in elements.values():
            first, width = source.fresh("first"), source.fresh("width")
            source.line(f"{first} = data[pos + {self._offset()}]")
            self._column(first)
            blocks.enter_context(source.block(f"if 0 < {first} < 128"))
            source.line(f"{width} = ({first} - 1) * {element.size}")
            self._widths.append(width)
            widths.append(width)
        raw = source.fresh("raw") + "@"
        self._vary("s", " + ".join([str(len(widths)), *widths]))
        self._targets.append(raw)
        codes = "".join(element.code for element in elements.values())
        lists = f"lists_{codes.replace('?', 'x')}"
        source.prelude(f"{lists} = Lists({codes!r})")
        self._afterwards.append(f"{', '.join(f'{self._item}.{name}' for name in elements)}, = {lists}[{raw}]")

    def _vary(self, code: str, width: str) -> None:
        """A piece of the template whose width only the bytes tell."""
        self._template += f"{{{len(self._shape)}}}{code}"
        self._shape.append(width)

    def _nothing(self, spec: FieldSpec, blocks: ExitStack) -> None:
        """A text or blob that is empty, or null where it may be."""
        source, wire = self._source, spec.type
        compact = self._form.flexible and wire.flexible
        first = source.fresh("first")
        source.line(f"{first} = data[pos + {self._offset()}]")
        for _ in range(1 if compact else 2 if isinstance(wire, Text) else 4):
            self._column(first)
            self._template += "x"
        empty, null = (1, 0) if compact else (0, 255)
        value = repr(wire.default)
        if wire.nullable(self._form.version):
            blocks.enter_context(source.block(f"if {first} == {empty} or {first} == {null}"))
            value = source.fresh("value")
            source.line(f"{value} = {wire.default!r} if {first} == {empty} else None")
        else:
            blocks.enter_context(source.block(f"if {first} == {empty}"))
        self._afterwards.append(f"{self._item}.{spec.name} = {value}")

    def _tagged_section(self, blocks: ExitStack) -> None:
        """The end of an element: no tagged fields, or an unknown one everywhere, of one size, to be passed over."""
        version, offset = self._form.version, self._offset()
        self._template += "x"
        if any(spec.tag is not None and spec.carried(version) for spec in self._element.fields):
            self._column("0")
            return
        source = self._source
        at, first, self._tags, tag, size = (source.fresh(name) for name in ("at", "first", "tags", "tag", "size"))
        source.line(f"{at} = pos + {offset}")
        source.line(f"{first} = data[{at}]")
        # Varints of several bytes are valid, but nothing to hurry for.
        one = f"{first} == 1 and ({tag} := data[{at} + 1]) < 128 and ({size} := data[{at} + 2]) < 128"
        source.line(f"{self._tags} = {size} + 2 if {one} else 0")
        blocks.enter_context(source.block(f"if {self._tags} or not {first}"))
        self._column(first)
        self._tag_columns = [(f"{offset} + 1", tag), (f"{offset} + 2", size)]

    def _check(self, blocks: ExitStack) -> None:
        """Code that goes on only when every column holds one value."""
        source = self._source
        self._even, self._chunk = source.fresh("even"), source.fresh("chunk")
        stride = source.fresh("stride")

        def same(columns: list[tuple[str, str]]) -> str:
            column = f"{self._chunk}[{{}}::{stride}].count({{}}) == {self._even}"
            return " and ".join(column.format(offset, value) for offset, value in columns)

        source.line(f"{self._even} = {self._count} & -2")
        source.line(f"{stride} = {self._offset()}{f' + {self._tags}' if self._tags else ''}")
        source.line(f"{self._chunk} = data[pos:pos + {self._even} * {stride}]")
        # A chunk can come out short only where the bytes widen the elements; then its last column has too few bytes.
        if self._columns:
            tags = f" and (not {self._tags} or {same(self._tag_columns)})" if self._tags else ""
            blocks.enter_context(source.block(f"if {same(self._columns)}{tags}"))

    def _read(self) -> None:
        source, items = self._source, self._items
        pair = [self._item.replace("@", place) for place in "ab"]
        targets = [target.replace("@", place) for place in "ab" for target in self._targets]
        source.line(f"each = iter({items})")
        with source.block(f"for {', '.join(pair)}, ({', '.join(targets)},) in zip(each, each, {self._unpacked()})"):
            for place, item in zip("ab", pair, strict=True):
                for spec in self._element.fields:
                    if not spec.in_line(self._form.version):
                        source.line(f"{item}.{spec.name} = {source.constant('default', spec.default)}")
                for line in self._afterwards:
                    source.line(line.replace("@", place))
        source.line(f"pos += len({self._chunk})")
        source.line(f"{items} = {items}[{self._even}:]")

    def _unpacked(self) -> str:
        """An iterator over the pairs' values."""
        source, read = self._source, ""
        plain = source.constant("unpack", Packing(">" + self._template * 2).iter_unpack) if not self._shape else ""
        if self._tags:
            self._vary("x", self._tags)
        if self._shape:
            read = f"{source.constant('shapes', runtime.Shapes(self._template))}[{', '.join(self._shape)},]"
        if plain:
            read = f"({read} if {self._tags} else {plain})" if read else plain
        return f"{read}({self._chunk})"
