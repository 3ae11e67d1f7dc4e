"""TxnOffsetCommit: stores a group's offsets as part of a transaction, on the group's coordinator (KIP-98).

v1 is v0, v2 adds leader epochs (KIP-320), v3 is flexible and adds the member's identity, which fences members that have
left (KIP-447), v4 may answer TRANSACTION_ABORTABLE, v5 does AddOffsetsToTxn's work too (both KIP-890), v6 names topics
by id only and may answer GROUP_ID_NOT_FOUND, STALE_MEMBER_EPOCH and UNKNOWN_TOPIC_ID (KIP-1319).

The offsets count only when the transaction commits. Until then OffsetFetch with `require_stable` answers
UNSTABLE_OFFSET_COMMIT. Inside a transaction of the older protocol (`transaction.version` below 2) v4 is the highest
that may be used.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import ZERO_UUID, Array, Int16, Int32, Int64, NullableString, String, Uuid
from kafkawire.schema import Request, Response, entity, wire


@entity
class TxnOffsetCommitResponsePartition:
    partition_index: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)


@entity
class TxnOffsetCommitResponseTopic:
    name: str = wire(String, until=5, default="", ignorable=True)
    topic_id: UUID = wire(Uuid, since=6, default=ZERO_UUID, ignorable=True)
    partitions: tuple[TxnOffsetCommitResponsePartition, ...] = wire(Array(TxnOffsetCommitResponsePartition), default=())


@entity
class TxnOffsetCommitResponse(Response):
    """An error code per partition."""

    api_key, versions, flexible_since = ApiKey.TXN_OFFSET_COMMIT, range(7), 3

    throttle_time_ms: int = wire(Int32, default=0)
    topics: tuple[TxnOffsetCommitResponseTopic, ...] = wire(Array(TxnOffsetCommitResponseTopic), default=())


@entity
class TxnOffsetCommitRequestPartition:
    partition_index: int = wire(Int32, default=0)
    committed_offset: int = wire(Int64, default=0)
    committed_leader_epoch: int = wire(Int32, since=2, default=-1, ignorable=True)
    committed_metadata: str | None = wire(NullableString, default="")


@entity
class TxnOffsetCommitRequestTopic:
    """Offsets of one topic, by name (up to v5) or id (v6+)."""

    # Name and id are not ignorable, unlike in Kafka: the commit would go to a topic that means nothing.
    name: str = wire(String, until=5, default="")
    topic_id: UUID = wire(Uuid, since=6, default=ZERO_UUID)
    partitions: tuple[TxnOffsetCommitRequestPartition, ...] = wire(Array(TxnOffsetCommitRequestPartition), default=())


@entity
class TxnOffsetCommitRequest(Request[TxnOffsetCommitResponse]):
    """Commits offsets of partitions for one group and producer."""

    api_key, versions, flexible_since = ApiKey.TXN_OFFSET_COMMIT, range(7), 3

    transactional_id: str = wire(String, default="")
    group_id: str = wire(String, default="")
    producer_id: int = wire(Int64, default=0)
    producer_epoch: int = wire(Int16, default=0)
    generation_id_or_member_epoch: int = wire(Int32, since=3, default=-1)
    member_id: str = wire(String, since=3, default="")
    group_instance_id: str | None = wire(NullableString, since=3, default=None)
    topics: tuple[TxnOffsetCommitRequestTopic, ...] = wire(Array(TxnOffsetCommitRequestTopic), default=())
