"""The two calls: a message to bytes, and bytes to a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kafkawire import reference
from kafkawire.errors import DecodeError, EncodeError

if TYPE_CHECKING:
    from kafkawire.schema import Message

M = TypeVar("M", bound="Message")


def encode(message: Message, version: int) -> bytes:
    """The body of a message at one version, without header."""
    if version not in message.versions:
        raise EncodeError(f"there is no version {version}", message=type(message).__name__)
    return reference.build(message, version)


def decode(cls: type[M], version: int, data: bytes | bytearray | memoryview) -> M:
    """The message that the body `data` holds at one version."""
    data = bytes(data)
    message, end = decode_from(cls, version, data, 0)
    if end != len(data):
        raise DecodeError(f"{len(data) - end} bytes left over", message=cls.__name__, version=version, offset=end)
    return message


def decode_from(cls: type[M], version: int, data: bytes, start: int) -> tuple[M, int]:
    """The message that starts at a byte of `data`, and the byte at which it ends."""
    if version not in cls.versions:
        raise DecodeError(f"there is no version {version}", message=cls.__name__)
    return reference.parse(cls, version, data, start)
