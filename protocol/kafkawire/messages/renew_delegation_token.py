"""RenewDelegationToken: puts off the end of a delegation token (KIP-48).

v1 is v0, v2 is flexible. For the token's owner and its renewers; never past the token's longest lifetime.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Bytes, Int16, Int32, Int64
from kafkawire.schema import Request, Response, entity, wire


@entity
class RenewDelegationTokenResponse(Response):
    """The token's new end."""

    api_key, versions, flexible_since = ApiKey.RENEW_DELEGATION_TOKEN, range(3), 2

    error_code: int = wire(Int16, default=0)
    expiry_timestamp_ms: int = wire(Int64, default=0)
    throttle_time_ms: int = wire(Int32, default=0)


@entity
class RenewDelegationTokenRequest(Request[RenewDelegationTokenResponse]):
    """Names a token by its HMAC."""

    api_key, versions, flexible_since = ApiKey.RENEW_DELEGATION_TOKEN, range(3), 2

    hmac: bytes = wire(Bytes, default=b"", secret=True)
    # From now on; -1 for the broker's default.
    renew_period_ms: int = wire(Int64, default=0)
