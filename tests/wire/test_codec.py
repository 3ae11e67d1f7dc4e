"""`encode` and `decode` as callers see them."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kafkawire import DecodeError, decode, encode
from kafkawire.codec import decode_from
from kafkawire.messages import MetadataResponse, MetadataResponsePartition, MetadataResponseTopic
from tests.wire.declarations import Plain

LARGE = Plain(names=("x" * 100,) * 1000)


@contextmanager
def collector(*, enabled: bool) -> Iterator[None]:
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        yield
    finally:
        (gc.enable if before else gc.disable)()


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_the_body_may_be_anything_bytes_like(kind: type[bytes | bytearray | memoryview]) -> None:
    assert decode(Plain, 1, kind(encode(Plain(name="x"), 1))) == Plain(name="x")


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_left_as_it_was(enabled: bool) -> None:
    body = encode(LARGE, 1)
    with collector(enabled=enabled):
        assert decode(Plain, 1, body) == LARGE
        assert gc.isenabled() is enabled


def test_the_collector_comes_back_after_malformed_bytes() -> None:
    body = encode(LARGE, 1)
    with collector(enabled=True):
        with pytest.raises(DecodeError):
            decode(Plain, 1, body[:-1])
        assert gc.isenabled()


def test_a_message_is_read_from_the_middle_of_its_bytes() -> None:
    body = encode(Plain(name="x"), 1)
    assert decode_from(Plain, 1, b"before" + body + b"after", 6) == (Plain(name="x"), 6 + len(body))


def test_a_message_read_from_the_middle_must_end_within() -> None:
    with pytest.raises(DecodeError, match=r"Plain v0: name: length 9 exceeds the 4 bytes left \(at byte 6\)"):
        decode_from(Plain, 0, b"before\0\x09abcd", 6)


def test_equal_replica_lists_are_one_tuple() -> None:
    partitions = tuple(
        MetadataResponsePartition(partition_index=i, replica_nodes=(1, 2, 3), isr_nodes=(1, 2, 3)) for i in range(10)
    )
    message = MetadataResponse(topics=(MetadataResponseTopic(name="orders", partitions=partitions),))
    read = decode(MetadataResponse, 12, encode(message, 12))
    assert read == message
    assert len({id(nodes) for p in read.topics[0].partitions for nodes in (p.replica_nodes, p.isr_nodes)}) == 1


def test_construct_is_not_imported_until_something_is_malformed() -> None:
    program = """
import sys
from kafkawire import DecodeError, decode, encode
from kafkawire.messages import FindCoordinatorRequest
body = encode(FindCoordinatorRequest(coordinator_keys=("billing",)), 4)
decode(FindCoordinatorRequest, 4, body)
assert "construct" not in sys.modules
try:
    decode(FindCoordinatorRequest, 4, body[:-3])
except DecodeError:
    assert "construct" in sys.modules
else:
    raise AssertionError
"""
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": ":".join(filter(None, sys.path))})
