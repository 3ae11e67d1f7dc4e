"""A forward proxy on loopback, SOCKS5 or HTTP CONNECT, in threads of its own. It keeps what it was asked for."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

__all__ = ["ForwardProxy"]


class ForwardProxy:
    """Takes either protocol, told by the first byte. `login`: name and password that it wants; nothing without.

    `routes` maps names that only it can resolve to addresses.
    """

    def __init__(
        self, *, login: tuple[str, str] | None = None, routes: dict[str, tuple[str, int]] | None = None
    ) -> None:
        self.asked: list[str] = []
        self._login = login
        self._routes = routes or {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = "{}:{}".format(*self._listener.getsockname())
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()
        for each in [self._listener, *self._sockets]:
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._sockets.append(client)
                self._start(self._serve, client)

    def _start(self, run: object, *args: socket.socket) -> None:
        thread = threading.Thread(target=run, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            first = client.recv(1)
            target = self._socks5(client) if first == b"\x05" else self._http(client, first)
            if target is None:
                client.shutdown(socket.SHUT_RDWR)
                return
            self._start(_pump, target, client)
            _pump(client, target)

    def _connected(self, host: str, port: int) -> socket.socket | None:
        self.asked.append(f"{host}:{port}")
        try:
            upstream = socket.create_connection(self._routes.get(host, (host, port)))
        except OSError:
            return None
        self._sockets.append(upstream)
        return upstream

    def _http(self, client: socket.socket, head: bytes) -> socket.socket | None:
        while b"\r\n\r\n" not in head:
            head += client.recv(1)
        if self._login is not None:
            login = base64.b64encode(":".join(self._login).encode())
            if b"Proxy-Authorization: Basic " + login + b"\r\n" not in head:
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
                return None
        host, _, port = head.split()[1].decode().rpartition(":")
        upstream = self._connected(host.strip("[]"), int(port))
        client.sendall(
            b"HTTP/1.1 502 Bad Gateway\r\n\r\n" if upstream is None else b"HTTP/1.1 200 OK\r\nVia: us\r\n\r\n"
        )
        return upstream

    def _socks5(self, client: socket.socket) -> socket.socket | None:
        methods = client.recv(client.recv(1)[0])
        wanted = 0 if self._login is None else 2
        if wanted not in methods:
            client.sendall(b"\x05\xff")
            return None
        client.sendall(bytes([5, wanted]))
        if self._login is not None:
            client.recv(1)
            said = tuple(client.recv(client.recv(1)[0]).decode() for _ in range(2))
            client.sendall(b"\x01\x00" if said == self._login else b"\x01\x01")
            if said != self._login:
                return None
        kind = client.recv(4)[3]
        if kind == 3:
            host = client.recv(client.recv(1)[0]).decode()
        else:
            host = socket.inet_ntop(
                *((socket.AF_INET, client.recv(4)) if kind == 1 else (socket.AF_INET6, client.recv(16)))
            )
        upstream = self._connected(host, int.from_bytes(client.recv(2)))
        client.sendall(bytes([5, 5 if upstream is None else 0, 0, 1]) + bytes(6))
        return upstream


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
