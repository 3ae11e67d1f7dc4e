"""DescribeTransactions: the state of transactions, on their coordinators (KIP-664).

Flexible from the start. An id that was never used is TRANSACTIONAL_ID_NOT_FOUND. Topics that the client may not
describe are left out without an error.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int16, Int32, Int64, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class DescribeTransactionsResponseTopicData:
    topic: str = wire(String, default="")
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class DescribeTransactionsResponseTransactionState:
    """One transaction, or its error."""

    error_code: int = wire(Int16, default=0)
    transactional_id: str = wire(String, default="")
    # A `TransactionState`.
    transaction_state: str = wire(String, default="")
    transaction_timeout_ms: int = wire(Int32, default=0)
    # -1 while none is open.
    transaction_start_time_ms: int = wire(Int64, default=0)
    producer_id: int = wire(Int64, default=0)
    producer_epoch: int = wire(Int16, default=0)
    topics: tuple[DescribeTransactionsResponseTopicData, ...] = wire(
        Array(DescribeTransactionsResponseTopicData), default=()
    )


@entity
class DescribeTransactionsResponse(Response):
    """One entry per transactional id."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_TRANSACTIONS, range(1), 0

    throttle_time_ms: int = wire(Int32, default=0)
    transaction_states: tuple[DescribeTransactionsResponseTransactionState, ...] = wire(
        Array(DescribeTransactionsResponseTransactionState), default=()
    )


@entity
class DescribeTransactionsRequest(Request[DescribeTransactionsResponse]):
    """Asks about transactions by transactional id."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_TRANSACTIONS, range(1), 0

    transactional_ids: tuple[str, ...] = wire(Array(String), default=())
