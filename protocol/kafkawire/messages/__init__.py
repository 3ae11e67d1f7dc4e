"""Every message class, each loaded with its API's module when it is first asked for.

    from kafkawire.messages import OffsetFetchRequest, OffsetFetchRequestGroup

There is one module per API, named as its `ApiKey` in lower case. Classes are named as in Kafka's specs; where two
specs use one name for different structs, or the name says nothing by itself, it is prefixed by its message's:
`ConsumerGroupDescribeResponseMember`.
"""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from kafkawire.api_keys import ApiKey
from kafkawire.messages._index import MODULES
from kafkawire.schema import Request, Response

if TYPE_CHECKING:
    from kafkawire.messages.add_offsets_to_txn import AddOffsetsToTxnRequest as AddOffsetsToTxnRequest
    from kafkawire.messages.add_offsets_to_txn import AddOffsetsToTxnResponse as AddOffsetsToTxnResponse
    from kafkawire.messages.add_partitions_to_txn import (
        AddPartitionsToTxnPartitionResult as AddPartitionsToTxnPartitionResult,
    )
    from kafkawire.messages.add_partitions_to_txn import AddPartitionsToTxnRequest as AddPartitionsToTxnRequest
    from kafkawire.messages.add_partitions_to_txn import AddPartitionsToTxnResponse as AddPartitionsToTxnResponse
    from kafkawire.messages.add_partitions_to_txn import AddPartitionsToTxnResult as AddPartitionsToTxnResult
    from kafkawire.messages.add_partitions_to_txn import AddPartitionsToTxnTopic as AddPartitionsToTxnTopic
    from kafkawire.messages.add_partitions_to_txn import AddPartitionsToTxnTopicResult as AddPartitionsToTxnTopicResult
    from kafkawire.messages.add_partitions_to_txn import AddPartitionsToTxnTransaction as AddPartitionsToTxnTransaction
    from kafkawire.messages.add_raft_voter import AddRaftVoterRequest as AddRaftVoterRequest
    from kafkawire.messages.add_raft_voter import AddRaftVoterRequestListener as AddRaftVoterRequestListener
    from kafkawire.messages.add_raft_voter import AddRaftVoterResponse as AddRaftVoterResponse
    from kafkawire.messages.alter_client_quotas import AlterClientQuotasRequest as AlterClientQuotasRequest
    from kafkawire.messages.alter_client_quotas import (
        AlterClientQuotasRequestEntityData as AlterClientQuotasRequestEntityData,
    )
    from kafkawire.messages.alter_client_quotas import (
        AlterClientQuotasRequestEntryData as AlterClientQuotasRequestEntryData,
    )
    from kafkawire.messages.alter_client_quotas import AlterClientQuotasRequestOpData as AlterClientQuotasRequestOpData
    from kafkawire.messages.alter_client_quotas import AlterClientQuotasResponse as AlterClientQuotasResponse
    from kafkawire.messages.alter_client_quotas import (
        AlterClientQuotasResponseEntityData as AlterClientQuotasResponseEntityData,
    )
    from kafkawire.messages.alter_client_quotas import (
        AlterClientQuotasResponseEntryData as AlterClientQuotasResponseEntryData,
    )
    from kafkawire.messages.alter_configs import AlterConfigsRequest as AlterConfigsRequest
    from kafkawire.messages.alter_configs import (
        AlterConfigsRequestAlterableConfig as AlterConfigsRequestAlterableConfig,
    )
    from kafkawire.messages.alter_configs import (
        AlterConfigsRequestAlterConfigsResource as AlterConfigsRequestAlterConfigsResource,
    )
    from kafkawire.messages.alter_configs import AlterConfigsResourceResponse as AlterConfigsResourceResponse
    from kafkawire.messages.alter_configs import AlterConfigsResponse as AlterConfigsResponse
    from kafkawire.messages.alter_partition_reassignments import (
        AlterPartitionReassignmentsRequest as AlterPartitionReassignmentsRequest,
    )
    from kafkawire.messages.alter_partition_reassignments import (
        AlterPartitionReassignmentsResponse as AlterPartitionReassignmentsResponse,
    )
    from kafkawire.messages.alter_partition_reassignments import ReassignablePartition as ReassignablePartition
    from kafkawire.messages.alter_partition_reassignments import (
        ReassignablePartitionResponse as ReassignablePartitionResponse,
    )
    from kafkawire.messages.alter_partition_reassignments import ReassignableTopic as ReassignableTopic
    from kafkawire.messages.alter_partition_reassignments import ReassignableTopicResponse as ReassignableTopicResponse
    from kafkawire.messages.alter_replica_log_dirs import AlterReplicaLogDir as AlterReplicaLogDir
    from kafkawire.messages.alter_replica_log_dirs import (
        AlterReplicaLogDirPartitionResult as AlterReplicaLogDirPartitionResult,
    )
    from kafkawire.messages.alter_replica_log_dirs import AlterReplicaLogDirsRequest as AlterReplicaLogDirsRequest
    from kafkawire.messages.alter_replica_log_dirs import AlterReplicaLogDirsResponse as AlterReplicaLogDirsResponse
    from kafkawire.messages.alter_replica_log_dirs import AlterReplicaLogDirTopic as AlterReplicaLogDirTopic
    from kafkawire.messages.alter_replica_log_dirs import AlterReplicaLogDirTopicResult as AlterReplicaLogDirTopicResult
    from kafkawire.messages.alter_share_group_offsets import (
        AlterShareGroupOffsetsRequest as AlterShareGroupOffsetsRequest,
    )
    from kafkawire.messages.alter_share_group_offsets import (
        AlterShareGroupOffsetsRequestPartition as AlterShareGroupOffsetsRequestPartition,
    )
    from kafkawire.messages.alter_share_group_offsets import (
        AlterShareGroupOffsetsRequestTopic as AlterShareGroupOffsetsRequestTopic,
    )
    from kafkawire.messages.alter_share_group_offsets import (
        AlterShareGroupOffsetsResponse as AlterShareGroupOffsetsResponse,
    )
    from kafkawire.messages.alter_share_group_offsets import (
        AlterShareGroupOffsetsResponsePartition as AlterShareGroupOffsetsResponsePartition,
    )
    from kafkawire.messages.alter_share_group_offsets import (
        AlterShareGroupOffsetsResponseTopic as AlterShareGroupOffsetsResponseTopic,
    )
    from kafkawire.messages.alter_user_scram_credentials import (
        AlterUserScramCredentialsRequest as AlterUserScramCredentialsRequest,
    )
    from kafkawire.messages.alter_user_scram_credentials import (
        AlterUserScramCredentialsResponse as AlterUserScramCredentialsResponse,
    )
    from kafkawire.messages.alter_user_scram_credentials import (
        AlterUserScramCredentialsResult as AlterUserScramCredentialsResult,
    )
    from kafkawire.messages.alter_user_scram_credentials import ScramCredentialDeletion as ScramCredentialDeletion
    from kafkawire.messages.alter_user_scram_credentials import ScramCredentialUpsertion as ScramCredentialUpsertion
    from kafkawire.messages.api_versions import ApiVersion as ApiVersion
    from kafkawire.messages.api_versions import ApiVersionsRequest as ApiVersionsRequest
    from kafkawire.messages.api_versions import ApiVersionsResponse as ApiVersionsResponse
    from kafkawire.messages.api_versions import FinalizedFeatureKey as FinalizedFeatureKey
    from kafkawire.messages.api_versions import SupportedFeatureKey as SupportedFeatureKey
    from kafkawire.messages.consumer_group_describe import ConsumerGroupDescribeRequest as ConsumerGroupDescribeRequest
    from kafkawire.messages.consumer_group_describe import (
        ConsumerGroupDescribeResponse as ConsumerGroupDescribeResponse,
    )
    from kafkawire.messages.consumer_group_describe import (
        ConsumerGroupDescribeResponseAssignment as ConsumerGroupDescribeResponseAssignment,
    )
    from kafkawire.messages.consumer_group_describe import (
        ConsumerGroupDescribeResponseDescribedGroup as ConsumerGroupDescribeResponseDescribedGroup,
    )
    from kafkawire.messages.consumer_group_describe import (
        ConsumerGroupDescribeResponseMember as ConsumerGroupDescribeResponseMember,
    )
    from kafkawire.messages.consumer_group_describe import (
        ConsumerGroupDescribeResponseTopicPartitions as ConsumerGroupDescribeResponseTopicPartitions,
    )
    from kafkawire.messages.consumer_group_heartbeat import (
        ConsumerGroupHeartbeatRequest as ConsumerGroupHeartbeatRequest,
    )
    from kafkawire.messages.consumer_group_heartbeat import (
        ConsumerGroupHeartbeatRequestTopicPartitions as ConsumerGroupHeartbeatRequestTopicPartitions,
    )
    from kafkawire.messages.consumer_group_heartbeat import (
        ConsumerGroupHeartbeatResponse as ConsumerGroupHeartbeatResponse,
    )
    from kafkawire.messages.consumer_group_heartbeat import (
        ConsumerGroupHeartbeatResponseAssignment as ConsumerGroupHeartbeatResponseAssignment,
    )
    from kafkawire.messages.consumer_group_heartbeat import (
        ConsumerGroupHeartbeatResponseTopicPartitions as ConsumerGroupHeartbeatResponseTopicPartitions,
    )
    from kafkawire.messages.consumer_protocol import ConsumerProtocolAssignment as ConsumerProtocolAssignment
    from kafkawire.messages.consumer_protocol import (
        ConsumerProtocolAssignmentTopicPartition as ConsumerProtocolAssignmentTopicPartition,
    )
    from kafkawire.messages.consumer_protocol import ConsumerProtocolSubscription as ConsumerProtocolSubscription
    from kafkawire.messages.consumer_protocol import (
        ConsumerProtocolSubscriptionTopicPartition as ConsumerProtocolSubscriptionTopicPartition,
    )
    from kafkawire.messages.create_acls import AclCreation as AclCreation
    from kafkawire.messages.create_acls import AclCreationResult as AclCreationResult
    from kafkawire.messages.create_acls import CreateAclsRequest as CreateAclsRequest
    from kafkawire.messages.create_acls import CreateAclsResponse as CreateAclsResponse
    from kafkawire.messages.create_delegation_token import CreatableRenewers as CreatableRenewers
    from kafkawire.messages.create_delegation_token import CreateDelegationTokenRequest as CreateDelegationTokenRequest
    from kafkawire.messages.create_delegation_token import (
        CreateDelegationTokenResponse as CreateDelegationTokenResponse,
    )
    from kafkawire.messages.create_partitions import CreatePartitionsAssignment as CreatePartitionsAssignment
    from kafkawire.messages.create_partitions import CreatePartitionsRequest as CreatePartitionsRequest
    from kafkawire.messages.create_partitions import CreatePartitionsResponse as CreatePartitionsResponse
    from kafkawire.messages.create_partitions import CreatePartitionsTopic as CreatePartitionsTopic
    from kafkawire.messages.create_partitions import CreatePartitionsTopicResult as CreatePartitionsTopicResult
    from kafkawire.messages.create_topics import CreatableReplicaAssignment as CreatableReplicaAssignment
    from kafkawire.messages.create_topics import CreatableTopic as CreatableTopic
    from kafkawire.messages.create_topics import CreatableTopicConfig as CreatableTopicConfig
    from kafkawire.messages.create_topics import CreatableTopicConfigs as CreatableTopicConfigs
    from kafkawire.messages.create_topics import CreatableTopicResult as CreatableTopicResult
    from kafkawire.messages.create_topics import CreateTopicsRequest as CreateTopicsRequest
    from kafkawire.messages.create_topics import CreateTopicsResponse as CreateTopicsResponse
    from kafkawire.messages.delete_acls import DeleteAclsFilter as DeleteAclsFilter
    from kafkawire.messages.delete_acls import DeleteAclsFilterResult as DeleteAclsFilterResult
    from kafkawire.messages.delete_acls import DeleteAclsMatchingAcl as DeleteAclsMatchingAcl
    from kafkawire.messages.delete_acls import DeleteAclsRequest as DeleteAclsRequest
    from kafkawire.messages.delete_acls import DeleteAclsResponse as DeleteAclsResponse
    from kafkawire.messages.delete_groups import DeletableGroupResult as DeletableGroupResult
    from kafkawire.messages.delete_groups import DeleteGroupsRequest as DeleteGroupsRequest
    from kafkawire.messages.delete_groups import DeleteGroupsResponse as DeleteGroupsResponse
    from kafkawire.messages.delete_records import DeleteRecordsPartition as DeleteRecordsPartition
    from kafkawire.messages.delete_records import DeleteRecordsPartitionResult as DeleteRecordsPartitionResult
    from kafkawire.messages.delete_records import DeleteRecordsRequest as DeleteRecordsRequest
    from kafkawire.messages.delete_records import DeleteRecordsResponse as DeleteRecordsResponse
    from kafkawire.messages.delete_records import DeleteRecordsTopic as DeleteRecordsTopic
    from kafkawire.messages.delete_records import DeleteRecordsTopicResult as DeleteRecordsTopicResult
    from kafkawire.messages.delete_share_group_offsets import (
        DeleteShareGroupOffsetsRequest as DeleteShareGroupOffsetsRequest,
    )
    from kafkawire.messages.delete_share_group_offsets import (
        DeleteShareGroupOffsetsRequestTopic as DeleteShareGroupOffsetsRequestTopic,
    )
    from kafkawire.messages.delete_share_group_offsets import (
        DeleteShareGroupOffsetsResponse as DeleteShareGroupOffsetsResponse,
    )
    from kafkawire.messages.delete_share_group_offsets import (
        DeleteShareGroupOffsetsResponseTopic as DeleteShareGroupOffsetsResponseTopic,
    )
    from kafkawire.messages.delete_topics import DeletableTopicResult as DeletableTopicResult
    from kafkawire.messages.delete_topics import DeleteTopicsRequest as DeleteTopicsRequest
    from kafkawire.messages.delete_topics import DeleteTopicsResponse as DeleteTopicsResponse
    from kafkawire.messages.delete_topics import DeleteTopicState as DeleteTopicState
    from kafkawire.messages.describe_acls import AclDescription as AclDescription
    from kafkawire.messages.describe_acls import DescribeAclsRequest as DescribeAclsRequest
    from kafkawire.messages.describe_acls import DescribeAclsResource as DescribeAclsResource
    from kafkawire.messages.describe_acls import DescribeAclsResponse as DescribeAclsResponse
    from kafkawire.messages.describe_client_quotas import DescribeClientQuotasRequest as DescribeClientQuotasRequest
    from kafkawire.messages.describe_client_quotas import (
        DescribeClientQuotasRequestComponentData as DescribeClientQuotasRequestComponentData,
    )
    from kafkawire.messages.describe_client_quotas import DescribeClientQuotasResponse as DescribeClientQuotasResponse
    from kafkawire.messages.describe_client_quotas import (
        DescribeClientQuotasResponseEntityData as DescribeClientQuotasResponseEntityData,
    )
    from kafkawire.messages.describe_client_quotas import (
        DescribeClientQuotasResponseEntryData as DescribeClientQuotasResponseEntryData,
    )
    from kafkawire.messages.describe_client_quotas import (
        DescribeClientQuotasResponseValueData as DescribeClientQuotasResponseValueData,
    )
    from kafkawire.messages.describe_cluster import DescribeClusterBroker as DescribeClusterBroker
    from kafkawire.messages.describe_cluster import DescribeClusterRequest as DescribeClusterRequest
    from kafkawire.messages.describe_cluster import DescribeClusterResponse as DescribeClusterResponse
    from kafkawire.messages.describe_configs import DescribeConfigsRequest as DescribeConfigsRequest
    from kafkawire.messages.describe_configs import DescribeConfigsResource as DescribeConfigsResource
    from kafkawire.messages.describe_configs import DescribeConfigsResourceResult as DescribeConfigsResourceResult
    from kafkawire.messages.describe_configs import DescribeConfigsResponse as DescribeConfigsResponse
    from kafkawire.messages.describe_configs import DescribeConfigsResult as DescribeConfigsResult
    from kafkawire.messages.describe_configs import DescribeConfigsSynonym as DescribeConfigsSynonym
    from kafkawire.messages.describe_delegation_token import DescribedDelegationToken as DescribedDelegationToken
    from kafkawire.messages.describe_delegation_token import (
        DescribedDelegationTokenRenewer as DescribedDelegationTokenRenewer,
    )
    from kafkawire.messages.describe_delegation_token import (
        DescribeDelegationTokenOwner as DescribeDelegationTokenOwner,
    )
    from kafkawire.messages.describe_delegation_token import (
        DescribeDelegationTokenRequest as DescribeDelegationTokenRequest,
    )
    from kafkawire.messages.describe_delegation_token import (
        DescribeDelegationTokenResponse as DescribeDelegationTokenResponse,
    )
    from kafkawire.messages.describe_groups import DescribedGroupMember as DescribedGroupMember
    from kafkawire.messages.describe_groups import DescribeGroupsRequest as DescribeGroupsRequest
    from kafkawire.messages.describe_groups import DescribeGroupsResponse as DescribeGroupsResponse
    from kafkawire.messages.describe_groups import (
        DescribeGroupsResponseDescribedGroup as DescribeGroupsResponseDescribedGroup,
    )
    from kafkawire.messages.describe_log_dirs import DescribableLogDirTopic as DescribableLogDirTopic
    from kafkawire.messages.describe_log_dirs import DescribeLogDirsPartition as DescribeLogDirsPartition
    from kafkawire.messages.describe_log_dirs import DescribeLogDirsRequest as DescribeLogDirsRequest
    from kafkawire.messages.describe_log_dirs import DescribeLogDirsResponse as DescribeLogDirsResponse
    from kafkawire.messages.describe_log_dirs import DescribeLogDirsResult as DescribeLogDirsResult
    from kafkawire.messages.describe_log_dirs import DescribeLogDirsTopic as DescribeLogDirsTopic
    from kafkawire.messages.describe_producers import DescribeProducersRequest as DescribeProducersRequest
    from kafkawire.messages.describe_producers import (
        DescribeProducersRequestTopicRequest as DescribeProducersRequestTopicRequest,
    )
    from kafkawire.messages.describe_producers import DescribeProducersResponse as DescribeProducersResponse
    from kafkawire.messages.describe_producers import (
        DescribeProducersResponsePartitionResponse as DescribeProducersResponsePartitionResponse,
    )
    from kafkawire.messages.describe_producers import (
        DescribeProducersResponseProducerState as DescribeProducersResponseProducerState,
    )
    from kafkawire.messages.describe_producers import (
        DescribeProducersResponseTopicResponse as DescribeProducersResponseTopicResponse,
    )
    from kafkawire.messages.describe_quorum import DescribeQuorumRequest as DescribeQuorumRequest
    from kafkawire.messages.describe_quorum import (
        DescribeQuorumRequestPartitionData as DescribeQuorumRequestPartitionData,
    )
    from kafkawire.messages.describe_quorum import DescribeQuorumRequestTopicData as DescribeQuorumRequestTopicData
    from kafkawire.messages.describe_quorum import DescribeQuorumResponse as DescribeQuorumResponse
    from kafkawire.messages.describe_quorum import DescribeQuorumResponseListener as DescribeQuorumResponseListener
    from kafkawire.messages.describe_quorum import DescribeQuorumResponseNode as DescribeQuorumResponseNode
    from kafkawire.messages.describe_quorum import (
        DescribeQuorumResponsePartitionData as DescribeQuorumResponsePartitionData,
    )
    from kafkawire.messages.describe_quorum import (
        DescribeQuorumResponseReplicaState as DescribeQuorumResponseReplicaState,
    )
    from kafkawire.messages.describe_quorum import DescribeQuorumResponseTopicData as DescribeQuorumResponseTopicData
    from kafkawire.messages.describe_share_group_offsets import (
        DescribeShareGroupOffsetsRequest as DescribeShareGroupOffsetsRequest,
    )
    from kafkawire.messages.describe_share_group_offsets import (
        DescribeShareGroupOffsetsRequestGroup as DescribeShareGroupOffsetsRequestGroup,
    )
    from kafkawire.messages.describe_share_group_offsets import (
        DescribeShareGroupOffsetsRequestTopic as DescribeShareGroupOffsetsRequestTopic,
    )
    from kafkawire.messages.describe_share_group_offsets import (
        DescribeShareGroupOffsetsResponse as DescribeShareGroupOffsetsResponse,
    )
    from kafkawire.messages.describe_share_group_offsets import (
        DescribeShareGroupOffsetsResponseGroup as DescribeShareGroupOffsetsResponseGroup,
    )
    from kafkawire.messages.describe_share_group_offsets import (
        DescribeShareGroupOffsetsResponsePartition as DescribeShareGroupOffsetsResponsePartition,
    )
    from kafkawire.messages.describe_share_group_offsets import (
        DescribeShareGroupOffsetsResponseTopic as DescribeShareGroupOffsetsResponseTopic,
    )
    from kafkawire.messages.describe_topic_partitions import (
        DescribeTopicPartitionsRequest as DescribeTopicPartitionsRequest,
    )
    from kafkawire.messages.describe_topic_partitions import (
        DescribeTopicPartitionsRequestCursor as DescribeTopicPartitionsRequestCursor,
    )
    from kafkawire.messages.describe_topic_partitions import (
        DescribeTopicPartitionsRequestTopicRequest as DescribeTopicPartitionsRequestTopicRequest,
    )
    from kafkawire.messages.describe_topic_partitions import (
        DescribeTopicPartitionsResponse as DescribeTopicPartitionsResponse,
    )
    from kafkawire.messages.describe_topic_partitions import (
        DescribeTopicPartitionsResponseCursor as DescribeTopicPartitionsResponseCursor,
    )
    from kafkawire.messages.describe_topic_partitions import (
        DescribeTopicPartitionsResponsePartition as DescribeTopicPartitionsResponsePartition,
    )
    from kafkawire.messages.describe_topic_partitions import (
        DescribeTopicPartitionsResponseTopic as DescribeTopicPartitionsResponseTopic,
    )
    from kafkawire.messages.describe_transactions import DescribeTransactionsRequest as DescribeTransactionsRequest
    from kafkawire.messages.describe_transactions import DescribeTransactionsResponse as DescribeTransactionsResponse
    from kafkawire.messages.describe_transactions import (
        DescribeTransactionsResponseTopicData as DescribeTransactionsResponseTopicData,
    )
    from kafkawire.messages.describe_transactions import (
        DescribeTransactionsResponseTransactionState as DescribeTransactionsResponseTransactionState,
    )
    from kafkawire.messages.describe_user_scram_credentials import CredentialInfo as CredentialInfo
    from kafkawire.messages.describe_user_scram_credentials import (
        DescribeUserScramCredentialsRequest as DescribeUserScramCredentialsRequest,
    )
    from kafkawire.messages.describe_user_scram_credentials import (
        DescribeUserScramCredentialsRequestUserName as DescribeUserScramCredentialsRequestUserName,
    )
    from kafkawire.messages.describe_user_scram_credentials import (
        DescribeUserScramCredentialsResponse as DescribeUserScramCredentialsResponse,
    )
    from kafkawire.messages.describe_user_scram_credentials import (
        DescribeUserScramCredentialsResult as DescribeUserScramCredentialsResult,
    )
    from kafkawire.messages.elect_leaders import ElectLeadersRequest as ElectLeadersRequest
    from kafkawire.messages.elect_leaders import (
        ElectLeadersRequestTopicPartitions as ElectLeadersRequestTopicPartitions,
    )
    from kafkawire.messages.elect_leaders import ElectLeadersResponse as ElectLeadersResponse
    from kafkawire.messages.elect_leaders import PartitionResult as PartitionResult
    from kafkawire.messages.elect_leaders import ReplicaElectionResult as ReplicaElectionResult
    from kafkawire.messages.end_txn import EndTxnRequest as EndTxnRequest
    from kafkawire.messages.end_txn import EndTxnResponse as EndTxnResponse
    from kafkawire.messages.expire_delegation_token import ExpireDelegationTokenRequest as ExpireDelegationTokenRequest
    from kafkawire.messages.expire_delegation_token import (
        ExpireDelegationTokenResponse as ExpireDelegationTokenResponse,
    )
    from kafkawire.messages.find_coordinator import Coordinator as Coordinator
    from kafkawire.messages.find_coordinator import FindCoordinatorRequest as FindCoordinatorRequest
    from kafkawire.messages.find_coordinator import FindCoordinatorResponse as FindCoordinatorResponse
    from kafkawire.messages.get_telemetry_subscriptions import (
        GetTelemetrySubscriptionsRequest as GetTelemetrySubscriptionsRequest,
    )
    from kafkawire.messages.get_telemetry_subscriptions import (
        GetTelemetrySubscriptionsResponse as GetTelemetrySubscriptionsResponse,
    )
    from kafkawire.messages.heartbeat import HeartbeatRequest as HeartbeatRequest
    from kafkawire.messages.heartbeat import HeartbeatResponse as HeartbeatResponse
    from kafkawire.messages.incremental_alter_configs import (
        IncrementalAlterConfigsRequest as IncrementalAlterConfigsRequest,
    )
    from kafkawire.messages.incremental_alter_configs import (
        IncrementalAlterConfigsRequestAlterableConfig as IncrementalAlterConfigsRequestAlterableConfig,
    )
    from kafkawire.messages.incremental_alter_configs import (
        IncrementalAlterConfigsRequestAlterConfigsResource as IncrementalAlterConfigsRequestAlterConfigsResource,
    )
    from kafkawire.messages.incremental_alter_configs import (
        IncrementalAlterConfigsResponse as IncrementalAlterConfigsResponse,
    )
    from kafkawire.messages.init_producer_id import InitProducerIdRequest as InitProducerIdRequest
    from kafkawire.messages.init_producer_id import InitProducerIdResponse as InitProducerIdResponse
    from kafkawire.messages.join_group import JoinGroupRequest as JoinGroupRequest
    from kafkawire.messages.join_group import JoinGroupRequestProtocol as JoinGroupRequestProtocol
    from kafkawire.messages.join_group import JoinGroupResponse as JoinGroupResponse
    from kafkawire.messages.join_group import JoinGroupResponseMember as JoinGroupResponseMember
    from kafkawire.messages.leave_group import LeaveGroupRequest as LeaveGroupRequest
    from kafkawire.messages.leave_group import LeaveGroupResponse as LeaveGroupResponse
    from kafkawire.messages.leave_group import MemberIdentity as MemberIdentity
    from kafkawire.messages.leave_group import MemberResponse as MemberResponse
    from kafkawire.messages.list_config_resources import ListConfigResourcesRequest as ListConfigResourcesRequest
    from kafkawire.messages.list_config_resources import ListConfigResourcesResponse as ListConfigResourcesResponse
    from kafkawire.messages.list_config_resources import (
        ListConfigResourcesResponseConfigResource as ListConfigResourcesResponseConfigResource,
    )
    from kafkawire.messages.list_groups import ListedGroup as ListedGroup
    from kafkawire.messages.list_groups import ListGroupsRequest as ListGroupsRequest
    from kafkawire.messages.list_groups import ListGroupsResponse as ListGroupsResponse
    from kafkawire.messages.list_offsets import ListOffsetsPartition as ListOffsetsPartition
    from kafkawire.messages.list_offsets import ListOffsetsPartitionResponse as ListOffsetsPartitionResponse
    from kafkawire.messages.list_offsets import ListOffsetsRequest as ListOffsetsRequest
    from kafkawire.messages.list_offsets import ListOffsetsResponse as ListOffsetsResponse
    from kafkawire.messages.list_offsets import ListOffsetsTopic as ListOffsetsTopic
    from kafkawire.messages.list_offsets import ListOffsetsTopicResponse as ListOffsetsTopicResponse
    from kafkawire.messages.list_partition_reassignments import (
        ListPartitionReassignmentsRequest as ListPartitionReassignmentsRequest,
    )
    from kafkawire.messages.list_partition_reassignments import (
        ListPartitionReassignmentsResponse as ListPartitionReassignmentsResponse,
    )
    from kafkawire.messages.list_partition_reassignments import (
        ListPartitionReassignmentsTopics as ListPartitionReassignmentsTopics,
    )
    from kafkawire.messages.list_partition_reassignments import (
        OngoingPartitionReassignment as OngoingPartitionReassignment,
    )
    from kafkawire.messages.list_partition_reassignments import OngoingTopicReassignment as OngoingTopicReassignment
    from kafkawire.messages.list_transactions import ListTransactionsRequest as ListTransactionsRequest
    from kafkawire.messages.list_transactions import ListTransactionsResponse as ListTransactionsResponse
    from kafkawire.messages.list_transactions import (
        ListTransactionsResponseTransactionState as ListTransactionsResponseTransactionState,
    )
    from kafkawire.messages.metadata import MetadataRequest as MetadataRequest
    from kafkawire.messages.metadata import MetadataRequestTopic as MetadataRequestTopic
    from kafkawire.messages.metadata import MetadataResponse as MetadataResponse
    from kafkawire.messages.metadata import MetadataResponseBroker as MetadataResponseBroker
    from kafkawire.messages.metadata import MetadataResponsePartition as MetadataResponsePartition
    from kafkawire.messages.metadata import MetadataResponseTopic as MetadataResponseTopic
    from kafkawire.messages.offset_commit import OffsetCommitRequest as OffsetCommitRequest
    from kafkawire.messages.offset_commit import OffsetCommitRequestPartition as OffsetCommitRequestPartition
    from kafkawire.messages.offset_commit import OffsetCommitRequestTopic as OffsetCommitRequestTopic
    from kafkawire.messages.offset_commit import OffsetCommitResponse as OffsetCommitResponse
    from kafkawire.messages.offset_commit import OffsetCommitResponsePartition as OffsetCommitResponsePartition
    from kafkawire.messages.offset_commit import OffsetCommitResponseTopic as OffsetCommitResponseTopic
    from kafkawire.messages.offset_delete import OffsetDeleteRequest as OffsetDeleteRequest
    from kafkawire.messages.offset_delete import OffsetDeleteRequestPartition as OffsetDeleteRequestPartition
    from kafkawire.messages.offset_delete import OffsetDeleteRequestTopic as OffsetDeleteRequestTopic
    from kafkawire.messages.offset_delete import OffsetDeleteResponse as OffsetDeleteResponse
    from kafkawire.messages.offset_delete import OffsetDeleteResponsePartition as OffsetDeleteResponsePartition
    from kafkawire.messages.offset_delete import OffsetDeleteResponseTopic as OffsetDeleteResponseTopic
    from kafkawire.messages.offset_fetch import OffsetFetchRequest as OffsetFetchRequest
    from kafkawire.messages.offset_fetch import OffsetFetchRequestGroup as OffsetFetchRequestGroup
    from kafkawire.messages.offset_fetch import OffsetFetchRequestTopic as OffsetFetchRequestTopic
    from kafkawire.messages.offset_fetch import OffsetFetchRequestTopics as OffsetFetchRequestTopics
    from kafkawire.messages.offset_fetch import OffsetFetchResponse as OffsetFetchResponse
    from kafkawire.messages.offset_fetch import OffsetFetchResponseGroup as OffsetFetchResponseGroup
    from kafkawire.messages.offset_fetch import OffsetFetchResponsePartition as OffsetFetchResponsePartition
    from kafkawire.messages.offset_fetch import OffsetFetchResponsePartitions as OffsetFetchResponsePartitions
    from kafkawire.messages.offset_fetch import OffsetFetchResponseTopic as OffsetFetchResponseTopic
    from kafkawire.messages.offset_fetch import OffsetFetchResponseTopics as OffsetFetchResponseTopics
    from kafkawire.messages.offset_for_leader_epoch import EpochEndOffset as EpochEndOffset
    from kafkawire.messages.offset_for_leader_epoch import OffsetForLeaderEpochRequest as OffsetForLeaderEpochRequest
    from kafkawire.messages.offset_for_leader_epoch import OffsetForLeaderEpochResponse as OffsetForLeaderEpochResponse
    from kafkawire.messages.offset_for_leader_epoch import OffsetForLeaderPartition as OffsetForLeaderPartition
    from kafkawire.messages.offset_for_leader_epoch import OffsetForLeaderTopic as OffsetForLeaderTopic
    from kafkawire.messages.offset_for_leader_epoch import OffsetForLeaderTopicResult as OffsetForLeaderTopicResult
    from kafkawire.messages.push_telemetry import PushTelemetryRequest as PushTelemetryRequest
    from kafkawire.messages.push_telemetry import PushTelemetryResponse as PushTelemetryResponse
    from kafkawire.messages.remove_raft_voter import RemoveRaftVoterRequest as RemoveRaftVoterRequest
    from kafkawire.messages.remove_raft_voter import RemoveRaftVoterResponse as RemoveRaftVoterResponse
    from kafkawire.messages.renew_delegation_token import RenewDelegationTokenRequest as RenewDelegationTokenRequest
    from kafkawire.messages.renew_delegation_token import RenewDelegationTokenResponse as RenewDelegationTokenResponse
    from kafkawire.messages.sasl_authenticate import SaslAuthenticateRequest as SaslAuthenticateRequest
    from kafkawire.messages.sasl_authenticate import SaslAuthenticateResponse as SaslAuthenticateResponse
    from kafkawire.messages.sasl_handshake import SaslHandshakeRequest as SaslHandshakeRequest
    from kafkawire.messages.sasl_handshake import SaslHandshakeResponse as SaslHandshakeResponse
    from kafkawire.messages.share_acknowledge import AcknowledgePartition as AcknowledgePartition
    from kafkawire.messages.share_acknowledge import AcknowledgeTopic as AcknowledgeTopic
    from kafkawire.messages.share_acknowledge import ShareAcknowledgeRequest as ShareAcknowledgeRequest
    from kafkawire.messages.share_acknowledge import (
        ShareAcknowledgeRequestAcknowledgementBatch as ShareAcknowledgeRequestAcknowledgementBatch,
    )
    from kafkawire.messages.share_acknowledge import ShareAcknowledgeResponse as ShareAcknowledgeResponse
    from kafkawire.messages.share_acknowledge import (
        ShareAcknowledgeResponseLeaderIdAndEpoch as ShareAcknowledgeResponseLeaderIdAndEpoch,
    )
    from kafkawire.messages.share_acknowledge import (
        ShareAcknowledgeResponseNodeEndpoint as ShareAcknowledgeResponseNodeEndpoint,
    )
    from kafkawire.messages.share_acknowledge import (
        ShareAcknowledgeResponsePartitionData as ShareAcknowledgeResponsePartitionData,
    )
    from kafkawire.messages.share_acknowledge import ShareAcknowledgeTopicResponse as ShareAcknowledgeTopicResponse
    from kafkawire.messages.share_fetch import ShareFetchableTopicResponse as ShareFetchableTopicResponse
    from kafkawire.messages.share_fetch import ShareFetchRequest as ShareFetchRequest
    from kafkawire.messages.share_fetch import (
        ShareFetchRequestAcknowledgementBatch as ShareFetchRequestAcknowledgementBatch,
    )
    from kafkawire.messages.share_fetch import ShareFetchRequestFetchPartition as ShareFetchRequestFetchPartition
    from kafkawire.messages.share_fetch import ShareFetchRequestFetchTopic as ShareFetchRequestFetchTopic
    from kafkawire.messages.share_fetch import ShareFetchRequestForgottenTopic as ShareFetchRequestForgottenTopic
    from kafkawire.messages.share_fetch import ShareFetchResponse as ShareFetchResponse
    from kafkawire.messages.share_fetch import ShareFetchResponseAcquiredRecords as ShareFetchResponseAcquiredRecords
    from kafkawire.messages.share_fetch import ShareFetchResponseLeaderIdAndEpoch as ShareFetchResponseLeaderIdAndEpoch
    from kafkawire.messages.share_fetch import ShareFetchResponseNodeEndpoint as ShareFetchResponseNodeEndpoint
    from kafkawire.messages.share_fetch import ShareFetchResponsePartitionData as ShareFetchResponsePartitionData
    from kafkawire.messages.share_group_describe import ShareGroupDescribeRequest as ShareGroupDescribeRequest
    from kafkawire.messages.share_group_describe import ShareGroupDescribeResponse as ShareGroupDescribeResponse
    from kafkawire.messages.share_group_describe import (
        ShareGroupDescribeResponseAssignment as ShareGroupDescribeResponseAssignment,
    )
    from kafkawire.messages.share_group_describe import (
        ShareGroupDescribeResponseDescribedGroup as ShareGroupDescribeResponseDescribedGroup,
    )
    from kafkawire.messages.share_group_describe import (
        ShareGroupDescribeResponseMember as ShareGroupDescribeResponseMember,
    )
    from kafkawire.messages.share_group_describe import (
        ShareGroupDescribeResponseTopicPartitions as ShareGroupDescribeResponseTopicPartitions,
    )
    from kafkawire.messages.share_group_heartbeat import ShareGroupHeartbeatRequest as ShareGroupHeartbeatRequest
    from kafkawire.messages.share_group_heartbeat import ShareGroupHeartbeatResponse as ShareGroupHeartbeatResponse
    from kafkawire.messages.share_group_heartbeat import (
        ShareGroupHeartbeatResponseAssignment as ShareGroupHeartbeatResponseAssignment,
    )
    from kafkawire.messages.share_group_heartbeat import (
        ShareGroupHeartbeatResponseTopicPartitions as ShareGroupHeartbeatResponseTopicPartitions,
    )
    from kafkawire.messages.streams_group_describe import StreamsGroupDescribeRequest as StreamsGroupDescribeRequest
    from kafkawire.messages.streams_group_describe import StreamsGroupDescribeResponse as StreamsGroupDescribeResponse
    from kafkawire.messages.streams_group_describe import (
        StreamsGroupDescribeResponseAssignment as StreamsGroupDescribeResponseAssignment,
    )
    from kafkawire.messages.streams_group_describe import (
        StreamsGroupDescribeResponseDescribedGroup as StreamsGroupDescribeResponseDescribedGroup,
    )
    from kafkawire.messages.streams_group_describe import (
        StreamsGroupDescribeResponseEndpoint as StreamsGroupDescribeResponseEndpoint,
    )
    from kafkawire.messages.streams_group_describe import (
        StreamsGroupDescribeResponseKeyValue as StreamsGroupDescribeResponseKeyValue,
    )
    from kafkawire.messages.streams_group_describe import (
        StreamsGroupDescribeResponseMember as StreamsGroupDescribeResponseMember,
    )
    from kafkawire.messages.streams_group_describe import (
        StreamsGroupDescribeResponseSubtopology as StreamsGroupDescribeResponseSubtopology,
    )
    from kafkawire.messages.streams_group_describe import (
        StreamsGroupDescribeResponseTaskIds as StreamsGroupDescribeResponseTaskIds,
    )
    from kafkawire.messages.streams_group_describe import (
        StreamsGroupDescribeResponseTaskOffset as StreamsGroupDescribeResponseTaskOffset,
    )
    from kafkawire.messages.streams_group_describe import (
        StreamsGroupDescribeResponseTopicInfo as StreamsGroupDescribeResponseTopicInfo,
    )
    from kafkawire.messages.streams_group_describe import (
        StreamsGroupDescribeResponseTopology as StreamsGroupDescribeResponseTopology,
    )
    from kafkawire.messages.streams_group_describe import TopologyDescription as TopologyDescription
    from kafkawire.messages.streams_group_describe import (
        TopologyDescriptionGlobalStore as TopologyDescriptionGlobalStore,
    )
    from kafkawire.messages.streams_group_describe import TopologyDescriptionNode as TopologyDescriptionNode
    from kafkawire.messages.streams_group_describe import (
        TopologyDescriptionSubtopology as TopologyDescriptionSubtopology,
    )
    from kafkawire.messages.streams_group_heartbeat import StreamsGroupHeartbeatRequest as StreamsGroupHeartbeatRequest
    from kafkawire.messages.streams_group_heartbeat import (
        StreamsGroupHeartbeatRequestCopartitionGroup as StreamsGroupHeartbeatRequestCopartitionGroup,
    )
    from kafkawire.messages.streams_group_heartbeat import (
        StreamsGroupHeartbeatRequestEndpoint as StreamsGroupHeartbeatRequestEndpoint,
    )
    from kafkawire.messages.streams_group_heartbeat import (
        StreamsGroupHeartbeatRequestKeyValue as StreamsGroupHeartbeatRequestKeyValue,
    )
    from kafkawire.messages.streams_group_heartbeat import (
        StreamsGroupHeartbeatRequestSubtopology as StreamsGroupHeartbeatRequestSubtopology,
    )
    from kafkawire.messages.streams_group_heartbeat import (
        StreamsGroupHeartbeatRequestTaskIds as StreamsGroupHeartbeatRequestTaskIds,
    )
    from kafkawire.messages.streams_group_heartbeat import (
        StreamsGroupHeartbeatRequestTaskOffset as StreamsGroupHeartbeatRequestTaskOffset,
    )
    from kafkawire.messages.streams_group_heartbeat import (
        StreamsGroupHeartbeatRequestTopicInfo as StreamsGroupHeartbeatRequestTopicInfo,
    )
    from kafkawire.messages.streams_group_heartbeat import (
        StreamsGroupHeartbeatRequestTopology as StreamsGroupHeartbeatRequestTopology,
    )
    from kafkawire.messages.streams_group_heartbeat import (
        StreamsGroupHeartbeatResponse as StreamsGroupHeartbeatResponse,
    )
    from kafkawire.messages.streams_group_heartbeat import (
        StreamsGroupHeartbeatResponseEndpoint as StreamsGroupHeartbeatResponseEndpoint,
    )
    from kafkawire.messages.streams_group_heartbeat import (
        StreamsGroupHeartbeatResponseEndpointToPartitions as StreamsGroupHeartbeatResponseEndpointToPartitions,
    )
    from kafkawire.messages.streams_group_heartbeat import (
        StreamsGroupHeartbeatResponseStatus as StreamsGroupHeartbeatResponseStatus,
    )
    from kafkawire.messages.streams_group_heartbeat import (
        StreamsGroupHeartbeatResponseTaskIds as StreamsGroupHeartbeatResponseTaskIds,
    )
    from kafkawire.messages.streams_group_heartbeat import (
        StreamsGroupHeartbeatResponseTopicPartition as StreamsGroupHeartbeatResponseTopicPartition,
    )
    from kafkawire.messages.streams_group_topology_description_update import (
        StreamsGroupTopologyDescriptionUpdateRequest as StreamsGroupTopologyDescriptionUpdateRequest,
    )
    from kafkawire.messages.streams_group_topology_description_update import (
        StreamsGroupTopologyDescriptionUpdateResponse as StreamsGroupTopologyDescriptionUpdateResponse,
    )
    from kafkawire.messages.sync_group import SyncGroupRequest as SyncGroupRequest
    from kafkawire.messages.sync_group import SyncGroupRequestAssignment as SyncGroupRequestAssignment
    from kafkawire.messages.sync_group import SyncGroupResponse as SyncGroupResponse
    from kafkawire.messages.txn_offset_commit import TxnOffsetCommitRequest as TxnOffsetCommitRequest
    from kafkawire.messages.txn_offset_commit import TxnOffsetCommitRequestPartition as TxnOffsetCommitRequestPartition
    from kafkawire.messages.txn_offset_commit import TxnOffsetCommitRequestTopic as TxnOffsetCommitRequestTopic
    from kafkawire.messages.txn_offset_commit import TxnOffsetCommitResponse as TxnOffsetCommitResponse
    from kafkawire.messages.txn_offset_commit import (
        TxnOffsetCommitResponsePartition as TxnOffsetCommitResponsePartition,
    )
    from kafkawire.messages.txn_offset_commit import TxnOffsetCommitResponseTopic as TxnOffsetCommitResponseTopic
    from kafkawire.messages.unregister_broker import UnregisterBrokerRequest as UnregisterBrokerRequest
    from kafkawire.messages.unregister_broker import UnregisterBrokerResponse as UnregisterBrokerResponse
    from kafkawire.messages.unregister_controller import UnregisterControllerRequest as UnregisterControllerRequest
    from kafkawire.messages.unregister_controller import UnregisterControllerResponse as UnregisterControllerResponse
    from kafkawire.messages.update_features import FeatureUpdateKey as FeatureUpdateKey
    from kafkawire.messages.update_features import UpdatableFeatureResult as UpdatableFeatureResult
    from kafkawire.messages.update_features import UpdateFeaturesRequest as UpdateFeaturesRequest
    from kafkawire.messages.update_features import UpdateFeaturesResponse as UpdateFeaturesResponse
    from kafkawire.messages.write_txn_markers import WritableTxnMarker as WritableTxnMarker
    from kafkawire.messages.write_txn_markers import (
        WritableTxnMarkerPartitionResult as WritableTxnMarkerPartitionResult,
    )
    from kafkawire.messages.write_txn_markers import WritableTxnMarkerResult as WritableTxnMarkerResult
    from kafkawire.messages.write_txn_markers import WritableTxnMarkerTopic as WritableTxnMarkerTopic
    from kafkawire.messages.write_txn_markers import WritableTxnMarkerTopicResult as WritableTxnMarkerTopicResult
    from kafkawire.messages.write_txn_markers import WriteTxnMarkersRequest as WriteTxnMarkersRequest
    from kafkawire.messages.write_txn_markers import WriteTxnMarkersResponse as WriteTxnMarkersResponse


def request_class(api_key: int) -> type[Request[Any]]:
    """The request of an API. Raises `LookupError` for keys that this package has no messages for."""
    return cast("type[Request[Any]]", _message_class(api_key, "Request"))


def response_class(api_key: int) -> type[Response]:
    """The response of an API. Raises `LookupError` for keys that this package has no messages for."""
    return cast("type[Response]", _message_class(api_key, "Response"))


@cache
def _message_class(api_key: int, suffix: str) -> type:
    try:
        api = ApiKey(api_key).name
    except ValueError:
        raise LookupError(f"no API has the key {api_key}") from None
    name = api.title().replace("_", "") + suffix
    if name not in MODULES:
        raise LookupError(f"no messages for {api} (key {api_key})")
    return _load(name)


def _load(name: str) -> type:
    found: type = getattr(import_module(f"{__name__}.{MODULES[name]}"), name)
    globals()[name] = found
    return found


if not TYPE_CHECKING:
    # Out of type checkers' sight: a name that isn't imported above is an error to them, as it should be.
    __all__ = ["request_class", "response_class"]
    __all__ += list(MODULES)

    def __getattr__(name: str) -> type:
        if name not in MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return _load(name)

    def __dir__() -> list[str]:
        return __all__
