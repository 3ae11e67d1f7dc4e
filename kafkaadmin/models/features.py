"""Features: what brokers could run at, and what the cluster does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from kafkaadmin.errors import ConfigurationError
from kafkawire.enums import FeatureUpgradeType

__all__ = ["FeatureMetadata", "FeatureUpdate", "LevelRange"]

_HIGHEST = 2**15 - 1


class LevelRange(NamedTuple):
    """Levels of a feature, both ends included."""

    lowest: int
    highest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureMetadata:
    """The features of a cluster, as one of its nodes sees them.

    `supported` are the levels that this node could run at, `finalized` those at which the whole cluster runs.
    `finalized_epoch` grows with each change; it is `None` where the node doesn't know, and `finalized` is empty then.
    """

    supported: Mapping[str, LevelRange]
    finalized: Mapping[str, LevelRange]
    finalized_epoch: int | None


@dataclass(frozen=True, slots=True)
class FeatureUpdate:
    """The level that a feature shall have; 0 switches it off.

    A lower level than it has must be said to be a downgrade: SAFE_DOWNGRADE is refused where metadata would be lost,
    UNSAFE_DOWNGRADE isn't.
    """

    level: int
    upgrade_type: FeatureUpgradeType = FeatureUpgradeType.UPGRADE

    def __post_init__(self) -> None:
        _check(self.level, self.upgrade_type)


def _check(level: object, upgrade_type: object) -> None:
    if isinstance(level, bool) or not isinstance(level, int) or not 0 <= level <= _HIGHEST:
        raise ConfigurationError(f"FeatureUpdate.level must be from 0 to {_HIGHEST}, not {level!r}")
    if not isinstance(upgrade_type, FeatureUpgradeType) or upgrade_type is FeatureUpgradeType.UNKNOWN:
        raise ConfigurationError(f"FeatureUpdate.upgrade_type must be a FeatureUpgradeType, not {upgrade_type!r}")
    if level == 0 and upgrade_type is FeatureUpgradeType.UPGRADE:
        raise ConfigurationError("FeatureUpdate: level 0 switches a feature off, and is a downgrade")
