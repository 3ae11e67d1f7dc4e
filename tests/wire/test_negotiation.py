"""Which version of a request is spoken with a broker."""

from __future__ import annotations

import pytest

from kafkawire import ApiKey, NoCommonVersionError, WireError, negotiate
from kafkawire.messages import ApiVersion, ApiVersionsResponse, OffsetFetchRequest

KNOWN = OffsetFetchRequest.versions[0], OffsetFetchRequest.versions[-1]


@pytest.mark.parametrize(
    ("theirs", "version"), [((0, 99), KNOWN[1]), ((0, 7), 7), ((5, 8), 8), ((KNOWN[1], 99), KNOWN[1])]
)
def test_the_highest_version_that_both_know_is_chosen(theirs: tuple[int, int], version: int) -> None:
    assert negotiate(OffsetFetchRequest, theirs) == version
    offer = ApiVersion(api_key=ApiKey.OFFSET_FETCH, min_version=theirs[0], max_version=theirs[1])
    assert negotiate(OffsetFetchRequest, offer) == version
    other = ApiVersion(api_key=ApiKey.METADATA, min_version=0, max_version=1)
    assert negotiate(OffsetFetchRequest, ApiVersionsResponse(api_keys=(other, offer))) == version


def test_bounds_of_the_callers_own_are_kept() -> None:
    assert negotiate(OffsetFetchRequest, (0, 8), at_most=6) == 6
    assert negotiate(OffsetFetchRequest, (0, 8), at_least=8) == 8
    with pytest.raises(NoCommonVersionError, match=r"OffsetFetch is offered in v0 to v7; v8 to v\d+ was needed"):
        negotiate(OffsetFetchRequest, (0, 7), at_least=8)


@pytest.mark.parametrize("theirs", [(90, 99), (KNOWN[1] + 1, KNOWN[1] + 1)])
def test_an_error_names_the_api_and_both_ranges(theirs: tuple[int, int]) -> None:
    with pytest.raises(NoCommonVersionError) as raised:
        negotiate(OffsetFetchRequest, theirs)
    assert (raised.value.api, raised.value.mine, raised.value.theirs) == ("OffsetFetch", KNOWN, theirs)
    assert isinstance(raised.value, WireError)


@pytest.mark.parametrize("theirs", [None, ApiVersionsResponse(api_keys=())])
def test_an_api_that_is_not_offered_is_named(theirs: ApiVersionsResponse | None) -> None:
    with pytest.raises(NoCommonVersionError, match="OffsetFetch isn't offered; v0 to v") as raised:
        negotiate(OffsetFetchRequest, theirs)
    assert raised.value.theirs is None
