"""Lists that no broker has whole: each tells what it coordinates, so all of them are asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count
from typing import TypeVar

from kafkaadmin.errors import (
    KafkaAdminError,
    OperationTimeoutError,
    PartialFailureError,
    TransportError,
    UnsupportedVersionError,
)
from kafkaadmin.operations.topics import describing
from kafkaadmin.routing import Cluster, Deadline, Operation, partition_of
from kafkawire import Response

__all__ = ["UNCONFIRMED", "a_name_in_each", "collected"]

R = TypeVar("R", bound=Response)
L = TypeVar("L")

UNCONFIRMED = 1.0
"""Seconds for brokers to hear of a death, where nothing can tell whether they have."""

_UNREACHED = (TransportError, OperationTimeoutError)
_UNTIL_REPLACED = 10.0
"""Seconds after which a silent broker is likely to have lost its place: its session lasts 9 by default."""

_USUAL_PARTITIONS = 50


async def collected(
    cluster: Cluster,
    operation: Operation[int, R, dict[str, L]],
    taken_over: Callable[[], Awaitable[None]],
    *,
    deadline: Deadline,
) -> dict[str, L]:
    """What all live brokers tell, put together. `taken_over` waits until others serve what a dead broker did.

    Raises `PartialFailureError`, with what there is, where a broker could not be asked; `UnsupportedVersionError` where
    none offers what is asked for.
    """
    answers, failures = await _ask_every_broker(cluster, operation, taken_over, deadline)
    if not answers and all(isinstance(error, UnsupportedVersionError) for error in failures.values()):
        for error in failures.values():
            raise error
    listings: dict[str, L] = {}
    for found in answers.values():
        listings.update(found)
    if failures:
        told = "; ".join(map(str, failures.values()))
        brokers = len(failures) + len(answers)
        raise PartialFailureError(
            f"{operation.name}: {len(failures)} of {brokers} brokers could not be asked: {told}",
            result=listings,
            failures=failures,
        )
    return listings


async def _ask_every_broker(
    cluster: Cluster,
    operation: Operation[int, R, dict[str, L]],
    taken_over: Callable[[], Awaitable[None]],
    deadline: Deadline,
) -> tuple[dict[int, dict[str, L]], dict[int, KafkaAdminError]]:
    """Every live broker's answer, or what went wrong with it.

    A broker that dies meanwhile leaves what it coordinates to the others, so those are asked again once it is gone.
    """
    answers: dict[int, dict[str, L]] = {}
    patience = _UNTIL_REPLACED
    live = [broker.id for broker in await cluster.brokers(deadline=deadline)]
    while True:
        result = await cluster.run(
            operation,
            [broker for broker in live if broker not in answers],
            deadline=Deadline.after(min(patience, deadline.remaining())),
        )
        answers.update(result.succeeded)
        unreached = [broker for broker, error in result.failed.items() if isinstance(error, _UNREACHED)]
        if len(unreached) < len(result.failed) or not unreached or not deadline.remaining():
            return answers, dict(result.failed)
        live = [broker.id for broker in await cluster.brokers(deadline=deadline)]
        if not set(unreached) <= set(live):
            answers.clear()
            await taken_over()
        patience *= 2


async def a_name_in_each(cluster: Cluster, topic: str, call: str, *, deadline: Deadline) -> tuple[str, ...]:
    """Names for a topic's coordinators, one for each of its partitions, as Kafka places them; on behalf of `call`."""
    described = await cluster.run(describing(call, (topic,)), (topic,), deadline=deadline)
    found = described.succeeded.get(topic)
    partitions = len(found.partitions) if found is not None else _USUAL_PARTITIONS
    return _names(partitions)


def _names(partitions: int) -> tuple[str, ...]:
    found: dict[int, str] = {}
    for number in count():
        name = f"kafkaadmin-probe-{number}"
        found.setdefault(partition_of(name, partitions), name)
        if len(found) == partitions:
            return tuple(found.values())
    raise AssertionError("unreachable")
