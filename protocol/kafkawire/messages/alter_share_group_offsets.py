"""AlterShareGroupOffsets: sets where a share group starts to read (KIP-932).

Flexible from the start. Taken only while the group has no members (NON_EMPTY_GROUP otherwise). Brokers make a group
that doesn't exist, and check no offset against the log.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import ZERO_UUID, Array, Int16, Int32, Int64, NullableString, String, Uuid
from kafkawire.schema import Request, Response, entity, wire


@entity
class AlterShareGroupOffsetsResponsePartition:
    partition_index: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)


@entity
class AlterShareGroupOffsetsResponseTopic:
    topic_name: str = wire(String, default="")
    topic_id: UUID = wire(Uuid, default=ZERO_UUID)
    partitions: tuple[AlterShareGroupOffsetsResponsePartition, ...] = wire(
        Array(AlterShareGroupOffsetsResponsePartition), default=()
    )


@entity
class AlterShareGroupOffsetsResponse(Response):
    """The group's error, and each partition's."""

    api_key, versions, flexible_since = ApiKey.ALTER_SHARE_GROUP_OFFSETS, range(1), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)
    responses: tuple[AlterShareGroupOffsetsResponseTopic, ...] = wire(
        Array(AlterShareGroupOffsetsResponseTopic), default=()
    )


@entity
class AlterShareGroupOffsetsRequestPartition:
    partition_index: int = wire(Int32, default=0)
    start_offset: int = wire(Int64, default=0)


@entity
class AlterShareGroupOffsetsRequestTopic:
    topic_name: str = wire(String, default="")
    partitions: tuple[AlterShareGroupOffsetsRequestPartition, ...] = wire(
        Array(AlterShareGroupOffsetsRequestPartition), default=()
    )


@entity
class AlterShareGroupOffsetsRequest(Request[AlterShareGroupOffsetsResponse]):
    """Sets one group's start offsets."""

    api_key, versions, flexible_since = ApiKey.ALTER_SHARE_GROUP_OFFSETS, range(1), 0

    group_id: str = wire(String, default="")
    topics: tuple[AlterShareGroupOffsetsRequestTopic, ...] = wire(Array(AlterShareGroupOffsetsRequestTopic), default=())
