"""What a broker offers, as its ApiVersions answer says, and the version of a request that both sides know."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from kafkaadmin.config import Address
from kafkaadmin.errors import ConnectError, RemoteProtocolError, UnsupportedVersionError
from kafkawire import ApiKey, ErrorCode, NoCommonVersionError, Request, negotiate
from kafkawire.messages import ApiVersionsRequest, ApiVersionsResponse
from kafkawire.negotiation import api_name

__all__ = ["BrokerVersions", "WrongClusterError", "api_name", "check_greeting", "greeting", "greeting_version"]

NAMES_CLUSTER: Final = 5
"""The first version of ApiVersions that says which cluster and node the client means to reach (KIP-1242)."""


class WrongClusterError(ConnectError):
    """The broker at this address belongs to another cluster, or is another node, than the one meant (129)."""


class BrokerVersions:
    """The APIs of one broker, and their versions."""

    __slots__ = ("_chosen", "_ranges", "response")

    def __init__(self, response: ApiVersionsResponse) -> None:
        self.response = response
        self._ranges = {offer.api_key: (offer.min_version, offer.max_version) for offer in response.api_keys}
        self._chosen: dict[tuple[type[Request[Any]], int | None, int | None], int] = {}

    def offers(self, request: type[Request[Any]]) -> bool:
        """Whether the broker has the API at all, in whatever version."""
        return request.api_key in self._ranges

    def highest(self, request: type[Request[Any]]) -> int | None:
        """The broker's own highest version of the API, known here or not."""
        offered = self._ranges.get(request.api_key)
        return None if offered is None else offered[1]

    def choose(self, request: type[Request[Any]], at_least: int | None, at_most: int | None, broker: object) -> int:
        """The highest version common to the broker, to kafkawire and to the bounds (both included).

        Raises `UnsupportedVersionError`, which names the API and what `broker` offers.
        """
        wanted = request, at_least, at_most
        version = self._chosen.get(wanted)
        if version is None:
            version = self._chosen[wanted] = self._choose(request, at_least, at_most, broker)
        return version

    def _choose(self, request: type[Request[Any]], at_least: int | None, at_most: int | None, broker: object) -> int:
        try:
            return negotiate(request, self._ranges.get(request.api_key), at_least=at_least, at_most=at_most)
        except NoCommonVersionError as missing:
            raise UnsupportedVersionError(_told(missing, broker)) from None


def _told(missing: NoCommonVersionError, broker: object) -> str:
    if missing.theirs is None:
        return f"{broker} doesn't offer {missing.api}"
    (lowest, highest), (first, last) = missing.mine, missing.theirs
    return f"{broker} offers {missing.api} v{first} to v{last}; v{lowest} to v{highest} was needed"


def greeting(cluster_id: str | None, broker_id: int | None) -> ApiVersionsRequest:
    """The first request on a connection. A broker that isn't the one meant answers 129 instead of lying."""
    meant = cluster_id is not None and broker_id is not None
    return ApiVersionsRequest(
        client_software_name="kafkaadmin",
        client_software_version=_own_version(),
        cluster_id=cluster_id if meant else None,
        node_id=broker_id if meant and broker_id is not None else -1,
    )


def greeting_version(request: ApiVersionsRequest, peer_highest: int | None) -> int:
    """The version to greet in: the newest only if it has more to say, so that older brokers seldom need two rounds.

    `peer_highest` is the broker's own highest version, where that, or that of another broker of the cluster, is known.
    """
    ours = ApiVersionsRequest.versions[-1] if request.cluster_id is not None else NAMES_CLUSTER - 1
    return ours if peer_highest is None else max(0, min(ours, peer_highest))


def fallback(response: ApiVersionsResponse, refused: int) -> int | None:
    """The version to try after `refused` was answered 35, or `None` when there is none lower (KIP-511).

    Brokers since 2.4 say which they know; older ones say nothing, and know version 0.
    """
    known = next((offer.max_version for offer in response.api_keys if offer.api_key == ApiKey.API_VERSIONS), 0)
    return max(0, min(known, refused - 1)) if refused > 0 else None


def check_greeting(response: ApiVersionsResponse, address: Address, broker: str) -> None:
    """Raise what an error in the answer to the greeting means."""
    code = response.error_code
    if code == ErrorCode.REBOOTSTRAP_REQUIRED:
        raise WrongClusterError(f"{broker}: another cluster's broker, or another node, listens at {address}")
    if code:
        refusal = ConnectError if ErrorCode(code).retriable else RemoteProtocolError
        raise refusal(f"{broker} answered ApiVersions with {ErrorCode(code).name} ({code})")


@cache
def _own_version() -> str:
    from importlib import metadata  # a third of this package's import time, for the first connection only

    try:
        return metadata.version("kafkaadmin")
    except metadata.PackageNotFoundError:
        return "0"
