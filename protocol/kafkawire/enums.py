"""Kafka's enumerations and special numbers, as they stand in messages.

Those that travel as numbers are `OpenIntEnum`, as text `OpenStrEnum`: values of later releases survive.
"""

from typing import Final

from kafkawire.open_enums import OpenIntEnum, OpenStrEnum

AUTHORIZED_OPERATIONS_OMITTED: Final = -(2**31)
"""Stands in `..._authorized_operations` when they were not asked for; else bit `1 << AclOperation` is set for each."""

NO_LEADER: Final = -1
"""A partition's leader id while it has no leader."""

NO_CONTROLLER: Final = -1
"""The controller id while there is none."""

NO_OFFSET: Final = -1
"""OffsetFetch: nothing committed. ListOffsets: no record matches."""

CONSUMER_REPLICA_ID: Final = -1
"""ListOffsets' replica id for everybody who is not a broker."""


class CoordinatorType(OpenIntEnum):
    """`FindCoordinatorRequest.key_type`."""

    GROUP = 0
    TRANSACTION = 1
    SHARE = 2


class GroupType(OpenStrEnum):
    """Kinds of groups in ListGroups v5. Brokers answer in lower case; Java's clients filter capitalised."""

    UNKNOWN = "unknown"
    CONSUMER = "consumer"
    CLASSIC = "classic"
    SHARE = "share"
    STREAMS = "streams"


class GroupState(OpenStrEnum):
    """States of a group of any kind."""

    UNKNOWN = "Unknown"
    PREPARING_REBALANCE = "PreparingRebalance"
    COMPLETING_REBALANCE = "CompletingRebalance"
    STABLE = "Stable"
    DEAD = "Dead"
    EMPTY = "Empty"
    ASSIGNING = "Assigning"
    RECONCILING = "Reconciling"
    NOT_READY = "NotReady"


class MemberType(OpenIntEnum):
    """The protocol that a member of a KIP-848 group speaks (`ConsumerGroupDescribeResponse` v1)."""

    UNKNOWN = -1
    CLASSIC = 0
    CONSUMER = 1


class TransactionState(OpenStrEnum):
    """States of a transaction, in DescribeTransactions and ListTransactions."""

    UNKNOWN = "Unknown"
    EMPTY = "Empty"
    ONGOING = "Ongoing"
    PREPARE_COMMIT = "PrepareCommit"
    PREPARE_ABORT = "PrepareAbort"
    COMPLETE_COMMIT = "CompleteCommit"
    COMPLETE_ABORT = "CompleteAbort"
    PREPARE_EPOCH_FENCE = "PrepareEpochFence"


class IsolationLevel(OpenIntEnum):
    """How far readers see: to the high watermark, or to the last stable offset."""

    READ_UNCOMMITTED = 0
    READ_COMMITTED = 1


class OffsetSpec(OpenIntEnum):
    """Negative timestamps of ListOffsets, which ask for a place instead of a time.

    MAX_TIMESTAMP needs v7 (KIP-734), EARLIEST_LOCAL v8 (KIP-405), LATEST_TIERED v9 (KIP-1005), EARLIEST_PENDING_UPLOAD
    v11 (KIP-1023).
    """

    LATEST = -1
    EARLIEST = -2
    MAX_TIMESTAMP = -3
    EARLIEST_LOCAL = -4
    LATEST_TIERED = -5
    EARLIEST_PENDING_UPLOAD = -6


class EndpointType(OpenIntEnum):
    """Whose addresses DescribeCluster gives (KIP-919)."""

    UNKNOWN = 0
    BROKER = 1
    CONTROLLER = 2


class ElectionType(OpenIntEnum):
    """`ElectLeadersRequest.election_type` (KIP-460)."""

    PREFERRED = 0
    UNCLEAN = 1


class ConfigResourceType(OpenIntEnum):
    """What a set of configs belongs to."""

    UNKNOWN = 0
    TOPIC = 2
    BROKER = 4
    BROKER_LOGGER = 8
    CLIENT_METRICS = 16
    GROUP = 32


class ConfigSource(OpenIntEnum):
    """Where a config's value comes from."""

    UNKNOWN = 0
    TOPIC_CONFIG = 1
    DYNAMIC_BROKER_CONFIG = 2
    DYNAMIC_DEFAULT_BROKER_CONFIG = 3
    STATIC_BROKER_CONFIG = 4
    DEFAULT_CONFIG = 5
    DYNAMIC_BROKER_LOGGER_CONFIG = 6
    CLIENT_METRICS_CONFIG = 7
    GROUP_CONFIG = 8


class ConfigType(OpenIntEnum):
    """The type of a config's value."""

    UNKNOWN = 0
    BOOLEAN = 1
    STRING = 2
    INT = 3
    SHORT = 4
    LONG = 5
    DOUBLE = 6
    LIST = 7
    CLASS = 8
    PASSWORD = 9


class AlterConfigOperation(OpenIntEnum):
    """What IncrementalAlterConfigs does with one config."""

    SET = 0
    DELETE = 1
    APPEND = 2
    SUBTRACT = 3


class AclResourceType(OpenIntEnum):
    """What an ACL guards. ANY is for filters."""

    UNKNOWN = 0
    ANY = 1
    TOPIC = 2
    GROUP = 3
    CLUSTER = 4
    TRANSACTIONAL_ID = 5
    DELEGATION_TOKEN = 6
    USER = 7


class AclPatternType(OpenIntEnum):
    """How an ACL's resource name is meant. ANY and MATCH are for filters."""

    UNKNOWN = 0
    ANY = 1
    MATCH = 2
    LITERAL = 3
    PREFIXED = 4


class AclOperation(OpenIntEnum):
    """What an ACL allows or denies; also the bits of `..._authorized_operations`."""

    UNKNOWN = 0
    ANY = 1
    ALL = 2
    READ = 3
    WRITE = 4
    CREATE = 5
    DELETE = 6
    ALTER = 7
    DESCRIBE = 8
    CLUSTER_ACTION = 9
    DESCRIBE_CONFIGS = 10
    ALTER_CONFIGS = 11
    IDEMPOTENT_WRITE = 12
    CREATE_TOKENS = 13
    DESCRIBE_TOKENS = 14
    TWO_PHASE_COMMIT = 15


class AclPermissionType(OpenIntEnum):
    """Whether an ACL allows or denies."""

    UNKNOWN = 0
    ANY = 1
    DENY = 2
    ALLOW = 3


class ScramMechanism(OpenIntEnum):
    """SCRAM mechanisms by their numbers in the user credential APIs."""

    UNKNOWN = 0
    SCRAM_SHA_256 = 1
    SCRAM_SHA_512 = 2


class QuotaMatchType(OpenIntEnum):
    """How DescribeClientQuotas matches an entity: one name, the default, or any that is named."""

    EXACT = 0
    DEFAULT = 1
    ANY = 2


class QuotaEntityType(OpenStrEnum):
    """What a component of a client quota's entity names."""

    USER = "user"
    CLIENT_ID = "client-id"
    IP = "ip"


class FeatureUpgradeType(OpenIntEnum):
    """`upgrade_type` of UpdateFeatures v1 and later."""

    UNKNOWN = 0
    UPGRADE = 1
    SAFE_DOWNGRADE = 2
    UNSAFE_DOWNGRADE = 3


class AcknowledgeType(OpenIntEnum):
    """What became of a record that a share group's member acquired. RENEW needs v2 (KIP-1222)."""

    GAP = 0
    ACCEPT = 1
    RELEASE = 2
    REJECT = 3
    RENEW = 4


class TopologyDescriptionStatus(OpenIntEnum):
    """Why StreamsGroupDescribe v1 has a description of the topology, or has none (KIP-1331)."""

    NOT_REQUESTED = 0
    NOT_STORED = 1
    ERROR = 2
    AVAILABLE = 3


class TopologyNodeType(OpenIntEnum):
    """What a node of a described topology does (KIP-1331)."""

    SOURCE = 1
    PROCESSOR = 2
    SINK = 3
