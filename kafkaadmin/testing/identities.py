"""The ids that a cluster gives itself and its topics. No I/O, no clock."""

from __future__ import annotations

import base64
import random
import uuid

__all__ = ["Identities"]


class Identities:
    """A source of ids: with a seed always the same ones, in the same order."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311 - to be repeated, hides nothing

    def uuid(self) -> uuid.UUID:
        """A new UUID."""
        return uuid.UUID(bytes=self.octets(16), version=4)

    def name(self) -> str:
        """A new UUID as Kafka writes it: 22 characters."""
        return base64.urlsafe_b64encode(self.uuid().bytes).decode().rstrip("=")

    def octets(self, count: int) -> bytes:
        """New bytes."""
        return self._random.randbytes(count)
