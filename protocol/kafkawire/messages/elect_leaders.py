"""ElectLeaders: makes the controller elect partition leaders.

v0 elects preferred replicas (KIP-183), v1 also unclean ones and adds an error for the whole answer (KIP-460), v2 is
flexible. `topic_partitions=None` means every partition; the answer then lists only those where something was to be
done. A partition that already has the right leader is ELECTION_NOT_NEEDED.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int8, Int16, Int32, NullableArray, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class PartitionResult:
    partition_id: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="")


@entity
class ReplicaElectionResult:
    topic: str = wire(String, default="")
    partition_result: tuple[PartitionResult, ...] = wire(Array(PartitionResult), default=())


@entity
class ElectLeadersResponse(Response):
    """One error for all, and each partition's."""

    api_key, versions, flexible_since = ApiKey.ELECT_LEADERS, range(3), 2

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, since=1, default=0)
    replica_election_results: tuple[ReplicaElectionResult, ...] = wire(Array(ReplicaElectionResult), default=())


@entity
class ElectLeadersRequestTopicPartitions:
    """Partitions of one topic."""

    topic: str = wire(String, default="")
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class ElectLeadersRequest(Request[ElectLeadersResponse]):
    """Asks for elections of some partitions, or of all."""

    api_key, versions, flexible_since = ApiKey.ELECT_LEADERS, range(3), 2

    # An `ElectionType`. v0 knows preferred ones only.
    election_type: int = wire(Int8, since=1, default=0)
    topic_partitions: tuple[ElectLeadersRequestTopicPartitions, ...] | None = wire(
        NullableArray(ElectLeadersRequestTopicPartitions), default=()
    )
    timeout_ms: int = wire(Int32, default=60_000)
