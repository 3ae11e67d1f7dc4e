"""Memory in proportion to the input, whatever the input says: at most 40 times, measured with tracemalloc."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random

import pytest

from kafkawire import DecodeError, Message, decode, encode
from kafkawire.headers import ResponseHeader
from kafkawire.messages import (
    CreatePartitionsRequest,
    FindCoordinatorRequest,
    MetadataResponse,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopics,
)
from kafkawire.runtime import write_varint
from tests.support import corpus
from tests.support.cheapest import arrays_of, filled_up
from tests.support.memory import peak
from tests.support.mutations import Seed, seed
from tests.wire import fuzz

MEGABYTE = 1_000_000


def telling_versions(cls: type[Message]) -> set[int]:
    """The newest, and the last before the lengths became compact."""
    return {cls.versions[-1], *[version for version in cls.versions if not cls.flexible(version)][-1:]}


def whole(cls: type[Message], version: int) -> Seed:
    (kept,) = (kept for kept in corpus.read(corpus.WHOLE) if (kept.cls, kept.version) == (cls, version))
    return seed(cls, version, kept.data)


@pytest.mark.parametrize("text", [b"", b"ab"], ids=["empty", "short texts"])
def test_every_array_filled_up_with_next_to_nothing(text: bytes) -> None:
    for kept in corpus.read(corpus.WHOLE):
        if kept.version in telling_versions(kept.cls):
            for _, data in filled_up(seed(kept.cls, kept.version, kept.data), 4_000, text):
                fuzz.check_memory(kept.cls, kept.version, data)


def test_no_element_of_an_array_is_without_a_byte() -> None:
    """Or nothing would bound how many of them there are."""
    for cls, version in corpus.every_kind():
        for path, element in arrays_of(cls, version):
            assert element.minimum_size(cls.form(version)) > 0, (cls, version, path)


def arrays_filled_up() -> list[tuple[type[Message], int, bytes]]:
    """The worst of the messages, and those with arrays in arrays."""
    return [
        (cls, version, data)
        for cls, version, where in [
            (CreatePartitionsRequest, 3, "topics.assignments"),
            (OffsetFetchResponse, 8, "groups.topics"),
        ]
        for path, data in filled_up(whole(cls, version), MEGABYTE)
        if path == where
    ]


def groups() -> bytes:
    partitions = tuple(OffsetFetchResponsePartitions(partition_index=i, committed_offset=i) for i in range(10))
    topics = tuple(OffsetFetchResponseTopics(name=f"topic-{i}", partitions=partitions) for i in range(10))
    named = (OffsetFetchResponseGroup(group_id=f"group-{i}", topics=topics) for i in range(1_000))
    return encode(OffsetFetchResponse(groups=tuple(named)), 8)


def counts_that_lie() -> list[tuple[type[Message], int, bytes]]:
    """As many elements as there are bytes left, or could at all be, where there are few."""
    body = groups()
    at = body.index(b"topic-5", len(body) // 2) + len(b"topic-5")
    assert body[at] == 11
    return [
        (OffsetFetchResponse, 8, body[:at] + write_varint(count) + body[at + 1 :])
        for count in (12, len(body) // 20, len(body), 1 << 31, (1 << 32) - 1)
    ]


def unknown_tags() -> list[tuple[type[Message], int, bytes]]:
    """In one struct as many as go in, and one or several in each of many."""
    count = MEGABYTE // 4
    many = write_varint(count) + b"".join(write_varint((1 << 14) + tag) + b"\0" for tag in range(count))
    tagged = b"\x02x" + b"\x02" + b"\x05\x00" + b"\x06\x01y"
    elements = write_varint(1 + MEGABYTE // len(tagged)) + tagged * (MEGABYTE // len(tagged))
    return [
        (ResponseHeader, 1, bytes(4) + many),
        (FindCoordinatorRequest, 4, b"\0\x01" + many),
        (FindCoordinatorRequest, 4, b"\0\x01" + many[:-1] + b"\x01"),
        (OffsetFetchResponse, 8, bytes(4) + elements),
    ]


def never_a_message() -> list[tuple[type[Message], int, bytes]]:
    noise = Random(1).randbytes(MEGABYTE)
    return [
        (cls, version, filler)
        for cls, version in [(MetadataResponse, 12), (MetadataResponse, 0), (OffsetFetchResponse, 8)]
        for filler in (noise, b"\1" * MEGABYTE, b"\2" * MEGABYTE, b"\xff" * MEGABYTE)
    ]


@pytest.mark.scale
@pytest.mark.parametrize("inputs", [arrays_filled_up, counts_that_lie, unknown_tags, never_a_message])
def test_megabytes_that_are_spoiled(inputs: Callable[[], list[tuple[type[Message], int, bytes]]]) -> None:
    """Reading them and naming the place of what is wrong: both together."""
    for cls, version, data in inputs():
        # So that what is made once, for every message, isn't counted.
        read(cls, version, data[:20])
        assert peak(partial(read, cls, version, data), 40 * len(data)) <= 40 * len(data), (cls, version, data[:40])


def read(cls: type[Message], version: int, data: bytes) -> None:
    with suppress(DecodeError):
        decode(cls, version, data)
