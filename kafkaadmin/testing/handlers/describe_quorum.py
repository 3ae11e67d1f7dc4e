"""DescribeQuorum: the voters of the metadata log, and how far they are: all are as far as the leader."""

from __future__ import annotations

import time
from collections.abc import Iterable

from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.voters import Voter, Voters
from kafkawire import ErrorCode
from kafkawire.messages import (
    DescribeQuorumRequest,
    DescribeQuorumResponse,
    DescribeQuorumResponseListener,
    DescribeQuorumResponseNode,
    DescribeQuorumResponsePartitionData,
    DescribeQuorumResponseReplicaState,
    DescribeQuorumResponseTopicData,
)
from kafkawire.primitives import ZERO_UUID

__all__ = ["describe_quorum"]

_METADATA_LOG = ("__cluster_metadata", 0)
_DIRECTORIES_SINCE = 2


def describe_quorum(request: DescribeQuorumRequest, context: Context) -> DescribeQuorumResponse:
    if error := context.quorum_error():
        return DescribeQuorumResponse(error_code=error, error_message=error.name)
    voters = context.state.voters
    return DescribeQuorumResponse(
        error_code=ErrorCode.NONE,
        error_message=None,
        topics=tuple(
            DescribeQuorumResponseTopicData(
                topic_name=topic.topic_name,
                partitions=tuple(
                    _partition(topic.topic_name, partition.partition_index, context) for partition in topic.partitions
                ),
            )
            for topic in request.topics
        ),
        nodes=_nodes(voters, context) if context.version >= _DIRECTORIES_SINCE else (),
    )


def _partition(topic: str, index: int, context: Context) -> DescribeQuorumResponsePartitionData:
    if (topic, index) != _METADATA_LOG:
        return DescribeQuorumResponsePartitionData(
            partition_index=index, error_code=ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, error_message=None
        )
    voters = context.state.voters
    return DescribeQuorumResponsePartitionData(
        partition_index=index,
        error_code=ErrorCode.NONE,
        error_message=None,
        leader_id=_leader(context),
        leader_epoch=voters.leader_epoch + context.state.quorum.epoch,
        high_watermark=voters.high_watermark,
        current_voters=_replicas(voters.voters.values(), context),
        observers=_replicas(voters.observers.values(), context),
    )


def _leader(context: Context) -> int:
    """The active controller, where controllers are nodes of their own."""
    quorum = context.state.quorum
    return quorum.leader if quorum.nodes else context.state.voters.leader


def _replicas(replicas: Iterable[Voter], context: Context) -> tuple[DescribeQuorumResponseReplicaState, ...]:
    voters, now = context.state.voters, round(time.time() * 1000)
    told = voters.dynamic and context.version >= _DIRECTORIES_SINCE
    return tuple(
        DescribeQuorumResponseReplicaState(
            replica_id=voter.node_id,
            replica_directory_id=voter.directory_id if told else ZERO_UUID,
            log_end_offset=voters.high_watermark,
            last_fetch_timestamp=-1 if voter.node_id == _leader(context) else now,
            last_caught_up_timestamp=now,
        )
        for voter in replicas
    )


def _nodes(voters: Voters, context: Context) -> tuple[DescribeQuorumResponseNode, ...]:
    return tuple(
        DescribeQuorumResponseNode(
            node_id=voter.node_id,
            listeners=tuple(
                DescribeQuorumResponseListener(name=name, host=host, port=port)
                for name, host, port in voter.endpoints or _endpoints(voter.node_id, context)
            ),
        )
        for voter in voters.voters.values()
    )


def _endpoints(node_id: int, context: Context) -> tuple[tuple[str, str, int], ...]:
    state = context.state
    node = state.quorum.nodes.get(node_id) or state.brokers[node_id]
    return (("CONTROLLER", node.host, node.port),)
