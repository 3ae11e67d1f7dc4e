"""AddRaftVoter and RemoveRaftVoter: who votes on the metadata log (KIP-853)."""

from __future__ import annotations

from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.voters import Voter
from kafkawire import ErrorCode
from kafkawire.messages import (
    AddRaftVoterRequest,
    AddRaftVoterResponse,
    RemoveRaftVoterRequest,
    RemoveRaftVoterResponse,
)

__all__ = ["add_raft_voter", "remove_raft_voter"]


def add_raft_voter(request: AddRaftVoterRequest, context: Context) -> AddRaftVoterResponse:
    error = _error(request.cluster_id, context)
    if not error and not request.listeners:
        error = ErrorCode.INVALID_REQUEST
    if not error:
        endpoints = tuple((each.name, each.host, each.port) for each in request.listeners)
        error = context.state.voters.add(
            Voter(node_id=request.voter_id, directory_id=request.voter_directory_id, endpoints=endpoints)
        )
    return AddRaftVoterResponse(
        throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=error.name if error else None
    )


def remove_raft_voter(request: RemoveRaftVoterRequest, context: Context) -> RemoveRaftVoterResponse:
    error = _error(request.cluster_id, context) or context.state.voters.remove(
        request.voter_id, request.voter_directory_id
    )
    return RemoveRaftVoterResponse(
        throttle_time_ms=context.throttle_time_ms, error_code=error, error_message=error.name if error else None
    )


def _error(cluster_id: str | None, context: Context) -> ErrorCode:
    if error := context.quorum_error():
        return error
    ours = cluster_id is None or cluster_id == context.state.cluster_id
    return ErrorCode.NONE if ours else ErrorCode.INCONSISTENT_CLUSTER_ID
