"""Results of calls about many keys, and how far such a call has come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from kafkaadmin.errors import KafkaAdminError

__all__ = ["BatchResult", "KeyOutcome", "Progress"]

K = TypeVar("K")
V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Of `total` keys so many are `done`, and so many have `failed`; the others are still being asked about."""

    done: int
    total: int
    failed: int


class KeyOutcome(Generic[V_co]):
    """What became of one key: `value` gives its value or raises its error, `error` is the latter or `None`."""

    __slots__ = ("_value", "error")

    error: KafkaAdminError | None

    def __init__(self, value: V_co | None, error: KafkaAdminError | None = None) -> None:
        self._value = value
        self.error = error

    @property
    def value(self) -> V_co:
        """The key's value. Raises its error where it has none."""
        if self.error is not None:
            raise self.error.with_traceback(None)
        return cast("V_co", self._value)

    def __repr__(self) -> str:
        return f"KeyOutcome({self._value!r})" if self.error is None else f"KeyOutcome(error={self.error!r})"


class BatchResult(Mapping[K, V]):
    """What a call about many keys found out: a mapping in which a failed key raises its own error.

    `result[key]` gives the key's value or raises its error; `len`, iteration and `in` speak of all keys asked about.
    `.values()` and `.items()` therefore raise at the first failed key; `.succeeded` and `.failed` never do.
    """

    __slots__ = ("failed", "succeeded")

    succeeded: Mapping[K, V]
    failed: Mapping[K, KafkaAdminError]

    def __init__(self, succeeded: Mapping[K, V], failed: Mapping[K, KafkaAdminError]) -> None:
        self.succeeded = succeeded
        self.failed = failed

    def __getitem__(self, key: K) -> V:
        error = self.failed.get(key)
        if error is not None:
            raise error.with_traceback(None)
        return self.succeeded[key]

    def __iter__(self) -> Iterator[K]:
        yield from self.succeeded
        yield from self.failed

    def __len__(self) -> int:
        return len(self.succeeded) + len(self.failed)

    def __contains__(self, key: object) -> bool:
        return key in self.succeeded or key in self.failed

    def raise_for_errors(self) -> None:
        """Raise what failed, if anything did: one error as it is, several as an `ExceptionGroup` of them."""
        errors = [error.with_traceback(None) for error in self.failed.values()]
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise ExceptionGroup(f"{len(errors)} of {len(self)} keys failed", errors)

    def __repr__(self) -> str:
        return f"BatchResult(succeeded={self.succeeded!r}, failed={self.failed!r})"
