"""DescribeShareGroupOffsets: where share groups start to read in each partition (KIP-932).

Flexible from the start. v1 adds the lag (KIP-1226). Errors stand at the group and at each partition.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import ZERO_UUID, Array, Int16, Int32, Int64, NullableArray, NullableString, String, Uuid
from kafkawire.schema import Request, Response, entity, wire


@entity
class DescribeShareGroupOffsetsResponsePartition:
    """One partition. The start trails acknowledgements: it moves when everything before it is settled."""

    partition_index: int = wire(Int32, default=0)
    # -1: the group has not begun to read the partition.
    start_offset: int = wire(Int64, default=0)
    leader_epoch: int = wire(Int32, default=0)
    # -1: not known.
    lag: int = wire(Int64, since=1, default=-1, ignorable=True)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)


@entity
class DescribeShareGroupOffsetsResponseTopic:
    topic_name: str = wire(String, default="")
    topic_id: UUID = wire(Uuid, default=ZERO_UUID)
    partitions: tuple[DescribeShareGroupOffsetsResponsePartition, ...] = wire(
        Array(DescribeShareGroupOffsetsResponsePartition), default=()
    )


@entity
class DescribeShareGroupOffsetsResponseGroup:
    """One group. Mind the order: its error comes after its topics."""

    group_id: str = wire(String, default="")
    topics: tuple[DescribeShareGroupOffsetsResponseTopic, ...] = wire(
        Array(DescribeShareGroupOffsetsResponseTopic), default=()
    )
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)


@entity
class DescribeShareGroupOffsetsResponse(Response):
    """One entry per group."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_SHARE_GROUP_OFFSETS, range(2), 0

    throttle_time_ms: int = wire(Int32, default=0)
    groups: tuple[DescribeShareGroupOffsetsResponseGroup, ...] = wire(
        Array(DescribeShareGroupOffsetsResponseGroup), default=()
    )


@entity
class DescribeShareGroupOffsetsRequestTopic:
    topic_name: str = wire(String, default="")
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class DescribeShareGroupOffsetsRequestGroup:
    """One group; `topics=None` asks for every partition that it reads."""

    group_id: str = wire(String, default="")
    topics: tuple[DescribeShareGroupOffsetsRequestTopic, ...] | None = wire(
        NullableArray(DescribeShareGroupOffsetsRequestTopic), default=()
    )


@entity
class DescribeShareGroupOffsetsRequest(Request[DescribeShareGroupOffsetsResponse]):
    """Asks about groups, by topic name."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_SHARE_GROUP_OFFSETS, range(2), 0

    groups: tuple[DescribeShareGroupOffsetsRequestGroup, ...] = wire(
        Array(DescribeShareGroupOffsetsRequestGroup), default=()
    )
