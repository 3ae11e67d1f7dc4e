"""Enumerations that stay open: a value that a later broker invents survives, named after itself."""

from enum import IntEnum, StrEnum
from typing import Self


class OpenIntEnum(IntEnum):
    """An integer enumeration that takes any number.

    `Colour(7)`, where 7 has no name, is a member named `UNKNOWN_7`: it equals 7, prints and pickles, but is not
    listed by iteration. `is_known` tells the two apart.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int):
            return None
        member = int.__new__(cls, value)
        member._name_ = f"UNKNOWN_{value}"
        member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """Whether this release has a name for the value."""
        return self._name_ in type(self).__members__

    def __reduce_ex__(self, protocol: object) -> tuple[type[Self], tuple[int]]:
        return type(self), (self._value_,)


class OpenStrEnum(StrEnum):
    """A string enumeration that takes any text, and compares known texts without case.

    Brokers and Java's clients disagree about capitals (`consumer`, `Consumer`), so `GroupType("CONSUMER")` is
    `GroupType.CONSUMER`. Other texts make a member named and valued as they are.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        folded = value.casefold()
        for known in cls:
            if known.value.casefold() == folded:
                return known
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """Whether this release has a name for the text."""
        return self._name_ in type(self).__members__

    def __reduce_ex__(self, protocol: object) -> tuple[type[Self], tuple[str]]:
        return type(self), (self._value_,)
