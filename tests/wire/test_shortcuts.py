"""The compiled reading's shortcuts, each against the reference reading: where they apply and just where they don't."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kafkawire import DecodeError, EncodeError, Message, decode, encode, reference
from kafkawire.compiler import decoder, encoder
from kafkawire.decoding import REFUSALS, decoder_source
from kafkawire.encoding import encoder_source
from kafkawire.messages import (
    DescribeConfigsResourceResult,
    DescribeConfigsResponse,
    DescribeConfigsResult,
    DescribedGroupMember,
    DescribeGroupsResponse,
    DescribeGroupsResponseDescribedGroup,
)
from kafkawire.primitives import (
    Array,
    Bytes,
    Int32,
    Int64,
    NullableArray,
    NullableBytes,
    NullableString,
    String,
    UInt32,
    array,
    struct,
)
from kafkawire.schema import entity, wire
from kafkawire.source import Source
from tests.support.drawn_messages import drawn


@entity
class Text:
    """Text and bytes with a run of numbers behind each."""

    name: str = wire(String, default="")
    size: int = wire(Int32, default=0)
    note: str | None = wire(NullableString, default=None)
    content: bytes = wire(Bytes, default=b"")
    extra: bytes | None = wire(NullableBytes, default=None)


@entity
class Texts(Message):
    versions, flexible_since = range(2), 1

    texts: tuple[Text, ...] = wire(Array(Text), default=())


@entity
class Numbers:
    """Arrays of numbers of one width, whose equal bytes mean different numbers."""

    index: int = wire(Int32, default=0)
    signed: tuple[int, ...] = wire(Array(Int32), default=())
    unsigned: tuple[int, ...] = wire(Array(UInt32), default=())
    long: tuple[int, ...] = wire(Array(Int64), default=())


@entity
class Uniform(Message):
    versions, flexible_since = range(1), 0

    numbers: tuple[Numbers, ...] = wire(Array(Numbers), default=())


@entity
class Leaf:
    name: str | None = wire(NullableString, default=None)
    sizes: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class Branch:
    """The same parts in several places, some of which may be null in some versions."""

    leaf: Leaf = wire(Leaf)
    other: Leaf | None = wire(struct(Leaf), default=None)
    leaves: tuple[Leaf, ...] = wire(Array(Leaf), default=())
    maybe: tuple[Leaf, ...] | None = wire(NullableArray(Leaf), default=None)
    later: tuple[Leaf, ...] | None = wire(array(Leaf, nullable_since=2), default=())
    names: tuple[str, ...] = wire(Array(String), default=())
    more_names: tuple[str, ...] = wire(Array(String), default=())
    tagged: tuple[Leaf, ...] = wire(Array(Leaf), default=(), since=1, tag=0)


@entity
class Long(Message):
    """So many fields that texts are read by calls."""

    versions, flexible_since = range(3), 1

    branches: tuple[Branch, ...] = wire(Array(Branch), default=())
    one: Branch | None = wire(struct(Branch), default=None)
    content: bytes = wire(Bytes, default=b"")
    extra: bytes | None = wire(NullableBytes, default=None)


SIZES = [0, 1, 125, 126, 127, 128, 129, 16_382, 16_383, 16_384, 20_000]
"""Around the lengths from which a compact one takes another byte, and the texts that tables have readers for."""


@pytest.mark.parametrize("version", Texts.versions)
@pytest.mark.parametrize("size", SIZES)
def test_texts_and_bytes_of_all_lengths_are_read_with_what_follows(size: int, version: int) -> None:
    text, raw = "ü" + "x" * (size - 2) if size > 1 else "x" * size, bytes(size)
    usual, odd = Text(name="n", size=1, note="n", content=b"c", extra=b"e"), Text(size=-1)
    long = Text(name=text, size=2, note=text, content=raw, extra=raw)
    message = Texts(texts=(usual, long, odd, long, usual))
    body = encode(message, version)
    assert body == reference.build(message, version)
    assert decoder(Texts, version)(body, 0) == (message, len(body)) == reference.parse(Texts, version, body)


def test_equal_bytes_of_different_arrays_stay_different_numbers() -> None:
    numbers = tuple(
        Numbers(index=i, signed=(-1, i), unsigned=(2**32 - 1, i), long=(-1,)) for i in (0, 0, 1, 1, 0, 1, 2)
    )
    message = Uniform(numbers=numbers)
    assert decode(Uniform, 0, encode(message, 0)) == message


@pytest.mark.parametrize("count", range(10))
def test_uniform_arrays_of_odd_and_even_sizes_are_whole(count: int) -> None:
    numbers = tuple(Numbers(index=i, signed=(i,), unsigned=(), long=(i, -i)) for i in range(count))
    assert decode(Uniform, 0, encode(Uniform(numbers=numbers), 0)).numbers == numbers


@settings(deadline=None, max_examples=40)
@given(data=st.data(), version=st.sampled_from(Long.versions))
def test_parts_in_several_places_are_read_and_written_alike(data: st.DataObject, version: int) -> None:
    message = data.draw(drawn(Long, version))
    body = reference.build(message, version)
    assert encoder(Long, version)(message) == body
    assert decoder(Long, version)(body, 0) == (message, len(body))


@pytest.mark.parametrize("version", Long.versions)
@pytest.mark.parametrize("source_of", [decoder_source, encoder_source])
def test_parts_in_several_places_are_compiled_once(
    source_of: Callable[[type[Message], int], Source], version: int
) -> None:
    text = source_of(Long, version).text()
    functions = re.findall(r"^def (\w+)\(", text, re.MULTILINE)[:-1]
    assert len(functions) >= 4
    assert all(text.count(f" {name}(") > 2 for name in functions)


@pytest.mark.parametrize(
    "value", ["x" * 40_000, b"x", 7, None], ids=["too long", "bytes", "a number", "null where none is"]
)
def test_wrong_texts_are_refused_in_long_messages(value: Any) -> None:
    branch = Branch(leaf=Leaf(), names=(value,))
    with pytest.raises(EncodeError, match=r"Long v2: branches\[0\]\.names\[0\]"):
        encode(Long(branches=(branch,)), 2)


def _configs(*values: str | None) -> tuple[DescribeConfigsResourceResult, ...]:
    return tuple(DescribeConfigsResourceResult(name=f"config-{i}", value=value) for i, value in enumerate(values))


def _described(*topics: tuple[DescribeConfigsResourceResult, ...]) -> DescribeConfigsResponse:
    return DescribeConfigsResponse(
        results=tuple(DescribeConfigsResult(resource_name=f"t{i}", configs=configs) for i, configs in enumerate(topics))
    )


def test_configs_that_topics_have_in_common_are_one_instance() -> None:
    few = _configs("a")
    message = _described(_configs("a", "b", "c"), _configs("a", "other", "c"), (), few, _configs("a", None, "c", "d"))
    read = decode(DescribeConfigsResponse, 4, encode(message, 4))
    assert read == message
    first, second, _, third, fourth = (result.configs for result in read.results)
    assert [one is other for one, other in zip(first, second, strict=True)] == [True, False, True]
    assert [one is other for one, other in zip(first, fourth, strict=False)] == [True, False, True]
    assert third[0] is first[0]


@settings(deadline=None)
@given(data=st.data(), version=st.sampled_from(DescribeConfigsResponse.versions))
def test_recurring_configs_are_read_as_the_reference_reads_them(data: st.DataObject, version: int) -> None:
    values = st.lists(st.sampled_from(["", "a", "ab", "x" * 200, None]), max_size=4)
    topics = data.draw(st.lists(values.map(lambda drawn: _configs(*drawn)), max_size=5))
    body = encode(_described(*topics), version)
    assert decoder(DescribeConfigsResponse, version)(body, 0) == reference.parse(DescribeConfigsResponse, version, body)


@pytest.mark.parametrize("version", DescribeConfigsResponse.versions)
def test_recurring_configs_cut_short_are_refused(version: int) -> None:
    body = encode(_described(_configs("a", "b"), _configs("a", "b"), _configs("a", "c")), version)
    for size in range(len(body)):
        with pytest.raises(DecodeError):
            decode(DescribeConfigsResponse, version, body[:size])


def test_recurring_configs_are_told_from_those_that_begin_alike() -> None:
    message = _described(_configs("", ""), _configs("", "x" * 300), _configs("", "x" * 301), _configs("", "x" * 300))
    assert decode(DescribeConfigsResponse, 4, encode(message, 4)) == message


MEMBERS = st.builds(
    DescribedGroupMember,
    member_id=st.sampled_from(["id-1", "id-2", "id-10", "grün"]),
    group_instance_id=st.sampled_from([None, "", "static"]),
    client_id=st.sampled_from(["client", "x" * 127, "x" * 128]),
    client_host=st.sampled_from(["/10.0.0.1", "/10.0.0.2"]),
    member_metadata=st.sampled_from([b"", bytes(126), bytes(127), b"\1" * 127, bytes(300)]),
    member_assignment=st.sampled_from([b"a", b"b"]),
)


@settings(deadline=None)
@given(data=st.data(), version=st.sampled_from(DescribeGroupsResponse.versions))
def test_members_alike_or_not_are_read_as_the_reference_reads_them(data: st.DataObject, version: int) -> None:
    kinds = data.draw(st.lists(MEMBERS, min_size=1, max_size=4))
    members = data.draw(st.lists(st.sampled_from(kinds), max_size=40))
    half = len(members) // 2
    message = _groups(
        *(tuple(_carried(member, version) for member in part) for part in (members[:half], members[half:]))
    )
    body = encode(message, version)
    assert decoder(DescribeGroupsResponse, version)(body, 0) == (message, len(body))
    assert reference.parse(DescribeGroupsResponse, version, body) == (message, len(body))


def _groups(*groups: tuple[DescribedGroupMember, ...]) -> DescribeGroupsResponse:
    return DescribeGroupsResponse(
        groups=tuple(DescribeGroupsResponseDescribedGroup(group_id="g", members=members) for members in groups)
    )


def _carried(member: DescribedGroupMember, version: int) -> DescribedGroupMember:
    if version < 4:
        object.__setattr__(member, "group_instance_id", None)
    return member


def test_members_alike_but_for_the_last_byte_of_the_message_are_refused() -> None:
    members = tuple(DescribedGroupMember(member_id=f"id-{i}", client_id="c", member_metadata=b"m") for i in range(8))
    body = encode(_groups(members), 5)
    for size in range(len(body)):
        with pytest.raises(DecodeError):
            decode(DescribeGroupsResponse, 5, body[:size])
    for at in range(len(body)):
        changed = body[:at] + bytes((body[at] ^ 0x83,)) + body[at + 1 :]
        assert _compiled(changed) == _referenced(changed)


def _compiled(body: bytes) -> object:
    try:
        message, end = decoder(DescribeGroupsResponse, 5)(body, 0)
    except REFUSALS:
        return "refused"
    return message if end == len(body) else "refused"


def _referenced(body: bytes) -> object:
    try:
        message, end = reference.parse(DescribeGroupsResponse, 5, body)
    except DecodeError:
        return "refused"
    return message if end == len(body) else "refused"


@pytest.mark.parametrize("section", [b"\1\7\2ab", b"\1\x87\1\2ab", b"\1\7\x82\0ab", b"\2\7\1a\x08\1b"])
@pytest.mark.parametrize("odd_one", [None, 1, 7])
def test_tagged_fields_that_nobody_knows_are_passed_over_in_elements_alike(section: bytes, odd_one: int | None) -> None:
    members = tuple(DescribedGroupMember(member_id="id-1", member_assignment=b"!") for _ in range(8))
    head, *parts, tail = encode(_groups(members), 5).split(b"!\0")
    sections = (b"\0" if i == odd_one else section for i in range(len(members)))
    body = b"".join(part + b"!" + tags for part, tags in zip((head, *parts), sections, strict=True)) + tail
    assert decoder(DescribeGroupsResponse, 5)(body, 0) == (_groups(members), len(body))
