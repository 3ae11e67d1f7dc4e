"""DescribeUserScramCredentials: which SCRAM credentials users have (KIP-554).

Flexible from the start. Tells mechanisms and iterations, never salts or passwords. A user asked for by name who has
none is RESOURCE_NOT_FOUND, one named twice DUPLICATE_RESOURCE.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int8, Int16, Int32, NullableArray, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class CredentialInfo:
    """One credential."""

    # A `ScramMechanism`.
    mechanism: int = wire(Int8, default=0)
    iterations: int = wire(Int32, default=0)


@entity
class DescribeUserScramCredentialsResult:
    """One user, with an error of their own."""

    user: str = wire(String, default="")
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")
    credential_infos: tuple[CredentialInfo, ...] = wire(Array(CredentialInfo), default=())


@entity
class DescribeUserScramCredentialsResponse(Response):
    """Users with credentials, or one error."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS, range(1), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")
    results: tuple[DescribeUserScramCredentialsResult, ...] = wire(
        Array(DescribeUserScramCredentialsResult), default=()
    )


@entity
class DescribeUserScramCredentialsRequestUserName:
    name: str = wire(String, default="")


@entity
class DescribeUserScramCredentialsRequest(Request[DescribeUserScramCredentialsResponse]):
    """Asks about some users, or all."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS, range(1), 0

    # Null or empty asks for all.
    users: tuple[DescribeUserScramCredentialsRequestUserName, ...] | None = wire(
        NullableArray(DescribeUserScramCredentialsRequestUserName), default=()
    )
