import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ExpireDelegationTokenOptions;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.RaftVoterEndpoint;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.token.delegation.DelegationToken;

/** Kafka's own Admin, against the brokers named by the first argument. Prints a line `call=outcome` for each call. */
@SuppressWarnings("removal")
public class AdminCalls {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    public static void main(String[] arguments) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", arguments[0]);
        properties.put("request.timeout.ms", "10000");
        properties.put("default.api.timeout.ms", "20000");
        try (Admin admin = Admin.create(properties)) {
            topics(admin);
            partitions(admin);
            groups(admin);
            writes(admin);
            cluster(admin);
            tokens(admin);
            settings(admin);
            users(admin);
            replicas(admin);
            transactions(admin);
        }
    }

    private static void topics(Admin admin) {
        print("nodes", () -> new TreeSet<>(admin.describeCluster().nodes().get().stream().map(Node::id).toList()));
        NewTopic topic = new NewTopic("new", 2, (short) 2);
        print("createTopics", () -> admin.createTopics(List.of(topic)).numPartitions("new").get());
        print("createTopics again", () -> admin.createTopics(List.of(topic)).all().get());
        print("listTopics", () -> new TreeSet<>(admin.listTopics().names().get()));
        print("describeTopics", () -> admin.describeTopics(List.of("new")).allTopicNames().get().get("new").partitions().size());
        print("deleteTopics", () -> admin.deleteTopics(List.of("new")).all().get());
        print("listOffsets latest", () -> offset(admin, OffsetSpec.latest()));
        print("listOffsets maxTimestamp", () -> offset(admin, OffsetSpec.maxTimestamp()));
    }

    private static void partitions(Admin admin) {
        Uuid[] id = new Uuid[1];
        print("createTopics for its id", () -> {
            id[0] = admin.createTopics(List.of(new NewTopic("by-id", Map.of(0, List.of(1, 2))))).topicId("by-id").get();
            return id[0] != null;
        });
        print("describeTopics by id", () -> admin.describeTopics(TopicCollection.ofTopicIds(List.of(id[0])))
            .allTopicIds().get().get(id[0]).name());
        print("createPartitions", () -> admin.createPartitions(Map.of("by-id", NewPartitions.increaseTo(3))).all().get());
        print("createPartitions too few", () ->
            admin.createPartitions(Map.of("by-id", NewPartitions.increaseTo(1))).all().get());
        print("deleteTopics by id", () -> admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id[0]))).all().get());
        print("electLeaders", () -> admin.electLeaders(ElectionType.PREFERRED, Set.of(ORDERS)).partitions().get()
            .get(ORDERS).map(error -> error.getClass().getSimpleName()).orElse("elected"));
        print("deleteRecords", () -> admin.deleteRecords(Map.of(ORDERS, RecordsToDelete.beforeOffset(10)))
            .lowWatermarks().get(ORDERS).get().lowWatermark());
        print("listOffsets earliest", () -> offset(admin, OffsetSpec.earliest()));
        print("describeConfigs", () -> {
            ConfigResource orders = new ConfigResource(ConfigResource.Type.TOPIC, "orders");
            return admin.describeConfigs(List.of(orders)).all().get().get(orders).get("cleanup.policy").value();
        });
    }

    private static void cluster(Admin admin) {
        print("describeFeatures", () -> admin.describeFeatures().featureMetadata().get().finalizedFeatures().keySet()
            .contains("metadata.version"));
        print("describeMetadataQuorum", () -> admin.describeMetadataQuorum().quorumInfo().get().voters().size());
        Set<RaftVoterEndpoint> endpoints = Set.of(new RaftVoterEndpoint("CONTROLLER", "localhost", 9093));
        print("addRaftVoter", () -> admin.addRaftVoter(9, Uuid.randomUuid(), endpoints).all().get());
        print("removeRaftVoter", () -> admin.removeRaftVoter(9, Uuid.randomUuid()).all().get());
    }

    private static void tokens(Admin admin) {
        DelegationToken[] token = new DelegationToken[1];
        print("createDelegationToken", () -> {
            token[0] = admin.createDelegationToken().delegationToken().get();
            return token[0].tokenInfo().ownerAsString();
        });
        print("describeDelegationToken", () -> admin.describeDelegationToken().delegationTokens().get().size());
        print("renewDelegationToken", () -> admin.renewDelegationToken(token[0].hmac()).expiryTimestamp().get() > 0);
        print("expireDelegationToken", () -> {
            ExpireDelegationTokenOptions now = new ExpireDelegationTokenOptions().expiryTimePeriodMs(-1);
            return admin.expireDelegationToken(token[0].hmac(), now).expiryTimestamp().get() > 0;
        });
    }

    private static void groups(Admin admin) {
        print("listGroups", () -> new TreeSet<>(admin.listGroups().all().get().stream().map(GroupListing::groupId).toList()));
        print("offsets", () -> offsets(admin));
        print("listConsumerGroups", () -> admin.listConsumerGroups().all().get().size());
        print("describeClassicGroups", () ->
            admin.describeClassicGroups(List.of("busy")).all().get().get("busy").members().size());
        print("describeConsumerGroups", () -> {
            Map<String, String> described = new TreeMap<>();
            for (ConsumerGroupDescription group :
                    admin.describeConsumerGroups(Arrays.asList("billing", "busy", "modern")).all().get().values()) {
                described.put(group.groupId(), group.type() + "/" + group.groupState() + "/" + group.members().size());
            }
            return described;
        });
    }

    private static void writes(Admin admin) {
        Map<TopicPartition, OffsetAndMetadata> offsets = Map.of(ORDERS, new OffsetAndMetadata(50));
        print("alter", () -> admin.alterConsumerGroupOffsets("billing", offsets).all().get());
        print("offsets after alter", () -> offsets(admin));
        print("alter with members", () -> admin.alterConsumerGroupOffsets("busy", offsets).all().get());
        RemoveMembersFromConsumerGroupOptions all = new RemoveMembersFromConsumerGroupOptions();
        print("removeMembers", () -> admin.removeMembersFromConsumerGroup("busy", all).all().get());
        print("deleteOffsets", () -> admin.deleteConsumerGroupOffsets("billing", Set.of(ORDERS)).all().get());
        print("deleteGroups", () -> admin.deleteConsumerGroups(List.of("busy")).all().get());
        print("deleteGroups without offsets", () -> admin.deleteConsumerGroups(List.of("billing")).all().get());
    }

    private static void settings(Admin admin) {
        ConfigResource orders = new ConfigResource(ConfigResource.Type.TOPIC, "orders");
        ConfigResource metrics = new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "slow");
        AlterConfigOp retention = new AlterConfigOp(new ConfigEntry("retention.ms", "1000"), AlterConfigOp.OpType.SET);
        AlterConfigOp interval = new AlterConfigOp(new ConfigEntry("interval.ms", "60000"), AlterConfigOp.OpType.SET);
        print("incrementalAlterConfigs", () -> admin.incrementalAlterConfigs(
            Map.of(orders, List.of(retention), metrics, List.of(interval))).all().get());
        print("describeConfigs after", () -> admin.describeConfigs(List.of(orders)).all().get().get(orders)
            .get("retention.ms").value());
        print("listConfigResources", () -> admin.listConfigResources(
            Set.of(ConfigResource.Type.CLIENT_METRICS), new ListConfigResourcesOptions()).all().get().size());
        print("updateFeatures", () -> {
            short level = admin.describeFeatures().featureMetadata().get().finalizedFeatures().get("metadata.version")
                .maxVersionLevel();
            FeatureUpdate same = new FeatureUpdate(level, FeatureUpdate.UpgradeType.UPGRADE);
            return admin.updateFeatures(Map.of("metadata.version", same), new UpdateFeaturesOptions()).all().get();
        });
    }

    private static void users(Admin admin) {
        AclBinding read = new AclBinding(new ResourcePattern(ResourceType.TOPIC, "orders", PatternType.LITERAL),
            new AccessControlEntry("User:alice", "*", AclOperation.READ, AclPermissionType.ALLOW));
        print("createAcls", () -> admin.createAcls(List.of(read)).all().get());
        print("describeAcls", () -> admin.describeAcls(AclBindingFilter.ANY).values().get().equals(List.of(read)));
        print("deleteAcls", () -> admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get().size());
        UserScramCredentialAlteration alice =
            new UserScramCredentialUpsertion("alice", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), "secret");
        print("alterUserScramCredentials", () -> admin.alterUserScramCredentials(List.of(alice)).all().get());
        print("describeUserScramCredentials", () -> admin.describeUserScramCredentials().all().get().keySet());
        ClientQuotaEntity entity = new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, "alice"));
        ClientQuotaAlteration.Op rate = new ClientQuotaAlteration.Op("producer_byte_rate", 1024.0);
        print("alterClientQuotas", () ->
            admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, List.of(rate)))).all().get());
        print("describeClientQuotas", () ->
            admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get().get(entity));
    }

    private static void replicas(Admin admin) {
        String[] dir = new String[1];
        TopicPartitionReplica replica = new TopicPartitionReplica("orders", 0, 1);
        print("alterPartitionReassignments", () -> admin.alterPartitionReassignments(
            Map.of(ORDERS, Optional.of(new NewPartitionReassignment(List.of(1, 2))))).all().get());
        print("listPartitionReassignments", () -> admin.listPartitionReassignments().reassignments().get().size());
        print("describeLogDirs", () -> {
            Map<String, LogDirDescription> dirs = admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1);
            dir[0] = new TreeSet<>(dirs.keySet()).first();
            return dirs.values().stream().anyMatch(found -> found.replicaInfos().containsKey(ORDERS));
        });
        print("alterReplicaLogDirs", () -> admin.alterReplicaLogDirs(Map.of(replica, dir[0])).all().get());
        print("describeReplicaLogDirs", () -> dir[0].equals(admin.describeReplicaLogDirs(List.of(replica)).all().get()
            .get(replica).getCurrentReplicaLogDir()));
        print("unregisterBroker", () -> admin.unregisterBroker(9).all().get());
    }

    private static void transactions(Admin admin) {
        TopicPartition hanging = new TopicPartition("orders", 2);
        print("fenceProducers", () -> admin.fenceProducers(Set.of("pay")).all().get());
        print("listTransactions", () -> {
            TransactionListing listed = admin.listTransactions().all().get().iterator().next();
            return listed.transactionalId() + "/" + listed.state();
        });
        print("listTransactions by duration", () -> admin.listTransactions(
            new ListTransactionsOptions().filterOnDuration(1)).all().get().size());
        print("describeTransactions", () -> admin.describeTransactions(Set.of("pay")).all().get().get("pay")
            .topicPartitions());
        print("describeTransactions of nobody", () -> admin.describeTransactions(Set.of("nobody")).all().get());
        print("abortTransaction", () -> {
            ProducerState left = producer(admin, hanging);
            return admin.abortTransaction(new AbortTransactionSpec(
                hanging, left.producerId(), (short) left.producerEpoch(), left.coordinatorEpoch().orElse(0))).all().get();
        });
        print("describeProducers", () -> producer(admin, hanging).currentTransactionStartOffset());
        print("forceTerminateTransaction", () -> admin.forceTerminateTransaction("pay").result().get());
    }

    private static ProducerState producer(Admin admin, TopicPartition partition) throws Exception {
        return admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers().get(0);
    }

    private static Object offset(Admin admin, OffsetSpec spec) throws Exception {
        return admin.listOffsets(Map.of(ORDERS, spec)).partitionResult(ORDERS).get().offset();
    }

    private static Object offsets(Admin admin) throws Exception {
        return admin.listConsumerGroupOffsets("billing").partitionsToOffsetAndMetadata().get().get(ORDERS).offset();
    }

    private static void print(String call, Callable<Object> work) {
        Object outcome;
        try {
            outcome = work.call();
        } catch (ExecutionException failed) {
            outcome = failed.getCause().getClass().getSimpleName();
        } catch (Exception failed) {
            outcome = failed;
        }
        System.out.println(call + "=" + outcome);
    }
}
