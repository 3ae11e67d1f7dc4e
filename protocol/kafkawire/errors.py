"""What can go wrong between bytes and messages.

Every message says what, where and at which version: ``OffsetFetchResponse v8: groups[3].topics[0].name: length
65530 exceeds the 12 bytes left (at byte 118)``. The parts are attributes too.
"""

from __future__ import annotations


class WireError(Exception):
    """Root of everything kafkawire raises on purpose.

    Attributes:
        problem: what is wrong, without the place.
        message: name of the message class, when known.
        version: the version that was being read or written, when known.
        path: the field, as in ``groups[3].topics[0].name``; empty for the message as a whole.
    """

    def __init__(self, problem: str, *, message: str = "", version: int | None = None, path: str = "") -> None:
        self.problem = problem
        self.message = message
        self.version = version
        self.path = path
        super().__init__(problem)

    def __str__(self) -> str:
        where = self.message if self.version is None else f"{self.message} v{self.version}"
        return ": ".join(part for part in (where, self.path, self.problem) if part)


class EncodeError(WireError):
    """A message holds a value that its wire form can't hold: wrong type, out of range, null where none may be."""


class UnsupportedFieldError(EncodeError):
    """A field holds a value that this version has no room for, and that may not be left out."""


class DecodeError(WireError):
    """Bytes that are not what they should be. ``offset`` is the position in the input, when known."""

    def __init__(
        self, problem: str, *, message: str = "", version: int | None = None, path: str = "", offset: int | None = None
    ) -> None:
        self.offset = offset
        super().__init__(problem, message=message, version=version, path=path)

    def __str__(self) -> str:
        text = super().__str__()
        return text if self.offset is None else f"{text} (at byte {self.offset})"


class FrameTooLargeError(DecodeError):
    """A peer announced a frame above the limit. Nothing of it was buffered; the connection can't be used further."""


__all__ = ["DecodeError", "EncodeError", "FrameTooLargeError", "UnsupportedFieldError", "WireError"]
