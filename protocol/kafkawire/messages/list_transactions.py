"""ListTransactions: the transactions that a broker coordinates (KIP-664).

Flexible from the start. v1 filters by duration (KIP-994), v2 by a regular expression on the transactional id, in the
RE2 dialect (KIP-1152). All transactions means asking every broker. Filters must all match; an empty one lets anything
pass. States that the broker doesn't know come back in `unknown_state_filters` and are no error.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int16, Int32, Int64, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class ListTransactionsResponseTransactionState:
    """One transaction."""

    transactional_id: str = wire(String, default="")
    producer_id: int = wire(Int64, default=0)
    # A `TransactionState`.
    transaction_state: str = wire(String, default="")


@entity
class ListTransactionsResponse(Response):
    """Transactions, or one error: INVALID_REGULAR_EXPRESSION for a bad pattern."""

    api_key, versions, flexible_since = ApiKey.LIST_TRANSACTIONS, range(3), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    unknown_state_filters: tuple[str, ...] = wire(Array(String), default=())
    transaction_states: tuple[ListTransactionsResponseTransactionState, ...] = wire(
        Array(ListTransactionsResponseTransactionState), default=()
    )


@entity
class ListTransactionsRequest(Request[ListTransactionsResponse]):
    """Asks for all transactions, or some."""

    api_key, versions, flexible_since = ApiKey.LIST_TRANSACTIONS, range(3), 0

    # Each a `TransactionState`.
    state_filters: tuple[str, ...] = wire(Array(String), default=())
    producer_id_filters: tuple[int, ...] = wire(Array(Int64), default=())
    # Milliseconds that a transaction must have run; below 0 for any. Lists transactions in state Empty, too.
    duration_filter: int = wire(Int64, since=1, default=-1)
    transactional_id_pattern: str | None = wire(NullableString, since=2, default=None)
