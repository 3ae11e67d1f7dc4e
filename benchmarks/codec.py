"""Decode and encode, side by side with kio (Rust) and kafka-python, on the same bytes in one run.

    python benchmarks/codec.py [--quick] [--only Metadata] [--output codec.json]

Each case is encoded by kafkawire; kio and kafka-python must read those bytes and write them again unchanged before
anything is measured. The table says, for each case and direction:

- our time and throughput; the peers' times, and how many times faster we are than each;
- our throughput at ten times the size, and for decoding kio's, in parts of that at the usual size; and what it is when
  ten answers of the usual size are decoded and kept, which takes the same memory without the length;
- for decoding, how much longer it takes when every struct carries a tagged field that we don't know.

pyperf runs it: every figure is taken in a process of its own, all of them in turns, round by round, so that a busy
machine hits everybody alike. Times are processor time, with the collector left as a program finds it: on. Shown are
medians over the rounds; a ratio is the median of the rounds' ratios. `--output` keeps all values for
`python -m pyperf`.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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


@cache
def encoded(case: Case, times: int = 1, *, tagged: bool = False) -> tuple[type[Message], bytes]:
    """A case's class and bytes, at a multiple of its size; with an unknown tagged field in every struct if so wanted.

    They are made in another process: how scattered the memory of this one is decides about a tenth of what is measured.
    """
    with ProcessPoolExecutor(max_workers=1) as another:
        return another.submit(_encode_here, case, times, tagged).result()


def _encode_here(case: Case, times: int, tagged: bool) -> tuple[type[Message], bytes]:
    message = case.make(times * case.size)
    return type(message), encode(with_a_tagged_field(message) if tagged else message, case.version)


def ours(case: Case, direction: str, times: int = 1) -> Timed:
    """One call of kafkawire."""
    (cls, data), version = encoded(case, times), case.version
    message = decode(cls, version, data)
    assert encode(message, version) == data
    return (lambda: decode(cls, version, data)) if direction == "decode" else (lambda: encode(message, version))


def kio(case: Case, direction: str, times: int = 1) -> Timed:
    """One call of kio."""
    cls, data = encoded(case, times)
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
    return (lambda: read(data, 0)) if direction == "decode" else written


def kafka_python(case: Case, direction: str) -> Timed:
    """One call of kafka-python."""
    (cls, data), version = encoded(case), case.version
    theirs = getattr(importlib.import_module(case.kafka_python), cls.__name__)
    message = theirs.decode(data, version=version)
    message._header = None  # encode() looks at it, and a decoded body has none
    assert message.encode(version=version) == data
    if direction == "decode":
        return lambda: theirs.decode(data, version=version)
    return lambda: message.encode(version=version)


def tagged(case: Case, direction: str) -> Timed:
    """Decode, by kafkawire, of the same message with an unknown tagged field in every struct."""
    assert direction == "decode"
    (cls, data), version = encoded(case, tagged=True), case.version
    message = decode(cls, version, data)
    assert encode(message, version) == encoded(case)[1]
    return lambda: decode(cls, version, data)


def ten_kept(case: Case, direction: str) -> Timed:
    """Decode, by kafkawire, of ten messages of the usual size, all kept until the last is read."""
    assert direction == "decode"
    (cls, data), version = encoded(case), case.version
    return lambda: [decode(cls, version, data) for _ in range(10)]


SIDES: dict[str, Callable[[Case, str], Timed]] = {
    "kafkawire": ours,
    "kio": kio,
    "kafka-python": kafka_python,
    "ten times": lambda case, direction: ours(case, direction, 10),
    "ten kept": ten_kept,
    "kio, ten times": lambda case, direction: kio(case, direction, 10),
    "tagged": tagged,
}

DECODED_ONLY = {"tagged", "ten kept", "kio, ten times"}


def sides_of(direction: str) -> list[str]:
    """What is measured of a case in one direction."""
    return [side for side in SIDES if direction == "decode" or side not in DECODED_ONLY]


def processor_time(prepare: Callable[[], Timed]) -> Callable[[int], float]:
    """What pyperf calls for a value: the processor time of so many calls. What they need is made by the first."""
    prepared = cache(prepare)

    def measure(loops: int) -> float:
        call, total = prepared(), 0.0
        # What was made until here is nobody's garbage: without this, each one's collections would go through it.
        gc.collect()
        gc.freeze()
        for _ in range(loops):
            gc.collect()
            start = time.process_time()
            call()
            total += time.process_time() - start
        return total

    return measure


def run_round() -> None:
    """One round, as a pyperf program: a process for each figure."""
    runner = pyperf.Runner(
        values=3,
        warmups=1,
        loops=1,
        processes=1,
        program_args=(sys.argv[0], "--round"),
        add_cmdline_args=lambda command, options: command.extend(["--only", options.only]),
    )
    runner.argparser.add_argument("--round", action="store_true")
    runner.argparser.add_argument("--only", default="")
    options = runner.parse_args()
    for case in CASES:
        for direction in ("decode", "encode"):
            for side in sides_of(direction):
                if case.label.startswith(options.only):
                    prepare = lambda case=case, direction=direction, side=side: SIDES[side](case, direction)  # noqa: E731
                    runner.bench_time_func(f"{case.label}: {direction}, {side}", processor_time(prepare))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One line of the table: each one's times in seconds, round by round."""

    label: str
    size: int
    growth: float
    times: dict[str, list[float]]

    def ratio(self, one: str, other: str) -> float:
        """One's time in parts of the other's."""
        return statistics.median(a / b for a, b in zip(self.times[one], self.times[other], strict=True))

    def row(self) -> str:
        """Its line of the table."""
        seconds = {who: statistics.median(times) for who, times in self.times.items()}
        cells = [
            f"{f'{self.label}, {self.size / 1e3:.0f} kB':<60}",
            f"{seconds['kafkawire'] * 1e3:8.2f}",
            f"{self.size / seconds['kafkawire'] / 1e6:7.1f}",
            f"{seconds['kio'] * 1e3:8.2f}",
            f"{seconds['kafka-python'] * 1e3:9.2f}",
            f"{self.ratio('kio', 'kafkawire'):6.2f}",
            f"{self.ratio('kafka-python', 'kafkawire'):11.2f}",
            f"{self.growth / self.ratio('ten times', 'kafkawire'):9.2f}",
        ]
        if self.times.keys() >= DECODED_ONLY:
            cells += [
                f"{10 / self.ratio('ten kept', 'kafkawire'):9.2f}",
                f"{self.growth / self.ratio('kio, ten times', 'kio'):9.2f}",
                f"{self.ratio('tagged', 'kafkawire'):7.2f}",
            ]
        return " ".join(cells)


HEADING = (
    f"{'':<60} {'ours ms':>8} {'MB/s':>7} {'kio ms':>8} {'k-py ms':>9} {'x kio':>6} {'x k-python':>11}"
    f" {'MB/s x10':>9} {'ten kept':>9} {'kio x10':>9} {'tagged':>7}"
)


def measured(suite: pyperf.BenchmarkSuite) -> list[Measured]:
    """The lines of the table: a run of a benchmark is a round."""
    times = {
        bench.get_name(): [statistics.median(run.values) for run in bench.get_runs() if run.values]
        for bench in suite.get_benchmarks()
    }
    rows: list[Measured] = []
    for case in CASES:
        for direction in ("decode", "encode"):
            label = f"{case.label}: {direction}"
            if f"{label}, kafkawire" in times:
                size = len(encoded(case)[1])
                growth = len(encoded(case, 10)[1]) / size
                sides = {side: times[f"{label}, {side}"] for side in sides_of(direction)}
                rows.append(Measured(label=label, size=size, growth=growth, times=sides))
    return rows


def summary(rows: list[Measured], direction: str) -> str:
    """The geometric means of one direction's ratios."""
    means = [
        f"{statistics.geometric_mean(row.ratio(who, 'kafkawire') for row in rows if row.label.endswith(direction)):.2f}"
        f" x {who}"
        for who in ("kio", "kafka-python")
    ]
    return f"{direction}, geometric mean: {', '.join(means)}"


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="2 rounds")
    parser.add_argument("--only", default="", help="cases whose label begins so")
    parser.add_argument("--output", help="a new file for all values, in pyperf's format")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        output = options.output or str(Path(folder) / "codec.json")
        for number in range(rounds := 2 if options.quick else options.rounds):
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
            command = [sys.executable, __file__, "--round", "--quiet", "--only", options.only, "--append", output]
            subprocess.run(command, check=True)
        rows = measured(pyperf.BenchmarkSuite.load(output))
    print(HEADING)
    for row in rows:
        print(row.row())
    print(summary(rows, "decode"))
    print(summary(rows, "encode"))


if __name__ == "__main__":
    run_round() if "--round" in sys.argv else main()
