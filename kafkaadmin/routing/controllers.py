"""A client that talks to KRaft's controllers, not to brokers (KIP-919): who they are, and what they can't be asked.

Controllers answer for themselves: nobody forwards. So what any broker could answer goes to the active one, whose view
of the metadata is never behind, and its refusals say that another one is active now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from kafkaadmin.errors import TransportError, UnsupportedVersionError, broker_error
from kafkaadmin.models.brokers import Broker
from kafkaadmin.network import Connection
from kafkaadmin.routing.asking import Asker
from kafkaadmin.routing.destinations import ActiveController, AnyBroker, Controller, Coordinator, Destination, Leader
from kafkaadmin.routing.nodes import Nodes
from kafkaadmin.routing.operation import Operation
from kafkaadmin.routing.table import Found
from kafkawire import ApiKey, Response
from kafkawire.enums import EndpointType
from kafkawire.messages import DescribeClusterRequest, DescribeClusterResponse

__all__ = ["Controllers", "asked_of_controllers", "no_brokers", "nobody_coordinates", "nobody_leads"]

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R", bound=Response)

TELLS_OF_CONTROLLERS = 1
"""The first version of DescribeCluster that does (brokers 3.7 and later)."""

_SAME_FROM_EACH = frozenset({ApiKey.API_VERSIONS, ApiKey.DESCRIBE_CLUSTER})
"""What any controller answers as well as the active one, also while none is active."""

_QUORUM_MOVED = frozenset({6})
"""NOT_LEADER_OR_FOLLOWER: brokers pass on in vain for a moment; a controller says so of itself."""


class Controllers:
    """Asks any controller for DescribeCluster, and learns the controllers from it."""

    def __init__(self, asker: Asker, nodes: Nodes, learned: Callable[[str | None], None]) -> None:
        self._asker = asker
        self._nodes = nodes
        self._learned = learned

    async def ask(self) -> DescribeClusterResponse:
        request = DescribeClusterRequest(endpoint_type=EndpointType.CONTROLLER)

        def make(connection: Connection) -> tuple[DescribeClusterRequest, int]:
            return request, connection.version_for(DescribeClusterRequest, at_least=TELLS_OF_CONTROLLERS)

        _, response = await self._asker.ask_any(make)
        if response.error_code:
            error = broker_error(
                response.error_code,
                response.error_message,
                context="looking up the controllers",
                api=ApiKey.DESCRIBE_CLUSTER,
            )
            raise TransportError(str(error)) if error.retriable else error
        self._nodes.expect(len(response.brokers))
        for node in response.brokers:
            self._nodes.learn(node.broker_id, node.host, node.port, node.rack)
        self._learned(response.cluster_id)
        return response

    async def brokers(self) -> tuple[Broker, ...]:
        """All controllers that have registered, as one of them sees it now."""
        response = await self.ask()
        return tuple(
            Broker(id=node.broker_id, host=node.host, port=node.port, rack=node.rack) for node in response.brokers
        )


def asked_of_controllers(operation: Operation[K, R, V]) -> Operation[K, R, V]:
    """An operation that is declared for brokers, for controllers."""
    to, each_will_do = operation.to, operation.api.api_key in _SAME_FROM_EACH

    def among_controllers(key: K) -> Destination:
        destination = to(key)
        if isinstance(destination, Controller) or (isinstance(destination, AnyBroker) and not each_will_do):
            return ActiveController()
        return destination

    return replace(operation, to=among_controllers, retry_on=operation.retry_on - _QUORUM_MOVED)


def no_brokers(what: str) -> UnsupportedVersionError:
    return UnsupportedVersionError(
        f"{what}: only brokers answer for that, and this client asks controllers (bootstrap_controllers)"
    )


async def nobody_coordinates(keys: Sequence[Coordinator]) -> Mapping[Coordinator, Found]:
    """The lookup of coordinators: controllers know of none."""
    return {key: no_brokers(f"{key.type.name.lower()} {key.key!r}") for key in keys}


async def nobody_leads(keys: Sequence[Leader]) -> Mapping[Leader, Found]:
    """The lookup of leaders: controllers are not asked for Metadata."""
    return {key: no_brokers(f"partition {key.partition}") for key in keys}
