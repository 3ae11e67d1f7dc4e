"""Client quotas (KIP-546), as the brokers of a `FakeCluster` keep them: kept and found, never enforced. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kafkawire.enums import QuotaMatchType

__all__ = ["Component", "Entity", "Quotas"]

Entity = frozenset[tuple[str, str | None]]
"""Kinds and names; `None` is the default of its kind."""

Component = tuple[str, int, str | None]
"""A part of a filter: a kind, a `QuotaMatchType`, and the name for an exact one."""


class Quotas:
    """All quotas."""

    def __init__(self) -> None:
        self._quotas: dict[Entity, dict[str, float]] = {}

    def alter(self, entity: Entity, changes: Mapping[str, float | None]) -> None:
        """Set quotas, or remove those that are `None`."""
        quotas = self._quotas.setdefault(entity, {})
        for key, value in changes.items():
            if value is None:
                quotas.pop(key, None)
            else:
                quotas[key] = value
        if not quotas:
            del self._quotas[entity]

    def matching(self, components: Sequence[Component], strict: bool) -> Iterator[tuple[Entity, Mapping[str, float]]]:
        for entity, quotas in self._quotas.items():
            parts = dict(entity)
            if strict and len(parts) > len(components):
                continue
            if all(_matches(parts, component) for component in components):
                yield entity, quotas


def _matches(parts: Mapping[str, str | None], component: Component) -> bool:
    kind, match_type, name = component
    if kind not in parts:
        return False
    return match_type == QuotaMatchType.ANY or parts[kind] == (name if match_type == QuotaMatchType.EXACT else None)
