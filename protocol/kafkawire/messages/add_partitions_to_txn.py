"""AddPartitionsToTxn: makes partitions part of a transaction, on its coordinator (KIP-98).

v1 is v0, v2 may answer PRODUCER_FENCED (KIP-588), v3 is flexible, v4 asks about many transactions at once and can check
instead of add, v5 may answer TRANSACTION_ABORTABLE (both KIP-890).

Two requests in one: producers send at most v3, with the fields named `v3_and_below_...`; partition leaders send v4 and
later to the coordinator, with `transactions`, and need the right to CLUSTER_ACTION.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Boolean, Int16, Int32, Int64, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class AddPartitionsToTxnPartitionResult:
    partition_index: int = wire(Int32, default=0)
    partition_error_code: int = wire(Int16, default=0)


@entity
class AddPartitionsToTxnTopicResult:
    """One topic's results. In Kafka one failed partition fails all, with OPERATION_NOT_ATTEMPTED for the others."""

    name: str = wire(String, default="")
    results_by_partition: tuple[AddPartitionsToTxnPartitionResult, ...] = wire(
        Array(AddPartitionsToTxnPartitionResult), default=()
    )


@entity
class AddPartitionsToTxnResult:
    transactional_id: str = wire(String, since=4, default="")
    topic_results: tuple[AddPartitionsToTxnTopicResult, ...] = wire(
        Array(AddPartitionsToTxnTopicResult), since=4, default=()
    )


@entity
class AddPartitionsToTxnResponse(Response):
    """Results by topic (up to v3), or by transaction and topic (v4+)."""

    api_key, versions, flexible_since = ApiKey.ADD_PARTITIONS_TO_TXN, range(6), 3

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, since=4, default=0, ignorable=True)
    results_by_transaction: tuple[AddPartitionsToTxnResult, ...] = wire(
        Array(AddPartitionsToTxnResult), since=4, default=()
    )
    results_by_topic_v3_and_below: tuple[AddPartitionsToTxnTopicResult, ...] = wire(
        Array(AddPartitionsToTxnTopicResult), until=3, default=()
    )


@entity
class AddPartitionsToTxnTopic:
    name: str = wire(String, default="")
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class AddPartitionsToTxnTransaction:
    """One transaction; `verify_only` asks whether its partitions were added before."""

    transactional_id: str = wire(String, since=4, default="")
    producer_id: int = wire(Int64, since=4, default=0)
    producer_epoch: int = wire(Int16, since=4, default=0)
    verify_only: bool = wire(Boolean, since=4, default=False)
    topics: tuple[AddPartitionsToTxnTopic, ...] = wire(Array(AddPartitionsToTxnTopic), since=4, default=())


@entity
class AddPartitionsToTxnRequest(Request[AddPartitionsToTxnResponse]):
    """Adds partitions to one transaction (up to v3) or several (v4+)."""

    api_key, versions, flexible_since = ApiKey.ADD_PARTITIONS_TO_TXN, range(6), 3

    transactions: tuple[AddPartitionsToTxnTransaction, ...] = wire(
        Array(AddPartitionsToTxnTransaction), since=4, default=()
    )
    v3_and_below_transactional_id: str = wire(String, until=3, default="")
    v3_and_below_producer_id: int = wire(Int64, until=3, default=0)
    v3_and_below_producer_epoch: int = wire(Int16, until=3, default=0)
    v3_and_below_topics: tuple[AddPartitionsToTxnTopic, ...] = wire(Array(AddPartitionsToTxnTopic), until=3, default=())
