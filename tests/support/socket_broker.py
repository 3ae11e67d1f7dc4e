"""The least of a broker, on a real loopback socket and in threads of its own: it greets, answers, and dies on command.

What happens to its sockets happens at once, in the caller's thread: the client's event loop need not turn in between.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from kafkaadmin.config import Address
from kafkawire import DecodeError, Response
from kafkawire.framing import FrameReader
from kafkawire.headers import read_request, write_response
from tests.support.streams import Received, greet

_MAX_REQUEST_BYTES = 100 * 1024 * 1024
_RESET = struct.pack("ii", 1, 0)


class SocketBroker:
    """Listens on a free port of `host`.

    Args:
        answer: the response to a request that isn't a handshake; `None` leaves it without an answer.
        tls: a server's context, to speak TLS.
    """

    def __init__(
        self,
        answer: Callable[[Received], Response | None] = lambda _: None,
        *,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._answer = answer
        self._tls = tls
        self._listener = socket.create_server((host, 0))
        self.address = Address(host, self._listener.getsockname()[1])
        self.requests: list[Received] = []
        self.accepted: list[socket.socket] = []
        self._reading = threading.Event()
        self._reading.set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._reading.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self.drop()
        for thread in self._threads:
            thread.join()
        self._listener.close()
        for sock in self.accepted:
            sock.close()

    def drop(self, how: str = "fin") -> None:
        """End all connections: `fin` in order, `rst` by a reset."""
        for sock, thread in zip(self.accepted, self._threads[1:], strict=True):
            with contextlib.suppress(OSError):
                if how == "rst":
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                sock.shutdown(socket.SHUT_RDWR if how == "fin" else socket.SHUT_RD)
            if how == "rst":
                thread.join()  # while it receives, closing sends nothing
                sock.close()

    def stop_reading(self) -> None:
        """Read no further: the client's requests pile up."""
        self._reading.clear()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                if self._tls is not None:
                    sock = self._tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
                thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
                self._threads.append(thread)
                self.accepted.append(sock)
                thread.start()

    def _serve(self, sock: socket.socket) -> None:
        frames = FrameReader(_MAX_REQUEST_BYTES)
        with contextlib.suppress(OSError):
            try:
                while data := sock.recv(65536):
                    for frame in frames.feed(data):
                        self._handle(sock, frame)
                    self._reading.wait()
            except DecodeError:
                sock.shutdown(socket.SHUT_RDWR)  # as Kafka does, at a request that is too large to be one

    def _handle(self, sock: socket.socket, frame: bytes) -> None:
        header, request = read_request(frame)
        received = Received(header.correlation_id, header.request_api_version, request)
        self.requests.append(received)
        data = greet(received)
        response = None if data is not None else self._answer(received)
        if response is not None:
            data = write_response(response, received.version, received.correlation_id)
        if data is not None:
            sock.sendall(data)
