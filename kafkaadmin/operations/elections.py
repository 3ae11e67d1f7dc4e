"""Electing partitions' leaders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import anyio

from kafkaadmin.errors import KafkaAdminError, broker_error
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.replicas import ElectedLeader
from kafkaadmin.models.results import BatchResult
from kafkaadmin.models.topics import TopicDescription
from kafkaadmin.network import Lane
from kafkaadmin.operations import arguments
from kafkaadmin.operations.partitions import PARTITIONS_PER_REQUEST, by_topic
from kafkaadmin.operations.topics import describing
from kafkaadmin.routing import Attempt, Cluster, Controller, Deadline, Done, Errored, Operation, Outcome, Verified
from kafkawire import ApiKey
from kafkawire.enums import ElectionType
from kafkawire.messages import ElectLeadersRequest, ElectLeadersRequestTopicPartitions, ElectLeadersResponse

__all__ = ["elect_leaders"]

_ELECTION_NOT_NEEDED = 84
_UNCLEAN = 1

_LOOKS = 10
_BETWEEN_LOOKS = 0.2

Elected = BatchResult[TopicPartition, ElectedLeader]


async def elect_leaders(
    cluster: Cluster, partitions: object, *, election_type: ElectionType, deadline: Deadline
) -> Elected:
    election_type = arguments.instance(election_type, ElectionType, "election_type")
    if partitions is None:
        result = await cluster.run(_of_all(election_type), (None,), deadline=deadline)
        return result[None]
    return await cluster.run(_of_some(cluster, election_type), arguments.partitions(partitions), deadline=deadline)


def _of_some(
    cluster: Cluster, election_type: ElectionType
) -> Operation[TopicPartition, ElectLeadersResponse, ElectedLeader]:
    def request(keys: Sequence[TopicPartition], attempt: Attempt) -> ElectLeadersRequest:
        return ElectLeadersRequest(
            election_type=election_type,
            topic_partitions=tuple(
                ElectLeadersRequestTopicPartitions(topic=topic, partitions=tuple(indexes))
                for topic, indexes in by_topic(keys).items()
            ),
            timeout_ms=attempt.timeout_ms,
        )

    def outcomes(
        keys: Sequence[TopicPartition], response: ElectLeadersResponse, attempt: Attempt
    ) -> Iterator[tuple[TopicPartition, Outcome[ElectedLeader]]]:
        for key in keys if response.error_code else ():
            yield key, Errored(response.error_code)
        for key, refused in _results(response):
            yield key, refused or Done(ElectedLeader(partition=key))

    async def is_led(key: TopicPartition, deadline: Deadline) -> ElectedLeader | None:
        for _ in range(_LOOKS):
            described = await cluster.run(describing("elect_leaders", (key.topic,)), (key.topic,), deadline=deadline)
            if _is_as_elected(described[key.topic], key.partition, election_type):
                return ElectedLeader(partition=key, ambiguous=True)
            # The controller may have elected; the broker that was asked may not have heard of it yet.
            await anyio.sleep(_BETWEEN_LOOKS)
        return None

    return Operation(
        name="elect_leaders",
        noun="partition",
        to=lambda key: Controller(),
        api=ElectLeadersRequest,
        lane=Lane.WAITING,
        request=request,
        outcomes=outcomes,
        keys_per_request=lambda version: PARTITIONS_PER_REQUEST,
        at_least=_at_least(election_type),
        needs=_needs(election_type),
        repeat=Verified(already=frozenset({_ELECTION_NOT_NEEDED}), verify=is_led),
    )


def _of_all(election_type: ElectionType) -> Operation[None, ElectLeadersResponse, Elected]:
    def request(keys: Sequence[None], attempt: Attempt) -> ElectLeadersRequest:
        return ElectLeadersRequest(election_type=election_type, topic_partitions=None, timeout_ms=attempt.timeout_ms)

    def outcomes(
        keys: Sequence[None], response: ElectLeadersResponse, attempt: Attempt
    ) -> Iterator[tuple[None, Outcome[Elected]]]:
        if response.error_code:
            yield None, Errored(response.error_code)
            return
        elected: dict[TopicPartition, ElectedLeader] = {}
        failed: dict[TopicPartition, KafkaAdminError] = {}
        for key, refused in _results(response):
            if refused is None:
                elected[key] = ElectedLeader(partition=key)
            elif refused.code != _ELECTION_NOT_NEEDED:
                failed[key] = broker_error(
                    refused.code,
                    refused.message,
                    context=f"elect_leaders: partition {key}",
                    api=ApiKey.ELECT_LEADERS,
                    resource=key.topic,
                )
        yield None, Done(BatchResult(elected, failed))

    return Operation(
        name="elect_leaders",
        noun="",
        to=lambda key: Controller(),
        api=ElectLeadersRequest,
        lane=Lane.WAITING,
        request=request,
        outcomes=outcomes,
        at_least=_at_least(election_type),
        needs=_needs(election_type),
    )


def _is_as_elected(topic: TopicDescription, index: int, election_type: ElectionType) -> bool:
    partition = next((each for each in topic.partitions if each.partition == index), None)
    if partition is None or partition.leader is None:
        return False
    return election_type is ElectionType.UNCLEAN or partition.leader == partition.replicas[0]


def _results(response: ElectLeadersResponse) -> Iterator[tuple[TopicPartition, Errored | None]]:
    for topic in response.replica_election_results:
        for each in topic.partition_result:
            refused = Errored(each.error_code, each.error_message) if each.error_code else None
            yield TopicPartition(topic.topic, each.partition_id), refused


def _at_least(election_type: ElectionType) -> int | None:
    return _UNCLEAN if election_type is ElectionType.UNCLEAN else None


def _needs(election_type: ElectionType) -> str:
    return "unclean elections" if election_type is ElectionType.UNCLEAN else ""
