"""The quorum of controllers that keeps a cluster's metadata (KRaft)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kafkaadmin.errors import ConfigurationError

__all__ = ["ChangedVoter", "QuorumInfo", "QuorumReplica", "RaftVoterEndpoint"]

_LAST_PORT = 65_535


def _text(value: object) -> None:
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"RaftVoterEndpoint: a text that is not empty expected, not {value!r}")


def _port(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _LAST_PORT:
        raise ConfigurationError(f"RaftVoterEndpoint.port must be from 1 to {_LAST_PORT}, not {value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RaftVoterEndpoint:
    """Where a voter listens for the other controllers: the name of the listener, as `CONTROLLER`, and its address."""

    listener: str
    host: str
    port: int

    def __post_init__(self) -> None:
        _text(self.listener)
        _text(self.host)
        _port(self.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuorumReplica:
    """A controller or broker that follows the metadata log, as the leader sees it.

    `directory_id` is `None` where voters are a static list (`kraft.version` 0), and from brokers before 3.9.
    `log_end_offset` and both times are `None` where the leader doesn't know, the times from brokers before 3.3 too.
    """

    replica_id: int
    directory_id: UUID | None
    log_end_offset: int | None
    last_fetched_at: datetime | None
    last_caught_up_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuorumInfo:
    """The metadata quorum: who leads it, who votes, who only follows.

    `leader_id` is `None` while there is none. `endpoints` says where each voter listens; it is empty from brokers
    before 3.9.
    """

    leader_id: int | None
    leader_epoch: int
    high_watermark: int
    voters: tuple[QuorumReplica, ...]
    observers: tuple[QuorumReplica, ...]
    endpoints: Mapping[int, tuple[RaftVoterEndpoint, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedVoter:
    """A voter that was added to the quorum, or removed from it.

    `ambiguous`: an answer was lost, and when asked again the quorum was as ordered. So this call did it, unless
    somebody else did just then.
    """

    voter_id: int
    directory_id: UUID
    ambiguous: bool = False
