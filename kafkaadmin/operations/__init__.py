"""What to ask and how to read the answer: one function per admin call, one file per area.

A function makes its caller's arguments uniform (`arguments`), declares an `Operation`, and has the cluster run it. What
each call means to its caller stands at its method in `kafkaadmin.client`.
"""

from kafkaadmin.operations.cluster import describe_cluster
from kafkaadmin.operations.committed_offsets import (
    alter_consumer_group_offsets,
    delete_consumer_group_offsets,
    list_consumer_group_offsets,
)
from kafkaadmin.operations.group_descriptions import describe_consumer_groups, describe_groups
from kafkaadmin.operations.groups import delete_consumer_groups, list_groups, remove_members_from_consumer_group
from kafkaadmin.operations.partition_offsets import list_offsets
from kafkaadmin.operations.topics import create_topics, delete_topics, describe_topics, list_topics

__all__ = [
    "alter_consumer_group_offsets",
    "create_topics",
    "delete_consumer_group_offsets",
    "delete_consumer_groups",
    "delete_topics",
    "describe_cluster",
    "describe_consumer_groups",
    "describe_groups",
    "describe_topics",
    "list_consumer_group_offsets",
    "list_groups",
    "list_offsets",
    "list_topics",
    "remove_members_from_consumer_group",
]
