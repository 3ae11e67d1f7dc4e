"""Every message at every version, spoiled in each place: cut at every byte, every length and count replaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import pytest

from kafkawire import DecodeError, Message, decode
from kafkawire.compiler import decoder
from tests.support import corpus
from tests.support.mutations import Seed, seed, wrong_lengths
from tests.wire import fuzz

WHOLE = [seed(kept.cls, kept.version, kept.data) for kept in corpus.read(corpus.WHOLE)]
EVERY_MESSAGE = pytest.mark.parametrize("cls", sorted({one.cls for one in WHOLE}, key=lambda cls: cls.__name__))


def versions_of(cls: type[Message]) -> Iterator[Seed]:
    return (one for one in WHOLE if one.cls is cls)


def accepted(one: Seed, inputs: Iterable[bytes]) -> list[bytes]:
    """Which inputs the compiled reading takes for a whole message. It raises nothing but what it may."""
    read = decoder(one.cls, one.version)

    def whole(data: bytes) -> bool:
        try:
            return read(data, 0)[1] == len(data)
        except fuzz.REFUSALS:
            return False

    return [data for data in inputs if whole(data)]


@EVERY_MESSAGE
def test_a_message_cut_short_anywhere_is_refused(cls: type[Message]) -> None:
    for one in versions_of(cls):
        assert accepted(one, (one.data[:size] for size in range(len(one.data)))) == []


@EVERY_MESSAGE
def test_the_place_where_a_message_is_cut_is_named(cls: type[Message]) -> None:
    for one in versions_of(cls):
        for size in range(0, len(one.data), 1 + len(one.data) // 10):
            with pytest.raises(DecodeError) as raised:
                decode(one.cls, one.version, one.data[:size])
            assert (raised.value.message, raised.value.version) == (cls.__name__, one.version)
            assert raised.value.offset is not None
            assert raised.value.offset <= size


@EVERY_MESSAGE
def test_a_byte_to_spare_is_refused(cls: type[Message]) -> None:
    for one in versions_of(cls):
        with pytest.raises(DecodeError, match=rf"1 bytes left over \(at byte {len(one.data)}\)"):
            decode(one.cls, one.version, one.data + b"\0")


@EVERY_MESSAGE
def test_a_wrong_length_is_refused_unless_the_bytes_make_sense_with_it(cls: type[Message]) -> None:
    """Where it is accepted, the reference must read the same. Of what is refused it looks at every seventh here, and at
    all, in every element, with ``python -m tests.wire.fuzz --lengths``.
    """
    for one in versions_of(cls):
        for data in (*accepted(one, wrong_lengths(one)), *islice(wrong_lengths(one), 0, None, 7)):
            fuzz.check_readings(cls, one.version, data)
