"""ShareFetch: acquires records for a member of a share group, on partition leaders (KIP-932).

Flexible from the start. v0 was a trial in Kafka 4.0 and is gone. v2 chooses between whole batches and exact counts
(KIP-1206), and renews locks (KIP-1222). Works in sessions as Fetch does: later requests name only partitions that
changed. It can acknowledge what earlier ones acquired, which saves a ShareAcknowledge.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import (
    ZERO_UUID,
    Array,
    Boolean,
    Int8,
    Int16,
    Int32,
    Int64,
    NullableString,
    Records,
    String,
    Uuid,
)
from kafkawire.schema import Request, Response, entity, wire


@entity
class ShareFetchResponseLeaderIdAndEpoch:
    """Who leads, when the receiver doesn't."""

    leader_id: int = wire(Int32, default=0)
    leader_epoch: int = wire(Int32, default=0)


@entity
class ShareFetchResponseAcquiredRecords:
    """A run of records that are now the member's, and how often they were handed out."""

    first_offset: int = wire(Int64, default=0)
    # Included.
    last_offset: int = wire(Int64, default=0)
    delivery_count: int = wire(Int16, default=0)


@entity
class ShareFetchResponsePartitionData:
    """One partition, with separate errors for fetching and for acknowledging."""

    partition_index: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)
    acknowledge_error_code: int = wire(Int16, default=0)
    acknowledge_error_message: str | None = wire(NullableString, default=None)
    current_leader: ShareFetchResponseLeaderIdAndEpoch = wire(ShareFetchResponseLeaderIdAndEpoch)
    # Record batches, as the partition has them: more than was acquired, maybe.
    records: bytes = wire(Records, default=b"")
    acquired_records: tuple[ShareFetchResponseAcquiredRecords, ...] = wire(
        Array(ShareFetchResponseAcquiredRecords), default=()
    )


@entity
class ShareFetchableTopicResponse:
    topic_id: UUID = wire(Uuid, default=ZERO_UUID)
    partitions: tuple[ShareFetchResponsePartitionData, ...] = wire(Array(ShareFetchResponsePartitionData), default=())


@entity
class ShareFetchResponseNodeEndpoint:
    """Where a leader that was named can be reached."""

    node_id: int = wire(Int32, default=0)
    host: str = wire(String, default="")
    port: int = wire(Int32, default=0)
    rack: str | None = wire(NullableString, default=None)


@entity
class ShareFetchResponse(Response):
    """Records by partition."""

    api_key, versions, flexible_since = ApiKey.SHARE_FETCH, range(1, 3), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)
    acquisition_lock_timeout_ms: int = wire(Int32, default=0)
    responses: tuple[ShareFetchableTopicResponse, ...] = wire(Array(ShareFetchableTopicResponse), default=())
    node_endpoints: tuple[ShareFetchResponseNodeEndpoint, ...] = wire(Array(ShareFetchResponseNodeEndpoint), default=())


@entity
class ShareFetchRequestAcknowledgementBatch:
    """A run of records and what became of them: one type for all, or one for each."""

    first_offset: int = wire(Int64, default=0)
    # Included.
    last_offset: int = wire(Int64, default=0)
    # Each an `AcknowledgeType`.
    acknowledge_types: tuple[int, ...] = wire(Array(Int8), default=())


@entity
class ShareFetchRequestFetchPartition:
    partition_index: int = wire(Int32, default=0)
    acknowledgement_batches: tuple[ShareFetchRequestAcknowledgementBatch, ...] = wire(
        Array(ShareFetchRequestAcknowledgementBatch), default=()
    )


@entity
class ShareFetchRequestFetchTopic:
    topic_id: UUID = wire(Uuid, default=ZERO_UUID)
    partitions: tuple[ShareFetchRequestFetchPartition, ...] = wire(Array(ShareFetchRequestFetchPartition), default=())


@entity
class ShareFetchRequestForgottenTopic:
    """Partitions to take out of the session."""

    topic_id: UUID = wire(Uuid, default=ZERO_UUID)
    partitions: tuple[int, ...] = wire(Array(Int32), default=())


@entity
class ShareFetchRequest(Request[ShareFetchResponse]):
    """Asks for records, and acknowledges earlier ones."""

    api_key, versions, flexible_since = ApiKey.SHARE_FETCH, range(1, 3), 0

    group_id: str | None = wire(NullableString, default=None)
    member_id: str | None = wire(NullableString, default="")
    # 0 opens a session, -1 closes it, and each request between is one more than the last.
    share_session_epoch: int = wire(Int32, default=0)
    max_wait_ms: int = wire(Int32, default=0)
    min_bytes: int = wire(Int32, default=0)
    max_bytes: int = wire(Int32, default=2**31 - 1)
    max_records: int = wire(Int32, default=0)
    batch_size: int = wire(Int32, default=0)
    # 0: whole batches, `max_records` is a hint. 1: never more than `max_records`.
    share_acquire_mode: int = wire(Int8, since=2, default=0, ignorable=True)
    # Whether an acknowledgement of type RENEW is among `topics`; nothing is fetched then.
    is_renew_ack: bool = wire(Boolean, since=2, default=False)
    topics: tuple[ShareFetchRequestFetchTopic, ...] = wire(Array(ShareFetchRequestFetchTopic), default=())
    forgotten_topics_data: tuple[ShareFetchRequestForgottenTopic, ...] = wire(
        Array(ShareFetchRequestForgottenTopic), default=()
    )
