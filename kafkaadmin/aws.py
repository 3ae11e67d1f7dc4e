"""Tokens for Amazon MSK's IAM access control. It needs the extra `aws`: botocore, which finds credentials and signs.

security = Security(tls=Tls(), sasl=SaslOAuthBearer(MskIamToken("eu-central-1")))
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

import anyio.to_thread

from kafkaadmin.errors import AuthenticationError, ConfigurationError
from kafkaadmin.security import OAuthToken

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MskIamToken"]

_LIFETIME: Final = 900
"""Seconds that MSK takes a token for; its sessions end with it."""

_USER_AGENT: Final = "kafkaadmin"


class MskIamToken:
    """Makes a token for each connection: a signed address that MSK asks AWS about, instead of us.

    Credentials come from wherever botocore finds them: the environment, a profile, the machine's role. They are asked
    for anew for each token, so rotated ones take effect.

    Args:
        region: the cluster's, such as `eu-central-1`.
        profile: whose credentials of the AWS configuration to take; what botocore takes, without.
        session: a botocore session of the caller's own, instead of a profile.
    """

    def __init__(self, region: str, *, profile: str | None = None, session: Any = None) -> None:
        if profile is not None and session is not None:
            raise ConfigurationError("MskIamToken: a session stands for itself; give it, or a profile")
        if not region or not region.replace("-", "").isalnum():
            raise ConfigurationError(f"MskIamToken: {region!r} is no region")
        self._region = region
        self._profile = profile
        self._session = session

    def __repr__(self) -> str:
        return f"MskIamToken({self._region!r})"

    async def __call__(self) -> OAuthToken:
        """A token, good for 15 minutes.

        Raises `AuthenticationError` where no credentials are found, `ConfigurationError` without the extra.
        """
        return OAuthToken(await anyio.to_thread.run_sync(self._signed))

    def _signed(self) -> str:
        try:
            import botocore.exceptions
            import botocore.session
        except ModuleNotFoundError:
            raise ConfigurationError(
                "MskIamToken needs botocore; python -m pip install 'kafkaadmin[aws]' brings it"
            ) from None
        try:
            session: Any = self._session or botocore.session.Session(profile=self._profile)
            credentials: Any = session.get_credentials()
            if credentials is None:
                raise AuthenticationError(f"{self!r}: no AWS credentials are found")
            return token_of(credentials.get_frozen_credentials(), self._region)
        except botocore.exceptions.BotoCoreError as error:
            raise AuthenticationError(f"{self!r}: {type(error).__name__}: {error}") from None


def token_of(credentials: Any, region: str) -> str:
    """The address that MSK is to ask, signed in its query and good for 15 minutes, as base64url without padding."""
    from botocore.auth import SigV4QueryAuth
    from botocore.awsrequest import AWSRequest

    asked: Mapping[str, str] = {"Action": "kafka-cluster:Connect"}
    request: Any = AWSRequest("GET", f"https://kafka.{region}.amazonaws.com/", params=asked)
    signer: Any = SigV4QueryAuth(credentials, "kafka-cluster", region, expires=_LIFETIME)
    signer.add_auth(request)
    address = f"{request.url}&User-Agent={_USER_AGENT}"
    return base64.urlsafe_b64encode(address.encode()).decode().rstrip("=")
