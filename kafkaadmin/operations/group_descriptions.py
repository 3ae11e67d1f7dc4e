"""Describe groups: of any kind, of consumers, classic ones. Each kind has an API of its own, and 69 for all others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

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
from kafkaadmin.operations.describing_groups import GROUP_ID_NOT_FOUND, GROUPS_PER_REQUEST, describing_groups
from kafkaadmin.operations.share_groups import describing_share_groups
from kafkaadmin.operations.streams_groups import describing_streams_groups
from kafkaadmin.routing import (
    Attempt,
    Cluster,
    Coordinator,
    Deadline,
    Done,
    Errored,
    Operation,
    Outcome,
    Report,
    Tally,
    all_but,
    count,
)
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

__all__ = [
    "describe_classic_groups",
    "describe_consumer_groups",
    "describe_groups",
    "describe_leavable_groups",
]

M = TypeVar("M", bound=Message)
V = TypeVar("V")

_CONSUMER_PROTOCOLS = frozenset({"consumer", ""})
"""Protocol types of classic groups of consumers; `""` where nobody ever joined and only offsets are kept."""


async def describe_groups(
    cluster: Cluster,
    groups: object,
    *,
    include_authorized_operations: bool,
    progress: Report | None = None,
    deadline: Deadline,
) -> BatchResult[str, GroupDescription]:
    name, operations = "describe_groups", include_authorized_operations
    wanted = arguments.names(groups, "group")
    kinds: tuple[Operation[str, Any, Any], ...] = (
        _by_consumer_group_describe(name, operations),
        _by_describe_groups(name, operations, _by_protocol_type),
        describing_share_groups(name, operations),
        describing_streams_groups(name, operations),
    )
    return await _as_one_of(kinds, cluster, wanted, deadline, Tally.of(progress, len(wanted)))


async def describe_leavable_groups(
    cluster: Cluster, name: str, groups: Sequence[str], deadline: Deadline
) -> BatchResult[str, ConsumerGroupDescription | ClassicGroupDescription]:
    """Groups of the kinds whose members can be made to leave."""
    kinds: tuple[Operation[str, Any, Any], ...] = (
        _by_consumer_group_describe(name, False),
        _by_describe_groups(name, False, _by_protocol_type),
    )
    return await _as_one_of(kinds, cluster, groups, deadline)


async def describe_consumer_groups(
    cluster: Cluster,
    groups: object,
    *,
    include_authorized_operations: bool,
    progress: Report | None = None,
    deadline: Deadline,
) -> BatchResult[str, ConsumerGroupDescription]:
    name, operations = "describe_consumer_groups", include_authorized_operations
    kinds: tuple[Operation[str, Any, Any], ...] = (
        _by_consumer_group_describe(name, operations),
        _by_describe_groups(name, operations, _by_protocol_type),
    )
    wanted = arguments.names(groups, "group")
    tally = Tally.of(progress, len(wanted))
    described: BatchResult[str, ConsumerGroupDescription | ClassicGroupDescription]
    described = await _as_one_of(kinds, cluster, wanted, deadline, tally)
    consumers: dict[str, ConsumerGroupDescription] = {}
    failed = dict(described.failed)
    for group, description in described.succeeded.items():
        if isinstance(description, ConsumerGroupDescription):
            consumers[group] = description
        else:
            failed[group] = _not_of_consumers(description)
    others = len(failed) - len(described.failed)
    count(tally, -others, others)
    return BatchResult(consumers, failed)


def _not_of_consumers(description: ClassicGroupDescription) -> KafkaAdminError:
    return broker_error(
        GROUP_ID_NOT_FOUND,
        f"it is no consumer group, but of protocol type {description.protocol_type!r}: describe_groups shows it",
        context=f"describe_consumer_groups: group {description.group_id!r}",
    )


async def describe_classic_groups(
    cluster: Cluster,
    groups: object,
    *,
    include_authorized_operations: bool,
    progress: Report | None = None,
    deadline: Deadline,
) -> BatchResult[str, ClassicGroupDescription]:
    wanted = arguments.names(groups, "group")
    operation = _by_describe_groups("describe_classic_groups", include_authorized_operations, _classic_group)
    return await cluster.run(operation, wanted, deadline=deadline, tally=Tally.of(progress, len(wanted)))


async def _as_one_of(
    kinds: Iterable[Operation[str, Any, Any]],
    cluster: Cluster,
    groups: Sequence[str],
    deadline: Deadline,
    tally: Tally | None = None,
) -> BatchResult[str, Any]:
    """Ask for groups as one kind after another, until it is known what each one is.

    A kind that a broker knows nothing of is passed over, unless it knows of none.
    """
    settled: dict[str, Any] = {}
    failed: dict[str, KafkaAdminError] = {}
    left = list(groups)
    not_yet = all_but(tally, *_OF_ANOTHER_KIND)
    for operation in kinds:
        found = await cluster.run(operation, left, deadline=deadline, tally=not_yet)
        told = {
            group: error
            for group, error in found.failed.items()
            if group not in failed or not isinstance(error, UnsupportedVersionError)
        }
        settled.update(found.succeeded)
        failed = {group: error for group, error in {**failed, **told}.items() if group not in settled}
        left = [group for group, error in failed.items() if isinstance(error, _OF_ANOTHER_KIND)]
        if not left:
            break
    count(tally, 0, len(left))
    return BatchResult(settled, failed)


_OF_ANOTHER_KIND = (GroupNotFoundError, UnsupportedVersionError)


def _by_consumer_group_describe(
    name: str, include_operations: bool
) -> Operation[str, ConsumerGroupDescribeResponse, ConsumerGroupDescription]:
    return describing_groups(
        name,
        "KIP-848",
        ConsumerGroupDescribeRequest,
        request=lambda keys: ConsumerGroupDescribeRequest(
            group_ids=keys, include_authorized_operations=include_operations
        ),
        groups=lambda response: response.groups,
        described=_new_group,
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
    name: str, include_operations: bool, described: Callable[[DescribeGroupsResponseDescribedGroup, Broker], V]
) -> Operation[str, DescribeGroupsResponse, V]:
    def request(keys: Sequence[str], attempt: Attempt) -> DescribeGroupsRequest:
        return DescribeGroupsRequest(groups=tuple(keys), include_authorized_operations=include_operations)

    def outcomes(
        keys: Sequence[str], response: DescribeGroupsResponse, attempt: Attempt
    ) -> Iterator[tuple[str, Outcome[V]]]:
        for group in response.groups:
            if group.error_code:
                yield group.group_id, Errored(group.error_code, group.error_message)
            elif group.group_state == GroupState.DEAD and attempt.version < 6:
                # Before v6 there was no error for it: a group that doesn't exist was described as a dead one.
                yield group.group_id, Errored(GROUP_ID_NOT_FOUND, "there is no such group")
            else:
                yield group.group_id, Done(described(group, attempt.broker))

    return Operation(
        name=name,
        noun="group",
        to=Coordinator,
        api=DescribeGroupsRequest,
        request=request,
        outcomes=outcomes,
        keys_per_request=lambda version: GROUPS_PER_REQUEST,
        at_least=3 if include_operations else None,
    )


def _by_protocol_type(
    group: DescribeGroupsResponseDescribedGroup, coordinator: Broker
) -> ConsumerGroupDescription | ClassicGroupDescription:
    if group.protocol_type not in _CONSUMER_PROTOCOLS:
        return _classic_group(group, coordinator)
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


def _classic_group(group: DescribeGroupsResponseDescribedGroup, coordinator: Broker) -> ClassicGroupDescription:
    of_consumers = group.protocol_type in _CONSUMER_PROTOCOLS
    return ClassicGroupDescription(
        group_id=group.group_id,
        protocol_type=group.protocol_type,
        state=GroupState(group.group_state),
        coordinator=coordinator,
        protocol=group.protocol_data,
        members=tuple(_member(member, of_consumers) for member in group.members),
        authorized_operations=authorized_operations(group.authorized_operations),
    )


def _member(member: DescribedGroupMember, is_consumer: bool) -> ClassicGroupMember:
    told = _consumer(member) if is_consumer else None
    return ClassicGroupMember(
        member_id=member.member_id,
        client_id=member.client_id,
        host=member.client_host,
        group_instance_id=member.group_instance_id,
        metadata=member.member_metadata,
        assignment=member.member_assignment,
        subscribed_topics=told.subscribed_topics if told else (),
        assigned_partitions=told.assignment if told else (),
        unreadable=told.unreadable if told else None,
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
