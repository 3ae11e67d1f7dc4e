"""Users' SCRAM credentials (KIP-554), as the brokers of a `FakeCluster` keep them. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kafkawire.enums import ScramMechanism

__all__ = ["Credential", "ScramUsers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One password of a user, hashed."""

    iterations: int
    salt: bytes = field(repr=False)
    salted_password: bytes = field(repr=False)


class ScramUsers:
    """All users that have credentials."""

    def __init__(self) -> None:
        self._users: dict[str, dict[ScramMechanism, Credential]] = {}

    def of(self, user: str) -> Mapping[ScramMechanism, Credential]:
        return self._users.get(user, {})

    def names(self) -> tuple[str, ...]:
        return tuple(self._users)

    def upsert(self, user: str, mechanism: ScramMechanism, credential: Credential) -> None:
        self._users.setdefault(user, {})[mechanism] = credential

    def delete(self, user: str, mechanism: ScramMechanism) -> bool:
        """Forget a password. Says whether there was one."""
        credentials = self._users.get(user, {})
        known = credentials.pop(mechanism, None) is not None
        if not credentials:
            self._users.pop(user, None)
        return known
