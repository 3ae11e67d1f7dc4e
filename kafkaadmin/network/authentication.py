"""What makes a connection secure: how its stream is opened, and what is said on it before the first request."""

from __future__ import annotations

from typing import Protocol, TypeVar

from kafkaadmin.config import Address
from kafkaadmin.network.transport import Stream, open_tcp
from kafkawire import Request, Response

__all__ = ["Ask", "Plaintext", "Security"]

R = TypeVar("R", bound=Response)


class Ask(Protocol):
    """Sends one request on the connection being opened and gives its answer, at the highest version both sides know."""

    async def __call__(self, request: Request[R], *, at_most: int | None = None) -> R: ...


class Security(Protocol):
    """A security protocol of Kafka's: PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL."""

    @property
    def authenticates(self) -> bool:
        """Whether `authenticate` has anything to say: if not, the first request may follow the handshake at once."""
        ...

    async def open(self, address: Address) -> Stream:
        """Open a stream, encrypted where the protocol says so. Raises `ConnectError`, `AuthenticationError`."""
        ...

    async def authenticate(self, ask: Ask) -> None:
        """Prove who we are, after the ApiVersions exchange. Raises `AuthenticationError`."""
        ...


class Plaintext:
    """No encryption, no authentication."""

    authenticates = False

    async def open(self, address: Address) -> Stream:
        return await open_tcp(address)

    async def authenticate(self, ask: Ask) -> None:
        """Nothing to prove."""
