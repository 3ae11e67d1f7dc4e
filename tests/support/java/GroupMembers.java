import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.Stores;

/**
 * Members of groups of the new kinds, until there is nothing more to read: a consumer (KIP-848), a share consumer and a
 * Kafka Streams application. The arguments: the brokers, the topic that all read, and the names of the three groups.
 */
public class GroupMembers {
    private static volatile boolean ended;

    public static void main(String[] arguments) throws Exception {
        String brokers = arguments[0];
        String topic = arguments[1];
        Thread consumer = new Thread(() -> consume(brokers, topic, arguments[2]));
        Thread sharer = new Thread(() -> share(brokers, topic, arguments[3]));
        consumer.start();
        sharer.start();
        try (KafkaStreams streams = streams(brokers, topic, arguments[4])) {
            streams.start();
            while (System.in.read() >= 0) { }
        }
        ended = true;
        consumer.join();
        sharer.join();
    }

    private static void consume(String brokers, String topic, String group) {
        Properties properties = reader(brokers, group);
        properties.put("group.protocol", "consumer");
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties)) {
            consumer.subscribe(List.of(topic));
            while (!ended) {
                consumer.poll(Duration.ofMillis(100));
            }
        }
    }

    private static void share(String brokers, String topic, String group) {
        try (KafkaShareConsumer<byte[], byte[]> consumer = new KafkaShareConsumer<>(reader(brokers, group))) {
            consumer.subscribe(List.of(topic));
            while (!ended) {
                consumer.poll(Duration.ofMillis(100));
            }
        }
    }

    private static Properties reader(String brokers, String group) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", brokers);
        properties.put("client.id", "java");
        properties.put("group.id", group);
        properties.put("key.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        properties.put("value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        return properties;
    }

    private static KafkaStreams streams(String brokers, String topic, String group) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", brokers);
        properties.put("application.id", group);
        properties.put("client.id", "java");
        properties.put("group.protocol", "streams");
        properties.put("default.key.serde", Serdes.ByteArraySerde.class);
        properties.put("default.value.serde", Serdes.ByteArraySerde.class);
        // In memory: what keeps stores on disk is a large library.
        StreamsBuilder builder = new StreamsBuilder();
        builder.<byte[], byte[]>stream(topic).groupByKey().count(Materialized.as(Stores.inMemoryKeyValueStore("counts")));
        return new KafkaStreams(builder.build(), properties);
    }
}
