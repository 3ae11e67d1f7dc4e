"""SaslHandshake: chooses a SASL mechanism.

After v0 raw SASL tokens follow on the socket, after v1 they travel in SaslAuthenticate (KIP-152). Never flexible, and
it can't become so: old clients would negotiate it wrongly (KAFKA-9577).
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int16, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class SaslHandshakeResponse(Response):
    """UNSUPPORTED_SASL_MECHANISM or nothing; and what the broker would take."""

    api_key, versions, flexible_since = ApiKey.SASL_HANDSHAKE, range(2), None

    error_code: int = wire(Int16, default=0)
    mechanisms: tuple[str, ...] = wire(Array(String), default=())


@entity
class SaslHandshakeRequest(Request[SaslHandshakeResponse]):
    """Names the mechanism that the client wants."""

    api_key, versions, flexible_since = ApiKey.SASL_HANDSHAKE, range(2), None

    mechanism: str = wire(String, default="")
