"""OffsetFetch: the offsets that groups have committed.

v0 read them from ZooKeeper. v2 fetches all topics when `topics` is null, and adds an error for the group, v3 the
throttle time, v5 leader epochs, v6 is flexible, v7 can insist on stable offsets and answers UNSTABLE_OFFSET_COMMIT
while a transaction is open (KIP-447), v8 asks about many groups (KIP-709), v9 carries the member's identity for
KIP-848 groups, v10 names topics by id only.

Up to v7 one group stands at the top level; from v8 on every group has its own entry in `groups`. Errors are on two
levels: the group's and each partition's. A partition without a commit has offset -1 and no error; a group that
doesn't exist has no topics and no error. In v10 an answer about "all topics" leaves out, silently, those whose id the
broker can't tell.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import (
    ZERO_UUID,
    Array,
    Boolean,
    Int16,
    Int32,
    Int64,
    NullableArray,
    NullableString,
    String,
    Uuid,
    array,
)
from kafkawire.schema import Request, Response, entity, wire


@entity
class OffsetFetchResponsePartition:
    """Up to v7: one partition's offset, -1 when nothing is committed."""

    partition_index: int = wire(Int32, default=0)
    committed_offset: int = wire(Int64, default=0)
    committed_leader_epoch: int = wire(Int32, since=5, default=-1, ignorable=True)
    metadata: str | None = wire(NullableString, default="")
    error_code: int = wire(Int16, default=0)


@entity
class OffsetFetchResponseTopic:
    """Up to v7: one topic's partitions."""

    name: str = wire(String, default="")
    partitions: tuple[OffsetFetchResponsePartition, ...] = wire(Array(OffsetFetchResponsePartition), default=())


@entity
class OffsetFetchResponsePartitions:
    """From v8 on: one partition's offset, -1 when nothing is committed."""

    partition_index: int = wire(Int32, default=0)
    committed_offset: int = wire(Int64, default=0)
    committed_leader_epoch: int = wire(Int32, default=-1, ignorable=True)
    metadata: str | None = wire(NullableString, default="")
    error_code: int = wire(Int16, default=0)


@entity
class OffsetFetchResponseTopics:
    """From v8 on: one topic's partitions."""

    name: str = wire(String, until=9, default="", ignorable=True)
    topic_id: UUID = wire(Uuid, since=10, default=ZERO_UUID, ignorable=True)
    partitions: tuple[OffsetFetchResponsePartitions, ...] = wire(Array(OffsetFetchResponsePartitions), default=())


@entity
class OffsetFetchResponseGroup:
    """One group's offsets, or its error."""

    group_id: str = wire(String, default="")
    topics: tuple[OffsetFetchResponseTopics, ...] = wire(Array(OffsetFetchResponseTopics), default=())
    error_code: int = wire(Int16, default=0)


@entity
class OffsetFetchResponse(Response):
    """One group's offsets at the top level (up to v7), or a list of groups (v8+)."""

    api_key, versions, flexible_since = ApiKey.OFFSET_FETCH, range(11), 6

    throttle_time_ms: int = wire(Int32, since=3, default=0, ignorable=True)
    topics: tuple[OffsetFetchResponseTopic, ...] = wire(Array(OffsetFetchResponseTopic), until=7, default=())
    error_code: int = wire(Int16, since=2, until=7, default=0, ignorable=True)
    groups: tuple[OffsetFetchResponseGroup, ...] = wire(Array(OffsetFetchResponseGroup), since=8, default=())


@entity
class OffsetFetchRequestTopic:
    """Up to v7: partitions of one topic."""

    name: str = wire(String, default="")
    partition_indexes: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class OffsetFetchRequestTopics:
    """From v8 on: partitions of one topic, by name (v8, v9) or id (v10+)."""

    # Name and id are not ignorable, unlike in Kafka: dropped, they would leave a topic that means nothing.
    name: str = wire(String, until=9, default="")
    topic_id: UUID = wire(Uuid, since=10, default=ZERO_UUID)
    partition_indexes: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class OffsetFetchRequestGroup:
    """One group. `topics=None` asks for everything it has committed."""

    group_id: str = wire(String, default="")
    member_id: str | None = wire(NullableString, since=9, default=None, ignorable=True)
    member_epoch: int = wire(Int32, since=9, default=-1, ignorable=True)
    topics: tuple[OffsetFetchRequestTopics, ...] | None = wire(NullableArray(OffsetFetchRequestTopics), default=())


@entity
class OffsetFetchRequest(Request[OffsetFetchResponse]):
    """Asks for the committed offsets of one group (up to v7) or many (v8+)."""

    api_key, versions, flexible_since = ApiKey.OFFSET_FETCH, range(11), 6

    group_id: str = wire(String, until=7, default="")
    topics: tuple[OffsetFetchRequestTopic, ...] | None = wire(
        array(OffsetFetchRequestTopic, nullable_since=2), until=7, default=()
    )
    groups: tuple[OffsetFetchRequestGroup, ...] = wire(Array(OffsetFetchRequestGroup), since=8, default=())
    require_stable: bool = wire(Boolean, since=7, default=False)
