"""What each of the decoder's techniques gives: how much longer decoding takes without it, or with another in its place.

    python benchmarks/codec_techniques.py [--rounds 30]

The messages are those of `benchmarks/codec.py`. A figure is the median of processor times taken in turns, in parts of
the decoder's as it is. Below them are the costs of single steps, in nanoseconds, for what was tried and not taken.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
import timeit
from collections.abc import Callable, Generator
from contextlib import contextmanager
from struct import Struct as Packing
from typing import Any
from unittest.mock import patch

from codec import CASES, Case, encoded

from kafkawire import decode, decoding, sharing
from kafkawire.codec import collector_held_off
from kafkawire.messages import DescribeConfigsResult, ListOffsetsPartitionResponse
from kafkawire.primitives import Array, Struct
from kafkawire.schema import fields_of


def _never(*_: object) -> bool:
    return False


def _structs_in_arrays(_: object, wire: Any) -> bool:
    return isinstance(wire, Array) and isinstance(wire.element, Struct) and not wire.recurring


@contextmanager
def _nothing_recurs() -> Generator[None]:
    arrays: list[Any] = [spec.type for spec in fields_of(DescribeConfigsResult) if spec.name == "configs"]
    for array in arrays:
        array.recurring = False
    yield
    for array in arrays:
        array.recurring = True


WITHOUT: dict[str, Callable[[], Any]] = {
    "no guess that arrays are uniform": lambda: patch.object(decoding, "worth_guessing", _never),
    "no guess that elements are alike": lambda: patch.object(decoding, "likely_alike", _never),
    "elements that recur are read again": _nothing_recurs,
    "texts by calls of a function": lambda: patch.object(sharing, "_LONG", 0),
    "a function for each array of structs": lambda: patch.object(sharing.Shared, "__contains__", _structs_in_arrays),
}
"""How to compile a decoder that does without."""


def variants(case: Case) -> dict[str, Callable[[], object]]:
    """What is timed of one message."""
    cls, data = encoded(case)
    calls: dict[str, Callable[[], object]] = {"as it is": lambda: decode(cls, case.version, data)}
    for name, changed in WITHOUT.items():
        with changed():
            read = decoding.compile_decoder(cls, case.version)
        calls[name] = _held_off(read, data)
    plain = decoding.compile_decoder(cls, case.version)
    calls["the collector on"] = lambda: plain(data, 0)
    return calls


def _held_off(read: Callable[[bytes, int], object], data: bytes) -> Callable[[], object]:
    def call() -> object:
        with collector_held_off():
            return read(data, 0)

    return call


def ratios(case: Case, rounds: int) -> dict[str, float]:
    """Each variant's time in parts of the decoder's as it is."""
    calls = variants(case)
    gc.collect()
    gc.freeze()
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            gc.collect()
            start = time.process_time()
            call()
            times[name].append(time.process_time() - start)
    whole = times["as it is"]
    return {
        name: statistics.median(a / b for a, b in zip(values, whole, strict=True)) for name, values in times.items()
    }


def steps() -> list[tuple[str, float]]:
    """Single steps and what they cost, in nanoseconds."""
    data = b"xxorders-by-region-00042" * 100
    ListOffsetsPartitionResponse()  # its constructor is written by the first call
    names: dict[str, Any] = {
        "data": data,
        "view": memoryview(data),
        "latin": data.decode("latin-1"),
        "known": {data[2:24]: data[2:24].decode()},
        "read": Packing(">22sB").unpack_from,
        "Class": ListOffsetsPartitionResponse,
        "new": object.__new__,
    }
    timed = {
        "a text: slice of bytes, decoded": "data[2:24].decode()",
        "a text: slice of a memoryview": "str(view[2:24], 'utf-8')",
        "a text: slice of all data as Latin-1, checked": "text = latin[2:24]; text.isascii()",
        "a text: interned, found by its bytes": "known[data[2:24]]",
        "a text and the next length: struct, decoded": "raw, length = read(data, 2); raw.decode()",
        "an instance: its constructor": "Class(partition_index=1, offset=2, leader_epoch=3)",
        "an instance: new, and six stores": (
            "i = new(Class); i.partition_index = i.error_code = i.old_style_offsets = i.timestamp = i.offset"
            " = i.leader_epoch = 1"
        ),
    }
    return [
        (name, min(timeit.repeat(code, globals=names, number=20_000, repeat=9)) / 20_000 * 1e9)
        for name, code in timed.items()
    ]


def main() -> None:
    """Measure and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    columns = {case.label.split()[0]: ratios(case, options.rounds) for case in CASES}
    print(f"{'':<40}" + "".join(f"{label:>17}" for label in columns))
    for name in ["as it is", *WITHOUT, "the collector on"]:
        print(f"{name:<40}" + "".join(f"{column[name]:>17.2f}" for column in columns.values()))
    print()
    for name, nanoseconds in steps():
        print(f"{name:<50}{nanoseconds:>7.0f} ns")


if __name__ == "__main__":
    main()
