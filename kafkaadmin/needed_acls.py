"""Which operation an API needs on which kind of resource. Made by `make coverage-table` from docs/coverage.toml."""

from __future__ import annotations

from collections.abc import Mapping

from kafkawire import ApiKey
from kafkawire.enums import AclOperation, AclResourceType

__all__ = ["NEEDED_ACLS"]

NEEDED_ACLS: Mapping[ApiKey, Mapping[AclResourceType, AclOperation]] = {
    ApiKey.ADD_RAFT_VOTER: {
        AclResourceType.CLUSTER: AclOperation.ALTER,
    },
    ApiKey.ALTER_CLIENT_QUOTAS: {
        AclResourceType.CLUSTER: AclOperation.ALTER_CONFIGS,
    },
    ApiKey.ALTER_PARTITION_REASSIGNMENTS: {
        AclResourceType.CLUSTER: AclOperation.ALTER,
    },
    ApiKey.ALTER_REPLICA_LOG_DIRS: {
        AclResourceType.CLUSTER: AclOperation.ALTER,
    },
    ApiKey.ALTER_SHARE_GROUP_OFFSETS: {
        AclResourceType.GROUP: AclOperation.READ,
        AclResourceType.TOPIC: AclOperation.READ,
    },
    ApiKey.ALTER_USER_SCRAM_CREDENTIALS: {
        AclResourceType.CLUSTER: AclOperation.ALTER,
    },
    ApiKey.CONSUMER_GROUP_DESCRIBE: {
        AclResourceType.GROUP: AclOperation.DESCRIBE,
        AclResourceType.TOPIC: AclOperation.DESCRIBE,
    },
    ApiKey.CREATE_ACLS: {
        AclResourceType.CLUSTER: AclOperation.ALTER,
    },
    ApiKey.CREATE_DELEGATION_TOKEN: {
        AclResourceType.USER: AclOperation.CREATE_TOKENS,
    },
    ApiKey.CREATE_PARTITIONS: {
        AclResourceType.TOPIC: AclOperation.ALTER,
    },
    ApiKey.CREATE_TOPICS: {
        AclResourceType.CLUSTER: AclOperation.CREATE,
        AclResourceType.TOPIC: AclOperation.CREATE,
    },
    ApiKey.DELETE_ACLS: {
        AclResourceType.CLUSTER: AclOperation.ALTER,
    },
    ApiKey.DELETE_GROUPS: {
        AclResourceType.GROUP: AclOperation.DELETE,
    },
    ApiKey.DELETE_RECORDS: {
        AclResourceType.TOPIC: AclOperation.DELETE,
    },
    ApiKey.DELETE_SHARE_GROUP_OFFSETS: {
        AclResourceType.GROUP: AclOperation.DELETE,
        AclResourceType.TOPIC: AclOperation.READ,
    },
    ApiKey.DELETE_TOPICS: {
        AclResourceType.TOPIC: AclOperation.DELETE,
    },
    ApiKey.DESCRIBE_ACLS: {
        AclResourceType.CLUSTER: AclOperation.DESCRIBE,
    },
    ApiKey.DESCRIBE_CLIENT_QUOTAS: {
        AclResourceType.CLUSTER: AclOperation.DESCRIBE_CONFIGS,
    },
    ApiKey.DESCRIBE_CLUSTER: {
        AclResourceType.CLUSTER: AclOperation.DESCRIBE,
    },
    ApiKey.DESCRIBE_CONFIGS: {
        AclResourceType.TOPIC: AclOperation.DESCRIBE_CONFIGS,
        AclResourceType.GROUP: AclOperation.DESCRIBE_CONFIGS,
        AclResourceType.CLUSTER: AclOperation.DESCRIBE_CONFIGS,
    },
    ApiKey.DESCRIBE_DELEGATION_TOKEN: {
        AclResourceType.DELEGATION_TOKEN: AclOperation.DESCRIBE,
        AclResourceType.USER: AclOperation.DESCRIBE_TOKENS,
    },
    ApiKey.DESCRIBE_GROUPS: {
        AclResourceType.GROUP: AclOperation.DESCRIBE,
        AclResourceType.TOPIC: AclOperation.DESCRIBE,
    },
    ApiKey.DESCRIBE_LOG_DIRS: {
        AclResourceType.CLUSTER: AclOperation.DESCRIBE,
    },
    ApiKey.DESCRIBE_PRODUCERS: {
        AclResourceType.TOPIC: AclOperation.READ,
    },
    ApiKey.DESCRIBE_QUORUM: {
        AclResourceType.CLUSTER: AclOperation.DESCRIBE,
    },
    ApiKey.DESCRIBE_SHARE_GROUP_OFFSETS: {
        AclResourceType.GROUP: AclOperation.DESCRIBE,
        AclResourceType.TOPIC: AclOperation.DESCRIBE,
    },
    ApiKey.DESCRIBE_TOPIC_PARTITIONS: {
        AclResourceType.TOPIC: AclOperation.DESCRIBE,
    },
    ApiKey.DESCRIBE_TRANSACTIONS: {
        AclResourceType.TRANSACTIONAL_ID: AclOperation.DESCRIBE,
        AclResourceType.TOPIC: AclOperation.DESCRIBE,
    },
    ApiKey.DESCRIBE_USER_SCRAM_CREDENTIALS: {
        AclResourceType.CLUSTER: AclOperation.DESCRIBE,
    },
    ApiKey.ELECT_LEADERS: {
        AclResourceType.CLUSTER: AclOperation.ALTER,
    },
    ApiKey.FIND_COORDINATOR: {
        AclResourceType.GROUP: AclOperation.DESCRIBE,
        AclResourceType.TRANSACTIONAL_ID: AclOperation.DESCRIBE,
        AclResourceType.CLUSTER: AclOperation.CLUSTER_ACTION,
    },
    ApiKey.INCREMENTAL_ALTER_CONFIGS: {
        AclResourceType.TOPIC: AclOperation.ALTER_CONFIGS,
        AclResourceType.GROUP: AclOperation.ALTER_CONFIGS,
        AclResourceType.CLUSTER: AclOperation.ALTER_CONFIGS,
    },
    ApiKey.INIT_PRODUCER_ID: {
        AclResourceType.TRANSACTIONAL_ID: AclOperation.WRITE,
    },
    ApiKey.LEAVE_GROUP: {
        AclResourceType.GROUP: AclOperation.READ,
    },
    ApiKey.LIST_CONFIG_RESOURCES: {
        AclResourceType.CLUSTER: AclOperation.DESCRIBE_CONFIGS,
    },
    ApiKey.LIST_GROUPS: {
        AclResourceType.CLUSTER: AclOperation.DESCRIBE,
        AclResourceType.GROUP: AclOperation.DESCRIBE,
    },
    ApiKey.LIST_OFFSETS: {
        AclResourceType.TOPIC: AclOperation.DESCRIBE,
    },
    ApiKey.LIST_PARTITION_REASSIGNMENTS: {
        AclResourceType.CLUSTER: AclOperation.DESCRIBE,
    },
    ApiKey.LIST_TRANSACTIONS: {
        AclResourceType.TRANSACTIONAL_ID: AclOperation.DESCRIBE,
        AclResourceType.TOPIC: AclOperation.READ,
    },
    ApiKey.METADATA: {
        AclResourceType.TOPIC: AclOperation.DESCRIBE,
        AclResourceType.CLUSTER: AclOperation.DESCRIBE,
    },
    ApiKey.OFFSET_COMMIT: {
        AclResourceType.GROUP: AclOperation.READ,
        AclResourceType.TOPIC: AclOperation.READ,
    },
    ApiKey.OFFSET_DELETE: {
        AclResourceType.GROUP: AclOperation.DELETE,
        AclResourceType.TOPIC: AclOperation.READ,
    },
    ApiKey.OFFSET_FETCH: {
        AclResourceType.GROUP: AclOperation.DESCRIBE,
        AclResourceType.TOPIC: AclOperation.DESCRIBE,
    },
    ApiKey.REMOVE_RAFT_VOTER: {
        AclResourceType.CLUSTER: AclOperation.ALTER,
    },
    ApiKey.SHARE_GROUP_DESCRIBE: {
        AclResourceType.GROUP: AclOperation.DESCRIBE,
        AclResourceType.TOPIC: AclOperation.DESCRIBE,
    },
    ApiKey.STREAMS_GROUP_DESCRIBE: {
        AclResourceType.GROUP: AclOperation.DESCRIBE,
        AclResourceType.TOPIC: AclOperation.DESCRIBE,
    },
    ApiKey.UNREGISTER_BROKER: {
        AclResourceType.CLUSTER: AclOperation.ALTER,
    },
    ApiKey.UNREGISTER_CONTROLLER: {
        AclResourceType.CLUSTER: AclOperation.ALTER,
    },
    ApiKey.UPDATE_FEATURES: {
        AclResourceType.CLUSTER: AclOperation.ALTER,
    },
    ApiKey.WRITE_TXN_MARKERS: {
        AclResourceType.CLUSTER: AclOperation.ALTER,
    },
}
