"""UnregisterBroker: makes the controller forget a broker that is gone for good (KIP-631).

Flexible from the start; never with ZooKeeper. An unknown broker is BROKER_ID_NOT_REGISTERED. A broker that still runs
is taken back as soon as it registers again.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Int16, Int32, NullableString
from kafkawire.schema import Request, Response, entity, wire


@entity
class UnregisterBrokerResponse(Response):
    """Nothing but an error."""

    api_key, versions, flexible_since = ApiKey.UNREGISTER_BROKER, range(1), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")


@entity
class UnregisterBrokerRequest(Request[UnregisterBrokerResponse]):
    """Names one broker."""

    api_key, versions, flexible_since = ApiKey.UNREGISTER_BROKER, range(1), 0

    broker_id: int = wire(Int32, default=0)
