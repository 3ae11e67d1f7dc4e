"""Clients' metrics (KIP-714): the id that brokers know this client by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from kafkaadmin.routing import AnyBroker, Attempt, Cluster, Deadline, Operation, Outcome, settle
from kafkawire.messages import GetTelemetrySubscriptionsRequest, GetTelemetrySubscriptionsResponse
from kafkawire.primitives import ZERO_UUID

__all__ = ["client_instance_id"]


async def client_instance_id(cluster: Cluster, *, deadline: Deadline) -> UUID:
    def outcomes(
        keys: Sequence[None], response: GetTelemetrySubscriptionsResponse, attempt: Attempt
    ) -> Iterator[tuple[None, Outcome[UUID]]]:
        yield None, settle(response.error_code, lambda: response.client_instance_id)

    result = await cluster.run(
        Operation(
            name="client_instance_id",
            noun="",
            to=lambda key: AnyBroker(),
            api=GetTelemetrySubscriptionsRequest,
            request=lambda keys, attempt: GetTelemetrySubscriptionsRequest(client_instance_id=ZERO_UUID),
            outcomes=outcomes,
        ),
        (None,),
        deadline=deadline,
    )
    return result[None]
