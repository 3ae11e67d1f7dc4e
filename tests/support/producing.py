"""Writing records to real Kafka: enough of Produce v7 and of record batches for tests to have something to find."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from kafkaadmin import AdminClient, Leader, TopicPartition
from kafkawire import ApiKey, ErrorCode
from kafkawire.primitives import Array, Bytes, Int16, Int32, Int64, NullableString, String
from kafkawire.schema import Request, Response, entity, wire

__all__ = ["Writer", "produce"]

CRC32C_POLYNOMIAL = 0x82F63B78
TRANSACTIONAL = 0x10


class Writer(NamedTuple):
    """A producer that writes in a transaction."""

    transactional_id: str
    producer_id: int
    epoch: int


@entity
class PartitionProduceResponse:
    index: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    base_offset: int = wire(Int64, default=0)
    log_append_time_ms: int = wire(Int64, default=-1)
    log_start_offset: int = wire(Int64, default=-1)


@entity
class TopicProduceResponse:
    name: str = wire(String, default="")
    partition_responses: tuple[PartitionProduceResponse, ...] = wire(Array(PartitionProduceResponse), default=())


@entity
class ProduceResponse(Response):
    api_key, versions, flexible_since = ApiKey.PRODUCE, range(7, 8), None

    responses: tuple[TopicProduceResponse, ...] = wire(Array(TopicProduceResponse), default=())
    throttle_time_ms: int = wire(Int32, default=0)


@entity
class PartitionProduceData:
    index: int = wire(Int32, default=0)
    records: bytes = wire(Bytes, default=b"")


@entity
class TopicProduceData:
    name: str = wire(String, default="")
    partition_data: tuple[PartitionProduceData, ...] = wire(Array(PartitionProduceData), default=())


@entity
class ProduceRequest(Request[ProduceResponse]):
    api_key, versions, flexible_since = ApiKey.PRODUCE, range(7, 8), None

    transactional_id: str | None = wire(NullableString, default=None)
    acks: int = wire(Int16, default=-1)
    timeout_ms: int = wire(Int32, default=30_000)
    topic_data: tuple[TopicProduceData, ...] = wire(Array(TopicProduceData), default=())


async def produce(
    admin: AdminClient, partition: TopicPartition, timestamps_ms: Sequence[int], writer: Writer | None = None
) -> ErrorCode:
    """Append one record for each timestamp. In a transaction it says what the leader thinks of that."""
    data = PartitionProduceData(index=partition.partition, records=record_batch(timestamps_ms, writer))
    request = ProduceRequest(
        transactional_id=writer and writer.transactional_id,
        topic_data=(TopicProduceData(name=partition.topic, partition_data=(data,)),),
    )
    answer = await admin.send(request, Leader(partition))
    (written,) = answer.responses[0].partition_responses
    if writer is None:
        assert written.error_code == 0, ErrorCode(written.error_code)
    return ErrorCode(written.error_code)


def record_batch(timestamps_ms: Sequence[int], writer: Writer | None = None) -> bytes:
    """A batch (magic 2) of records without keys, uncompressed."""
    first = timestamps_ms[0]
    records = b"".join(_record(offset, each - first) for offset, each in enumerate(timestamps_ms))
    attributes, producer_id, epoch, sequence = 0, -1, -1, -1
    if writer is not None:
        attributes, producer_id, epoch, sequence = TRANSACTIONAL, writer.producer_id, writer.epoch, 0
    checked = struct.pack(
        ">hiqqqhii",
        attributes,
        len(timestamps_ms) - 1,
        first,
        max(timestamps_ms),
        producer_id,
        epoch,
        sequence,
        len(timestamps_ms),
    )
    body = struct.pack(">ibI", -1, 2, crc32c(checked + records)) + checked + records
    return struct.pack(">qi", 0, len(body)) + body


def _record(offset_delta: int, timestamp_delta: int) -> bytes:
    value = b"x"
    body = b"\x00" + _zigzag(timestamp_delta) + _zigzag(offset_delta) + _zigzag(-1) + _zigzag(len(value)) + value
    return _zigzag(len(body + b"\x00")) + body + _zigzag(0)


def _zigzag(value: int) -> bytes:
    rest = value << 1 if value >= 0 else (-value << 1) - 1
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


def crc32c(data: bytes) -> int:
    """The checksum of a batch: CRC-32 by Castagnoli's polynomial."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (CRC32C_POLYNOMIAL if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
