"""Client quotas (KIP-546): how much users, client ids and addresses may ask of brokers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["ClientQuotaEntity", "ClientQuotaFilter", "QuotaEntityName"]


class QuotaEntityName(Enum):
    """What stands in the place of a name."""

    DEFAULT = "<default>"
    """All those that have no quota of their own."""
    ANY = "<any>"
    """In a filter: any name, and the default too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientQuotaEntity:
    """Whom a quota is for: a user, a client id, both together, or an address; `DEFAULT` for all others of their kind.

    What is `None` is no part of it: `ClientQuotaEntity(user="alice")` is Alice with whatever client id.
    """

    user: str | QuotaEntityName | None = None
    client_id: str | QuotaEntityName | None = None
    ip: str | QuotaEntityName | None = None

    def __str__(self) -> str:
        parts = {"user": self.user, "client-id": self.client_id, "ip": self.ip}
        told = {
            kind: name.value if isinstance(name, QuotaEntityName) else repr(name)
            for kind, name in parts.items()
            if name is not None
        }
        return ", ".join(f"{kind} {name}" for kind, name in told.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientQuotaFilter:
    """Which entities are meant: those that agree in each part that is said.

    A name matches itself, `DEFAULT` the default, `ANY` whatever is there. With `strict`, entities that have further
    parts are left out.
    """

    user: str | QuotaEntityName | None = None
    client_id: str | QuotaEntityName | None = None
    ip: str | QuotaEntityName | None = None
    strict: bool = False
