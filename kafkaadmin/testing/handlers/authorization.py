"""The operations that brokers without an authorizer report as allowed: all that a resource knows."""

from __future__ import annotations

from collections.abc import Iterable

from kafkawire.enums import AUTHORIZED_OPERATIONS_OMITTED, AclOperation

__all__ = ["CLUSTER_OPERATIONS", "GROUP_OPERATIONS", "TOPIC_OPERATIONS", "bits"]

TOPIC_OPERATIONS = (
    AclOperation.READ,
    AclOperation.WRITE,
    AclOperation.CREATE,
    AclOperation.DELETE,
    AclOperation.ALTER,
    AclOperation.DESCRIBE,
    AclOperation.DESCRIBE_CONFIGS,
    AclOperation.ALTER_CONFIGS,
)
GROUP_OPERATIONS = (
    AclOperation.READ,
    AclOperation.DELETE,
    AclOperation.DESCRIBE,
    AclOperation.DESCRIBE_CONFIGS,
    AclOperation.ALTER_CONFIGS,
)
CLUSTER_OPERATIONS = (
    AclOperation.CREATE,
    AclOperation.ALTER,
    AclOperation.DESCRIBE,
    AclOperation.CLUSTER_ACTION,
    AclOperation.DESCRIBE_CONFIGS,
    AclOperation.ALTER_CONFIGS,
    AclOperation.IDEMPOTENT_WRITE,
)


def bits(operations: Iterable[AclOperation], asked: bool) -> int:
    """The operations as a bit field, or the number that stands for "not asked"."""
    return sum(1 << operation for operation in operations) if asked else AUTHORIZED_OPERATIONS_OMITTED
