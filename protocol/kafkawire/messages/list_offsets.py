"""ListOffsets: the first offset at or after a time, or a special place in the log.

Asked of partition leaders. v0 gave lists of segment bounds; v1 gives one offset with its timestamp, v2 adds the
isolation level and the throttle time, v4 leader epochs for fencing (KIP-320), v5 may answer OFFSET_NOT_AVAILABLE, v6
is flexible. Later versions change no field but the last: they only allow another special timestamp each
(`OffsetSpec`): v7 the largest timestamp (KIP-734), v8 the local log's start (KIP-405), v9 the end of the tiered log
(KIP-1005), v11 the next upload (KIP-1023); v10 adds a timeout for reads from remote storage (KIP-1075). A special
timestamp that the version doesn't know is taken for a time, or refused.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int8, Int16, Int32, Int64, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class ListOffsetsPartitionResponse:
    """One offset, -1 when no record is that young."""

    partition_index: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    old_style_offsets: tuple[int, ...] = wire(Array(Int64), until=0, default=())
    timestamp: int = wire(Int64, since=1, default=-1)
    offset: int = wire(Int64, since=1, default=-1)
    leader_epoch: int = wire(Int32, since=4, default=-1)


@entity
class ListOffsetsTopicResponse:
    name: str = wire(String, default="")
    partitions: tuple[ListOffsetsPartitionResponse, ...] = wire(Array(ListOffsetsPartitionResponse), default=())


@entity
class ListOffsetsResponse(Response):
    """An offset or an error per partition."""

    api_key, versions, flexible_since = ApiKey.LIST_OFFSETS, range(12), 6

    throttle_time_ms: int = wire(Int32, since=2, default=0, ignorable=True)
    topics: tuple[ListOffsetsTopicResponse, ...] = wire(Array(ListOffsetsTopicResponse), default=())


@entity
class ListOffsetsPartition:
    """One partition, and a time in ms since the epoch or an `OffsetSpec`."""

    partition_index: int = wire(Int32, default=0)
    current_leader_epoch: int = wire(Int32, since=4, default=-1, ignorable=True)
    timestamp: int = wire(Int64, default=0)
    max_num_offsets: int = wire(Int32, until=0, default=1)


@entity
class ListOffsetsTopic:
    name: str = wire(String, default="")
    partitions: tuple[ListOffsetsPartition, ...] = wire(Array(ListOffsetsPartition), default=())


@entity
class ListOffsetsRequest(Request[ListOffsetsResponse]):
    """Asks the leader about partitions. Whoever is no broker sends `replica_id` -1."""

    api_key, versions, flexible_since = ApiKey.LIST_OFFSETS, range(12), 6

    replica_id: int = wire(Int32, default=0)
    # An `IsolationLevel`.
    isolation_level: int = wire(Int8, since=2, default=0)
    topics: tuple[ListOffsetsTopic, ...] = wire(Array(ListOffsetsTopic), default=())
    timeout_ms: int = wire(Int32, since=10, default=0, ignorable=True)
