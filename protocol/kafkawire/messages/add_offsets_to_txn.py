"""AddOffsetsToTxn: makes a group's offsets part of a transaction, on the transaction's coordinator (KIP-98).

v1 is v0, v2 may answer PRODUCER_FENCED (KIP-588), v3 is flexible, v4 may answer TRANSACTION_ABORTABLE (KIP-890). The
offsets themselves follow with TxnOffsetCommit, to the group's coordinator.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Int16, Int32, Int64, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class AddOffsetsToTxnResponse(Response):
    """Nothing but an error code."""

    api_key, versions, flexible_since = ApiKey.ADD_OFFSETS_TO_TXN, range(5), 3

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)


@entity
class AddOffsetsToTxnRequest(Request[AddOffsetsToTxnResponse]):
    """Adds the partition of `__consumer_offsets` that holds this group."""

    api_key, versions, flexible_since = ApiKey.ADD_OFFSETS_TO_TXN, range(5), 3

    transactional_id: str = wire(String, default="")
    producer_id: int = wire(Int64, default=0)
    producer_epoch: int = wire(Int16, default=0)
    group_id: str = wire(String, default="")
