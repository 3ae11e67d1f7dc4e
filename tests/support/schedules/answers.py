"""What a broker answers, each from what it believes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import anyio

from kafkaadmin.routing.elections import partition_of
from kafkawire import ErrorCode, Request, Response
from kafkawire.messages import (
    Coordinator,
    DeleteRecordsPartitionResult,
    DeleteRecordsRequest,
    DeleteRecordsResponse,
    DeleteRecordsTopicResult,
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponsePartition,
    DescribeTopicPartitionsResponseTopic,
    FindCoordinatorRequest,
    FindCoordinatorResponse,
    ListOffsetsPartitionResponse,
    ListOffsetsRequest,
    ListOffsetsResponse,
    ListOffsetsTopicResponse,
    MetadataRequest,
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
    OffsetCommitRequest,
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
    OffsetFetchRequest,
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopics,
)
from tests.support.schedules.network import GROUPS, PARTITIONS, TOPIC, Broker

if TYPE_CHECKING:
    from tests.support.schedules.brokers import Kafka

__all__ = ["answer_of"]

_ELECTED = {True: ErrorCode.NONE, False: ErrorCode.LEADER_NOT_AVAILABLE}


def answer_of(kafka: Kafka, broker: Broker, request: Request[Any]) -> Response:
    """What the broker says to this at this moment; a write is carried out."""
    return _ANSWERS[type(request)](_Answer(kafka, broker), request)


class _Answer:
    def __init__(self, kafka: Kafka, broker: Broker) -> None:
        self.kafka, self.broker = kafka, broker

    # ------------------------------------------------------------------ what it believes

    def owner(self, key: str) -> int:
        """Who owns a key; 0 is nobody."""
        if self.broker.believes is not None:
            return self.broker.believes.owners[key]
        return 0 if self.kafka.electing.get(key, 0.0) > anyio.current_time() else self.kafka.owners[key]

    def named(self, key: str) -> int:
        """Who owns it as a lookup is told, which may be a lie."""
        if not self.kafka.lies:
            return self.owner(key)
        self.kafka.disturb()
        return self.kafka.lies.pop(0)

    def election(self, key: str) -> int:
        return (self.broker.believes.elections if self.broker.believes else self.kafka.elections)[key]

    def offset(self, key: str) -> int:
        return (self.broker.believes.offsets if self.broker.believes else self.kafka.offsets)[key]

    def error(self, key: str, *, elsewhere: ErrorCode, nobody: ErrorCode, not_yet: ErrorCode) -> ErrorCode:
        """Why it doesn't answer for a key."""
        now = anyio.current_time()
        if self.owner(key) != self.broker.id:
            return elsewhere
        if self.kafka.refusing.get(key, 0.0) > now:
            return nobody
        return not_yet if self.kafka.loading.get(key, 0.0) > now else ErrorCode.NONE

    def write(self, key: str, offset: int) -> bool:
        """Whether a write is acknowledged: nobody follows who was replaced and doesn't know it yet."""
        broker, kafka = self.broker, self.kafka
        if broker.believes is not None and kafka.owners[key] != broker.id:
            return False
        for known in (kafka.offsets, *([broker.believes.offsets] if broker.believes is not None else [])):
            known[key] = max(known[key], offset)
        return True

    # ------------------------------------------------------------------ lookups

    def coordinators(self, request: FindCoordinatorRequest) -> FindCoordinatorResponse:
        return FindCoordinatorResponse(coordinators=tuple(map(self._coordinator, request.coordinator_keys)))

    def _coordinator(self, group: str) -> Coordinator:
        owner = self.named(group)
        if not owner:
            return Coordinator(key=group, error_code=ErrorCode.COORDINATOR_NOT_AVAILABLE, error_message=None)
        address = self.kafka.brokers[owner].address
        return Coordinator(key=group, node_id=owner, host=address.host, port=address.port, error_message=None)

    def metadata(self, request: MetadataRequest) -> MetadataResponse:
        living = self.broker.believes.living if self.broker.believes else self.kafka.living_now
        return MetadataResponse(
            brokers=tuple(
                MetadataResponseBroker(node_id=number, host=address.host, port=address.port)
                for number, address in living.items()
            ),
            cluster_id="simulated",
            controller_id=1,
            topics=tuple(self._topic(topic.name) for topic in request.topics or ()),
        )

    def _topic(self, name: str | None) -> MetadataResponseTopic:
        if name == TOPIC:
            led = [self._led(key, number, self.named(key)) for number, key in enumerate(PARTITIONS)]
        else:  # where groups are kept: nobody looks coordinators up here, so that a lie is for others
            led = [self._led(group, partition_of(group, len(GROUPS)), self.owner(group)) for group in GROUPS]
        return MetadataResponseTopic(name=name, partitions=tuple(led))

    def _led(self, key: str, number: int, leader: int) -> MetadataResponsePartition:
        return MetadataResponsePartition(
            partition_index=number,
            leader_id=leader or -1,
            leader_epoch=self.election(key),
            error_code=_ELECTED[bool(leader)],
        )

    def pages(self, request: DescribeTopicPartitionsRequest) -> DescribeTopicPartitionsResponse:
        """One page, of the one partition that the cursor is at."""
        assert request.cursor is not None
        number = request.cursor.partition_index
        leader = self.named(PARTITIONS[number])
        partition = DescribeTopicPartitionsResponsePartition(
            partition_index=number, leader_id=leader or -1, error_code=_ELECTED[bool(leader)]
        )
        topic = DescribeTopicPartitionsResponseTopic(name=TOPIC, partitions=(partition,))
        return DescribeTopicPartitionsResponse(topics=(topic,))

    # ------------------------------------------------------------------ groups

    def fetched(self, request: OffsetFetchRequest) -> OffsetFetchResponse:
        return OffsetFetchResponse(groups=tuple(self._fetched(each.group_id) for each in request.groups))

    def _fetched(self, group: str) -> OffsetFetchResponseGroup:
        if error := self._group_error(group):
            return OffsetFetchResponseGroup(group_id=group, error_code=error)
        partition = OffsetFetchResponsePartitions(partition_index=0, committed_offset=self.offset(group))
        return OffsetFetchResponseGroup(
            group_id=group, topics=(OffsetFetchResponseTopics(name="orders", partitions=(partition,)),)
        )

    def committed(self, request: OffsetCommitRequest) -> OffsetCommitResponse:
        group = request.group_id
        ((partition,),) = (topic.partitions for topic in request.topics)
        error = self._group_error(group)
        if not error and not self.write(group, partition.committed_offset):
            error = ErrorCode.COORDINATOR_NOT_AVAILABLE
        result = OffsetCommitResponsePartition(partition_index=0, error_code=error)
        return OffsetCommitResponse(topics=(OffsetCommitResponseTopic(name="orders", partitions=(result,)),))

    def _group_error(self, group: str) -> ErrorCode:
        return self.error(
            group,
            elsewhere=ErrorCode.NOT_COORDINATOR,
            nobody=ErrorCode.COORDINATOR_NOT_AVAILABLE,
            not_yet=ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
        )

    # ------------------------------------------------------------------ partitions

    def listed(self, request: ListOffsetsRequest) -> ListOffsetsResponse:
        numbers = (each.partition_index for topic in request.topics for each in topic.partitions)
        partitions = tuple(map(self._listed, numbers))
        return ListOffsetsResponse(topics=(ListOffsetsTopicResponse(name=TOPIC, partitions=partitions),))

    def _listed(self, number: int) -> ListOffsetsPartitionResponse:
        key = PARTITIONS[number]
        if error := self._partition_error(key):
            return ListOffsetsPartitionResponse(partition_index=number, error_code=error)
        return ListOffsetsPartitionResponse(partition_index=number, offset=self.offset(key))

    def deleted(self, request: DeleteRecordsRequest) -> DeleteRecordsResponse:
        partitions = [each for topic in request.topics for each in topic.partitions]
        results = tuple(self._deleted(each.partition_index, each.offset) for each in partitions)
        return DeleteRecordsResponse(topics=(DeleteRecordsTopicResult(name=TOPIC, partitions=results),))

    def _deleted(self, number: int, offset: int) -> DeleteRecordsPartitionResult:
        key = PARTITIONS[number]
        error = self._partition_error(key)
        if not error and not self.write(key, offset):
            error = ErrorCode.REQUEST_TIMED_OUT
        return DeleteRecordsPartitionResult(partition_index=number, error_code=error, low_watermark=self.offset(key))

    def _partition_error(self, key: str) -> ErrorCode:
        return self.error(
            key,
            elsewhere=ErrorCode.NOT_LEADER_OR_FOLLOWER,
            nobody=ErrorCode.LEADER_NOT_AVAILABLE,
            not_yet=ErrorCode.OFFSET_NOT_AVAILABLE,
        )


_ANSWERS: dict[type[Request[Any]], Callable[[_Answer, Any], Response]] = {
    DeleteRecordsRequest: _Answer.deleted,
    DescribeTopicPartitionsRequest: _Answer.pages,
    FindCoordinatorRequest: _Answer.coordinators,
    ListOffsetsRequest: _Answer.listed,
    MetadataRequest: _Answer.metadata,
    OffsetCommitRequest: _Answer.committed,
    OffsetFetchRequest: _Answer.fetched,
}
