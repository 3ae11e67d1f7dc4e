"""An asynchronous admin client for Apache Kafka, which survives the cluster changing under it.

    from kafkaadmin import AdminClient, TopicPartition

    async with AdminClient("localhost:9092") as admin:
        offsets = await admin.list_consumer_group_offsets(["billing", "audit"])
        print(offsets["billing"][TopicPartition("orders", 0)].offset)

Everything public is here. Names are loaded when they are first used: importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kafkaadmin.client import (
        AdminClient,
    )
    from kafkaadmin.config import (
        RetryPolicy,
    )
    from kafkaadmin.errors import (
        AuthenticationError,
        AuthorizationError,
        BrokerError,
        ClientClosedError,
        ConfigurationError,
        ConnectError,
        ConnectionLostError,
        CoordinatorUnavailableError,
        DelegationTokenError,
        DuplicateVoterError,
        ElectionNotNeededError,
        GroupNotEmptyError,
        GroupNotFoundError,
        GroupSubscribedToTopicError,
        InvalidRequestError,
        KafkaAdminError,
        LocalProtocolError,
        NotControllerError,
        NotCoordinatorError,
        NotLeaderError,
        OperationTimeoutError,
        OutcomeUnknownError,
        PartialFailureError,
        ProtocolError,
        RemoteProtocolError,
        ThrottledError,
        TopicAlreadyExistsError,
        TransportError,
        UnknownMemberError,
        UnknownTopicError,
        UnsupportedVersionError,
        VoterNotFoundError,
    )
    from kafkaadmin.events import (
        BrokerSuspected,
        BrokerUnavailable,
        ConnectionLost,
        ConnectionOpened,
        CoordinatorInvalidated,
        CoordinatorResolved,
        Event,
        LookupFailed,
        Observer,
        Rebootstrapped,
        RequestCompleted,
        RequestSent,
        RetryScheduled,
    )
    from kafkaadmin.models.acls import (
        AclBinding,
        AclBindingFilter,
        DeletedAcls,
    )
    from kafkaadmin.models.brokers import (
        Broker,
        ClusterDescription,
        UnregisteredNode,
    )
    from kafkaadmin.models.configs import (
        AlterConfigOp,
        ConfigEntry,
        ConfigResource,
        ConfigSynonym,
    )
    from kafkaadmin.models.delegation_tokens import (
        DelegationToken,
        DelegationTokenExpiry,
    )
    from kafkaadmin.models.features import (
        FeatureMetadata,
        FeatureUpdate,
        LevelRange,
    )
    from kafkaadmin.models.groups import (
        ClassicGroupDescription,
        ClassicGroupMember,
        ConsumerGroupDescription,
        ConsumerGroupMember,
        DeletedGroup,
        GroupDescription,
        GroupListing,
        MemberToRemove,
        RemovedMember,
    )
    from kafkaadmin.models.new_partitions import (
        CreatedPartitions,
        NewPartitions,
    )
    from kafkaadmin.models.offsets import (
        OffsetAndMetadata,
        OffsetPlace,
        OffsetSpec,
        PartitionOffset,
    )
    from kafkaadmin.models.partitions import (
        TopicPartition,
    )
    from kafkaadmin.models.principals import (
        KafkaPrincipal,
    )
    from kafkaadmin.models.quorum import (
        ChangedVoter,
        QuorumInfo,
        QuorumReplica,
        RaftVoterEndpoint,
    )
    from kafkaadmin.models.quotas import (
        ClientQuotaEntity,
        ClientQuotaFilter,
        QuotaEntityName,
    )
    from kafkaadmin.models.records import (
        DeletedRecords,
        RecordsToDelete,
    )
    from kafkaadmin.models.replicas import (
        AlteredReassignment,
        ElectedLeader,
        LogDirDescription,
        PartitionReassignment,
        ReplicaInfo,
        ReplicaLogDirInfo,
        TopicPartitionReplica,
    )
    from kafkaadmin.models.results import (
        BatchResult,
    )
    from kafkaadmin.models.scram import (
        AlteredUserScramCredentials,
        ScramCredentialInfo,
        UserScramCredentialDeletion,
        UserScramCredentialUpsertion,
    )
    from kafkaadmin.models.topics import (
        CreatedTopic,
        DeletedTopic,
        NewTopic,
        PartitionDescription,
        TopicDescription,
        TopicListing,
    )
    from kafkaadmin.routing.destinations import (
        AnyBroker,
        BrokerId,
        Controller,
        Coordinator,
        CoordinatorType,
        Destination,
        Leader,
    )
    from kafkaadmin.security import (
        OAuthToken,
        SaslOAuthBearer,
        SaslPlain,
        SaslScram,
        Security,
        Tls,
    )
    from kafkawire.enums import (
        AclOperation,
        AclPatternType,
        AclPermissionType,
        AclResourceType,
        AlterConfigOperation,
        ConfigResourceType,
        ConfigSource,
        ConfigType,
        ElectionType,
        FeatureUpgradeType,
        GroupState,
        GroupType,
        IsolationLevel,
        ScramMechanism,
    )

_MODULES = {
    "kafkaadmin.client": ("AdminClient",),
    "kafkaadmin.config": ("RetryPolicy",),
    "kafkaadmin.models.configs": (
        "AlterConfigOp",
        "ConfigEntry",
        "ConfigResource",
        "ConfigSynonym",
    ),
    "kafkaadmin.models.features": (
        "FeatureMetadata",
        "FeatureUpdate",
        "LevelRange",
    ),
    "kafkaadmin.models.replicas": (
        "AlteredReassignment",
        "ElectedLeader",
        "LogDirDescription",
        "PartitionReassignment",
        "ReplicaInfo",
        "ReplicaLogDirInfo",
        "TopicPartitionReplica",
    ),
    "kafkaadmin.security": (
        "OAuthToken",
        "SaslOAuthBearer",
        "SaslPlain",
        "SaslScram",
        "Security",
        "Tls",
    ),
    "kafkaadmin.errors": (
        "AuthenticationError",
        "AuthorizationError",
        "BrokerError",
        "ClientClosedError",
        "ConfigurationError",
        "ConnectError",
        "ConnectionLostError",
        "CoordinatorUnavailableError",
        "DelegationTokenError",
        "DuplicateVoterError",
        "ElectionNotNeededError",
        "GroupNotEmptyError",
        "GroupNotFoundError",
        "GroupSubscribedToTopicError",
        "InvalidRequestError",
        "KafkaAdminError",
        "LocalProtocolError",
        "NotControllerError",
        "NotCoordinatorError",
        "NotLeaderError",
        "OperationTimeoutError",
        "OutcomeUnknownError",
        "PartialFailureError",
        "ProtocolError",
        "RemoteProtocolError",
        "ThrottledError",
        "TopicAlreadyExistsError",
        "TransportError",
        "UnknownMemberError",
        "UnknownTopicError",
        "UnsupportedVersionError",
        "VoterNotFoundError",
    ),
    "kafkaadmin.events": (
        "BrokerSuspected",
        "BrokerUnavailable",
        "ConnectionLost",
        "ConnectionOpened",
        "CoordinatorInvalidated",
        "CoordinatorResolved",
        "Event",
        "LookupFailed",
        "Observer",
        "Rebootstrapped",
        "RequestCompleted",
        "RequestSent",
        "RetryScheduled",
    ),
    "kafkaadmin.models.acls": (
        "AclBinding",
        "AclBindingFilter",
        "DeletedAcls",
    ),
    "kafkaadmin.models.brokers": (
        "Broker",
        "ClusterDescription",
        "UnregisteredNode",
    ),
    "kafkaadmin.models.delegation_tokens": (
        "DelegationToken",
        "DelegationTokenExpiry",
    ),
    "kafkaadmin.models.groups": (
        "ClassicGroupDescription",
        "ClassicGroupMember",
        "ConsumerGroupDescription",
        "ConsumerGroupMember",
        "DeletedGroup",
        "GroupDescription",
        "GroupListing",
        "MemberToRemove",
        "RemovedMember",
    ),
    "kafkaadmin.models.new_partitions": (
        "CreatedPartitions",
        "NewPartitions",
    ),
    "kafkaadmin.models.offsets": (
        "OffsetAndMetadata",
        "OffsetPlace",
        "OffsetSpec",
        "PartitionOffset",
    ),
    "kafkaadmin.models.partitions": ("TopicPartition",),
    "kafkaadmin.models.principals": ("KafkaPrincipal",),
    "kafkaadmin.models.quorum": (
        "ChangedVoter",
        "QuorumInfo",
        "QuorumReplica",
        "RaftVoterEndpoint",
    ),
    "kafkaadmin.models.quotas": (
        "ClientQuotaEntity",
        "ClientQuotaFilter",
        "QuotaEntityName",
    ),
    "kafkaadmin.models.records": (
        "DeletedRecords",
        "RecordsToDelete",
    ),
    "kafkaadmin.models.results": ("BatchResult",),
    "kafkaadmin.models.scram": (
        "AlteredUserScramCredentials",
        "ScramCredentialInfo",
        "UserScramCredentialDeletion",
        "UserScramCredentialUpsertion",
    ),
    "kafkaadmin.models.topics": (
        "CreatedTopic",
        "DeletedTopic",
        "NewTopic",
        "PartitionDescription",
        "TopicDescription",
        "TopicListing",
    ),
    "kafkaadmin.routing.destinations": (
        "AnyBroker",
        "BrokerId",
        "Controller",
        "Coordinator",
        "CoordinatorType",
        "Destination",
        "Leader",
    ),
    "kafkawire.enums": (
        "AclOperation",
        "AclPatternType",
        "AclPermissionType",
        "AclResourceType",
        "AlterConfigOperation",
        "ConfigResourceType",
        "ConfigSource",
        "ConfigType",
        "ElectionType",
        "FeatureUpgradeType",
        "GroupState",
        "GroupType",
        "IsolationLevel",
        "ScramMechanism",
    ),
}

_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "AclBinding",
    "AclBindingFilter",
    "AclOperation",
    "AclPatternType",
    "AclPermissionType",
    "AclResourceType",
    "AdminClient",
    "AlterConfigOp",
    "AlterConfigOperation",
    "AlteredReassignment",
    "AlteredUserScramCredentials",
    "AnyBroker",
    "AuthenticationError",
    "AuthorizationError",
    "BatchResult",
    "Broker",
    "BrokerError",
    "BrokerId",
    "BrokerSuspected",
    "BrokerUnavailable",
    "ChangedVoter",
    "ClassicGroupDescription",
    "ClassicGroupMember",
    "ClientClosedError",
    "ClientQuotaEntity",
    "ClientQuotaFilter",
    "ClusterDescription",
    "ConfigEntry",
    "ConfigResource",
    "ConfigResourceType",
    "ConfigSource",
    "ConfigSynonym",
    "ConfigType",
    "ConfigurationError",
    "ConnectError",
    "ConnectionLost",
    "ConnectionLostError",
    "ConnectionOpened",
    "ConsumerGroupDescription",
    "ConsumerGroupMember",
    "Controller",
    "Coordinator",
    "CoordinatorInvalidated",
    "CoordinatorResolved",
    "CoordinatorType",
    "CoordinatorUnavailableError",
    "CreatedPartitions",
    "CreatedTopic",
    "DelegationToken",
    "DelegationTokenError",
    "DelegationTokenExpiry",
    "DeletedAcls",
    "DeletedGroup",
    "DeletedRecords",
    "DeletedTopic",
    "Destination",
    "DuplicateVoterError",
    "ElectedLeader",
    "ElectionNotNeededError",
    "ElectionType",
    "Event",
    "FeatureMetadata",
    "FeatureUpdate",
    "FeatureUpgradeType",
    "GroupDescription",
    "GroupListing",
    "GroupNotEmptyError",
    "GroupNotFoundError",
    "GroupState",
    "GroupSubscribedToTopicError",
    "GroupType",
    "InvalidRequestError",
    "IsolationLevel",
    "KafkaAdminError",
    "KafkaPrincipal",
    "Leader",
    "LevelRange",
    "LocalProtocolError",
    "LogDirDescription",
    "LookupFailed",
    "MemberToRemove",
    "NewPartitions",
    "NewTopic",
    "NotControllerError",
    "NotCoordinatorError",
    "NotLeaderError",
    "OAuthToken",
    "Observer",
    "OffsetAndMetadata",
    "OffsetPlace",
    "OffsetSpec",
    "OperationTimeoutError",
    "OutcomeUnknownError",
    "PartialFailureError",
    "PartitionDescription",
    "PartitionOffset",
    "PartitionReassignment",
    "ProtocolError",
    "QuorumInfo",
    "QuorumReplica",
    "QuotaEntityName",
    "RaftVoterEndpoint",
    "Rebootstrapped",
    "RecordsToDelete",
    "RemoteProtocolError",
    "RemovedMember",
    "ReplicaInfo",
    "ReplicaLogDirInfo",
    "RequestCompleted",
    "RequestSent",
    "RetryPolicy",
    "RetryScheduled",
    "SaslOAuthBearer",
    "SaslPlain",
    "SaslScram",
    "ScramCredentialInfo",
    "ScramMechanism",
    "Security",
    "ThrottledError",
    "Tls",
    "TopicAlreadyExistsError",
    "TopicDescription",
    "TopicListing",
    "TopicPartition",
    "TopicPartitionReplica",
    "TransportError",
    "UnknownMemberError",
    "UnknownTopicError",
    "UnregisteredNode",
    "UnsupportedVersionError",
    "UserScramCredentialDeletion",
    "UserScramCredentialUpsertion",
    "VoterNotFoundError",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(_HOME[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*globals(), *__all__]
