"""A listener's side of TLS, without I/O: the client's bytes in, what they hold and what is to be sent out."""

from __future__ import annotations

import ssl

__all__ = ["ALERT", "ListenerTls"]

ALERT = bytes.fromhex("15030300020250")
"""What Kafka's TLS says to whoever doesn't speak it: an internal error. OpenSSL's would say nothing."""

_READ_SIZE = 256 * 1024


class ListenerTls:
    """One connection's encryption. Until `agreed` is set, both sides say nothing else than the handshake."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self.agreed = False

    def decrypted(self, data: bytes) -> bytes:
        """Take in the client's bytes and give what they hold. Raises `ssl.SSLError`; `to_send` then has the alert."""
        self._incoming.write(data)
        held: list[bytes] = []
        try:
            if not self.agreed:
                self._tls.do_handshake()
                self.agreed = True
            while piece := self._tls.read(_READ_SIZE):
                held.append(piece)
        except (ssl.SSLWantReadError, ssl.SSLZeroReturnError, ssl.SSLEOFError):
            pass
        return b"".join(held)

    def answered(self, data: bytes) -> bytes:
        """What the handshake answers to the client's first bytes."""
        self.decrypted(data)
        return self.to_send()

    def encrypted(self, data: bytes) -> bytes:
        """What to send so that the client reads `data`."""
        view = memoryview(data)
        while view:
            view = view[self._tls.write(view) :]
        return self.to_send()

    def to_send(self) -> bytes:
        """What the handshake has to say."""
        return self._outgoing.read()
