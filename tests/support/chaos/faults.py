"""What is done to the brokers, as a table, and in which order, by a seed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tests.support.kafka import KafkaCluster
from tests.support.kafka.containers import Cut, DockerKafka

__all__ = ["Fault", "Step", "faults_of", "plan"]

Act = Callable[[KafkaCluster, int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to hurt a broker.

    `hold`: seconds, at least and at most, from the strike to the healing. `replaced`: Kafka elects another
    coordinator meanwhile, and the healing waits for that. `again`: repeated all the while. `keeps`: what was asked of
    it, and is on its way there, it carries out once it is healed. `hits_broker`: other brokers feel it too, not only
    who comes through its proxy.
    """

    name: str
    strike: Act
    heal: Act
    hold: tuple[float, float]
    replaced: bool = False
    keeps: bool = False
    hits_broker: bool = True
    again: Act | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One fault of a run. `victim` chooses the broker: the coordinator of one of the groups, counted from 0.

    `company`: meanwhile the connections to the other brokers are reset now and then.
    """

    fault: Fault
    victim: int
    hold: float
    company: bool


def _nothing(kafka: KafkaCluster, broker: int) -> None:
    pass


def _cut(how: Cut) -> Act:
    def strike(kafka: KafkaCluster, broker: int) -> None:
        assert isinstance(kafka, DockerKafka)
        kafka.cut(broker, how)

    return strike


def _mend(kafka: KafkaCluster, broker: int) -> None:
    assert isinstance(kafka, DockerKafka)
    kafka.mend(broker)


def reset(kafka: KafkaCluster, broker: int) -> None:
    """RST on every connection through the broker's proxy."""
    kafka.proxies[broker].reset()


EVERYWHERE = (
    Fault(name="SIGKILL", strike=KafkaCluster.kill, heal=KafkaCluster.start, hold=(0.0, 12.0), replaced=True),
    Fault(name="SIGKILL, started at once", strike=KafkaCluster.kill, heal=KafkaCluster.start, hold=(0.0, 0.0)),
    Fault(name="SIGTERM", strike=KafkaCluster.terminate, heal=KafkaCluster.start, hold=(0.0, 8.0), replaced=True),
    Fault(
        name="frozen", strike=KafkaCluster.pause, heal=KafkaCluster.resume, hold=(8.0, 20.0), replaced=True, keeps=True
    ),
    Fault(name="frozen shortly", strike=KafkaCluster.pause, heal=KafkaCluster.resume, hold=(0.5, 4.0), keeps=True),
    Fault(
        name="proxy silent",
        strike=lambda kafka, broker: kafka.proxies[broker].freeze(),
        heal=lambda kafka, broker: kafka.proxies[broker].thaw(),
        hold=(2.0, 12.0),
        keeps=True,
        hits_broker=False,
    ),
    Fault(
        name="proxy refusing",
        strike=lambda kafka, broker: kafka.proxies[broker].shut(),
        heal=lambda kafka, broker: kafka.proxies[broker].accept(),
        hold=(1.0, 6.0),
        hits_broker=False,
    ),
    Fault(name="RST again and again", strike=reset, heal=_nothing, hold=(2.0, 6.0), hits_broker=False, again=reset),
    Fault(
        name="FIN again and again",
        strike=lambda kafka, broker: kafka.proxies[broker].close(),
        heal=_nothing,
        hold=(2.0, 6.0),
        hits_broker=False,
        again=lambda kafka, broker: kafka.proxies[broker].close(),
    ),
)
ON_DOCKER = (
    Fault(name="packets dropped", strike=_cut(Cut.DROP), heal=_mend, hold=(8.0, 20.0), replaced=True, keeps=True),
    Fault(name="packets rejected", strike=_cut(Cut.REJECT), heal=_mend, hold=(8.0, 15.0), replaced=True, keeps=True),
    Fault(name="unplugged", strike=_cut(Cut.UNPLUG), heal=_mend, hold=(8.0, 15.0), replaced=True, keeps=True),
)


def moved(group: str) -> Fault:
    """Another broker is elected for the group's partition of the offsets."""
    return Fault(
        name="election",
        strike=lambda kafka, _: kafka.move_coordinator(group),
        heal=_nothing,
        hold=(0.0, 1.0),
        hits_broker=False,
    )


def faults_of(kafka: KafkaCluster, only: Collection[str] | None = None) -> tuple[Fault, ...]:
    """What can be done to these brokers, or as much of it as is wanted."""
    possible = (*EVERYWHERE, *(ON_DOCKER if isinstance(kafka, DockerKafka) else ()))
    chosen = possible if only is None else tuple(fault for fault in possible if fault.name in only)
    if only is not None and len(chosen) < len(set(only)):
        raise ValueError(f"of {sorted(only)} only {[fault.name for fault in chosen]} can be done to these brokers")
    return chosen


def plan(faults: Sequence[Fault], groups: Sequence[str], seed: str) -> Iterator[Step]:
    """Endless steps: all faults in one order, then in another."""
    random = Random(seed)
    while True:
        victims = random.sample(range(len(groups)), len(groups))
        deck = [*faults, moved(groups[victims[0]])]
        random.shuffle(deck)
        for turn, fault in enumerate(deck):
            victim = victims[0] if fault.name == "election" else victims[turn % len(victims)]
            yield Step(fault=fault, victim=victim, hold=random.uniform(*fault.hold), company=random.random() < 0.3)
