"""The metadata quorum, on FakeCluster and on real Kafka, whose voters here are a static list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from kafkaadmin import (
    AdminClient,
    BrokerError,
    ChangedVoter,
    DuplicateVoterError,
    RaftVoterEndpoint,
    UnsupportedVersionError,
    VoterNotFoundError,
)
from kafkaadmin.testing import FakeCluster
from tests.support.stage import Stage

pytestmark = pytest.mark.anyio

UNSUPPORTED_VERSION = 35
INCONSISTENT_CLUSTER_ID = 104

ENDPOINT = RaftVoterEndpoint(listener="CONTROLLER", host="127.0.0.1", port=9093)


async def test_the_quorum_is_described(admin: AdminClient, stage: Stage) -> None:
    if stage.release < (3, 3):
        with pytest.raises(UnsupportedVersionError):
            await admin.describe_metadata_quorum()
        return
    quorum = await admin.describe_metadata_quorum()
    voters = {voter.replica_id: voter for voter in quorum.voters}
    assert set(voters) == {1, 2, 3}
    assert quorum.leader_id in voters
    assert quorum.leader_epoch > 0
    assert voters[quorum.leader_id].log_end_offset >= quorum.high_watermark > 0  # type: ignore[operator]
    assert voters[quorum.leader_id].last_caught_up_at is not None
    if stage.release >= (3, 9):
        assert set(quorum.endpoints) == {1, 2, 3}
        assert all(listener.port > 0 for listeners in quorum.endpoints.values() for listener in listeners)


async def test_voters_that_are_a_static_list_stay(admin: AdminClient, stage: Stage) -> None:
    if stage.release < (3, 9):
        with pytest.raises(UnsupportedVersionError):
            await admin.add_raft_voter(4, uuid4(), ENDPOINT)
        return
    with pytest.raises(BrokerError) as refused:
        await admin.add_raft_voter(4, uuid4(), ENDPOINT, timeout=10)
    assert refused.value.code == UNSUPPORTED_VERSION
    with pytest.raises(BrokerError) as refused:
        await admin.remove_raft_voter(3, uuid4(), timeout=10)
    assert refused.value.code == UNSUPPORTED_VERSION


async def test_another_clusters_voters_are_not_changed(admin: AdminClient, stage: Stage) -> None:
    error = BrokerError if stage.release >= (3, 9) else UnsupportedVersionError
    with pytest.raises(error) as refused:
        await admin.remove_raft_voter(3, uuid4(), cluster_id="AnotherClustersIdXXXXX", timeout=10)
    if isinstance(refused.value, BrokerError):
        assert refused.value.code == INCONSISTENT_CLUSTER_ID


class TestADynamicQuorum:
    """With `kraft.version` 1."""

    @pytest.fixture(params=["asyncio", "trio"])
    def anyio_backend(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    @pytest.fixture
    def cluster(self) -> Iterator[FakeCluster]:
        with FakeCluster(brokers=3) as cluster:
            cluster.allow_voter_changes()
            yield cluster

    @pytest.fixture
    async def admin(self, cluster: FakeCluster) -> AsyncIterator[AdminClient]:
        async with AdminClient(cluster.bootstrap_servers) as admin:
            yield admin

    async def test_a_voter_leaves_and_comes_back(self, cluster: FakeCluster, admin: AdminClient) -> None:
        directory = cluster.voters()[3]
        removed = await admin.remove_raft_voter(3, directory)
        assert removed == ChangedVoter(voter_id=3, directory_id=directory)
        quorum = await admin.describe_metadata_quorum()
        assert [voter.replica_id for voter in quorum.voters] == [1, 2]
        assert [(each.replica_id, each.directory_id) for each in quorum.observers] == [(3, directory)]
        with pytest.raises(VoterNotFoundError, match="remove_raft_voter: voter 3: VOTER_NOT_FOUND"):
            await admin.remove_raft_voter(3, directory)

        added = await admin.add_raft_voter(3, directory, ENDPOINT)
        assert added == ChangedVoter(voter_id=3, directory_id=directory)
        assert (await admin.describe_metadata_quorum()).endpoints[3] == (ENDPOINT,)
        with pytest.raises(DuplicateVoterError):
            await admin.add_raft_voter(3, directory, ENDPOINT)

    async def test_the_leader_itself_can_be_removed(self, cluster: FakeCluster, admin: AdminClient) -> None:
        before = await admin.describe_metadata_quorum()
        assert before.leader_id is not None
        await admin.remove_raft_voter(before.leader_id, cluster.voters()[before.leader_id])
        after = await admin.describe_metadata_quorum()
        assert after.leader_id != before.leader_id
        assert after.leader_epoch > before.leader_epoch
