"""CreateDelegationToken: a token by which others can act as its owner (KIP-48).

v1 is v0, v2 is flexible, v3 makes tokens for other users, given the right to CREATE_TOKENS (KIP-373). The token id and
HMAC are user name and password for SCRAM logins: whoever knows them acts as the owner. Not to be asked for over a
connection that was itself authenticated by a token, nor over one without authentication
(DELEGATION_TOKEN_REQUEST_NOT_ALLOWED).
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Bytes, Int16, Int32, Int64, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class CreateDelegationTokenResponse(Response):
    """The token. Mind the order: the error comes first, the throttle time last."""

    api_key, versions, flexible_since = ApiKey.CREATE_DELEGATION_TOKEN, range(4), 2

    error_code: int = wire(Int16, default=0)
    principal_type: str = wire(String, default="")
    principal_name: str = wire(String, default="")
    token_requester_principal_type: str = wire(String, since=3, default="")
    token_requester_principal_name: str = wire(String, since=3, default="")
    issue_timestamp_ms: int = wire(Int64, default=0)
    # When the token ends unless it is renewed.
    expiry_timestamp_ms: int = wire(Int64, default=0)
    # When it ends however often it is renewed.
    max_timestamp_ms: int = wire(Int64, default=0)
    token_id: str = wire(String, default="")
    hmac: bytes = wire(Bytes, default=b"", secret=True)
    throttle_time_ms: int = wire(Int32, default=0)


@entity
class CreatableRenewers:
    """Somebody who may renew the token, besides its owner."""

    principal_type: str = wire(String, default="")
    principal_name: str = wire(String, default="")


@entity
class CreateDelegationTokenRequest(Request[CreateDelegationTokenResponse]):
    """Asks for a token for oneself, or (v3+) for another user."""

    api_key, versions, flexible_since = ApiKey.CREATE_DELEGATION_TOKEN, range(4), 2

    # Null for the one who asks.
    owner_principal_type: str | None = wire(NullableString, since=3, default="")
    owner_principal_name: str | None = wire(NullableString, since=3, default="")
    renewers: tuple[CreatableRenewers, ...] = wire(Array(CreatableRenewers), default=())
    # -1 for the broker's longest.
    max_lifetime_ms: int = wire(Int64, default=0)
