"""Whatever the bytes say: a `DecodeError` that names the place, and memory in proportion to the input."""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kafkawire import DecodeError, decode, encode, reference
from kafkawire.compiler import decoder
from kafkawire.messages import (
    MetadataResponse,
    OffsetFetchRequest,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopics,
)
from kafkawire.runtime import write_varint
from tests.support.drawn_messages import drawn
from tests.support.filled_messages import filled
from tests.support.memory import peak
from tests.wire.declarations import Everything, Lists, Nothing, Plain

HUGE = b"\xff\xff\xff\xff\x0f"
"""The largest varint of 32 bits."""


def refusal(cls: Any, version: int, body: bytes) -> str:
    with pytest.raises(DecodeError) as raised:
        decode(cls, version, body)
    assert raised.value.message == cls.__name__
    assert raised.value.version == version
    return str(raised.value)


def test_the_error_names_message_version_path_and_offset() -> None:
    body = bytes.fromhex("0000000002026702fa0f") + bytes(12)
    assert refusal(OffsetFetchResponse, 8, body) == (
        "OffsetFetchResponse v8: groups[0].topics[0].name: length 2041 exceeds the 12 bytes left (at byte 8)"
    )


def test_the_path_counts_elements() -> None:
    body = encode(Plain(name="x", names=("a", "b", "c")), 1).replace(b"c", b"\xff")
    assert refusal(Plain, 1, body) == "Plain v1: names[2]: not UTF-8: invalid start byte (at byte 8)"


@pytest.mark.parametrize(
    ("version", "body", "problem"),
    [
        (0, "", "name: a value of 2 exceeds the 0 bytes left (at byte 0)"),
        (0, "0005 6162", "name: length 5 exceeds the 2 bytes left (at byte 0)"),
        (0, "fffe", "name: negative length -2 (at byte 0)"),
        (0, "ffff", "name: null where this version has none (at byte 0)"),
        (0, "0001 ff", "name: not UTF-8: invalid start byte (at byte 2)"),
        (0, "0000 ffffffff", "names: null where this version has none (at byte 2)"),
        (0, "0000 80000000", "names: negative length -2147483648 (at byte 2)"),
        (0, "0000 00000003 00000000", "names: a count of 3 exceeds what the 4 bytes left could hold (at byte 2)"),
        (0, "0000 7fffffff", "names: a count of 2147483647 exceeds what the 0 bytes left could hold (at byte 2)"),
        (0, "0000 00000000 00", "1 bytes left over (at byte 6)"),
        (1, "00", "name: null where this version has none (at byte 0)"),
        (1, "ffffffff10", "name: a varint above 32 bits (at byte 0)"),
        (1, "808080808000", "name: a varint longer than 5 bytes (at byte 0)"),
        (1, "80", "name: a value of 1 exceeds the 0 bytes left (at byte 1)"),
        (1, "ffffffff0f", "name: length 4294967294 exceeds the 0 bytes left (at byte 0)"),
        (1, "01 00", "names: null where this version has none (at byte 1)"),
        (1, "01 01", "a value of 1 exceeds the 0 bytes left (at byte 2)"),
        (1, "01 01 01", "a value of 1 exceeds the 0 bytes left (at byte 3)"),
        (1, "01 01 01 07 05 61", "tag 7: length 5 exceeds the 1 bytes left (at byte 4)"),
        (1, "01 01 02 07 00 07 00", "tag 7 after tag 7 (at byte 5)"),
        (1, "01 01 02 07 00 06 00", "tag 6 after tag 7 (at byte 5)"),
        (1, "01 01 01 00 05 00000001", "size: ends at byte 9, but its size says 10 (at byte 4)"),
        (1, "01 01 01 00 03 00000001", "size: ends at byte 9, but its size says 8 (at byte 4)"),
        (1, "01 01 01 01 01 02", "note: presence byte 0x02 (at byte 5)"),
        (1, "01 01 00 00", "1 bytes left over (at byte 3)"),
    ],
)
def test_malformed_bytes_are_refused(version: int, body: str, problem: str) -> None:
    assert refusal(Plain, version, bytes.fromhex(body)) == f"Plain v{version}: {problem}"


def test_varints_may_be_longer_than_they_need_to_be() -> None:
    assert decode(Plain, 1, bytes.fromhex("82 00 78 81 80 00 80 00")) == Plain(name="x")


def test_unknown_tagged_fields_are_skipped() -> None:
    assert decode(Plain, 1, bytes.fromhex("02 78 01 03 00 04 00000009 05 01 00 ac02 00")) == Plain(name="x", size=9)


def test_the_place_is_named_near_the_end_of_five_megabytes() -> None:
    partitions = tuple(OffsetFetchResponsePartitions(partition_index=i, committed_offset=i) for i in range(10))
    topics = tuple(OffsetFetchResponseTopics(name=f"topic-{i}", partitions=partitions) for i in range(10))
    groups = [OffsetFetchResponseGroup(group_id=f"group-{i}", topics=topics) for i in range(2_500)]
    body = encode(OffsetFetchResponse(groups=tuple(groups)), 8)
    assert len(body) > 5_000_000
    at = body.rindex(b"topic-8")
    assert refusal(OffsetFetchResponse, 8, body[:at] + b"\xff" + body[at + 1 :]) == (
        f"OffsetFetchResponse v8: groups[2499].topics[8].name: not UTF-8: invalid start byte (at byte {at})"
    )
    assert refusal(OffsetFetchResponse, 8, body[:-1]) == (
        f"OffsetFetchResponse v8: a value of 1 exceeds the 0 bytes left (at byte {len(body) - 1})"
    )


@settings(deadline=None, max_examples=50)
@given(data=st.data(), version=st.sampled_from(Everything.versions))
def test_skimming_finds_what_reading_finds(data: st.DataObject, version: int) -> None:
    body = bytearray(encode(filled(Everything, version), version) if data.draw(st.booleans()) else _many(version))
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with suppress(DecodeError):
        reference.parse(Everything, version, bytes(body))
        reference.skim(Everything, version, bytes(body))
        return
    with pytest.raises(DecodeError) as read:
        reference.parse(Everything, version, bytes(body))
    with pytest.raises(DecodeError) as skimmed:
        reference.skim(Everything, version, bytes(body))
    assert str(skimmed.value) == str(read.value)


def _many(version: int) -> bytes:
    """Arrays long enough to be skimmed."""
    few = filled(Everything, version)
    for name in ("numbers", "names", "matrix", "positions", "partitions", "marked", "maybe_leaves", "maybe_names"):
        object.__setattr__(few, name, getattr(few, name) * 3)
    return encode(few, version)


def test_a_wrong_tag_behind_many_unknown_ones_is_named() -> None:
    fields = [write_varint(tag) + b"\x03abc" for tag in range(1000, 6000)]
    fields[4_990] = fields[4_989]
    body = b"\x01\x01" + write_varint(len(fields)) + b"".join(fields)
    place = len(body) - len(b"".join(fields[4_990:]))
    assert refusal(Plain, 1, body) == f"Plain v1: tag 5989 after tag 5989 (at byte {place})"


def test_as_many_unknown_tagged_fields_as_there_are() -> None:
    fields = b"".join(bytes((0x80 | tag & 0x7F, tag >> 7, 1, 0)) for tag in range(128, 328))
    assert decode(Plain, 1, b"\x01\x01\xc8\x01" + fields) == Plain()


@pytest.mark.parametrize(
    ("cls", "version"), [(MetadataResponse, 12), (OffsetFetchResponse, 8), (OffsetFetchRequest, 8)]
)
@settings(deadline=None)
@given(body=st.binary(max_size=200))
def test_arbitrary_bytes_are_read_or_refused(cls: type[Any], version: int, body: bytes) -> None:
    with suppress(DecodeError):
        decode(cls, version, body)


@settings(deadline=None, max_examples=10)
@given(data=st.data(), version=st.sampled_from(Everything.versions))
def test_a_message_cut_short_anywhere_is_refused(data: st.DataObject, version: int) -> None:
    body = encode(data.draw(drawn(Everything, version)), version)
    for size in range(min(len(body), 400)):
        with pytest.raises(DecodeError):
            decode(Everything, version, body[:size])


@settings(deadline=None, max_examples=10)
@given(data=st.data(), version=st.sampled_from((2, 5)))
def test_every_length_replaced_is_read_or_refused(data: st.DataObject, version: int) -> None:
    body = encode(data.draw(drawn(Everything, version)), version)
    wrong = data.draw(st.sampled_from([b"\xff" * 4, b"\x7f\xff\xff\xff", b"\x80\0\0\0", HUGE, b"\0", b"\x01"]))
    for at in range(min(len(body), 300)):
        with suppress(DecodeError):
            decode(Everything, version, body[:at] + wrong + body[at + len(wrong) :])


@pytest.mark.parametrize("before", range(4), ids=["leaves", "texts", "numbers", "identities"])
@pytest.mark.parametrize("filler", [b"\0", b"\x01", b"\x02", b"\x7f", b"\xff"])
@pytest.mark.parametrize("version", Lists.versions)
def test_memory_stays_in_proportion_to_the_input(before: int, filler: bytes, version: int) -> None:
    size = 50_000
    empty, count = (bytes(4), struct.pack(">i", size)) if version == 0 else (b"\x01", write_varint(size + 1))
    body = empty * before + count + filler * size
    read = decoder(Lists, version)
    allowed = 40 * len(body) + 10_000

    def read_or_refuse() -> None:
        with suppress(IndexError, ValueError, struct.error):
            read(body, 0)

    assert peak(read_or_refuse, allowed) <= allowed


def test_structs_without_a_byte_are_bounded_by_the_whole_input() -> None:
    body = bytes(16) + struct.pack(">i", 1_000_000)
    assert refusal(Lists, 0, body) == (
        "Lists v0: nothings: a count of 1000000 exceeds what the 0 bytes left could hold (at byte 16)"
    )
    few = Lists(nothings=(Nothing(),) * 20)
    assert decode(Lists, 0, encode(few, 0)) == few
