"""LeaveGroup: one member (to version 2) or several (from 3) leave, by their own will or removed by an admin client."""

from __future__ import annotations

from kafkaadmin.testing.groups import Group, GroupMember
from kafkaadmin.testing.handlers.context import Context
from kafkawire import ErrorCode
from kafkawire.messages import LeaveGroupRequest, LeaveGroupResponse, MemberIdentity, MemberResponse

__all__ = ["leave_group"]

_MANY_MEMBERS_SINCE = 3


def leave_group(request: LeaveGroupRequest, context: Context) -> LeaveGroupResponse:
    if error := context.group_error(request.group_id, writing=True):
        return LeaveGroupResponse(throttle_time_ms=context.throttle_time_ms, error_code=error)
    group = context.state.groups.get(request.group_id)
    if context.version < _MANY_MEMBERS_SINCE:
        error = _leave(group, MemberIdentity(member_id=request.member_id))
        return LeaveGroupResponse(throttle_time_ms=context.throttle_time_ms, error_code=error)
    return LeaveGroupResponse(
        throttle_time_ms=context.throttle_time_ms,
        error_code=ErrorCode.NONE,
        members=tuple(
            MemberResponse(
                member_id=identity.member_id,
                group_instance_id=identity.group_instance_id,
                error_code=_leave(group, identity),
            )
            for identity in request.members
        ),
    )


def _leave(group: Group | None, identity: MemberIdentity) -> ErrorCode:
    """Remove a member. An unknown group counts as one without this member."""
    if group is None:
        return ErrorCode.UNKNOWN_MEMBER_ID
    member = _find(group, identity)
    if member is None:
        return ErrorCode.UNKNOWN_MEMBER_ID
    if identity.member_id not in {"", member.member_id}:
        return ErrorCode.FENCED_INSTANCE_ID
    del group.members[member.member_id]
    group.generation += 1
    return ErrorCode.NONE


def _find(group: Group, identity: MemberIdentity) -> GroupMember | None:
    if identity.group_instance_id is not None:
        return group.member_of_instance(identity.group_instance_id)
    return group.members.get(identity.member_id)
