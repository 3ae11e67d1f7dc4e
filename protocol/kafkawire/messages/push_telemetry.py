"""PushTelemetry: metrics of this client, for the broker to pass on (KIP-714).

Flexible from the start. UNKNOWN_SUBSCRIPTION_ID: the subscription has changed, ask for it again.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import ZERO_UUID, Boolean, Bytes, Int8, Int16, Int32, Uuid
from kafkawire.schema import Request, Response, entity, wire


@entity
class PushTelemetryResponse(Response):
    """Nothing but an error code."""

    api_key, versions, flexible_since = ApiKey.PUSH_TELEMETRY, range(1), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)


@entity
class PushTelemetryRequest(Request[PushTelemetryResponse]):
    """One push."""

    api_key, versions, flexible_since = ApiKey.PUSH_TELEMETRY, range(1), 0

    client_instance_id: UUID = wire(Uuid, default=ZERO_UUID)
    subscription_id: int = wire(Int32, default=0)
    # The last push before the client closes, which may come before its time.
    terminating: bool = wire(Boolean, default=False)
    # One of the accepted ones, or 0 for none.
    compression_type: int = wire(Int8, default=0)
    # An OpenTelemetry `MetricsData` v1 in protobuf.
    metrics: bytes = wire(Bytes, default=b"")
