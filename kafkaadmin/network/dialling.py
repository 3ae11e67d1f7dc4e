"""How a stream to a broker is opened where there is no plain way: through a proxy, or at another address.

What is said to a proxy goes in clear text, its password too; what is said through it is as safe as the security of the
connection makes it.
"""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Callable, Mapping
from typing import Final

from kafkaadmin.config import Address, Proxy, TranslateAddress
from kafkaadmin.errors import AuthenticationError, ConfigurationError, ConnectError
from kafkaadmin.network.stream import Stream
from kafkaadmin.network.transport import open_tcp

__all__ = ["Dialler"]

_LONGEST_ANSWER: Final = 16 * 1024
_FOREVER: Final = float("inf")

_NO_LOGIN, _BY_PASSWORD, _NONE_OF_THEM = 0, 2, 0xFF
_SOCKS_REASONS: Final[Mapping[int, str]] = {
    1: "it failed",
    2: "its rules forbid it",
    3: "the network can't be reached",
    4: "the host can't be reached",
    5: "the connection was refused",
    6: "it took too long",
    7: "it knows no CONNECT",
    8: "it knows no such kind of address",
}


class Dialler:
    """Opens streams to brokers, by way of a proxy and of the caller's addresses, where there are such."""

    def __init__(self, proxy: Proxy | None = None, translate: TranslateAddress | None = None) -> None:
        self._proxy = proxy
        self._translate = translate

    async def __call__(self, address: Address, *, skip: int = 0) -> Stream:
        """A stream to `address`; `skip` as for `open_tcp`. Raises `ConnectError`, `AuthenticationError`."""
        target = address if self._translate is None else _checked(self._translate(address))
        if self._proxy is None:
            return await open_tcp(target, skip=skip)
        stream = await open_tcp(self._proxy.address, skip=skip)
        try:
            await (_socks5 if self._proxy.kind == "socks5" else _http)(_Talk(stream, self._proxy, target))
        except OSError as error:
            stream.close()
            raise ConnectError(f"{target}: {self._proxy}: {error.strerror or error}") from error
        except BaseException:
            stream.close()
            raise
        return stream


def _checked(address: object) -> Address:
    if isinstance(address, Address):
        return address
    if isinstance(address, tuple) and [type(part) for part in address] == [str, int]:  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]
        return Address(*address)  # pyright: ignore[reportUnknownArgumentType]
    raise ConfigurationError(f"translate_address must give a host and a port, not {address!r}")


class _Talk:
    """What is said to a proxy before it steps aside."""

    def __init__(self, stream: Stream, proxy: Proxy, target: Address) -> None:
        self.proxy = proxy
        self.target = target
        self._stream = stream
        self._heard = b""

    async def say(self, data: bytes) -> None:
        if not self._stream.write(data):
            await self._stream.drain()

    async def hear(self, enough: Callable[[bytes], int]) -> bytes:
        """What the proxy says, up to where `enough` finds the end of it; 0 is not yet."""
        while not (end := enough(self._heard)):
            if len(self._heard) > _LONGEST_ANSWER:
                raise self.trouble("it talks without end")
            data = await self._stream.receive(_FOREVER)
            if not data:
                raise self.trouble("it hung up")
            self._heard += data
        heard, self._heard = self._heard[:end], self._heard[end:]
        return heard

    async def hear_bytes(self, count: int) -> bytes:
        return await self.hear(lambda heard: count if len(heard) >= count else 0)

    def trouble(self, why: str) -> ConnectError:
        return ConnectError(f"{self.target}: {self.proxy}: {why}")

    def refusal(self, why: str) -> AuthenticationError:
        return AuthenticationError(f"{self.target}: {self.proxy}: {why}")


async def _http(talk: _Talk) -> None:
    """HTTP CONNECT (RFC 9110, 9.3.6)."""
    proxy = talk.proxy
    lines = [f"CONNECT {talk.target} HTTP/1.1", f"Host: {talk.target}"]
    if proxy.username is not None:
        login = base64.b64encode(f"{proxy.username}:{proxy.password or ''}".encode()).decode()
        lines.append(f"Proxy-Authorization: Basic {login}")
    await talk.say("\r\n".join([*lines, "", ""]).encode())
    answer = await talk.hear(lambda heard: heard.find(b"\r\n\r\n") + 4 if b"\r\n\r\n" in heard else 0)
    words = answer.split(b"\r\n", 1)[0].decode("ascii", "replace").split(" ", 2)
    status = words[1] if len(words) > 1 and words[0].startswith("HTTP/1.") else ""
    if status == "407":
        raise talk.refusal("it wants a login" if proxy.username is None else "it refuses the login")
    if not status.startswith("2"):
        raise talk.trouble(f"it won't connect: {' '.join(words[1:])[:200]!r}")


async def _socks5(talk: _Talk) -> None:
    """SOCKS5 (RFC 1928), with a password where there is one (RFC 1929). Names are for the proxy to resolve."""
    await _log_in(talk)
    host, port = _socks_host(talk), talk.target.port.to_bytes(2)
    await talk.say(b"\x05\x01\x00" + host + port)
    version, status, _, kind = await talk.hear_bytes(4)
    if version != 5:
        raise talk.trouble("it speaks no SOCKS5")
    if status:
        raise talk.trouble(_SOCKS_REASONS.get(status, f"it answers {status}"))
    if kind == 3:
        await talk.hear_bytes((await talk.hear_bytes(1))[0] + 2)
    else:
        await talk.hear_bytes({1: 4, 4: 16}.get(kind, 4) + 2)


async def _log_in(talk: _Talk) -> None:
    proxy = talk.proxy
    wanted = _NO_LOGIN if proxy.username is None else _BY_PASSWORD
    await talk.say(bytes([5, 1, wanted]))
    version, chosen = await talk.hear_bytes(2)
    if version != 5:
        raise talk.trouble("it speaks no SOCKS5")
    if chosen != wanted:
        raise talk.refusal("it wants a login" if wanted == _NO_LOGIN else "it takes no login by password")
    if proxy.username is not None:
        name, password = proxy.username.encode(), (proxy.password or "").encode()
        await talk.say(b"\x01" + bytes([len(name)]) + name + bytes([len(password)]) + password)
        if (await talk.hear_bytes(2))[1]:
            raise talk.refusal("it refuses the login")


def _socks_host(talk: _Talk) -> bytes:
    host = talk.target.host
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("idna")
        if len(name) > 255:
            raise talk.trouble("the broker's name is too long for SOCKS5") from None
        return b"\x03" + bytes([len(name)]) + name
    return (b"\x01" if address.version == 4 else b"\x04") + address.packed
