"""Messages' bytes as they are kept in `tests/wire/corpus`: what the fuzzer starts from, and what must stay readable.

One message a line: its class, its version, its bytes in hexadecimal. Lines that begin with ``#`` say why.

`whole.txt` has every message at every version, with something in every field. `found.txt` has the inputs that once
went wrong: whoever finds one adds it there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kafkawire import Message, encode, headers, messages
from tests.support.drawn_messages import message_classes
from tests.support.filled_messages import filled

_KEPT = Path(__file__).parents[1] / "wire" / "corpus"
WHOLE, FOUND = _KEPT / "whole.txt", _KEPT / "found.txt"


@dataclass(frozen=True, slots=True)
class Kept:
    """The bytes of one message, or what once passed for them."""

    cls: type[Message]
    version: int
    data: bytes

    def __str__(self) -> str:
        return f"{self.cls.__name__} {self.version} {self.data.hex()}"


def every_kind() -> list[tuple[type[Message], int]]:
    """Every message class at each of its versions, headers included."""
    classes: list[type[Message]] = [*message_classes(), headers.RequestHeader, headers.ResponseHeader]
    return [(cls, version) for cls in classes for version in cls.versions]


def read(path: Path) -> list[Kept]:
    """What a file of the corpus has."""
    rows = (line.split() for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return [Kept(_class(name), int(version), bytes.fromhex("".join(rest))) for name, version, *rest in rows]


def _class(name: str) -> type[Message]:
    found: type[Message] = getattr(headers if name in headers.__all__ else messages, name)
    return found


def renew() -> None:
    """Write `whole.txt` anew, after a message or a version was added."""
    _write(WHOLE, (Kept(cls, version, encode(filled(cls, version), version)) for cls, version in every_kind()))


def _write(path: Path, kept: Iterable[Kept]) -> None:
    path.write_text("".join(f"{one}\n" for one in kept))
