"""What a handler is given besides the request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.testing.sasl import SaslSession
from kafkaadmin.testing.state import ClusterState
from kafkaadmin.testing.topics import Topic
from kafkawire import ApiKey, ErrorCode

__all__ = ["Context", "Refusal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An error ordered by a fault: for some keys (groups or topics), or for every one."""

    code: ErrorCode
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One request's surroundings: the cluster, the node that was asked, the version that was spoken.

    A handler asks here whether it may serve a key, before it applies anything, where its API reports errors.
    """

    state: ClusterState
    broker_id: int
    version: int
    release: str
    offered: Mapping[ApiKey, range]
    on_topic_created: Callable[[Topic, int], None]
    on_leaders_moved: Callable[[Iterable[TopicPartition]], None]
    on_coordinator_wanted: Callable[[], None]
    throttle_time_ms: int = 0
    refusal: Refusal | None = None
    session: SaslSession | None = None

    @property
    def is_controller(self) -> bool:
        """Whether the node that was asked is a controller, not a broker."""
        return self.broker_id in self.state.quorum

    def refused(self, key: str | None = None) -> ErrorCode:
        """The error that a fault wants for a key, or for the request as a whole; `NONE` when there is no such fault."""
        if self.refusal is None or (self.refusal.keys and key not in self.refusal.keys):
            return ErrorCode.NONE
        return self.refusal.code

    def group_error(self, group_id: str, *, writing: bool = False) -> ErrorCode:
        """Why this broker won't serve a group, `NONE` when it will."""
        return self.refused(group_id) or self.state.coordination_error(self.broker_id, group_id, writing=writing)

    def transaction_error(self, transactional_id: str, *, writing: bool = False) -> ErrorCode:
        """Why this broker won't serve a transactional id, `NONE` when it will."""
        error = self.refused(transactional_id)
        return error or self.state.transaction_error(self.broker_id, transactional_id, writing=writing)

    def controller_error(self, key: str | None = None) -> ErrorCode:
        """Why this broker won't carry out a controller's work, `NONE` when it will."""
        if error := self.refused(key):
            return error
        return ErrorCode.NONE if self.state.controls(self.broker_id) else ErrorCode.NOT_CONTROLLER

    def quorum_error(self) -> ErrorCode:
        """As `controller_error`, for what concerns the quorum itself: another controller says so in other words."""
        error = self.controller_error()
        moved = self.is_controller and error is ErrorCode.NOT_CONTROLLER
        return ErrorCode.NOT_LEADER_OR_FOLLOWER if moved else error

    def topic(self, name: str | None) -> Topic | None:
        """A topic, if this broker has heard of it."""
        return self.state.topic_seen_by(self.broker_id, name)
