"""GetTelemetrySubscriptions: which metrics the broker wants of this client (KIP-714).

Flexible from the start. The first request carries a zero id, and the broker answers with one that names the client from
then on. Only brokers with a plug-in for telemetry offer the API.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import ZERO_UUID, Array, Boolean, Int8, Int16, Int32, String, Uuid
from kafkawire.schema import Request, Response, entity, wire


@entity
class GetTelemetrySubscriptionsResponse(Response):
    """What to push with PushTelemetry, how, and how often."""

    api_key, versions, flexible_since = ApiKey.GET_TELEMETRY_SUBSCRIPTIONS, range(1), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    # Zero unless the request's was.
    client_instance_id: UUID = wire(Uuid, default=ZERO_UUID)
    # Changes when the subscription does. PushTelemetry repeats it.
    subscription_id: int = wire(Int32, default=0)
    # As in record batches: 1 gzip, 2 snappy, 3 lz4, 4 zstd.
    accepted_compression_types: tuple[int, ...] = wire(Array(Int8), default=())
    push_interval_ms: int = wire(Int32, default=0)
    telemetry_max_bytes: int = wire(Int32, default=0)
    # Counters as differences, not as totals.
    delta_temporality: bool = wire(Boolean, default=False)
    # Prefixes of names. No element: nothing is wanted. One empty text: everything.
    requested_metrics: tuple[str, ...] = wire(Array(String), default=())


@entity
class GetTelemetrySubscriptionsRequest(Request[GetTelemetrySubscriptionsResponse]):
    """Asks for the subscription of one client."""

    api_key, versions, flexible_since = ApiKey.GET_TELEMETRY_SUBSCRIPTIONS, range(1), 0

    client_instance_id: UUID = wire(Uuid, default=ZERO_UUID)
