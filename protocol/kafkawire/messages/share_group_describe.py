"""ShareGroupDescribe: state, epochs and members of share groups (KIP-932).

Flexible from the start. v0 was a trial in Kafka 4.0 and is gone. A group of another kind, and one that doesn't exist,
is GROUP_ID_NOT_FOUND. Assignments name topics by id and by name.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.enums import AUTHORIZED_OPERATIONS_OMITTED
from kafkawire.primitives import ZERO_UUID, Array, Boolean, Int16, Int32, NullableString, String, Uuid
from kafkawire.schema import Request, Response, entity, wire


@entity
class ShareGroupDescribeResponseTopicPartitions:
    """Partitions of one topic. Members may share them."""

    topic_id: UUID = wire(Uuid, default=ZERO_UUID)
    topic_name: str = wire(String, default="")
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class ShareGroupDescribeResponseAssignment:
    """What a member reads from."""

    topic_partitions: tuple[ShareGroupDescribeResponseTopicPartitions, ...] = wire(
        Array(ShareGroupDescribeResponseTopicPartitions), default=()
    )


@entity
class ShareGroupDescribeResponseMember:
    """One member."""

    member_id: str = wire(String, default="")
    rack_id: str | None = wire(NullableString, default=None)
    member_epoch: int = wire(Int32, default=0)
    client_id: str = wire(String, default="")
    client_host: str = wire(String, default="")
    subscribed_topic_names: tuple[str, ...] = wire(Array(String), default=())
    assignment: ShareGroupDescribeResponseAssignment = wire(ShareGroupDescribeResponseAssignment)


@entity
class ShareGroupDescribeResponseDescribedGroup:
    """One group. `assignment_epoch` below `group_epoch`: a new assignment is due."""

    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)
    group_id: str = wire(String, default="")
    group_state: str = wire(String, default="")
    group_epoch: int = wire(Int32, default=0)
    assignment_epoch: int = wire(Int32, default=0)
    assignor_name: str = wire(String, default="")
    members: tuple[ShareGroupDescribeResponseMember, ...] = wire(Array(ShareGroupDescribeResponseMember), default=())
    authorized_operations: int = wire(Int32, default=AUTHORIZED_OPERATIONS_OMITTED)


@entity
class ShareGroupDescribeResponse(Response):
    """One entry per group asked about, each with its own error."""

    api_key, versions, flexible_since = ApiKey.SHARE_GROUP_DESCRIBE, range(1, 2), 0

    throttle_time_ms: int = wire(Int32, default=0)
    groups: tuple[ShareGroupDescribeResponseDescribedGroup, ...] = wire(
        Array(ShareGroupDescribeResponseDescribedGroup), default=()
    )


@entity
class ShareGroupDescribeRequest(Request[ShareGroupDescribeResponse]):
    """Asks about groups by id."""

    api_key, versions, flexible_since = ApiKey.SHARE_GROUP_DESCRIBE, range(1, 2), 0

    group_ids: tuple[str, ...] = wire(Array(String), default=())
    include_authorized_operations: bool = wire(Boolean, default=False)
