"""The compiled reading against the reference reading."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kafkawire import DecodeError, EncodeError, decode, encode, reference
from kafkawire.compiler import decoder, encoder
from kafkawire.messages import (
    DeleteGroupsRequest,
    ListOffsetsPartitionResponse,
    ListOffsetsResponse,
    ListOffsetsTopicResponse,
)
from tests.support.drawn_messages import drawn, drawn_entity
from tests.wire.declarations import Digest, Everything, Leaf, Partition, Position

VERSIONS = st.sampled_from(Everything.versions)
SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


@SLOW
@given(data=st.data(), version=VERSIONS)
def test_both_readings_write_the_same_bytes(data: st.DataObject, version: int) -> None:
    message = data.draw(drawn(Everything, version))
    assert encoder(Everything, version)(message) == reference.build(message, version)


@SLOW
@given(data=st.data(), version=VERSIONS)
def test_both_readings_read_the_same_message(data: st.DataObject, version: int) -> None:
    message = data.draw(drawn(Everything, version))
    body = reference.build(message, version)
    assert reference.parse(Everything, version, body) == (message, len(body))
    assert decoder(Everything, version)(body, 0) == (message, len(body))


@SLOW
@given(data=st.data(), version=VERSIONS)
def test_both_readings_refuse_the_same_bytes(data: st.DataObject, version: int) -> None:
    body = bytearray(encode(data.draw(drawn(Everything, version)), version))
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    body = body[: data.draw(st.integers(0, len(body)))]
    assert _compiled(bytes(body), version) == _referenced(bytes(body), version)


def _compiled(body: bytes, version: int) -> Any:
    try:
        message, end = decoder(Everything, version)(body, 0)
    except (ArithmeticError, IndexError, ValueError, struct.error):
        return "refused"
    return "refused" if end > len(body) else (repr(message), end)


def _referenced(body: bytes, version: int) -> Any:
    try:
        message, end = reference.parse(Everything, version, body)
    except DecodeError:
        return "refused"
    return repr(message), end


@pytest.mark.parametrize("version", Everything.versions)
def test_compiled_functions_are_made_once(version: int) -> None:
    assert decoder(Everything, version) is decoder(Everything, version)
    assert encoder(Everything, version) is encoder(Everything, version)


def test_a_version_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="Everything has no version 6: it has 0 to 5"):
        decoder(Everything, 6)
    with pytest.raises(DecodeError, match="Everything: there is no version 6, only 0 to 5"):
        decode(Everything, 6, b"")
    with pytest.raises(EncodeError, match="Everything: there is no version -1, only 0 to 5"):
        encode(Everything(leaf=Leaf(), tagged_struct=Leaf()), -1)


@SLOW
@given(data=st.data(), version=VERSIONS, count=st.integers(4, 9), odd_one=st.booleans())
@pytest.mark.parametrize(
    ("field", "element"), [("positions", Position), ("digests", Digest), ("partitions", Partition)]
)
def test_arrays_of_like_elements_are_read_the_same_with_or_without_an_odd_one(
    field: str, element: type[Any], data: st.DataObject, version: int, count: int, odd_one: bool
) -> None:
    drawn_elements = drawn_entity(element, version)
    elements = [data.draw(drawn_elements)] * count
    if odd_one:
        elements[data.draw(st.integers(0, count - 1))] = data.draw(drawn_elements)
    fields: dict[str, Any] = {field: tuple(elements)}
    message = Everything(leaf=Leaf(), tagged_struct=Leaf(), **fields)
    body = reference.build(message, version)
    assert encoder(Everything, version)(message) == body
    assert decoder(Everything, version)(body, 0) == (message, len(body))


@pytest.mark.parametrize("odd_one", [None, *range(5)])
@pytest.mark.parametrize("version", Everything.versions)
def test_a_note_on_one_partition_leaves_the_others_readable(version: int, odd_one: int | None) -> None:
    positions = tuple(Position(index=i, metadata="noted" if i == odd_one else "") for i in range(5))
    message = Everything(leaf=Leaf(), tagged_struct=Leaf(), positions=positions)
    assert decode(Everything, version, encode(message, version)) == message


@pytest.mark.parametrize("size", [1, 126, 127, 128, 300])
def test_uniform_arrays_may_hold_long_arrays(size: int) -> None:
    partitions = tuple(Partition(index=i, replicas=tuple(range(size))) for i in range(6))
    message = Everything(leaf=Leaf(), tagged_struct=Leaf(), partitions=partitions)
    assert decode(Everything, 5, encode(message, 5)) == message


def test_a_uniform_array_cut_short_is_refused() -> None:
    message = Everything(leaf=Leaf(), tagged_struct=Leaf(), positions=(Position(),) * 8)
    body = encode(message, 5)
    for size in range(len(body)):
        with pytest.raises(DecodeError):
            decode(Everything, 5, body[:size])


def test_unusual_but_valid_values_are_written_by_the_reference() -> None:
    class Name(str):
        __slots__ = ()

    class Numbers(list[int]):
        pass

    leaf = Leaf(name=Name("x"))
    unusual = Everything(leaf=leaf, tagged_struct=Leaf(), numbers=Numbers([1, 2]), content=bytearray(b"y"))  # type: ignore[arg-type]
    usual = Everything(leaf=Leaf(name="x"), tagged_struct=Leaf(), numbers=(1, 2), content=b"y")
    assert encode(unusual, 5) == encode(usual, 5)


def _with_tagged_fields(body: bytes, sections: list[bytes]) -> bytes:
    """ListOffsets v7 of one topic, whose partitions have these tagged sections instead of none."""
    head, width = 4 + 1 + 1 + 1, 4 + 2 + 8 + 8 + 4
    elements = (body[head + i * (width + 1) :][:width] + section for i, section in enumerate(sections))
    return body[:head] + b"".join(elements) + b"\0\0"


@pytest.mark.parametrize(
    "sections",
    [
        [b"\1\x09\2ab"] * 6,
        [b"\2\x09\2ab\x0a\0"] * 6,
        [b"\1\x09\2ab"] * 5 + [b"\0"],
        [b"\1\x09\2ab"] * 5 + [b"\1\x09\1a"],
        [b"\1\x09\2ab"] * 5 + [b"\1\x0a\2ab"],
        [b"\1\x89\1\2ab"] * 6,
        [b"\1\x09\x82\0ab"] * 6,
        [b"\0"] * 5 + [b"\1\x09\2ab"],
    ],
)
def test_tagged_fields_that_nobody_knows_are_passed_over_in_uniform_arrays(sections: list[bytes]) -> None:
    partitions = tuple(ListOffsetsPartitionResponse(partition_index=i, offset=1 << i) for i in range(6))
    message = ListOffsetsResponse(topics=(ListOffsetsTopicResponse(name="", partitions=partitions),))
    body = _with_tagged_fields(encode(message, 7), sections)
    assert decoder(ListOffsetsResponse, 7)(body, 0) == (message, len(body))
    assert reference.parse(ListOffsetsResponse, 7, body) == (message, len(body))


@pytest.mark.parametrize("section", [b"\2\x09\0\x09\0", b"\2\x09\0\x08\0", b"\1\x09\x7f"])
def test_wrong_tagged_fields_are_refused_in_uniform_arrays(section: bytes) -> None:
    partitions = tuple(ListOffsetsPartitionResponse(partition_index=i) for i in range(6))
    message = ListOffsetsResponse(topics=(ListOffsetsTopicResponse(name="", partitions=partitions),))
    with pytest.raises(DecodeError):
        decode(ListOffsetsResponse, 7, _with_tagged_fields(encode(message, 7), [section] * 6))


def test_names_that_are_not_ascii_are_read_as_utf_8() -> None:
    names = ("grün", "żółw", "日本", "plain", "\U0001f600")
    message = DeleteGroupsRequest(groups_names=names)
    assert decode(DeleteGroupsRequest, 2, encode(message, 2)) == message
    with pytest.raises(DecodeError):
        decode(DeleteGroupsRequest, 2, encode(message, 2).replace("ü".encode(), b"\xfc\x20"))
