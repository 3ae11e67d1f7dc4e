"""Kafka's wire protocol: bytes to messages and back. No I/O, no clock, no logging.

    from kafkawire import Session
    from kafkawire.messages import OffsetFetchRequest, OffsetFetchRequestGroup

    session = Session(client_id="example")
    correlation_id, data = session.send(OffsetFetchRequest(groups=[OffsetFetchRequestGroup(group_id="billing")]), 8)
    ...                                       # write data to a socket, read from it
    for reply in session.receive(chunk):
        print(reply.response)

Messages are plain classes; the version is an argument of `encode` and `decode`, never part of a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kafkawire.api_keys import ApiKey
from kafkawire.codec import collector_held_off, decode, encode
from kafkawire.error_codes import ErrorCode
from kafkawire.errors import DecodeError, EncodeError, UnsupportedFieldError, WireError
from kafkawire.negotiation import NoCommonVersionError, negotiate
from kafkawire.schema import Message, Request, Response
from kafkawire.session import Reply, Session

if TYPE_CHECKING:
    from kafkawire.messages import request_class, response_class


def __getattr__(name: str) -> Any:
    if name in {"request_class", "response_class"}:
        from kafkawire import messages

        return getattr(messages, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "ApiKey",
    "DecodeError",
    "EncodeError",
    "ErrorCode",
    "Message",
    "NoCommonVersionError",
    "Reply",
    "Request",
    "Response",
    "Session",
    "UnsupportedFieldError",
    "WireError",
    "collector_held_off",
    "decode",
    "encode",
    "negotiate",
    "request_class",
    "response_class",
]
