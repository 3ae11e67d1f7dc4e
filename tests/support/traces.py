"""What a client must not leave behind, seen from inside and outside."""

# What is left behind shows inside only.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import time
from pathlib import Path

from kafkaadmin import AdminClient
from kafkaadmin.testing import FakeCluster

__all__ = ["no_connection_is_left", "nothing_is_under_way", "open_descriptors"]


def nothing_is_under_way(admin: AdminClient) -> None:
    """No call is: so no exchange, no waiter, no lookup and no opening may be."""
    cluster = admin._cluster
    for slot in cluster._pool._all_slots():
        assert slot.opening is None
    for connection in cluster._pool._streams:
        assert connection.in_flight == 0
        assert not connection._parked
        assert not connection._outbox
        assert not connection._reading
        assert not connection._writing
    for router in (cluster._coordinators, cluster._leaders, cluster._controller):
        assert not router._flights
        assert router._gathering is None
        assert not [key for key, entry in router.table._entries.items() if entry.lookup is not None]
    assert cluster._directory._enter._flight is None


def no_connection_is_left(cluster: FakeCluster, *, seconds: float = 5.0) -> None:
    """Wait until the brokers have seen all their connections end."""
    give_up = time.monotonic() + seconds
    while +cluster.connections:
        assert time.monotonic() < give_up, f"connections left: {cluster.connections}"
        time.sleep(0.005)


def open_descriptors() -> set[str]:
    """This process's open files and sockets, each with what it is."""
    found: set[str] = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            found.add(f"{descriptor.name} {descriptor.readlink()}")
        except OSError:
            continue  # the one that listed them
    return found
