import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.common.TopicPartition;

/** As AdminCalls, for share and streams groups. */
public class OtherGroupCalls {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    public static void main(String[] arguments) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", arguments[0]);
        properties.put("request.timeout.ms", "10000");
        properties.put("default.api.timeout.ms", "20000");
        try (Admin admin = Admin.create(properties)) {
            share(admin);
            streams(admin);
        }
    }

    private static void share(Admin admin) {
        print("alterShareGroupOffsets", () -> admin.alterShareGroupOffsets("shared", Map.of(ORDERS, 95L)).all().get());
        print("alterShareGroupOffsets with members", () ->
            admin.alterShareGroupOffsets("busy", Map.of(ORDERS, 95L)).all().get());
        print("listShareGroupOffsets", () -> {
            SharePartitionOffsetInfo found = admin.listShareGroupOffsets(Map.of("shared", new ListShareGroupOffsetsSpec()))
                .partitionsToOffsetInfo("shared").get().get(ORDERS);
            return found.startOffset() + "/" + found.lag().orElse(null);
        });
        print("describeShareGroups", () ->
            admin.describeShareGroups(List.of("busy")).all().get().get("busy").members().iterator().next().assignment());
        print("deleteShareGroupOffsets", () -> admin.deleteShareGroupOffsets("shared", Set.of("orders")).all().get());
        print("deleteShareGroupOffsets again", () -> admin.deleteShareGroupOffsets("shared", Set.of("orders")).all().get());
        print("deleteShareGroups", () -> admin.deleteShareGroups(List.of("shared")).all().get());
        print("deleteShareGroups with members", () -> admin.deleteShareGroups(List.of("busy")).all().get());
    }

    private static void streams(Admin admin) {
        print("describeStreamsGroups", () -> {
            StreamsGroupDescription group = admin.describeStreamsGroups(List.of("app")).all().get().get("app");
            return group.groupState() + "/" + group.members().iterator().next().assignment().activeTasks().size() + "/"
                + group.subtopologies().iterator().next().sourceTopics();
        });
        print("listStreamsGroupOffsets", () ->
            admin.listStreamsGroupOffsets(Map.of("app", new ListStreamsGroupOffsetsSpec()))
                .partitionsToOffsetAndMetadata("app").get().get(ORDERS).offset());
        print("deleteStreamsGroups", () -> admin.deleteStreamsGroups(List.of("app")).all().get());
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
