"""CreatePartitions: gives topics more partitions, on the controller (KIP-195).

v2 is flexible, v3 may answer THROTTLING_QUOTA_EXCEEDED (KIP-599). `count` is the new total, not what is added, so the
same request sent twice is refused with INVALID_PARTITIONS.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Boolean, Int16, Int32, NullableArray, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class CreatePartitionsTopicResult:
    name: str = wire(String, default="")
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)


@entity
class CreatePartitionsResponse(Response):
    """One result per topic."""

    api_key, versions, flexible_since = ApiKey.CREATE_PARTITIONS, range(4), 2

    throttle_time_ms: int = wire(Int32, default=0)
    results: tuple[CreatePartitionsTopicResult, ...] = wire(Array(CreatePartitionsTopicResult), default=())


@entity
class CreatePartitionsAssignment:
    """The replicas of one new partition, the preferred leader first."""

    broker_ids: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class CreatePartitionsTopic:
    """One topic; `assignments=None` lets the controller place the new partitions."""

    name: str = wire(String, default="")
    count: int = wire(Int32, default=0)
    assignments: tuple[CreatePartitionsAssignment, ...] | None = wire(
        NullableArray(CreatePartitionsAssignment), default=()
    )


@entity
class CreatePartitionsRequest(Request[CreatePartitionsResponse]):
    """Raises topics' partition counts, or checks with `validate_only` whether that would work."""

    api_key, versions, flexible_since = ApiKey.CREATE_PARTITIONS, range(4), 2

    topics: tuple[CreatePartitionsTopic, ...] = wire(Array(CreatePartitionsTopic), default=())
    timeout_ms: int = wire(Int32, default=0)
    validate_only: bool = wire(Boolean, default=False)
