"""What the principal may do, as DescribeCluster, Metadata and the describing of groups tell it (KIP-430)."""

from __future__ import annotations

from kafkawire.enums import AUTHORIZED_OPERATIONS_OMITTED, AclOperation

__all__ = ["authorized_operations"]


def authorized_operations(bits: int) -> frozenset[AclOperation] | None:
    """The operations whose bits are set; `None` where they were not asked for."""
    if bits == AUTHORIZED_OPERATIONS_OMITTED:
        return None
    return frozenset(AclOperation(bit) for bit in range(32) if bits >> bit & 1)
