"""Writes the reading of what stands together: a text or blob, and the fixed-width values that follow it.

A run ends with the first byte of what comes next: the length of a text or of an array, or the number of tagged fields.
A text of ordinary length and the run behind it are read by one `struct` call, chosen from a table by the length.
"""

from __future__ import annotations

from struct import Struct as Packing
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kafkawire import runtime
from kafkawire.primitives import Blob, Text

if TYPE_CHECKING:
    from kafkawire.source import Source

CONSTANTS: dict[str, Any] = {
    "read_compact_blob": runtime.read_compact_blob,
    "read_compact_text": runtime.read_compact_text,
    "read_plain_blob": runtime.read_plain_blob,
    "read_plain_text": runtime.read_plain_text,
    "signed": [*range(128), *range(-128, 0)],
}
"""What the code needs."""

_BYTES: Final = {"B": "{}", "?": "{} != 0", "b": "signed[{}]"}
"""How a value of one byte is read by itself."""

_FEW: Final = 2
"""Bytes up to which reading each by itself is cheaper than a call."""


class Content(NamedTuple):
    """A text or blob whose length has been read.

    Attributes:
        wire: which.
        target: where it goes.
        length: the variable with its length; of a compact one just the first byte, one more than it means.
        compact: whether it is a compact one.
        nullable: whether it may be null.
    """

    wire: Text[Any] | Blob[Any]
    target: str
    length: str
    compact: bool
    nullable: bool


class Run:
    """What is kept back until it is read by one call. While something is, ``pos`` is in front of it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._content: Content | None = None
        self._codes = ""
        self._targets: list[str] = []
        self._afterwards: list[str] = []

    def begin(self, content: Content) -> None:
        """Read a text or blob with the next flush, in front of all else."""
        self._content = content

    def add(self, code: str, target: str, afterwards: str = "") -> None:
        """Read one more fixed-width value with the next flush, and do something with it then."""
        self._codes += code
        self._targets.append(target)
        if afterwards:
            self._afterwards.append(afterwards)

    def flush(self) -> None:
        """Code that reads all that was kept back."""
        content, codes, targets, afterwards = self._content, self._codes, self._targets, self._afterwards
        self._content, self._codes, self._targets, self._afterwards = None, "", [], []
        if content is not None:
            self._read_both(content, codes, targets)
        elif codes:
            self._read(codes, targets)
        for line in afterwards:
            self._source.line(line)

    def _read(self, codes: str, targets: list[str]) -> None:
        source = self._source
        if len(codes) <= _FEW and all(code in _BYTES for code in codes):
            for offset, (code, target) in enumerate(zip(codes, targets, strict=True)):
                byte = f"data[pos + {offset}]" if offset else "data[pos]"
                source.line(f"{target} = {_BYTES[code].format(byte)}")
            source.line(f"pos += {len(codes)}")
            return
        packing = Packing(">" + codes)
        unpack = source.constant("unpack", packing.unpack_from)
        source.line(f"{', '.join(targets)}, = {unpack}(data, pos)")
        source.line(f"pos += {packing.size}")

    def _read_both(self, content: Content, codes: str, targets: list[str]) -> None:
        source, length, target = self._source, content.length, content.target
        text = isinstance(content.wire, Text)
        read, raw = source.fresh("read"), source.fresh("raw") if text else target
        readers = source.constant("readers", runtime.short_readers(codes))
        usual = f"{readers}[{length}]"
        if not content.compact:
            usual = f"{readers}[{length} + 1] if -1 < {length} < 127 else None"
        source.line(f"{read} = {usual}")
        width = Packing(">" + codes).size - content.compact
        with source.block(f"if {read} is not None"):
            source.line(f"{', '.join([raw, *targets])}, = {read}(data, pos)")
            source.line(f"pos += {length}{f' + {width}' if width > 0 else ' - 1' * -width}")
            if text:
                source.line(f"{target} = {raw}.decode()")
        with source.block("else"):
            self._read_unusual(content)
            if codes:
                self._read(codes, targets)

    def _read_unusual(self, content: Content) -> None:
        """A text or blob that is null, long or wrong. Long blobs are as usual as short ones."""
        source, target, length = self._source, content.target, content.length
        kind = "text" if isinstance(content.wire, Text) else "blob"
        width = "compact" if content.compact else "plain"
        read = f"{target}, pos = read_{width}_{kind}({length}, data, pos, {content.nullable})"
        keyword = "if"
        if content.nullable:
            with source.block(f"if not {length}" if content.compact else f"if {length} == -1"):
                source.line(f"{target} = None")
            keyword = "elif"
        if kind == "blob" and content.compact:
            second, stop = source.fresh("second"), source.fresh("stop")
            with source.block(f"{keyword} {length} > 127 and ({second} := data[pos]) < 128"):
                source.line(f"{stop} = pos + {length} - 128 + ({second} << 7)")
                source.line(f"{target} = data[pos + 1:{stop}]")
                source.line(f"pos = {stop}")
            keyword = "elif"
        if keyword == "if":
            source.line(read)
            return
        with source.block("else"):
            source.line(read)
