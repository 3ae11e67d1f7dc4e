"""SaslAuthenticate: one step of a SASL exchange (KIP-152).

v1 says how long the session lives, after which the client must authenticate again on the same connection (KIP-368),
v2 is flexible. The bytes are the mechanism's own. They hold secrets and stay out of `repr`.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Bytes, Int16, Int64, NullableString
from kafkawire.schema import Request, Response, entity, wire


@entity
class SaslAuthenticateResponse(Response):
    """The broker's next token, or why it refuses."""

    api_key, versions, flexible_since = ApiKey.SASL_AUTHENTICATE, range(3), 2

    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")
    auth_bytes: bytes = wire(Bytes, default=b"", secret=True)
    # 0: the session never ends.
    session_lifetime_ms: int = wire(Int64, since=1, default=0, ignorable=True)


@entity
class SaslAuthenticateRequest(Request[SaslAuthenticateResponse]):
    """The client's next token."""

    api_key, versions, flexible_since = ApiKey.SASL_AUTHENTICATE, range(3), 2

    auth_bytes: bytes = wire(Bytes, default=b"", secret=True)
