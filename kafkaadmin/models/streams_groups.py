"""Streams groups (KIP-1071): Kafka Streams applications whose tasks the broker assigns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from kafkaadmin.models.brokers import Broker
from kafkawire.enums import AclOperation, GroupState, GroupType, TopologyDescriptionStatus, TopologyNodeType

__all__ = [
    "StreamsDescribedSubtopology",
    "StreamsEndpoint",
    "StreamsGlobalStore",
    "StreamsGroupDescription",
    "StreamsGroupMember",
    "StreamsInternalTopic",
    "StreamsSubtopology",
    "StreamsTask",
    "StreamsTasks",
    "StreamsTopologyDescription",
    "StreamsTopologyNode",
]


class StreamsTask(NamedTuple):
    """A task: one partition's share of a subtopology. Printed as Kafka Streams does: `0_2`."""

    subtopology_id: str
    partition: int

    def __str__(self) -> str:
        return f"{self.subtopology_id}_{self.partition}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamsTasks:
    """Tasks of a member: those that it runs, those whose state it keeps a copy of, those that it prepares to run."""

    active: tuple[StreamsTask, ...] = ()
    standby: tuple[StreamsTask, ...] = ()
    warmup: tuple[StreamsTask, ...] = ()


class StreamsEndpoint(NamedTuple):
    """Where a member answers interactive queries (`application.server`)."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamsGroupMember:
    """A member of a streams group: one thread of an instance of the application.

    Members of one process have the same `process_id`. `assignment` is what it has, `target_assignment` what it shall
    have: it is done when they are equal. `task_offsets` says how far its tasks have read their changelogs, and
    `task_end_offsets` how far these go, where it has told. `is_classic`: it still speaks the classic protocol.
    """

    member_id: str
    client_id: str
    host: str
    member_epoch: int
    topology_epoch: int
    process_id: str
    group_instance_id: str | None = None
    rack_id: str | None = None
    user_endpoint: StreamsEndpoint | None = None
    client_tags: Mapping[str, str] = field(default_factory=dict[str, str])
    assignment: StreamsTasks = StreamsTasks()
    target_assignment: StreamsTasks = StreamsTasks()
    task_offsets: Mapping[StreamsTask, int] = field(default_factory=dict[StreamsTask, int])
    task_end_offsets: Mapping[StreamsTask, int] = field(default_factory=dict[StreamsTask, int])
    is_classic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamsInternalTopic:
    """A topic that the broker makes for an application. `None`: not settled by the application."""

    name: str
    partitions: int | None = None
    replication_factor: int | None = None
    configs: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamsSubtopology:
    """A part of the topology that runs by itself: what it reads and writes, patterns resolved to topics."""

    subtopology_id: str
    source_topics: tuple[str, ...] = ()
    repartition_sink_topics: tuple[str, ...] = ()
    repartition_source_topics: tuple[StreamsInternalTopic, ...] = ()
    state_changelog_topics: tuple[StreamsInternalTopic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamsTopologyNode:
    """A node of the topology as it was written: a source of `topics`, a processor with `stores`, or a sink.

    A sink has one topic, or none where it chooses record by record.
    """

    name: str
    type: TopologyNodeType
    topics: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    predecessors: frozenset[str] = frozenset()
    successors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamsDescribedSubtopology:
    """A subtopology, node by node."""

    subtopology_id: str
    nodes: tuple[StreamsTopologyNode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamsGlobalStore:
    """A store that every instance has whole, and what fills it."""

    source: StreamsTopologyNode
    processor: StreamsTopologyNode


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamsTopologyDescription:
    """The topology as the application wrote it (KIP-1331)."""

    subtopologies: tuple[StreamsDescribedSubtopology, ...] = ()
    global_stores: tuple[StreamsGlobalStore, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamsGroupDescription:
    """A streams group.

    While `target_assignment_epoch` lags behind `group_epoch`, a new assignment is due. `topology_epoch` and
    `subtopologies` are the topology as the group runs it; `None` and nothing before a member has told it.
    `topology_description` is it node by node, if it was asked for; if there is none, `topology_description_status` says
    why. `assignor` is `None` from brokers before 4.4, `authorized_operations` unless it was asked for.
    """

    group_id: str
    state: GroupState
    coordinator: Broker
    members: tuple[StreamsGroupMember, ...]
    group_epoch: int
    target_assignment_epoch: int
    topology_epoch: int | None = None
    subtopologies: tuple[StreamsSubtopology, ...] = ()
    topology_description: StreamsTopologyDescription | None = None
    topology_description_status: TopologyDescriptionStatus = TopologyDescriptionStatus.NOT_REQUESTED
    assignor: str | None = None
    authorized_operations: frozenset[AclOperation] | None = None

    @property
    def type(self) -> GroupType:
        """STREAMS."""
        return GroupType.STREAMS
