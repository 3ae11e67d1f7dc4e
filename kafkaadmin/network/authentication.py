"""What makes a connection secure: how its stream is opened, and what is said on it before the first request.

Here is what the pool knows of it; `secured.py`, loaded when it is asked for, has TLS and SASL.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol, TypeVar

from kafkaadmin.config import Address
from kafkaadmin.errors import AuthenticationError
from kafkaadmin.network.stream import Stream
from kafkaadmin.network.transport import open_tcp
from kafkawire import ErrorCode, Request, Response
from kafkawire.messages import SaslHandshakeRequest

__all__ = ["Ask", "Authenticate", "Dial", "Opened", "Plaintext", "Renew", "SecurityProtocol", "require_no_login"]

R = TypeVar("R", bound=Response)


class Ask(Protocol):
    """Sends one request on the connection being opened and gives its answer, at the highest version both sides know."""

    async def __call__(self, request: Request[R], *, at_most: int | None = None) -> R: ...


Authenticate = Callable[[Ask], Awaitable[float | None]]
"""Proves who we are, after the ApiVersions exchange. Gives the seconds that the session lives, `None` for ever.

Raises `AuthenticationError`.
"""


Renew = Callable[[], Awaitable[Authenticate | None]]
"""Makes ready to authenticate again on the same connection (KIP-368). `None`: it takes another connection.

Here secrets and tokens are asked for, while the connection is still used as ever. Raises `AuthenticationError`.
"""


class Opened(NamedTuple):
    """A stream, encrypted where it has to be; and how to authenticate on it, where one must: at first and again."""

    stream: Stream
    authenticate: Authenticate | None
    renew: Renew | None = None


class SecurityProtocol(Protocol):
    """One of Kafka's: PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL."""

    async def open(self, address: Address, *, skip: int = 0) -> Opened:
        """Open a stream; `skip` as for `open_tcp`. Raises `ConnectError`, `AuthenticationError`."""
        ...


class Dial(Protocol):
    """Opens a stream to a broker's address."""

    async def __call__(self, address: Address, *, skip: int = 0) -> Stream: ...


class Plaintext:
    """No encryption, no authentication."""

    def __init__(self, dial: Dial = open_tcp) -> None:
        self._dial = dial

    async def open(self, address: Address, *, skip: int = 0) -> Opened:
        return Opened(await self._dial(address, skip=skip), None)


class Asks(Protocol):
    """What is needed of a connection to ask on it."""

    def offers(self, request: type[Request[Any]], /) -> bool: ...

    async def ask(self, request: Request[R], /) -> R: ...


async def require_no_login(connection: Asks, who: str) -> None:
    """Ask a broker that hung up on the first request whether it wants a login.

    A listener with SASL hangs up on whoever asks for anything else, and says nothing. To a mechanism that doesn't exist
    it answers with those that do (33); one without SASL says that it is in no state for that (34). Raises
    `AuthenticationError`.
    """
    if not connection.offers(SaslHandshakeRequest):
        return
    answer = await connection.ask(SaslHandshakeRequest(mechanism=""))
    if answer.error_code == ErrorCode.UNSUPPORTED_SASL_MECHANISM:
        taken = ", ".join(sorted(answer.mechanisms))
        raise AuthenticationError(f"{who}: the listener wants SASL ({taken}), and security says nothing of it")
