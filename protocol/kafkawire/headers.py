"""Request and response headers, and whole frames made of header and body."""

from __future__ import annotations

import struct
from functools import lru_cache
from struct import Struct
from typing import Any, Final

from kafkawire.api_keys import ApiKey
from kafkawire.codec import decode, decode_from, encode
from kafkawire.errors import DecodeError, EncodeError
from kafkawire.primitives import Int16, Int32, LegacyNullableString
from kafkawire.schema import Message, Request, Response, entity, wire

_API_VERSION_CORRELATION = Struct(">hhi")
_LENGTH = Struct(">i")
_LENGTH_KEY_VERSION_CORRELATION = Struct(">i4si")
_API_VERSIONS: Final = ApiKey.API_VERSIONS


@entity
class RequestHeader(Message):
    """In front of every request. Version 2, the flexible one, goes with flexible requests.

    The client id is never compact: a broker must find it before it knows the request's version.
    """

    versions, flexible_since = range(1, 3), 2

    request_api_key: int = wire(Int16)
    request_api_version: int = wire(Int16)
    correlation_id: int = wire(Int32)
    client_id: str | None = wire(LegacyNullableString, default=None)


@entity
class ResponseHeader(Message):
    """In front of every response. Version 1, the flexible one, goes with flexible responses, but for ApiVersions'."""

    versions, flexible_since = range(2), 1

    correlation_id: int = wire(Int32)


class UnknownRequestError(DecodeError):
    """A request of an API, or of a version of it, that this library doesn't know."""

    def __init__(self, header: RequestHeader) -> None:
        self.header = header
        super().__init__(f"no version {header.request_api_version} of API key {header.request_api_key} is known")


def request_header_version(cls: type[Request[Any]], version: int) -> int:
    """The version of the header in front of a request."""
    return 2 if cls.flexible(version) else 1


def response_header_version(cls: type[Response], version: int) -> int:
    """The version of the header in front of a response.

    ApiVersions answers with version 0 always, so that a client can read that its version is refused (KIP-511).
    """
    return 1 if cls.flexible(version) and cls.api_key != _API_VERSIONS else 0


def read_request(frame: bytes, *, exact: bool = True) -> tuple[RequestHeader, Request[Any]]:
    """A server's reading of a frame.

    Brokers ignore bytes behind a request, and librdkafka has some behind Metadata of all topics: `exact=False` ignores
    them too.

    Raises:
        UnknownRequestError: the API key or its version isn't known; its header has all but the tagged fields.
        DecodeError: the frame isn't a request.
    """
    key, version = _key_and_version(frame)
    cls = _request_class(key)
    if cls is None or version not in cls.versions:
        raise UnknownRequestError(decode_from(RequestHeader, 1, frame, 0)[0])
    header, end = decode_from(RequestHeader, request_header_version(cls, version), frame, 0)
    if not exact:
        return header, decode_from(cls, version, frame, end)[0]
    return header, decode(cls, version, frame, end)


def _key_and_version(frame: bytes) -> tuple[int, int]:
    if len(frame) < _API_VERSION_CORRELATION.size:
        raise DecodeError(f"a request of {len(frame)} bytes")
    key, version, _ = _API_VERSION_CORRELATION.unpack_from(frame)
    return key, version


def _request_class(key: int) -> type[Request[Any]] | None:
    from kafkawire.messages import request_class

    try:
        return request_class(key)
    except LookupError:
        return None


def write_request(request: Request[Any], version: int, correlation_id: int, client_id: str | None) -> bytes:
    """A whole request frame, length first."""
    body = encode(request, version)
    # mypy takes the class for one of its instances, which don't hash.
    key_and_version, rest = _header_parts(type(request), version, client_id)  # type: ignore[arg-type]
    length = _API_VERSION_CORRELATION.size + len(rest) + len(body)
    try:
        return _LENGTH_KEY_VERSION_CORRELATION.pack(length, key_and_version, correlation_id) + rest + body
    except struct.error:
        raise EncodeError(f"no frame can have {length} bytes and correlation id {correlation_id}") from None


@lru_cache(maxsize=1024)
def _header_parts(cls: type[Request[Any]], version: int, client_id: str | None) -> tuple[bytes, bytes]:
    """What stands in front of the correlation id, and behind it: the same in every request of a client."""
    header = RequestHeader(
        request_api_key=cls.api_key, request_api_version=version, correlation_id=0, client_id=client_id
    )
    data = encode(header, request_header_version(cls, version))
    return data[:4], data[_API_VERSION_CORRELATION.size :]


def write_response(response: Response, version: int, correlation_id: int) -> bytes:
    """A whole response frame, length first."""
    header = ResponseHeader(correlation_id=correlation_id)
    return _framed(encode(header, response_header_version(type(response), version)), encode(response, version))


def _framed(header: bytes, body: bytes) -> bytes:
    return b"".join((_LENGTH.pack(len(header) + len(body)), header, body))


__all__ = [
    "RequestHeader",
    "ResponseHeader",
    "UnknownRequestError",
    "read_request",
    "request_header_version",
    "response_header_version",
    "write_request",
    "write_response",
]
