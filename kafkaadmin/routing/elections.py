"""Who coordinates a key where brokers contradict each other: they hear of a new coordinator at different times.

FindCoordinator gives no order to their words. Metadata does: a key's coordinator leads its partition of an internal
topic, and each election of a leader has an epoch. Who names the highest has heard of the latest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from kafkaadmin.network import Connection
from kafkaadmin.routing.asking import Asker
from kafkaadmin.routing.destinations import Coordinator, CoordinatorType
from kafkaadmin.routing.nodes import Node
from kafkawire.messages import MetadataRequest, MetadataRequestTopic, MetadataResponse

__all__ = ["latest_election", "partition_of"]

_TOPICS = {
    CoordinatorType.GROUP: "__consumer_offsets",
    CoordinatorType.TRANSACTION: "__transaction_state",
    CoordinatorType.SHARE: "__share_group_state",
}

_EPOCHS_SINCE = 7
"""The first version of Metadata that says in which epoch a leader leads."""


async def latest_election(asker: Asker, key: Coordinator, nodes: Sequence[Node]) -> int | None:
    """The id of a key's coordinator, by the latest election that one of these nodes has heard of; -1 while one is held.

    `None` where nobody says in time: who may not describe the internal topics isn't told, nor does a
    broker before 2.1 know. Of two with the same epoch the node that comes first counts.
    """
    answers = await asker.ask_each(nodes, partial(_question, _TOPICS[key.type]))
    told = [election for node in nodes if node in answers for election in _elections(answers[node], key)]
    return max(told, key=lambda each: each[0])[1] if told else None


def partition_of(key: str, partitions: int) -> int:
    """Which partition of an internal topic a coordinator's key is kept in: Kafka places it by Java's `hashCode`."""
    value = 0
    units = key.encode("utf-16-be", "surrogatepass")
    for high, low in zip(units[::2], units[1::2], strict=True):
        value = (31 * value + (high << 8 | low)) & 0xFFFFFFFF
    # Java's smallest int has no positive counterpart: Kafka makes it 0.
    return (abs(value - (1 << 32) if value >= 1 << 31 else value) & 0x7FFFFFFF) % partitions


def _question(topic: str, connection: Connection) -> tuple[MetadataRequest, int]:
    request = MetadataRequest(topics=(MetadataRequestTopic(name=topic),), allow_auto_topic_creation=False)
    return request, connection.version_for(MetadataRequest, at_least=_EPOCHS_SINCE)


def _elections(response: MetadataResponse, key: Coordinator) -> Iterator[tuple[int, int]]:
    """The epoch of the key's partition, and who leads it, where the answer has them."""
    for topic in response.topics:
        if topic.name == _TOPICS[key.type] and topic.partitions:
            index = partition_of(key.key, len(topic.partitions))
            yield from (
                (each.leader_epoch, each.leader_id) for each in topic.partitions if each.partition_index == index
            )
