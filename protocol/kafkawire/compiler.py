"""From declarations to functions: each version of a message gets its own, when it is first used.

`decoder` and `encoder` give the functions themselves, for those who call one very often. They do without the
conveniences of `kafkawire.decode` and `kafkawire.encode`: no error says where, and nothing is checked after them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kafkawire.decoding import compile_decoder
from kafkawire.encoding import compile_encoder

if TYPE_CHECKING:
    from collections.abc import Callable

    from kafkawire.schema import Message


def decoder(cls: type[Message], version: int) -> Callable[[bytes, int], tuple[Any, int]]:
    """What reads a version of a message: a function of the data, which must be `bytes`, and the position to start at.

    It returns the message and the position after it. Malformed input raises ``struct.error``, ``IndexError`` or
    ``ValueError``, or leads to a position past the end of the data.
    """
    read = cls.__decoders__.get(version)
    if read is None:
        read = cls.__decoders__[version] = compile_decoder(cls, _known(cls, version))
    return read


def encoder(cls: type[Message], version: int) -> Callable[[Any], bytes]:
    """What writes a version of a message.

    What it doesn't write raises ``struct.error``, ``AttributeError``, ``TypeError`` or ``ValueError``;
    `kafkawire.encode` may still know how.
    """
    write = cls.__encoders__.get(version)
    if write is None:
        write = cls.__encoders__[version] = compile_encoder(cls, _known(cls, version))
    return write


def _known(cls: type[Message], version: int) -> int:
    if version not in cls.versions:
        raise ValueError(f"{cls.__name__} has no version {version}: it has {cls.versions[0]} to {cls.versions[-1]}")
    return version
