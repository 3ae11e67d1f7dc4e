"""TLS and SASL: connections that prove both ends."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import anyio
import anyio.to_thread

from kafkaadmin.config import Address
from kafkaadmin.errors import AuthenticationError, ConfigurationError, ConnectError
from kafkaadmin.network.authentication import Ask, Authenticate, Dial, Opened
from kafkaadmin.network.stream import Stream
from kafkaadmin.network.tls import TlsStream, refusal
from kafkaadmin.network.transport import open_tcp
from kafkaadmin.security import (
    PemSource,
    Sasl,
    SaslGssapi,
    SaslMskIam,
    SaslOAuthBearer,
    SaslPlain,
    SaslScram,
    Security,
    SecurityProvider,
    Tls,
)
from kafkawire import ErrorCode, Session, sasl
from kafkawire.messages import ApiVersionsRequest, SaslAuthenticateRequest, SaslHandshakeRequest

__all__ = ["Secured"]

T = TypeVar("T")

_TOKENS_ENVELOPED: Final = 1
"""The version of SaslHandshake after which tokens travel in SaslAuthenticate; after 0 they would be bare bytes."""

_ASKING_SECONDS: Final = 1.0
"""How long a listener may take to show that it is a plaintext one."""

_ROUNDS: Final = 10
"""More steps than any mechanism has: a broker that goes on is refused."""


class Secured:
    """TLS, SASL, or both, as configured; a provider is asked for each connection."""

    def __init__(self, security: Security | SecurityProvider, dial: Dial = open_tcp) -> None:
        self._security = security
        self._dial = dial
        self._contexts: dict[tuple[Tls, tuple[int, ...]], ssl.SSLContext] = {}

    async def open(self, address: Address, *, skip: int = 0) -> Opened:
        security = await self._said()
        stream = await self._dial(address, skip=skip)
        try:
            if security.tls is not None:
                stream = await self._encrypted(stream, address, security.tls)
            if security.sasl is None:
                return Opened(stream, None)
            return Opened(stream, await _login(security.sasl, address), partial(self._renew, security, address))
        except BaseException:
            stream.close()
            raise

    async def _said(self) -> Security:
        return self._security if isinstance(self._security, Security) else _checked(await self._security())

    async def _renew(self, before: Security, address: Address) -> Authenticate | None:
        """Another login on a connection made by `before`: brokers want the same mechanism there, and the same user."""
        now = await self._said()
        if now.sasl is None or now.tls != before.tls or _who(now.sasl) != _who(before.sasl):
            return None
        return await _login(now.sasl, address)

    async def _encrypted(self, under: Stream, address: Address, tls: Tls) -> Stream:
        stream = TlsStream(under, await self._context(tls), tls.server_hostname or address.host, str(address))
        try:
            await stream.handshake()
        except ssl.SSLError as error:
            raise refusal(error, str(address)) from error
        except OSError as error:
            stream.close()
            if await self._speaks_in_clear(address):
                raise AuthenticationError(f"{address}: TLS: the listener is a plaintext one") from error
            raise ConnectError(f"{address}: {error.strerror or error}") from error
        return stream

    async def _speaks_in_clear(self, address: Address) -> bool:
        """Whether a listener that hung up on a TLS handshake is a plaintext one.

        Kafka's hang up on what they can't read, and so does a broker that is going away. What is asked here says
        nothing of us, and is the same for everybody; whatever comes back, nothing more is said.
        """
        correlation_id, question = Session(None).send(ApiVersionsRequest(), 0)
        with anyio.move_on_after(_ASKING_SECONDS):
            try:
                stream = await self._dial(address)
            except (ConnectError, AuthenticationError):
                return False
            try:
                stream.write(question)
                answer = await stream.receive(anyio.current_time() + _ASKING_SECONDS)
            except OSError:
                return False
            finally:
                stream.close()
            return answer is not None and answer[4:8] == correlation_id.to_bytes(4)
        return False

    async def _context(self, tls: Tls) -> ssl.SSLContext:
        """One context for all connections, until one of its files changes."""
        if tls.context is not None:
            return tls.context
        files = [Path(source) for source in (tls.ca, tls.certificate, tls.key) if source and not _is_pem(source)]
        try:
            key = tls, tuple(file.stat().st_mtime_ns for file in files)
            if key not in self._contexts:
                made = await anyio.to_thread.run_sync(make_context, tls)  # reads files, and the system's authorities
                self._contexts = {key: made}
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise ConfigurationError(f"Tls: {_told(error)}") from error
        return self._contexts[key]


def _checked(provided: object) -> Security:
    if not isinstance(provided, Security):
        raise ConfigurationError(f"security: the provider gave a {type(provided).__name__}, not a Security")
    return provided


def _told(error: Exception) -> str:
    name = getattr(error, "filename", None)
    reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or str(error)
    return f"{name}: {reason}" if name else str(reason)


def make_context(tls: Tls) -> ssl.SSLContext:
    """What `Tls` says, as the standard library has it. Reads files. Raises `OSError`, `ssl.SSLError`."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.ca is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if _is_pem(tls.ca):
            context.load_verify_locations(cadata=str(tls.ca))
        else:
            context.load_verify_locations(cafile=os.fspath(tls.ca))
    context.check_hostname = not tls.insecure_skip_hostname_verification
    if tls.certificate is not None:
        # An empty password, rather than none, keeps OpenSSL from asking for one on the terminal.
        password = tls.key_password or ""
        with _as_file(tls.certificate) as certificate, _as_file(tls.key or tls.certificate) as key:
            try:
                context.load_cert_chain(certificate, key, lambda: password)
            except ssl.SSLError as error:
                why = f"no PEM, of two kinds, or not opened by key_password ({error.reason or error})"
                raise ValueError(f"certificate and key can't be read: {why}") from error
    return context


def _is_pem(source: PemSource) -> bool:
    return isinstance(source, str) and source.lstrip().startswith("-----BEGIN")


@contextmanager
def _as_file(source: PemSource) -> Generator[str]:
    """OpenSSL reads certificates from files only: PEM text is put into one that only we can read, for a moment."""
    if not _is_pem(source):
        yield os.fspath(source)
        return
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(str(source))
        file.flush()
        yield file.name


class _Exchange:
    """SASL on one connection: SaslHandshake chooses the mechanism, SaslAuthenticate carries its tokens (KIP-152)."""

    def __init__(self, mechanism: sasl.SaslMechanism, address: Address) -> None:
        self._mechanism = mechanism
        self._address = address

    async def run(self, ask: Ask) -> float | None:
        mechanism = self._mechanism
        where = f"{self._address}: SASL {mechanism.name}"
        await self._choose(ask, mechanism.name, where)
        token = await self._next(where, mechanism.start)
        for _ in range(_ROUNDS):
            answer = await ask(SaslAuthenticateRequest(auth_bytes=token))
            if answer.error_code:
                raise _refused(where, answer.error_code, answer.error_message)
            reply = await self._next(where, mechanism.step, answer.auth_bytes)
            if reply is None:
                return answer.session_lifetime_ms / 1000 if answer.session_lifetime_ms > 0 else None
            token = reply
        raise AuthenticationError(f"{where}: the broker goes on and on")

    async def _next(self, where: str, step: Callable[..., T], *challenge: bytes) -> T:
        """Our next token. In a thread: SCRAM hashes for milliseconds, Kerberos asks its servers."""
        try:
            return await anyio.to_thread.run_sync(step, *challenge)
        except sasl.SaslError as error:
            raise AuthenticationError(f"{where}: {error}") from error

    async def _choose(self, ask: Ask, name: str, where: str) -> None:
        answer = await ask(SaslHandshakeRequest(mechanism=name), at_most=_TOKENS_ENVELOPED)
        if answer.error_code == ErrorCode.UNSUPPORTED_SASL_MECHANISM:
            offered = ", ".join(sorted(answer.mechanisms)) or "none"
            raise AuthenticationError(f"{where}: the broker doesn't take it; it takes {offered}")
        if answer.error_code == ErrorCode.ILLEGAL_SASL_STATE:
            raise AuthenticationError(f"{where}: the listener takes no login (ILLEGAL_SASL_STATE), or not now")
        if answer.error_code:
            raise _refused(where, answer.error_code, None)


async def _login(config: Sasl, address: Address) -> Authenticate:
    """An exchange that only has to be run: tokens have been asked for."""
    try:
        return _Exchange(await _mechanism(config, address.host), address).run
    except AuthenticationError as error:  # whoever gives tokens or credentials doesn't know whom they are for
        name = "AWS_MSK_IAM" if isinstance(config, SaslMskIam) else "OAUTHBEARER"
        raise AuthenticationError(f"{address}: SASL {name}: {error}") from error


def _who(config: Sasl | None) -> object:
    """What may not change while a session is renewed, as far as it can be told."""
    if isinstance(config, SaslScram):
        return config.mechanism, config.username, config.token
    if isinstance(config, SaslPlain):
        return SaslPlain, config.username
    return (SaslGssapi, config.principal) if isinstance(config, SaslGssapi) else type(config)


def _refused(where: str, code: int, message: str | None) -> AuthenticationError:
    return AuthenticationError(f"{where}: {message or ErrorCode(code).name}")


async def _mechanism(config: Sasl, host: str) -> sasl.SaslMechanism:
    try:
        if isinstance(config, SaslPlain):
            return sasl.Plain(config.username, config.password)
        if isinstance(config, SaslOAuthBearer):
            token = await config.token()
            if isinstance(token, str):
                return sasl.OAuthBearer(token)
            return sasl.OAuthBearer(token.value, token.extensions)
        if isinstance(config, SaslGssapi):
            from kafkaadmin.network.kerberos import Kerberos

            return Kerberos(config, host)
        if isinstance(config, SaslMskIam):
            from kafkaadmin.aws import msk_iam

            return await anyio.to_thread.run_sync(msk_iam, config, host)
        algorithm = {"SCRAM-SHA-256": "sha256", "SCRAM-SHA-512": "sha512"}[config.mechanism]
        return sasl.Scram(algorithm, config.username, config.password, token=config.token)
    except ValueError as error:
        raise ConfigurationError(f"security: {error}") from error
