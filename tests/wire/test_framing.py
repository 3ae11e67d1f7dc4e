"""Frames out of chunks."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kafkawire import DecodeError
from kafkawire.errors import FrameTooLargeError
from kafkawire.framing import FrameReader
from tests.support.memory import peak


def framed(*bodies: bytes) -> bytes:
    return b"".join(struct.pack(">i", len(body)) + body for body in bodies)


@given(bodies=st.lists(st.binary(max_size=40)), cuts=st.lists(st.integers(1, 50)))
def test_frames_come_whole_however_the_stream_is_cut(bodies: list[bytes], cuts: list[int]) -> None:
    stream, reader, found = framed(*bodies), FrameReader(100), list[bytes]()
    for cut in cuts:
        found += reader.feed(stream[:cut])
        stream = stream[cut:]
    found += reader.feed(stream)
    assert found == bodies
    assert reader.pending == 0


def test_several_frames_in_one_chunk_come_at_once() -> None:
    assert FrameReader(100).feed(framed(b"one", b"", b"three")) == [b"one", b"", b"three"]


def test_pending_counts_the_bytes_of_the_frame_that_is_not_whole() -> None:
    reader = FrameReader(100)
    assert reader.feed(framed(b"one") + b"\0\0") == [b"one"]
    assert reader.pending == 2


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_chunks_may_be_anything_bytes_like(kind: type[bytes | bytearray | memoryview]) -> None:
    frames = FrameReader(100).feed(kind(framed(b"one")))
    assert frames == [b"one"]
    assert type(frames[0]) is bytes


def test_a_frame_at_the_limit_is_accepted() -> None:
    assert FrameReader(5).feed(framed(b"12345")) == [b"12345"]


def test_a_frame_above_the_limit_is_refused_as_soon_as_its_length_is_known() -> None:
    with pytest.raises(FrameTooLargeError, match="a frame of 6 bytes exceeds the limit of 5"):
        FrameReader(5).feed(struct.pack(">i", 6))


def test_a_frame_above_the_limit_is_refused_even_when_it_came_whole() -> None:
    with pytest.raises(FrameTooLargeError, match="a frame of 6 bytes exceeds the limit of 5"):
        FrameReader(5).feed(framed(b"123456"))


def test_a_negative_length_is_refused() -> None:
    with pytest.raises(DecodeError, match="a frame of -1 bytes"):
        FrameReader(5).feed(struct.pack(">i", -1))


def test_an_announced_length_allocates_nothing() -> None:
    announced = struct.pack(">i", 1 << 30)
    assert peak(lambda: FrameReader(1 << 30).feed(announced), 10_000) < 10_000


def test_a_frame_may_come_byte_by_byte() -> None:
    reader, stream = FrameReader(2000), framed(bytes(1000), b"next")
    found = [frame for i in range(len(stream)) for frame in reader.feed(stream[i : i + 1])]
    assert found == [bytes(1000), b"next"]
