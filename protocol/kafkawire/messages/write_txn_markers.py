"""WriteTxnMarkers: writes the end of transactions into partitions, on their leaders (KIP-98).

Sent by transaction coordinators, and by admin clients that abort a hanging transaction (KIP-664); needs the right to
ALTER or CLUSTER_ACTION on the cluster. v1 is flexible, v2 says by which transaction protocol the marker is (KIP-1228).

Leaders believe the sender: producer ids that nobody ever used are accepted. To abort a hanging transaction, take
producer id, epoch and coordinator epoch from DescribeProducers.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Boolean, Int8, Int16, Int32, Int64, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class WritableTxnMarkerPartitionResult:
    partition_index: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)


@entity
class WritableTxnMarkerTopicResult:
    name: str = wire(String, default="")
    partitions: tuple[WritableTxnMarkerPartitionResult, ...] = wire(Array(WritableTxnMarkerPartitionResult), default=())


@entity
class WritableTxnMarkerResult:
    """The results of one producer's marker."""

    producer_id: int = wire(Int64, default=0)
    topics: tuple[WritableTxnMarkerTopicResult, ...] = wire(Array(WritableTxnMarkerTopicResult), default=())


@entity
class WriteTxnMarkersResponse(Response):
    """One result per marker and partition."""

    api_key, versions, flexible_since = ApiKey.WRITE_TXN_MARKERS, range(3), 1

    markers: tuple[WritableTxnMarkerResult, ...] = wire(Array(WritableTxnMarkerResult), default=())


@entity
class WritableTxnMarkerTopic:
    name: str = wire(String, default="")
    partition_indexes: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class WritableTxnMarker:
    """The end of one producer's transaction in some partitions."""

    producer_id: int = wire(Int64, default=0)
    producer_epoch: int = wire(Int16, default=0)
    # True commits, false aborts.
    transaction_result: bool = wire(Boolean, default=False)
    topics: tuple[WritableTxnMarkerTopic, ...] = wire(Array(WritableTxnMarkerTopic), default=())
    # A marker with a lower epoch than the last one is refused with TRANSACTION_COORDINATOR_FENCED.
    coordinator_epoch: int = wire(Int32, default=0)
    # 0 and 1 are the protocol before KIP-890, 2 is the one since.
    transaction_version: int = wire(Int8, since=2, default=0, ignorable=True)


@entity
class WriteTxnMarkersRequest(Request[WriteTxnMarkersResponse]):
    """Ends transactions in partitions that the receiver leads."""

    api_key, versions, flexible_since = ApiKey.WRITE_TXN_MARKERS, range(3), 1

    markers: tuple[WritableTxnMarker, ...] = wire(Array(WritableTxnMarker), default=())
