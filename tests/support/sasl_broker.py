"""A broker's side of SASL, by the books: what it asks for, and what it makes of the answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from kafkawire import ErrorCode, Response
from kafkawire.messages import (
    ListGroupsRequest,
    ListGroupsResponse,
    SaslAuthenticateRequest,
    SaslAuthenticateResponse,
    SaslHandshakeRequest,
    SaslHandshakeResponse,
)
from tests.support.streams import Received

__all__ = ["SaslBroker"]

SALT, ITERATIONS = b"salt of the earth", 4096


@dataclass
class SaslBroker:
    """Answers SaslHandshake and SaslAuthenticate, and ListGroups once somebody has authenticated.

    One exchange at a time: connections that authenticate side by side would mix.
    """

    users: dict[str, str] = field(default_factory=dict[str, str])
    tokens: set[str] = field(default_factory=set[str])
    mechanisms: tuple[str, ...] = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER")
    session_lifetime_ms: int = 0
    authenticated: list[str] = field(default_factory=list[str])
    _mechanism: str = ""
    _said: str = ""

    def answer(self, received: Received) -> Response | None:
        match received.request:
            case SaslHandshakeRequest(mechanism=mechanism):
                self._mechanism, self._said = mechanism, ""
                code = 0 if mechanism in self.mechanisms else ErrorCode.UNSUPPORTED_SASL_MECHANISM
                return SaslHandshakeResponse(error_code=int(code), mechanisms=self.mechanisms)
            case SaslAuthenticateRequest(auth_bytes=token):
                return self._authenticate(token)
            case ListGroupsRequest():
                return ListGroupsResponse(groups=())
            case _:
                return None

    def _authenticate(self, token: bytes) -> SaslAuthenticateResponse:
        if self._mechanism == "PLAIN":
            _, user, password = token.decode().split("\0")
            return self._verdict(user, self.users.get(user) == password)
        if self._mechanism == "OAUTHBEARER":
            bearer = token.split(b"\x01")[1].decode().removeprefix("auth=Bearer ")
            return self._verdict("bearer", bearer in self.tokens)
        return self._challenge(token) if not self._said else self._prove(token)

    def _challenge(self, token: bytes) -> SaslAuthenticateResponse:
        bare = token.decode().removeprefix("n,,")
        nonce = bare.partition(",r=")[2].split(",")[0] + "theirs"
        first = f"r={nonce},s={base64.b64encode(SALT).decode()},i={ITERATIONS}"
        self._said = f"{bare},{first}"
        return SaslAuthenticateResponse(auth_bytes=first.encode())

    def _prove(self, token: bytes) -> SaslAuthenticateResponse:
        algorithm = "sha" + self._mechanism.rpartition("-")[2]
        user = self._said.partition("n=")[2].split(",")[0]
        final, _, proof = token.decode().partition(",p=")
        message = f"{self._said},{final}".encode()
        salted = hashlib.pbkdf2_hmac(algorithm, self.users.get(user, "?").encode(), SALT, ITERATIONS)
        client_key = hmac.digest(salted, b"Client Key", algorithm)
        signature = hmac.digest(hashlib.new(algorithm, client_key).digest(), message, algorithm)
        right = bytes(a ^ b for a, b in zip(client_key, signature, strict=True)) == base64.b64decode(proof)
        server = hmac.digest(hmac.digest(salted, b"Server Key", algorithm), message, algorithm)
        return self._verdict(user, right and user in self.users, b"v=" + base64.b64encode(server))

    def _verdict(self, user: str, right: bool, token: bytes = b"") -> SaslAuthenticateResponse:
        if not right:
            return SaslAuthenticateResponse(
                error_code=int(ErrorCode.SASL_AUTHENTICATION_FAILED), error_message="Authentication failed: bad luck"
            )
        self.authenticated.append(user)
        return SaslAuthenticateResponse(auth_bytes=token, session_lifetime_ms=self.session_lifetime_ms)
