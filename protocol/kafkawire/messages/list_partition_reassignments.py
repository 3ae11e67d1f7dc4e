"""ListPartitionReassignments: the partitions that are being moved, on the controller (KIP-455).

Flexible from the start. Partitions that don't move are left out, unknown ones too.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int16, Int32, NullableArray, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class OngoingPartitionReassignment:
    """One partition. `replicas` has those that come, those that go and those that stay."""

    partition_index: int = wire(Int32, default=0)
    replicas: tuple[int, ...] = wire(Array(Int32), default=())
    adding_replicas: tuple[int, ...] = wire(Array(Int32), default=())
    removing_replicas: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class OngoingTopicReassignment:
    name: str = wire(String, default="")
    partitions: tuple[OngoingPartitionReassignment, ...] = wire(Array(OngoingPartitionReassignment), default=())


@entity
class ListPartitionReassignmentsResponse(Response):
    """Moves by topic, or one error."""

    api_key, versions, flexible_since = ApiKey.LIST_PARTITION_REASSIGNMENTS, range(1), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")
    topics: tuple[OngoingTopicReassignment, ...] = wire(Array(OngoingTopicReassignment), default=())


@entity
class ListPartitionReassignmentsTopics:
    name: str = wire(String, default="")
    partition_indexes: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class ListPartitionReassignmentsRequest(Request[ListPartitionReassignmentsResponse]):
    """Asks about some partitions, or all."""

    api_key, versions, flexible_since = ApiKey.LIST_PARTITION_REASSIGNMENTS, range(1), 0

    timeout_ms: int = wire(Int32, default=60_000)
    # Null asks for all.
    topics: tuple[ListPartitionReassignmentsTopics, ...] | None = wire(
        NullableArray(ListPartitionReassignmentsTopics), default=None
    )
