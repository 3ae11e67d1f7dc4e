"""The controllers of a `FakeCluster`: nodes of their own, one of which is active. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kafkawire import ApiKey
from kafkawire.enums import NO_CONTROLLER

__all__ = ["SERVED_BY_CONTROLLERS", "ControllerNode", "Quorum"]

SERVED_BY_CONTROLLERS = frozenset(
    {
        ApiKey.ADD_RAFT_VOTER,
        ApiKey.ALTER_CLIENT_QUOTAS,
        ApiKey.ALTER_CONFIGS,
        ApiKey.ALTER_PARTITION_REASSIGNMENTS,
        ApiKey.ALTER_USER_SCRAM_CREDENTIALS,
        ApiKey.API_VERSIONS,
        ApiKey.CREATE_ACLS,
        ApiKey.CREATE_DELEGATION_TOKEN,
        ApiKey.CREATE_PARTITIONS,
        ApiKey.CREATE_TOPICS,
        ApiKey.DELETE_ACLS,
        ApiKey.DELETE_TOPICS,
        ApiKey.DESCRIBE_ACLS,
        ApiKey.DESCRIBE_CLUSTER,
        ApiKey.DESCRIBE_CONFIGS,
        ApiKey.DESCRIBE_DELEGATION_TOKEN,
        ApiKey.DESCRIBE_QUORUM,
        ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS,
        ApiKey.ELECT_LEADERS,
        ApiKey.EXPIRE_DELEGATION_TOKEN,
        ApiKey.INCREMENTAL_ALTER_CONFIGS,
        ApiKey.LIST_PARTITION_REASSIGNMENTS,
        ApiKey.REMOVE_RAFT_VOTER,
        ApiKey.RENEW_DELEGATION_TOKEN,
        ApiKey.SASL_AUTHENTICATE,
        ApiKey.SASL_HANDSHAKE,
        ApiKey.UNREGISTER_BROKER,
        ApiKey.UNREGISTER_CONTROLLER,
        ApiKey.UPDATE_FEATURES,
    }
)
"""What controllers offer on their own listeners (since 3.7, KIP-919)."""

FIRST_ID = 1001
"""Controllers with ids beyond the brokers', as where the two roles run on machines of their own."""


@dataclass(slots=True, kw_only=True)
class ControllerNode:
    """A controller, and where it listens."""

    broker_id: int
    host: str = "127.0.0.1"
    port: int = 0
    up: bool = True


class Quorum:
    """Who the controllers are, and which of them is active."""

    def __init__(self, size: int) -> None:
        self.nodes = {node_id: ControllerNode(broker_id=node_id) for node_id in range(FIRST_ID, FIRST_ID + size)}
        self.leader = min(self.nodes, default=NO_CONTROLLER)
        self.epoch = 0
        """How often another one was elected."""

    def __contains__(self, node_id: int) -> bool:
        return node_id in self.nodes

    def lose(self, node_id: int) -> None:
        """A controller is given up. If it was the active one, another takes over: none without a majority."""
        self.nodes[node_id].up = False
        if self.leader == node_id:
            self._elect(each for each in self.nodes if each > node_id)

    def regain(self, node_id: int) -> None:
        """A controller is back, and follows; it becomes active only where nobody is."""
        self.nodes[node_id].up = True
        if self.leader == NO_CONTROLLER:
            self._elect(self.nodes)

    def move(self, to: int) -> None:
        """Make another controller the active one."""
        if not self.nodes[to].up:
            raise ValueError(f"controller {to} is not up")
        self.leader = to
        self.epoch += 1

    def _elect(self, first: Iterable[int]) -> None:
        up = [node.broker_id for node in self.nodes.values() if node.up]
        able = [node_id for node_id in first if node_id in up] or up
        self.leader = able[0] if 2 * len(up) > len(self.nodes) else NO_CONTROLLER
        self.epoch += 1
