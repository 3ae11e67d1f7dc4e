"""The two calls: a message to bytes, and bytes to a message.

Both run compiled functions. When one of those refuses its input, the reference reading goes over it again: it is slow,
but it knows which field is wrong and where.
"""

from __future__ import annotations

import gc
import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from kafkawire.compiler import decoder, encoder
from kafkawire.decoding import REFUSALS
from kafkawire.errors import DecodeError, EncodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from kafkawire.schema import Message

M = TypeVar("M", bound="Message")

# What compiled functions raise for values that they can't handle.
_ENCODING_FAILURES: Final = (struct.error, AttributeError, TypeError, ValueError, OverflowError)

_LARGE: Final = 16 * 1024
"""Bytes of input from which the collector is held off: below, it hardly runs during a decode. And from which the place
of an error is found by skimming: the reference reads about a megabyte in a second."""


def encode(message: Message, version: int) -> bytes:
    """The body of a message at one version, without header.

    Raises:
        UnsupportedFieldError: a field holds a value that this version can't carry, and that it may not drop.
        EncodeError: a field holds a value of the wrong type or out of range; or there is no such version.
    """
    cls = message.__class__
    try:
        return cls.__encoders__[version](message)
    except KeyError:
        return _encode_first(message, version)
    except _ENCODING_FAILURES:
        return _encode_slowly(message, version)


def _encode_first(message: Message, version: int) -> bytes:
    cls = type(message)
    if version not in cls.versions:
        raise EncodeError(_no_version(cls, version), message=cls.__name__)
    write = encoder(cls, version)
    try:
        return write(message)
    except _ENCODING_FAILURES:
        return _encode_slowly(message, version)


def _encode_slowly(message: Message, version: int) -> bytes:
    from kafkawire import reference

    return reference.build(message, version)


def decode(cls: type[M], version: int, data: bytes | bytearray | memoryview, start: int = 0) -> M:
    """The message whose body is `data`, or what of it comes from byte `start` on, at one version.

    Raises:
        DecodeError: the bytes are no such message, or more than one; or there is no such version.
    """
    if not isinstance(data, bytes):
        data = bytes(data)
    message, end = decode_from(cls, version, data, start)
    if end != len(data):
        raise DecodeError(f"{len(data) - end} bytes left over", message=cls.__name__, version=version, offset=end)
    return message


def decode_from(cls: type[M], version: int, data: bytes, start: int) -> tuple[M, int]:
    """The message that starts at a byte of `data`, and the position after it: for headers, which a body follows."""
    read = cls.__decoders__.get(version) or _first_decoder(cls, version)
    try:
        message, end = _read_large(read, data, start) if len(data) > _LARGE else read(data, start)
        if end <= len(data):
            return message, end
    except REFUSALS:
        pass
    return _decode_slowly(cls, version, data, start)


def _first_decoder(cls: type[Message], version: int) -> Callable[[bytes, int], tuple[Any, int]]:
    if version not in cls.versions:
        raise DecodeError(_no_version(cls, version), message=cls.__name__)
    return decoder(cls, version)


def _decode_slowly(cls: type[M], version: int, data: bytes, start: int) -> tuple[M, int]:
    from kafkawire import reference

    if len(data) > _LARGE:
        reference.skim(cls, version, data, start)
    return reference.parse(cls, version, data, start)


def _read_large(read: Callable[[bytes, int], tuple[Any, int]], data: bytes, start: int) -> tuple[Any, int]:
    with collector_held_off():
        return read(data, start)


@contextmanager
def collector_held_off() -> Generator[None]:
    """No cyclic collection while many objects are made that live on: it would look through them again and again.

    With threads the collector may come back early, never late: whoever found it on puts it on again.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _no_version(cls: type[Message], version: int) -> str:
    return f"there is no version {version}, only {cls.versions[0]} to {cls.versions[-1]}"


__all__ = ["decode", "decode_from", "encode"]
