"""What Metadata tells: the live brokers, who leads a partition, and where controller calls may go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Generic, TypeVar

import anyio

from kafkaadmin.errors import (
    ConnectError,
    KafkaAdminError,
    TransportError,
    UnsupportedVersionError,
    broker_error,
)
from kafkaadmin.models.brokers import Broker
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.network import Connection
from kafkaadmin.routing.asking import Asker
from kafkaadmin.routing.destinations import ActiveController, Controller, Leader
from kafkaadmin.routing.nodes import Node, Nodes
from kafkaadmin.routing.table import Found, Unsettled
from kafkawire import ApiKey
from kafkawire.messages import (
    DescribeClusterResponse,
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsRequestCursor,
    DescribeTopicPartitionsRequestTopicRequest,
    MetadataRequest,
    MetadataRequestTopic,
    MetadataResponse,
    MetadataResponseTopic,
)

__all__ = ["ControllerFinder", "LeaderFinder", "Metadata"]

C = TypeVar("C", Controller, ActiveController)

UNKNOWN_TOPIC_OR_PARTITION = 3
LEADER_NOT_AVAILABLE = 5
REPLICA_NOT_AVAILABLE = 9
REBOOTSTRAP_REQUIRED = 129
TOPICS_PER_REQUEST = 1_000
REQUESTS_AT_ONCE = 8
"""How many such requests are under way at once."""

_NOT_YET = frozenset({5, 6, 7, 9, 13})
"""Codes for a topic or partition that mean: ask again."""


class Metadata:
    """Asks any broker for Metadata, about the named topics only, never creating one, and learns the brokers from it."""

    def __init__(self, asker: Asker, nodes: Nodes, learned: Callable[[str | None], None]) -> None:
        self._asker = asker
        self._nodes = nodes
        self._learned = learned

    async def ask(self, topics: Sequence[str] = ()) -> MetadataResponse:
        by, response = await self._asker.ask_any(partial(_question, topics))
        self._heed(response.error_code)
        self._nodes.expect(len(response.brokers))
        for broker in response.brokers:
            self._nodes.learn(broker.node_id, broker.host, broker.port, broker.rack)
        self._nodes.live({broker.node_id for broker in response.brokers}, by, anyio.current_time())
        self._learned(response.cluster_id)
        return response

    async def look_elsewhere(self, besides: Node) -> bool:
        """Ask at all bootstrap addresses, and a node, for brokers where nobody has looked yet. True if there are any.

        Who answers may be behind: a broker's known address counts until it is of no use.
        """

        found = False

        def heed(response: MetadataResponse) -> bool:
            nonlocal found
            self._nodes.expect(len(response.brokers))
            for broker in response.brokers:
                node, address = self._nodes.get(broker.node_id), (broker.host, broker.port)
                if node is None or (node.address != address and not node.is_well(anyio.current_time())):
                    self._nodes.learn(broker.node_id, *address, broker.rack)
                    found = True
            return found

        await self._asker.ask_each([*self._nodes.seeds, besides], partial(_question, ()), enough=heed)
        return found

    async def leader_of(self, partition: TopicPartition) -> int | None:
        """Who leads a partition, asked without all others of its topic (KIP-966); `None` where that isn't told.

        Raises `UnsupportedVersionError` where brokers have no pages (before 3.8, and under ZooKeeper).
        """
        request = DescribeTopicPartitionsRequest(
            topics=(DescribeTopicPartitionsRequestTopicRequest(name=partition.topic),),
            response_partition_limit=1,
            cursor=DescribeTopicPartitionsRequestCursor(
                topic_name=partition.topic, partition_index=partition.partition
            ),
        )

        def make(connection: Connection) -> tuple[DescribeTopicPartitionsRequest, int]:
            return request, connection.version_for(DescribeTopicPartitionsRequest)

        _, response = await self._asker.ask_any(make)
        told = (each for topic in response.topics if topic.name == partition.topic for each in topic.partitions)
        return next((each.leader_id for each in told if each.partition_index == partition.partition), None)

    def _heed(self, code: int) -> None:
        """What an error at the top of an answer (v13) means for all of it."""
        if code == REBOOTSTRAP_REQUIRED:
            self._asker.rebootstrap("the broker asked for it (129)")
            raise ConnectError("the broker that was asked said to begin anew at the bootstrap addresses")
        if code:
            error = broker_error(code, context="Metadata", api=ApiKey.METADATA)
            raise TransportError(str(error)) if error.retriable else error

    async def brokers(self) -> tuple[Broker, ...]:
        """All live brokers, as one of them sees it now."""
        response = await self.ask()
        return tuple(
            Broker(id=broker.node_id, host=broker.host, port=broker.port, rack=broker.rack)
            for broker in response.brokers
        )


class ControllerFinder(Generic[C]):
    """Where controller calls may go.

    Asked of brokers (`Metadata`) under KRaft, that is some live broker, which forwards; asked of `Controllers`, it is
    the active one.
    """

    def __init__(self, ask: Callable[[], Awaitable[MetadataResponse | DescribeClusterResponse]], nodes: Nodes) -> None:
        self._ask = ask
        self._nodes = nodes

    async def __call__(self, keys: Sequence[C]) -> Mapping[C, Found]:
        response = await self._ask()
        node = self._nodes.get(response.controller_id) if response.controller_id >= 0 else None
        found: Found = node or Unsettled(ConnectError("the cluster has no controller at the moment"))
        return dict.fromkeys(keys, found)


class LeaderFinder:
    """Who leads partitions."""

    def __init__(self, metadata: Metadata, nodes: Nodes) -> None:
        self._metadata = metadata
        self._nodes = nodes

    async def __call__(self, keys: Sequence[Leader]) -> Mapping[Leader, Found]:
        of_topic: dict[str, list[Leader]] = {}
        for key in keys:
            of_topic.setdefault(key.partition.topic, []).append(key)
        chunks = iter(list(_chunks(list(of_topic))))
        found: dict[Leader, Found] = {}

        async def work() -> None:
            for topics in chunks:
                asked = [key for topic in topics for key in of_topic[topic]]
                try:
                    found.update(await self._ask(topics, asked))
                except TransportError as error:
                    found.update(dict.fromkeys(asked, Unsettled(error)))
                except KafkaAdminError as error:
                    found.update(dict.fromkeys(asked, error))

        async with anyio.create_task_group() as group:
            for _ in range(min(REQUESTS_AT_ONCE, -(-len(of_topic) // TOPICS_PER_REQUEST))):
                group.start_soon(work)
        return found

    async def _ask(self, topics: Sequence[str], keys: Sequence[Leader]) -> Mapping[Leader, Found]:
        response = await self._metadata.ask(topics)
        answered: dict[str, MetadataResponseTopic] = {}
        leaders: dict[tuple[str, int], int] = {}
        for topic in response.topics:
            if topic.name is not None:
                answered[topic.name] = topic
                leaders.update(_leaders(topic.name, topic))
        return {key: self._found(key.partition, answered.get(key.partition.topic), leaders) for key in keys}

    async def still_leads(self, node: Node, key: Leader) -> bool | None:
        """Whether others name this broker as the leader; `None` where nobody can be asked about it alone."""
        try:
            leader = await self._metadata.leader_of(key.partition)
        except (UnsupportedVersionError, TransportError):
            return None
        return None if leader is None else leader == node.id

    def _found(
        self, partition: TopicPartition, topic: MetadataResponseTopic | None, leaders: Mapping[tuple[str, int], int]
    ) -> Found:
        if topic is None or topic.error_code:
            return _topic_error(partition, UNKNOWN_TOPIC_OR_PARTITION if topic is None else topic.error_code)
        leader = leaders.get(partition)
        if leader is None:
            return broker_error(UNKNOWN_TOPIC_OR_PARTITION, context=f"partition {partition}")
        return self._nodes.get(leader) or Unsettled(
            broker_error(LEADER_NOT_AVAILABLE, context=f"partition {partition}")
        )


def _question(topics: Sequence[str], connection: Connection) -> tuple[MetadataRequest, int]:
    request = MetadataRequest(
        topics=tuple(MetadataRequestTopic(name=topic) for topic in topics), allow_auto_topic_creation=False
    )
    # Version 0 can't ask for no topics, nor 0 to 3 ask not to create them; every broker since 2.1 has better.
    return request, connection.version_for(MetadataRequest, at_least=4)


def _leaders(name: str, topic: MetadataResponseTopic) -> Iterable[tuple[tuple[str, int], int]]:
    for partition in topic.partitions:
        leaderless = partition.error_code not in (0, REPLICA_NOT_AVAILABLE)
        yield (name, partition.partition_index), -1 if leaderless else partition.leader_id


def _topic_error(key: TopicPartition, code: int) -> Unsettled | KafkaAdminError:
    error = broker_error(code, context=f"topic {key.topic!r}", api=ApiKey.METADATA, resource=key.topic)
    return Unsettled(error) if code in _NOT_YET else error


def _chunks(topics: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(topics), TOPICS_PER_REQUEST):
        yield topics[start : start + TOPICS_PER_REQUEST]
