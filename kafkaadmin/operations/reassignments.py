"""Moving partitions to other brokers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from kafkaadmin.errors import ConfigurationError
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.replicas import AlteredReassignment, PartitionReassignment
from kafkaadmin.models.results import BatchResult
from kafkaadmin.network import Lane
from kafkaadmin.operations import arguments
from kafkaadmin.operations.at_once import merged
from kafkaadmin.operations.partitions import PARTITIONS_PER_REQUEST, by_topic
from kafkaadmin.routing import (
    Attempt,
    Cluster,
    Controller,
    Deadline,
    Done,
    Errored,
    Operation,
    Outcome,
    Repeat,
    Report,
    Tally,
    Verified,
    settle,
)
from kafkawire.messages import (
    AlterPartitionReassignmentsRequest,
    AlterPartitionReassignmentsResponse,
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsResponse,
    ListPartitionReassignmentsTopics,
    OngoingPartitionReassignment,
    ReassignablePartition,
    ReassignableTopic,
)

__all__ = ["alter_partition_reassignments", "list_partition_reassignments"]

_NO_REASSIGNMENT_IN_PROGRESS = 85
_WITH_FIXED_FACTOR = 1

Ongoing = dict[TopicPartition, PartitionReassignment]


async def alter_partition_reassignments(
    cluster: Cluster,
    reassignments: object,
    *,
    allow_replication_factor_change: bool,
    progress: Report | None = None,
    deadline: Deadline,
) -> BatchResult[TopicPartition, AlteredReassignment]:
    wanted = _wanted(reassignments)

    def request(keys: Sequence[TopicPartition], attempt: Attempt) -> AlterPartitionReassignmentsRequest:
        return AlterPartitionReassignmentsRequest(
            timeout_ms=attempt.timeout_ms,
            allow_replication_factor_change=allow_replication_factor_change,
            topics=tuple(
                ReassignableTopic(
                    name=topic,
                    partitions=tuple(
                        ReassignablePartition(partition_index=index, replicas=wanted[TopicPartition(topic, index)])
                        for index in indexes
                    ),
                )
                for topic, indexes in by_topic(keys).items()
            ),
        )

    def outcomes(
        keys: Sequence[TopicPartition], response: AlterPartitionReassignmentsResponse, attempt: Attempt
    ) -> Iterator[tuple[TopicPartition, Outcome[AlteredReassignment]]]:
        for key in keys if response.error_code else ():
            yield key, Errored(response.error_code, response.error_message)
        for topic in response.responses:
            for each in topic.partitions:
                key = TopicPartition(topic.name, each.partition_index)
                refused = Errored(each.error_code, each.error_message) if each.error_code else None
                yield key, refused or Done(AlteredReassignment(replicas=wanted[key]))

    async def is_cancelled(key: TopicPartition, deadline: Deadline) -> AlteredReassignment | None:
        ongoing = await list_partition_reassignments(cluster, [key], deadline=deadline)
        return None if key in ongoing else AlteredReassignment(replicas=None, ambiguous=True)

    def operation(
        repeat: Repeat | Verified[TopicPartition, AlteredReassignment],
    ) -> Operation[TopicPartition, AlterPartitionReassignmentsResponse, AlteredReassignment]:
        return Operation(
            name="alter_partition_reassignments",
            noun="partition",
            to=lambda key: Controller(),
            api=AlterPartitionReassignmentsRequest,
            lane=Lane.WAITING,
            request=request,
            outcomes=outcomes,
            keys_per_request=lambda version: PARTITIONS_PER_REQUEST,
            at_least=None if allow_replication_factor_change else _WITH_FIXED_FACTOR,
            needs="" if allow_replication_factor_change else "allow_replication_factor_change=False",
            repeat=repeat,
        )

    cancelled = Verified(already=frozenset({_NO_REASSIGNMENT_IN_PROGRESS}), verify=is_cancelled)
    tally = Tally.of(progress, len(wanted))
    return await merged(
        [
            partial(cluster.run, operation(repeat), keys, deadline=deadline, tally=tally)
            for repeat, keys in (
                (Repeat.SAFE, [key for key, replicas in wanted.items() if replicas is not None]),
                (cancelled, [key for key, replicas in wanted.items() if replicas is None]),
            )
        ]
    )


def _wanted(reassignments: object) -> dict[TopicPartition, tuple[int, ...] | None]:
    given = arguments.mapping(reassignments, "reassignments: partitions to broker ids, or None to cancel")
    return {arguments.partition(partition): _replicas(partition, each) for partition, each in given.items()}


def _replicas(partition: object, replicas: object) -> tuple[int, ...] | None:
    if replicas is None:
        return None
    given = arguments.several(replicas, f"the replicas of {partition}: broker ids, the preferred leader first")
    brokers = tuple(arguments.integer(each, f"a replica of {partition}", most=2**31 - 1) for each in given)
    if not brokers or len(set(brokers)) < len(brokers):
        raise ConfigurationError(f"the replicas of {partition} must be broker ids that differ, not {replicas!r}")
    return brokers


async def list_partition_reassignments(cluster: Cluster, partitions: object, *, deadline: Deadline) -> Ongoing:
    wanted = None if partitions is None else arguments.partitions(partitions)

    def request(keys: Sequence[None], attempt: Attempt) -> ListPartitionReassignmentsRequest:
        return ListPartitionReassignmentsRequest(
            timeout_ms=attempt.timeout_ms,
            topics=None
            if wanted is None
            else tuple(
                ListPartitionReassignmentsTopics(name=topic, partition_indexes=tuple(indexes))
                for topic, indexes in by_topic(wanted).items()
            ),
        )

    def outcomes(
        keys: Sequence[None], response: ListPartitionReassignmentsResponse, attempt: Attempt
    ) -> Iterator[tuple[None, Outcome[Ongoing]]]:
        yield None, settle(response.error_code, lambda: _ongoing(response), response.error_message)

    result = await cluster.run(
        Operation(
            name="list_partition_reassignments",
            noun="",
            to=lambda key: Controller(),
            api=ListPartitionReassignmentsRequest,
            lane=Lane.WAITING,
            request=request,
            outcomes=outcomes,
        ),
        (None,),
        deadline=deadline,
    )
    return result[None]


def _ongoing(response: ListPartitionReassignmentsResponse) -> Ongoing:
    return {
        TopicPartition(topic.name, each.partition_index): _reassignment(each)
        for topic in response.topics
        for each in topic.partitions
    }


def _reassignment(told: OngoingPartitionReassignment) -> PartitionReassignment:
    return PartitionReassignment(
        replicas=tuple(told.replicas),
        adding_replicas=tuple(told.adding_replicas),
        removing_replicas=tuple(told.removing_replicas),
    )
