"""ConsumerGroupDescribe: state, epochs and members of KIP-848 consumer groups.

v1 tells members of the classic protocol from those of the new one (KIP-1099). A group of another kind, and one that
doesn't exist, is GROUP_ID_NOT_FOUND: ask DescribeGroups then. Assignments name topics by id and by name.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.enums import AUTHORIZED_OPERATIONS_OMITTED
from kafkawire.primitives import ZERO_UUID, Array, Boolean, Int8, Int16, Int32, NullableString, String, Uuid
from kafkawire.schema import Request, Response, entity, wire


@entity
class ConsumerGroupDescribeResponseTopicPartitions:
    """Partitions of one topic."""

    topic_id: UUID = wire(Uuid, default=ZERO_UUID)
    topic_name: str = wire(String, default="")
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class ConsumerGroupDescribeResponseAssignment:
    """What a member owns, or shall own."""

    topic_partitions: tuple[ConsumerGroupDescribeResponseTopicPartitions, ...] = wire(
        Array(ConsumerGroupDescribeResponseTopicPartitions), default=()
    )


@entity
class ConsumerGroupDescribeResponseMember:
    """One member. It is done reconciling when `assignment` equals `target_assignment`."""

    member_id: str = wire(String, default="")
    instance_id: str | None = wire(NullableString, default=None)
    rack_id: str | None = wire(NullableString, default=None)
    member_epoch: int = wire(Int32, default=0)
    client_id: str = wire(String, default="")
    client_host: str = wire(String, default="")
    subscribed_topic_names: tuple[str, ...] = wire(Array(String), default=())
    subscribed_topic_regex: str | None = wire(NullableString, default=None)
    assignment: ConsumerGroupDescribeResponseAssignment = wire(ConsumerGroupDescribeResponseAssignment)
    target_assignment: ConsumerGroupDescribeResponseAssignment = wire(ConsumerGroupDescribeResponseAssignment)
    # A `MemberType`.
    member_type: int = wire(Int8, since=1, default=-1, ignorable=True)


@entity
class ConsumerGroupDescribeResponseDescribedGroup:
    """One group. `assignment_epoch` below `group_epoch`: a new assignment is due."""

    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)
    group_id: str = wire(String, default="")
    group_state: str = wire(String, default="")
    group_epoch: int = wire(Int32, default=0)
    assignment_epoch: int = wire(Int32, default=0)
    assignor_name: str = wire(String, default="")
    members: tuple[ConsumerGroupDescribeResponseMember, ...] = wire(
        Array(ConsumerGroupDescribeResponseMember), default=()
    )
    authorized_operations: int = wire(Int32, default=AUTHORIZED_OPERATIONS_OMITTED)


@entity
class ConsumerGroupDescribeResponse(Response):
    """One entry per group asked about, each with its own error."""

    api_key, versions, flexible_since = ApiKey.CONSUMER_GROUP_DESCRIBE, range(2), 0

    throttle_time_ms: int = wire(Int32, default=0)
    groups: tuple[ConsumerGroupDescribeResponseDescribedGroup, ...] = wire(
        Array(ConsumerGroupDescribeResponseDescribedGroup), default=()
    )


@entity
class ConsumerGroupDescribeRequest(Request[ConsumerGroupDescribeResponse]):
    """Asks about groups by id."""

    api_key, versions, flexible_since = ApiKey.CONSUMER_GROUP_DESCRIBE, range(2), 0

    group_ids: tuple[str, ...] = wire(Array(String), default=())
    include_authorized_operations: bool = wire(Boolean, default=False)
