"""The directories in which brokers keep replicas: described, and replicas moved from one to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kafkaadmin.errors import broker_error
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.replicas import LogDirDescription, ReplicaInfo, ReplicaLogDirInfo, TopicPartitionReplica
from kafkaadmin.models.results import BatchResult
from kafkaadmin.operations import arguments
from kafkaadmin.operations.partitions import PARTITIONS_PER_REQUEST, by_topic
from kafkaadmin.routing import (
    Attempt,
    BrokerId,
    Cluster,
    Deadline,
    Done,
    Errored,
    Operation,
    Outcome,
    Report,
    Tally,
)
from kafkawire import ApiKey
from kafkawire.messages import (
    AlterReplicaLogDir,
    AlterReplicaLogDirsRequest,
    AlterReplicaLogDirsResponse,
    AlterReplicaLogDirTopic,
    DescribableLogDirTopic,
    DescribeLogDirsRequest,
    DescribeLogDirsResponse,
    DescribeLogDirsResult,
)

__all__ = ["alter_replica_log_dirs", "describe_log_dirs", "describe_replica_log_dirs"]

_REPLICA_NOT_AVAILABLE = 9
_CLUSTER_AUTHORIZATION_FAILED = 31

LogDirs = Mapping[str, LogDirDescription]


async def describe_log_dirs(
    cluster: Cluster, brokers: object, *, progress: Report | None = None, deadline: Deadline
) -> BatchResult[int, LogDirs]:
    if brokers is None:
        wanted = tuple(broker.id for broker in await cluster.brokers(deadline=deadline))
    else:
        wanted = _broker_ids(brokers)

    def outcomes(
        keys: Sequence[int], response: DescribeLogDirsResponse, attempt: Attempt
    ) -> Iterator[tuple[int, Outcome[LogDirs]]]:
        error = _error(response)
        for key in keys:
            yield key, error or Done({each.log_dir: _log_dir(key, each) for each in response.results})

    return await cluster.run(
        Operation(
            name="describe_log_dirs",
            noun="broker",
            to=BrokerId,
            api=DescribeLogDirsRequest,
            request=lambda keys, attempt: DescribeLogDirsRequest(topics=None),
            outcomes=outcomes,
        ),
        wanted,
        deadline=deadline,
        tally=Tally.of(progress, len(wanted)),
    )


def _broker_ids(brokers: object) -> tuple[int, ...]:
    given = [brokers] if isinstance(brokers, int) else arguments.several(brokers, "brokers: an id or several")
    return tuple(dict.fromkeys(arguments.integer(each, "a broker's id", most=2**31 - 1) for each in given))


def _error(response: DescribeLogDirsResponse) -> Errored | None:
    if response.error_code:
        return Errored(response.error_code)
    # Before v3 an answer has no room for an error: who may not ask is told nothing.
    return None if response.results else Errored(_CLUSTER_AUTHORIZATION_FAILED)


def _log_dir(broker_id: int, told: DescribeLogDirsResult) -> LogDirDescription:
    context = f"broker {broker_id}: log directory {told.log_dir!r}"
    return LogDirDescription(
        error=broker_error(told.error_code, context=context, api=ApiKey.DESCRIBE_LOG_DIRS) if told.error_code else None,
        replicas={
            TopicPartition(topic.name, each.partition_index): ReplicaInfo(
                size=each.partition_size, offset_lag=each.offset_lag, is_future=each.is_future_key
            )
            for topic in told.topics
            for each in topic.partitions
        },
        total_bytes=told.total_bytes if told.total_bytes >= 0 else None,
        usable_bytes=told.usable_bytes if told.usable_bytes >= 0 else None,
        is_cordoned=told.is_cordoned,
    )


async def describe_replica_log_dirs(
    cluster: Cluster, replicas: object, *, progress: Report | None = None, deadline: Deadline
) -> BatchResult[TopicPartitionReplica, ReplicaLogDirInfo]:
    wanted = _replicas(replicas)

    def request(keys: Sequence[TopicPartitionReplica], attempt: Attempt) -> DescribeLogDirsRequest:
        return DescribeLogDirsRequest(
            topics=tuple(
                DescribableLogDirTopic(topic=topic, partitions=tuple(indexes))
                for topic, indexes in by_topic(TopicPartition(key.topic, key.partition) for key in keys).items()
            )
        )

    def outcomes(
        keys: Sequence[TopicPartitionReplica], response: DescribeLogDirsResponse, attempt: Attempt
    ) -> Iterator[tuple[TopicPartitionReplica, Outcome[ReplicaLogDirInfo]]]:
        error = _error(response)
        places = _places(response)
        for key in keys:
            place = places.get(TopicPartition(key.topic, key.partition))
            absent = Errored(_REPLICA_NOT_AVAILABLE, "it lies in none of the broker's log directories")
            yield key, error or (absent if place is None else Done(place.info()))

    return await cluster.run(
        Operation(
            name="describe_replica_log_dirs",
            noun="replica",
            to=lambda key: BrokerId(key.broker_id),
            api=DescribeLogDirsRequest,
            request=request,
            outcomes=outcomes,
            keys_per_request=lambda version: PARTITIONS_PER_REQUEST,
        ),
        wanted,
        deadline=deadline,
        tally=Tally.of(progress, len(wanted)),
    )


class _Place(NamedTuple):
    """The directories that hold a replica, each with how far behind it is there."""

    current: tuple[str, int] | None = None
    future: tuple[str, int] | None = None

    def info(self) -> ReplicaLogDirInfo:
        current, current_lag = self.current or (None, None)
        future, future_lag = self.future or (None, None)
        return ReplicaLogDirInfo(
            current_log_dir=current,
            current_offset_lag=current_lag,
            future_log_dir=future,
            future_offset_lag=future_lag,
        )


def _places(response: DescribeLogDirsResponse) -> dict[TopicPartition, _Place]:
    places: dict[TopicPartition, _Place] = {}
    for told in response.results:
        for topic in told.topics:
            for each in topic.partitions:
                key = TopicPartition(topic.name, each.partition_index)
                there = (told.log_dir, each.offset_lag)
                known = places.get(key, _Place())
                places[key] = known._replace(**{"future" if each.is_future_key else "current": there})
    return places


def _replicas(replicas: object) -> tuple[TopicPartitionReplica, ...]:
    given: Iterable[object] = (
        [replicas]
        if isinstance(replicas, TopicPartitionReplica)
        else arguments.several(replicas, "replicas: a TopicPartitionReplica or several")
    )
    return tuple(dict.fromkeys(map(_replica, given)))


def _replica(value: object) -> TopicPartitionReplica:
    replica = arguments.instance(value, TopicPartitionReplica, "replica")
    arguments.partition((replica.topic, replica.partition))
    arguments.integer(replica.broker_id, f"the broker of {replica.topic}-{replica.partition}", most=2**31 - 1)
    return replica


async def alter_replica_log_dirs(
    cluster: Cluster, moves: object, *, progress: Report | None = None, deadline: Deadline
) -> BatchResult[TopicPartitionReplica, None]:
    given = arguments.mapping(moves, "moves: TopicPartitionReplicas to directories")
    wanted = {_replica(replica): arguments.name(path, "log directory") for replica, path in given.items()}

    def request(keys: Sequence[TopicPartitionReplica], attempt: Attempt) -> AlterReplicaLogDirsRequest:
        paths: dict[str, list[TopicPartition]] = {}
        for key in keys:
            paths.setdefault(wanted[key], []).append(TopicPartition(key.topic, key.partition))
        return AlterReplicaLogDirsRequest(
            dirs=tuple(
                AlterReplicaLogDir(
                    path=path,
                    topics=tuple(
                        AlterReplicaLogDirTopic(name=topic, partitions=tuple(indexes))
                        for topic, indexes in by_topic(partitions).items()
                    ),
                )
                for path, partitions in paths.items()
            )
        )

    def outcomes(
        keys: Sequence[TopicPartitionReplica], response: AlterReplicaLogDirsResponse, attempt: Attempt
    ) -> Iterator[tuple[TopicPartitionReplica, Outcome[None]]]:
        for topic in response.results:
            for each in topic.partitions:
                key = TopicPartitionReplica(topic.topic_name, each.partition_index, attempt.broker.id)
                yield key, Errored(each.error_code) if each.error_code else Done(None)

    return await cluster.run(
        Operation(
            name="alter_replica_log_dirs",
            noun="replica",
            to=lambda key: BrokerId(key.broker_id),
            api=AlterReplicaLogDirsRequest,
            request=request,
            outcomes=outcomes,
            keys_per_request=lambda version: PARTITIONS_PER_REQUEST,
        ),
        wanted,
        deadline=deadline,
        tally=Tally.of(progress, len(wanted)),
    )
