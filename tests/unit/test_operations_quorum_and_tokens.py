"""How the metadata quorum and delegation tokens are asked for, and how the answers are read, version by version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from kafkaadmin import (
    ChangedVoter,
    ConfigurationError,
    DelegationTokenExpiry,
    DuplicateVoterError,
    KafkaPrincipal,
    RaftVoterEndpoint,
    UnsupportedVersionError,
)
from kafkaadmin import operations as ops
from kafkaadmin.routing import Repeat, Verified
from kafkawire.messages import (
    AddRaftVoterRequest,
    AddRaftVoterResponse,
    CreateDelegationTokenRequest,
    CreateDelegationTokenResponse,
    DescribeDelegationTokenRequest,
    DescribeDelegationTokenResponse,
    DescribeQuorumRequest,
    DescribeQuorumResponse,
    DescribeQuorumResponseListener,
    DescribeQuorumResponseNode,
    DescribeQuorumResponsePartitionData,
    DescribeQuorumResponseReplicaState,
    DescribeQuorumResponseTopicData,
    ExpireDelegationTokenRequest,
    ExpireDelegationTokenResponse,
)
from tests.support.scripted_cluster import ScriptedCluster

DIRECTORY = UUID(int=7)
ENDPOINT = RaftVoterEndpoint(listener="CONTROLLER", host="localhost", port=9093)
ALICE = KafkaPrincipal(name="alice")


def quorum(version: int) -> DescribeQuorumResponse:
    directory = {"replica_directory_id": DIRECTORY} if version >= 2 else {}
    times = {"last_fetch_timestamp": -1, "last_caught_up_timestamp": 1_000} if version >= 1 else {}
    voter = DescribeQuorumResponseReplicaState(replica_id=4, log_end_offset=-1, **directory, **times)  # type: ignore[arg-type]
    partition = DescribeQuorumResponsePartitionData(
        leader_id=-1, leader_epoch=3, high_watermark=9, current_voters=(voter,)
    )
    listener = DescribeQuorumResponseListener(name="CONTROLLER", host="localhost", port=9093)
    return DescribeQuorumResponse(
        topics=(DescribeQuorumResponseTopicData(topic_name="__cluster_metadata", partitions=(partition,)),),
        nodes=(DescribeQuorumResponseNode(node_id=4, listeners=(listener,)),) if version >= 2 else (),
    )


class TestTheQuorum:
    @pytest.mark.parametrize("version", range(3))
    def test_it_is_read_without_numbers_that_stand_for_nothing(self, version: int) -> None:
        cluster = ScriptedCluster({DescribeQuorumRequest: (version, lambda _: quorum(version))})
        told = cluster.call(ops.describe_metadata_quorum)
        (voter,) = told.voters
        assert (told.leader_id, told.leader_epoch, voter.log_end_offset, voter.last_fetched_at) == (None, 3, None, None)
        assert voter.directory_id == (DIRECTORY if version >= 2 else None)
        assert voter.last_caught_up_at == (datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC) if version >= 1 else None)
        assert told.endpoints == ({4: (ENDPOINT,)} if version >= 2 else {})

    @pytest.mark.parametrize("endpoint", [ENDPOINT, RaftVoterEndpoint(listener="OTHER", host="localhost", port=1)])
    def test_after_a_lost_answer_a_voter_is_ours_if_it_is_as_ordered(self, endpoint: RaftVoterEndpoint) -> None:
        cluster = ScriptedCluster(
            {
                AddRaftVoterRequest: (1, lambda _: AddRaftVoterResponse(error_code=126)),
                DescribeQuorumRequest: (2, lambda _: quorum(2)),
            }
        )
        with pytest.raises(DuplicateVoterError):
            cluster.call(ops.add_raft_voter, 4, DIRECTORY, endpoint, cluster_id=None)
        repeat = cluster.operations[0].repeat
        assert isinstance(repeat, Verified)
        assert repeat.already == {126}
        ours = ChangedVoter(voter_id=4, directory_id=DIRECTORY, ambiguous=True)
        assert cluster.verify(4, of=0) == (ours if endpoint == ENDPOINT else None)


class TestTokens:
    @pytest.mark.parametrize("version", range(4))
    def test_a_token_is_asked_for_once(self, version: int) -> None:
        answer = CreateDelegationTokenResponse(
            principal_type="User", principal_name="alice", token_id="t", hmac=b"secret", expiry_timestamp_ms=1_000
        )
        cluster = ScriptedCluster({CreateDelegationTokenRequest: (version, lambda _: answer)})
        token = cluster.call(ops.create_delegation_token, owner=None, renewers=ALICE, max_lifetime=timedelta(hours=1))
        assert (token.owner, token.renewers, token.requester) == (ALICE, (ALICE,), None)
        assert "secret" not in repr(token)
        assert cluster.asked[0].request.max_lifetime_ms == 3_600_000
        assert cluster.operations[0].repeat is Repeat.NEVER

    def test_one_for_somebody_else_needs_a_broker_that_knows_of_it(self) -> None:
        cluster = ScriptedCluster({CreateDelegationTokenRequest: (2, lambda _: CreateDelegationTokenResponse())})
        with pytest.raises(UnsupportedVersionError):
            cluster.call(ops.create_delegation_token, owner=ALICE, renewers=(), max_lifetime=None)

    def test_after_a_lost_answer_a_token_that_is_gone_was_ended_by_us(self) -> None:
        cluster = ScriptedCluster(
            {
                ExpireDelegationTokenRequest: (2, lambda _: ExpireDelegationTokenResponse(expiry_timestamp_ms=5)),
                DescribeDelegationTokenRequest: (3, lambda _: DescribeDelegationTokenResponse()),
            }
        )
        cluster.call(ops.expire_delegation_token, b"secret", period=None)
        assert cluster.asked[0].request.expiry_time_period_ms == -1
        assert cluster.verify(None, of=0) == DelegationTokenExpiry(expires_at=None, ambiguous=True)

    def test_what_is_no_token_is_refused_without_showing_it(self) -> None:
        with pytest.raises(ConfigurationError) as refused:
            ScriptedCluster({}).call(ops.renew_delegation_token, "secret", period=None)
        assert "secret" not in str(refused.value)
