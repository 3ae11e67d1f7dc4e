"""AlterPartitionReassignments: moves partitions to other brokers, or stops such a move (KIP-455).

Flexible from the start. v1 can forbid that a move changes the number of replicas (KIP-860). The answer means that the
move was accepted, not that it is done: ListPartitionReassignments shows what still moves.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Boolean, Int16, Int32, NullableArray, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class ReassignablePartitionResponse:
    partition_index: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")


@entity
class ReassignableTopicResponse:
    name: str = wire(String, default="")
    partitions: tuple[ReassignablePartitionResponse, ...] = wire(Array(ReassignablePartitionResponse), default=())


@entity
class AlterPartitionReassignmentsResponse(Response):
    """One error for all, and each partition's."""

    api_key, versions, flexible_since = ApiKey.ALTER_PARTITION_REASSIGNMENTS, range(2), 0

    throttle_time_ms: int = wire(Int32, default=0)
    allow_replication_factor_change: bool = wire(Boolean, since=1, default=True, ignorable=True)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")
    responses: tuple[ReassignableTopicResponse, ...] = wire(Array(ReassignableTopicResponse), default=())


@entity
class ReassignablePartition:
    """One partition's replicas, the preferred leader first."""

    partition_index: int = wire(Int32, default=0)
    replicas: tuple[int, ...] | None = wire(NullableArray(Int32), default=None)


@entity
class ReassignableTopic:
    name: str = wire(String, default="")
    partitions: tuple[ReassignablePartition, ...] = wire(Array(ReassignablePartition), default=())


@entity
class AlterPartitionReassignmentsRequest(Request[AlterPartitionReassignmentsResponse]):
    """Sets the replicas of partitions; `replicas=None` cancels a move."""

    api_key, versions, flexible_since = ApiKey.ALTER_PARTITION_REASSIGNMENTS, range(2), 0

    timeout_ms: int = wire(Int32, default=60_000)
    allow_replication_factor_change: bool = wire(Boolean, since=1, default=True)
    topics: tuple[ReassignableTopic, ...] = wire(Array(ReassignableTopic), default=())
