"""AlterReplicaLogDirs: moves replicas between the log directories of one broker, on that broker (KIP-113).

v1 is v0, v2 is flexible. The answer means that the move has begun: DescribeLogDirs shows the new copy as a future
replica until it has caught up. A replica that the broker doesn't have yet is placed when it is made, and the answer for
it is REPLICA_NOT_AVAILABLE all the same.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int16, Int32, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class AlterReplicaLogDirPartitionResult:
    partition_index: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)


@entity
class AlterReplicaLogDirTopicResult:
    topic_name: str = wire(String, default="")
    partitions: tuple[AlterReplicaLogDirPartitionResult, ...] = wire(
        Array(AlterReplicaLogDirPartitionResult), default=()
    )


@entity
class AlterReplicaLogDirsResponse(Response):
    """One result per partition."""

    api_key, versions, flexible_since = ApiKey.ALTER_REPLICA_LOG_DIRS, range(3), 2

    throttle_time_ms: int = wire(Int32, default=0)
    results: tuple[AlterReplicaLogDirTopicResult, ...] = wire(Array(AlterReplicaLogDirTopicResult), default=())


@entity
class AlterReplicaLogDirTopic:
    name: str = wire(String, default="")
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class AlterReplicaLogDir:
    """One directory, by its absolute path, and what shall move there."""

    path: str = wire(String, default="")
    topics: tuple[AlterReplicaLogDirTopic, ...] = wire(Array(AlterReplicaLogDirTopic), default=())


@entity
class AlterReplicaLogDirsRequest(Request[AlterReplicaLogDirsResponse]):
    """Moves replicas of the broker that receives it."""

    api_key, versions, flexible_since = ApiKey.ALTER_REPLICA_LOG_DIRS, range(3), 2

    dirs: tuple[AlterReplicaLogDir, ...] = wire(Array(AlterReplicaLogDir), default=())
