package heed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * The toy job on Kafka Streams: decode, count and last time per customer, in a RocksDB store with
 * a changelog, exactly-once v2, one stream thread.
 *
 * <p>Arguments: bootstrap, topic, number of events, folder for local state.
 */
public final class Peer {
    private static final String STORE = "customers";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private static long events;
    private static long seen;
    private static long began;
    private static long cpuBefore;

    /** Counts the records of one partition; the state is a count and the last time, as bytes. */
    private static final class Count implements Processor<byte[], byte[], Void, Void> {
        private KeyValueStore<byte[], byte[]> customers;

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            customers = context.getStateStore(STORE);
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            if (began == 0) {
                began = System.nanoTime();
                cpuBefore = PROCESS.getProcessCpuTime();
            }
            JsonNode event;
            try {
                event = JSON.readTree(record.value());
            } catch (IOException error) {
                throw new IllegalStateException(error);
            }
            byte[] time = event.get("time").asText().getBytes(StandardCharsets.US_ASCII);
            byte[] old = customers.get(record.key());
            long count = old == null ? 0 : ByteBuffer.wrap(old).getLong();
            if (old != null) {
                byte[] last = Arrays.copyOfRange(old, Long.BYTES, old.length);
                time = Arrays.compare(last, time) > 0 ? last : time;
            }
            ByteBuffer state = ByteBuffer.allocate(Long.BYTES + time.length);
            customers.put(record.key(), state.putLong(count + 1).put(time).array());
            if (++seen >= events) {
                report();
                Runtime.getRuntime().halt(0);
            }
        }
    }

    private static void report() {
        double seconds = (System.nanoTime() - began) / 1e9;
        double cpu = (PROCESS.getProcessCpuTime() - cpuBefore) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "{\"events\":%d,\"seconds\":%.4f,\"cpu_seconds\":%.4f,\"peak_rss_mib\":%.1f}%n",
                seen, seconds, cpu, peakRssMib());
        System.out.flush();
    }

    private static double peakRssMib() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
                }
            }
        } catch (IOException error) {
            System.err.println("no /proc here: " + error);
        }
        return 0;
    }

    public static void main(String[] args) {
        events = Long.parseLong(args[2]);
        Properties settings = new Properties();
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "streams-" + System.nanoTime());
        settings.put(StreamsConfig.STATE_DIR_CONFIG, args[3]);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        // Generous: ten times the default, so that fewer and larger transactions are paid for, and
        // a cache that keeps most repeated writes out of the changelog.
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 100L << 20);
        settings.put("auto.offset.reset", "earliest");

        var bytes = Serdes.ByteArray();
        Topology topology = new Topology();
        topology.addSource("in", bytes.deserializer(), bytes.deserializer(), args[1]);
        topology.addProcessor("count", Count::new, "in");
        topology.addStateStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), bytes, bytes)
                        .withCachingEnabled(),
                "count");
        new KafkaStreams(topology, settings).start();
    }
}
