"""Where bearer tokens come from: the providers that KIP-768 names, for `SaslOAuthBearer`.

security = Security(tls=Tls(), sasl=SaslOAuthBearer(ClientCredentials(url, "client", "secret")))
"""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from os import PathLike
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlencode, urlsplit, urlunsplit

import anyio.to_thread

from kafkaadmin.errors import AuthenticationError, ConfigurationError, ConnectError
from kafkaadmin.security import OAuthToken

__all__ = ["ClientCredentials", "TokenFile"]

_LARGEST_ANSWER: Final = 1024 * 1024
_RENEW_AT: Final = 0.8
"""The part of a token's life after which the next connection fetches another one (KIP-768)."""


@dataclass(frozen=True, slots=True)
class TokenFile:
    """Reads the token from a file, anew for each connection: whoever renews it there need tell nobody."""

    path: str | PathLike[str]
    extensions: Mapping[str, str] = field(default_factory=dict[str, str])

    async def __call__(self) -> OAuthToken:
        """The file's text, without white space at its ends. Raises `ConfigurationError` where it can't be read."""
        try:
            text = await anyio.to_thread.run_sync(Path(self.path).read_text)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"the token's file can't be read: {error}") from error
        return OAuthToken(text.strip(), self.extensions)


class ClientCredentials:
    """Fetches a token from an OAuth server by a client's id and secret (RFC 6749, 4.4), and keeps it while it is fresh.

    The secret goes to the address that is given and to no other: redirects aren't followed, proxies aren't used.

    Args:
        token_endpoint: the server's address, `https://…`.
        client_id, client_secret: as the server knows the client.
        scope: what is asked for, where the server wants to be told.
        extensions: for the broker, with the token (KIP-342).
        context: for the server's certificate; the system's authorities unless given.
        timeout: seconds that the server may take.
    """

    def __init__(
        self,
        token_endpoint: str,
        client_id: str,
        client_secret: str,
        *,
        scope: str | None = None,
        extensions: Mapping[str, str] | None = None,
        context: ssl.SSLContext | None = None,
        timeout: float = 10.0,
    ) -> None:
        address = urlsplit(token_endpoint)
        if address.scheme not in ("http", "https") or not address.netloc:
            raise ConfigurationError(f"token_endpoint must be an https address, not {token_endpoint!r}")
        self._endpoint = token_endpoint
        self._credentials = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._scope = scope
        self._extensions = dict(extensions or {})
        self._secure, self._host = address.scheme == "https", address.netloc
        self._path = urlunsplit(("", "", address.path or "/", address.query, ""))
        self._context = context
        self._timeout = timeout
        self._token: OAuthToken | None = None
        self._renew_at = 0.0

    def __repr__(self) -> str:
        return f"ClientCredentials({self._endpoint!r})"

    async def __call__(self) -> OAuthToken:
        """The token at hand, or a new one.

        Raises `AuthenticationError` when the server refuses or makes no sense, `ConnectError` when it can't be reached.
        """
        if self._token is None or anyio.current_time() >= self._renew_at:
            token, lifetime = await anyio.to_thread.run_sync(self._fetch, abandon_on_cancel=True)
            self._token, self._renew_at = token, anyio.current_time() + _RENEW_AT * lifetime
        return self._token

    def _fetch(self) -> tuple[OAuthToken, float]:
        form = {"grant_type": "client_credentials"} | ({"scope": self._scope} if self._scope else {})
        headers = {
            "Authorization": f"Basic {self._credentials}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        connection = self._connection()
        try:
            connection.request("POST", self._path, urlencode(form), headers)
            with connection.getresponse() as answer:
                body = answer.read(_LARGEST_ANSWER)
        except (OSError, HTTPException) as error:
            raise ConnectError(f"{self._endpoint}: {getattr(error, 'strerror', None) or error}") from error
        finally:
            connection.close()
        if answer.status != HTTPStatus.OK:
            raise self._refusal(answer.status, answer.reason, body)
        return self._read(body)

    def _connection(self) -> HTTPConnection:
        if self._secure:
            return HTTPSConnection(self._host, timeout=self._timeout, context=self._context)
        return HTTPConnection(self._host, timeout=self._timeout)

    def _refusal(self, status: int, reason: str, body: bytes) -> AuthenticationError | ConnectError:
        """What the server says of it (RFC 6749, 5.2). It never repeats the secret, but it is kept short."""
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return ConnectError(f"{self._endpoint}: {status} {reason}")
        said = _json(body)
        why = said.get("error_description") or said.get("error")
        told = f" ({why[:200]})" if isinstance(why, str) else ""
        return AuthenticationError(f"{self._endpoint}: no token: {status} {reason}{told}")

    def _read(self, body: bytes) -> tuple[OAuthToken, float]:
        said = _json(body)
        token, lifetime = said.get("access_token"), said.get("expires_in", 0)
        if not isinstance(token, str) or not token:
            raise AuthenticationError(f"{self._endpoint}: the answer holds no access_token")
        seconds = float(lifetime) if isinstance(lifetime, int | float) and not isinstance(lifetime, bool) else 0.0
        return OAuthToken(token, self._extensions), max(0.0, seconds)


def _json(body: bytes) -> dict[str, Any]:
    try:
        said: Any = json.loads(body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", said) if isinstance(said, dict) else {}
