"""Who acts on a cluster."""

from __future__ import annotations

from dataclasses import dataclass

from kafkaadmin.errors import ConfigurationError

__all__ = ["KafkaPrincipal"]


def _text(value: object) -> None:
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"KafkaPrincipal: a text that is not empty expected, not {value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaPrincipal:
    """Somebody whom brokers know by a type and a name: `User:alice`."""

    name: str
    type: str = "User"

    def __post_init__(self) -> None:
        _text(self.type)
        _text(self.name)

    def __str__(self) -> str:
        return f"{self.type}:{self.name}"

    @classmethod
    def parse(cls, told: str) -> KafkaPrincipal:
        """A principal as Kafka writes it: `User:alice`."""
        type, colon, name = told.partition(":")
        if not colon:
            raise ConfigurationError(f"a principal is written as type:name, not {told!r}")
        return cls(type=type, name=name)
