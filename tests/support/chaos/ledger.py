"""What was acknowledged, and which answers it allows.

Everything that the callers write is a register with one writer, who makes one write after the other and numbers them
from 1. What a read may see follows from two numbers: the last write that was acknowledged when the read began, and the
last one that had begun when the read ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from kafkaadmin import TopicPartition

__all__ = ["Kept", "Ledger", "Register", "Topic"]


class Kept(NamedTuple):
    """A request that a broker took and didn't answer: from when until when somebody waited for it."""

    broker: int
    since: float
    until: float


@dataclass(slots=True, eq=False)
class Register:
    """One thing that is written. Write n leaves the value n; where it `blinks`, each even write takes it away again.

    Before its first write it isn't there.
    """

    name: str
    blinks: bool = False
    acknowledged: int = 0
    begun: int = 0

    def begin(self, *, takes_away: bool = False) -> int:
        """The number of the write that begins now."""
        self.begun += 1
        if self.blinks and self._absent_after(self.begun) != takes_away:
            self.begun += 1  # the write before this one failed
        return self.begun

    def acknowledge(self, number: int) -> None:
        """The write is done: whoever looks from now on must see it, or a later one."""
        self.acknowledged = number

    def refutes(self, since: int, seen: int | None) -> str | None:
        """What is wrong with a read that began when write `since` was acknowledged, and saw `seen`."""
        if seen is None:
            allowed = any(self._absent_after(number) for number in range(since, min(self.begun, since + 1) + 1))
        else:
            allowed = since <= seen <= self.begun and not self._absent_after(seen)
        if allowed:
            return None
        shown = "nothing" if seen is None else str(seen)
        return f"{self.name}: {shown} was read; write {since} was acknowledged before, write {self.begun} begun since"

    def refutes_now(self, seen: int | None) -> str | None:
        """What is wrong with a read that begins and ends now."""
        return self.refutes(self.acknowledged, seen)

    def _absent_after(self, number: int) -> bool:
        return number == 0 or (self.blinks and number % 2 == 0)


@dataclass(slots=True, eq=False)
class Topic:
    """A topic that is made, and mostly deleted again; nobody else makes one of that name.

    A broker may have kept the order to make it: one that was cut off or asleep, or one that is well and passes orders
    on to a controller that isn't. Its client was told nothing, and gave the order to another one; but nobody can take
    it back. Carried out after the deletion, it makes another topic of the same name. That one isn't what was deleted,
    and no client can prevent it: such orders have no date, and name no id.
    """

    register: Register
    id: UUID | None = None
    kept: tuple[Kept, ...] = ()
    """Orders to make it that were given and not answered."""

    def refutes_now(self, seen: UUID | None, was_keeping: Callable[[Kept], bool]) -> str | None:
        """What is wrong with that id, or none, being there now."""
        refuted = self.register.refutes_now(None if seen is None else 1)
        if refuted is None or (seen is not None and self._made_again(seen, was_keeping)):
            return None
        return f"{refuted}; its id is {seen}, {self.id} was acknowledged; kept: {list(self.kept)}"

    def _made_again(self, seen: UUID, was_keeping: Callable[[Kept], bool]) -> bool:
        return self.id not in (None, seen) and any(map(was_keeping, self.kept))


@dataclass(slots=True)
class Ledger:
    """All registers: committed offsets by group and partition, and topics by name."""

    offsets: dict[str, dict[TopicPartition, Register]] = field(
        default_factory=dict[str, dict[TopicPartition, Register]]
    )
    topics: dict[str, Topic] = field(default_factory=dict[str, Topic])
    settled: set[str] = field(default_factory=set[str])
    """Groups that are there for the whole run."""

    def offset(self, group: str, partition: TopicPartition, *, blinks: bool = False) -> Register:
        """A new register for a group's committed offset."""
        register = Register(f"group {group} {partition.topic}-{partition.partition}", blinks)
        self.offsets.setdefault(group, {})[partition] = register
        return register

    def topic(self, name: str) -> Topic:
        """A new topic: made by the first write to its register, deleted by the second."""
        topic = self.topics[name] = Topic(Register(f"topic {name}", blinks=True))
        return topic

    def __len__(self) -> int:
        """How many writes were acknowledged."""
        registers = [register for partitions in self.offsets.values() for register in partitions.values()]
        registers += [topic.register for topic in self.topics.values()]
        return sum(register.acknowledged for register in registers)
