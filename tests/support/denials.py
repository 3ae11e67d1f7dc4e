"""Calls about two keys, of which the caller may have one only: on FakeCluster and on real Kafka, what comes of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kafkaadmin import (
    AdminClient,
    AuthorizationError,
    BatchResult,
    ConfigResource,
    OffsetSpec,
    RecordsToDelete,
    TopicPartition,
)
from kafkawire import ApiKey

__all__ = ["CALLS", "DENIED", "OPEN", "Denial", "check"]

OPEN, DENIED = "open", "denied"
"""A group and a topic have this name each."""

Call = Callable[[AdminClient], Awaitable[BatchResult[Any, Any]]]


@dataclass(frozen=True, slots=True)
class Denial:
    """A call, the key of it that is denied, the code that says so, and the APIs that a fake broker denies it in."""

    call: Call
    denied: object
    code: int
    apis: tuple[ApiKey, ...]


_GROUP, _TOPIC = 30, 29
_PARTITIONS = {name: TopicPartition(name, 0) for name in (OPEN, DENIED)}
_BOTH = (OPEN, DENIED)
_METADATA = (ApiKey.METADATA, ApiKey.DESCRIBE_TOPIC_PARTITIONS)
_CONFIGS = {name: ConfigResource.topic(name) for name in _BOTH}


def _of_groups(call: Call, *apis: ApiKey) -> Denial:
    return Denial(call, DENIED, _GROUP, apis)


def _of_partitions(call: Call, *apis: ApiKey) -> Denial:
    return Denial(call, _PARTITIONS[DENIED], _TOPIC, apis)


# What removes things comes last.
CALLS: Mapping[str, Denial] = {
    "list_consumer_group_offsets": _of_groups(
        lambda admin: admin.list_consumer_group_offsets(_BOTH), ApiKey.OFFSET_FETCH
    ),
    "describe_consumer_groups": _of_groups(
        lambda admin: admin.describe_consumer_groups(_BOTH), ApiKey.CONSUMER_GROUP_DESCRIBE, ApiKey.DESCRIBE_GROUPS
    ),
    "alter_consumer_group_offsets": _of_partitions(
        lambda admin: admin.alter_consumer_group_offsets(OPEN, dict.fromkeys(_PARTITIONS.values(), 0)),
        ApiKey.OFFSET_COMMIT,
    ),
    "delete_consumer_group_offsets": _of_partitions(
        lambda admin: admin.delete_consumer_group_offsets(OPEN, _PARTITIONS.values()), ApiKey.OFFSET_DELETE
    ),
    "describe_topics": Denial(lambda admin: admin.describe_topics(_BOTH), DENIED, _TOPIC, _METADATA),
    "list_offsets": _of_partitions(
        lambda admin: admin.list_offsets(dict.fromkeys(_PARTITIONS.values(), OffsetSpec.latest())),
        ApiKey.METADATA,
        ApiKey.LIST_OFFSETS,
    ),
    "describe_configs": Denial(
        lambda admin: admin.describe_configs(_CONFIGS.values()), _CONFIGS[DENIED], _TOPIC, (ApiKey.DESCRIBE_CONFIGS,)
    ),
    "incremental_alter_configs": Denial(
        lambda admin: admin.incremental_alter_configs({each: {"retention.ms": "1"} for each in _CONFIGS.values()}),
        _CONFIGS[DENIED],
        _TOPIC,
        (ApiKey.INCREMENTAL_ALTER_CONFIGS,),
    ),
    "create_partitions": Denial(
        lambda admin: admin.create_partitions(dict.fromkeys(_BOTH, 2)), DENIED, _TOPIC, (ApiKey.CREATE_PARTITIONS,)
    ),
    "delete_records": _of_partitions(
        lambda admin: admin.delete_records(dict.fromkeys(_PARTITIONS.values(), RecordsToDelete.up_to_high_watermark())),
        ApiKey.METADATA,
        ApiKey.DELETE_RECORDS,
    ),
    "delete_consumer_groups": _of_groups(lambda admin: admin.delete_consumer_groups(_BOTH), ApiKey.DELETE_GROUPS),
    "delete_topics": Denial(
        lambda admin: admin.delete_topics(_BOTH), DENIED, _TOPIC, (ApiKey.METADATA, ApiKey.DELETE_TOPICS)
    ),
}


async def check(admin: AdminClient, denial: Denial) -> None:
    """Call; expect the denied key's error to say so, and the other key's answer."""
    result = await denial.call(admin)
    assert len(result) == 2
    assert len(result.succeeded) == 1, (dict(result.succeeded), dict(result.failed))
    assert set(result.failed) == {denial.denied}, dict(result.failed)
    error = result.failed[denial.denied]
    assert isinstance(error, AuthorizationError)
    assert error.code == denial.code
    assert not error.retriable
    assert error.resource_name == DENIED
    assert DENIED in str(error)
