"""One connection's conversation."""

from __future__ import annotations

import struct

import pytest

from kafkawire import DecodeError, EncodeError, Reply, Session
from kafkawire.errors import FrameTooLargeError
from kafkawire.headers import read_request, write_response
from kafkawire.messages import (
    ApiVersionsRequest,
    ApiVersionsResponse,
    FindCoordinatorRequest,
    FindCoordinatorResponse,
)

REQUEST = FindCoordinatorRequest(coordinator_keys=("billing",))
RESPONSE = FindCoordinatorResponse(throttle_time_ms=5)


def answer(correlation_id: int) -> bytes:
    return write_response(RESPONSE, 4, correlation_id)


def test_a_request_is_sent_under_a_fresh_correlation_id() -> None:
    session = Session(client_id="me")
    ids = [session.send(REQUEST, 4)[0] for _ in range(3)]
    assert len(set(ids)) == 3
    assert session.in_flight == 3


def test_the_bytes_of_a_request_are_a_whole_frame() -> None:
    session = Session(client_id="me")
    correlation_id, data = session.send(REQUEST, 4)
    header, request = read_request(data[4:])
    assert (header.correlation_id, header.client_id, request) == (correlation_id, "me", REQUEST)


def test_answers_find_their_requests_in_any_order() -> None:
    session = Session()
    first, _ = session.send(REQUEST, 4)
    second, _ = session.send(REQUEST, 4)
    assert session.receive(answer(second) + answer(first)) == [
        Reply(second, RESPONSE, None),
        Reply(first, RESPONSE, None),
    ]
    assert session.in_flight == 0


def test_an_answer_may_come_in_pieces() -> None:
    session = Session()
    correlation_id, _ = session.send(REQUEST, 4)
    *pieces, last = (bytes((byte,)) for byte in answer(correlation_id))
    assert [session.receive(piece) for piece in pieces] == [[]] * len(pieces)
    assert session.receive(last) == [Reply(correlation_id, RESPONSE, None)]


def test_the_answer_to_an_abandoned_request_is_dropped() -> None:
    session = Session()
    given_up, _ = session.send(REQUEST, 4)
    kept, _ = session.send(REQUEST, 4)
    session.abandon(given_up)
    assert session.in_flight == 2
    assert session.receive(answer(given_up) + answer(kept)) == [Reply(kept, RESPONSE, None)]
    assert session.in_flight == 0


def test_even_a_garbled_answer_to_an_abandoned_request_is_dropped() -> None:
    session = Session()
    given_up, _ = session.send(REQUEST, 4)
    session.abandon(given_up)
    assert session.receive(struct.pack(">ii3s", 7, given_up, b"???")) == []


def test_abandoning_what_was_answered_changes_nothing() -> None:
    session = Session()
    correlation_id, _ = session.send(REQUEST, 4)
    session.receive(answer(correlation_id))
    session.abandon(correlation_id)
    assert session.in_flight == 0
    with pytest.raises(DecodeError, match="nobody waits for"):
        session.receive(answer(correlation_id))


def test_tagged_fields_in_an_answers_header_are_skipped() -> None:
    session = Session()
    correlation_id, _ = session.send(REQUEST, 4)
    body = answer(correlation_id)[9:]
    frame = struct.pack(">i5s", correlation_id, b"\x01\x05\x02hi") + body
    assert session.receive(struct.pack(">i", len(frame)) + frame) == [Reply(correlation_id, RESPONSE, None)]


def test_an_answer_that_ends_within_its_header_is_its_requests_error() -> None:
    session = Session()
    correlation_id, _ = session.send(REQUEST, 4)
    (reply,) = session.receive(struct.pack(">ii", 4, correlation_id))
    assert str(reply.error).startswith("ResponseHeader v1: ")


def test_an_answer_that_nobody_asked_for_ends_the_conversation() -> None:
    with pytest.raises(DecodeError, match="a response with correlation id 12, which nobody waits for"):
        Session().receive(answer(12))


def test_an_answer_too_short_for_its_header_ends_the_conversation() -> None:
    with pytest.raises(DecodeError, match="a response of 3 bytes"):
        Session().receive(struct.pack(">i3s", 3, b"abc"))


def test_an_answer_above_the_limit_ends_the_conversation() -> None:
    with pytest.raises(FrameTooLargeError, match="a frame of 101 bytes exceeds the limit of 100"):
        Session(max_response_bytes=100).receive(struct.pack(">i", 101))


def test_an_answer_that_can_not_be_read_is_its_requests_error_alone() -> None:
    session = Session()
    broken, _ = session.send(REQUEST, 4)
    whole, _ = session.send(REQUEST, 4)
    first, second = session.receive(struct.pack(">iiB2s", 7, broken, 0, b"??") + answer(whole))
    assert (first.correlation_id, first.response) == (broken, None)
    assert str(first.error).startswith("FindCoordinatorResponse v4: throttle_time_ms: ")
    assert second == Reply(whole, RESPONSE, None)


def test_a_request_that_can_not_be_written_leaves_the_session_as_it_was() -> None:
    session = Session()
    with pytest.raises(EncodeError):
        session.send(REQUEST, 99)
    assert session.in_flight == 0
    assert session.send(REQUEST, 4)[0] == Session().send(REQUEST, 4)[0]


def test_correlation_ids_wrap_around_and_pass_over_those_in_use() -> None:
    session = Session()
    oldest, _ = session.send(REQUEST, 4)
    session._next_id = 0x7FFF_FFFF
    last, _ = session.send(REQUEST, 4)
    wrapped, _ = session.send(REQUEST, 4)
    assert (oldest, last, wrapped) == (0, 0x7FFF_FFFF, 1)


@pytest.mark.parametrize("version", ApiVersionsRequest.versions)
def test_an_api_versions_request_refused_is_answered_in_version_0(version: int) -> None:
    session = Session()
    request = (
        ApiVersionsRequest(client_software_name="x", client_software_version="1")
        if version > 2
        else ApiVersionsRequest()
    )
    correlation_id, _ = session.send(request, version)
    refusal = ApiVersionsResponse(error_code=35)
    assert session.receive(write_response(refusal, 0, correlation_id)) == [Reply(correlation_id, refusal, None)]


@pytest.mark.parametrize("version", ApiVersionsRequest.versions)
def test_an_api_versions_request_accepted_is_answered_in_its_version(version: int) -> None:
    session = Session()
    request = (
        ApiVersionsRequest(client_software_name="x", client_software_version="1")
        if version > 2
        else ApiVersionsRequest()
    )
    correlation_id, _ = session.send(request, version)
    accepted = ApiVersionsResponse(throttle_time_ms=9 if version else 0)
    assert session.receive(write_response(accepted, version, correlation_id)) == [Reply(correlation_id, accepted, None)]
