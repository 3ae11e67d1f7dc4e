"""Amazon MSK's side of AWS_MSK_IAM: is the payload signed by a key that is known (AWS Signature 4), and is it fresh?"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Final
from urllib.parse import quote
from uuid import uuid4

from kafkaadmin.testing.logins import Logins
from kafkaadmin.testing.sasl import Verdict
from kafkawire import ErrorCode

__all__ = ["Signed"]

_VERSION: Final = "2020_10_22"
_ALGORITHM: Final = "AWS4-HMAC-SHA256"

_SIGNED: Final = {
    "action": "Action",
    "x-amz-algorithm": "X-Amz-Algorithm",
    "x-amz-credential": "X-Amz-Credential",
    "x-amz-date": "X-Amz-Date",
    "x-amz-expires": "X-Amz-Expires",
    "x-amz-security-token": "X-Amz-Security-Token",
    "x-amz-signedheaders": "X-Amz-SignedHeaders",
}
"""What the payload calls the parts of the address that was signed."""

_AS_ALWAYS: Final = {
    "version": _VERSION,
    "action": "kafka-cluster:Connect",
    "x-amz-algorithm": _ALGORITHM,
    "x-amz-signedheaders": "host",
}

_LONGEST_LIFE: Final = timedelta(seconds=900)


class Signed:
    """One exchange: a payload, and the answer to it."""

    def __init__(self, mechanism: str, logins: Logins) -> None:
        self._logins = logins

    def step(self, token: bytes) -> Verdict:
        request = str(uuid4())
        try:
            said = {str(key): str(value) for key, value in json.loads(token).items()}
            user = self._signer(said)
        except (AttributeError, KeyError, ValueError):
            user = None
        if user is None:
            return Verdict(error=ErrorCode.SASL_AUTHENTICATION_FAILED, message=f"[{request}]: Access denied")
        return Verdict(token=json.dumps({"version": _VERSION, "request-id": request}).encode(), user=user)

    def _signer(self, said: Mapping[str, str]) -> str | None:
        """The access key that signed it; nobody where anything of it isn't as it should be."""
        access_key, *scope = said["x-amz-credential"].split("/")
        day, region, service, end = scope
        signed_at = datetime.strptime(said["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        life = timedelta(seconds=int(said["x-amz-expires"]))
        as_it_should_be = (
            said.items() >= _AS_ALWAYS.items(),
            (service, end, day) == ("kafka-cluster", "aws4_request", said["x-amz-date"][:8]),
            life <= _LONGEST_LIFE and datetime.now(UTC) < signed_at + life,
            bool(said["user-agent"]),
        )
        secret = self._logins.aws_keys.get(access_key)
        if secret is None or not all(as_it_should_be):
            return None
        key = reduce(_hmac, (day, region, service, end), f"AWS4{secret}".encode())
        text = "\n".join((_ALGORITHM, said["x-amz-date"], "/".join(scope), _canonical(said)))
        return access_key if hmac.compare_digest(_hmac(key, text).hex(), said["x-amz-signature"]) else None


def _canonical(said: Mapping[str, str]) -> str:
    """The hash of the request for an address, as the standard wants it written."""
    query = "&".join(sorted(f"{quote(_SIGNED[key])}={quote(said[key], safe='-_.~')}" for key in _SIGNED if key in said))
    nothing = hashlib.sha256(b"").hexdigest()
    request = "\n".join(("GET", "/", query, f"host:{said['host']}", "", "host", nothing))
    return hashlib.sha256(request.encode()).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
