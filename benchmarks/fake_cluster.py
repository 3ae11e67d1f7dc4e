"""What a FakeCluster costs: how long it takes to start and to stop, and the memory of many groups.

    python benchmarks/fake_cluster.py [--brokers 6] [--groups 10000]

Each figure comes from a process of its own. The groups are so many for each broker, and each has committed three
offsets; the memory is what the process has more of (RSS) than after the import.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from kafkaadmin.testing import FakeCluster

START_BUDGET, MEMORY_BUDGET = 50.0, 200.0
"""Milliseconds; MB."""

STARTS = 20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brokers", type=int, default=6)
    parser.add_argument("--groups", type=int, default=10_000, help="for each broker")
    parser.add_argument("--measure", choices=["starts", "memory"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure == "starts":
        print(json.dumps(starts(options.brokers)))
    elif options.measure == "memory":
        print(json.dumps(memory(options.brokers, options.groups)))
    else:
        started = in_a_process("starts", options)
        took, whole = in_a_process("memory", options)
        again = statistics.median(started[1:])
        print(
            f"{options.brokers} brokers start and stop: {started[0]:.1f} ms, median of {STARTS - 1} more {again:.1f} ms"
        )
        print(f"{options.brokers * options.groups} groups: {took:.0f} MB; the process {whole:.0f} MB")
        print(f"budgets: {START_BUDGET:.0f} ms, {MEMORY_BUDGET:.0f} MB")


def in_a_process(measure: str, options: argparse.Namespace) -> list[float]:
    """What a new process measures."""
    told = [f"--measure={measure}", f"--brokers={options.brokers}", f"--groups={options.groups}"]
    run = subprocess.run([sys.executable, __file__, *told], check=True, capture_output=True, text=True)
    measured: list[float] = json.loads(run.stdout)
    return measured


def starts(brokers: int) -> list[float]:
    """Milliseconds from nothing until all brokers take connections and are gone again."""
    times: list[float] = []
    for _ in range(STARTS):
        start = time.perf_counter()
        with FakeCluster(brokers=brokers):
            pass
        times.append((time.perf_counter() - start) * 1e3)
    return times


def memory(brokers: int, groups: int) -> tuple[float, float]:
    """MB that a cluster with its groups takes, and those of the whole process."""
    before = resident()
    with FakeCluster(brokers=brokers) as cluster:
        cluster.add_topic("orders", partitions=3)
        names = (f"group-{number}" for number in range(brokers * groups))
        cluster.add_groups(names, offsets={("orders", index): 42 for index in range(3)})
        whole = resident()
    return whole - before, whole


def resident() -> float:
    """MB of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    main()
