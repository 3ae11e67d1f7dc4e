"""The calls that callers make: reads of many keys, and writes of one, each seen by the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.network import Lane
from kafkaadmin.routing import Attempt, Coordinator, Done, Errored, Leader, Operation, Outcome
from kafkawire.messages import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsResponse,
    DeleteRecordsTopic,
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsResponse,
    ListOffsetsTopic,
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
    OffsetCommitResponse,
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchResponse,
)
from tests.support.schedules.network import PARTITIONS, TOPIC
from tests.support.schedules.rules import Rules

__all__ = ["committing", "deleting", "fetching", "listing"]


class _Settling:
    """One call, which sees what it is asked for and what it settles."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._settled: set[str] = set()

    def asked(self, keys: Sequence[str], attempt: Attempt) -> None:
        again = self._settled.intersection(keys)
        if again:
            self._rules.asked_again(again, attempt.broker.id)

    def settle(self, key: str, code: int, value: Any) -> Outcome[Any]:
        if code:
            return Errored(code)
        self._settled.add(key)
        return Done(value)


def fetching(rules: Rules) -> Operation[str, OffsetFetchResponse, int]:
    """What groups have committed."""
    call = _Settling(rules)

    def request(keys: Sequence[str], attempt: Attempt) -> OffsetFetchRequest:
        call.asked(keys, attempt)
        return OffsetFetchRequest(groups=tuple(OffsetFetchRequestGroup(group_id=key, topics=None) for key in keys))

    def outcomes(
        keys: Sequence[str], response: OffsetFetchResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[int]]]:
        for group in response.groups:
            offset = group.topics[0].partitions[0].committed_offset if group.topics else 0
            yield group.group_id, call.settle(group.group_id, group.error_code, offset)

    return Operation(
        name="read", noun="group", to=Coordinator, api=OffsetFetchRequest, request=request, outcomes=outcomes
    )


def committing(rules: Rules, number: int) -> Operation[str, OffsetCommitResponse, None]:
    call = _Settling(rules)

    def request(keys: Sequence[str], attempt: Attempt) -> OffsetCommitRequest:
        call.asked(keys, attempt)
        partition = OffsetCommitRequestPartition(partition_index=0, committed_offset=number)
        topic = OffsetCommitRequestTopic(name="orders", partitions=(partition,))
        return OffsetCommitRequest(group_id=keys[0], topics=(topic,))

    def outcomes(
        keys: Sequence[str], response: OffsetCommitResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[None]]]:
        yield keys[0], call.settle(keys[0], response.topics[0].partitions[0].error_code, None)

    return Operation(
        name="write",
        lane=Lane.BULK,
        noun="group",
        to=Coordinator,
        api=OffsetCommitRequest,
        request=request,
        outcomes=outcomes,
        keys_per_request=lambda version: 1,
    )


def _leader(key: str) -> Leader:
    return Leader(TopicPartition(TOPIC, PARTITIONS.index(key)))


def listing(rules: Rules) -> Operation[str, ListOffsetsResponse, int]:
    """Where the records of partitions begin."""
    call = _Settling(rules)

    def request(keys: Sequence[str], attempt: Attempt) -> ListOffsetsRequest:
        call.asked(keys, attempt)
        partitions = tuple(ListOffsetsPartition(partition_index=PARTITIONS.index(key), timestamp=-2) for key in keys)
        return ListOffsetsRequest(topics=(ListOffsetsTopic(name=TOPIC, partitions=partitions),))

    def outcomes(
        keys: Sequence[str], response: ListOffsetsResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[int]]]:
        for each in response.topics[0].partitions:
            key = PARTITIONS[each.partition_index]
            yield key, call.settle(key, each.error_code, each.offset)

    return Operation(
        name="list", noun="partition", to=_leader, api=ListOffsetsRequest, request=request, outcomes=outcomes
    )


def deleting(rules: Rules, number: int) -> Operation[str, DeleteRecordsResponse, None]:
    """Delete the records of a partition before one."""
    call = _Settling(rules)

    def request(keys: Sequence[str], attempt: Attempt) -> DeleteRecordsRequest:
        call.asked(keys, attempt)
        partition = DeleteRecordsPartition(partition_index=PARTITIONS.index(keys[0]), offset=number)
        return DeleteRecordsRequest(topics=(DeleteRecordsTopic(name=TOPIC, partitions=(partition,)),))

    def outcomes(
        keys: Sequence[str], response: DeleteRecordsResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[None]]]:
        yield keys[0], call.settle(keys[0], response.topics[0].partitions[0].error_code, None)

    return Operation(
        name="delete",
        lane=Lane.BULK,
        noun="partition",
        to=_leader,
        api=DeleteRecordsRequest,
        request=request,
        outcomes=outcomes,
        keys_per_request=lambda version: 1,
    )
