"""DeleteGroups: groups of any kind, when they have no members."""

from __future__ import annotations

from kafkaadmin.testing.handlers.context import Context
from kafkawire import ErrorCode
from kafkawire.messages import DeletableGroupResult, DeleteGroupsRequest, DeleteGroupsResponse

__all__ = ["delete_groups"]

_REASONS = {
    ErrorCode.GROUP_ID_NOT_FOUND: "Group {} not found.",
    ErrorCode.NON_EMPTY_GROUP: "The group {} is not empty.",
}


def delete_groups(request: DeleteGroupsRequest, context: Context) -> DeleteGroupsResponse:
    return DeleteGroupsResponse(
        throttle_time_ms=context.throttle_time_ms,
        results=tuple(_result(group_id, _delete(group_id, context)) for group_id in request.groups_names),
    )


def _delete(group_id: str, context: Context) -> ErrorCode:
    if error := context.group_error(group_id, writing=True):
        return error
    group = context.state.groups.get(group_id)
    if group is None:
        return ErrorCode.GROUP_ID_NOT_FOUND
    if group.members:
        return ErrorCode.NON_EMPTY_GROUP
    del context.state.groups[group_id]
    return ErrorCode.NONE


def _result(group_id: str, error: ErrorCode) -> DeletableGroupResult:
    reason = _REASONS.get(error)
    return DeletableGroupResult(
        group_id=group_id, error_code=error, error_message=reason.format(group_id) if reason else None
    )
