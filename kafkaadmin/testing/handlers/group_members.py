"""Members that join and stay by heartbeats, whichever kind of group it is; every join assigns anew, at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kafkaadmin.testing.groups import Group, GroupMember, GroupType
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.versions import finalized_features
from kafkawire import ErrorCode

__all__ = ["HEARTBEAT_INTERVAL_MS", "JOIN", "has_switched_on", "leave", "membership_error", "shares_of"]

HEARTBEAT_INTERVAL_MS = 5_000
JOIN = 0

_FEATURES = {"consumer": "group.version", "share": "share.version", "streams": "streams.version"}


def has_switched_on(kind: GroupType, context: Context) -> bool:
    """Whether brokers have groups of this kind: by its feature, or since a test has made one."""
    in_force = {feature.name for feature in finalized_features(context.release)}
    return _FEATURES[kind] in in_force or any(group.type == kind for group in context.state.groups.values())


def membership_error(
    kind: GroupType, group: Group | None, member_id: str, epoch: int, context: Context
) -> tuple[ErrorCode, str | None]:
    """Why a member can't join, stay or leave, and the broker's words for it; `NONE` when it can."""
    if not has_switched_on(kind, context):
        return ErrorCode.UNSUPPORTED_VERSION, None
    if not member_id:
        return ErrorCode.INVALID_REQUEST, "MemberId can't be empty."
    if group is not None and not _may_be(kind, group):
        return ErrorCode.GROUP_ID_NOT_FOUND, f"Group {group.group_id} is not a {kind} group."
    if epoch == JOIN:
        return ErrorCode.NONE, None
    if group is None:
        return ErrorCode.GROUP_ID_NOT_FOUND, f"{kind.capitalize()} group not found."
    if member_id not in group.members:
        return ErrorCode.UNKNOWN_MEMBER_ID, f"Member {member_id} is not a member of group {group.group_id}."
    return (ErrorCode.FENCED_MEMBER_EPOCH if epoch > group.generation else ErrorCode.NONE), None


def _may_be(kind: GroupType, group: Group) -> bool:
    """A classic group that only has offsets left becomes one of consumers or of streams; a share group has none."""
    return group.type == kind or (kind != "share" and group.type == "classic" and not group.members)


def leave(group: Group, member_id: str) -> None:
    """Take a member out; whoever calls this shares out its partitions."""
    group.members.pop(member_id, None)
    group.generation += 1


def shares_of(group: Group, topics: Iterable[str], context: Context) -> None:
    """Give every member its share of these topics' partitions, as far as it subscribes to them."""
    for topic in topics:
        known = context.topic(topic)
        sharing = [member_id for member_id, member in group.members.items() if topic in member.topics]
        for number, member_id in enumerate(sharing):
            member = group.members[member_id]
            share = (known.partitions if known else ())[number :: len(sharing)]
            _give(group, member, topic, tuple(partition.index for partition in share))


def _give(group: Group, member: GroupMember, topic: str, partitions: tuple[int, ...]) -> None:
    others = tuple(each for each in member.partitions if each[0] != topic)
    mine = tuple((topic, index) for index in partitions)
    group.members[member.member_id] = replace(member, partitions=others + mine)
