"""DescribeCluster: the cluster's id, brokers and authorized operations (KIP-700).

v1 can ask a controller for controllers (KIP-919), v2 lists fenced brokers too (KIP-1073). Asked of a broker, the
controller id is that of a random live broker; asked of a controller, it is the quorum's leader.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.enums import AUTHORIZED_OPERATIONS_OMITTED
from kafkawire.primitives import Array, Boolean, Int8, Int16, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class DescribeClusterBroker:
    """One broker or controller."""

    broker_id: int = wire(Int32, default=0)
    host: str = wire(String, default="")
    port: int = wire(Int32, default=0)
    rack: str | None = wire(NullableString, default=None)
    is_fenced: bool = wire(Boolean, since=2, default=False)


@entity
class DescribeClusterResponse(Response):
    """The cluster, or one error."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_CLUSTER, range(3), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)
    # An `EndpointType`.
    endpoint_type: int = wire(Int8, since=1, default=1)
    cluster_id: str = wire(String, default="")
    controller_id: int = wire(Int32, default=-1)
    brokers: tuple[DescribeClusterBroker, ...] = wire(Array(DescribeClusterBroker), default=())
    cluster_authorized_operations: int = wire(Int32, default=AUTHORIZED_OPERATIONS_OMITTED)


@entity
class DescribeClusterRequest(Request[DescribeClusterResponse]):
    """Asks for brokers or (v1+, asked of a controller) controllers."""

    api_key, versions, flexible_since = ApiKey.DESCRIBE_CLUSTER, range(3), 0

    include_cluster_authorized_operations: bool = wire(Boolean, default=False)
    # An `EndpointType`.
    endpoint_type: int = wire(Int8, since=1, default=1)
    include_fenced_brokers: bool = wire(Boolean, since=2, default=False)
