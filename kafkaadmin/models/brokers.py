"""Brokers and the cluster that they form."""

from __future__ import annotations

from dataclasses import dataclass

from kafkawire.enums import AclOperation

__all__ = ["Broker", "ClusterDescription", "UnregisteredNode"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker and where it listens.

    `rack` is what the broker's `broker.rack` says, if anything. `is_fenced`: registered but not serving (KIP-1073);
    only `describe_cluster(include_fenced_brokers=True)` shows such brokers.
    """

    id: int
    host: str
    port: int
    rack: str | None = None
    is_fenced: bool = False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"broker {self.id} ({host}:{self.port})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterDescription:
    """The cluster as one of its brokers sees it.

    `controller` is where controller calls may be sent. Under KRaft a broker names some live broker, another one each
    time, which forwards to the real controller. `authorized_operations` is `None` unless it was asked for.
    """

    cluster_id: str | None
    brokers: tuple[Broker, ...]
    controller: Broker | None
    authorized_operations: frozenset[AclOperation] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnregisteredNode:
    """A broker or controller that the cluster has forgotten.

    `ambiguous`: an answer was lost, and when asked again nobody was registered by this id. So this call did it, unless
    somebody else did just then.
    """

    id: int
    ambiguous: bool = False
