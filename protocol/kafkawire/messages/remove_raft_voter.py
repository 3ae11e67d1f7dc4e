"""RemoveRaftVoter: takes a voter out of the metadata quorum, on its leader (KIP-853).

Flexible from the start. Brokers forward. One that is no voter is VOTER_NOT_FOUND. The leader itself may be removed: it
steps down once the change is committed.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import ZERO_UUID, Int16, Int32, NullableString, Uuid
from kafkawire.schema import Request, Response, entity, wire


@entity
class RemoveRaftVoterResponse(Response):
    """Nothing but an error."""

    api_key, versions, flexible_since = ApiKey.REMOVE_RAFT_VOTER, range(1), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="", ignorable=True)


@entity
class RemoveRaftVoterRequest(Request[RemoveRaftVoterResponse]):
    """Names a voter by node id and by the id of its metadata directory."""

    api_key, versions, flexible_since = ApiKey.REMOVE_RAFT_VOTER, range(1), 0

    # When given, another cluster refuses with INCONSISTENT_CLUSTER_ID.
    cluster_id: str | None = wire(NullableString, default="")
    voter_id: int = wire(Int32, default=0)
    voter_directory_id: UUID = wire(Uuid, default=ZERO_UUID)
