"""Groups, their members and committed offsets, as a coordinator keeps them. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.streams_groups import StreamsEndpoint, StreamsSubtopology

__all__ = [
    "ASSIGNORS",
    "CommittedOffset",
    "Group",
    "GroupMember",
    "GroupType",
    "as_offsets",
    "by_topic",
    "java_hash",
    "members_for",
]

GroupType = Literal["classic", "consumer", "share", "streams"]

ASSIGNORS: Mapping[GroupType, str] = {
    "classic": "range",
    "consumer": "uniform",
    "share": "simple",
    "streams": "sticky",
}
"""Who shares out partitions, where nobody asks for another."""


class CommittedOffset(NamedTuple):
    """What a group has committed for one partition."""

    offset: int
    leader_epoch: int = -1
    metadata: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMember:
    """A member of a group: what it subscribed to and which partitions it was given, as (topic, partition).

    One of a streams group has the tasks that read these partitions, and a process that it runs in.
    """

    member_id: str
    group_instance_id: str | None = None
    client_id: str = "consumer"
    host: str = "/127.0.0.1"
    rack: str | None = None
    topics: tuple[str, ...] = ()
    partitions: tuple[tuple[str, int], ...] = ()
    process_id: str = ""
    endpoint: StreamsEndpoint | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True, kw_only=True)
class Group:
    """A group of any kind.

    `offsets` are what it has committed; of a share group where it starts to read. `pending` are partitions whose offset
    an open transaction has yet to commit. `topology` is that of a streams group.
    """

    group_id: str
    type: GroupType = "classic"
    protocol_type: str = "consumer"
    assignor: str = "range"
    generation: int = 1
    state: str | None = None
    members: dict[str, GroupMember] = field(default_factory=dict[str, GroupMember])
    offsets: dict[str, dict[int, CommittedOffset]] = field(default_factory=dict[str, dict[int, CommittedOffset]])
    pending: frozenset[tuple[str, int]] = frozenset()
    topology: tuple[StreamsSubtopology, ...] = ()
    topology_epoch: int = 0

    @property
    def current_state(self) -> str:
        """The state's name: the one that was set, or what follows from the members."""
        return self.state or ("Stable" if self.members else "Empty")

    @property
    def subscribed_topics(self) -> frozenset[str]:
        """All topics that some member subscribed to."""
        return frozenset(topic for member in self.members.values() for topic in member.topics)

    def committed(self) -> Iterator[tuple[TopicPartition, CommittedOffset]]:
        """Everything that the group has committed."""
        for topic, partitions in self.offsets.items():
            for index, committed in partitions.items():
                yield TopicPartition(topic, index), committed

    def commit(self, topic: str, partition: int, committed: CommittedOffset) -> None:
        """Keep an offset."""
        self.offsets.setdefault(topic, {})[partition] = committed

    def forget(self, topic: str, partition: int | None = None) -> None:
        """Drop the offset of a partition, or those of a whole topic."""
        partitions = self.offsets.get(topic, {})
        if partition is not None:
            partitions.pop(partition, None)
        if partition is None or not partitions:
            self.offsets.pop(topic, None)

    def member_of_instance(self, group_instance_id: str) -> GroupMember | None:
        """The static member of this name."""
        return next((m for m in self.members.values() if m.group_instance_id == group_instance_id), None)

    def tasks_of(self, member: GroupMember) -> dict[str, tuple[int, ...]]:
        """The tasks that a member of a streams group runs: partitions by subtopology."""
        tasks: dict[str, tuple[int, ...]] = {}
        for subtopology in self.topology:
            read = {index for topic, index in member.partitions if topic in subtopology.source_topics}
            if read:
                tasks[subtopology.subtopology_id] = tuple(sorted(read))
        return tasks

    def snapshot(self) -> Group:
        """The group as it is now, apart from what happens to it later."""
        offsets = {topic: dict(partitions) for topic, partitions in self.offsets.items()}
        return replace(self, members=dict(self.members), offsets=offsets)


def as_offsets(offsets: Mapping[tuple[str, int], int]) -> dict[str, dict[int, CommittedOffset]]:
    """Offsets by (topic, partition), in the shape that `Group.offsets` has."""
    shaped: dict[str, dict[int, CommittedOffset]] = {}
    for (topic, partition), offset in offsets.items():
        shaped.setdefault(topic, {})[partition] = CommittedOffset(offset)
    return shaped


def by_topic(partitions: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    """Partitions, put together by topic."""
    grouped: dict[str, tuple[int, ...]] = {}
    for topic, partition in partitions:
        grouped[topic] = (*grouped.get(topic, ()), partition)
    return grouped


def members_for(group_id: str, count: int, partitions: Sequence[tuple[str, int]]) -> tuple[GroupMember, ...]:
    """Members who subscribe to the topics of these partitions, and share them."""
    topics = tuple(by_topic(partitions))
    return tuple(
        GroupMember(member_id=f"{group_id}-member-{index}", topics=topics, partitions=tuple(partitions[index::count]))
        for index in range(count)
    )


def java_hash(text: str) -> int:
    """`String.hashCode()`: over UTF-16 code units, a signed 32-bit number."""
    units = text.encode("utf-16-be", "surrogatepass")
    value = 0
    for high, low in zip(units[::2], units[1::2], strict=True):
        value = (31 * value + (high << 8 | low)) & 0xFFFF_FFFF
    return value - (1 << 32) if value >= 1 << 31 else value
