"""StreamsGroupDescribe: state, topology, members and tasks of Kafka Streams groups (KIP-1071).

Flexible from the start. v1 can add a description of the topology, node by node (KIP-1331), and names the assignor
(KIP-1357). A group of another kind, and one that doesn't exist, is GROUP_ID_NOT_FOUND.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.enums import AUTHORIZED_OPERATIONS_OMITTED
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
class StreamsGroupDescribeResponseKeyValue:
    key: str = wire(String, default="")
    value: str = wire(String, default="")


@entity
class StreamsGroupDescribeResponseTopicInfo:
    """A topic that the coordinator makes for the application."""

    name: str = wire(String, default="")
    partitions: int = wire(Int32, default=0)
    replication_factor: int = wire(Int16, default=0)
    topic_configs: tuple[StreamsGroupDescribeResponseKeyValue, ...] = wire(
        Array(StreamsGroupDescribeResponseKeyValue), default=()
    )


@entity
class StreamsGroupDescribeResponseSubtopology:
    """What one subtopology reads and writes, with regular expressions resolved."""

    subtopology_id: str = wire(String, default="")
    source_topics: tuple[str, ...] = wire(Array(String), default=())
    repartition_sink_topics: tuple[str, ...] = wire(Array(String), default=())
    state_changelog_topics: tuple[StreamsGroupDescribeResponseTopicInfo, ...] = wire(
        Array(StreamsGroupDescribeResponseTopicInfo), default=()
    )
    repartition_source_topics: tuple[StreamsGroupDescribeResponseTopicInfo, ...] = wire(
        Array(StreamsGroupDescribeResponseTopicInfo), default=()
    )


@entity
class StreamsGroupDescribeResponseTopology:
    """The topology as the group runs it."""

    epoch: int = wire(Int32, default=0)
    subtopologies: tuple[StreamsGroupDescribeResponseSubtopology, ...] | None = wire(
        NullableArray(StreamsGroupDescribeResponseSubtopology), default=None
    )


@entity
class StreamsGroupDescribeResponseEndpoint:
    host: str = wire(String, default="")
    port: int = wire(UInt16, default=0)


@entity
class StreamsGroupDescribeResponseTaskOffset:
    """How far one task has read its changelogs, summed over them."""

    subtopology_id: str = wire(String, default="")
    partition: int = wire(Int32, default=0)
    offset: int = wire(Int64, default=0)


@entity
class StreamsGroupDescribeResponseTaskIds:
    """Tasks of one subtopology: one per partition."""

    subtopology_id: str = wire(String, default="")
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class StreamsGroupDescribeResponseAssignment:
    """What a member runs, or shall run."""

    active_tasks: tuple[StreamsGroupDescribeResponseTaskIds, ...] = wire(
        Array(StreamsGroupDescribeResponseTaskIds), default=()
    )
    standby_tasks: tuple[StreamsGroupDescribeResponseTaskIds, ...] = wire(
        Array(StreamsGroupDescribeResponseTaskIds), default=()
    )
    warmup_tasks: tuple[StreamsGroupDescribeResponseTaskIds, ...] = wire(
        Array(StreamsGroupDescribeResponseTaskIds), default=()
    )


@entity
class StreamsGroupDescribeResponseMember:
    """One member. It is done reconciling when `assignment` equals `target_assignment`."""

    member_id: str = wire(String, default="")
    member_epoch: int = wire(Int32, default=0)
    instance_id: str | None = wire(NullableString, default=None)
    rack_id: str | None = wire(NullableString, default=None)
    client_id: str = wire(String, default="")
    client_host: str = wire(String, default="")
    topology_epoch: int = wire(Int32, default=0)
    process_id: str = wire(String, default="")
    user_endpoint: StreamsGroupDescribeResponseEndpoint | None = wire(
        struct(StreamsGroupDescribeResponseEndpoint), default=None
    )
    client_tags: tuple[StreamsGroupDescribeResponseKeyValue, ...] = wire(
        Array(StreamsGroupDescribeResponseKeyValue), default=()
    )
    task_offsets: tuple[StreamsGroupDescribeResponseTaskOffset, ...] = wire(
        Array(StreamsGroupDescribeResponseTaskOffset), default=()
    )
    task_end_offsets: tuple[StreamsGroupDescribeResponseTaskOffset, ...] = wire(
        Array(StreamsGroupDescribeResponseTaskOffset), default=()
    )
    assignment: StreamsGroupDescribeResponseAssignment = wire(StreamsGroupDescribeResponseAssignment)
    target_assignment: StreamsGroupDescribeResponseAssignment = wire(StreamsGroupDescribeResponseAssignment)
    # Whether the member still uses the classic protocol.
    is_classic: bool = wire(Boolean, default=False)


@entity
class TopologyDescriptionNode:
    """One source, processor or sink. Predecessors are to be found by `successors`."""

    name: str = wire(String, default="")
    # A `TopologyNodeType`.
    node_type: int = wire(Int8, default=0)
    source_topics: tuple[str, ...] = wire(Array(String), default=())
    # Null for nodes of other types, and for sinks that choose the topic record by record.
    sink_topic: str | None = wire(NullableString, default=None)
    stores: tuple[str, ...] = wire(Array(String), default=())
    successors: tuple[str, ...] = wire(Array(String), default=())


@entity
class TopologyDescriptionSubtopology:
    subtopology_id: str = wire(String, default="")
    nodes: tuple[TopologyDescriptionNode, ...] = wire(Array(TopologyDescriptionNode), default=())


@entity
class TopologyDescriptionGlobalStore:
    source: TopologyDescriptionNode = wire(TopologyDescriptionNode)
    processor: TopologyDescriptionNode = wire(TopologyDescriptionNode)


@entity
class TopologyDescription:
    """The topology as the application wrote it."""

    subtopologies: tuple[TopologyDescriptionSubtopology, ...] = wire(Array(TopologyDescriptionSubtopology), default=())
    global_stores: tuple[TopologyDescriptionGlobalStore, ...] = wire(Array(TopologyDescriptionGlobalStore), default=())


@entity
class StreamsGroupDescribeResponseDescribedGroup:
    """One group. `assignment_epoch` below `group_epoch`: a new assignment is due."""

    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)
    group_id: str = wire(String, default="")
    group_state: str = wire(String, default="")
    group_epoch: int = wire(Int32, default=0)
    assignment_epoch: int = wire(Int32, default=0)
    # Null with an error.
    topology: StreamsGroupDescribeResponseTopology | None = wire(
        struct(StreamsGroupDescribeResponseTopology), default=None
    )
    members: tuple[StreamsGroupDescribeResponseMember, ...] = wire(
        Array(StreamsGroupDescribeResponseMember), default=()
    )
    authorized_operations: int = wire(Int32, default=AUTHORIZED_OPERATIONS_OMITTED)
    topology_description: TopologyDescription | None = wire(struct(TopologyDescription), since=1, default=None)
    # A `TopologyDescriptionStatus`. ERROR: the broker's log has the reason.
    topology_description_status: int = wire(Int8, since=1, default=0)
    assignor_name: str | None = wire(NullableString, since=1, default=None, ignorable=True)


@entity
class StreamsGroupDescribeResponse(Response):
    """One entry per group asked about, each with its own error."""

    api_key, versions, flexible_since = ApiKey.STREAMS_GROUP_DESCRIBE, range(2), 0

    throttle_time_ms: int = wire(Int32, default=0)
    groups: tuple[StreamsGroupDescribeResponseDescribedGroup, ...] = wire(
        Array(StreamsGroupDescribeResponseDescribedGroup), default=()
    )


@entity
class StreamsGroupDescribeRequest(Request[StreamsGroupDescribeResponse]):
    """Asks about groups by id."""

    api_key, versions, flexible_since = ApiKey.STREAMS_GROUP_DESCRIBE, range(2), 0

    group_ids: tuple[str, ...] = wire(Array(String), default=())
    include_authorized_operations: bool = wire(Boolean, default=False)
    include_topology_description: bool = wire(Boolean, since=1, default=False)
