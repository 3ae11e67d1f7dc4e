"""AlterUserScramCredentials: sets and removes SCRAM credentials of users, on the controller (KIP-554).

Flexible from the start. The client salts and hashes the password (RFC 5802's `SaltedPassword`), so that the cluster
never sees it; what it sends is as good as the password to whoever reads it, all the same. A user may appear once:
otherwise that user's result is DUPLICATE_RESOURCE. A credential to be removed that isn't there is RESOURCE_NOT_FOUND.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Bytes, Int8, Int16, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class AlterUserScramCredentialsResult:
    user: str = wire(String, default="")
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")


@entity
class AlterUserScramCredentialsResponse(Response):
    """One result per user."""

    api_key, versions, flexible_since = ApiKey.ALTER_USER_SCRAM_CREDENTIALS, range(1), 0

    throttle_time_ms: int = wire(Int32, default=0)
    results: tuple[AlterUserScramCredentialsResult, ...] = wire(Array(AlterUserScramCredentialsResult), default=())


@entity
class ScramCredentialDeletion:
    """A credential to remove."""

    name: str = wire(String, default="")
    # A `ScramMechanism`.
    mechanism: int = wire(Int8, default=0)


@entity
class ScramCredentialUpsertion:
    """A credential to add or to replace."""

    name: str = wire(String, default="")
    # A `ScramMechanism`.
    mechanism: int = wire(Int8, default=0)
    # Kafka wants 4,096 to 16,384.
    iterations: int = wire(Int32, default=0)
    salt: bytes = wire(Bytes, default=b"", secret=True)
    salted_password: bytes = wire(Bytes, default=b"", secret=True)


@entity
class AlterUserScramCredentialsRequest(Request[AlterUserScramCredentialsResponse]):
    """Changes users, each for themselves."""

    api_key, versions, flexible_since = ApiKey.ALTER_USER_SCRAM_CREDENTIALS, range(1), 0

    deletions: tuple[ScramCredentialDeletion, ...] = wire(Array(ScramCredentialDeletion), default=())
    upsertions: tuple[ScramCredentialUpsertion, ...] = wire(Array(ScramCredentialUpsertion), default=())
