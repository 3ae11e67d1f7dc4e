"""What the APIs that describe groups have in common, each for its own kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from kafkaadmin.errors import UnsupportedVersionError
from kafkaadmin.models.brokers import Broker
from kafkaadmin.routing import Attempt, Coordinator, Done, Errored, Failed, Operation, Outcome
from kafkawire import Request, Response

__all__ = ["GROUPS_PER_REQUEST", "GROUP_ID_NOT_FOUND", "describing_groups"]

R = TypeVar("R", bound=Response)
V = TypeVar("V")

_UNSUPPORTED_VERSION = 35
GROUP_ID_NOT_FOUND = 69

GROUPS_PER_REQUEST = 500
"""Descriptions are bulky: more at once would hold up the event loop while they are decoded."""


class _Group(Protocol):
    """A group in an answer."""

    @property
    def group_id(self) -> str: ...

    @property
    def error_code(self) -> int: ...

    @property
    def error_message(self) -> str | None: ...


G = TypeVar("G", bound=_Group)


def describing_groups(
    name: str,
    kind: str,
    api: type[Request[R]],
    *,
    request: Callable[[tuple[str, ...]], Request[R]],
    groups: Callable[[R], Iterable[G]],
    described: Callable[[G, Broker], V],
    at_least: int | None = None,
    needs: str = "",
) -> Operation[str, R, V]:
    """Groups of one kind, by the API for it. `described` reads a group that its coordinator has told of."""

    def outcomes(keys: Sequence[str], response: R, attempt: Attempt) -> Iterator[tuple[str, Outcome[V]]]:
        for group in groups(response):
            if group.error_code == _UNSUPPORTED_VERSION:
                # The API is there, but groups of this kind are switched off: waiting would not help.
                told = f"{name}: group {group.group_id!r}: {attempt.broker} has {kind} groups switched off"
                yield group.group_id, Failed(UnsupportedVersionError(told))
            elif group.error_code:
                yield group.group_id, Errored(group.error_code, group.error_message)
            else:
                yield group.group_id, Done(described(group, attempt.broker))

    return Operation(
        name=name,
        noun="group",
        to=Coordinator,
        api=api,
        request=lambda keys, attempt: request(tuple(keys)),
        outcomes=outcomes,
        keys_per_request=lambda version: GROUPS_PER_REQUEST,
        at_least=at_least,
        needs=needs,
    )
