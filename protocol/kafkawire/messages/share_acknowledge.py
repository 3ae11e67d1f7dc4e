"""ShareAcknowledge: tells what became of records that a member of a share group acquired (KIP-932).

Flexible from the start. v0 was a trial in Kafka 4.0 and is gone. v2 renews locks (KIP-1222). Goes to the leaders, in
the session that ShareFetch opened.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import ZERO_UUID, Array, Boolean, Int8, Int16, Int32, Int64, NullableString, String, Uuid
from kafkawire.schema import Request, Response, entity, wire


@entity
class ShareAcknowledgeResponseLeaderIdAndEpoch:
    """Who leads, when the receiver doesn't."""

    leader_id: int = wire(Int32, default=0)
    leader_epoch: int = wire(Int32, default=0)


@entity
class ShareAcknowledgeResponsePartitionData:
    partition_index: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)
    current_leader: ShareAcknowledgeResponseLeaderIdAndEpoch = wire(ShareAcknowledgeResponseLeaderIdAndEpoch)


@entity
class ShareAcknowledgeTopicResponse:
    topic_id: UUID = wire(Uuid, default=ZERO_UUID)
    partitions: tuple[ShareAcknowledgeResponsePartitionData, ...] = wire(
        Array(ShareAcknowledgeResponsePartitionData), default=()
    )


@entity
class ShareAcknowledgeResponseNodeEndpoint:
    """Where a leader that was named can be reached."""

    node_id: int = wire(Int32, default=0)
    host: str = wire(String, default="")
    port: int = wire(Int32, default=0)
    rack: str | None = wire(NullableString, default=None)


@entity
class ShareAcknowledgeResponse(Response):
    """One result per partition."""

    api_key, versions, flexible_since = ApiKey.SHARE_ACKNOWLEDGE, range(1, 3), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)
    acquisition_lock_timeout_ms: int = wire(Int32, since=2, default=0, ignorable=True)
    responses: tuple[ShareAcknowledgeTopicResponse, ...] = wire(Array(ShareAcknowledgeTopicResponse), default=())
    node_endpoints: tuple[ShareAcknowledgeResponseNodeEndpoint, ...] = wire(
        Array(ShareAcknowledgeResponseNodeEndpoint), default=()
    )


@entity
class ShareAcknowledgeRequestAcknowledgementBatch:
    """A run of records and what became of them: one type for all, or one for each."""

    first_offset: int = wire(Int64, default=0)
    # Included.
    last_offset: int = wire(Int64, default=0)
    # Each an `AcknowledgeType`.
    acknowledge_types: tuple[int, ...] = wire(Array(Int8), default=())


@entity
class AcknowledgePartition:
    partition_index: int = wire(Int32, default=0)
    acknowledgement_batches: tuple[ShareAcknowledgeRequestAcknowledgementBatch, ...] = wire(
        Array(ShareAcknowledgeRequestAcknowledgementBatch), default=()
    )


@entity
class AcknowledgeTopic:
    topic_id: UUID = wire(Uuid, default=ZERO_UUID)
    partitions: tuple[AcknowledgePartition, ...] = wire(Array(AcknowledgePartition), default=())


@entity
class ShareAcknowledgeRequest(Request[ShareAcknowledgeResponse]):
    """Acknowledges records by topic and partition."""

    api_key, versions, flexible_since = ApiKey.SHARE_ACKNOWLEDGE, range(1, 3), 0

    group_id: str | None = wire(NullableString, default=None)
    member_id: str | None = wire(NullableString, default="")
    # As in ShareFetch, but never 0: only ShareFetch opens a session.
    share_session_epoch: int = wire(Int32, default=0)
    # Whether an acknowledgement of type RENEW is among `topics`.
    is_renew_ack: bool = wire(Boolean, since=2, default=False)
    topics: tuple[AcknowledgeTopic, ...] = wire(Array(AcknowledgeTopic), default=())
