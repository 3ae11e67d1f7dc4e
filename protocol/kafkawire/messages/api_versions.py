"""ApiVersions: which APIs a broker offers, in which versions, and the cluster's features.

The first request on every connection (KIP-35). v1 adds the throttle time, v3 is flexible and names the client's
software (KIP-511) and the features (KIP-584), v4 lists features whose lowest level is 0, v5 lets the client say which
cluster and node it means to reach, and a broker that is somebody else answers REBOOTSTRAP_REQUIRED (KIP-1242).

Two things are unlike every other API. The response header stays at v0 even where the body is flexible, because the
client can't know the broker's versions yet. And a broker that doesn't know the version asked for answers in v0, with
UNSUPPORTED_VERSION and the versions of ApiVersions it does know.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Boolean, Int16, Int32, Int64, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class ApiVersion:
    """The versions of one API, both ends included."""

    api_key: int = wire(Int16, default=0)
    min_version: int = wire(Int16, default=0)
    max_version: int = wire(Int16, default=0)


@entity
class SupportedFeatureKey:
    """The levels of one feature that this broker could run at."""

    name: str = wire(String, default="")
    min_version: int = wire(Int16, default=0)
    max_version: int = wire(Int16, default=0)


@entity
class FinalizedFeatureKey:
    """The level at which the whole cluster runs one feature."""

    name: str = wire(String, default="")
    max_version_level: int = wire(Int16, default=0)
    min_version_level: int = wire(Int16, default=0)


@entity
class ApiVersionsResponse(Response):
    """One `ApiVersion` per API, and, in tagged fields, the features supported and finalized."""

    api_key, versions, flexible_since = ApiKey.API_VERSIONS, range(6), 3

    error_code: int = wire(Int16, default=0)
    api_keys: tuple[ApiVersion, ...] = wire(Array(ApiVersion), default=())
    throttle_time_ms: int = wire(Int32, since=1, default=0, ignorable=True)
    supported_features: tuple[SupportedFeatureKey, ...] = wire(
        Array(SupportedFeatureKey), since=3, tag=0, default=(), ignorable=True
    )
    # Below 0: the broker does not know, and `finalized_features` means nothing.
    finalized_features_epoch: int = wire(Int64, since=3, tag=1, default=-1, ignorable=True)
    finalized_features: tuple[FinalizedFeatureKey, ...] = wire(
        Array(FinalizedFeatureKey), since=3, tag=2, default=(), ignorable=True
    )
    zk_migration_ready: bool = wire(Boolean, since=3, tag=3, default=False, ignorable=True)


@entity
class ApiVersionsRequest(Request[ApiVersionsResponse]):
    """Asks what the broker offers. Every field may be left out by older versions without harm."""

    api_key, versions, flexible_since = ApiKey.API_VERSIONS, range(6), 3

    client_software_name: str = wire(String, since=3, default="", ignorable=True)
    client_software_version: str = wire(String, since=3, default="", ignorable=True)
    # Checked only together with `node_id`: give both or neither.
    cluster_id: str | None = wire(NullableString, since=5, default=None, ignorable=True)
    node_id: int = wire(Int32, since=5, default=-1, ignorable=True)
