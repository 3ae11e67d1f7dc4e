"""Spoiling bytes that were a message: at random, and where the message's anatomy says that it hurts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from kafkawire.schema import Message
from tests.support.anatomy import LENGTHS, Kind, Part, anatomy


@dataclass(frozen=True, slots=True)
class Seed:
    """A whole message, and what is where in it."""

    cls: type[Message]
    version: int
    data: bytes
    parts: tuple[Part, ...]
    lengths: tuple[Part, ...]
    elements: tuple[Part, ...]


def seed(cls: type[Message], version: int, data: bytes) -> Seed:
    """A well-formed message as a seed."""
    parts = tuple(anatomy(cls, version, data))
    lengths = tuple(part for part in parts if part.kind in LENGTHS)
    return Seed(cls, version, data, parts, lengths, tuple(part for part in parts if part.kind is Kind.ELEMENT))


def wrong_numbers(part: Part) -> list[int]:
    """For a length: off by one, by many, null, negative, half and all of what can be written, and more than that."""
    limit, number = part.limit(), part.number
    wrong = [number - 1, number + 1, number * 2 + 7, 0, -1, limit, limit - 1, limit // 2, limit // 256, 127, 128]
    wrong += [-2, -limit - 1] if part.code else [limit + 1, (1 << 35) - 1, 1 << 42, (1 << 70) - 1]
    lowest = -part.above if not part.code else -limit - 1
    return [candidate for candidate in dict.fromkeys(wrong) if candidate != number and candidate >= lowest]


def wrong_lengths(seed: Seed, *, everywhere: bool = False) -> Iterator[bytes]:
    """A message with each of its lengths replaced by each of `wrong_numbers`.

    Args:
        everywhere: in every element of an array; otherwise in one, the last, which all that is read before it has
            prepared the reading for.
    """
    places = {part.start if everywhere else (part.kind, _INDEX.sub("", part.path)): part for part in seed.lengths}
    for part in places.values():
        before, after = seed.data[: part.start], seed.data[part.stop :]
        for number in wrong_numbers(part):
            yield before + part.written(number) + after


_INDEX = re.compile(r"\[\d+\]")


class Mutator:
    """Mutations by one source of randomness: the same seed gives the same bytes.

    Args:
        random: where chance comes from.
        others: messages from which pieces are taken.
    """

    def __init__(self, random: Random, others: Sequence[Seed]) -> None:
        self._random = random.random
        self._bytes = random.randbytes
        self._others = others
        self._mutations: tuple[Callable[[bytearray, Seed], None], ...] = (
            self._flip_bits,
            self._set_bytes,
            self._lie_about_a_length,
            self._lengthen_a_varint,
            self._cut,
            self._cut_between_parts,
            self._drop_a_part,
            self._repeat_an_element,
            self._insert,
            self._append,
            self._take_from_another,
            self._add_a_tagged_field,
        )

    def mutated(self, seed: Seed) -> bytes:
        """A message's bytes, changed in one place to four; one time in thirty, bytes that never were a message."""
        if self._random() < 1 / 30:
            return self._bytes(self._below(120))
        data = bytearray(seed.data)
        for _ in range(1 + self._below(4) * self._below(2)):
            self._mutations[self._below(len(self._mutations))](data, seed)
        return bytes(data)

    def pieces(self, data: bytes) -> list[bytes]:
        """Bytes as a socket might give them: in up to four chunks."""
        cuts = sorted(self._below(len(data) + 1) for _ in range(self._below(4)))
        return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]

    def _below(self, limit: int) -> int:
        return int(self._random() * limit)

    def _place(self, data: bytearray) -> slice:
        at = self._below(len(data) + 1)
        return slice(at, at + self._below(9))

    def _flip_bits(self, data: bytearray, seed: Seed) -> None:
        for _ in range(1 + self._below(4)):
            if data:
                data[self._below(len(data))] ^= 1 << self._below(8)

    def _set_bytes(self, data: bytearray, seed: Seed) -> None:
        place = self._place(data)
        width = len(data[place])
        data[place] = bytes((_TELLING[self._below(len(_TELLING))],)) * width if self._below(2) else self._bytes(width)

    def _lie_about_a_length(self, data: bytearray, seed: Seed) -> None:
        if seed.lengths:
            part = seed.lengths[self._below(len(seed.lengths))]
            wrong = wrong_numbers(part)
            data[part.start : part.stop] = part.written(wrong[self._below(len(wrong))])

    def _lengthen_a_varint(self, data: bytearray, seed: Seed) -> None:
        """The same number in more bytes than it needs."""
        if seed.lengths:
            part = seed.lengths[self._below(len(seed.lengths))]
            if not part.code and part.stop <= len(data):
                data[part.stop - 1] |= 0x80
                data[part.stop : part.stop] = b"\x80" * self._below(5) + b"\0"

    def _cut(self, data: bytearray, seed: Seed) -> None:
        del data[self._below(len(data) + 1) :]

    def _cut_between_parts(self, data: bytearray, seed: Seed) -> None:
        if seed.parts:
            del data[seed.parts[self._below(len(seed.parts))].stop :]

    def _drop_a_part(self, data: bytearray, seed: Seed) -> None:
        if seed.parts:
            part = seed.parts[self._below(len(seed.parts))]
            del data[part.start : part.stop]

    def _repeat_an_element(self, data: bytearray, seed: Seed) -> None:
        if seed.elements:
            part = seed.elements[self._below(len(seed.elements))]
            data[part.stop : part.stop] = data[part.start : part.stop] * (1 + self._below(3))

    def _insert(self, data: bytearray, seed: Seed) -> None:
        at = self._below(len(data) + 1)
        data[at:at] = self._bytes(1 + self._below(8))

    def _append(self, data: bytearray, seed: Seed) -> None:
        data += self._bytes(1 + self._below(4))

    def _take_from_another(self, data: bytearray, seed: Seed) -> None:
        other = self._others[self._below(len(self._others))]
        if other.parts:
            part = other.parts[self._below(len(other.parts))]
            place = self._place(data)
            data[place] = other.data[part.start : part.stop][:64]

    def _add_a_tagged_field(self, data: bytearray, seed: Seed) -> None:
        """One more tag: an unknown number, or a known one out of turn, with the size that it has or nearly."""
        sections = [part for part in seed.lengths if part.kind is Kind.TAGS]
        if sections:
            part = sections[self._below(len(sections))]
            content = self._bytes(self._below(6))
            size = len(content) + (self._below(3) - 1 if self._below(4) == 0 else 0)
            field = bytes((self._below(128), max(0, size))) + content
            data[part.start : part.stop] = part.written(part.number + 1) + (field if part.number == 0 else b"")


_TELLING = (0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF)
