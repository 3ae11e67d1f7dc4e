"""Decode and encode, side by side with kio (Rust) and kafka-python, on the same bytes in one run.

    python benchmarks/codec.py [--quick] [--output codec.json]

Each case is encoded once by kafkawire; kio and kafka-python must read those bytes and write them again unchanged
before anything is measured. The table says, for each case and direction:

- our time and throughput; the peers' times, and how many times faster we are than each;
- our throughput at ten times the size, in parts of that at the usual size;
- for decoding, how much longer it takes when every struct carries a tagged field that we don't know.

Times are processor time, taken in turns so that a busy machine hits everybody alike, with the collector left as a
program finds it: on. Shown are medians; a ratio is the median of the rounds' ratios. `--output` keeps all values for
`python -m pyperf`.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import io
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import pyperf
from codec_messages import configs, groups, listed_offsets, metadata, offsets, with_a_tagged_field

from kafkawire import Message, decode, encode

Timed = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One message at one version, at any size, and where the peers keep theirs."""

    label: str
    make: Callable[[int], Message]
    size: int
    version: int
    kio_module: str
    kafka_python: str


CASES = [
    Case(
        label="Metadata v12, 1,000 topics x 10 x RF 3",
        make=metadata,
        size=1_000,
        version=12,
        kio_module="kio.schema.metadata.v12.response",
        kafka_python="kafka.protocol.metadata",
    ),
    Case(
        label="OffsetFetch v8, 1,000 groups x 10",
        make=offsets,
        size=1_000,
        version=8,
        kio_module="kio.schema.offset_fetch.v8.response",
        kafka_python="kafka.protocol.consumer",
    ),
    Case(
        label="DescribeGroups v5, 500 groups x 8 members",
        make=groups,
        size=500,
        version=5,
        kio_module="kio.schema.describe_groups.v5.response",
        kafka_python="kafka.protocol.admin",
    ),
    Case(
        label="DescribeConfigs v4, 200 topics x 33 configs",
        make=configs,
        size=200,
        version=4,
        kio_module="kio.schema.describe_configs.v4.response",
        kafka_python="kafka.protocol.admin",
    ),
    Case(
        label="ListOffsets v7, 100 topics x 100",
        make=listed_offsets,
        size=100,
        version=7,
        kio_module="kio.schema.list_offsets.v7.response",
        kafka_python="kafka.protocol.consumer",
    ),
]


@dataclass(frozen=True, slots=True)
class Calls:
    """What is timed, in both directions."""

    decode: Timed
    encode: Timed | None = None


def ours(case: Case, cls: type[Message], data: bytes) -> Calls:
    """Decode and encode by kafkawire."""
    version = case.version
    message = decode(cls, version, data)
    assert encode(message, version) == data
    return Calls(lambda: decode(cls, version, data), lambda: encode(message, version))


def kio(case: Case, cls: type[Message], data: bytes) -> Calls:
    """Decode and encode by kio."""
    serial = importlib.import_module("kio.serial")
    theirs = getattr(importlib.import_module(case.kio_module), cls.__name__)
    read, write = serial.entity_reader(theirs), serial.entity_writer(theirs)
    message, size = read(data, 0)
    assert size == len(data)

    def written() -> bytes:
        buffer = io.BytesIO()
        write(buffer, message)
        return buffer.getvalue()

    assert written() == data
    return Calls(lambda: read(data, 0), written)


def kafka_python(case: Case, cls: type[Message], data: bytes) -> Calls:
    """Decode and encode by kafka-python."""
    theirs, version = getattr(importlib.import_module(case.kafka_python), cls.__name__), case.version
    message = theirs.decode(data, version=version)
    message._header = None  # encode() looks at it, and a decoded body has none
    assert message.encode(version=version) == data
    return Calls(lambda: theirs.decode(data, version=version), lambda: message.encode(version=version))


def tagged(case: Case, message: Message) -> Calls:
    """Decode, by kafkawire, of the same message with an unknown tagged field in every struct."""
    cls, version, data = type(message), case.version, encode(with_a_tagged_field(message), case.version)
    assert decode(cls, version, data) == message
    return Calls(lambda: decode(cls, version, data))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One case in one direction: seconds by who and round, and the bytes that they were for."""

    label: str
    size: int
    growth: float
    times: dict[str, list[float]]

    def ratio(self, one: str, other: str) -> float:
        """The median, over the rounds, of one's time in parts of the other's."""
        return statistics.median(a / b for a, b in zip(self.times[one], self.times[other], strict=True))

    def row(self) -> str:
        """Its line of the table."""
        seconds = {who: statistics.median(times) for who, times in self.times.items()}
        cells = [
            f"{self.label:<52}",
            f"{seconds['kafkawire'] * 1e3:8.2f}",
            f"{self.size / seconds['kafkawire'] / 1e6:7.1f}",
            f"{seconds['kio'] * 1e3:8.2f}",
            f"{seconds['kafka-python'] * 1e3:9.2f}",
            f"{self.ratio('kio', 'kafkawire'):6.2f}",
            f"{self.ratio('kafka-python', 'kafkawire'):11.2f}",
            f"{self.growth / self.ratio('ten times', 'kafkawire'):9.2f}",
            f"{self.ratio('tagged', 'kafkawire'):7.2f}" if "tagged" in self.times else "",
        ]
        return " ".join(cells).rstrip()

    def benchmarks(self) -> list[pyperf.Benchmark]:
        """All values, as pyperf keeps them."""
        return [
            pyperf.Benchmark([pyperf.Run(times, metadata={"name": f"{self.label}, {who}"})])
            for who, times in self.times.items()
        ]


HEADING = (
    f"{'':<52} {'ours ms':>8} {'MB/s':>7} {'kio ms':>8} {'k-py ms':>9} {'x kio':>6} {'x k-python':>11}"
    f" {'MB/s x10':>9} {'tagged':>7}"
)


def measure(case: Case, rounds: int) -> list[Measured]:
    """A case in both directions."""
    message = case.make(case.size)
    cls, data = type(message), encode(message, case.version)
    ten_times = encode(case.make(10 * case.size), case.version)
    sides = {
        "kafkawire": ours(case, cls, data),
        "kio": kio(case, cls, data),
        "kafka-python": kafka_python(case, cls, data),
        "ten times": ours(case, cls, ten_times),
        "tagged": tagged(case, message),
    }
    # What was made until here is nobody's garbage: without this, each one's collections would go through it.
    gc.collect()
    gc.freeze()
    return [
        Measured(
            label=f"{case.label}, {len(data) / 1e3:.0f} kB: {direction}",
            size=len(data),
            growth=len(ten_times) / len(data),
            times=in_turns({who: call for who, side in sides.items() if (call := getattr(side, direction))}, rounds),
        )
        for direction in ("decode", "encode")
    ]


def in_turns(calls: dict[str, Timed], rounds: int) -> dict[str, list[float]]:
    """Each one's processor times in seconds, round by round. The first round only warms up."""
    times: dict[str, list[float]] = {who: [] for who in calls}
    for _ in range(rounds + 1):
        for who, call in calls.items():
            gc.collect()
            start = time.process_time()
            call()
            times[who].append(time.process_time() - start)
    return {who: values[1:] for who, values in times.items()}


def summary(measured: list[Measured], direction: str) -> str:
    """The geometric means of one direction's ratios."""
    rows = [row for row in measured if row.label.endswith(direction)]
    means = [
        f"{statistics.geometric_mean(row.ratio(who, 'kafkawire') for row in rows):.2f} x {who}"
        for who in ("kio", "kafka-python")
    ]
    return f"{direction}, geometric mean: {', '.join(means)}"


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--quick", action="store_true", help="5 rounds")
    parser.add_argument("--only", default="", help="cases whose label begins so")
    parser.add_argument("--output", help="a new file for all values, in pyperf's format")
    options = parser.parse_args()
    measured = []
    print(HEADING)
    for case in CASES:
        if case.label.startswith(options.only):
            for row in measure(case, 5 if options.quick else options.rounds):
                print(row.row(), flush=True)
                measured.append(row)
    print(summary(measured, "decode"))
    print(summary(measured, "encode"))
    if options.output:
        pyperf.BenchmarkSuite([kept for row in measured for kept in row.benchmarks()]).dump(options.output)


if __name__ == "__main__":
    main()
