"""Whole calls, beside kafka-python's: the offsets of one group, and of 10,000.

    python benchmarks/calls.py [--groups 10000] [--brokers 6] [--rounds 5] [--bootstrap host:port]

Without `--bootstrap` the brokers are a FakeCluster in a process of its own; a real cluster is given the groups first.
Both clients ask the same brokers in alternating rounds. Printed are the medians of wall and CPU time, ours and theirs,
and the ratio of ours to theirs; for many groups also how long our event loop was held up at once, and the p99 of a
small call made meanwhile.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe
from typing import Any, NamedTuple

import anyio
import anyio.lowlevel
from kafka.admin import KafkaAdminClient

from kafkaadmin import AdminClient, NewTopic, TopicPartition
from kafkaadmin.testing import FakeCluster

TOPIC = "benchmark"
PARTITIONS = 2
SINGLES = 500


class Figure(NamedTuple):
    """Seconds for one call."""

    wall: float
    cpu: float


def main() -> None:
    options = _options()
    names = [f"benchmark-{number}" for number in range(options.groups)]
    with _brokers(options, names) as bootstrap:
        theirs = KafkaAdminClient(bootstrap_servers=bootstrap.split(","))
        try:
            anyio.run(_compare, bootstrap, names, theirs, options.rounds)
        finally:
            theirs.close()


async def _compare(bootstrap: str, names: list[str], theirs: Any, rounds: int) -> None:
    async with AdminClient(bootstrap) as ours:
        await _compare_calls(
            "offsets of 1 group",
            lambda: ours.list_consumer_group_offsets(names[0]),
            lambda: theirs.list_group_offsets([names[0]]),
            rounds,
            SINGLES,
        )
        await _compare_calls(
            f"offsets of {len(names):,} groups",
            lambda: ours.list_consumer_group_offsets(names),
            lambda: theirs.list_group_offsets(names),
            rounds,
            1,
        )
        await _loop_during_scan(ours, names)


async def _compare_calls(
    what: str, ours: Callable[[], Awaitable[Any]], theirs: Callable[[], Any], rounds: int, calls: int
) -> None:
    (await ours()).raise_for_errors()
    theirs()
    mine: list[Figure] = []
    others: list[Figure] = []
    for _ in range(rounds):
        began = _now()
        for _ in range(calls):
            await ours()
        mine.append(_figure(began, calls))
        began = _now()
        for _ in range(calls):
            theirs()
        others.append(_figure(began, calls))
    for kind in ("wall", "cpu"):
        left = statistics.median(getattr(figure, kind) for figure in mine)
        right = statistics.median(getattr(figure, kind) for figure in others)
        figures = f"ours {left * 1e3:9.3f} ms  kafka-python {right * 1e3:9.3f} ms  ratio {left / right:5.2f}"
        print(f"{what:28} {kind:4}  {figures}")


async def _loop_during_scan(ours: AdminClient, names: list[str]) -> None:
    """Small calls, one after the other, alone and beside a scan; and the longest that the loop was held up."""
    alone = await _small_calls(ours, names[0], until=lambda: False, limit=SINGLES)
    scanned = False
    held: list[float] = []

    async def scan() -> None:
        nonlocal scanned
        for _ in range(5):
            (await ours.list_consumer_group_offsets(names)).raise_for_errors()
        scanned = True

    async def tick() -> None:
        while not scanned:
            began = time.perf_counter()
            await anyio.lowlevel.checkpoint()
            held.append(time.perf_counter() - began)

    async with anyio.create_task_group() as group:
        group.start_soon(scan)
        beside = await _small_calls(ours, names[0], until=lambda: scanned, limit=100_000)
    scanned = False
    async with anyio.create_task_group() as group:
        group.start_soon(scan)
        group.start_soon(tick)
    print(f"small call p99: alone {_p99(alone) * 1e3:.2f} ms, beside a scan {_p99(beside) * 1e3:.2f} ms")
    print(f"event loop held up at once, during a scan: at most {max(held) * 1e3:.1f} ms")


async def _small_calls(ours: AdminClient, name: str, *, until: Callable[[], bool], limit: int) -> list[float]:
    taken: list[float] = []
    while not until() and len(taken) < limit:
        began = time.perf_counter()
        await ours.list_consumer_group_offsets(name)
        taken.append(time.perf_counter() - began)
    return taken


def _p99(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.99)]


def _now() -> Figure:
    return Figure(time.perf_counter(), time.process_time())


def _figure(began: Figure, calls: int) -> Figure:
    now = _now()
    return Figure((now.wall - began.wall) / calls, (now.cpu - began.cpu) / calls)


@contextmanager
def _brokers(options: argparse.Namespace, names: list[str]) -> Iterator[str]:
    if options.bootstrap:
        anyio.run(_fill, options.bootstrap, names)
        yield options.bootstrap
        return
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(there, options.brokers, len(names)))
    process.start()
    try:
        yield here.recv()
    finally:
        here.send(None)
        process.join()


def _serve(pipe: Pipe, brokers: int, groups: int) -> None:
    with FakeCluster(brokers=brokers) as cluster:
        cluster.add_topic(TOPIC, partitions=PARTITIONS)
        offsets = {(TOPIC, partition): 42 for partition in range(PARTITIONS)}
        for number in range(groups):
            cluster.add_group(f"benchmark-{number}", offsets=offsets)
        pipe.send(cluster.bootstrap_servers)
        pipe.recv()


async def _fill(bootstrap: str, names: list[str]) -> None:
    async with AdminClient(bootstrap) as admin:
        await admin.create_topics([NewTopic(TOPIC, partitions=PARTITIONS)])
        offsets = {TopicPartition(TOPIC, partition): 42 for partition in range(PARTITIONS)}
        limit = anyio.CapacityLimiter(50)

        async def commit(name: str) -> None:
            async with limit:
                (await admin.alter_consumer_group_offsets(name, offsets)).raise_for_errors()

        async with anyio.create_task_group() as group:
            for name in names:
                group.start_soon(commit, name)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--groups", type=int, default=10_000)
    parser.add_argument("--brokers", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bootstrap")
    return parser.parse_args()


if __name__ == "__main__":
    main()
