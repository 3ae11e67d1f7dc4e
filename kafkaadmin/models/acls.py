"""Access control lists (KIP-140, KIP-290): who may do what with which resource."""

from __future__ import annotations

from dataclasses import dataclass

from kafkaadmin.models.results import BatchResult
from kafkawire.enums import AclOperation, AclPatternType, AclPermissionType, AclResourceType

__all__ = ["AclBinding", "AclBindingFilter", "DeletedAcls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AclBinding:
    """One rule: a principal, from a host, may or may not do something with a resource.

    `principal` is written as Kafka does: `User:alice`, or `User:*` for everybody; a `KafkaPrincipal` gives it by
    `str`. `host` is an address, or `*` for any: names are never resolved. A `PREFIXED` name stands for all resources
    whose name begins with it, the `LITERAL` name `*` for all there are. The cluster's name is `kafka-cluster`.
    """

    resource_type: AclResourceType
    resource_name: str
    pattern_type: AclPatternType = AclPatternType.LITERAL
    principal: str
    host: str = "*"
    operation: AclOperation
    permission: AclPermissionType = AclPermissionType.ALLOW

    def __str__(self) -> str:
        pattern = "" if self.pattern_type is AclPatternType.LITERAL else f"{self.pattern_type.name} "
        return (
            f"{self.permission.name} {self.principal} from {self.host} to {self.operation.name} "
            f"{self.resource_type.name} {pattern}{self.resource_name!r}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AclBindingFilter:
    """Which ACLs are meant: those that agree in all that is said; what is `None` matches anything.

    `pattern_type` says how `resource_name` is compared: `ANY` with literal and prefixed names alike, `MATCH` finds all
    that apply to a resource of that name, wildcards and prefixes included.
    """

    resource_type: AclResourceType | None = None
    resource_name: str | None = None
    pattern_type: AclPatternType = AclPatternType.ANY
    principal: str | None = None
    host: str | None = None
    operation: AclOperation | None = None
    permission: AclPermissionType | None = None

    @classmethod
    def of(cls, binding: AclBinding) -> AclBindingFilter:
        """The filter that this ACL agrees with, and no other."""
        return cls(
            resource_type=binding.resource_type,
            resource_name=binding.resource_name,
            pattern_type=binding.pattern_type,
            principal=binding.principal,
            host=binding.host,
            operation=binding.operation,
            permission=binding.permission,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedAcls:
    """The ACLs that a filter removed, each with the error of its own that kept it.

    `ambiguous`: an answer was lost, and the deletion sent again. All that matched is gone, but `acls` lists only what
    was still there the second time.
    """

    acls: BatchResult[AclBinding, None]
    ambiguous: bool = False
