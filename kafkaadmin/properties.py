"""Reads Java's `client.properties`, the file that Kafka's own tools take with `--command-config`.

What can't be taken at its word is refused by name: a setting that would silently do nothing might be the one that keeps
somebody else from listening.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from kafkaadmin.aws import MskIamToken
from kafkaadmin.config import RetryPolicy
from kafkaadmin.errors import ConfigurationError
from kafkaadmin.keystores import tls_of
from kafkaadmin.oauth import ClientCredentials, TokenFile
from kafkaadmin.security import Sasl, SaslGssapi, SaslMskIam, SaslOAuthBearer, SaslPlain, SaslScram, Security

__all__ = ["parse_properties", "settings_of"]

_PROTOCOLS: Final = {
    "PLAINTEXT": (False, False),
    "SSL": (True, False),
    "SASL_PLAINTEXT": (False, True),
    "SASL_SSL": (True, True),
}
"""Whether each has TLS, and SASL."""

_IGNORED: Final = re.compile(
    r"metadata\.(max\.age\.ms|recovery\..*)|metrics?\..*|metric\.reporters|auto\.include\.jmx\.reporter"
    r"|(receive|send)\.buffer\.bytes|retries|client\.dns\.lookup|enable\.metrics\.push|sasl\.login\.(?!callback).*"
    r"|sasl\.kerberos\.(kinit\.cmd|ticket\.renew\..*|min\.time\.before\.relogin)"
)
"""What concerns Java's machinery, and neither what is sent nor to whom."""

_SECONDS: Final = {
    "request.timeout.ms": "request_timeout",
    "default.api.timeout.ms": "timeout",
    "connections.max.idle.ms": "max_idle",
    "socket.connection.setup.timeout.max.ms": "connect_timeout",
}


def parse_properties(text: str) -> dict[str, str]:
    """What a `.properties` file says, by the rules of `java.util.Properties`."""
    joined = re.sub(r"(?<!\\)((?:\\\\)*)\\\r?\n[ \t\f]*", r"\1", text)
    said: dict[str, str] = {}
    for line in (each.lstrip(" \t\f") for each in joined.splitlines()):
        if not line or line[0] in "#!":
            continue
        parted = re.match(r"((?:\\.|[^\\:= \t\f])*)[ \t\f]*[:=]?[ \t\f]*(.*)", line, re.DOTALL)
        assert parted is not None  # noqa: S101 - it matches everything
        said[_unescaped(parted[1])] = _unescaped(parted[2])
    return said


_ESCAPES: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def _unescaped(text: str) -> str:
    def plain(found: re.Match[str]) -> str:
        return chr(int(found[1], 16)) if found[1] else _ESCAPES.get(found[2], found[2])

    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", plain, text, flags=re.DOTALL)


def settings_of(properties: str | PathLike[str] | Mapping[str, object]) -> dict[str, Any]:
    """Arguments for `AdminClient`, from a file or from what would be in it.

    Raises `ConfigurationError`, which names the property.
    """
    said = _Said(_read(properties))
    settings: dict[str, Any] = {}
    for key, name in (("bootstrap.servers", "bootstrap_servers"), ("bootstrap.controllers", "bootstrap_controllers")):
        if (servers := said.take(key)) is not None:
            settings[name] = servers
    if (client_id := said.take("client.id")) is not None:
        settings["client_id"] = client_id
    for key, name in _SECONDS.items():
        if (seconds := said.seconds(key)) is not None:
            settings[name] = seconds
    said.take("socket.connection.setup.timeout.ms")  # grows up to the .max, which is what counts
    if (retry := _retry(said)) is not None:
        settings["retry"] = retry
    security = _security(said)
    if security is not None:
        settings["security"] = security
    said.require_nothing_left()
    return settings


def _read(properties: str | PathLike[str] | Mapping[str, object]) -> dict[str, str]:
    if isinstance(properties, Mapping):
        return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in properties.items()}
    try:
        return parse_properties(Path(properties).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{properties}: {getattr(error, 'strerror', None) or error}") from error


class _Said:
    """Properties, from which each reader takes what it understands."""

    def __init__(self, said: dict[str, str]) -> None:
        self._left = said

    def take(self, key: str) -> str | None:
        """The value; `None` where nothing, or nothing but blanks, is said."""
        return self.take_even_blank(key) or None

    def take_even_blank(self, key: str) -> str | None:
        """The value, which may be empty; `None` where nothing is said."""
        value = self._left.pop(key, None)
        return None if value is None else value.strip()

    def seconds(self, key: str) -> float | None:
        value = self.take(key)
        if value is None:
            return None
        if not value.isascii() or not value.isdigit():
            raise ConfigurationError(f"{key} must be a number of milliseconds, not {value!r}")
        return int(value) / 1000

    def refuse(self, keys: str, why: str) -> None:
        """Take nothing that matches: it contradicts something else."""
        for key in list(self._left):
            if re.fullmatch(keys, key) and self.take_even_blank(key) is not None:
                raise ConfigurationError(f"{key}: {why}")

    def require_nothing_left(self) -> None:
        unknown = sorted(key for key in self._left if not _IGNORED.fullmatch(key))
        if unknown:
            raise ConfigurationError(f"{unknown[0]}: kafkaadmin knows no such property")


def _retry(said: _Said) -> RetryPolicy | None:
    # Java has two pairs of them, for connections and for requests; here is one, for whatever is tried again.
    for unused in ("reconnect.backoff.ms", "reconnect.backoff.max.ms"):
        said.seconds(unused)
    least, most = said.seconds("retry.backoff.ms"), said.seconds("retry.backoff.max.ms")
    if least is None and most is None:
        return None
    usual = RetryPolicy()
    least = least if least is not None else min(usual.initial, most or usual.initial)
    return RetryPolicy(initial=least, maximum=max(least, most if most is not None else usual.maximum))


# ------------------------------------------------------------------------------------------------------- security


def _security(said: _Said) -> Security | None:
    name = said.take("security.protocol") or "PLAINTEXT"
    if name.upper() not in _PROTOCOLS:
        raise ConfigurationError(f"security.protocol: {name!r} is none of {', '.join(_PROTOCOLS)}")
    encrypted, named = _PROTOCOLS[name.upper()]
    if not encrypted:
        said.refuse(r"ssl\..*", f"it contradicts security.protocol={name}, which has no TLS")
    if not named:
        said.refuse(r"sasl\.(?!login|kerberos).*", f"it contradicts security.protocol={name}, which has no SASL")
    tls = tls_of(said) if encrypted else None
    sasl = _sasl(said) if named else None
    return None if tls is None and sasl is None else Security(tls=tls, sasl=sasl)


class _Login(NamedTuple):
    """What `sasl.jaas.config` says: a login module, and its options."""

    module: str
    options: dict[str, str]

    def take(self, option: str) -> str:
        value = self.options.pop(option, None)
        if value is None:
            raise ConfigurationError(f"sasl.jaas.config: {self.module} wants {option}")
        return value

    def require_nothing_left(self) -> None:
        for option in self.options:
            raise ConfigurationError(f"sasl.jaas.config: {self.module}: kafkaadmin knows no option {option}")


_JAAS_TOKEN: Final = re.compile(r"""\s*(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|([=;])|([^\s=;"']+))""", re.DOTALL)


def _login(text: str) -> _Login:
    """Read `Module required option="value" …;`. What is wrong with it is told without its values: they are secrets."""
    words = _words(text)
    if len(words) < 3 or words[1].lower() not in {"required", "requisite", "sufficient", "optional"}:
        raise ConfigurationError("sasl.jaas.config: it must be 'Module required option=\"value\" ...;'")
    if words[-1] != ";" or ";" in words[2:-1]:
        raise ConfigurationError("sasl.jaas.config: it must hold one login module, and end with a semicolon")
    options = words[2:-1]
    if len(options) % 3 or any(equals != "=" for equals in options[1::3]):
        raise ConfigurationError("sasl.jaas.config: each option must be 'name=\"value\"'")
    return _Login(words[0].rpartition(".")[2], dict(zip(options[::3], options[2::3], strict=True)))


def _words(text: str) -> list[str]:
    words: list[str] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _JAAS_TOKEN.match(text, at)
        if found is None:
            raise ConfigurationError("sasl.jaas.config: a quotation isn't closed")
        double, single, mark, bare = found.groups()
        quoted = double if double is not None else single
        words.append(mark or bare if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        at = found.end()
    return words


def _sasl(said: _Said) -> Sasl:
    mechanism = said.take("sasl.mechanism") or "GSSAPI"
    if mechanism not in _MECHANISMS:
        raise ConfigurationError(f"sasl.mechanism: {mechanism} is none of {', '.join(_MECHANISMS)}")
    module, make = _MECHANISMS[mechanism]
    jaas = said.take("sasl.jaas.config")
    if jaas is None:
        raise ConfigurationError(f"sasl.jaas.config is missing, and sasl.mechanism={mechanism} needs it")
    login = _login(jaas)
    if login.module != module:
        raise ConfigurationError(f"sasl.jaas.config: {login.module} contradicts sasl.mechanism={mechanism}")
    made = make(mechanism, login, said)
    login.require_nothing_left()
    return made


def _plain(mechanism: str, login: _Login, said: _Said) -> SaslPlain:
    return SaslPlain(login.take("username"), login.take("password"))


def _scram(mechanism: str, login: _Login, said: _Said) -> SaslScram:
    delegated = login.options.pop("tokenauth", "false").lower() == "true"
    return SaslScram(login.take("username"), login.take("password"), mechanism, token=delegated)


def _oauth(mechanism: str, login: _Login, said: _Said) -> SaslOAuthBearer:
    """MSK's tokens, by its handler's class; or the providers of KIP-768: a token endpoint, or a file."""
    if _handler(said, "login", "OAuthBearerLoginCallbackHandler", _MSK_TOKENS) == _MSK_TOKENS:
        _handler(said, "client", _MSK_TOKENS)
        return SaslOAuthBearer(MskIamToken(profile=_profile(login)))
    endpoint = said.take("sasl.oauthbearer.token.endpoint.url")
    if endpoint is None:
        raise ConfigurationError("sasl.oauthbearer.token.endpoint.url is missing, and OAUTHBEARER needs it")
    extensions = {
        option.removeprefix(_EXTENSION): login.options.pop(option)
        for option in list(login.options)
        if option.startswith(_EXTENSION)
    }
    if endpoint.startswith("file:"):
        return SaslOAuthBearer(TokenFile(unquote(urlsplit(endpoint).path), extensions))
    scope = login.options.pop("scope", None) or said.take("sasl.oauthbearer.scope")
    return SaslOAuthBearer(
        ClientCredentials(
            endpoint,
            _credential(login, said, "clientId", "sasl.oauthbearer.client.credentials.client.id"),
            _credential(login, said, "clientSecret", "sasl.oauthbearer.client.credentials.client.secret"),
            scope=scope,
            extensions=extensions,
        )
    )


def _handler(said: _Said, of: str, *known: str) -> str | None:
    """Java's class for what we do ourselves: a class that does something else isn't to be left out in silence."""
    key = f"sasl.{of}.callback.handler.class"
    name = said.take(key)
    if name is not None and name.rpartition(".")[2] not in known:
        raise ConfigurationError(f"{key}: {name} is none of {', '.join(known)}")
    return name and name.rpartition(".")[2]


def _msk_iam(mechanism: str, login: _Login, said: _Said) -> SaslMskIam:
    _handler(said, "client", "IAMClientCallbackHandler")
    return SaslMskIam(profile=_profile(login))


def _profile(login: _Login) -> str | None:
    """What MSK's handlers are told. A role to take on belongs into a profile, where botocore finds it."""
    for option in ("awsDebugCreds", "awsMaxRetries", "awsMaxBackOffTimeMs"):
        login.options.pop(option, None)  # concerns Java's machinery
    return login.options.pop("awsProfileName", None)


def _credential(login: _Login, said: _Said, option: str, key: str) -> str:
    return said.take(key) or login.take(option)


def _gssapi(mechanism: str, login: _Login, said: _Said) -> SaslGssapi:
    for option in ("useTicketCache", "storeKey", "doNotPrompt", "renewTGT", "refreshKrb5Config", "useKeyTab"):
        login.options.pop(option, None)  # where tickets come from, a keytab or its absence says
    service = said.take("sasl.kerberos.service.name") or login.options.pop("serviceName", None)
    if service is None:
        raise ConfigurationError("sasl.kerberos.service.name is missing, and GSSAPI needs it")
    return SaslGssapi(service, login.options.pop("principal", None), login.options.pop("keyTab", None))


_EXTENSION: Final = "extension_"
_MSK_TOKENS: Final = "IAMOAuthBearerLoginCallbackHandler"

_MECHANISMS: Final[Mapping[str, tuple[str, Callable[[str, _Login, _Said], Sasl]]]] = {
    "PLAIN": ("PlainLoginModule", _plain),
    "SCRAM-SHA-256": ("ScramLoginModule", _scram),
    "SCRAM-SHA-512": ("ScramLoginModule", _scram),
    "OAUTHBEARER": ("OAuthBearerLoginModule", _oauth),
    "GSSAPI": ("Krb5LoginModule", _gssapi),
    "AWS_MSK_IAM": ("IAMLoginModule", _msk_iam),
}
"""By mechanism: the login module that goes with it, and who reads its options."""
