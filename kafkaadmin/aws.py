"""Amazon MSK's IAM access control, by OAUTHBEARER and by AWS_MSK_IAM.

It needs the extra `aws`: botocore, which finds credentials and signs.

    security = Security(tls=Tls(), sasl=SaslOAuthBearer(MskIamToken("eu-central-1")))
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

import anyio.to_thread

from kafkaadmin.errors import AuthenticationError, ConfigurationError
from kafkaadmin.security import OAuthToken, SaslMskIam, is_region
from kafkawire.sasl import AwsMskIam

__all__ = ["MskIamToken", "msk_iam"]

_LIFETIME: Final = 900
"""Seconds that MSK takes a signature for."""

_USER_AGENT: Final = "kafkaadmin"

_OF_MSK: Final = re.compile(r"\.kafka(?:-serverless)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\.?", re.IGNORECASE)
"""What MSK's brokers are called."""


class MskIamToken:
    """Makes a token for each connection: a signed address that MSK asks AWS about, instead of us.

    Credentials come from wherever botocore finds them: the environment, a profile, the machine's role. They are asked
    for anew for each token, so rotated ones take effect.

    Args:
        region: the cluster's, such as `eu-central-1`; without it what botocore is set up for.
        profile: whose credentials of the AWS configuration to take; what botocore takes, without.
        session: a botocore session of the caller's own, instead of a profile.
    """

    def __init__(self, region: str | None = None, *, profile: str | None = None, session: Any = None) -> None:
        if profile is not None and session is not None:
            raise ConfigurationError("MskIamToken: a session stands for itself; give it, or a profile")
        if region is not None and not is_region(region):
            raise ConfigurationError(f"MskIamToken: {region!r} is no region")
        self._region = region
        self._profile = profile
        self._session = session

    def __repr__(self) -> str:
        return f"MskIamToken({self._region!r})"

    async def __call__(self) -> OAuthToken:
        """A token, good for 15 minutes.

        Raises `AuthenticationError` where no credentials are found, `ConfigurationError` without the extra or a region.
        """
        return OAuthToken(await anyio.to_thread.run_sync(self._signed))

    def _signed(self) -> str:
        """The address that MSK is to ask, as base64url without padding."""
        signer = _Signer(repr(self), self._profile, self._session)
        region = self._region or signer.region()
        host = f"kafka.{region}.amazonaws.com"
        address = f"https://{host}/?{_query(signer.signed(host, region) | {'User-Agent': _USER_AGENT})}"
        return base64.urlsafe_b64encode(address.encode()).decode().rstrip("=")


def msk_iam(config: SaslMskIam, host: str) -> AwsMskIam:
    """One login at a broker. It may ask AWS for credentials: it blocks, and belongs in a thread.

    Raises `AuthenticationError` where no credentials are found, `ConfigurationError` without the extra or a region.
    """
    signer = _Signer(repr(config), config.profile, config.session)
    of_msk = _OF_MSK.search(host)
    region = config.region or (of_msk[1].lower() if of_msk else signer.region())
    signed = signer.signed(host, region)
    said = {"version": AwsMskIam.VERSION, "host": host, "user-agent": _USER_AGENT}
    return AwsMskIam(json.dumps(said | {key.lower(): value for key, value in signed.items()}).encode())


class _Signer:
    """Botocore, asked for what MSK wants; `who` asks, for messages."""

    def __init__(self, who: str, profile: str | None, session: Any) -> None:
        self._who = who
        try:
            import botocore.exceptions
            import botocore.session
        except ModuleNotFoundError:
            name = who.partition("(")[0]
            raise ConfigurationError(
                f"{name} needs botocore; python -m pip install 'kafkaadmin[aws]' brings it"
            ) from None
        self._errors = (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError)
        self._session: Any = session or botocore.session.Session(profile=profile)

    def region(self) -> str:
        """The one that botocore is set up for."""
        try:
            region = self._session.get_config_variable("region")
        except self._errors as error:
            raise self._failed(error) from None
        if not region or not is_region(region):
            raise ConfigurationError(f"{self._who}: no region is said, and botocore is set up for none")
        return str(region)

    def signed(self, host: str, region: str) -> dict[str, str]:
        """The query of an address, saying that somebody may connect: signed, and good for 15 minutes.

        Botocore's own `add_auth` would write all of it into the debug log, for whoever reads that to log in by.
        """
        from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
        from botocore.awsrequest import AWSRequest

        credentials = self._credentials()
        signer: Any = SigV4Auth(credentials, "kafka-cluster", region)
        request: Any = AWSRequest("GET", f"https://{host}/")
        request.context["timestamp"] = datetime.now(UTC).strftime(SIGV4_TIMESTAMP)
        said = {
            "Action": "kafka-cluster:Connect",
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": str(signer.scope(request)),
            "X-Amz-Date": request.context["timestamp"],
            "X-Amz-Expires": str(_LIFETIME),
            "X-Amz-SignedHeaders": "host",
        } | ({"X-Amz-Security-Token": credentials.token} if credentials.token else {})
        request.url += f"?{_query(said)}"
        text = signer.string_to_sign(request, signer.canonical_request(request))
        return said | {"X-Amz-Signature": str(signer.signature(text, request))}

    def _credentials(self) -> Any:
        """Those of now: temporary ones renew themselves here, before they end."""
        try:
            credentials: Any = self._session.get_credentials()
            frozen = credentials and credentials.get_frozen_credentials()
        except (*self._errors, RuntimeError) as error:  # RuntimeError: they have ended, and new ones can't be had
            raise self._failed(error) from None
        if not frozen:
            raise AuthenticationError(f"{self._who}: no AWS credentials are found")
        return frozen

    def _failed(self, error: Exception) -> AuthenticationError:
        return AuthenticationError(f"{self._who}: {type(error).__name__}: {error}")


def _query(said: Mapping[str, str]) -> str:
    return urlencode(said, quote_via=quote, safe="-_.~")
