"""UnregisterController: makes the active controller forget a controller that is gone for good.

Flexible from the start, and new in Kafka 4.4. An unknown controller is CONTROLLER_ID_NOT_REGISTERED. Who votes is
another matter: see RemoveRaftVoter.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Int16, Int32, NullableString
from kafkawire.schema import Request, Response, entity, wire


@entity
class UnregisterControllerResponse(Response):
    """Nothing but an error."""

    api_key, versions, flexible_since = ApiKey.UNREGISTER_CONTROLLER, range(1), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")


@entity
class UnregisterControllerRequest(Request[UnregisterControllerResponse]):
    """Names one controller."""

    api_key, versions, flexible_since = ApiKey.UNREGISTER_CONTROLLER, range(1), 0

    controller_id: int = wire(Int32, default=0)
