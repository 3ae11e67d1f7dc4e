"""CreateTopics: makes topics, on the controller.

v1 adds `validate_only` and messages, v2 the throttle time, v4 takes -1 for the broker's default partition count and
replication factor (KIP-464), v5 is flexible and answers with the topic as it was made (KIP-525), v6 may answer
THROTTLING_QUOTA_EXCEEDED (KIP-599), v7 answers with the topic's id.

A topic with `assignments` sends -1 for both counts. Topics succeed and fail one by one. The answer means that the
controller has the topic: other brokers may not know it yet.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import (
    ZERO_UUID,
    Array,
    Boolean,
    Int8,
    Int16,
    Int32,
    NullableArray,
    NullableString,
    String,
    Uuid,
)
from kafkawire.schema import Request, Response, entity, wire


@entity
class CreatableTopicConfigs:
    """One config of the topic as it was made."""

    name: str = wire(String, default="")
    value: str | None = wire(NullableString, default="")
    read_only: bool = wire(Boolean, default=False)
    # A `ConfigSource`.
    config_source: int = wire(Int8, default=-1, ignorable=True)
    is_sensitive: bool = wire(Boolean, default=False)


@entity
class CreatableTopicResult:
    """What was made, or why it was not."""

    name: str = wire(String, default="")
    topic_id: UUID = wire(Uuid, since=7, default=ZERO_UUID, ignorable=True)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, since=1, default="", ignorable=True)
    # Why `configs` and the counts are missing: mostly TOPIC_AUTHORIZATION_FAILED.
    topic_config_error_code: int = wire(Int16, since=5, tag=0, default=0, ignorable=True)
    num_partitions: int = wire(Int32, since=5, default=-1, ignorable=True)
    replication_factor: int = wire(Int16, since=5, default=-1, ignorable=True)
    configs: tuple[CreatableTopicConfigs, ...] | None = wire(
        NullableArray(CreatableTopicConfigs), since=5, default=(), ignorable=True
    )


@entity
class CreateTopicsResponse(Response):
    """One result per topic."""

    api_key, versions, flexible_since = ApiKey.CREATE_TOPICS, range(8), 5

    throttle_time_ms: int = wire(Int32, since=2, default=0, ignorable=True)
    topics: tuple[CreatableTopicResult, ...] = wire(Array(CreatableTopicResult), default=())


@entity
class CreatableReplicaAssignment:
    """The replicas of one partition, the preferred leader first."""

    partition_index: int = wire(Int32, default=0)
    broker_ids: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class CreatableTopicConfig:
    """One config of the new topic."""

    name: str = wire(String, default="")
    value: str | None = wire(NullableString, default="")


@entity
class CreatableTopic:
    """One topic: counts, or the replicas of each partition by hand."""

    name: str = wire(String, default="")
    num_partitions: int = wire(Int32, default=0)
    replication_factor: int = wire(Int16, default=0)
    assignments: tuple[CreatableReplicaAssignment, ...] = wire(Array(CreatableReplicaAssignment), default=())
    configs: tuple[CreatableTopicConfig, ...] = wire(Array(CreatableTopicConfig), default=())


@entity
class CreateTopicsRequest(Request[CreateTopicsResponse]):
    """Makes topics, or checks with `validate_only` whether they could be made."""

    api_key, versions, flexible_since = ApiKey.CREATE_TOPICS, range(8), 5

    topics: tuple[CreatableTopic, ...] = wire(Array(CreatableTopic), default=())
    timeout_ms: int = wire(Int32, default=60_000)
    validate_only: bool = wire(Boolean, since=1, default=False)
