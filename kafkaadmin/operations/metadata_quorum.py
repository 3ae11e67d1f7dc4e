"""The metadata quorum: described, and given other voters (KIP-853)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from kafkaadmin.models.quorum import ChangedVoter, QuorumInfo, QuorumReplica, RaftVoterEndpoint
from kafkaadmin.network import Lane
from kafkaadmin.operations import arguments
from kafkaadmin.operations.times import moment
from kafkaadmin.routing import (
    Attempt,
    Cluster,
    Controller,
    Deadline,
    Done,
    Errored,
    Operation,
    Outcome,
    Verified,
    settle,
)
from kafkawire.messages import (
    AddRaftVoterRequest,
    AddRaftVoterRequestListener,
    AddRaftVoterResponse,
    DescribeQuorumRequest,
    DescribeQuorumRequestPartitionData,
    DescribeQuorumRequestTopicData,
    DescribeQuorumResponse,
    DescribeQuorumResponseNode,
    DescribeQuorumResponsePartitionData,
    DescribeQuorumResponseReplicaState,
    RemoveRaftVoterRequest,
    RemoveRaftVoterResponse,
)
from kafkawire.primitives import ZERO_UUID

__all__ = ["add_raft_voter", "describe_metadata_quorum", "remove_raft_voter"]

_METADATA_TOPIC = "__cluster_metadata"

_NOT_LEADER_OR_FOLLOWER = 6
_DUPLICATE_VOTER = 126
_VOTER_NOT_FOUND = 127

_NOBODY_LEADS = frozenset({_NOT_LEADER_OR_FOLLOWER})
"""Between two leaders of the quorum a broker may still pass requests on to the old one."""


async def describe_metadata_quorum(cluster: Cluster, *, deadline: Deadline) -> QuorumInfo:
    return await _described(cluster, "describe_metadata_quorum", deadline)


async def _described(cluster: Cluster, name: str, deadline: Deadline) -> QuorumInfo:
    """The quorum, read on behalf of the call `name`."""

    def request(keys: Sequence[None], attempt: Attempt) -> DescribeQuorumRequest:
        partition = DescribeQuorumRequestPartitionData(partition_index=0)
        return DescribeQuorumRequest(
            topics=(DescribeQuorumRequestTopicData(topic_name=_METADATA_TOPIC, partitions=(partition,)),)
        )

    result = await cluster.run(
        Operation(
            name=name,
            noun="",
            to=_controller,
            api=DescribeQuorumRequest,
            request=request,
            outcomes=_outcomes,
            retry_on=_NOBODY_LEADS,
        ),
        (None,),
        deadline=deadline,
    )
    return result[None]


def _controller(key: object) -> Controller:
    return Controller()


def _outcomes(
    keys: Sequence[None], response: DescribeQuorumResponse, attempt: Attempt
) -> Iterator[tuple[None, Outcome[QuorumInfo]]]:
    if response.error_code:
        yield None, Errored(response.error_code, response.error_message)
    for topic in response.topics:
        for partition in topic.partitions:
            if partition.error_code:
                yield None, Errored(partition.error_code, partition.error_message)
            else:
                yield None, Done(_quorum(partition, response.nodes))


def _quorum(partition: DescribeQuorumResponsePartitionData, nodes: Iterable[DescribeQuorumResponseNode]) -> QuorumInfo:
    return QuorumInfo(
        leader_id=partition.leader_id if partition.leader_id >= 0 else None,
        leader_epoch=partition.leader_epoch,
        high_watermark=partition.high_watermark,
        voters=tuple(map(_replica, partition.current_voters)),
        observers=tuple(map(_replica, partition.observers)),
        endpoints={
            node.node_id: tuple(
                RaftVoterEndpoint(listener=each.name, host=each.host, port=each.port) for each in node.listeners
            )
            for node in nodes
        },
    )


def _replica(state: DescribeQuorumResponseReplicaState) -> QuorumReplica:
    return QuorumReplica(
        replica_id=state.replica_id,
        directory_id=None if state.replica_directory_id == ZERO_UUID else state.replica_directory_id,
        log_end_offset=state.log_end_offset if state.log_end_offset >= 0 else None,
        last_fetched_at=moment(state.last_fetch_timestamp),
        last_caught_up_at=moment(state.last_caught_up_timestamp),
    )


async def add_raft_voter(
    cluster: Cluster,
    voter_id: int,
    directory_id: UUID,
    endpoints: object,
    *,
    cluster_id: str | None,
    deadline: Deadline,
) -> ChangedVoter:
    voter = _voter(voter_id, directory_id)
    wanted = _endpoints(endpoints)

    def request(keys: Sequence[int], attempt: Attempt) -> AddRaftVoterRequest:
        return AddRaftVoterRequest(
            cluster_id=cluster_id,
            timeout_ms=attempt.timeout_ms,
            voter_id=voter_id,
            voter_directory_id=directory_id,
            listeners=tuple(
                AddRaftVoterRequestListener(name=each.listener, host=each.host, port=each.port) for each in wanted
            ),
        )

    def outcomes(
        keys: Sequence[int], response: AddRaftVoterResponse, attempt: Attempt
    ) -> Iterator[tuple[int, Outcome[ChangedVoter]]]:
        for key in keys:
            yield key, settle(response.error_code, lambda: voter, response.error_message)

    async def is_in(key: int, deadline: Deadline) -> ChangedVoter | None:
        quorum = await _described(cluster, "add_raft_voter", deadline)
        found = _votes(quorum, voter) and set(quorum.endpoints.get(voter_id, ())) == set(wanted)
        return _ambiguous(voter) if found else None

    result = await cluster.run(
        Operation(
            name="add_raft_voter",
            noun="voter",
            to=_controller,
            api=AddRaftVoterRequest,
            lane=Lane.WAITING,
            request=request,
            outcomes=outcomes,
            retry_on=_NOBODY_LEADS,
            repeat=Verified(already=frozenset({_DUPLICATE_VOTER}), verify=is_in),
        ),
        (voter_id,),
        deadline=deadline,
    )
    return result[voter_id]


async def remove_raft_voter(
    cluster: Cluster, voter_id: int, directory_id: UUID, *, cluster_id: str | None, deadline: Deadline
) -> ChangedVoter:
    voter = _voter(voter_id, directory_id)

    def request(keys: Sequence[int], attempt: Attempt) -> RemoveRaftVoterRequest:
        return RemoveRaftVoterRequest(cluster_id=cluster_id, voter_id=voter_id, voter_directory_id=directory_id)

    def outcomes(
        keys: Sequence[int], response: RemoveRaftVoterResponse, attempt: Attempt
    ) -> Iterator[tuple[int, Outcome[ChangedVoter]]]:
        for key in keys:
            yield key, settle(response.error_code, lambda: voter, response.error_message)

    async def is_out(key: int, deadline: Deadline) -> ChangedVoter | None:
        quorum = await _described(cluster, "remove_raft_voter", deadline)
        return None if _votes(quorum, voter) else _ambiguous(voter)

    result = await cluster.run(
        Operation(
            name="remove_raft_voter",
            noun="voter",
            to=_controller,
            api=RemoveRaftVoterRequest,
            lane=Lane.WAITING,
            request=request,
            outcomes=outcomes,
            retry_on=_NOBODY_LEADS,
            repeat=Verified(already=frozenset({_VOTER_NOT_FOUND}), verify=is_out),
        ),
        (voter_id,),
        deadline=deadline,
    )
    return result[voter_id]


def _voter(voter_id: int, directory_id: UUID) -> ChangedVoter:
    arguments.integer(voter_id, "voter_id", most=2**31 - 1)
    arguments.instance(directory_id, UUID, "directory_id")
    return ChangedVoter(voter_id=voter_id, directory_id=directory_id)


def _endpoints(endpoints: object) -> tuple[RaftVoterEndpoint, ...]:
    if isinstance(endpoints, RaftVoterEndpoint):
        return (endpoints,)
    given = arguments.several(endpoints, "endpoints: a RaftVoterEndpoint or several")
    return tuple(dict.fromkeys(arguments.instance(each, RaftVoterEndpoint, "endpoint") for each in given))


def _votes(quorum: QuorumInfo, voter: ChangedVoter) -> bool:
    return any((each.replica_id, each.directory_id) == (voter.voter_id, voter.directory_id) for each in quorum.voters)


def _ambiguous(voter: ChangedVoter) -> ChangedVoter:
    return ChangedVoter(voter_id=voter.voter_id, directory_id=voter.directory_id, ambiguous=True)
