"""One run, from a healthy cluster to a healthy cluster."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import anyio

from kafkaadmin import AdminClient, NewTopic
from tests.support.chaos.callers import ENDS, REPLICAS, TOPIC, Scene
from tests.support.chaos.crowd import Crowd
from tests.support.chaos.faults import Fault, Step, faults_of, plan, reset
from tests.support.chaos.journal import EVERYBODY, Journal
from tests.support.chaos.ledger import Ledger
from tests.support.chaos.report import Recovery, Report
from tests.support.chaos.resources import Resources, largest, measure, open_connections
from tests.support.chaos.service import ServiceWatch, well_since
from tests.support.chaos.tally import Tally
from tests.support.chaos.views import Views, offsets_partition
from tests.support.chaos.weather import Weather
from tests.support.kafka import CoordinatorWatch, KafkaCluster, wire
from tests.support.kafka.settings import OFFSETS_PARTITIONS, uses_zookeeper
from tests.support.producing import produce

__all__ = ["Run", "Settings"]

PAUSE = 0.1
AGAIN_EVERY = 0.3
COMPANY_EVERY = 0.7
CATCH_UP_SECONDS = 90.0
SETTLE_SECONDS = 5.0
EXAMPLES = 6
"""So many answers that were wrong, and writes that were lost, are told of in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command line says."""

    minutes: float
    seed: str
    loops: tuple[str, ...]
    callers: int
    only: Sequence[str] | None = None
    """The faults' names; all that can be done to the brokers without."""


class Run:
    """Twenty callers, and faults one after the other."""

    def __init__(self, kafka: KafkaCluster, settings: Settings, journal: Journal) -> None:
        self._kafka, self._settings, self._journal = kafka, settings, journal
        self._tally, self._ledger, self._weather = Tally(), Ledger(), Weather()
        self._report = Report()
        self._began = time.monotonic()
        self._crowds: list[Crowd] = []

    def all(self) -> int:
        """The exit code."""
        cluster_id = anyio.run(_prepare, self._kafka.bootstrap())
        brokers = frozenset(self._kafka.brokers)
        scene = Scene(self._ledger, self._tally, self._weather, self._journal, cluster_id=cluster_id, brokers=brokers)
        connections = open_connections()
        self._crowds = self._gather(scene)
        with self._calling(), Views(self._kafka, self._journal):
            self._hurt()
        self._report.left_open = max(0, self._connections_after(connections) - connections)
        losses = list(self._losses())
        self._report.lost = [refuted for _, refuted in losses]
        self._report.evidence = list(self._evidence([about for about, _ in losses]))
        self._report.acknowledged = len(self._ledger)
        return self._conclude()

    # ------------------------------------------------------------------ the callers

    def _gather(self, scene: Scene) -> list[Crowd]:
        """On each loop one client goes straight to the brokers, the other through the proxies."""
        bootstraps = [self._kafka.bootstrap(direct=direct) for direct in (True, False)]
        settings = self._settings
        share = settings.callers // len(settings.loops)
        return [
            Crowd(each, scene, bootstraps, callers=share, seed=settings.seed, pause=PAUSE) for each in settings.loops
        ]

    @contextmanager
    def _calling(self) -> Generator[None]:
        """Everybody calls while the body runs; what the process holds is measured at rest, before and after."""
        for crowd in self._crowds:
            crowd.start()
        tracemalloc.start()
        self._report.before = self._measure()
        self._began = time.monotonic()
        self._journal.begin(self._began)
        for crowd in self._crowds:
            crowd.call()
        yield
        for crowd in self._crowds:
            crowd.rest()
        self._report.seconds = time.monotonic() - self._began
        self._report.after = self._measure()
        self._report.largest = largest()
        tracemalloc.stop()
        for crowd in self._crowds:
            crowd.leave()

    def _measure(self) -> Resources:
        return measure(sum(crowd.tasks for crowd in self._crowds))

    def _connections_after(self, before: int) -> int:
        """The proxies close their side a moment after the clients."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while (now := open_connections()) > before and time.monotonic() < deadline:
            time.sleep(0.1)
        return now

    def _await_rounds(self, more: int = 2) -> None:
        """Until each caller has done so many things more."""
        goals = [done + more for done in self._rounds()]
        deadline = time.monotonic() + CATCH_UP_SECONDS
        while any(done < goal for done, goal in zip(self._rounds(), goals, strict=True)):
            if time.monotonic() > deadline:
                self._tally.failures.append(f"somebody was stuck for {CATCH_UP_SECONDS:.0f} s on a healthy cluster")
                return
            time.sleep(0.05)

    def _rounds(self) -> list[int]:
        return [done for crowd in self._crowds for done in crowd.rounds]

    # ------------------------------------------------------------------ the faults

    def _hurt(self) -> None:
        end = self._began + 60 * self._settings.minutes
        groups = sorted(self._ledger.settled)
        self._await_rounds()
        for step in plan(faults_of(self._kafka, self._settings.only), groups, self._settings.seed):
            if time.monotonic() >= end:
                break
            self._take(step, groups[step.victim])
        self._await_rounds(5)

    def _take(self, step: Step, group: str) -> None:
        kafka, fault = self._kafka, step.fault
        broker = kafka.coordinator_of(group)
        self._weather.break_out(self._keeping(fault, broker))
        with CoordinatorWatch(kafka, group) as watch, ServiceWatch(kafka, TOPIC, self._journal.note) as service:
            struck = time.monotonic()
            self._note(f"{fault.name}: broker {broker} is struck")
            fault.strike(kafka, broker)
            if fault.replaced:
                watch.await_change(since=struck, from_broker=broker)
            self._hold(step, broker, struck)
            self._note(f"{fault.name}: broker {broker} is healed")
            fault.heal(kafka, broker)
            healed = time.monotonic()
            self._note(f"{fault.name}: broker {broker} has been healed")
            kafka.await_healthy()
            self._note("all is well")
            self._weather.calm_down()
            self._await_rounds()
        served = _served_again(watch, struck, broker) or healed
        well = max(served, well_since([each for each in service.probes if each.ended > struck]) or struck)
        recovery = Recovery(
            fault=fault.name,
            kafka=served - struck,
            well=well - struck,
            callers=self._tally.held_up(self._neighbours(group), well),
            after_served=self._tally.held_up(self._neighbours(group), served),
        )
        self._report.recoveries.append(recovery)
        for at, serving in watch.changes:
            self._journal.note(offsets_partition(self._partition_of(group)), f"Kafka: {group} is with {serving}", at)
        self._say(
            f"{fault.name}, broker {broker}, {healed - struck:.1f} s{', others reset' if step.company else ''}:"
            f" {recovery}; healthy after {time.monotonic() - struck:.1f} s"
        )

    def _keeping(self, fault: Fault, victim: int) -> Collection[int]:
        """Who may carry out later what it is asked: all, since they pass it on, if KRaft's controller is hurt."""
        if fault.hits_broker and not uses_zookeeper(self._kafka.version):
            controller = anyio.run(_controller, self._kafka.bootstrap())
            if controller in (victim, None):
                self._note(f"{fault.name}: the controller is {controller}")
                return self._kafka.brokers
        return [victim] if fault.keeps else []

    def _hold(self, step: Step, broker: int, struck: float) -> None:
        """Let it last, and do meanwhile what belongs to it."""
        acts: list[tuple[float, Callable[[], object]]] = []
        again = step.fault.again
        if again is not None:
            acts.append((AGAIN_EVERY, lambda: again(self._kafka, broker)))
        if step.company:
            acts.append((COMPANY_EVERY, lambda: self._reset_all_but(broker)))
        due = [struck for _ in acts]
        while (now := time.monotonic()) < struck + step.hold:
            for turn, (every, act) in enumerate(acts):
                if now >= due[turn]:
                    act()
                    due[turn] = now + every
            time.sleep(0.05)

    def _reset_all_but(self, broker: int) -> None:
        for other in self._kafka.brokers:
            if other != broker:
                reset(self._kafka, other)

    def _neighbours(self, group: str) -> frozenset[str]:
        """The groups whose offsets are in the same partition: what Kafka says of one of them holds for all."""
        wanted = self._partition_of(group)
        return frozenset(each for each in self._ledger.offsets if self._partition_of(each) == wanted)

    def _partition_of(self, group: str) -> int:
        return wire.group_partition(group, OFFSETS_PARTITIONS)

    # ------------------------------------------------------------------ the end

    def _losses(self) -> Iterator[tuple[str, str]]:
        """What was acknowledged and isn't there: asked byte for byte, not by the client under test."""
        for group, registers in self._ledger.offsets.items():
            committed = self._kafka.committed_offsets(group)
            for partition, register in registers.items():
                seen = committed.get((partition.topic, partition.partition))
                refuted = register.refutes_now(seen if seen != -1 else None)
                if refuted is not None:
                    yield group, refuted
        topics = self._kafka.metadata(*self._ledger.topics).topics
        for name, topic in self._ledger.topics.items():
            found = self._kafka.topic_id(name) if topics[name] else None
            refuted = topic.refutes_now(found, lambda kept: self._weather.was_keeping(*kept))
            if refuted is not None:
                yield name, refuted
            elif found not in (None, topic.id):
                self._report.made_again.append(f"{name}: {topic.id}, deleted, and {found}; kept: {list(topic.kept)}")

    def _evidence(self, lost: Sequence[str]) -> Iterator[str]:
        for wrong in self._tally.wrong[:EXAMPLES]:
            partitions = [offsets_partition(self._partition_of(each)) for each in wrong.about]
            yield f"around {self._journal.since_start(wrong.at).strip()} s, {wrong.told}"
            yield from self._journal.around(wrong.at, [*wrong.about, *partitions])
        for about in lost[:EXAMPLES]:
            yield f"the life of {about}"
            yield from self._journal.life_of(about)

    def _conclude(self) -> int:
        for line in self._report.lines(self._tally):
            print(line)
        faults = self._report.faults(self._tally)
        print(f"CHAOS FAILED: {'; '.join(faults)}" if faults else "chaos: everything held")
        return 1 if faults else 0

    def _note(self, what: str) -> None:
        self._journal.note(EVERYBODY, what)

    def _say(self, what: str) -> None:
        print(f"{time.monotonic() - self._began:7.1f} s  {what}", flush=True)


def _served_again(watch: CoordinatorWatch, struck: float, broker: int) -> float | None:
    """When Kafka first served the group after it hadn't, or served it elsewhere."""
    gone = False
    for at, serving in watch.changes:
        if at < struck:
            continue
        if serving is None:
            gone = True
        elif gone or serving != broker:
            return at
    return None


async def _controller(bootstrap: str) -> int | None:
    async with AdminClient(bootstrap) as admin:
        return (await admin.describe_metadata_quorum()).leader_id


async def _prepare(bootstrap: str) -> str:
    async with AdminClient(bootstrap) as admin:
        new = NewTopic(TOPIC, partitions=len(ENDS), replication_factor=REPLICAS)
        (await admin.create_topics([new])).raise_for_errors()
        for partition, records in ENDS.items():
            await produce(admin, partition, range(1_700_000_000_000, 1_700_000_000_000 + records))
        cluster_id = (await admin.describe_cluster()).cluster_id
    assert cluster_id is not None
    return cluster_id
