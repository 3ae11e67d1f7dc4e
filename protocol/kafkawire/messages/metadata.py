"""Metadata: brokers, the controller, and topics with their partitions' leaders and replicas.

v1 adds racks, the controller and the internal flag, v2 the cluster id, v3 the throttle time, v4 a way not to create
the topics asked about, v5 offline replicas (KIP-112), v7 leader epochs, v8 authorized operations (KIP-430), v9 is
flexible, v10 adds topic ids (KIP-516), v11 moves the cluster's authorized operations to DescribeCluster (KIP-700),
v12 really takes ids, v13 adds an error for the whole answer (KIP-1102).

`topics=()` asks for no topic and `topics=None` for all; but in v0, which has no null, `()` asks for all. An id in
place of a name works from v12 on: brokers of v10 and v11 refuse it. Under KRaft the controller named here is just
some live broker, which passes requests on.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.enums import AUTHORIZED_OPERATIONS_OMITTED
from kafkawire.primitives import ZERO_UUID, Array, Boolean, Int16, Int32, NullableString, String, Uuid, array, string
from kafkawire.schema import Request, Response, entity, wire


@entity
class MetadataResponseBroker:
    """One live broker, at the address of the listener that was asked."""

    node_id: int = wire(Int32, default=0)
    host: str = wire(String, default="")
    port: int = wire(Int32, default=0)
    rack: str | None = wire(NullableString, since=1, default=None, ignorable=True)


@entity
class MetadataResponsePartition:
    """One partition. `leader_id` is -1, with LEADER_NOT_AVAILABLE, while it has no leader."""

    error_code: int = wire(Int16, default=0)
    partition_index: int = wire(Int32, default=0)
    leader_id: int = wire(Int32, default=0)
    leader_epoch: int = wire(Int32, since=7, default=-1, ignorable=True)
    replica_nodes: tuple[int, ...] = wire(Array(Int32), default=())
    isr_nodes: tuple[int, ...] = wire(Array(Int32), default=())
    offline_replicas: tuple[int, ...] = wire(Array(Int32), since=5, default=(), ignorable=True)


@entity
class MetadataResponseTopic:
    """One topic. `name` is null when an unknown id was asked for, `topic_id` zero for an unknown name."""

    error_code: int = wire(Int16, default=0)
    name: str | None = wire(string(nullable_since=12), default="")
    topic_id: UUID = wire(Uuid, since=10, default=ZERO_UUID, ignorable=True)
    is_internal: bool = wire(Boolean, since=1, default=False, ignorable=True)
    partitions: tuple[MetadataResponsePartition, ...] = wire(Array(MetadataResponsePartition), default=())
    topic_authorized_operations: int = wire(Int32, since=8, default=AUTHORIZED_OPERATIONS_OMITTED)


@entity
class MetadataResponse(Response):
    """The cluster as the answering broker knows it, which may lag behind the controller."""

    api_key, versions, flexible_since = ApiKey.METADATA, range(14), 9

    throttle_time_ms: int = wire(Int32, since=3, default=0, ignorable=True)
    brokers: tuple[MetadataResponseBroker, ...] = wire(Array(MetadataResponseBroker), default=())
    cluster_id: str | None = wire(NullableString, since=2, default=None, ignorable=True)
    controller_id: int = wire(Int32, since=1, default=-1, ignorable=True)
    topics: tuple[MetadataResponseTopic, ...] = wire(Array(MetadataResponseTopic), default=())
    cluster_authorized_operations: int = wire(Int32, since=8, until=10, default=AUTHORIZED_OPERATIONS_OMITTED)
    error_code: int = wire(Int16, since=13, default=0, ignorable=True)


@entity
class MetadataRequestTopic:
    """A topic by name, or (v12+) by id with `name=None`."""

    # Not ignorable, unlike in Kafka: without its id the broker would be asked about a topic named "".
    topic_id: UUID = wire(Uuid, since=10, default=ZERO_UUID)
    name: str | None = wire(string(nullable_since=10), default="")


@entity
class MetadataRequest(Request[MetadataResponse]):
    """Asks about some topics, none, or all; the answer always lists the brokers."""

    api_key, versions, flexible_since = ApiKey.METADATA, range(14), 9

    topics: tuple[MetadataRequestTopic, ...] | None = wire(array(MetadataRequestTopic, nullable_since=1), default=())
    # Before v4 there is no choice: asking about a topic may create it.
    allow_auto_topic_creation: bool = wire(Boolean, since=4, default=True)
    include_cluster_authorized_operations: bool = wire(Boolean, since=8, until=10, default=False)
    include_topic_authorized_operations: bool = wire(Boolean, since=8, default=False)
