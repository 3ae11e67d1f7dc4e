"""InitProducerId: a producer id and epoch, which fences older producers of the same transactional id.

An admin client needs it to fence producers. v2 is flexible, v3 lets a producer keep its id (KIP-360), v4 may answer
PRODUCER_FENCED, v5 TRANSACTION_ABORTABLE (KIP-890). v6 (two-phase commit, KIP-939) is marked unstable in Kafka 4.4
and not offered.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Int16, Int32, Int64, NullableString
from kafkawire.schema import Request, Response, entity, wire


@entity
class InitProducerIdResponse(Response):
    """The id and its epoch."""

    api_key, versions, flexible_since = ApiKey.INIT_PRODUCER_ID, range(6), 2

    throttle_time_ms: int = wire(Int32, default=0, ignorable=True)
    error_code: int = wire(Int16, default=0)
    producer_id: int = wire(Int64, default=-1)
    producer_epoch: int = wire(Int16, default=0)


@entity
class InitProducerIdRequest(Request[InitProducerIdResponse]):
    """Asks for an id; with a transactional id, of its transaction coordinator."""

    api_key, versions, flexible_since = ApiKey.INIT_PRODUCER_ID, range(6), 2

    transactional_id: str | None = wire(NullableString, default="")
    transaction_timeout_ms: int = wire(Int32, default=0)
    producer_id: int = wire(Int64, since=3, default=-1)
    producer_epoch: int = wire(Int16, since=3, default=-1)
