"""Topics that were to be made and are there: taken as they are, or compared with what was ordered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, cast, get_args

from kafkaadmin.errors import ConfigurationError, KafkaAdminError, TopicAlreadyExistsError, TopicDiffersError
from kafkaadmin.models.configs import ConfigEntry, ConfigResource
from kafkaadmin.models.results import BatchResult
from kafkaadmin.models.topics import CreatedTopic, NewTopic, TopicDescription
from kafkaadmin.operations.configs import describe_configs
from kafkaadmin.operations.topic_configs import alike
from kafkaadmin.operations.topics import describe_topics
from kafkaadmin.routing import Cluster, Deadline

__all__ = ["IfExists", "if_exists_rule", "tolerated"]

IfExists = Literal["error", "ok", "verify"]

_PARTITIONS_PER_RESPONSE = 2_000


def if_exists_rule(value: object) -> IfExists:
    """What is to be done about topics that are there."""
    if value not in get_args(IfExists):
        raise ConfigurationError(f"if_exists must be 'error', 'ok' or 'verify', not {value!r}")
    return cast("IfExists", value)


async def tolerated(
    cluster: Cluster,
    wanted: Mapping[str, NewTopic],
    result: BatchResult[str, CreatedTopic],
    if_exists: IfExists,
    deadline: Deadline,
) -> BatchResult[str, CreatedTopic]:
    """The result, with topics that were there already counted as `if_exists` says."""
    there = [name for name, error in result.failed.items() if isinstance(error, TopicAlreadyExistsError)]
    if if_exists == "error" or not there:
        return result
    if if_exists == "ok":
        found: dict[str, CreatedTopic] = {name: CreatedTopic(name=name, existed=True) for name in there}
        failed: dict[str, KafkaAdminError] = {}
    else:
        found, failed = await _compared(cluster, {name: wanted[name] for name in there}, deadline)
    others = {name: error for name, error in result.failed.items() if name not in there}
    return BatchResult({**result.succeeded, **found}, {**others, **failed})


async def _compared(
    cluster: Cluster, ordered: Mapping[str, NewTopic], deadline: Deadline
) -> tuple[dict[str, CreatedTopic], dict[str, KafkaAdminError]]:
    described = await describe_topics(
        cluster,
        ordered,
        include_authorized_operations=False,
        partitions_per_response=_PARTITIONS_PER_RESPONSE,
        deadline=deadline,
    )
    configured = await describe_configs(
        cluster,
        [ConfigResource.topic(name) for name, topic in ordered.items() if topic.configs],
        names=None,
        include_synonyms=False,
        include_documentation=False,
        deadline=deadline,
    )
    found: dict[str, CreatedTopic] = {}
    failed: dict[str, KafkaAdminError] = {}
    for name, topic in ordered.items():
        resource = ConfigResource.topic(name)
        unread = described.failed.get(name) or configured.failed.get(resource)
        if unread is not None:
            failed[name] = unread
            continue
        there, configs = described[name], configured.succeeded.get(resource, {})
        differences = tuple(_differences(topic, there, configs))
        if differences:
            failed[name] = TopicDiffersError(differences, context=f"create_topics: topic {name!r}")
        else:
            found[name] = _existing(there)
    return found, failed


def _differences(ordered: NewTopic, there: TopicDescription, configs: Mapping[str, ConfigEntry]) -> Iterator[str]:
    replicas = [partition.replicas for partition in there.partitions]
    if ordered.assignments is not None:
        if replicas != [tuple(brokers) for _, brokers in sorted(ordered.assignments.items())]:
            yield f"its replicas are {replicas}"
    else:
        if ordered.partitions not in (None, len(replicas)):
            yield f"it has {len(replicas)} partitions, not {ordered.partitions}"
        factors = {len(each) for each in replicas}
        if ordered.replication_factor is not None and factors != {ordered.replication_factor}:
            yield f"its replication factor is {max(factors)}, not {ordered.replication_factor}"
    for name, value in ordered.configs.items():
        entry = configs.get(name)
        if value is not None and (entry is None or not alike(value, entry.value)):
            yield f"its {name} is {entry.value if entry is not None else None!r}, not {value!r}"


def _existing(there: TopicDescription) -> CreatedTopic:
    return CreatedTopic(
        name=there.name,
        topic_id=there.topic_id,
        partitions=len(there.partitions),
        replication_factor=len(there.partitions[0].replicas) if there.partitions else None,
        existed=True,
    )
