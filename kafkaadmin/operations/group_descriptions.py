"""Describe groups: KIP-848 groups by ConsumerGroupDescribe, all others by DescribeGroups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from kafkaadmin.errors import GroupNotFoundError, KafkaAdminError, UnsupportedVersionError, broker_error
from kafkaadmin.models.brokers import Broker
from kafkaadmin.models.groups import (
    ClassicGroupDescription,
    ClassicGroupMember,
    ConsumerGroupDescription,
    ConsumerGroupMember,
    GroupDescription,
)
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.results import BatchResult
from kafkaadmin.operations import arguments
from kafkaadmin.operations.authorized_operations import authorized_operations
from kafkaadmin.routing import Attempt, Cluster, Coordinator, Deadline, Done, Errored, Failed, Operation, Outcome
from kafkawire import DecodeError, Message
from kafkawire.codec import decode_from
from kafkawire.enums import GroupState, GroupType, MemberType
from kafkawire.messages import (
    ConsumerGroupDescribeRequest,
    ConsumerGroupDescribeResponse,
    ConsumerGroupDescribeResponseAssignment,
    ConsumerGroupDescribeResponseDescribedGroup,
    ConsumerGroupDescribeResponseMember,
    ConsumerProtocolAssignment,
    ConsumerProtocolSubscription,
    DescribedGroupMember,
    DescribeGroupsRequest,
    DescribeGroupsResponse,
    DescribeGroupsResponseDescribedGroup,
)

__all__ = ["describe_consumer_groups", "describe_groups"]

M = TypeVar("M", bound=Message)

_UNSUPPORTED_VERSION = 35
_GROUP_ID_NOT_FOUND = 69

_GROUPS_PER_REQUEST = 500
"""Descriptions are bulky: more at once would hold up the event loop while they are decoded."""

_CONSUMER_PROTOCOLS = frozenset({"consumer", ""})
"""Protocol types of classic groups of consumers; `""` where nobody ever joined and only offsets are kept."""


async def describe_groups(
    cluster: Cluster, groups: object, *, include_authorized_operations: bool, deadline: Deadline
) -> BatchResult[str, GroupDescription]:
    return await _describe(
        cluster, "describe_groups", arguments.names(groups, "group"), include_authorized_operations, deadline
    )


async def describe_consumer_groups(
    cluster: Cluster, groups: object, *, include_authorized_operations: bool, deadline: Deadline
) -> BatchResult[str, ConsumerGroupDescription]:
    described = await _describe(
        cluster, "describe_consumer_groups", arguments.names(groups, "group"), include_authorized_operations, deadline
    )
    consumers: dict[str, ConsumerGroupDescription] = {}
    failed = dict(described.failed)
    for group, description in described.succeeded.items():
        if isinstance(description, ConsumerGroupDescription):
            consumers[group] = description
        else:
            failed[group] = _not_of_consumers(description)
    return BatchResult(consumers, failed)


def _not_of_consumers(description: ClassicGroupDescription) -> KafkaAdminError:
    return broker_error(
        _GROUP_ID_NOT_FOUND,
        f"it is no consumer group, but of protocol type {description.protocol_type!r}: describe_groups shows it",
        context=f"describe_consumer_groups: group {description.group_id!r}",
    )


async def _describe(
    cluster: Cluster, name: str, groups: Sequence[str], include_operations: bool, deadline: Deadline
) -> BatchResult[str, GroupDescription]:
    """Ask for KIP-848 groups, then for those that are none, or whose broker knows of none, as classic ones."""
    new = await cluster.run(_by_consumer_group_describe(name, include_operations), groups, deadline=deadline)
    others = [group for group, error in new.failed.items() if isinstance(error, _NOT_848)]
    if not others:
        return new
    old = await cluster.run(_by_describe_groups(name, include_operations), others, deadline=deadline)
    kept = {group: error for group, error in new.failed.items() if not isinstance(error, _NOT_848)}
    return BatchResult({**new.succeeded, **old.succeeded}, {**kept, **old.failed})


_NOT_848 = (GroupNotFoundError, UnsupportedVersionError)


def _by_consumer_group_describe(
    name: str, include_operations: bool
) -> Operation[str, ConsumerGroupDescribeResponse, GroupDescription]:
    def request(keys: Sequence[str], attempt: Attempt) -> ConsumerGroupDescribeRequest:
        return ConsumerGroupDescribeRequest(group_ids=tuple(keys), include_authorized_operations=include_operations)

    def outcomes(
        keys: Sequence[str], response: ConsumerGroupDescribeResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[GroupDescription]]]:
        for group in response.groups:
            if group.error_code == _UNSUPPORTED_VERSION:
                # The API is there, but the new protocol is switched off: waiting would not help.
                told = f"{name}: group {group.group_id!r}: {attempt.broker} has KIP-848 groups switched off"
                yield group.group_id, Failed(UnsupportedVersionError(told))
            elif group.error_code:
                yield group.group_id, Errored(group.error_code, group.error_message)
            else:
                yield group.group_id, Done(_new_group(group, attempt.broker))

    return Operation(
        name=name,
        noun="group",
        to=Coordinator,
        api=ConsumerGroupDescribeRequest,
        request=request,
        outcomes=outcomes,
        keys_per_request=lambda version: _GROUPS_PER_REQUEST,
    )


def _new_group(group: ConsumerGroupDescribeResponseDescribedGroup, coordinator: Broker) -> ConsumerGroupDescription:
    return ConsumerGroupDescription(
        group_id=group.group_id,
        type=GroupType.CONSUMER,
        state=GroupState(group.group_state),
        coordinator=coordinator,
        assignor=group.assignor_name,
        members=tuple(map(_new_member, group.members)),
        group_epoch=group.group_epoch,
        target_assignment_epoch=group.assignment_epoch,
        authorized_operations=authorized_operations(group.authorized_operations),
    )


def _new_member(member: ConsumerGroupDescribeResponseMember) -> ConsumerGroupMember:
    return ConsumerGroupMember(
        member_id=member.member_id,
        client_id=member.client_id,
        host=member.client_host,
        group_instance_id=member.instance_id,
        rack_id=member.rack_id,
        assignment=_assigned(member.assignment),
        target_assignment=_assigned(member.target_assignment),
        subscribed_topics=tuple(member.subscribed_topic_names),
        subscribed_topic_pattern=member.subscribed_topic_regex or None,
        member_epoch=member.member_epoch,
        is_classic=None if member.member_type == MemberType.UNKNOWN else member.member_type == MemberType.CLASSIC,
    )


def _assigned(assignment: ConsumerGroupDescribeResponseAssignment) -> tuple[TopicPartition, ...]:
    return tuple(
        TopicPartition(topic.topic_name, index) for topic in assignment.topic_partitions for index in topic.partitions
    )


def _by_describe_groups(
    name: str, include_operations: bool
) -> Operation[str, DescribeGroupsResponse, GroupDescription]:
    def request(keys: Sequence[str], attempt: Attempt) -> DescribeGroupsRequest:
        return DescribeGroupsRequest(groups=tuple(keys), include_authorized_operations=include_operations)

    def outcomes(
        keys: Sequence[str], response: DescribeGroupsResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[GroupDescription]]]:
        for group in response.groups:
            if group.error_code:
                yield group.group_id, Errored(group.error_code, group.error_message)
            elif group.group_state == GroupState.DEAD and attempt.version < 6:
                # Before v6 there was no error for it: a group that doesn't exist was described as a dead one.
                yield group.group_id, Errored(_GROUP_ID_NOT_FOUND, "there is no such group")
            else:
                yield group.group_id, Done(_old_group(group, attempt.broker))

    return Operation(
        name=name,
        noun="group",
        to=Coordinator,
        api=DescribeGroupsRequest,
        request=request,
        outcomes=outcomes,
        keys_per_request=lambda version: _GROUPS_PER_REQUEST,
        at_least=3 if include_operations else None,
    )


def _old_group(group: DescribeGroupsResponseDescribedGroup, coordinator: Broker) -> GroupDescription:
    if group.protocol_type in _CONSUMER_PROTOCOLS:
        return ConsumerGroupDescription(
            group_id=group.group_id,
            type=GroupType.CLASSIC,
            state=GroupState(group.group_state),
            coordinator=coordinator,
            assignor=group.protocol_data,
            members=tuple(map(_consumer, group.members)),
            is_simple_consumer_group=group.protocol_type == "",
            authorized_operations=authorized_operations(group.authorized_operations),
        )
    return ClassicGroupDescription(
        group_id=group.group_id,
        protocol_type=group.protocol_type,
        state=GroupState(group.group_state),
        coordinator=coordinator,
        protocol=group.protocol_data,
        members=tuple(map(_member, group.members)),
        authorized_operations=authorized_operations(group.authorized_operations),
    )


def _member(member: DescribedGroupMember) -> ClassicGroupMember:
    return ClassicGroupMember(
        member_id=member.member_id,
        client_id=member.client_id,
        host=member.client_host,
        group_instance_id=member.group_instance_id,
        metadata=member.member_metadata,
        assignment=member.member_assignment,
    )


def _consumer(member: DescribedGroupMember) -> ConsumerGroupMember:
    """A classic consumer, whose subscription and assignment are bytes that consumers wrote and brokers never read."""
    complaints: list[str] = []
    subscription = _consumer_protocol(ConsumerProtocolSubscription, member.member_metadata, complaints)
    assignment = _consumer_protocol(ConsumerProtocolAssignment, member.member_assignment, complaints)
    return ConsumerGroupMember(
        member_id=member.member_id,
        client_id=member.client_id,
        host=member.client_host,
        group_instance_id=member.group_instance_id,
        rack_id=subscription.rack_id if subscription else None,
        assignment=tuple(
            TopicPartition(topic.topic, index)
            for topic in (assignment.assigned_partitions if assignment else ())
            for index in topic.partitions
        ),
        subscribed_topics=tuple(subscription.topics) if subscription else (),
        unreadable="; ".join(complaints) or None,
    )


def _consumer_protocol(kind: type[M], data: bytes, complaints: list[str]) -> M | None:
    """Read what a consumer wrote: a version, then a message. Later versions only append, so the rest is left alone.

    No bytes at all are no complaint: while a group rebalances it has neither.
    """
    if not data:
        return None
    version = int.from_bytes(data[:2], "big", signed=True)
    try:
        message, _ = decode_from(kind, max(0, min(version, kind.versions[-1])), data, 2)
    except DecodeError as error:
        complaints.append(str(error))
        return None
    return message
