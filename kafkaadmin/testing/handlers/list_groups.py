"""ListGroups: the groups that this broker coordinates, by state and by type."""

from __future__ import annotations

from kafkaadmin.testing.groups import Group
from kafkaadmin.testing.handlers.context import Context
from kafkawire import ErrorCode
from kafkawire.messages import ListedGroup, ListGroupsRequest, ListGroupsResponse

__all__ = ["list_groups"]


def list_groups(request: ListGroupsRequest, context: Context) -> ListGroupsResponse:
    error = context.refused()
    if not error and context.state.loads_on(context.broker_id):
        error = ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    if error:
        return ListGroupsResponse(throttle_time_ms=context.throttle_time_ms, error_code=error, groups=())
    states = {state.lower() for state in request.states_filter}
    types = {type_.lower() for type_ in request.types_filter}
    return ListGroupsResponse(
        throttle_time_ms=context.throttle_time_ms,
        error_code=ErrorCode.NONE,
        groups=tuple(
            _listed(group)
            for group in context.state.groups_coordinated_by(context.broker_id)
            if (not states or group.current_state.lower() in states) and (not types or group.type in types)
        ),
    )


def _listed(group: Group) -> ListedGroup:
    return ListedGroup(
        group_id=group.group_id,
        protocol_type=group.protocol_type,
        group_state=group.current_state,
        group_type=group.type,
    )
