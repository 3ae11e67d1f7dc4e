"""Heartbeat: a classic group's member says that it lives.

v1 adds the throttle time, v3 static membership (KIP-345), v4 is flexible. REBALANCE_IN_PROGRESS in the answer asks
the member to join again.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Int16, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class HeartbeatResponse(Response):
    """Whether the member still belongs to the group."""

    api_key, versions, flexible_since = ApiKey.HEARTBEAT, range(5), 4

    throttle_time_ms: int = wire(Int32, since=1, default=0, ignorable=True)
    error_code: int = wire(Int16, default=0)


@entity
class HeartbeatRequest(Request[HeartbeatResponse]):
    """Sent every few seconds between two rebalances."""

    api_key, versions, flexible_since = ApiKey.HEARTBEAT, range(5), 4

    group_id: str = wire(String, default="")
    generation_id: int = wire(Int32, default=0)
    member_id: str = wire(String, default="")
    group_instance_id: str | None = wire(NullableString, since=3, default=None)
