"""Decode and encode, side by side with kio (Rust) and kafka-python, on the same bytes in one run.

    python benchmarks/codec.py [--rounds 15]

Each case is encoded once by kafkawire; kio and kafka-python must read those bytes and write them again unchanged
before anything is measured. Times are processor time, the best of several rounds taken in turns, so that a busy machine
hits everybody alike. The collector is left as a program finds it: on.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import io
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from kafkawire import Message, decode, encode
from kafkawire.messages import (
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopics,
)

Timed = Callable[[], object]


def metadata(topics: int) -> MetadataResponse:
    """Topics of 10 partitions with 3 replicas, over 6 brokers."""
    return MetadataResponse(
        brokers=tuple(MetadataResponseBroker(node_id=i, host=f"broker-{i}.example.com", port=9092) for i in range(6)),
        cluster_id="kafkaadmin-benchmark00",
        controller_id=1,
        topics=tuple(
            MetadataResponseTopic(
                name=f"orders-by-region-{t:05}",
                topic_id=UUID(int=(0xBE << 120) + t + 1),
                partitions=tuple(
                    MetadataResponsePartition(
                        partition_index=p,
                        leader_id=(t + p) % 6,
                        leader_epoch=p + 3,
                        replica_nodes=tuple((t + p + r) % 6 for r in range(3)),
                        isr_nodes=tuple((t + p + r) % 6 for r in range(3)),
                    )
                    for p in range(10)
                ),
            )
            for t in range(topics)
        ),
    )


def offsets(groups: int) -> OffsetFetchResponse:
    """Groups with committed offsets on the 10 partitions of one topic."""
    return OffsetFetchResponse(
        groups=tuple(
            OffsetFetchResponseGroup(
                group_id=f"billing-service-{g:06}",
                topics=(
                    OffsetFetchResponseTopics(
                        name="orders-by-region-and-time",
                        partitions=tuple(
                            OffsetFetchResponsePartitions(
                                partition_index=p,
                                committed_offset=1_000_000_007 * (p + 1) + g,
                                committed_leader_epoch=p,
                            )
                            for p in range(10)
                        ),
                    ),
                ),
            )
            for g in range(groups)
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One message at one version, and where the peers keep theirs."""

    label: str
    message: Message
    version: int
    kio_module: str
    kafka_python: str


def cases(scale: int) -> list[Case]:
    """The messages that grow with a cluster."""
    return [
        Case(
            label=f"Metadata v12, {1_000 * scale:,} topics x 10 x RF 3",
            message=metadata(1_000 * scale),
            version=12,
            kio_module="kio.schema.metadata.v12.response",
            kafka_python="kafka.protocol.metadata",
        ),
        Case(
            label=f"OffsetFetch v8, {1_000 * scale:,} groups x 10",
            message=offsets(1_000 * scale),
            version=8,
            kio_module="kio.schema.offset_fetch.v8.response",
            kafka_python="kafka.protocol.consumer",
        ),
    ]


def ours(case: Case, data: bytes) -> tuple[Timed, Timed]:
    """Decode and encode by kafkawire."""
    cls, version = type(case.message), case.version
    message = decode(cls, version, data)
    assert encode(message, version) == data
    return lambda: decode(cls, version, data), lambda: encode(message, version)


def kio(case: Case, data: bytes) -> tuple[Timed, Timed]:
    """Decode and encode by kio."""
    serial = importlib.import_module("kio.serial")
    cls = getattr(importlib.import_module(case.kio_module), type(case.message).__name__)
    read, write = serial.entity_reader(cls), serial.entity_writer(cls)
    message, size = read(data, 0)
    assert size == len(data)

    def written() -> bytes:
        buffer = io.BytesIO()
        write(buffer, message)
        return buffer.getvalue()

    assert written() == data
    return lambda: read(data, 0), written


def kafka_python(case: Case, data: bytes) -> tuple[Timed, Timed]:
    """Decode and encode by kafka-python."""
    cls = getattr(importlib.import_module(case.kafka_python), type(case.message).__name__)
    message = cls.decode(data, version=case.version)
    message._header = None  # encode() looks at it, and a decoded body has none
    assert message.encode(version=case.version) == data
    return lambda: cls.decode(data, version=case.version), lambda: message.encode(version=case.version)


def best_of(rounds: int, timed: list[Timed]) -> list[float]:
    """Each one's best processor time in seconds, measured in turns."""
    best = [math.inf] * len(timed)
    for _ in range(rounds):
        for i, call in enumerate(timed):
            gc.collect()
            start = time.process_time()
            call()
            best[i] = min(best[i], time.process_time() - start)
    return best


def row(label: str, size: int, times: list[float]) -> str:
    """One line: our time and throughput, the peers' times, and how many times faster we are."""
    us, rust, python = times
    return (
        f"{label:<52} {us * 1e3:8.2f} {size / us / 1e6:7.1f} {rust * 1e3:8.2f} {python * 1e3:10.2f}"
        f" {rust / us:8.2f} {python / us:10.2f}"
    )


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--scale", type=int, default=1, help="times the usual size")
    options = parser.parse_args()
    print(f"{'':<52} {'ours ms':>8} {'MB/s':>7} {'kio ms':>8} {'k-python':>10} {'x kio':>8} {'x k-python':>10}")
    ratios = []
    for case in cases(options.scale):
        data = encode(case.message, case.version)
        calls = [side(case, data) for side in (ours, kio, kafka_python)]
        for name, timed in zip(("decode", "encode"), zip(*calls, strict=True), strict=True):
            times = best_of(options.rounds, list(timed))
            print(row(f"{case.label}, {len(data) / 1e3:.0f} kB: {name}", len(data), times))
            if name == "decode":
                ratios.append(times[1] / times[0])
    print(f"decode, geometric mean: {math.exp(sum(map(math.log, ratios)) / len(ratios)):.2f} x kio")


if __name__ == "__main__":
    main()
