"""Kafka's own classes read what we write, at every version, and write the same bytes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kafkawire import Message, encode
from kafkawire.headers import RequestHeader, ResponseHeader
from kafkawire.messages import DeleteTopicsRequest
from tests.support.drawn_messages import drawn, every_version, few_examples
from tests.support.java_oracle import JavaOracle, RefusedByKafkaError, java_oracle

pytestmark = pytest.mark.jdk

HEADERS = [(cls, version) for cls in (RequestHeader, ResponseHeader) for version in cls.versions]


@pytest.fixture(scope="module")
def oracle() -> Iterator[JavaOracle]:
    with java_oracle() as running:
        yield running


@pytest.mark.parametrize(
    ("cls", "version"),
    [pytest.param(cls, version, id=f"{cls.__name__}-v{version}") for cls, version in (*every_version(), *HEADERS)],
)
@few_examples
@given(data=st.data())
def test_kafka_reads_and_writes_the_same_bytes(
    oracle: JavaOracle, cls: type[Message], version: int, data: st.DataObject
) -> None:
    written = encode(data.draw(drawn(cls, version)), version)
    assert oracle.rewritten(cls, version, written) == written


def test_kafka_refuses_what_is_wrong(oracle: JavaOracle) -> None:
    body = encode(DeleteTopicsRequest(timeout_ms=1), 6)
    with pytest.raises(RefusedByKafkaError, match="1 bytes left over"):
        oracle.rewritten(DeleteTopicsRequest, 6, body + b"\0")
    with pytest.raises(RefusedByKafkaError, match="DeleteTopicsRequest v6"):
        oracle.rewritten(DeleteTopicsRequest, 6, body[:-1])
    with pytest.raises(RefusedByKafkaError, match="no release has DeleteTopicsRequestData v99"):
        oracle.rewritten(DeleteTopicsRequest, 99, body)
