"""Making topics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kafkaadmin.errors import (
    AuthorizationError,
    ConfigurationError,
    TopicAlreadyExistsError,
    UnknownTopicError,
    UnsupportedVersionError,
)
from kafkaadmin.models.results import BatchResult
from kafkaadmin.models.topics import CreatedTopic, NewTopic, TopicDescription
from kafkaadmin.network import Lane
from kafkaadmin.operations import arguments, quota
from kafkaadmin.operations.existing_topics import IfExists, if_exists_rule, tolerated
from kafkaadmin.operations.partitions import topic_id
from kafkaadmin.operations.propagation import wait_until_known
from kafkaadmin.operations.topic_configs import TopicConfigs, are_as_ordered, topic_configs
from kafkaadmin.operations.topics import describing, look
from kafkaadmin.routing import (
    Attempt,
    Cluster,
    Controller,
    Deadline,
    Done,
    Operation,
    Outcome,
    Repeat,
    Report,
    Tally,
    Verified,
    all_but,
    count,
)
from kafkawire.messages import (
    CreatableReplicaAssignment,
    CreatableTopic,
    CreatableTopicConfig,
    CreatableTopicResult,
    CreateTopicsRequest,
    CreateTopicsResponse,
)

__all__ = ["create_topics"]

_UNKNOWN_TOPIC_OR_PARTITION = 3
_LEADER_NOT_AVAILABLE = 5
_TOPIC_ALREADY_EXISTS = 36

_WITH_DEFAULTS = 4

_TOPICS_PER_REQUEST, _PARTITIONS_PER_REQUEST = 500, 5_000
"""A controller refuses what makes more than 10,000 records; a topic makes one, and each partition another."""

_UNTIL_KNOWN = 10.0
"""Seconds for which a topic that the controller has is looked for: longer, and somebody has deleted it since."""


async def create_topics(
    cluster: Cluster,
    topics: object,
    *,
    validate_only: bool,
    wait: bool,
    if_exists: IfExists = "error",
    retry_on_quota_violation: bool,
    progress: Report | None = None,
    deadline: Deadline,
) -> BatchResult[str, CreatedTopic]:
    wanted = _new_topics(topics)
    tally = Tally.of(progress, len(wanted))
    rule = if_exists_rule(if_exists)
    if wait and not validate_only and cluster.of_controllers:
        raise UnsupportedVersionError(
            "create_topics: controllers can't tell when brokers know a topic: with bootstrap_controllers, wait=False"
        )

    absent = frozenset[str]() if validate_only else await _absent(cluster, wanted, deadline)
    result = await cluster.run(
        _creating(
            cluster,
            wanted,
            validate_only=validate_only,
            final=quota.final_codes(retry_on_quota_violation),
            absent=absent,
        ),
        wanted,
        deadline=deadline,
        tally=all_but(tally, TopicAlreadyExistsError),
    )
    judged = [name for name, error in result.failed.items() if isinstance(error, TopicAlreadyExistsError)]
    result = await tolerated(cluster, wanted, result, rule, deadline)
    fine = sum(name in result.succeeded for name in judged)
    count(tally, fine, len(judged) - fine)
    if validate_only or not wait:
        return result
    late = await wait_until_known(cluster, "create_topics", result.succeeded, deadline=deadline)
    if not late:
        return result
    known = {name: topic for name, topic in result.succeeded.items() if name not in late}
    count(tally, -len(late), len(late))
    return BatchResult(known, {**result.failed, **late})


async def _absent(cluster: Cluster, wanted: Mapping[str, NewTopic], deadline: Deadline) -> frozenset[str]:
    """Those that a broker doesn't know before they are ordered."""
    found = await look(cluster, "create_topics", tuple(wanted), deadline)
    return frozenset(name for name, error in found.failed.items() if isinstance(error, UnknownTopicError))


def _creating(
    cluster: Cluster,
    wanted: Mapping[str, NewTopic],
    *,
    validate_only: bool,
    final: frozenset[int],
    absent: frozenset[str],
) -> Operation[str, CreateTopicsResponse, CreatedTopic]:
    def request(keys: Sequence[str], attempt: Attempt) -> CreateTopicsRequest:
        return CreateTopicsRequest(
            topics=tuple(_creatable(wanted[key]) for key in keys),
            timeout_ms=attempt.timeout_ms,
            validate_only=validate_only,
        )

    def outcomes(
        keys: Sequence[str], response: CreateTopicsResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[CreatedTopic]]]:
        for topic in response.topics:
            if topic.error_code:
                yield topic.name, quota.refused(topic.error_code, topic.error_message, response.throttle_time_ms)
            else:
                yield topic.name, Done(_created(topic))

    async def is_as_ordered(topic: str, deadline: Deadline) -> CreatedTopic | None:
        return await _found_as_ordered(cluster, wanted[topic], deadline)

    verified = Verified(already=final | {_TOPIC_ALREADY_EXISTS}, verify=is_as_ordered, not_so=absent)
    return Operation(
        name="create_topics",
        noun="topic",
        to=_controller,
        api=CreateTopicsRequest,
        lane=Lane.WAITING,
        request=request,
        outcomes=outcomes,
        keys_per_request=lambda version: _topics_per_request(wanted),
        at_least=_WITH_DEFAULTS if any(map(_wants_defaults, wanted.values())) else None,
        final=final,
        repeat=Repeat.SAFE if validate_only else verified,
    )


def _controller(key: object) -> Controller:
    return Controller()


def _new_topics(topics: object) -> dict[str, NewTopic]:
    given = [topics] if isinstance(topics, NewTopic | str) else arguments.several(topics, "a NewTopic or several")
    wanted: dict[str, NewTopic] = {}
    for each in given:
        topic = NewTopic(each) if isinstance(each, str) else arguments.instance(each, NewTopic, "topic")
        if topic.name in wanted:
            raise ConfigurationError(f"create_topics: topic {topic.name!r} is ordered twice")
        wanted[topic.name] = topic
    return wanted


def _topics_per_request(wanted: Mapping[str, NewTopic]) -> int:
    """So many that no request makes more than a controller takes at once, though all had as many as the largest."""
    largest = max((topic.partitions or len(topic.assignments or ()) or 1 for topic in wanted.values()), default=1)
    return max(1, min(_TOPICS_PER_REQUEST, _PARTITIONS_PER_REQUEST // largest))


def _wants_defaults(topic: NewTopic) -> bool:
    return topic.assignments is None and (topic.partitions is None or topic.replication_factor is None)


def _creatable(topic: NewTopic) -> CreatableTopic:
    return CreatableTopic(
        name=topic.name,
        num_partitions=topic.partitions or -1,
        replication_factor=topic.replication_factor or -1,
        assignments=tuple(
            CreatableReplicaAssignment(partition_index=index, broker_ids=tuple(brokers))
            for index, brokers in sorted((topic.assignments or {}).items())
        ),
        configs=tuple(CreatableTopicConfig(name=name, value=value) for name, value in topic.configs.items()),
    )


def _created(topic: CreatableTopicResult) -> CreatedTopic:
    return CreatedTopic(
        name=topic.name,
        topic_id=topic_id(topic.topic_id),
        partitions=topic.num_partitions if topic.num_partitions >= 0 else None,
        replication_factor=topic.replication_factor if topic.replication_factor >= 0 else None,
        configs=None if topic.topic_config_error_code else _configs(topic),
    )


def _configs(topic: CreatableTopicResult) -> dict[str, str | None] | None:
    # Before v5 there are none; a topic always has some.
    return {config.name: config.value for config in topic.configs} if topic.configs else None


# After a lost answer: is the topic that is there the one that was ordered?


async def _found_as_ordered(cluster: Cluster, ordered: NewTopic, deadline: Deadline) -> CreatedTopic | None:
    # The controller has it; the broker that is asked may not have heard of it yet.
    not_yet = frozenset({_UNKNOWN_TOPIC_OR_PARTITION, _LEADER_NOT_AVAILABLE})
    soon = deadline.within(_UNTIL_KNOWN)
    described = await cluster.run(
        describing("create_topics", (ordered.name,), retry_on=not_yet), (ordered.name,), deadline=soon
    )
    found = described[ordered.name]
    if not _has_replicas_as_ordered(ordered, found):
        return None
    configs = await _readable_configs(cluster, ordered, soon)
    if configs is not None and not are_as_ordered(ordered.configs, configs.own):
        return None
    replicas = [partition.replicas for partition in found.partitions]
    return CreatedTopic(
        name=found.name,
        topic_id=found.topic_id,
        partitions=len(replicas),
        replication_factor=len(replicas[0]) if replicas else None,
        configs=configs.values if configs is not None else None,
        ambiguous=True,
    )


def _has_replicas_as_ordered(ordered: NewTopic, found: TopicDescription) -> bool:
    replicas = [partition.replicas for partition in found.partitions]
    if ordered.assignments is not None:
        return replicas == [tuple(brokers) for _, brokers in sorted(ordered.assignments.items())]
    return ordered.partitions in (None, len(replicas)) and all(
        ordered.replication_factor in (None, len(each)) for each in replicas
    )


async def _readable_configs(cluster: Cluster, ordered: NewTopic, deadline: Deadline) -> TopicConfigs | None:
    """The topic's configs; `None` where none were ordered and this principal may not read them."""
    try:
        return await topic_configs(cluster, "create_topics", ordered.name, deadline=deadline)
    except AuthorizationError:
        if ordered.configs:
            raise
        return None
