"""ACLs, as the brokers of a `FakeCluster` keep them: kept and found, never enforced. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kafkawire.enums import AclOperation, AclPatternType, AclPermissionType, AclResourceType

__all__ = ["Acl", "AclFilter", "Acls"]

_WILDCARD = "*"


class Acl(NamedTuple):
    """One rule, in the wire's terms."""

    resource_type: int
    resource_name: str
    pattern_type: int
    principal: str
    host: str
    operation: int
    permission: int


class AclFilter(NamedTuple):
    """Which rules are meant: `None`, and ANY, match anything."""

    resource_type: int
    resource_name: str | None
    pattern_type: int
    principal: str | None
    host: str | None
    operation: int
    permission: int

    def matches(self, acl: Acl) -> bool:
        return (
            self.resource_type in (AclResourceType.ANY, acl.resource_type)
            and self.operation in (AclOperation.ANY, acl.operation)
            and self.permission in (AclPermissionType.ANY, acl.permission)
            and self.principal in (None, acl.principal)
            and self.host in (None, acl.host)
            and self._matches_name(acl)
        )

    def _matches_name(self, acl: Acl) -> bool:
        if self.pattern_type not in (AclPatternType.ANY, AclPatternType.MATCH, acl.pattern_type):
            return False
        if self.resource_name is None or self.resource_name == acl.resource_name:
            return True
        if self.pattern_type != AclPatternType.MATCH:
            return False
        if acl.pattern_type == AclPatternType.LITERAL:
            return acl.resource_name == _WILDCARD
        return self.resource_name.startswith(acl.resource_name)


class Acls:
    """All rules. `enabled` says whether brokers have an authorizer at all."""

    def __init__(self) -> None:
        self.enabled = True
        self._acls: dict[Acl, None] = {}

    def add(self, acl: Acl) -> None:
        self._acls[acl] = None

    def matching(self, wanted: AclFilter) -> Iterator[Acl]:
        return (acl for acl in tuple(self._acls) if wanted.matches(acl))

    def remove(self, wanted: AclFilter) -> tuple[Acl, ...]:
        """Remove what matches, and answer what that was."""
        gone = tuple(self.matching(wanted))
        for acl in gone:
            del self._acls[acl]
        return gone
