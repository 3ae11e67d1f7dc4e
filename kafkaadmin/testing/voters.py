"""The voters of a `FakeCluster`'s metadata quorum (KIP-853), as its leader knows them. No I/O, no clock."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from kafkaadmin.testing.identities import Identities
from kafkawire import ErrorCode

__all__ = ["Endpoint", "Voter", "Voters"]

Endpoint = tuple[str, str, int]
"""A listener's name, host and port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voter:
    """A controller, told from another one with its id by the directory that it keeps the metadata in."""

    node_id: int
    directory_id: uuid.UUID
    endpoints: tuple[Endpoint, ...] = ()


class Voters:
    """Who votes, and who only follows.

    They are a static list, as new clusters have it (`kraft.version` 0), until `dynamic` is set.
    """

    def __init__(self, node_ids: Iterable[int], identities: Identities) -> None:
        self.dynamic = False
        self.leader_epoch = 1
        self.high_watermark = 100
        self.voters = {node_id: Voter(node_id=node_id, directory_id=identities.uuid()) for node_id in node_ids}
        self.observers: dict[int, Voter] = {}

    @property
    def leader(self) -> int:
        """The voter that leads: the first."""
        return min(self.voters)

    def add(self, voter: Voter) -> ErrorCode:
        """Let a controller vote."""
        if not self.dynamic:
            return ErrorCode.UNSUPPORTED_VERSION
        if voter.node_id in self.voters:
            return ErrorCode.DUPLICATE_VOTER
        self.observers.pop(voter.node_id, None)
        self.voters[voter.node_id] = voter
        self.high_watermark += 1
        return ErrorCode.NONE

    def remove(self, node_id: int, directory_id: uuid.UUID) -> ErrorCode:
        """Let a controller vote no longer: it goes on following."""
        if not self.dynamic:
            return ErrorCode.UNSUPPORTED_VERSION
        voter = self.voters.get(node_id)
        if voter is None or voter.directory_id != directory_id:
            return ErrorCode.VOTER_NOT_FOUND
        if len(self.voters) == 1:
            return ErrorCode.INVALID_REQUEST
        if self.leader == node_id:
            self.leader_epoch += 1
        self.observers[node_id] = self.voters.pop(node_id)
        self.high_watermark += 1
        return ErrorCode.NONE
