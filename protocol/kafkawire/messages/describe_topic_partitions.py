"""DescribeTopicPartitions: topics' partitions page by page, with their eligible leader replicas (KIP-966).

v0 only, brokers of 3.8 and later. Topics come in the order of their names. An answer that had no room left gives a
`next_cursor`, which the next request carries on from.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.enums import AUTHORIZED_OPERATIONS_OMITTED
from kafkawire.primitives import (
    ZERO_UUID,
    Array,
    Boolean,
    Int16,
    Int32,
    NullableArray,
    NullableString,
    String,
    Uuid,
    struct,
)
from kafkawire.schema import Request, Response, entity, wire


@entity
class DescribeTopicPartitionsResponsePartition:
    error_code: int = wire(Int16, default=0)
    partition_index: int = wire(Int32, default=0)
    leader_id: int = wire(Int32, default=0)
    leader_epoch: int = wire(Int32, default=-1, ignorable=True)
    replica_nodes: tuple[int, ...] = wire(Array(Int32), default=())
    isr_nodes: tuple[int, ...] = wire(Array(Int32), default=())
    eligible_leader_replicas: tuple[int, ...] | None = wire(NullableArray(Int32), default=None)
    last_known_elr: tuple[int, ...] | None = wire(NullableArray(Int32), default=None)
    offline_replicas: tuple[int, ...] = wire(Array(Int32), default=(), ignorable=True)


@entity
class DescribeTopicPartitionsResponseTopic:
    error_code: int = wire(Int16, default=0)
    name: str | None = wire(NullableString, default="")
    topic_id: UUID = wire(Uuid, default=ZERO_UUID, ignorable=True)
    is_internal: bool = wire(Boolean, default=False, ignorable=True)
    partitions: tuple[DescribeTopicPartitionsResponsePartition, ...] = wire(
        Array(DescribeTopicPartitionsResponsePartition), default=()
    )
    topic_authorized_operations: int = wire(Int32, default=AUTHORIZED_OPERATIONS_OMITTED)


@entity
class DescribeTopicPartitionsResponseCursor:
    topic_name: str = wire(String, default="")
    partition_index: int = wire(Int32, default=0)


@entity
class DescribeTopicPartitionsResponse(Response):
    """A page of partitions; `next_cursor` is null on the last one."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_TOPIC_PARTITIONS, range(1), 0

    throttle_time_ms: int = wire(Int32, default=0, ignorable=True)
    topics: tuple[DescribeTopicPartitionsResponseTopic, ...] = wire(
        Array(DescribeTopicPartitionsResponseTopic), default=()
    )
    next_cursor: DescribeTopicPartitionsResponseCursor | None = wire(
        struct(DescribeTopicPartitionsResponseCursor), default=None
    )


@entity
class DescribeTopicPartitionsRequestTopicRequest:
    name: str = wire(String, default="")


@entity
class DescribeTopicPartitionsRequestCursor:
    topic_name: str = wire(String, default="")
    partition_index: int = wire(Int32, default=0)


@entity
class DescribeTopicPartitionsRequest(Request[DescribeTopicPartitionsResponse]):
    """Asks about topics from a cursor on; an empty list means all topics."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_TOPIC_PARTITIONS, range(1), 0

    topics: tuple[DescribeTopicPartitionsRequestTopicRequest, ...] = wire(
        Array(DescribeTopicPartitionsRequestTopicRequest), default=()
    )
    response_partition_limit: int = wire(Int32, default=2000)
    cursor: DescribeTopicPartitionsRequestCursor | None = wire(
        struct(DescribeTopicPartitionsRequestCursor), default=None
    )
