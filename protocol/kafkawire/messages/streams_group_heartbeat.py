"""StreamsGroupHeartbeat: membership and tasks in a Kafka Streams group, all in one request (KIP-1071).

Flexible from the start. v1 lets the broker ask for a description of the topology (KIP-1331), and may carry a status
that v0 clients don't know. Epoch 0 joins, -1 leaves, -2 leaves as a static member. Null fields mean "as before".
The coordinator answers with tasks only when they changed.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import (
    Array,
    Boolean,
    Int8,
    Int16,
    Int32,
    Int64,
    NullableArray,
    NullableString,
    String,
    UInt16,
    struct,
)
from kafkawire.schema import Request, Response, entity, wire


@entity
class StreamsGroupHeartbeatResponseStatus:
    """Something the application should know that is no error, such as a missing source topic."""

    # 0 stale topology, 1 missing source topics, 2 incorrectly partitioned topics, 3 missing internal topics,
    # 4 application shuts down, 5 assignment delayed, 6 missing client tags (v1+).
    status_code: int = wire(Int8, default=0)
    status_detail: str = wire(String, default="")


@entity
class StreamsGroupHeartbeatResponseTaskIds:
    """Tasks of one subtopology: one per partition."""

    subtopology_id: str = wire(String, default="")
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class StreamsGroupHeartbeatResponseEndpoint:
    host: str = wire(String, default="")
    port: int = wire(UInt16, default=0)


@entity
class StreamsGroupHeartbeatResponseTopicPartition:
    """Partitions of one topic."""

    topic: str = wire(String, default="")
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class StreamsGroupHeartbeatResponseEndpointToPartitions:
    """What one member serves for interactive queries. Several members may have the same endpoint."""

    user_endpoint: StreamsGroupHeartbeatResponseEndpoint = wire(StreamsGroupHeartbeatResponseEndpoint)
    active_partitions: tuple[StreamsGroupHeartbeatResponseTopicPartition, ...] = wire(
        Array(StreamsGroupHeartbeatResponseTopicPartition), default=()
    )
    standby_partitions: tuple[StreamsGroupHeartbeatResponseTopicPartition, ...] = wire(
        Array(StreamsGroupHeartbeatResponseTopicPartition), default=()
    )


@entity
class StreamsGroupHeartbeatResponse(Response):
    """The member's epoch, its tasks if they changed, and what to mind."""

    api_key, versions, flexible_since = ApiKey.STREAMS_GROUP_HEARTBEAT, range(2), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)
    member_id: str = wire(String, default="")
    member_epoch: int = wire(Int32, default=0)
    heartbeat_interval_ms: int = wire(Int32, default=0)
    # Too narrow for an offset, hence `acceptable_recovery_lag`.
    acceptable_recovery_lag_legacy: int = wire(Int32, until=0, default=0)
    task_offset_interval_ms: int = wire(Int32, default=0)
    # How far a task may be behind to become active; -1: the broker doesn't say.
    acceptable_recovery_lag: int = wire(Int64, since=1, default=-1, ignorable=True)
    status: tuple[StreamsGroupHeartbeatResponseStatus, ...] | None = wire(
        NullableArray(StreamsGroupHeartbeatResponseStatus), default=()
    )
    active_tasks: tuple[StreamsGroupHeartbeatResponseTaskIds, ...] | None = wire(
        NullableArray(StreamsGroupHeartbeatResponseTaskIds), default=None
    )
    standby_tasks: tuple[StreamsGroupHeartbeatResponseTaskIds, ...] | None = wire(
        NullableArray(StreamsGroupHeartbeatResponseTaskIds), default=None
    )
    warmup_tasks: tuple[StreamsGroupHeartbeatResponseTaskIds, ...] | None = wire(
        NullableArray(StreamsGroupHeartbeatResponseTaskIds), default=None
    )
    # The broker wants a StreamsGroupTopologyDescriptionUpdate.
    topology_description_required: bool = wire(Boolean, since=1, default=False)
    endpoint_information_epoch: int = wire(Int32, default=0)
    partitions_by_user_endpoint: tuple[StreamsGroupHeartbeatResponseEndpointToPartitions, ...] | None = wire(
        NullableArray(StreamsGroupHeartbeatResponseEndpointToPartitions), default=None
    )


@entity
class StreamsGroupHeartbeatRequestKeyValue:
    key: str = wire(String, default="")
    value: str = wire(String, default="")


@entity
class StreamsGroupHeartbeatRequestTopicInfo:
    """A topic that the coordinator makes when it is missing. 0 stands for no fixed count and for the default factor."""

    name: str = wire(String, default="")
    partitions: int = wire(Int32, default=0)
    replication_factor: int = wire(Int16, default=0)
    topic_configs: tuple[StreamsGroupHeartbeatRequestKeyValue, ...] = wire(
        Array(StreamsGroupHeartbeatRequestKeyValue), default=()
    )


@entity
class StreamsGroupHeartbeatRequestCopartitionGroup:
    """Topics that need the same number of partitions, as indexes into the subtopology's arrays."""

    source_topics: tuple[int, ...] = wire(Array(Int16), default=())
    source_topic_regex: tuple[int, ...] = wire(Array(Int16), default=())
    repartition_source_topics: tuple[int, ...] = wire(Array(Int16), default=())


@entity
class StreamsGroupHeartbeatRequestSubtopology:
    """What one subtopology reads and writes."""

    subtopology_id: str = wire(String, default="")
    source_topics: tuple[str, ...] = wire(Array(String), default=())
    source_topic_regex: tuple[str, ...] = wire(Array(String), default=())
    state_changelog_topics: tuple[StreamsGroupHeartbeatRequestTopicInfo, ...] = wire(
        Array(StreamsGroupHeartbeatRequestTopicInfo), default=()
    )
    repartition_sink_topics: tuple[str, ...] = wire(Array(String), default=())
    repartition_source_topics: tuple[StreamsGroupHeartbeatRequestTopicInfo, ...] = wire(
        Array(StreamsGroupHeartbeatRequestTopicInfo), default=()
    )
    copartition_groups: tuple[StreamsGroupHeartbeatRequestCopartitionGroup, ...] = wire(
        Array(StreamsGroupHeartbeatRequestCopartitionGroup), default=()
    )


@entity
class StreamsGroupHeartbeatRequestTopology:
    """All subtopologies of an application; sent when joining."""

    epoch: int = wire(Int32, default=0)
    subtopologies: tuple[StreamsGroupHeartbeatRequestSubtopology, ...] = wire(
        Array(StreamsGroupHeartbeatRequestSubtopology), default=()
    )


@entity
class StreamsGroupHeartbeatRequestTaskIds:
    subtopology_id: str = wire(String, default="")
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class StreamsGroupHeartbeatRequestEndpoint:
    host: str = wire(String, default="")
    port: int = wire(UInt16, default=0)


@entity
class StreamsGroupHeartbeatRequestTaskOffset:
    """How far one task has read its changelogs, summed over them."""

    subtopology_id: str = wire(String, default="")
    partition: int = wire(Int32, default=0)
    offset: int = wire(Int64, default=0)


@entity
class StreamsGroupHeartbeatRequest(Request[StreamsGroupHeartbeatResponse]):
    """Joins, stays, reports progress, or leaves."""

    api_key, versions, flexible_since = ApiKey.STREAMS_GROUP_HEARTBEAT, range(2), 0

    group_id: str = wire(String, default="")
    member_id: str = wire(String, default="")
    member_epoch: int = wire(Int32, default=0)
    endpoint_information_epoch: int = wire(Int32, default=0)
    instance_id: str | None = wire(NullableString, default=None)
    rack_id: str | None = wire(NullableString, default=None)
    # -1: "as before".
    rebalance_timeout_ms: int = wire(Int32, default=-1)
    topology: StreamsGroupHeartbeatRequestTopology | None = wire(
        struct(StreamsGroupHeartbeatRequestTopology), default=None
    )
    active_tasks: tuple[StreamsGroupHeartbeatRequestTaskIds, ...] | None = wire(
        NullableArray(StreamsGroupHeartbeatRequestTaskIds), default=None
    )
    standby_tasks: tuple[StreamsGroupHeartbeatRequestTaskIds, ...] | None = wire(
        NullableArray(StreamsGroupHeartbeatRequestTaskIds), default=None
    )
    warmup_tasks: tuple[StreamsGroupHeartbeatRequestTaskIds, ...] | None = wire(
        NullableArray(StreamsGroupHeartbeatRequestTaskIds), default=None
    )
    process_id: str | None = wire(NullableString, default=None)
    user_endpoint: StreamsGroupHeartbeatRequestEndpoint | None = wire(
        struct(StreamsGroupHeartbeatRequestEndpoint), default=None
    )
    client_tags: tuple[StreamsGroupHeartbeatRequestKeyValue, ...] | None = wire(
        NullableArray(StreamsGroupHeartbeatRequestKeyValue), default=None
    )
    task_offsets: tuple[StreamsGroupHeartbeatRequestTaskOffset, ...] | None = wire(
        NullableArray(StreamsGroupHeartbeatRequestTaskOffset), default=None
    )
    task_end_offsets: tuple[StreamsGroupHeartbeatRequestTaskOffset, ...] | None = wire(
        NullableArray(StreamsGroupHeartbeatRequestTaskOffset), default=None
    )
    shutdown_application: bool = wire(Boolean, default=False)
