"""Callers who go on calling, each a mixture of reads and writes drawn from its own seed, and judge every answer."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from random import Random
from types import MappingProxyType
from typing import TypeVar, cast
from uuid import UUID

import anyio

from kafkaadmin import (
    AdminClient,
    BatchResult,
    Coordinator,
    GroupDescription,
    GroupNotFoundError,
    KafkaAdminError,
    NewTopic,
    OffsetAndMetadata,
    OffsetSpec,
    TopicPartition,
    UnknownTopicError,
)
from kafkawire import ErrorCode
from kafkawire.messages import OffsetFetchRequest, OffsetFetchRequestTopic, OffsetFetchResponsePartition
from tests.support.chaos.journal import Journal, Story, as_text, telling, unanswered
from tests.support.chaos.ledger import Ledger, Register
from tests.support.chaos.tally import Tally, Wrong
from tests.support.chaos.weather import Weather

__all__ = ["ENDS", "KINDS", "REPLICAS", "TOPIC", "Caller", "Scene"]

T = TypeVar("T")

TOPIC = "chaos"
STEADY, BLINKING = TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)
ENDS = {TopicPartition(TOPIC, partition): 5 * (partition + 1) for partition in range(6)}
"""The partitions of the callers' topic, and how many records are in each, from before to after the run."""

GONE_WITHIN = 60.0
LAST_STEPS = 12
REPLICAS = 3
FEWER_REPLICAS = 2
"""For topics that are made while a broker may be dead: Kafka 4.4 then refuses to make three."""

PASSING = frozenset({ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.UNSTABLE_OFFSET_COMMIT})


class Abandoned(Exception):
    """A call failed, and is in the tally: the caller goes on to something else."""


class Scene:
    """What all callers share."""

    def __init__(
        self,
        ledger: Ledger,
        tally: Tally,
        weather: Weather,
        journal: Journal,
        *,
        cluster_id: str,
        brokers: frozenset[int],
    ) -> None:
        self.ledger = ledger
        self.journal = journal
        self.tally = tally
        self.weather = weather
        self.cluster_id = cluster_id
        self.brokers = brokers


class Caller:
    """One of them, with groups and topics that nobody else writes to."""

    def __init__(self, name: str, admin: AdminClient, scene: Scene, seed: str, *, pause: float) -> None:
        self.name = name
        self.rounds = 0
        self._admin = admin
        self._story: Story = []
        self._scene = scene
        self._random = Random(seed)
        self._pause = pause
        self._topics = 0
        self.group = f"{name}-steady"
        self.fleeting = f"{name}-fleeting"
        ledger = scene.ledger
        self._steady = ledger.offset(self.group, STEADY)
        self._blinking = ledger.offset(self.group, BLINKING, blinks=True)
        self._fleeting = ledger.offset(self.fleeting, STEADY, blinks=True)

    async def begin(self) -> None:
        """Make the group that stays, then do everything once."""
        await self.commit()
        self._scene.ledger.settled.add(self.group)
        for kind in KINDS:
            await self._turn(kind)

    async def call_until(self, stopped: anyio.Event) -> None:
        """Call after call, until told to stop; what is under way then is finished."""
        kinds, weights = list(KINDS), list(KINDS.values())
        while not stopped.is_set():
            await self._turn(self._random.choices(kinds, weights)[0])
            with anyio.move_on_after(self._pause * 2 * self._random.random()):
                await stopped.wait()

    async def _turn(self, kind: Callable[[Caller], Awaitable[None]]) -> None:
        with suppress(Abandoned):
            await kind(self)
        self.rounds += 1

    # ------------------------------------------------------------------ the offset that only rises

    async def commit(self) -> None:
        """The next offset of the group that stays."""
        number = self._steady.begin()
        await self._commit(self.group, STEADY, number)
        self._acknowledge(self._steady, number, self.group)

    async def read(self) -> None:
        """Somebody's group, mostly one's own."""
        group = self.group if self._random.random() < 0.6 else self._random.choice(self._settled())
        await self._read(group)

    async def _read(self, group: str) -> None:
        since = self._since(group)
        offsets = await self._called("read", self._admin.list_consumer_group_offsets(group), group)
        self._judge("read", group, since, offsets[group])

    async def read_many(self) -> None:
        """All groups at once."""
        groups = self._settled()
        since = {group: self._since(group) for group in groups}
        offsets = await self._called("read many", self._admin.list_consumer_group_offsets(groups))
        for group in groups:
            self._judge("read many", group, since[group], offsets[group])

    async def read_raw(self) -> None:
        """One's own group, by a request of one's own: only a stable fetch is told all by a coordinator that is new."""
        since, topic = self._since(self.group), OffsetFetchRequestTopic(name=TOPIC, partition_indexes=(0, 1))
        request = OffsetFetchRequest(group_id=self.group, topics=(topic,), require_stable=True)
        codes = [ErrorCode.COORDINATOR_LOAD_IN_PROGRESS]
        partitions: list[OffsetFetchResponsePartition] = []
        while not PASSING.isdisjoint(codes):  # the caller's own to wait out
            call = self._admin.send(request, Coordinator(self.group), version=7)
            answer = await self._called("send", call, self.group)
            partitions = [partition for topic in answer.topics for partition in topic.partitions]
            codes = [ErrorCode(code) for code in (answer.error_code, *(each.error_code for each in partitions))]
        if any(codes):
            self._scene.tally.failures.append(f"{self.name}: send: error codes {codes}")
            return
        found = {
            TopicPartition(TOPIC, each.partition_index): OffsetAndMetadata(each.committed_offset)
            for each in partitions
            if each.committed_offset >= 0
        }
        self._judge("send", self.group, since, found)

    # ------------------------------------------------------------------ what comes and goes

    async def blink(self) -> None:
        """An offset is committed and deleted; each time a look confirms it."""
        for write in (self._commit, self._delete_offset):
            number = self._blinking.begin(takes_away=write == self._delete_offset)
            await write(self.group, BLINKING, number)
            self._acknowledge(self._blinking, number, self.group)
            await self._read(self.group)

    async def live(self) -> None:
        """A group is made, described and deleted; each time a look confirms it."""
        for write in (self._commit, self._delete_group):
            number = self._fleeting.begin(takes_away=write == self._delete_group)
            await write(self.fleeting, STEADY, number)
            self._acknowledge(self._fleeting, number, self.fleeting)
            await self._see_fleeting()
            await self._describe_fleeting()

    async def _see_fleeting(self) -> None:
        group, since = self.fleeting, self._fleeting.acknowledged
        offsets = await self._called("read", self._admin.list_consumer_group_offsets({group: [STEADY]}), group)
        self._judge("read", group, {STEADY: since}, offsets[group])

    async def _describe_fleeting(self) -> None:
        began, group, there = time.monotonic(), self.fleeting, self._fleeting.acknowledged % 2 == 1
        call = self._admin.describe_consumer_groups(group)
        found = await self._called_unless(GroupNotFoundError, "describe group", call, group)
        if (found is not None) == there:
            return
        # A new coordinator describes what its replicas are known to have: for a moment less than was acknowledged.
        self._scene.tally.behind += 1
        if self._scene.weather.was_calm(began):
            self._wrong("describe group", f"{group} {'is there' if found else 'is missing'}", group)

    async def _commit(self, group: str, partition: TopicPartition, number: int) -> None:
        await self._called("commit", self._admin.alter_consumer_group_offsets(group, {partition: number}), group)

    async def _delete_offset(self, group: str, partition: TopicPartition, number: int) -> None:
        await self._called("delete offset", self._admin.delete_consumer_group_offsets(group, partition), group)

    async def _delete_group(self, group: str, partition: TopicPartition, number: int) -> None:
        result = await self._called("delete group", self._admin.delete_consumer_groups(group), group)
        self._scene.tally.ambiguous += result[group].ambiguous

    async def create_and_delete_topic(self) -> None:
        """A topic's life. What is made is there at once; what is deleted goes as soon as each broker has heard."""
        self._topics += 1
        name = f"{self.name}-{self._topics}"
        topic = self._scene.ledger.topic(name)
        number = topic.register.begin()
        new = NewTopic(name, partitions=2, replication_factor=FEWER_REPLICAS)
        created = (await self._called("create topic", self._admin.create_topics(new), topic=name))[name]
        topic.id, topic.kept = created.topic_id, tuple(unanswered(self._story, "CreateTopics"))
        self._acknowledge(topic.register, number, name, f", id {created.topic_id}")
        self._scene.tally.ambiguous += created.ambiguous
        described = (await self._called("describe topic", self._admin.describe_topics(name), topic=name))[name]
        if len(described.partitions) != 2 or described.topic_id != topic.id:
            self._wrong("describe topic", f"{described}, not that with id {topic.id}", name)
        if self._random.random() < 0.2:
            return  # this one stays
        number = topic.register.begin(takes_away=True)
        deleted = (await self._called("delete topic", self._admin.delete_topics(name), topic=name))[name]
        self._acknowledge(topic.register, number, name, f", id {deleted.topic_id}")
        self._scene.tally.ambiguous += deleted.ambiguous
        await self._see_it_go(name, topic.id)

    async def _see_it_go(self, name: str, id: UUID | None) -> None:
        """Another one of that name is for the ledger to judge, in the end."""
        deadline = time.monotonic() + GONE_WITHIN
        while time.monotonic() < deadline:
            look = self._admin.describe_topics(name)
            found = await self._called_unless(UnknownTopicError, "describe topic", look, topic=name)
            if found is None or found[name].topic_id != id:
                return
            await anyio.sleep(self._pause)
        self._wrong("describe topic", f"{name} is still there {GONE_WITHIN:.0f} s after its deletion", name)

    # ------------------------------------------------------------------ what stays as it is

    async def describe(self) -> None:
        """One's own group, by both calls."""
        described: Mapping[str, GroupDescription]
        if self._random.random() < 0.5:
            described = await self._called("describe group", self._admin.describe_groups(self.group), self.group)
        else:
            call = self._admin.describe_consumer_groups(self.group)
            described = await self._called("describe group", call, self.group)
        if described[self.group].group_id != self.group:
            self._wrong("describe group", f"{described[self.group].group_id} instead of {self.group}")

    async def list_groups(self) -> None:
        """All groups: each broker is asked for its own, so that one on the move may be at neither."""
        began, groups = time.monotonic(), set(self._settled())
        listed = await self._called("list groups", self._admin.list_groups())
        if groups <= set(listed):
            return
        if self._scene.weather.was_calm(began):
            self._wrong("list groups", f"missing: {sorted(groups - set(listed))}")
        self._scene.tally.behind += 1

    async def list_topics(self) -> None:
        """All topics."""
        if TOPIC not in await self._called("list topics", self._admin.list_topics()):
            self._wrong("list topics", f"{TOPIC} is missing")

    async def list_offsets(self) -> None:
        """The ends of partitions that nobody writes to: several leaders are asked."""
        found = await self._called("list offsets", self._admin.list_offsets(dict.fromkeys(ENDS, OffsetSpec.latest())))
        ends = {partition: end.offset for partition, end in found.items()}
        if ends != ENDS:
            self._wrong("list offsets", f"{ends}")

    async def describe_cluster(self) -> None:
        """The cluster, which is always this one."""
        cluster = await self._called("describe cluster", self._admin.describe_cluster())
        if cluster.cluster_id != self._scene.cluster_id or not self._known(*(broker.id for broker in cluster.brokers)):
            self._wrong("describe cluster", f"{cluster}")

    async def find_coordinators(self) -> None:
        """Somebody's coordinator, as known or afresh; now and then all are forgotten."""
        group = self._random.choice(self._settled())
        if self._random.random() < 0.2:
            self._admin.invalidate_coordinators()
        ask = self._random.choice([self._admin.find_coordinators, self._admin.refresh_coordinators])
        found = await self._called("find coordinator", ask(group))
        if not self._known(found[group].id):
            self._wrong("find coordinator", f"{found[group]} for {group}")

    # ------------------------------------------------------------------ calling and judging

    async def _called(self, kind: str, call: Awaitable[T], group: str | None = None, *, topic: str | None = None) -> T:
        """The call's result, with no key failed. Otherwise the failure is put down, and this round given up."""
        try:
            return await self._timed(kind, call, group, topic)
        except (KafkaAdminError, ExceptionGroup) as error:
            self._failed(kind, error)
            raise Abandoned from error

    async def _called_unless(
        self,
        expected: type[KafkaAdminError],
        kind: str,
        call: Awaitable[T],
        group: str | None = None,
        *,
        topic: str | None = None,
    ) -> T | None:
        """The same, where one error is an answer too, and gives `None`."""
        try:
            return await self._timed(kind, call, group, topic)
        except expected:
            return None
        except (KafkaAdminError, ExceptionGroup) as error:
            self._failed(kind, error)
            raise Abandoned from error

    async def _timed(self, kind: str, call: Awaitable[T], group: str | None, topic: str | None) -> T:
        began = time.monotonic()
        self._story = []
        try:
            with telling(self._story):
                result = await call
            _raise_for_errors(result)
        finally:
            ended = time.monotonic()
            self._scene.tally.ended(kind, group, began, ended)
            if (about := group or topic) is not None:
                self._note(about, f"{self.name}: {kind}, over {ended - began:.3f} s later", at=began, story=self._story)
        return result

    def _failed(self, kind: str, error: Exception) -> None:
        inner = [*cast("ExceptionGroup[Exception]", error).exceptions] if isinstance(error, ExceptionGroup) else [error]
        told = [f"{self.name}: {kind}: {type(each).__name__}: {each}" for each in inner]
        last = as_text(self._story[-LAST_STEPS:], self._scene.journal, ())
        self._scene.tally.failures.extend("\n        ".join([each, *last]) for each in told)

    def _wrong(self, kind: str, what: str, about: str | None = None) -> None:
        subjects = () if about is None else (about,)
        steps = as_text(self._story, self._scene.journal, subjects)
        told = "\n        ".join([f"{self.name}: {kind}: {what}", *steps])
        self._scene.tally.wrong.append(Wrong(told, time.monotonic(), subjects))

    def _acknowledge(self, register: Register, number: int, about: str, more: str = "") -> None:
        register.acknowledge(number)
        self._note(about, f"{self.name}: {register.name}: write {number} is acknowledged{more}")

    def _note(self, about: str, what: str, *, at: float | None = None, story: Story | None = None) -> None:
        journal = self._scene.journal
        journal.note(about, "\n".join([what, *as_text(story or [], journal, (about,))]), at)

    def _since(self, group: str) -> dict[TopicPartition, int]:
        return {partition: register.acknowledged for partition, register in self._scene.ledger.offsets[group].items()}

    def _judge(
        self,
        kind: str,
        group: str,
        since: Mapping[TopicPartition, int],
        found: Mapping[TopicPartition, OffsetAndMetadata],
    ) -> None:
        for partition, register in self._scene.ledger.offsets[group].items():
            seen = found[partition].offset if partition in found else None
            refuted = register.refutes(since[partition], seen)
            if refuted is not None:
                self._wrong(kind, refuted, group)

    def _settled(self) -> list[str]:
        return sorted(self._scene.ledger.settled)

    def _known(self, *brokers: int) -> bool:
        return self._scene.brokers.issuperset(brokers)


def _raise_for_errors(result: object) -> None:
    if isinstance(result, BatchResult):
        cast("BatchResult[object, object]", result).raise_for_errors()


KINDS: Mapping[Callable[[Caller], Awaitable[None]], int] = MappingProxyType(
    {
        Caller.commit: 20,
        Caller.read: 20,
        Caller.read_many: 8,
        Caller.read_raw: 5,
        Caller.blink: 8,
        Caller.live: 5,
        Caller.describe: 8,
        Caller.list_groups: 4,
        Caller.create_and_delete_topic: 2,
        Caller.list_topics: 3,
        Caller.list_offsets: 8,
        Caller.describe_cluster: 3,
        Caller.find_coordinators: 6,
    }
)
"""What callers do, and how often in a hundred."""
