"""AddRaftVoter: makes a controller a voter of the metadata quorum, on its leader (KIP-853).

Flexible from the start. v1 can answer before the change is committed (KIP-1186). Brokers forward. The new voter must
run already and have caught up. One that is a voter already is DUPLICATE_VOTER, and a cluster whose voters are a static
list (`kraft.version` 0) answers UNSUPPORTED_VERSION.
"""

from uuid import UUID

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import ZERO_UUID, Array, Boolean, Int16, Int32, NullableString, String, UInt16, Uuid
from kafkawire.schema import Request, Response, entity, wire


@entity
class AddRaftVoterResponse(Response):
    """Nothing but an error."""

    api_key, versions, flexible_since = ApiKey.ADD_RAFT_VOTER, range(2), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="", ignorable=True)


@entity
class AddRaftVoterRequestListener:
    """One address of the new voter."""

    name: str = wire(String, default="")
    host: str = wire(String, default="")
    port: int = wire(UInt16, default=0)


@entity
class AddRaftVoterRequest(Request[AddRaftVoterResponse]):
    """Names the new voter by node id and by the id of its metadata directory."""

    api_key, versions, flexible_since = ApiKey.ADD_RAFT_VOTER, range(2), 0

    # When given, another cluster refuses with INCONSISTENT_CLUSTER_ID.
    cluster_id: str | None = wire(NullableString, default="")
    timeout_ms: int = wire(Int32, default=0)
    voter_id: int = wire(Int32, default=0)
    voter_directory_id: UUID = wire(Uuid, default=ZERO_UUID)
    listeners: tuple[AddRaftVoterRequestListener, ...] = wire(Array(AddRaftVoterRequestListener), default=())
    # False answers as soon as the leader has written the change.
    ack_when_committed: bool = wire(Boolean, since=1, default=True)
