"""The version of a request that both sides know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kafkawire.errors import WireError

if TYPE_CHECKING:
    from kafkawire.messages import ApiVersion, ApiVersionsResponse
    from kafkawire.schema import Request


class NoCommonVersionError(WireError):
    """The other side doesn't offer an API, or none of the versions that are known here.

    Attributes:
        api: Kafka's name of the API, as in ``OffsetFetch``.
        mine: the versions known here, lowest and highest; the lowest above the highest where bounds leave none.
        theirs: the versions that the other side offers, ``None`` where it hasn't got the API.
    """

    def __init__(self, api: str, mine: tuple[int, int], theirs: tuple[int, int] | None) -> None:
        self.api = api
        self.mine = mine
        self.theirs = theirs
        needed = f"v{mine[0]} to v{mine[1]}"
        offered = "isn't offered" if theirs is None else f"is offered in v{theirs[0]} to v{theirs[1]}"
        super().__init__(f"{api} {offered}; {needed} was needed")


def negotiate(
    mine: type[Request[Any]],
    theirs: ApiVersionsResponse | ApiVersion | tuple[int, int] | None,
    *,
    at_least: int | None = None,
    at_most: int | None = None,
) -> int:
    """The highest version of a request that both sides know (KIP-35).

    Args:
        mine: the request's class.
        theirs: what a broker answered to ApiVersions; or of that the offer for this API; or the lowest and highest
            version themselves; or ``None`` for an API that the broker hasn't got.
        at_least, at_most: bounds of the caller's own, both included.

    Raises:
        NoCommonVersionError: there is none. It names the API and both ranges.
    """
    offered = _range(mine, theirs)
    lowest, highest = mine.versions[0], mine.versions[-1]
    if at_least is not None and at_least > lowest:
        lowest = at_least
    if at_most is not None and at_most < highest:
        highest = at_most
    if offered is None or max(lowest, offered[0]) > min(highest, offered[1]):
        raise NoCommonVersionError(api_name(mine), (lowest, highest), offered)
    return min(highest, offered[1])


def api_name(request: type[Request[Any]]) -> str:
    """Kafka's name of an API, as in ``OffsetFetch``."""
    return request.__name__.removesuffix("Request")


def _range(
    mine: type[Request[Any]],
    theirs: ApiVersionsResponse | ApiVersion | tuple[int, int] | None,
) -> tuple[int, int] | None:
    if theirs is None or isinstance(theirs, tuple):
        return theirs
    from kafkawire.messages import ApiVersionsResponse

    if isinstance(theirs, ApiVersionsResponse):
        found = next((offer for offer in theirs.api_keys if offer.api_key == mine.api_key), None)
        return None if found is None else (found.min_version, found.max_version)
    return theirs.min_version, theirs.max_version


__all__ = ["NoCommonVersionError", "api_name", "negotiate"]
