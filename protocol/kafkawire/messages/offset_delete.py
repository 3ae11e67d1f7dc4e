"""OffsetDelete: removes committed offsets of a group (KIP-496).

v0 only, by topic name only, never flexible. The error at the top level is the group's; partitions have their own: a
topic that the group still subscribes to is GROUP_SUBSCRIBED_TO_TOPIC. Mind the order in the answer: error before
throttle time.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int16, Int32, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class OffsetDeleteResponsePartition:
    partition_index: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)


@entity
class OffsetDeleteResponseTopic:
    name: str = wire(String, default="")
    partitions: tuple[OffsetDeleteResponsePartition, ...] = wire(Array(OffsetDeleteResponsePartition), default=())


@entity
class OffsetDeleteResponse(Response):
    """The group's error, and each partition's."""

    api_key, versions, flexible_since = ApiKey.OFFSET_DELETE, range(1), None

    error_code: int = wire(Int16, default=0)
    throttle_time_ms: int = wire(Int32, default=0, ignorable=True)
    topics: tuple[OffsetDeleteResponseTopic, ...] = wire(Array(OffsetDeleteResponseTopic), default=())


@entity
class OffsetDeleteRequestPartition:
    partition_index: int = wire(Int32, default=0)


@entity
class OffsetDeleteRequestTopic:
    name: str = wire(String, default="")
    partitions: tuple[OffsetDeleteRequestPartition, ...] = wire(Array(OffsetDeleteRequestPartition), default=())


@entity
class OffsetDeleteRequest(Request[OffsetDeleteResponse]):
    """Removes one group's offsets of some partitions."""

    api_key, versions, flexible_since = ApiKey.OFFSET_DELETE, range(1), None

    group_id: str = wire(String, default="")
    topics: tuple[OffsetDeleteRequestTopic, ...] = wire(Array(OffsetDeleteRequestTopic), default=())
