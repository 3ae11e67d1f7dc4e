"""Settings of a client, checked when they are made."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from kafkaadmin.errors import ConfigurationError
from kafkaadmin.events import Observer
from kafkaadmin.security import Security, SecurityProvider

__all__ = ["Address", "ClientConfig", "Proxy", "RetryPolicy", "TranslateAddress", "parse_addresses"]


class Address(NamedTuple):
    """Where a broker listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


TranslateAddress = Callable[[Address], "Address | tuple[str, int]"]
"""Says where a broker's address really leads: to a forwarded port, or behind a NAT. It must not block."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that connections go through.

    What is said to it goes in clear text, the password too: it belongs into the same trusted network.
    """

    kind: Literal["socks5", "http"]
    address: Address
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"proxy {self.kind}://{self.address}"

    @classmethod
    def parse(cls, url: str) -> Proxy:
        """Read `socks5://host:port` or `http://user:password@host:port`. Raises `ConfigurationError`."""
        try:
            parted = urlsplit(url)
            port = parted.port
        except ValueError:
            raise ConfigurationError("proxy: that is no address") from None
        if parted.scheme not in ("socks5", "http") or not parted.hostname or not port or parted.path.strip("/"):
            raise ConfigurationError("proxy must be 'socks5://host:port' or 'http://host:port'")
        username = None if parted.username is None else unquote(parted.username)
        password = None if parted.password is None else unquote(parted.password)
        if any(len(part.encode()) > _LONGEST_LOGIN for part in (username or "", password or "")):
            raise ConfigurationError(f"proxy: its name or password is longer than {_LONGEST_LOGIN} bytes")
        return cls(parted.scheme, Address(parted.hostname, port), username, password)  # type: ignore[arg-type]


_LONGEST_LOGIN = 255


def parse_addresses(servers: str | Iterable[str], setting: str = "bootstrap_servers") -> tuple[Address, ...]:
    """Read `"host:port,host:port"`, or a sequence of such; IPv6 hosts stand in brackets. Doubles are dropped.

    `setting` is what an error calls it.
    """
    _require_addresses(servers, setting)
    parts = (
        servers.split(",")
        if isinstance(servers, str)
        else [part for server in servers for part in _split(server, setting)]
    )
    addresses = tuple(dict.fromkeys(_address(part.strip(), setting) for part in parts))
    if not addresses:
        raise ConfigurationError(f"{setting} names no address")
    return addresses


def _require_addresses(servers: object, setting: str) -> None:
    if isinstance(servers, bytes) or not isinstance(servers, Iterable):
        raise ConfigurationError(f"{setting} must be 'host:port,…' or a sequence of such, not {servers!r}")


def _split(server: object, setting: str) -> list[str]:
    if not isinstance(server, str):
        raise ConfigurationError(f"{setting}: {server!r} is not 'host:port'")
    return server.split(",")


def _address(text: str, setting: str) -> Address:
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if bracketed:
        host = host[1:-1]
    if not colon or not host or (":" in host) != bracketed or any(c.isspace() or c in "/@[]" for c in host):
        raise ConfigurationError(f"{setting}: {text!r} is not 'host:port'")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ConfigurationError(f"{setting}: {text!r}: the port must be a number from 1 to 65535")
    return Address(host, int(port))


def _positive(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        raise ConfigurationError(f"{name} must be a number above 0, not {value!r}")


def _named(name: str, value: object) -> None:
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{name} must be a text that is not empty, not {value!r}")


def _require(value: object, kind: Any, told: str) -> None:
    if not isinstance(value, kind):
        raise ConfigurationError(f"{told}, not {value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Pauses between tries, in seconds: full jitter below a bound that doubles from `initial` up to `maximum`.

    How long a call tries is not bounded here: its deadline does that.
    """

    initial: float = 0.05
    maximum: float = 1.0

    def __post_init__(self) -> None:
        _positive("RetryPolicy.initial", self.initial)
        _positive("RetryPolicy.maximum", self.maximum)
        if self.maximum < self.initial:
            raise ConfigurationError(f"RetryPolicy.maximum ({self.maximum}) is below initial ({self.initial})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """All that a client is told. Times are in seconds, sizes in bytes; see `AdminClient` for what each does."""

    bootstrap_servers: tuple[Address, ...] = ()
    bootstrap_controllers: tuple[Address, ...] = ()
    security: Security | SecurityProvider | None = None
    proxy: Proxy | None = None
    translate_address: TranslateAddress | None = None
    client_id: str = "kafkaadmin"
    timeout: float = 60.0
    request_timeout: float = 30.0
    connect_timeout: float = 10.0
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    max_idle: float = 540.0
    suspect_after: float = 1.5
    confirm_after: float = 3.0
    hedge_after: float = 0.5
    max_response_bytes: int = 100 * 1024 * 1024
    observers: tuple[Observer, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.bootstrap_servers) is bool(self.bootstrap_controllers):
            raise ConfigurationError("a client needs bootstrap_servers or bootstrap_controllers, and never both")
        for name in ("timeout", "request_timeout", "connect_timeout", "max_idle", "suspect_after", "hedge_after"):
            _positive(name, getattr(self, name))
        _positive("max_response_bytes", self.max_response_bytes)
        if self.confirm_after:
            _positive("confirm_after", self.confirm_after)
        if self.security is not None:
            _require(
                self.security, (Security, Callable), "security must be a Security, or an async function giving one"
            )
        if self.translate_address is not None:
            _require(self.translate_address, Callable, "translate_address must be a function")
        _named("client_id", self.client_id)
        if len(self.client_id.encode()) > 32767:
            raise ConfigurationError("client_id is longer than Kafka's 32767 bytes")
        _require(self.retry, RetryPolicy, "retry must be a RetryPolicy")
        for observer in self.observers:
            _require(observer, Callable, "each of observers must be a function")

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where the client begins: brokers, or controllers (KIP-919)."""
        return self.bootstrap_servers or self.bootstrap_controllers

    @property
    def node_noun(self) -> str:
        """What those are called in messages."""
        return "controller" if self.bootstrap_controllers else "broker"
