"""The brokers a client knows: how many of them, and for how long."""

from __future__ import annotations

import pytest

from kafkaadmin.config import Address
from kafkaadmin.errors import RemoteProtocolError
from kafkaadmin.routing.nodes import MOST_GONE, MOST_NODES, Node, Nodes


def named(nodes: Nodes, *ids: int) -> list[Node]:
    return [nodes.learn(number, f"broker-{number}", 9092) for number in ids]


def counted(nodes: Nodes, *ids: int) -> None:
    """One of them answers: these are the living."""
    nodes.live(ids, by=named(nodes, *ids)[0], now=0.0)


def test_a_client_of_years_keeps_no_brokers_that_are_long_gone() -> None:
    nodes = Nodes(())
    for year in range(1_000):
        counted(nodes, *range(3 * year, 3 * year + 3))
    assert len(nodes) == 3 + MOST_GONE
    assert [node.id for node in nodes.known()][-3:] == [2_997, 2_998, 2_999]


def test_brokers_that_are_gone_for_a_while_are_known_when_they_are_back() -> None:
    nodes = Nodes(())
    first = named(nodes, 1, 2, 3)[0]
    nodes.suspected(first)
    counted(nodes, 2, 3)
    assert nodes.get(1) is first
    assert not first.listed
    counted(nodes, 1, 2, 3)
    assert named(nodes, 1)[0] is first


def test_a_failure_at_the_old_address_is_nothing_to_the_lookup_that_brings_the_new_one() -> None:
    nodes = Nodes(())
    (node,) = named(nodes, 1)
    lookup = nodes.tick()
    nodes.failed(node, node.epoch, "refused")
    assert lookup < node.failed_seq
    nodes.learn(1, "broker-1", 9093)
    assert lookup > node.failed_seq


def test_bootstrap_addresses_begin_anew_with_a_clean_slate() -> None:
    nodes = Nodes((Address("a", 9092), Address("b", 9092)))
    first, second = nodes.seeds
    nodes.failed(first, first.epoch, "refused", down_until=1.0)
    nodes.reached_now(first, 2.0)
    assert nodes.candidates(3.0, lambda: 0.0) == [second, first]
    nodes.clear("nobody answers")
    assert nodes.candidates(3.0, lambda: 0.0) == [first, second]


def test_where_nobody_asks_for_the_living_those_known_longest_are_forgotten() -> None:
    nodes, dropped = Nodes(()), list[int | None]()
    nodes.on_lost(lambda node, reason: dropped.append(node.id))
    for number in range(MOST_NODES + 2):
        named(nodes, number)
    assert len(nodes) == MOST_NODES
    assert dropped == [0, 1]


def test_more_brokers_than_any_cluster_has_are_refused() -> None:
    nodes = Nodes(())
    nodes.expect(MOST_NODES)
    with pytest.raises(RemoteProtocolError, match="that is no Kafka cluster"):
        nodes.expect(MOST_NODES + 1)
