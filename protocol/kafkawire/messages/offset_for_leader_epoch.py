"""OffsetForLeaderEpoch: where the log of a partition ended in a leader epoch, asked of its leader (KIP-101).

v1 answers with the epoch that was found (KIP-279), v2 adds the throttle time and fences askers whose own epoch is old
(KIP-320), v3 the asker's replica id, v4 is flexible. A consumer that finds an end below its position has seen records
that were truncated.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int16, Int32, Int64, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class EpochEndOffset:
    """Mind the order: the error comes before the partition."""

    error_code: int = wire(Int16, default=0)
    partition: int = wire(Int32, default=0)
    # The largest epoch that is not above the one asked for; -1 when the leader knows of none.
    leader_epoch: int = wire(Int32, since=1, default=-1, ignorable=True)
    # Where that epoch ended: one past its last record.
    end_offset: int = wire(Int64, default=-1)


@entity
class OffsetForLeaderTopicResult:
    topic: str = wire(String, default="")
    partitions: tuple[EpochEndOffset, ...] = wire(Array(EpochEndOffset), default=())


@entity
class OffsetForLeaderEpochResponse(Response):
    """One answer per partition."""

    api_key, versions, flexible_since = ApiKey.OFFSET_FOR_LEADER_EPOCH, range(5), 4

    throttle_time_ms: int = wire(Int32, since=2, default=0, ignorable=True)
    topics: tuple[OffsetForLeaderTopicResult, ...] = wire(Array(OffsetForLeaderTopicResult), default=())


@entity
class OffsetForLeaderPartition:
    """One partition, and the epoch whose end is wanted."""

    partition: int = wire(Int32, default=0)
    # Answered by FENCED_LEADER_EPOCH or UNKNOWN_LEADER_EPOCH where the leader's is another; -1 to skip the check.
    current_leader_epoch: int = wire(Int32, since=2, default=-1, ignorable=True)
    leader_epoch: int = wire(Int32, default=0)


@entity
class OffsetForLeaderTopic:
    topic: str = wire(String, default="")
    partitions: tuple[OffsetForLeaderPartition, ...] = wire(Array(OffsetForLeaderPartition), default=())


@entity
class OffsetForLeaderEpochRequest(Request[OffsetForLeaderEpochResponse]):
    """Asks about partitions that the receiver leads."""

    api_key, versions, flexible_since = ApiKey.OFFSET_FOR_LEADER_EPOCH, range(5), 4

    # -1 is a consumer, -2 a consumer that may look past the high watermark.
    replica_id: int = wire(Int32, since=3, default=-2, ignorable=True)
    topics: tuple[OffsetForLeaderTopic, ...] = wire(Array(OffsetForLeaderTopic), default=())
