"""Describe share groups (KIP-932)."""

from __future__ import annotations

from kafkaadmin.models.brokers import Broker
from kafkaadmin.models.partitions import TopicPartition
from kafkaadmin.models.results import BatchResult
from kafkaadmin.models.share_groups import ShareGroupDescription, ShareGroupMember
from kafkaadmin.operations import arguments
from kafkaadmin.operations.authorized_operations import authorized_operations
from kafkaadmin.operations.describing_groups import describing_groups
from kafkaadmin.routing import (
    Cluster,
    Deadline,
    Operation,
    Report,
    Tally,
)
from kafkawire.enums import GroupState
from kafkawire.messages import (
    ShareGroupDescribeRequest,
    ShareGroupDescribeResponse,
    ShareGroupDescribeResponseDescribedGroup,
    ShareGroupDescribeResponseMember,
)

__all__ = ["describe_share_groups", "describing_share_groups"]


async def describe_share_groups(
    cluster: Cluster,
    groups: object,
    *,
    include_authorized_operations: bool,
    progress: Report | None = None,
    deadline: Deadline,
) -> BatchResult[str, ShareGroupDescription]:
    wanted = arguments.names(groups, "group")
    operation = describing_share_groups("describe_share_groups", include_authorized_operations)
    return await cluster.run(operation, wanted, deadline=deadline, tally=Tally.of(progress, len(wanted)))


def describing_share_groups(
    name: str, include_operations: bool
) -> Operation[str, ShareGroupDescribeResponse, ShareGroupDescription]:
    """The operation, for whoever describes them."""
    return describing_groups(
        name,
        "share",
        ShareGroupDescribeRequest,
        request=lambda keys: ShareGroupDescribeRequest(
            group_ids=keys, include_authorized_operations=include_operations
        ),
        groups=lambda response: response.groups,
        described=_described,
    )


def _described(group: ShareGroupDescribeResponseDescribedGroup, coordinator: Broker) -> ShareGroupDescription:
    return ShareGroupDescription(
        group_id=group.group_id,
        state=GroupState(group.group_state),
        coordinator=coordinator,
        assignor=group.assignor_name,
        members=tuple(map(_member, group.members)),
        group_epoch=group.group_epoch,
        target_assignment_epoch=group.assignment_epoch,
        authorized_operations=authorized_operations(group.authorized_operations),
    )


def _member(member: ShareGroupDescribeResponseMember) -> ShareGroupMember:
    return ShareGroupMember(
        member_id=member.member_id,
        client_id=member.client_id,
        host=member.client_host,
        member_epoch=member.member_epoch,
        rack_id=member.rack_id,
        subscribed_topics=tuple(member.subscribed_topic_names),
        assignment=tuple(
            TopicPartition(topic.topic_name, index)
            for topic in member.assignment.topic_partitions
            for index in topic.partitions
        ),
    )
