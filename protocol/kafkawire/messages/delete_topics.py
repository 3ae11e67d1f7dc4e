"""DeleteTopics: removes topics, on the controller.

v1 adds the throttle time, v3 may answer TOPIC_DELETION_DISABLED, v4 is flexible, v5 adds messages and
THROTTLING_QUOTA_EXCEEDED (KIP-599), v6 takes ids as well as names (KIP-516), in `topics` instead of `topic_names`.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import ZERO_UUID, Array, Int16, Int32, NullableString, String, Uuid, string
from kafkawire.schema import Request, Response, entity, wire


@entity
class DeletableTopicResult:
    """One topic's result. `name` is null for an id that nobody knows."""

    name: str | None = wire(string(nullable_since=6), default="")
    topic_id: UUID = wire(Uuid, since=6, default=ZERO_UUID, ignorable=True)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, since=5, default=None, ignorable=True)


@entity
class DeleteTopicsResponse(Response):
    """One result per topic."""

    api_key, versions, flexible_since = ApiKey.DELETE_TOPICS, range(7), 4

    throttle_time_ms: int = wire(Int32, since=1, default=0, ignorable=True)
    responses: tuple[DeletableTopicResult, ...] = wire(Array(DeletableTopicResult), default=())


@entity
class DeleteTopicState:
    """One topic: a name, or an id with `name=None`."""

    name: str | None = wire(NullableString, default=None)
    topic_id: UUID = wire(Uuid, default=ZERO_UUID)


@entity
class DeleteTopicsRequest(Request[DeleteTopicsResponse]):
    """Removes topics by name (`topic_names`, up to v5) or by name or id (`topics`, v6+)."""

    api_key, versions, flexible_since = ApiKey.DELETE_TOPICS, range(7), 4

    topics: tuple[DeleteTopicState, ...] = wire(Array(DeleteTopicState), since=6, default=())
    # Not ignorable, unlike in Kafka: a v6 request would drop the names and delete nothing.
    topic_names: tuple[str, ...] = wire(Array(String), until=5, default=())
    timeout_ms: int = wire(Int32, default=0)
