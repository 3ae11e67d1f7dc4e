"""What to ask and how to read the answer: one function per admin call, one file per area.

A function makes its caller's arguments uniform (`arguments`), declares an `Operation`, and has the cluster run it. What
each call means to its caller stands at its method in `kafkaadmin.client`.
"""

from kafkaadmin.operations.acls import create_acls, delete_acls, describe_acls
from kafkaadmin.operations.client_quotas import alter_client_quotas, describe_client_quotas
from kafkaadmin.operations.cluster import describe_cluster
from kafkaadmin.operations.committed_offsets import (
    alter_consumer_group_offsets,
    delete_consumer_group_offsets,
    iter_consumer_group_offsets,
    list_consumer_group_offsets,
)
from kafkaadmin.operations.configs import describe_configs, incremental_alter_configs, list_config_resources
from kafkaadmin.operations.delegation_tokens import (
    create_delegation_token,
    describe_delegation_token,
    expire_delegation_token,
    renew_delegation_token,
)
from kafkaadmin.operations.elections import elect_leaders
from kafkaadmin.operations.features import describe_features, update_features
from kafkaadmin.operations.group_descriptions import (
    describe_classic_groups,
    describe_consumer_groups,
    describe_groups,
)
from kafkaadmin.operations.groups import delete_consumer_groups, list_groups, remove_members_from_consumer_group
from kafkaadmin.operations.hanging_transactions import find_hanging_transactions
from kafkaadmin.operations.log_dirs import alter_replica_log_dirs, describe_log_dirs, describe_replica_log_dirs
from kafkaadmin.operations.metadata_quorum import add_raft_voter, describe_metadata_quorum, remove_raft_voter
from kafkaadmin.operations.new_partitions import create_partitions
from kafkaadmin.operations.new_topics import create_topics
from kafkaadmin.operations.partition_offsets import list_offsets
from kafkaadmin.operations.producers import abort_transaction, describe_producers
from kafkaadmin.operations.readiness import wait_for_topics, wait_until_ready
from kafkaadmin.operations.reassignments import alter_partition_reassignments, list_partition_reassignments
from kafkaadmin.operations.record_deletion import delete_records
from kafkaadmin.operations.registrations import unregister_broker, unregister_controller
from kafkaadmin.operations.scram_users import alter_user_scram_credentials, describe_user_scram_credentials
from kafkaadmin.operations.share_group_offsets import (
    alter_share_group_offsets,
    delete_share_group_offsets,
    list_share_group_offsets,
)
from kafkaadmin.operations.share_groups import describe_share_groups
from kafkaadmin.operations.streams_groups import describe_streams_groups
from kafkaadmin.operations.telemetry import client_instance_id
from kafkaadmin.operations.topic_deletion import delete_topics
from kafkaadmin.operations.topics import describe_topics, list_topics
from kafkaadmin.operations.transactions import (
    describe_transactions,
    fence_producers,
    force_terminate_transaction,
    list_transactions,
)

__all__ = [
    "abort_transaction",
    "add_raft_voter",
    "alter_client_quotas",
    "alter_consumer_group_offsets",
    "alter_partition_reassignments",
    "alter_replica_log_dirs",
    "alter_share_group_offsets",
    "alter_user_scram_credentials",
    "client_instance_id",
    "create_acls",
    "create_delegation_token",
    "create_partitions",
    "create_topics",
    "delete_acls",
    "delete_consumer_group_offsets",
    "delete_consumer_groups",
    "delete_records",
    "delete_share_group_offsets",
    "delete_topics",
    "describe_acls",
    "describe_classic_groups",
    "describe_client_quotas",
    "describe_cluster",
    "describe_configs",
    "describe_consumer_groups",
    "describe_delegation_token",
    "describe_features",
    "describe_groups",
    "describe_log_dirs",
    "describe_metadata_quorum",
    "describe_producers",
    "describe_replica_log_dirs",
    "describe_share_groups",
    "describe_streams_groups",
    "describe_topics",
    "describe_transactions",
    "describe_user_scram_credentials",
    "elect_leaders",
    "expire_delegation_token",
    "fence_producers",
    "find_hanging_transactions",
    "force_terminate_transaction",
    "incremental_alter_configs",
    "iter_consumer_group_offsets",
    "list_config_resources",
    "list_consumer_group_offsets",
    "list_groups",
    "list_offsets",
    "list_partition_reassignments",
    "list_share_group_offsets",
    "list_topics",
    "list_transactions",
    "remove_members_from_consumer_group",
    "remove_raft_voter",
    "renew_delegation_token",
    "unregister_broker",
    "unregister_controller",
    "update_features",
    "wait_for_topics",
    "wait_until_ready",
]
