"""How a stream to a broker is opened over TCP: the name resolved, its addresses raced, the loop's own stream chosen."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import sys
from collections.abc import Iterable
from itertools import chain, zip_longest
from typing import Any, Final, NamedTuple

import anyio

from kafkaadmin.config import Address
from kafkaadmin.errors import ConnectError
from kafkaadmin.network.socket_stream import SocketStream
from kafkaadmin.network.stream import Stream

__all__ = ["open_tcp"]

_STAGGER: Final = 0.25
"""Seconds before the next address of a name is tried beside the one under way (RFC 8305)."""

_UNDER_WAY: Final = frozenset(
    {errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", errno.EWOULDBLOCK)}
)


async def open_tcp(address: Address, *, skip: int = 0) -> Stream:
    """Connect to the first address of `address.host` that accepts; several are raced (happy eyeballs).

    The name is resolved each time. Of several addresses the first `skip` come last: they have been tried (KIP-302).

    Raises `ConnectError`, `slow` when the name can't be resolved.
    """
    sock = await _dial(address, skip)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if _runs_on_asyncio():
            from kafkaadmin.network.asyncio_stream import AsyncioStream

            return await AsyncioStream.over(sock)
        return SocketStream(sock)
    except BaseException:
        sock.close()
        raise


def _runs_on_asyncio() -> bool:
    asyncio = sys.modules.get("asyncio")
    if asyncio is None:
        return False
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False


class _Target(NamedTuple):
    """One resolved address."""

    family: socket.AddressFamily
    sockaddr: tuple[Any, ...]


async def _dial(address: Address, skip: int) -> socket.socket:
    targets = _interleaved(await _resolve(address))
    first = skip % len(targets)
    targets = targets[first:] + targets[:first]
    failures: list[str] = []
    sock = await (_race(targets, failures) if len(targets) > 1 else _attempt(targets[0], failures))
    if sock is None:
        raise ConnectError(f"{address}: {'; '.join(failures)}")
    return sock


async def _resolve(address: Address) -> list[_Target]:
    if not address.host or "\0" in address.host or not 0 < address.port < 65536:
        raise ConnectError(f"{str(address)!r} is no address that one could connect to")
    try:
        targets = await _look_up(address)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ConnectError(f"{address}: the name can't be resolved: {reason}", slow=True) from error
    if not targets:
        raise ConnectError(f"{address}: the name has no address", slow=True)
    return targets


async def _look_up(address: Address) -> list[_Target]:
    if _is_numeric(address.host):  # known at once, with no need of the resolver's thread
        numeric = socket.getaddrinfo(*address, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [_Target(family, sockaddr) for family, _, _, _, sockaddr in numeric]
    found = await anyio.getaddrinfo(*address, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(_Target(family, sockaddr) for family, _, _, _, sockaddr in found))


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _interleaved(targets: list[_Target]) -> list[_Target]:
    """IPv6 and IPv4 by turns, the resolver's first choice first: a network that lacks one of them costs one stagger."""
    first = [target for target in targets if target.family == targets[0].family]
    other = [target for target in targets if target.family != targets[0].family]
    pairs: Iterable[_Target | None] = chain.from_iterable(zip_longest(first, other))
    return [target for target in pairs if target is not None]


async def _race(targets: list[_Target], failures: list[str]) -> socket.socket | None:
    winners: list[socket.socket] = []

    async def run(target: _Target, over: anyio.Event) -> None:
        sock = await _attempt(target, failures)
        over.set()
        if sock is None:
            return
        if winners:
            sock.close()
            return
        winners.append(sock)
        racers.cancel_scope.cancel()

    try:
        async with anyio.create_task_group() as racers:
            for target in targets:
                over = anyio.Event()
                racers.start_soon(run, target, over)
                with anyio.move_on_after(_STAGGER):
                    await over.wait()
    except BaseException:
        for sock in winners:
            sock.close()
        raise
    return winners[0] if winners else None


async def _attempt(target: _Target, failures: list[str]) -> socket.socket | None:
    try:
        return await _connected(target)
    except OSError as error:
        failures.append(f"{target.sockaddr[0]}: {error.strerror or error}")
        return None


async def _connected(target: _Target) -> socket.socket:
    sock = socket.socket(target.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        code = sock.connect_ex(target.sockaddr)
        if code in _UNDER_WAY:
            await anyio.wait_writable(sock)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
    except BaseException:
        sock.close()
        raise
    return sock
