"""DescribeProducers: the producers that wrote to partitions lately, on any of their replicas (KIP-664).

Flexible from the start. To find the producer of a hanging transaction, ask the leader: `current_txn_start_offset` shows
where the transaction began, and the rest is what WriteTxnMarkers wants in order to abort it.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int16, Int32, Int64, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class DescribeProducersResponseProducerState:
    """One producer. Mind `producer_epoch`: 32 bits here, 16 everywhere else."""

    producer_id: int = wire(Int64, default=0)
    producer_epoch: int = wire(Int32, default=0)
    last_sequence: int = wire(Int32, default=-1)
    # Milliseconds; -1: not known.
    last_timestamp: int = wire(Int64, default=-1)
    coordinator_epoch: int = wire(Int32, default=0)
    # -1: no transaction is open.
    current_txn_start_offset: int = wire(Int64, default=-1)


@entity
class DescribeProducersResponsePartitionResponse:
    """One partition's producers, or its error."""

    partition_index: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)
    active_producers: tuple[DescribeProducersResponseProducerState, ...] = wire(
        Array(DescribeProducersResponseProducerState), default=()
    )


@entity
class DescribeProducersResponseTopicResponse:
    name: str = wire(String, default="")
    partitions: tuple[DescribeProducersResponsePartitionResponse, ...] = wire(
        Array(DescribeProducersResponsePartitionResponse), default=()
    )


@entity
class DescribeProducersResponse(Response):
    """Producers by partition."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_PRODUCERS, range(1), 0

    throttle_time_ms: int = wire(Int32, default=0)
    topics: tuple[DescribeProducersResponseTopicResponse, ...] = wire(
        Array(DescribeProducersResponseTopicResponse), default=()
    )


@entity
class DescribeProducersRequestTopicRequest:
    name: str = wire(String, default="")
    partition_indexes: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class DescribeProducersRequest(Request[DescribeProducersResponse]):
    """Asks about partitions that the receiver has."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_PRODUCERS, range(1), 0

    topics: tuple[DescribeProducersRequestTopicRequest, ...] = wire(
        Array(DescribeProducersRequestTopicRequest), default=()
    )
