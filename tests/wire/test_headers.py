"""Headers, and frames made of header and body."""

from __future__ import annotations

import struct

import pytest

from kafkawire import ApiKey, DecodeError, EncodeError, Request, decode, encode
from kafkawire.headers import (
    RequestHeader,
    ResponseHeader,
    UnknownRequestError,
    read_request,
    request_header_version,
    response_header_version,
    write_request,
    write_response,
)
from kafkawire.messages import (
    ApiVersionsRequest,
    ApiVersionsResponse,
    FindCoordinatorRequest,
    FindCoordinatorResponse,
    OffsetDeleteRequest,
    OffsetDeleteResponse,
)


def test_the_client_id_is_never_compact() -> None:
    header = RequestHeader(request_api_key=18, request_api_version=3, correlation_id=7, client_id="me")
    assert encode(header, 1) == struct.pack(">hhih2s", 18, 3, 7, 2, b"me")
    assert encode(header, 2) == struct.pack(">hhih2sB", 18, 3, 7, 2, b"me", 0)


def test_the_client_id_may_be_null() -> None:
    header = RequestHeader(request_api_key=18, request_api_version=3, correlation_id=7)
    assert decode(RequestHeader, 2, encode(header, 2)) == header


def test_flexible_messages_have_flexible_headers() -> None:
    assert [request_header_version(FindCoordinatorRequest, version) for version in (2, 3)] == [1, 2]
    assert [response_header_version(FindCoordinatorResponse, version) for version in (2, 3)] == [0, 1]


def test_messages_that_are_never_flexible_keep_plain_headers() -> None:
    assert request_header_version(OffsetDeleteRequest, 0) == 1
    assert response_header_version(OffsetDeleteResponse, 0) == 0


def test_api_versions_is_answered_under_header_version_0_always() -> None:
    assert request_header_version(ApiVersionsRequest, 3) == 2
    assert [response_header_version(ApiVersionsResponse, version) for version in ApiVersionsResponse.versions] == [
        0
    ] * 6


@pytest.mark.parametrize("version", FindCoordinatorRequest.versions)
def test_a_server_reads_what_a_client_writes(version: int) -> None:
    names: dict[str, object] = {"key": "billing"} if version < 4 else {"coordinator_keys": ("billing",)}
    request = FindCoordinatorRequest(**names)  # type: ignore[arg-type]
    frame = write_request(request, version, 41, "me")
    (length,) = struct.unpack_from(">i", frame)
    assert length == len(frame) - 4
    header, read = read_request(frame[4:])
    assert read == request
    assert header == RequestHeader(request_api_key=10, request_api_version=version, correlation_id=41, client_id="me")


def test_each_request_has_its_own_correlation_id() -> None:
    request = FindCoordinatorRequest(coordinator_keys=("billing",))
    headers = [read_request(write_request(request, 4, correlation_id, "me")[4:])[0] for correlation_id in (1, -2)]
    assert [header.correlation_id for header in headers] == [1, -2]


def test_a_correlation_id_out_of_range_is_an_encode_error() -> None:
    with pytest.raises(EncodeError, match="correlation id 2147483648"):
        write_request(FindCoordinatorRequest(coordinator_keys=("billing",)), 4, 1 << 31, "me")


def test_a_response_frame_is_length_header_body() -> None:
    response = FindCoordinatorResponse(throttle_time_ms=5)
    body = encode(response, 4)
    frame = write_response(response, 4, 41)
    assert frame == struct.pack(">iiB", 5 + len(body), 41, 0) + body
    assert decode(ResponseHeader, 1, frame[4:9]) == ResponseHeader(correlation_id=41)


@pytest.mark.parametrize(
    ("key", "version"), [(999, 0), (ApiKey.FIND_COORDINATOR, 99), (-1, 0), (ApiKey.FETCH, 12), (ApiKey.VOTE, 0)]
)
def test_an_unknown_request_tells_its_header(key: int, version: int) -> None:
    header = RequestHeader(request_api_key=key, request_api_version=version, correlation_id=3, client_id="me")
    with pytest.raises(UnknownRequestError, match=f"no version {version} of API key {int(key)} is known") as raised:
        read_request(encode(header, 2) + b"whatever")
    assert raised.value.header == header


def test_a_request_cut_short_is_a_decode_error() -> None:
    frame = write_request(FindCoordinatorRequest(coordinator_keys=("billing",)), 4, 41, "me")[4:]
    for size in range(len(frame)):
        with pytest.raises(DecodeError):
            read_request(frame[:size])


def test_tagged_fields_in_a_request_header_are_skipped() -> None:
    request: Request[FindCoordinatorResponse] = FindCoordinatorRequest(coordinator_keys=("billing",))
    frame = bytearray(write_request(request, 4, 41, "me")[4:])
    end_of_header = frame.index(b"me") + 2
    frame[end_of_header : end_of_header + 1] = b"\x01\x05\x02hi"
    assert read_request(bytes(frame))[1] == request
