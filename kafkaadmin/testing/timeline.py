"""When things happen: how long Kafka takes to notice a dead broker, to elect, to load, to spread the news.

Everything here runs in the cluster's own thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.testing.state import ClusterState
from kafkaadmin.testing.topics import CONSUMER_OFFSETS, Topic

__all__ = ["Timeline"]


class Timeline:
    """Carries out what the state decides, at the time when Kafka would. All times are seconds."""

    def __init__(self, state: ClusterState, *, failover: float, load_time: float, metadata_lag: float) -> None:
        self.failover = failover
        self._state = state
        self._load_time = load_time
        self._metadata_lag = metadata_lag
        self._loop = asyncio.get_running_loop()
        self._ending: dict[int, asyncio.TimerHandle] = {}
        self._offsets_topic_unmade: float | None = None
        self._offsets_leaders: Mapping[int, int] = {}

    def broker_gone(self, broker_id: int, *, frozen: bool, failover: float | None) -> None:
        """A broker died or froze: after `failover` its session ends, and others take over."""
        if self._is_given_up(broker_id) or (broker_id in self._ending and failover is None):
            return
        self._keep_session(broker_id)
        delay = self.failover if failover is None else failover
        if delay > 0:
            self._ending[broker_id] = self._loop.call_later(delay, self._end_session, broker_id, frozen)
        else:
            self._end_session(broker_id, frozen)

    def broker_back(self, broker_id: int, *, stale_for: float) -> None:
        """A broker is up again. If it slept through losing partitions, it finds out after `stale_for`."""
        self._keep_session(broker_id)
        if broker_id in self._state.quorum:
            self._state.quorum.regain(broker_id)
            return
        self.load(self._state.unfence(broker_id))
        if stale_for > 0:
            self._loop.call_later(stale_for, self._state.wake_up_to_date, broker_id)
        else:
            self._state.wake_up_to_date(broker_id)

    def load(self, moved: Iterable[TopicPartition], seconds: float | None = None) -> None:
        """The new coordinators of these partitions read their groups: they answer 14 meanwhile."""
        duration = self._load_time if seconds is None else seconds
        indexes = {tp.partition for tp in moved if tp.topic == CONSUMER_OFFSETS}
        if duration > 0 and indexes:
            self._state.loading |= indexes
            self._loop.call_later(duration, self._state.loading.difference_update, indexes)

    def election(self, indexes: Iterable[int], seconds: float, to: int | None) -> None:
        """Take the leaders of `__consumer_offsets` partitions away, and give them leaders again after `seconds`."""
        before = self._state.begin_election(indexes)
        after = {index: leader if to is None else to for index, leader in before.items()}
        self._loop.call_later(seconds, self._state.end_election, after)

    def leave_offsets_topic_unmade(self, takes: float) -> None:
        """`__consumer_offsets` isn't there until somebody needs it; then making it takes so long."""
        self._offsets_topic_unmade = takes
        topic = self._state.topics[CONSUMER_OFFSETS]
        topic.unknown_to = frozenset(self._state.brokers)
        self._offsets_leaders = self._state.begin_election(partition.index for partition in topic.partitions)

    def make_offsets_topic(self) -> None:
        """Somebody needs `__consumer_offsets`: begin to make it, unless it is there or being made."""
        takes, self._offsets_topic_unmade = self._offsets_topic_unmade, None
        if takes is not None:
            self._loop.call_later(takes, self._offsets_topic_made)

    def _offsets_topic_made(self) -> None:
        self._state.topics[CONSUMER_OFFSETS].unknown_to = frozenset()
        self._state.end_election(self._offsets_leaders)

    def topic_created(self, topic: Topic, broker_id: int) -> None:
        """Brokers other than the one asked hear of a topic later."""
        if self._metadata_lag > 0:
            topic.unknown_to = frozenset(self._state.brokers) - {broker_id}
            self._loop.call_later(self._metadata_lag, setattr, topic, "unknown_to", frozenset[int]())

    def _end_session(self, broker_id: int, frozen: bool) -> None:
        self._ending.pop(broker_id, None)
        if broker_id in self._state.quorum:
            self._state.quorum.lose(broker_id)
            return
        self.load(self._state.fence(broker_id, frozen=frozen))

    def _is_given_up(self, node_id: int) -> bool:
        quorum = self._state.quorum
        return not quorum.nodes[node_id].up if node_id in quorum else self._state.brokers[node_id].fenced

    def _keep_session(self, broker_id: int) -> None:
        if (ending := self._ending.pop(broker_id, None)) is not None:
            ending.cancel()
