// Kafka's command line tools in one JVM: each request runs a tool's main, with its exit trapped and its streams
// caught, and takes some ten milliseconds where a JVM of its own takes a second. One request at a time.
//
// Listens on a free port of 127.0.0.1, prints the port, and ends when its standard input does. A request is a count of
// words (as text), the words and the tool's standard input, each string as its size in four bytes and its bytes; the
// reply an exit code and the strings of standard output and error. The first word is a name of Kafka's bin/ without
// .sh, or a class. A tool that takes longer than a minute is left behind with exit code 124.
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.net.InetAddress;
import java.net.MalformedURLException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

public final class ToolRunner {
    // Tools moved from Scala to Java over the years: the first class that the release has is taken.
    private static final Map<String, List<String>> CLASSES = Map.ofEntries(
        Map.entry("kafka-acls", List.of("org.apache.kafka.tools.AclCommand", "kafka.admin.AclCommand")),
        Map.entry("kafka-broker-api-versions",
            List.of("org.apache.kafka.tools.BrokerApiVersionsCommand", "kafka.admin.BrokerApiVersionsCommand")),
        Map.entry("kafka-configs", List.of("kafka.admin.ConfigCommand")),
        Map.entry("kafka-console-consumer",
            List.of("org.apache.kafka.tools.consumer.ConsoleConsumer", "kafka.tools.ConsoleConsumer",
                "kafka.consumer.ConsoleConsumer")),
        Map.entry("kafka-console-producer",
            List.of("org.apache.kafka.tools.ConsoleProducer", "kafka.tools.ConsoleProducer",
                "kafka.producer.ConsoleProducer")),
        Map.entry("kafka-consumer-groups",
            List.of("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", "kafka.admin.ConsumerGroupCommand")),
        Map.entry("kafka-delete-records",
            List.of("org.apache.kafka.tools.DeleteRecordsCommand", "kafka.admin.DeleteRecordsCommand")),
        Map.entry("kafka-dump-log", List.of("org.apache.kafka.tools.DumpLogSegments", "kafka.tools.DumpLogSegments")),
        Map.entry("kafka-features", List.of("org.apache.kafka.tools.FeatureCommand", "kafka.admin.FeatureCommand")),
        Map.entry("kafka-get-offsets", List.of("org.apache.kafka.tools.GetOffsetShell", "kafka.tools.GetOffsetShell")),
        Map.entry("kafka-leader-election",
            List.of("org.apache.kafka.tools.LeaderElectionCommand", "kafka.admin.LeaderElectionCommand")),
        Map.entry("kafka-log-dirs", List.of("org.apache.kafka.tools.LogDirsCommand", "kafka.admin.LogDirsCommand")),
        Map.entry("kafka-metadata-quorum", List.of("org.apache.kafka.tools.MetadataQuorumCommand")),
        Map.entry("kafka-reassign-partitions", List.of(
            "org.apache.kafka.tools.reassign.ReassignPartitionsCommand", "kafka.admin.ReassignPartitionsCommand")),
        Map.entry("kafka-topics", List.of("org.apache.kafka.tools.TopicCommand", "kafka.admin.TopicCommand")),
        Map.entry("kafka-transactions", List.of("org.apache.kafka.tools.TransactionsCommand")));

    private static final int LIMIT_S = 60;
    private static volatile Run current;

    /** One run of a tool: what it read, what it wrote, and how it ended. */
    private static final class Run {
        final ByteArrayOutputStream output = new ByteArrayOutputStream();
        final ByteArrayOutputStream errors = new ByteArrayOutputStream();
        final InputStream input;
        final CompletableFuture<Integer> exit = new CompletableFuture<>();

        Run(byte[] input) {
            this.input = new ByteArrayInputStream(input);
        }
    }

    /** Tools and Scala keep the stream they met first, so this one stays and its target changes. */
    private static final class Sink extends OutputStream {
        private final boolean errors;

        Sink(boolean errors) {
            this.errors = errors;
        }

        @Override
        public void write(int oneByte) {
            write(new byte[] {(byte) oneByte}, 0, 1);
        }

        // What a tool says while it unwinds from the trapped exit, a real one would not have said.
        @Override
        public void write(byte[] bytes, int from, int size) {
            Run run = current;
            if (run != null && !run.exit.isDone()) (errors ? run.errors : run.output).write(bytes, from, size);
        }
    }

    private static final class Source extends InputStream {
        @Override
        public int read() throws IOException {
            Run run = current;
            return run == null ? -1 : run.input.read();
        }

        @Override
        public int read(byte[] into, int from, int size) throws IOException {
            Run run = current;
            return run == null ? -1 : run.input.read(into, from, size);
        }

        @Override
        public int available() throws IOException {
            Run run = current;
            return run == null ? 0 : run.input.available();
        }
    }

    @SuppressWarnings("removal")
    private static final class ExitTrap extends SecurityManager {
        @Override
        public void checkPermission(java.security.Permission permission) {
        }

        @Override
        public void checkPermission(java.security.Permission permission, Object context) {
        }

        @Override
        public void checkExit(int status) {
            Run run = current;
            if (run != null) run.exit.complete(status);
            throw new SecurityException("exit");
        }
    }

    // The console consumer counts its records in a static field, and the checker of offsets keeps its connections there,
    // whatever the cluster: each run of them gets classes of its own.
    private static final List<String> WITH_STATE = List.of("kafka-console-consumer", "kafka.tools.ConsumerOffsetChecker");

    private static ClassLoader loader(String tool) {
        ClassLoader ours = ToolRunner.class.getClassLoader();
        if (!WITH_STATE.contains(tool)) return ours;
        URL[] jars = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(ToolRunner::url).toArray(URL[]::new);
        return new URLClassLoader(jars, ClassLoader.getPlatformClassLoader());
    }

    private static URL url(String path) {
        try {
            return new File(path).toURI().toURL();
        } catch (MalformedURLException impossible) {
            throw new IllegalArgumentException(impossible);
        }
    }

    private static Class<?> find(String tool) throws ClassNotFoundException {
        ClassLoader loader = loader(tool);
        Thread.currentThread().setContextClassLoader(loader);
        for (String name : CLASSES.getOrDefault(tool, List.of(tool))) {
            try {
                return Class.forName(name, true, loader);
            } catch (ClassNotFoundException absent) {
                continue;
            }
        }
        throw new ClassNotFoundException("this release has no " + tool);
    }

    private static void call(Run run, List<String> words) {
        try {
            String[] arguments = words.subList(1, words.size()).toArray(new String[0]);
            find(words.get(0)).getMethod("main", String[].class).invoke(null, (Object) arguments);
            run.exit.complete(0);
        } catch (InvocationTargetException failure) {
            if (!run.exit.isDone()) failure.getCause().printStackTrace();
            run.exit.complete(1);
        } catch (ReflectiveOperationException failure) {
            System.err.println(failure.getMessage());
            run.exit.complete(127);
        }
    }

    // Some tools close their clients, and thereby leave their groups, only when the JVM goes.
    private static void runShutdownHooks() throws Exception {
        Field field = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
        field.setAccessible(true);
        Map<?, ?> hooks = (Map<?, ?>) field.get(null);
        List<?> threads = List.copyOf(hooks.keySet());
        hooks.clear();
        for (Object thread : threads) ((Thread) thread).start();
        for (Object thread : threads) ((Thread) thread).join(10_000);
    }

    private static int execute(Run run, List<String> words) throws Exception {
        current = run;
        Thread tool = new Thread(() -> call(run, words), words.get(0));
        tool.setDaemon(true);
        tool.start();
        int exit;
        try {
            exit = run.exit.get(LIMIT_S, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            run.exit.complete(124);
            exit = 124;
            tool.interrupt();
        }
        System.out.flush();
        tool.join(2000);
        runShutdownHooks();
        current = null;
        return exit;
    }

    private static byte[] readString(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }

    private static void serve(Socket client) throws Exception {
        DataInputStream in = new DataInputStream(client.getInputStream());
        String[] words = new String[Integer.parseInt(new String(readString(in), StandardCharsets.UTF_8))];
        for (int n = 0; n < words.length; ++n) words[n] = new String(readString(in), StandardCharsets.UTF_8);
        Run run = new Run(readString(in));
        int exit = execute(run, Arrays.asList(words));
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        out.writeInt(exit);
        for (byte[] text : List.of(run.output.toByteArray(), run.errors.toByteArray())) {
            out.writeInt(text.length);
            out.write(text);
        }
        out.flush();
    }

    @SuppressWarnings("removal")
    public static void main(String[] arguments) throws Exception {
        ServerSocket listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        System.out.println(listener.getLocalPort());
        System.out.flush();
        InputStream lifeline = System.in;
        Thread guard = new Thread(() -> {
            try {
                while (lifeline.read() >= 0) continue;
            } catch (IOException gone) {
                // The same as its end.
            }
            System.setSecurityManager(null);
            Runtime.getRuntime().halt(0);
        });
        guard.setDaemon(true);
        guard.start();
        System.setIn(new Source());
        System.setOut(new PrintStream(new Sink(false), true));
        System.setErr(new PrintStream(new Sink(true), true));
        System.setSecurityManager(new ExitTrap());
        while (true) {
            try (Socket client = listener.accept()) {
                serve(client);
            } catch (IOException gone) {
                continue;
            }
        }
    }
}
