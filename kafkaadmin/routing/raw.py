"""Requests of the caller's own, as operations: routed and retried by what their answers say at first sight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar, cast

from kafkaadmin.routing.destinations import Destination
from kafkaadmin.routing.operation import Attempt, Done, Errored, Operation, Outcome, Repeat
from kafkaadmin.routing.retry import Action, action_for
from kafkawire import ApiKey, Request, Response

__all__ = ["raw_operation"]

R = TypeVar("R", bound=Response)

_READS = frozenset(
    {
        ApiKey.API_VERSIONS,
        ApiKey.CONSUMER_GROUP_DESCRIBE,
        ApiKey.DESCRIBE_CLUSTER,
        ApiKey.DESCRIBE_CONFIGS,
        ApiKey.DESCRIBE_GROUPS,
        ApiKey.DESCRIBE_SHARE_GROUP_OFFSETS,
        ApiKey.FIND_COORDINATOR,
        ApiKey.LIST_GROUPS,
        ApiKey.LIST_OFFSETS,
        ApiKey.METADATA,
        ApiKey.OFFSET_FETCH,
        ApiKey.SHARE_GROUP_DESCRIBE,
        ApiKey.STREAMS_GROUP_DESCRIBE,
    }
)


def raw_operation(request: Request[R], to: Destination, version: int | None) -> Operation[None, R, R]:
    """One request as an operation with one key, `None`.

    An error code that speaks of the route (NOT_COORDINATOR and its kin), at the top of the answer or in the first
    level below it, has it sent anew to whom it belongs; any other answer is the caller's to read. Only reads are sent
    again when an answer was lost.
    """
    kind = type(to)

    def outcomes(_: Sequence[None], response: R, attempt: Attempt) -> Iterable[tuple[None, Outcome[R]]]:
        code = next((code for code in _codes(response) if _speaks_of_the_route(code, kind)), 0)
        yield None, Errored(code) if code else Done(response)

    return Operation(
        name=f"send({type(request).__name__})",
        noun="request",
        to=lambda _: to,
        api=type(request),
        request=lambda _, attempt: request,
        outcomes=outcomes,
        at_least=version,
        at_most=version,
        repeat=Repeat.SAFE if request.api_key in _READS else Repeat.NEVER,
    )


def _speaks_of_the_route(code: int, kind: type) -> bool:
    return action_for(code, kind, frozenset()) in (Action.MOVED, Action.MOVED_LATER, Action.REBOOTSTRAP)


def _codes(response: Response) -> Iterable[int]:
    """The error codes at the top of an answer, and of the elements of its arrays."""
    yield getattr(response, "error_code", 0)
    for name in cast("tuple[str, ...]", type(response).__slots__):
        value: object = getattr(response, name, None)
        for element in cast("tuple[object, ...]", value) if isinstance(value, tuple) else ():
            yield getattr(element, "error_code", 0)
