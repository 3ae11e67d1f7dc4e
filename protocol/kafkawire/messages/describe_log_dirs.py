"""DescribeLogDirs: the log directories of one broker and the replicas in them, on that broker (KIP-113).

v1 is v0, v2 is flexible, v3 adds an error for the whole answer, v4 the size of the volumes (KIP-827), v5 tells cordoned
directories (KIP-1066). A client without the right to DESCRIBE the cluster gets no results at all: up to v2 without any
error, from v3 with CLUSTER_AUTHORIZATION_FAILED.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Boolean, Int16, Int32, Int64, NullableArray, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class DescribeLogDirsPartition:
    """One replica: the current one, or with `is_future_key` one that is to take its place."""

    partition_index: int = wire(Int32, default=0)
    # Bytes.
    partition_size: int = wire(Int64, default=0)
    # How far behind: a current replica the partition's high watermark, a future one the current replica's end.
    offset_lag: int = wire(Int64, default=0)
    is_future_key: bool = wire(Boolean, default=False)


@entity
class DescribeLogDirsTopic:
    name: str = wire(String, default="")
    partitions: tuple[DescribeLogDirsPartition, ...] = wire(Array(DescribeLogDirsPartition), default=())


@entity
class DescribeLogDirsResult:
    """One directory. KAFKA_STORAGE_ERROR: it is offline, and its replicas are unknown."""

    error_code: int = wire(Int16, default=0)
    log_dir: str = wire(String, default="")
    topics: tuple[DescribeLogDirsTopic, ...] = wire(Array(DescribeLogDirsTopic), default=())
    # Of the volume the directory is on, -1 where the broker doesn't say. Tiered storage is not counted.
    total_bytes: int = wire(Int64, since=4, default=-1, ignorable=True)
    usable_bytes: int = wire(Int64, since=4, default=-1, ignorable=True)
    is_cordoned: bool = wire(Boolean, since=5, default=False, ignorable=True)


@entity
class DescribeLogDirsResponse(Response):
    """One result per directory."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_LOG_DIRS, range(6), 2

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, since=3, default=0, ignorable=True)
    results: tuple[DescribeLogDirsResult, ...] = wire(Array(DescribeLogDirsResult), default=())


@entity
class DescribableLogDirTopic:
    topic: str = wire(String, default="")
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class DescribeLogDirsRequest(Request[DescribeLogDirsResponse]):
    """Asks about the replicas of some partitions, or of all."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_LOG_DIRS, range(6), 2

    # Null asks for all.
    topics: tuple[DescribableLogDirTopic, ...] | None = wire(NullableArray(DescribableLogDirTopic), default=())
