"""Forgetting nodes that won't come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from kafkaadmin.errors import BrokerError
from kafkaadmin.models.brokers import UnregisteredNode
from kafkaadmin.operations import arguments
from kafkaadmin.routing import Attempt, Cluster, Controller, Deadline, Operation, Outcome, Repeat, Verified, settle
from kafkawire.messages import (
    UnregisterBrokerRequest,
    UnregisterBrokerResponse,
    UnregisterControllerRequest,
    UnregisterControllerResponse,
)

__all__ = ["unregister_broker", "unregister_controller"]

Repeating = Repeat | Verified[int, UnregisteredNode]

_BROKER_ID_NOT_REGISTERED = 102
_CONTROLLER_ID_NOT_REGISTERED = 136


Node = Operation[int, Any, UnregisteredNode]


async def unregister_broker(cluster: Cluster, broker_id: int, *, deadline: Deadline) -> UnregisteredNode:
    def operation(repeat: Repeating) -> Node:
        return Operation(
            name="unregister_broker",
            noun="broker",
            to=_controller,
            api=UnregisterBrokerRequest,
            request=lambda keys, attempt: UnregisterBrokerRequest(broker_id=keys[0]),
            outcomes=_outcomes,
            repeat=repeat,
        )

    arguments.integer(broker_id, "broker_id", most=2**31 - 1)
    return await _unregister(cluster, broker_id, operation, _BROKER_ID_NOT_REGISTERED, deadline)


async def unregister_controller(cluster: Cluster, controller_id: int, *, deadline: Deadline) -> UnregisteredNode:
    def operation(repeat: Repeating) -> Node:
        return Operation(
            name="unregister_controller",
            noun="controller",
            to=_controller,
            api=UnregisterControllerRequest,
            request=lambda keys, attempt: UnregisterControllerRequest(controller_id=keys[0]),
            outcomes=_outcomes,
            repeat=repeat,
        )

    arguments.integer(controller_id, "controller_id", most=2**31 - 1)
    return await _unregister(cluster, controller_id, operation, _CONTROLLER_ID_NOT_REGISTERED, deadline)


async def _unregister(
    cluster: Cluster, node_id: int, operation: Callable[[Repeating], Node], not_registered: int, deadline: Deadline
) -> UnregisteredNode:
    async def is_gone(key: int, deadline: Deadline) -> UnregisteredNode:
        # Nothing that can be read names all who are registered: it is asked for again, which leaves nobody by this id.
        again = await cluster.run(operation(Repeat.SAFE), (key,), deadline=deadline)
        error = again.failed.get(key)
        if error is not None and not (isinstance(error, BrokerError) and error.code == not_registered):
            raise error
        return UnregisteredNode(id=key, ambiguous=True)

    verified = Verified(already=frozenset({not_registered}), verify=is_gone)
    result = await cluster.run(operation(verified), (node_id,), deadline=deadline)
    return result[node_id]


def _controller(key: object) -> Controller:
    return Controller()


def _outcomes(
    keys: Sequence[int], response: UnregisterBrokerResponse | UnregisterControllerResponse, attempt: Attempt
) -> Iterator[tuple[int, Outcome[UnregisteredNode]]]:
    for key in keys:
        yield key, settle(response.error_code, lambda: UnregisteredNode(id=keys[0]), response.error_message)
