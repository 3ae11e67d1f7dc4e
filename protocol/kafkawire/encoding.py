"""Writes the function that writes one version of a message.

The pieces of a message are packed one after the other and joined once. A run of fixed-width values is one `struct`
call, which also takes the first byte of the length that follows the run; arrays of numbers are one call, their count
included; and an element that is mostly fixed-width is one call altogether when its strings happen to be empty and its
tagged fields have their defaults.

Values are checked only as far as nothing wrong can be written: exact types where `struct` and `str.encode` would
accept too much. What is refused here is given to the reference reading, which either names the field or, for a value
that is merely unusual (a subclass, a sequence that is neither tuple nor list), writes it after all.
"""

from __future__ import annotations

from struct import Struct as Packing
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kafkawire import runtime
from kafkawire.primitives import Array, Blob, FieldSpec, Fixed, Form, Struct, Text, UuidType, WireType
from kafkawire.sharing import Shared, part_of
from kafkawire.source import Source
from kafkawire.uniform import worth_guessing

if TYPE_CHECKING:
    from collections.abc import Callable

    from kafkawire.schema import Message

_CONSTANTS: dict[str, Any] = {
    "UUID": UUID,
    "is_default": runtime.is_default,
    "join": b"".join,
    "malformed": runtime.malformed,
    "one_byte": [bytes((value,)) for value in range(128)],
    "put_compact_text": runtime.put_compact_text,
    "write_blob": runtime.write_blob,
    "write_varint": runtime.write_varint,
}
_ARRAY_WRITERS: dict[tuple[str, bool], runtime.ArrayWriters] = {
    (code, compact): runtime.ArrayWriters(code, compact=compact) for code in "bhHiIqd" for compact in (False, True)
}


def encoder_source(cls: type[Message], version: int) -> Source:
    """A function ``encode(message) -> bytes``.

    It raises ``struct.error``, ``AttributeError``, ``TypeError`` or ``ValueError`` for what it doesn't write.
    """
    source = Source(_CONSTANTS)
    with source.block("def encode(message)"):
        source.line("parts = []")
        source.line("write = parts.append")
        _Encoder(source, cls.form(version), Shared(cls.__wire_fields__, version)).message(cls)
        source.line("return join(parts)")
    return source


class _Encoder:
    """Writes writing code, keeping back the run of fixed-width values that the next `struct` call will pack."""

    def __init__(self, source: Source, form: Form, shared: Shared, write: str = "write") -> None:
        self._source = source
        self._form = form
        self._shared = shared
        self._write = write
        self._codes = ""
        self._values: list[str] = []

    def message(self, cls: type[Message]) -> None:
        """Code that writes ``message``."""
        self._refuse_uncarried("message", cls.__wire_fields__)
        self._fields("message", cls.__wire_fields__)
        self._flush()

    # Runs

    def _reserve(self, code: str, value: str) -> None:
        """Pack one more fixed-width value with the next flush."""
        self._codes += code
        self._values.append(value)

    def _flush(self) -> None:
        codes, values = self._codes, self._values
        self._codes, self._values = "", []
        if codes:
            self._source.line(f"{self._write}({self._packed(codes, values)})")

    def _packed(self, codes: str, values: list[str]) -> str:
        """An expression for a run's bytes: a literal where no value of it depends on the message."""
        if all(value.lstrip("-").isdecimal() for value in values):
            return repr(Packing(">" + codes).pack(*map(int, values)))
        pack = self._source.constant("pack", Packing(">" + codes).pack)
        return f"{pack}({', '.join(values)})"

    def _flush_with_length(self, length: str, code: str, *, compact: bool) -> None:
        """Pack the run and the length behind it in one call; a compact length of several bytes takes a second."""
        if not compact:
            self._reserve(code, length)
            self._flush()
            return
        codes, values = self._codes, self._values
        self._codes, self._values = "", []
        with self._source.block(f"if {length} < 128"):
            run = self._packed(codes + "B", [*values, length]) if codes else f"one_byte[{length}]"
            self._source.line(f"{self._write}({run})")
        with self._source.block("else"):
            if codes:
                self._source.line(f"{self._write}({self._packed(codes, values)})")
            self._source.line(f"{self._write}(write_varint({length}))")

    # Entities

    def _fields(self, instance: str, specs: tuple[FieldSpec, ...]) -> None:
        """Code for an entity's fields. What the version can't carry has been refused before."""
        version = self._form.version
        for spec in specs:
            if spec.in_line(version):
                self._value(spec.type, f"{instance}.{spec.name}")
        if self._form.flexible:
            tagged = [spec for spec in specs if spec.tag is not None and spec.carried(version)]
            self._tagged_section(instance, sorted(tagged, key=lambda spec: spec.tag or 0))

    def _refuse_uncarried(self, instance: str, specs: tuple[FieldSpec, ...]) -> None:
        for spec in specs:
            if not spec.carried(self._form.version) and not spec.ignorable:
                with self._source.block(f"if {self._differs(f'{instance}.{spec.name}', spec)}"):
                    self._source.line("malformed()")

    def _differs(self, value: str, spec: FieldSpec) -> str:
        """The condition under which a field's value isn't its default."""
        default = self._source.constant("default", spec.default)
        if spec.default is None or isinstance(spec.default, bool):
            return f"{value} is not {default} and not is_default({value}, {default})"
        # Mostly it is the default itself, and comparing two UUIDs takes longer than packing one.
        return f"{value} is not {default} and {value} != {default} and not is_default({value}, {default})"

    def _tagged_section(self, instance: str, tagged: list[FieldSpec]) -> None:
        if not tagged:
            self._reserve("B", "0")
            return
        source = self._source
        self._flush()
        fields = source.fresh("fields")
        source.line(f"{fields} = []")
        for spec in tagged:
            value = f"{instance}.{spec.name}"
            with source.block(f"if {self._differs(value, spec)}"):
                content, write = source.fresh("content"), source.fresh("write")
                source.line(f"{content} = []")
                source.line(f"{write} = {content}.append")
                inner = _Encoder(source, self._form, self._shared, write)
                inner._value(spec.type, value, tagged=True)
                inner._flush()
                source.line(f"{content} = join({content})")
                number = source.constant("number", runtime.write_varint(spec.tag or 0))
                source.line(f"{fields}.append({number} + write_varint(len({content})) + {content})")
        source.line(f"{self._write}(write_varint(len({fields})))")
        source.line(f"{self._write}(join({fields}))")

    # Fields

    def _value(self, wire: WireType[Any], value: str, *, tagged: bool = False) -> None:
        """Code that writes one value, at the latest when the run is flushed."""
        match wire:
            case Fixed():
                self._fixed(wire, value)
            case UuidType():
                self._uuid(value)
            case Text() | Blob():
                self._text_or_blob(wire, value)
            case Array():
                self._array(wire, value)  # pyright: ignore[reportUnknownArgumentType]
            case Struct():
                self._struct(wire, value, absent="0" if tagged else "255")
            case _:
                raise TypeError(f"no code for {wire!r}")

    def _fixed(self, wire: Fixed[Any], value: str) -> None:
        # `struct` would take the truth of anything for a bool.
        checked = f"{value} if {value} is True or {value} is False else malformed()"
        self._reserve(wire.code, checked if wire.code == "?" else value)

    def _uuid(self, value: str) -> None:
        self._reserve("16s", f"{value}.bytes if {value}.__class__ is UUID else malformed()")

    def _text_or_blob(self, wire: Text[Any] | Blob[Any], value: str) -> None:
        source = self._source
        text = isinstance(wire, Text)
        compact = self._form.flexible and wire.flexible
        if text and compact and self._shared.long:
            self._flush()
            source.line(f"put_compact_text({self._write}, {value}, {wire.nullable(self._form.version)})")
            return
        length, content = source.fresh("length"), source.fresh("content")
        taken = f"{content} = {value}.encode()" if text else f"{content} = write_blob({value})"
        measured = f"{length} = len({content}){' + 1' if compact else ''}"
        if wire.nullable(self._form.version):
            with source.block(f"if {value} is None"):
                source.line(f"{length} = {0 if compact else -1}")
                source.line(f"{content} = b''")
            with source.block("else"):
                source.line(taken)
                source.line(measured)
        else:
            source.line(taken)
            source.line(measured)
        if text and compact:
            with source.block(f"if {length} > {runtime.LONGEST_TEXT + 1}"):
                source.line("malformed()")
        self._flush_with_length(length, "h" if text else "i", compact=compact)
        source.line(f"{self._write}({content})")

    def _struct(self, wire: Struct[Any], value: str, *, absent: str) -> None:
        source = self._source
        item = source.fresh("item")
        source.line(f"{item} = {value}")
        if not wire.nullable(self._form.version):
            self._in_place(wire, item)
            return
        self._flush()
        with source.block(f"if {item} is None"):
            self._reserve("B", absent)
            self._flush()
        with source.block("else"):
            self._reserve("B", "1")
            self._in_place(wire, item)
            self._flush()

    def _in_place(self, wire: Struct[Any], item: str) -> None:
        if wire in self._shared:
            self._flush()
            self._source.line(f"{self._function(wire)}({self._write}, {item})")
        else:
            self._instance(wire, item)

    def _instance(self, wire: Struct[Any], item: str) -> None:
        self._check_class(wire, item)
        self._refuse_uncarried(item, wire.fields)
        self._fields(item, wire.fields)

    def _check_class(self, wire: Struct[Any], item: str) -> None:
        with self._source.block(f"if {item}.__class__ is not {self._source.constant('Class', wire.entity)}"):
            self._source.line("malformed()")

    # Arrays

    def _array(self, wire: Array[Any], value: str) -> None:
        source = self._source
        compact = self._form.flexible
        items = source.fresh("items")
        source.line(f"{items} = {value}")
        if wire.nullable(self._form.version):
            self._flush()
            with source.block(f"if {items} is None"):
                self._reserve("B" if compact else "i", "0" if compact else "-1")
                self._flush()
            with source.block("else"):
                self._present(wire, items)
        else:
            self._present(wire, items)

    def _present(self, wire: Array[Any], items: str) -> None:
        if wire in self._shared:
            self._flush()
            self._source.line(f"{self._function(wire)}({self._write}, {items})")
        else:
            self._elements(wire.element, items)

    def _function(self, wire: Array[Any] | Struct[Any]) -> str:
        """The function that writes such an array or struct, itself written when it is first called for."""
        source, functions, part = self._source, self._shared.functions, part_of(wire)
        if part not in functions:
            functions[part] = name = source.fresh("write_part")
            with source.apart(f"def {name}(write, part)"):
                inner = _Encoder(source, self._form, self._shared)
                if isinstance(wire, Array):
                    inner._elements(wire.element, "part")
                else:
                    inner._instance(wire, "part")
                    inner._flush()
        return functions[part]

    def _elements(self, element: WireType[Any], items: str) -> None:
        source, compact = self._source, self._form.flexible
        with source.block(f"if {items}.__class__ is not tuple and {items}.__class__ is not list"):
            source.line("malformed()")
        length = source.fresh("length")
        source.line(f"{length} = len({items})")
        if isinstance(element, Fixed) and element.code != "?":
            self._flush()
            writers = source.constant("write_array", _ARRAY_WRITERS[element.code, compact])
            source.line(f"{self._write}({writers}[{length}]({length}{' + 1' if compact else ''}, *{items}))")
            return
        if compact:
            source.line(f"{length} += 1")
        self._flush_with_length(length, "i", compact=compact)
        item = source.fresh("item")
        with source.block(f"for {item} in {items}"):
            if isinstance(element, Struct) and not element.nullable(self._form.version):
                self._element(element, item)
            else:
                self._value(element, item)
            self._flush()

    def _element(self, element: Struct[Any], item: str) -> None:
        """A struct in an array: in one call, if what little text it has is empty."""
        fields = element.fields
        present = [spec for spec in fields if spec.in_line(self._form.version)]
        texts = [spec for spec in present if isinstance(spec.type, Text | Blob)]
        others = any(not isinstance(spec.type, Fixed | Text | Blob) for spec in present)
        if not texts or others or not worth_guessing(element, self._form) or any(s.tag is not None for s in fields):
            self._instance(element, item)
            return
        self._check_class(element, item)
        self._refuse_uncarried(item, fields)
        with self._source.block(f"if {' and '.join(self._is_empty(item, spec) for spec in texts)}"):
            for spec in present:
                self._fixed_or_empty(spec, f"{item}.{spec.name}")
            if self._form.flexible:
                self._reserve("B", "0")
            self._flush()
        with self._source.block("else"):
            self._fields(item, fields)
            self._flush()

    def _is_empty(self, item: str, spec: FieldSpec) -> str:
        value = f"{item}.{spec.name}"
        empty = self._source.constant("empty", spec.type.default)
        if spec.type.nullable(self._form.version):
            return f"({value} is {empty} or {value} is None)"
        return f"{value} is {empty}"

    def _fixed_or_empty(self, spec: FieldSpec, value: str) -> None:
        wire = spec.type
        if isinstance(wire, Fixed):
            self._fixed(wire, value)
            return
        compact = self._form.flexible and wire.flexible
        null, empty = (0, 1) if compact else (-1, 0)
        length = f"{null} if {value} is None else {empty}" if wire.nullable(self._form.version) else str(empty)
        self._reserve("B" if compact else "h" if isinstance(wire, Text) else "i", length)


def compile_encoder(cls: type[Message], version: int) -> Callable[[Any], bytes]:
    """The function of `encoder_source`."""
    return encoder_source(cls, version).function("encode", f"encoder of {cls.__name__} v{version}")
