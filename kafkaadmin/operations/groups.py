"""Groups of every kind: list and delete them, and remove their members."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import anyio

from kafkaadmin.errors import GroupNotFoundError
from kafkaadmin.models.groups import DeletedGroup, GroupListing, MemberToRemove, RemovedMember
from kafkaadmin.models.results import BatchResult
from kafkaadmin.operations import arguments
from kafkaadmin.operations.committed_offsets import list_consumer_group_offsets
from kafkaadmin.operations.every_broker import UNCONFIRMED, a_name_in_each, collected
from kafkaadmin.operations.group_descriptions import describe_groups, describe_leavable_groups
from kafkaadmin.routing import (
    Attempt,
    BrokerId,
    Cluster,
    Coordinator,
    Deadline,
    Done,
    Errored,
    Operation,
    Outcome,
    Report,
    Tally,
    Verified,
    at_version,
)
from kafkawire.enums import GroupState, GroupType
from kafkawire.messages import (
    DeleteGroupsRequest,
    DeleteGroupsResponse,
    LeaveGroupRequest,
    LeaveGroupResponse,
    ListGroupsRequest,
    ListGroupsResponse,
    MemberIdentity,
)

__all__ = ["delete_consumer_groups", "list_groups", "remove_members_from_consumer_group"]

_UNKNOWN_MEMBER_ID = 25
_GROUP_ID_NOT_FOUND = 69

_DELETED_AT_ONCE = 500
"""Groups that one request deletes: of those in one partition a coordinator writes what it forgets, each offset, as one
batch, and that mustn't be larger than a log takes."""

_KINDS_BEFORE_TYPES = frozenset({GroupType.CLASSIC, GroupType.CONSUMER})
"""Brokers whose ListGroups tells no types have groups of these only: asked for both, they need no filter."""

_OFFSETS = "__consumer_offsets"

_REASON_LENGTH = 255
"""Where Java's clients cut a reason (KIP-800)."""


async def list_groups(
    cluster: Cluster, *, states: object, types: object, protocol_types: object, deadline: Deadline
) -> dict[str, GroupListing]:
    in_states = tuple(GroupState(each) for each in arguments.names(states, "state"))
    of_types = tuple(GroupType(each) for each in arguments.names(types, "type"))
    of_protocols = _protocol_types(protocol_types)
    untyped = _KINDS_BEFORE_TYPES.issubset(of_types) and len(of_types) == len(_KINDS_BEFORE_TYPES)

    def request(keys: Sequence[int], attempt: Attempt) -> ListGroupsRequest:
        return ListGroupsRequest(states_filter=in_states, types_filter=of_types if attempt.version >= 5 else ())

    def outcomes(
        keys: Sequence[int], response: ListGroupsResponse, attempt: Attempt
    ) -> Iterator[tuple[int, Outcome[dict[str, GroupListing]]]]:
        for key in keys:
            yield key, Errored(response.error_code) if response.error_code else Done(_listings(response, of_protocols))

    operation = Operation(
        name="list_groups",
        noun="broker",
        to=BrokerId,
        api=ListGroupsRequest,
        request=request,
        outcomes=outcomes,
        at_least=5 if of_types and not untyped else 4 if in_states else None,
    )
    return await collected(cluster, operation, lambda: _taken_over(cluster, deadline), deadline=deadline)


async def _taken_over(cluster: Cluster, deadline: Deadline) -> None:
    """Wait until every partition of the offsets topic has somebody who serves it.

    A broker hears a moment later than others that it coordinates now what a dead one did. Until then it lists nothing
    of it, and doesn't know that anything is missing (seen on Kafka 4.4.0). Asked for a group's offsets it does know.
    """
    probes = await a_name_in_each(cluster, _OFFSETS, "list_groups", deadline=deadline)
    served = await list_consumer_group_offsets(cluster, probes, require_stable=False, deadline=deadline)
    if served.failed:  # not permitted: nothing tells
        await anyio.sleep(min(UNCONFIRMED, deadline.remaining()))


def _protocol_types(value: object) -> frozenset[str]:
    """One protocol type or many; `""` is one too, that of groups that only have offsets."""
    given = (value,) if isinstance(value, str) else arguments.several(value, "protocol type: a text or several")
    return frozenset(arguments.instance(each, str, "protocol type") for each in given)


def _listings(response: ListGroupsResponse, protocol_types: frozenset[str]) -> dict[str, GroupListing]:
    return {
        group.group_id: GroupListing(
            group_id=group.group_id,
            protocol_type=group.protocol_type,
            state=GroupState(group.group_state) if group.group_state else None,
            type=GroupType(group.group_type) if group.group_type else None,
        )
        for group in response.groups
        if not protocol_types or group.protocol_type in protocol_types
    }


async def delete_consumer_groups(
    cluster: Cluster,
    groups: object,
    *,
    progress: Report | None = None,
    deadline: Deadline,
    name: str = "delete_consumer_groups",
) -> BatchResult[str, DeletedGroup]:
    """Delete groups of whichever kind; `name` is the call's."""
    wanted = arguments.names(groups, "group")

    def request(keys: Sequence[str], attempt: Attempt) -> DeleteGroupsRequest:
        return DeleteGroupsRequest(groups_names=tuple(keys))

    def outcomes(
        keys: Sequence[str], response: DeleteGroupsResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[DeletedGroup]]]:
        for group in response.results:
            if group.error_code:
                yield group.group_id, Errored(group.error_code, group.error_message)
            else:
                yield group.group_id, Done(DeletedGroup(group_id=group.group_id))

    async def is_gone(group: str, deadline: Deadline) -> DeletedGroup | None:
        described = await describe_groups(cluster, group, include_authorized_operations=False, deadline=deadline)
        try:
            described.raise_for_errors()
        except GroupNotFoundError:
            return DeletedGroup(group_id=group, ambiguous=True)
        return None

    return await cluster.run(
        Operation(
            name=name,
            noun="group",
            to=Coordinator,
            api=DeleteGroupsRequest,
            request=request,
            outcomes=outcomes,
            keys_per_request=lambda version: _DELETED_AT_ONCE,
            repeat=Verified(already=frozenset({_GROUP_ID_NOT_FOUND}), verify=is_gone),
        ),
        wanted,
        deadline=deadline,
        tally=Tally.of(progress, len(wanted)),
    )


async def remove_members_from_consumer_group(
    cluster: Cluster,
    group: str,
    members: MemberToRemove | Iterable[MemberToRemove] | Literal["all"],
    *,
    reason: str | None,
    deadline: Deadline,
) -> BatchResult[MemberToRemove, RemovedMember]:
    arguments.name(group, "group")
    told = _reason(reason)
    wanted = await _everybody(cluster, group, deadline) if members == "all" else _members(members)

    def request(keys: Sequence[MemberToRemove], attempt: Attempt) -> LeaveGroupRequest:
        if attempt.version < 3:
            return LeaveGroupRequest(group_id=group, member_id=keys[0].member_id or "")
        return LeaveGroupRequest(
            group_id=group,
            members=tuple(
                MemberIdentity(member_id=key.member_id or "", group_instance_id=key.group_instance_id, reason=told)
                for key in keys
            ),
        )

    def outcomes(
        keys: Sequence[MemberToRemove], response: LeaveGroupResponse, attempt: Attempt
    ) -> Iterator[tuple[MemberToRemove, Outcome[RemovedMember]]]:
        if response.error_code or attempt.version < 3:
            for key in keys:
                yield key, _removed(key, response.error_code)
        for member in response.members:
            key = _key_of(member.member_id, member.group_instance_id)
            yield key, _removed(key, member.error_code)

    async def is_gone(member: MemberToRemove, deadline: Deadline) -> RemovedMember | None:
        try:
            left = await _everybody(cluster, group, deadline, by_id=member.member_id is not None)
        except GroupNotFoundError:
            left = ()
        return None if member in left else RemovedMember(member=member, ambiguous=True)

    return await cluster.run(
        Operation(
            name="remove_members_from_consumer_group",
            noun=f"group {group!r}, member",
            to=lambda member: Coordinator(group),
            api=LeaveGroupRequest,
            request=request,
            outcomes=outcomes,
            keys_per_request=at_version(3, 10_000, before=1),
            at_least=3 if any(member.group_instance_id is not None for member in wanted) else None,
            repeat=Verified(already=frozenset({_UNKNOWN_MEMBER_ID}), verify=is_gone),
        ),
        wanted,
        deadline=deadline,
    )


def _reason(reason: str | None) -> str:
    if reason is None:
        return "removed by an administrator"
    return f"removed by an administrator: {arguments.instance(reason, str, 'reason')}"[:_REASON_LENGTH]


def _members(members: object) -> tuple[MemberToRemove, ...]:
    if isinstance(members, MemberToRemove):
        return (members,)
    given = arguments.several(members, "members: a MemberToRemove, several, or 'all'")
    return tuple(dict.fromkeys(arguments.instance(each, MemberToRemove, "member") for each in given))


async def _everybody(
    cluster: Cluster, group: str, deadline: Deadline, *, by_id: bool = False
) -> tuple[MemberToRemove, ...]:
    """The members of a group: static ones by their instance id, since their member id changes, unless `by_id`."""
    name = "remove_members_from_consumer_group"
    described = await describe_leavable_groups(cluster, name, (group,), deadline)
    members = described[group].members
    return tuple(_key_of(member.member_id, None if by_id else member.group_instance_id) for member in members)


def _key_of(member_id: str, group_instance_id: str | None) -> MemberToRemove:
    if group_instance_id is None:
        return MemberToRemove(member_id=member_id)
    return MemberToRemove(group_instance_id=group_instance_id)


def _removed(member: MemberToRemove, code: int) -> Outcome[RemovedMember]:
    return Errored(code) if code else Done(RemovedMember(member=member))
