"""How brokers answer: one file per API, one row each in the table below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kafkaadmin.testing.handlers.acls import create_acls, delete_acls, describe_acls
from kafkaadmin.testing.handlers.alter_partition_reassignments import alter_partition_reassignments
from kafkaadmin.testing.handlers.alter_replica_log_dirs import alter_replica_log_dirs
from kafkaadmin.testing.handlers.api_versions import api_versions
from kafkaadmin.testing.handlers.client_quotas import alter_client_quotas, describe_client_quotas
from kafkaadmin.testing.handlers.consumer_group_describe import consumer_group_describe
from kafkaadmin.testing.handlers.consumer_group_heartbeat import consumer_group_heartbeat
from kafkaadmin.testing.handlers.context import Context
from kafkaadmin.testing.handlers.create_partitions import create_partitions
from kafkaadmin.testing.handlers.create_topics import create_topics
from kafkaadmin.testing.handlers.delegation_tokens import (
    create_delegation_token,
    describe_delegation_token,
    expire_delegation_token,
    renew_delegation_token,
)
from kafkaadmin.testing.handlers.delete_groups import delete_groups
from kafkaadmin.testing.handlers.delete_records import delete_records
from kafkaadmin.testing.handlers.delete_topics import delete_topics
from kafkaadmin.testing.handlers.describe_cluster import describe_cluster
from kafkaadmin.testing.handlers.describe_configs import describe_configs
from kafkaadmin.testing.handlers.describe_groups import describe_groups
from kafkaadmin.testing.handlers.describe_log_dirs import describe_log_dirs
from kafkaadmin.testing.handlers.describe_quorum import describe_quorum
from kafkaadmin.testing.handlers.describe_topic_partitions import describe_topic_partitions
from kafkaadmin.testing.handlers.elect_leaders import elect_leaders
from kafkaadmin.testing.handlers.find_coordinator import find_coordinator
from kafkaadmin.testing.handlers.incremental_alter_configs import incremental_alter_configs
from kafkaadmin.testing.handlers.leave_group import leave_group
from kafkaadmin.testing.handlers.list_config_resources import list_config_resources
from kafkaadmin.testing.handlers.list_groups import list_groups
from kafkaadmin.testing.handlers.list_offsets import list_offsets
from kafkaadmin.testing.handlers.list_partition_reassignments import list_partition_reassignments
from kafkaadmin.testing.handlers.metadata import metadata
from kafkaadmin.testing.handlers.offset_commit import offset_commit
from kafkaadmin.testing.handlers.offset_delete import offset_delete
from kafkaadmin.testing.handlers.offset_fetch import offset_fetch
from kafkaadmin.testing.handlers.producers_transactions import add_partitions_to_txn, end_txn
from kafkaadmin.testing.handlers.raft_voters import add_raft_voter, remove_raft_voter
from kafkaadmin.testing.handlers.sasl import sasl_authenticate, sasl_handshake
from kafkaadmin.testing.handlers.share_group_describe import share_group_describe
from kafkaadmin.testing.handlers.share_group_heartbeat import share_group_heartbeat
from kafkaadmin.testing.handlers.share_group_offsets import (
    alter_share_group_offsets,
    delete_share_group_offsets,
    describe_share_group_offsets,
)
from kafkaadmin.testing.handlers.streams_group_describe import streams_group_describe
from kafkaadmin.testing.handlers.streams_group_heartbeat import streams_group_heartbeat
from kafkaadmin.testing.handlers.transactions import (
    describe_producers,
    describe_transactions,
    init_producer_id,
    list_transactions,
    write_txn_markers,
)
from kafkaadmin.testing.handlers.unregister import unregister_broker, unregister_controller
from kafkaadmin.testing.handlers.update_features import update_features
from kafkaadmin.testing.handlers.user_scram_credentials import (
    alter_user_scram_credentials,
    describe_user_scram_credentials,
)
from kafkawire import ApiKey, Response

__all__ = ["HANDLERS", "Handler"]

Handler = Callable[[Any, Context], Response]
"""A request of one API, and its surroundings, to the answer."""

HANDLERS: Mapping[ApiKey, Handler] = {
    ApiKey.ADD_PARTITIONS_TO_TXN: add_partitions_to_txn,
    ApiKey.ADD_RAFT_VOTER: add_raft_voter,
    ApiKey.ALTER_CLIENT_QUOTAS: alter_client_quotas,
    ApiKey.ALTER_PARTITION_REASSIGNMENTS: alter_partition_reassignments,
    ApiKey.ALTER_REPLICA_LOG_DIRS: alter_replica_log_dirs,
    ApiKey.ALTER_SHARE_GROUP_OFFSETS: alter_share_group_offsets,
    ApiKey.ALTER_USER_SCRAM_CREDENTIALS: alter_user_scram_credentials,
    ApiKey.API_VERSIONS: api_versions,
    ApiKey.CONSUMER_GROUP_DESCRIBE: consumer_group_describe,
    ApiKey.CONSUMER_GROUP_HEARTBEAT: consumer_group_heartbeat,
    ApiKey.CREATE_ACLS: create_acls,
    ApiKey.CREATE_DELEGATION_TOKEN: create_delegation_token,
    ApiKey.CREATE_PARTITIONS: create_partitions,
    ApiKey.CREATE_TOPICS: create_topics,
    ApiKey.DELETE_ACLS: delete_acls,
    ApiKey.DELETE_GROUPS: delete_groups,
    ApiKey.DELETE_RECORDS: delete_records,
    ApiKey.DELETE_SHARE_GROUP_OFFSETS: delete_share_group_offsets,
    ApiKey.DELETE_TOPICS: delete_topics,
    ApiKey.DESCRIBE_ACLS: describe_acls,
    ApiKey.DESCRIBE_CLIENT_QUOTAS: describe_client_quotas,
    ApiKey.DESCRIBE_CLUSTER: describe_cluster,
    ApiKey.DESCRIBE_CONFIGS: describe_configs,
    ApiKey.DESCRIBE_DELEGATION_TOKEN: describe_delegation_token,
    ApiKey.DESCRIBE_GROUPS: describe_groups,
    ApiKey.DESCRIBE_LOG_DIRS: describe_log_dirs,
    ApiKey.DESCRIBE_PRODUCERS: describe_producers,
    ApiKey.DESCRIBE_QUORUM: describe_quorum,
    ApiKey.DESCRIBE_SHARE_GROUP_OFFSETS: describe_share_group_offsets,
    ApiKey.DESCRIBE_TOPIC_PARTITIONS: describe_topic_partitions,
    ApiKey.DESCRIBE_TRANSACTIONS: describe_transactions,
    ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS: describe_user_scram_credentials,
    ApiKey.ELECT_LEADERS: elect_leaders,
    ApiKey.END_TXN: end_txn,
    ApiKey.EXPIRE_DELEGATION_TOKEN: expire_delegation_token,
    ApiKey.FIND_COORDINATOR: find_coordinator,
    ApiKey.INCREMENTAL_ALTER_CONFIGS: incremental_alter_configs,
    ApiKey.INIT_PRODUCER_ID: init_producer_id,
    ApiKey.LEAVE_GROUP: leave_group,
    ApiKey.LIST_CONFIG_RESOURCES: list_config_resources,
    ApiKey.LIST_GROUPS: list_groups,
    ApiKey.LIST_OFFSETS: list_offsets,
    ApiKey.LIST_PARTITION_REASSIGNMENTS: list_partition_reassignments,
    ApiKey.LIST_TRANSACTIONS: list_transactions,
    ApiKey.METADATA: metadata,
    ApiKey.OFFSET_COMMIT: offset_commit,
    ApiKey.OFFSET_DELETE: offset_delete,
    ApiKey.OFFSET_FETCH: offset_fetch,
    ApiKey.REMOVE_RAFT_VOTER: remove_raft_voter,
    ApiKey.RENEW_DELEGATION_TOKEN: renew_delegation_token,
    ApiKey.SASL_AUTHENTICATE: sasl_authenticate,
    ApiKey.SASL_HANDSHAKE: sasl_handshake,
    ApiKey.SHARE_GROUP_DESCRIBE: share_group_describe,
    ApiKey.SHARE_GROUP_HEARTBEAT: share_group_heartbeat,
    ApiKey.STREAMS_GROUP_DESCRIBE: streams_group_describe,
    ApiKey.STREAMS_GROUP_HEARTBEAT: streams_group_heartbeat,
    ApiKey.UNREGISTER_BROKER: unregister_broker,
    ApiKey.UNREGISTER_CONTROLLER: unregister_controller,
    ApiKey.UPDATE_FEATURES: update_features,
    ApiKey.WRITE_TXN_MARKERS: write_txn_markers,
}
