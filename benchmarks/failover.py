"""How four Python clients live through the loss of a group's coordinator, on real Kafka, as a picture.

    python benchmarks/failover.py [--scenes SIGKILL,RST] [--out docs/images] [--kafka-backend jvm]

For each fault three fresh brokers are started, and each client polls the same group's offset ten times a second from
a process of its own. The offset grows four times a second; an answer older than what was acknowledged before the poll
began is wrong. Kafka's own recovery, asked of the brokers by hand-written bytes, is drawn beside. About five minutes.
Writes `failover.svg` and `failover.png`, and prints what each client did.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
from failover_clients import CLIENTS
from failover_picture import Lane, Panel, Span, State, draw

from kafkaadmin import AdminClient, NewTopic, TopicPartition
from tests.support.kafka.backend import Backend, make_cluster
from tests.support.kafka.cluster import KafkaCluster
from tests.support.kafka.settings import DEFAULT_VERSION
from tests.support.kafka.watch import CoordinatorWatch

GROUP, TOPIC = "billing", "orders"
READ = TopicPartition(TOPIC, 0)
BEFORE = 3.0
"""Seconds of polling before the fault."""

COMMIT_EVERY = 0.25
SLOW = 1.0
"""Seconds from which on a right answer counts as slow."""

GRACE = 0.1
"""Seconds after which a client that should stop is taken for hanging."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One fault, and how long the clients are watched after it."""

    name: str
    title: str
    seconds: float
    hurt: Callable[[KafkaCluster, int], None]
    mend_after: float | None = None
    mend: Callable[[KafkaCluster, int], None] | None = None
    behind_proxies: bool = False
    moves: bool = True


def _reset(kafka: KafkaCluster, broker: int) -> None:
    for _ in range(20):
        kafka.proxies[broker].reset()
        time.sleep(0.2)


def _move(kafka: KafkaCluster, _: int) -> None:
    kafka.move_coordinator(GROUP)


SCENES = (
    Scene("SIGKILL", "coordinator killed (SIGKILL), never restarted", 30.0, KafkaCluster.kill),
    Scene("SIGTERM", "coordinator shut down (SIGTERM)", 20.0, KafkaCluster.terminate),
    Scene(
        "SIGSTOP",
        "coordinator frozen for 40 s (SIGSTOP), then woken",
        50.0,
        KafkaCluster.pause,
        40.0,
        KafkaCluster.resume,
    ),
    Scene(
        "RST",
        "coordinator's connections reset (RST) every 0.2 s for 4 s",
        15.0,
        _reset,
        behind_proxies=True,
        moves=False,
    ),
    Scene("moved", "coordinator moved by preferred-leader election", 20.0, _move),
)


def main() -> None:
    options = _options()
    wanted = [scene for scene in SCENES if scene.name in options.scenes.split(",")]
    panels = [run(scene, options) for scene in wanted]
    for panel in panels:
        report(panel)
    draw(panels, options.out, f"Kafka {options.kafka_version}, three brokers")


def run(scene: Scene, options: argparse.Namespace) -> Panel:
    """Play one scene on a cluster of its own."""
    with tempfile.TemporaryDirectory() as directory:
        cluster = make_cluster(
            Backend(options.kafka_backend), Path(directory), brokers=3, version=options.kafka_version, extra={}
        )
        with cluster as kafka:
            return anyio.run(_play, scene, kafka)


async def _play(scene: Scene, kafka: KafkaCluster) -> Panel:
    in_thread = anyio.to_thread.run_sync
    async with AdminClient(kafka.bootstrap(), suspect_after=1.5) as admin:
        (await admin.create_topics([NewTopic(TOPIC, partitions=3, replication_factor=3)])).raise_for_errors()
        commits = Commits()
        await commits.make(admin)
        coordinator = await in_thread(partial(kafka.coordinator_of, GROUP))
        bootstrap = kafka.bootstrap(direct=not scene.behind_proxies)
        with CoordinatorWatch(kafka, GROUP) as watch, _clients(bootstrap) as clients:
            async with anyio.create_task_group() as group:
                group.start_soon(commits.keep_making, admin)
                await in_thread(partial(_await_first_polls, clients))
                await anyio.sleep(BEFORE)
                hurt_at = time.monotonic()
                group.start_soon(in_thread, partial(scene.hurt, kafka, coordinator))
                await anyio.sleep(scene.mend_after or 0.0)
                if scene.mend is not None:
                    await in_thread(partial(scene.mend, kafka, coordinator))
                await anyio.sleep(max(0.0, hurt_at + scene.seconds - time.monotonic()))
                group.cancel_scope.cancel()
            ended = time.monotonic()
            recovered = watch.await_change(since=hurt_at, from_broker=coordinator) - hurt_at if scene.moves else None
    lanes = [Lane(client.name, _spans(client, commits, hurt_at, ended)) for client in clients]
    return Panel(scene.name, scene.title, -BEFORE, scene.seconds, recovered, lanes)


class Commits:
    """What was acknowledged, and when: the truth that answers are held against."""

    def __init__(self) -> None:
        self.times: list[float] = []

    async def make(self, admin: AdminClient) -> None:
        """Commit the next offset. Offset `n` is the `n`th one acknowledged."""
        (await admin.alter_consumer_group_offsets(GROUP, {READ: len(self.times) + 1})).raise_for_errors()
        self.times.append(time.monotonic())

    async def keep_making(self, admin: AdminClient) -> None:
        while True:
            await self.make(admin)
            await anyio.sleep(COMMIT_EVERY)

    def at(self, moment: float) -> int:
        """The offset that was acknowledged by then."""
        return bisect_right(self.times, moment)


class Client:
    """One client's process, and what it has said."""

    def __init__(self, name: str, bootstrap: str) -> None:
        self.name = name
        self.lines: list[list[object]] = []
        self.crashed_at: float | None = None
        self.polled = threading.Event()
        self._said = ""
        command = [sys.executable, str(Path(__file__).with_name("failover_clients.py")), name, bootstrap, GROUP, TOPIC]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._stopping = False
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read, self._read_errors)]
        for reader in self._readers:
            reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(json.loads(line))
            if self.lines[-1][0] == "offset":
                self.polled.set()
        if not self._stopping:
            self.crashed_at = time.monotonic()

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        self._said = self._process.stderr.read()

    def stop(self) -> None:
        """Let it finish its poll; end it if it hangs. Raises `RuntimeError` if it ended otherwise than by a signal."""
        self._stopping = True
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it crashed
            self._process.stdin.close()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for reader in self._readers:
            reader.join()
        if self._process.returncode > 0:
            raise RuntimeError(f"{self.name} exited with {self._process.returncode}: {self._said[-2000:]}")


@contextmanager
def _clients(bootstrap: str) -> Iterator[list[Client]]:
    with ExitStack() as stack:
        clients = [Client(name, bootstrap) for name in CLIENTS]
        for client in clients:
            stack.callback(client.stop)
        yield clients


def _await_first_polls(clients: list[Client]) -> None:
    for client in clients:
        if not client.polled.wait(30.0):
            raise RuntimeError(f"{client.name} read no offset from a healthy cluster")


def _spans(client: Client, commits: Commits, zero: float, ended: float) -> list[Span]:
    spans: list[Span] = []
    began: float | None = None
    for kind, at, *rest in client.lines:
        moment = float(str(at))
        if kind == "began":
            began = moment
        elif began is not None:
            spans.append(Span(began - zero, moment - zero, *_judge(str(kind), rest[0], began, moment, commits)))
            began = None
    if client.crashed_at is not None:
        spans.append(Span(client.crashed_at - zero, ended - zero, State.CRASHED, "the process died"))
    elif began is not None:
        spans.append(Span(began - zero, ended - zero, State.SLOW, "no answer by the end"))
    return spans


def _judge(kind: str, said: object, began: float, ended: float, commits: Commits) -> tuple[State, str]:
    if kind == "error":
        return State.FAILED, str(said)
    due = commits.at(began)
    if said is None or int(str(said)) < due:
        return State.WRONG, f"offset {said}, acknowledged was {due}"
    return (State.SLOW if ended - began >= SLOW else State.OK), ""


def report(panel: Panel) -> None:
    """What each client did after the fault."""
    kafka = "" if panel.kafka is None else f"; Kafka itself after {panel.kafka:.2f} s"
    print(f"\n{panel.title}{kafka}")
    for lane in panel.lanes:
        after = [span for span in lane.spans if span.end > 0]
        counts = {state: sum(span.state is state for span in after) for state in State}
        longest = max(
            (span.end - max(span.start, 0.0) for span in after if span.state is not State.CRASHED), default=0.0
        )
        said = next((span.said for span in after if span.state in (State.FAILED, State.WRONG)), "")
        numbers = "  ".join(f"{state.value} {count}" for state, count in counts.items())
        print(f"  {lane.client:16} {numbers}  longest {longest:5.2f} s  {said[:90]}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", default=",".join(scene.name for scene in SCENES))
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--kafka-version", default=DEFAULT_VERSION)
    parser.add_argument("--kafka-backend", type=str, default=Backend.AUTO, choices=list(Backend))
    return parser.parse_args()


if __name__ == "__main__":
    main()
