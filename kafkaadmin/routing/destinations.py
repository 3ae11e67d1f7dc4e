"""Who must answer: the kinds of broker that a request can be meant for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from kafkaadmin.models.partitions import TopicPartition

__all__ = [
    "ActiveController",
    "AnyBroker",
    "BrokerId",
    "Controller",
    "Coordinator",
    "CoordinatorType",
    "Destination",
    "Leader",
]


class CoordinatorType(IntEnum):
    """What a coordinator coordinates; the numbers are FindCoordinator's key types."""

    GROUP = 0
    TRANSACTION = 1
    SHARE = 2


class Coordinator(NamedTuple):
    """The coordinator of a group (of any kind), a transactional id, or a share partition.

    A share partition's key is `group:topicId:partition` (KIP-932).
    """

    key: str
    type: CoordinatorType = CoordinatorType.GROUP


class Leader(NamedTuple):
    """The leader of a partition."""

    partition: TopicPartition


class BrokerId(NamedTuple):
    """One broker, by its id."""

    id: int


@dataclass(frozen=True, slots=True)
class Controller:
    """The controller. Under KRaft any broker stands in for it and forwards."""


@dataclass(frozen=True, slots=True)
class AnyBroker:
    """Whichever broker is quickest to reach."""


@dataclass(frozen=True, slots=True)
class ActiveController:
    """The active one of KRaft's controllers, asked itself (KIP-919)."""


Destination = Coordinator | Leader | BrokerId | Controller | AnyBroker | ActiveController
