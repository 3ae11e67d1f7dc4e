"""Waiting: until topics are known everywhere, until the cluster can be worked with."""

from __future__ import annotations

import anyio

from kafkaadmin.errors import OperationTimeoutError
from kafkaadmin.models.brokers import ClusterDescription
from kafkaadmin.operations import arguments
from kafkaadmin.operations.cluster import describe_cluster
from kafkaadmin.operations.propagation import wait_until_known
from kafkaadmin.routing import Cluster, Deadline

__all__ = ["wait_for_topics", "wait_until_ready"]

_BETWEEN_LOOKS = 0.2


async def wait_for_topics(cluster: Cluster, topics: object, *, deadline: Deadline) -> None:
    names = arguments.names(topics, "topic")
    late = await wait_until_known(cluster, "wait_for_topics", names, deadline=deadline)
    if len(late) == 1:
        raise next(iter(late.values()))
    if late:
        raise OperationTimeoutError(
            f"wait_for_topics: topics {', '.join(map(repr, late))}: not all brokers knew them within "
            f"{deadline.seconds:g} s"
        )


async def wait_until_ready(cluster: Cluster, *, brokers: int, deadline: Deadline) -> ClusterDescription:
    wanted = arguments.integer(brokers, "brokers", most=2**31 - 1, least=1)
    while True:
        try:
            described = await describe_cluster(
                cluster, include_authorized_operations=False, include_fenced_brokers=False, deadline=deadline
            )
        except OperationTimeoutError as error:
            raise _not_ready(deadline, str(error)) from error
        if described.controller is not None and len(described.brokers) >= wanted:
            return described
        if deadline.remaining() <= _BETWEEN_LOOKS:
            no_controller = described.controller is None
            raise _not_ready(
                deadline, "no controller" if no_controller else f"{len(described.brokers)} of {wanted} brokers"
            )
        await anyio.sleep(_BETWEEN_LOOKS)


def _not_ready(deadline: Deadline, last: str) -> OperationTimeoutError:
    return OperationTimeoutError(f"wait_until_ready: not ready within {deadline.seconds:g} s; last: {last}")
