"""DescribeQuorum: leader, voters and observers of the metadata log, and how far each is (KIP-595).

Flexible from the start. v1 adds when each replica last fetched and caught up (KIP-836), v2 the voters' directories and
addresses, and messages (KIP-853). The one thing to ask about is partition 0 of `__cluster_metadata`. Brokers forward
to the quorum's leader; a controller that doesn't lead answers NOT_LEADER_OR_FOLLOWER.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import ZERO_UUID, Array, Int16, Int32, Int64, NullableString, String, UInt16, Uuid
from kafkawire.schema import Request, Response, entity, wire


@entity
class DescribeQuorumResponseReplicaState:
    """One voter or observer, as the leader sees it."""

    replica_id: int = wire(Int32, default=0)
    # Zero where voters are a static list (`kraft.version` 0).
    replica_directory_id: UUID = wire(Uuid, since=2, default=ZERO_UUID)
    # -1: not known.
    log_end_offset: int = wire(Int64, default=0)
    # Milliseconds on the leader's clock; -1 for the leader itself, and for voters not heard of.
    last_fetch_timestamp: int = wire(Int64, since=1, default=-1, ignorable=True)
    # Now for the leader itself; -1 for voters not heard of.
    last_caught_up_timestamp: int = wire(Int64, since=1, default=-1, ignorable=True)


@entity
class DescribeQuorumResponsePartitionData:
    """The state of one partition's quorum, or an error."""

    partition_index: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, since=2, default="", ignorable=True)
    # -1: there is none.
    leader_id: int = wire(Int32, default=0)
    leader_epoch: int = wire(Int32, default=0)
    high_watermark: int = wire(Int64, default=0)
    current_voters: tuple[DescribeQuorumResponseReplicaState, ...] = wire(
        Array(DescribeQuorumResponseReplicaState), default=()
    )
    observers: tuple[DescribeQuorumResponseReplicaState, ...] = wire(
        Array(DescribeQuorumResponseReplicaState), default=()
    )


@entity
class DescribeQuorumResponseTopicData:
    topic_name: str = wire(String, default="")
    partitions: tuple[DescribeQuorumResponsePartitionData, ...] = wire(
        Array(DescribeQuorumResponsePartitionData), default=()
    )


@entity
class DescribeQuorumResponseListener:
    """One address of a voter."""

    name: str = wire(String, since=2, default="")
    host: str = wire(String, since=2, default="")
    port: int = wire(UInt16, since=2, default=0)


@entity
class DescribeQuorumResponseNode:
    """The addresses of one voter."""

    node_id: int = wire(Int32, since=2, default=0)
    listeners: tuple[DescribeQuorumResponseListener, ...] = wire(
        Array(DescribeQuorumResponseListener), since=2, default=()
    )


@entity
class DescribeQuorumResponse(Response):
    """Errors stand at the top and at each partition."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_QUORUM, range(3), 0

    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, since=2, default="", ignorable=True)
    topics: tuple[DescribeQuorumResponseTopicData, ...] = wire(Array(DescribeQuorumResponseTopicData), default=())
    nodes: tuple[DescribeQuorumResponseNode, ...] = wire(Array(DescribeQuorumResponseNode), since=2, default=())


@entity
class DescribeQuorumRequestPartitionData:
    partition_index: int = wire(Int32, default=0)


@entity
class DescribeQuorumRequestTopicData:
    topic_name: str = wire(String, default="")
    partitions: tuple[DescribeQuorumRequestPartitionData, ...] = wire(
        Array(DescribeQuorumRequestPartitionData), default=()
    )


@entity
class DescribeQuorumRequest(Request[DescribeQuorumResponse]):
    """Asks about partitions by topic."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_QUORUM, range(3), 0

    topics: tuple[DescribeQuorumRequestTopicData, ...] = wire(Array(DescribeQuorumRequestTopicData), default=())
