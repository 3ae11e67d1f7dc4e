"""OffsetCommit: stores a group's offsets.

v1 adds the member's identity and a timestamp per partition, v2 replaces the timestamp by a retention time, v3 adds
the throttle time, v5 drops the retention time (KIP-211), v6 adds leader epochs (KIP-320), v7 static membership
(KIP-345), v8 is flexible, v9 serves KIP-848 groups and answers GROUP_ID_NOT_FOUND and STALE_MEMBER_EPOCH, v10 names
topics by id only.

From outside the group (an admin client) generation and member id stay at their defaults; a broker takes that only
while the group has no members, and answers UNKNOWN_MEMBER_ID otherwise. There is no error for the whole group: each
partition carries it.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import ZERO_UUID, Array, Int16, Int32, Int64, NullableString, String, Uuid
from kafkawire.schema import Request, Response, entity, wire


@entity
class OffsetCommitResponsePartition:
    partition_index: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)


@entity
class OffsetCommitResponseTopic:
    name: str = wire(String, until=9, default="", ignorable=True)
    topic_id: UUID = wire(Uuid, since=10, default=ZERO_UUID, ignorable=True)
    partitions: tuple[OffsetCommitResponsePartition, ...] = wire(Array(OffsetCommitResponsePartition), default=())


@entity
class OffsetCommitResponse(Response):
    """An error code per partition."""

    api_key, versions, flexible_since = ApiKey.OFFSET_COMMIT, range(11), 8

    throttle_time_ms: int = wire(Int32, since=3, default=0, ignorable=True)
    topics: tuple[OffsetCommitResponseTopic, ...] = wire(Array(OffsetCommitResponseTopic), default=())


@entity
class OffsetCommitRequestPartition:
    partition_index: int = wire(Int32, default=0)
    committed_offset: int = wire(Int64, default=0)
    committed_leader_epoch: int = wire(Int32, since=6, default=-1, ignorable=True)
    commit_timestamp: int = wire(Int64, since=1, until=1, default=-1)
    committed_metadata: str | None = wire(NullableString, default="")


@entity
class OffsetCommitRequestTopic:
    """Offsets of one topic, by name (up to v9) or id (v10+)."""

    # Name and id are not ignorable, unlike in Kafka: the commit would go to a topic that means nothing.
    name: str = wire(String, until=9, default="")
    topic_id: UUID = wire(Uuid, since=10, default=ZERO_UUID)
    partitions: tuple[OffsetCommitRequestPartition, ...] = wire(Array(OffsetCommitRequestPartition), default=())


@entity
class OffsetCommitRequest(Request[OffsetCommitResponse]):
    """Commits offsets of partitions for one group, as a member or from outside."""

    api_key, versions, flexible_since = ApiKey.OFFSET_COMMIT, range(11), 8

    group_id: str = wire(String, default="")
    generation_id_or_member_epoch: int = wire(Int32, since=1, default=-1, ignorable=True)
    member_id: str = wire(String, since=1, default="", ignorable=True)
    group_instance_id: str | None = wire(NullableString, since=7, default=None)
    retention_time_ms: int = wire(Int64, since=2, until=4, default=-1, ignorable=True)
    topics: tuple[OffsetCommitRequestTopic, ...] = wire(Array(OffsetCommitRequestTopic), default=())
