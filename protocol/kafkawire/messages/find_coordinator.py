"""FindCoordinator: which broker coordinates a group, a transactional id or a share partition.

v1 adds the key's type, error messages and the throttle time, v3 is flexible, v4 asks for many keys at once (KIP-699),
v5 may answer TRANSACTION_ABORTABLE (KIP-890), v6 knows share coordinators, whose keys read `group:topic_id:partition`
(KIP-932).

Up to v3 one key travels in `key` and its answer at the top level; from v4 on they are in `coordinator_keys` and
`coordinators`, each with its own error. While an election runs the error is COORDINATOR_NOT_AVAILABLE, the node id -1
and the host empty.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.primitives import Array, Int8, Int16, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class Coordinator:
    """The coordinator of one key, or why there is none."""

    key: str = wire(String, default="")
    node_id: int = wire(Int32, default=0)
    host: str = wire(String, default="")
    port: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default="", ignorable=True)


@entity
class FindCoordinatorResponse(Response):
    """One coordinator at the top level (up to v3), or a list of them (v4+)."""

    api_key, versions, flexible_since = ApiKey.FIND_COORDINATOR, range(7), 3

    throttle_time_ms: int = wire(Int32, since=1, default=0, ignorable=True)
    error_code: int = wire(Int16, until=3, default=0)
    error_message: str | None = wire(NullableString, since=1, until=3, default="", ignorable=True)
    node_id: int = wire(Int32, until=3, default=0)
    host: str = wire(String, until=3, default="")
    port: int = wire(Int32, until=3, default=0)
    coordinators: tuple[Coordinator, ...] = wire(Array(Coordinator), since=4, default=())


@entity
class FindCoordinatorRequest(Request[FindCoordinatorResponse]):
    """Asks for the coordinators of keys of one `CoordinatorType`."""

    api_key, versions, flexible_since = ApiKey.FIND_COORDINATOR, range(7), 3

    key: str = wire(String, until=3, default="")
    key_type: int = wire(Int8, since=1, default=0)
    coordinator_keys: tuple[str, ...] = wire(Array(String), since=4, default=())
