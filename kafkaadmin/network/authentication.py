"""What makes a connection secure: how its stream is opened, and what is said on it before the first request.

Here is what the pool knows of it; `secured.py`, loaded when it is asked for, has TLS and SASL.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol, TypeVar

from kafkaadmin.config import Address
from kafkaadmin.network.transport import Stream, open_tcp
from kafkawire import Request, Response

__all__ = ["Ask", "Authenticate", "Opened", "Plaintext", "SecurityProtocol"]

R = TypeVar("R", bound=Response)


class Ask(Protocol):
    """Sends one request on the connection being opened and gives its answer, at the highest version both sides know."""

    async def __call__(self, request: Request[R], *, at_most: int | None = None) -> R: ...


Authenticate = Callable[[Ask], Awaitable[float | None]]
"""Proves who we are, after the ApiVersions exchange. Gives the seconds that the session lives, `None` for ever.

Raises `AuthenticationError`.
"""


class Opened(NamedTuple):
    """A stream, encrypted where the protocol says so; and how to authenticate on it, where one must."""

    stream: Stream
    authenticate: Authenticate | None


class SecurityProtocol(Protocol):
    """One of Kafka's: PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL."""

    async def open(self, address: Address, *, skip: int = 0) -> Opened:
        """Open a stream; `skip` as for `open_tcp`. Raises `ConnectError`, `AuthenticationError`."""
        ...


class Plaintext:
    """No encryption, no authentication."""

    async def open(self, address: Address, *, skip: int = 0) -> Opened:
        return Opened(await open_tcp(address, skip=skip), None)
