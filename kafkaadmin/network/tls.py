"""TLS over any stream: the same on asyncio, uvloop and trio.

The standard library's `SSLObject` does the cryptography between two buffers in memory; this moves bytes between them
and the stream below. So a TLS stream keeps what `Stream` promises: `write` takes bytes at once, a cancelled `receive`
loses none, `close` waits for nobody. No close_notify is awaited: a frozen broker never sends one, and Kafka's frames
tell a cut answer from a whole one.
"""

from __future__ import annotations

import ssl
from typing import Final

from kafkaadmin.errors import AuthenticationError
from kafkaadmin.network.stream import Stream

__all__ = ["TlsStream", "refusal"]

_READ_SIZE: Final = 256 * 1024
_FOREVER: Final = float("inf")

_REFUSALS: Final = ("CERTIFICATE", "UNKNOWN_CA", "ACCESS_DENIED", "HANDSHAKE_FAILURE", "PROTOCOL_VERSION")
"""What alerts are called by which a peer refuses us. With TLS 1.3 they may come after the handshake."""


def refusal(error: ssl.SSLError, who: str) -> AuthenticationError:
    """What went wrong between two that would not agree, in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return AuthenticationError(f"{who}: TLS: the broker's certificate is refused: {error.verify_message}")
    if error.reason == "WRONG_VERSION_NUMBER":
        return AuthenticationError(f"{who}: TLS: the listener doesn't speak it; it may be a plaintext one")
    reason = error.reason or str(error)
    if "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason):
        return AuthenticationError(f"{who}: TLS: the broker wants a certificate of ours that it trusts ({reason})")
    return AuthenticationError(f"{who}: TLS: {reason}")


class TlsStream:
    """A stream whose bytes are encrypted on the one below. `handshake` comes first."""

    __slots__ = (
        "_incoming",
        "_outgoing",
        "_tls",
        "_under",
        "_who",
        "bell",
        "close",
        "drain",
        "now",
        "wait_closed",
        "wake_by",
    )

    def __init__(self, under: Stream, context: ssl.SSLContext, server_hostname: str, who: str) -> None:
        self._under = under
        self._who = who
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_hostname)
        self.now = under.now
        self.bell = under.bell
        self.wake_by = under.wake_by
        self.drain = under.drain
        self.close = under.close
        self.wait_closed = under.wait_closed

    async def handshake(self) -> None:
        """Agree on keys, and check the peer's certificate.

        Raises `ssl.SSLError` when the peers don't agree or the certificate isn't trusted, and `ConnectionResetError`
        when the peer closed instead of answering.
        """
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
            except ssl.SSLError:
                await self._flush()  # the alert that tells the peer why
                raise
            else:
                return await self._flush()
            data = await self._under.receive(_FOREVER)
            if not data:
                raise ConnectionResetError("closed during the TLS handshake")
            self._incoming.write(data)

    async def _flush(self) -> None:
        if self._outgoing.pending and not self._under.write(self._outgoing.read()):
            await self._under.drain()

    async def receive(self, until: float) -> bytes | None:
        while (data := self._decrypted()) is None:
            encrypted = await self._under.receive(until)
            if not encrypted:
                return encrypted
            self._incoming.write(encrypted)
        return data

    def receive_nowait(self) -> bytes | None:
        while (data := self._decrypted()) is None:
            encrypted = self._under.receive_nowait()  # a session ticket makes a socket readable, and says nothing
            if not encrypted:
                return encrypted
            self._incoming.write(encrypted)
        return data

    def _decrypted(self) -> bytes | None:
        """What can be read already; `b""` once the peer has said goodbye; `None` for nothing."""
        try:
            return self._tls.read(_READ_SIZE)
        except ssl.SSLWantReadError:
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""
        except ssl.SSLError as error:
            if any(word in (error.reason or "") for word in _REFUSALS):
                raise refusal(error, self._who) from error
            raise

    def write(self, data: bytes) -> bool:
        view = memoryview(data)
        while view:
            view = view[self._tls.write(view) :]  # a record of 16 KiB at a time
        return self._under.write(self._outgoing.read())
