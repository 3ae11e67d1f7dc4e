"""DescribeDelegationToken: delegation tokens that the client may see (KIP-48).

v1 is v0, v2 is flexible, v3 says who asked for each token (KIP-373). Owners and renewers see their tokens; others need
the right to DESCRIBE a token or to DESCRIBE_TOKENS of its owner. What may not be seen is left out without an error.
The answer holds HMACs, that is, passwords.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Bytes, Int16, Int32, Int64, NullableArray, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class DescribedDelegationTokenRenewer:
    """Somebody who may renew the token, besides its owner."""

    principal_type: str = wire(String, default="")
    principal_name: str = wire(String, default="")


@entity
class DescribedDelegationToken:
    """One token. Timestamps are in milliseconds, though their names don't say so."""

    principal_type: str = wire(String, default="")
    principal_name: str = wire(String, default="")
    token_requester_principal_type: str = wire(String, since=3, default="")
    token_requester_principal_name: str = wire(String, since=3, default="")
    issue_timestamp: int = wire(Int64, default=0)
    # When the token ends unless it is renewed.
    expiry_timestamp: int = wire(Int64, default=0)
    # When it ends however often it is renewed.
    max_timestamp: int = wire(Int64, default=0)
    token_id: str = wire(String, default="")
    hmac: bytes = wire(Bytes, default=b"", secret=True)
    renewers: tuple[DescribedDelegationTokenRenewer, ...] = wire(Array(DescribedDelegationTokenRenewer), default=())


@entity
class DescribeDelegationTokenResponse(Response):
    """Tokens, or one error."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_DELEGATION_TOKEN, range(4), 2

    error_code: int = wire(Int16, default=0)
    tokens: tuple[DescribedDelegationToken, ...] = wire(Array(DescribedDelegationToken), default=())
    throttle_time_ms: int = wire(Int32, default=0)


@entity
class DescribeDelegationTokenOwner:
    """A principal, such as `User` and `alice`."""

    principal_type: str = wire(String, default="")
    principal_name: str = wire(String, default="")


@entity
class DescribeDelegationTokenRequest(Request[DescribeDelegationTokenResponse]):
    """Asks for the tokens of some owners, or of all."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_DELEGATION_TOKEN, range(4), 2

    # Null asks for all; an empty array finds nothing.
    owners: tuple[DescribeDelegationTokenOwner, ...] | None = wire(
        NullableArray(DescribeDelegationTokenOwner), default=()
    )
