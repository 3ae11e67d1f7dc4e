"""Names that a test resolves itself, to addresses and ports as it likes, and can change meanwhile."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any

import anyio
import anyio.lowlevel
import pytest

__all__ = ["Names"]


class Names:
    """The resolver of a test: in place of the system's, for every name that isn't an address itself."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._places: dict[str, list[tuple[str, int]]] = {}
        self.asked: list[str] = []
        """Every question, in order."""
        self._news: anyio.Event | None = None
        monkeypatch.setattr(anyio, "getaddrinfo", self._resolve)

    def point(self, name: str, *servers: str) -> None:
        """From now on a name stands for these servers, `host:port` each, in this order; none: it doesn't resolve."""
        self._places[name] = [place for server in servers for place in _places(server.split(","))]

    async def asked_times(self, times: int) -> None:
        """Wait until so many questions have been asked."""
        while len(self.asked) < times:
            self._news = anyio.Event()
            await self._news.wait()

    async def _resolve(self, host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        await anyio.lowlevel.checkpoint()
        self.asked.append(host)
        if self._news is not None:
            self._news.set()
        if not self._places.get(host):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in self._places[host]]


def _places(servers: Iterable[str]) -> Iterable[tuple[str, int]]:
    for server in servers:
        host, _, port = server.rpartition(":")
        yield host, int(port)
