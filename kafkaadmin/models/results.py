"""Results of calls about many keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from kafkaadmin.errors import KafkaAdminError

__all__ = ["BatchResult"]

K = TypeVar("K")
V = TypeVar("V")


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
