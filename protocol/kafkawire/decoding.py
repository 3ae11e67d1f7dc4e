"""Writes the function that reads one version of a message.

What makes it fast, in the order of what it brings:

- Everything is inline in one function: no call per field, per struct or per element but the ones into C. Exceptions
  are what stands in several places (`kafkawire.sharing`), and texts that are read once.
- A text and the fixed-width fields behind it are one `struct` call (`kafkawire.runs`). The length in front of the next
  text or array has a first byte of fixed width as well, and so has a tagged section: they belong to the run.
- Instances come from ``object.__new__`` through `itertools`, and their slots are the targets of the unpacking itself.
- Arrays whose elements all have the same lengths inside are read by one `Struct.iter_unpack` (`kafkawire.uniform`).
- Elements that are mostly text are read on the guess that they have the lengths of the one before
  (`kafkawire.likeness`).
- Elements with the bytes of the same element in the array before are that element (`Array.recurring`).
- Slices are not checked against the end. One past the end comes out short, but the position has then passed the end
  for good: whatever is read next fails, and at the very last the position must be the end. Counts are checked at once.
"""

from __future__ import annotations

import struct
from itertools import chain, islice, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from kafkawire import runtime
from kafkawire.likeness import CONSTANTS as LIKENESS_CONSTANTS
from kafkawire.likeness import LikeElement, likely_alike
from kafkawire.primitives import Array, Blob, FieldSpec, Fixed, Form, Struct, Text, UuidType, WireType
from kafkawire.runs import CONSTANTS as RUN_CONSTANTS
from kafkawire.runs import Content, Run
from kafkawire.sharing import Shared, part_of
from kafkawire.source import Source
from kafkawire.uniform import UniformArray, worth_guessing

if TYPE_CHECKING:
    from collections.abc import Callable

    from kafkawire.schema import Message

REFUSALS: Final = (struct.error, IndexError, ValueError, OverflowError)
"""What the functions raise for malformed input."""

_CONSTANTS: dict[str, Any] = {
    **LIKENESS_CONSTANTS,
    **RUN_CONSTANTS,
    "REFUSALS": REFUSALS,
    "Lists": runtime.Lists,
    "chain": chain,
    "islice": islice,
    "malformed": runtime.malformed,
    "new": object.__new__,
    "read_rest": runtime.read_rest,
    "read_uuid": runtime.read_uuid,
    "read_varint": runtime.read_varint,
    "second": itemgetter(1),
    "skip_tagged_fields": runtime.skip_tagged_fields,
    "take_compact_blob": runtime.take_compact_blob,
    "take_compact_text": runtime.take_compact_text,
    "unknown": repeat(((), None)),
}


_NO_ARRAY: Final = {
    (True, True): "None",
    (True, False): "malformed()",
    (False, True): "None if {} == -1 else malformed()",
    (False, False): "malformed()",
}
"""What a count below zero means, compact ones taken for one less: by whether it is compact, and whether null may be."""


def decoder_source(cls: type[Message], version: int) -> Source:
    """A function ``decode(data, pos) -> (message, pos)`` for `bytes`.

    It raises one of `REFUSALS` for malformed input. A position past the end means malformed input too.
    """
    source = Source(_CONSTANTS)
    with source.block("def decode(data, pos)"):
        source.line("end = len(data)")
        _Decoder(source, cls.form(version), Shared(cls.__wire_fields__, version)).message(cls)
        source.line("return message, pos")
    return source


def passing_source(element: WireType[Any], form: Form) -> Source:
    """A function ``go_past(data, pos, count) -> (passed, pos)``: how many elements in a row are well-formed, and where
    they end. It keeps nothing of them.
    """
    source = Source(_CONSTANTS)
    with source.block("def go_past(data, pos, count)"):
        source.line("end, passed, start = len(data), 0, pos")
        with source.block("try"), source.block("for passed in range(count)"):
            source.line("start = pos")
            _Decoder(source, form, Shared((), form.version)).element(element)
            with source.block("if pos > end"):
                source.line("return passed, start")
        with source.block("except REFUSALS"):
            source.line("return passed, start")
        source.line("return count, pos")
    return source


class _Decoder:
    """Writes reading code, keeping back the text and the run of fixed-width values that the next call will read."""

    def __init__(self, source: Source, form: Form, shared: Shared) -> None:
        self._source = source
        self._form = form
        self._shared = shared
        self._run = Run(source)
        self._in_array = False

    def message(self, cls: type[Message]) -> None:
        """Code that leaves the message in ``message``."""
        self._source.line(f"message = new({self._source.constant('Class', cls)})")
        self._fill("message", cls.__wire_fields__)
        self._run.flush()

    def element(self, wire: WireType[Any]) -> None:
        """Code that leaves one value in ``item``."""
        self._read(wire, "item")
        self._run.flush()

    # Entities

    def _fill(self, instance: str, specs: tuple[FieldSpec, ...]) -> None:
        """Code that sets every field of an instance."""
        self._set_defaults(instance, specs)
        self._read_fields(instance, specs)

    def _read_fields(self, instance: str, specs: tuple[FieldSpec, ...]) -> None:
        """Code for the fields that the bytes give; the tagged section's count ends the last run."""
        version = self._form.version
        tagged = [spec for spec in specs if spec.tag is not None and spec.carried(version)]
        for spec in specs:
            if spec.in_line(version):
                self._read(spec.type, f"{instance}.{spec.name}")
        if self._form.flexible:
            self._tagged_section(instance, tagged)

    def _set_defaults(self, instance: str, specs: tuple[FieldSpec, ...]) -> None:
        """Code for the fields that the bytes may not give."""
        for spec in specs:
            if not spec.in_line(self._form.version):
                self._source.line(f"{instance}.{spec.name} = {self._source.constant('default', spec.default)}")

    def _tagged_section(self, instance: str, tagged: list[FieldSpec]) -> None:
        source = self._source
        count = source.fresh("count")
        self._run.add("B", count)
        self._run.flush()
        with source.block(f"if {count}"):
            if not tagged:
                source.line(f"pos = skip_tagged_fields(data, pos, {count})")
                return
            self._tagged_fields(instance, tagged, count)

    def _tagged_fields(self, instance: str, tagged: list[FieldSpec], count: str) -> None:
        source = self._source
        tag, previous, size, stop = (source.fresh(name) for name in ("tag", "previous", "size", "stop"))
        with source.block(f"if {count} > 127"):
            source.line(f"{count}, pos = read_rest({count}, data, pos)")
        source.line(f"{previous} = -1")
        with source.block(f"for _ in range({count})"):
            source.line(f"{tag}, pos = read_varint(data, pos)")
            with source.block(f"if {tag} <= {previous}"):
                source.line("malformed()")
            source.line(f"{previous} = {tag}")
            source.line(f"{size}, pos = read_varint(data, pos)")
            source.line(f"{stop} = pos + {size}")
            keyword = "if"
            for spec in tagged:
                with source.block(f"{keyword} {tag} == {spec.tag}"):
                    self._read(spec.type, f"{instance}.{spec.name}", tagged=True)
                    self._run.flush()
                keyword = "elif"
            with source.block("else"):
                source.line(f"pos = {stop}")
            with source.block(f"if pos != {stop}"):
                source.line("malformed()")

    # Fields

    def _read(self, wire: WireType[Any], target: str, *, tagged: bool = False) -> None:
        """Code that reads one value, at the latest when the run is flushed."""
        match wire:
            case Fixed():
                self._run.add(wire.code, target)
            case UuidType():
                self._uuid(target)
            case Text() | Blob():
                self._text_or_blob(wire, target)
            case Array():
                self._array(wire, target)  # pyright: ignore[reportUnknownArgumentType]
            case Struct():
                self._struct(wire, target, absent=0 if tagged else 255)
            case _:
                raise TypeError(f"no code for {wire!r}")

    def _uuid(self, target: str) -> None:
        raw = self._source.fresh("raw")
        self._run.add("16s", raw, f"{target} = read_uuid({raw})")

    def _length(self, code: str, *, compact: bool) -> str:
        """Code that reads a length as it stands on the wire, of a compact one its first byte."""
        length = self._source.fresh("length")
        self._run.add("B" if compact else code, length)
        self._run.flush()
        return length

    def _text_or_blob(self, wire: Text[Any] | Blob[Any], target: str) -> None:
        compact, kind = self._form.flexible and wire.flexible, "text" if isinstance(wire, Text) else "blob"
        nullable = wire.nullable(self._form.version)
        if compact and (self._shared.long or not self._in_array):
            # Not worth the longer source.
            self._run.flush()
            self._source.line(f"{target}, pos = take_compact_{kind}(data, pos, {nullable})")
            return
        length = self._length("h" if kind == "text" else "i", compact=compact)
        self._run.begin(Content(wire, target, length, compact, nullable))

    def _struct(self, wire: Struct[Any], target: str, *, absent: int) -> None:
        source = self._source
        instance = source.fresh("item")
        made = f"{instance} = {target} = new({source.constant('Class', wire.entity)})"
        if not wire.nullable(self._form.version):
            source.line(made)
            self._fill_in_place(wire, instance)
            return
        presence = source.fresh("presence")
        self._run.add("B", presence)
        self._run.flush()
        with source.block(f"if {presence} == 1"):
            source.line(made)
            self._fill_in_place(wire, instance)
            self._run.flush()
        with source.block(f"elif {presence} == {absent}"):
            source.line(f"{target} = None")
        with source.block("else"):
            source.line("malformed()")

    def _fill_in_place(self, wire: Struct[Any], instance: str) -> None:
        if wire not in self._shared:
            self._fill(instance, wire.fields)
            return
        self._run.flush()
        functions, part = self._shared.functions, part_of(wire)
        if part not in functions:
            functions[part] = name = self._source.fresh("fill")
            with self._source.apart(f"def {name}(item, data, pos)"):
                self._source.line("end = len(data)")
                inner = _Decoder(self._source, self._form, self._shared)
                inner._in_array = True
                inner._fill("item", wire.fields)
                inner._run.flush()
                self._source.line("return pos")
        self._source.line(f"pos = {functions[part]}({instance}, data, pos)")

    # Arrays

    def _array(self, wire: Array[Any], target: str) -> None:
        count = self._length("i", compact=self._form.flexible)
        if wire in self._shared:
            self._source.line(f"{target}, pos = {self._function(wire)}({count}, data, pos)")
        else:
            self._counted(wire, target, count)

    def _function(self, wire: Array[Any]) -> str:
        """The function that reads such an array behind its count, written when it is first called for."""
        source, functions, part = self._source, self._shared.functions, part_of(wire)
        if part not in functions:
            functions[part] = name = source.fresh("read_array")
            with source.apart(f"def {name}(count, data, pos)"):
                source.line("end = len(data)")
                _Decoder(source, self._form, self._shared)._counted(wire, "array", "count")
                source.line("return array, pos")
        return functions[part]

    def _counted(self, wire: Array[Any], target: str, count: str) -> None:
        """Code for an array whose count has been read, of a compact one its first byte."""
        source = self._source
        compact = self._form.flexible
        if compact:
            with source.block(f"if {count} > 127"):
                source.line(f"{count}, pos = read_rest({count}, data, pos)")
        zero = int(compact)
        with source.block(f"if {count} > {zero}"):
            if compact:
                source.line(f"{count} -= 1")
            self._elements(wire, target, count)
        with source.block("else"):
            nullable = wire.nullable(self._form.version)
            source.line(f"{target} = () if {count} == {zero} else {_NO_ARRAY[compact, nullable].format(count)}")

    def _elements(self, wire: Array[Any], target: str, count: str) -> None:
        source, element = self._source, wire.element
        size = element.minimum_size(self._form)
        with source.block(f"if {count} * {size} > end - pos" if size else f"if {count} > end"):
            source.line("malformed()")
        if isinstance(element, Fixed):
            readers = source.constant("read_array", runtime.ARRAY_READERS[element.code])
            source.line(f"{target} = {readers}[{count}](data, pos)")
            source.line(f"pos += {count}{f' * {size}' if size > 1 else ''}")
            return
        outer, self._in_array = self._in_array, True
        if not isinstance(element, Struct) or element.nullable(self._form.version):
            self._values(element, target, count)
        elif wire.recurring:
            self._recurring(element, target, count)
        else:
            self._instances(element, target, count)
        self._in_array = outer

    def _values(self, element: WireType[Any], target: str, count: str) -> None:
        source = self._source
        items, item = source.fresh("items"), source.fresh("item")
        source.line(f"{items} = []")
        with source.block(f"for _ in range({count})"):
            self._read(element, item)
            self._run.flush()
            source.line(f"{items}.append({item})")
        source.line(f"{target} = tuple({items})")

    def _instances(self, element: Struct[Any], target: str, count: str) -> None:
        source = self._source
        items, item = source.fresh("items"), source.fresh("item")
        blanks = source.constant("blanks", runtime.blanks(element.entity))
        source.line(f"{items} = {target} = tuple(islice({blanks}, {count}))")
        if worth_guessing(element, self._form):
            UniformArray(source, element, self._form, items=items, count=count).write()
        alike = LikeElement(source, element, self._form) if likely_alike(element, self._form) else None
        if alike:
            alike.before_the_loop()
        with source.block(f"for {item} in {items}"):
            self._set_defaults(item, element.fields)
            if alike:
                alike.read(item)
            self._read_fields(item, element.fields)
            self._run.flush()

    def _recurring(self, element: Struct[Any], target: str, count: str) -> None:
        """Code that keeps an array's elements with their bytes, and takes them again where the next has the same."""
        source = self._source
        known, found, pair, raw, item, start = map(source.fresh, ("known", "found", "pair", "raw", "item", "start"))
        source.prelude(f"{known} = []")
        source.line(f"{found} = []")
        with source.block(f"for {pair} in islice(chain({known}, unknown), {count})"):
            source.line(f"{raw}, {item} = {pair}")
            with source.block(f"if data.startswith({raw}, pos)"):
                source.line(f"pos += len({raw})")
            with source.block("else"):
                source.line(f"{start} = pos")
                source.line(f"{item} = new({source.constant('Class', element.entity)})")
                self._fill(item, element.fields)
                self._run.flush()
                source.line(f"{pair} = data[{start}:pos], {item}")
            source.line(f"{found}.append({pair})")
        source.line(f"{known}[:{count}] = {found}")
        source.line(f"{target} = tuple(map(second, {found}))")


def compile_decoder(cls: type[Message], version: int) -> Callable[[bytes, int], tuple[Any, int]]:
    """The function of `decoder_source`."""
    return decoder_source(cls, version).function("decode", f"decoder of {cls.__name__} v{version}")


def compile_passing(element: WireType[Any], form: Form) -> Callable[[bytes, int, int], tuple[int, int]]:
    """The function of `passing_source`."""
    return passing_source(element, form).function("go_past", f"passing of {element!r}")
