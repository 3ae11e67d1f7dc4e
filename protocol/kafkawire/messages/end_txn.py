"""EndTxn: commits or aborts a transaction, on its coordinator (KIP-98).

v1 is v0, v2 may answer PRODUCER_FENCED (KIP-588), v3 is flexible, v4 may answer TRANSACTION_ABORTABLE, v5 raises the
producer's epoch with every transaction and answers with the new one (both KIP-890). The answer means that the outcome
is decided; markers reach the partitions later.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Boolean, Int16, Int32, Int64, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class EndTxnResponse(Response):
    """An error code, and from v5 what the producer must use from now on."""

    api_key, versions, flexible_since = ApiKey.END_TXN, range(6), 3

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    # Another one than before when the epoch would have overflowed.
    producer_id: int = wire(Int64, since=5, default=-1, ignorable=True)
    producer_epoch: int = wire(Int16, since=5, default=-1, ignorable=True)


@entity
class EndTxnRequest(Request[EndTxnResponse]):
    """Ends the transaction of one producer."""

    api_key, versions, flexible_since = ApiKey.END_TXN, range(6), 3

    transactional_id: str = wire(String, default="")
    producer_id: int = wire(Int64, default=0)
    producer_epoch: int = wire(Int16, default=0)
    # False aborts.
    committed: bool = wire(Boolean, default=False)
