"""Free TCP ports below the ephemeral range.

A client's own outgoing socket could otherwise be given the port of a broker that is down, and keep it from coming back.
"""

import random
import socket
from dataclasses import dataclass

HOST = "127.0.0.1"
FIRST, LAST = 20_000, 32_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One broker's ports on this host.

    `controller` and `direct` are its own. Clients that bootstrap through the proxies are sent to `proxy`, which passes
    their bytes on to the broker's own `behind`.
    """

    controller: int
    direct: int
    behind: int
    proxy: int


def allocate_ports(brokers: int) -> dict[int, Ports]:
    """Ports for brokers 1 to N."""
    free = iter(free_ports(4 * brokers))
    return {
        broker: Ports(controller=next(free), direct=next(free), behind=next(free), proxy=next(free))
        for broker in range(1, brokers + 1)
    }


def free_ports(count: int) -> list[int]:
    """Distinct ports, in random order, that nobody listens on now."""
    found: set[int] = set()
    while len(found) < count:
        port = random.randrange(FIRST, LAST)
        if _is_free(port):
            found.add(port)
    return list(found)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
