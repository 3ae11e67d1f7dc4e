"""DeleteShareGroupOffsets: makes a share group forget whole topics (KIP-932).

Flexible from the start. Taken only while the group has no members (NON_EMPTY_GROUP otherwise).
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import ZERO_UUID, Array, Int16, Int32, NullableString, String, Uuid
from kafkawire.schema import Request, Response, entity, wire


@entity
class DeleteShareGroupOffsetsResponseTopic:
    topic_name: str = wire(String, default="")
    topic_id: UUID = wire(Uuid, default=ZERO_UUID)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)


@entity
class DeleteShareGroupOffsetsResponse(Response):
    """The group's error, and each topic's."""

    api_key, versions, flexible_since = ApiKey.DELETE_SHARE_GROUP_OFFSETS, range(1), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)
    responses: tuple[DeleteShareGroupOffsetsResponseTopic, ...] = wire(
        Array(DeleteShareGroupOffsetsResponseTopic), default=()
    )


@entity
class DeleteShareGroupOffsetsRequestTopic:
    topic_name: str = wire(String, default="")


@entity
class DeleteShareGroupOffsetsRequest(Request[DeleteShareGroupOffsetsResponse]):
    """Names topics of one group."""

    api_key, versions, flexible_since = ApiKey.DELETE_SHARE_GROUP_OFFSETS, range(1), 0

    group_id: str = wire(String, default="")
    topics: tuple[DeleteShareGroupOffsetsRequestTopic, ...] = wire(
        Array(DeleteShareGroupOffsetsRequestTopic), default=()
    )
