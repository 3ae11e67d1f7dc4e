"""DeleteRecords: deletes the records of partitions below an offset, on their leaders (KIP-107).

v1 is v0 (the broker answers before it throttles), v2 is flexible. Records go by moving the start of the log, so a
request sent twice does no harm.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int16, Int32, Int64, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class DeleteRecordsPartitionResult:
    partition_index: int = wire(Int32, default=0)
    # The first offset that is left, -1 with an error.
    low_watermark: int = wire(Int64, default=0)
    error_code: int = wire(Int16, default=0)


@entity
class DeleteRecordsTopicResult:
    name: str = wire(String, default="")
    partitions: tuple[DeleteRecordsPartitionResult, ...] = wire(Array(DeleteRecordsPartitionResult), default=())


@entity
class DeleteRecordsResponse(Response):
    """Each partition's new start, or its error."""

    api_key, versions, flexible_since = ApiKey.DELETE_RECORDS, range(3), 2

    throttle_time_ms: int = wire(Int32, default=0)
    topics: tuple[DeleteRecordsTopicResult, ...] = wire(Array(DeleteRecordsTopicResult), default=())


@entity
class DeleteRecordsPartition:
    partition_index: int = wire(Int32, default=0)
    # -1: the high watermark, that is, everything readable.
    offset: int = wire(Int64, default=0)


@entity
class DeleteRecordsTopic:
    name: str = wire(String, default="")
    partitions: tuple[DeleteRecordsPartition, ...] = wire(Array(DeleteRecordsPartition), default=())


@entity
class DeleteRecordsRequest(Request[DeleteRecordsResponse]):
    """Names the first offset to be kept, for partitions that the receiver leads."""

    api_key, versions, flexible_since = ApiKey.DELETE_RECORDS, range(3), 2

    topics: tuple[DeleteRecordsTopic, ...] = wire(Array(DeleteRecordsTopic), default=())
    timeout_ms: int = wire(Int32, default=0)
