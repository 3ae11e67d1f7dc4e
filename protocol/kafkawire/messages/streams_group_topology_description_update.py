"""StreamsGroupTopologyDescriptionUpdate: gives the broker a description of a group's topology (KIP-1331).

Flexible from the start. Sent by a member when a heartbeat's answer asks for it, for StreamsGroupDescribe to show.
"""

from kafkawire.api_keys import ApiKey
from kafkawire.messages.streams_group_describe import TopologyDescription
from kafkawire.primitives import Int16, Int32, NullableString, String
from kafkawire.schema import Request, Response, entity, wire


@entity
class StreamsGroupTopologyDescriptionUpdateResponse(Response):
    """Nothing but an error."""

    api_key, versions, flexible_since = ApiKey.STREAMS_GROUP_TOPOLOGY_DESCRIPTION_UPDATE, range(1), 0

    throttle_time_ms: int = wire(Int32, default=0)
    error_code: int = wire(Int16, default=0)
    error_message: str | None = wire(NullableString, default=None)


@entity
class StreamsGroupTopologyDescriptionUpdateRequest(Request[StreamsGroupTopologyDescriptionUpdateResponse]):
    """Describes the topology of one epoch."""

    api_key, versions, flexible_since = ApiKey.STREAMS_GROUP_TOPOLOGY_DESCRIPTION_UPDATE, range(1), 0

    group_id: str = wire(String, default="")
    member_id: str = wire(String, default="")
    topology_epoch: int = wire(Int32, default=0)
    topology_description: TopologyDescription = wire(TopologyDescription)
