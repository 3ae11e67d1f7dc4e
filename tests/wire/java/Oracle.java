import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * Reads messages with the classes that Kafka generates from its specs, and writes them again.
 *
 * <p>Arguments: one class path per release of Kafka, the one with the last word first. A question on standard input is
 * the name of a message class (as DataOutput writes it), a version (2 bytes), a length (4 bytes) and that many bytes.
 * The answer on standard output is a byte (0: read and written, 1: refused), a length and the bytes written, or the
 * reason in UTF-8. The end of the input ends the program.
 */
public final class Oracle {
    private final List<Method> releases = new ArrayList<>();

    public static void main(String[] classPaths) throws IOException, ReflectiveOperationException {
        Oracle oracle = new Oracle();
        for (String classPath : classPaths) {
            oracle.add(classPath);
        }
        oracle.answerAll(
                new DataInputStream(new BufferedInputStream(System.in)),
                new DataOutputStream(new BufferedOutputStream(System.out)));
    }

    private void add(String classPath) throws MalformedURLException, ReflectiveOperationException {
        List<URL> places = new ArrayList<>();
        places.add(Oracle.class.getProtectionDomain().getCodeSource().getLocation());
        for (String jar : classPath.split(File.pathSeparator)) {
            places.add(Path.of(jar).toUri().toURL());
        }
        ClassLoader release = new URLClassLoader(places.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        Class<?> loaded = release.loadClass("Oracle$Release");
        releases.add(loaded.getMethod("rewritten", String.class, short.class, byte[].class));
    }

    private void answerAll(DataInputStream questions, DataOutputStream answers) throws IOException {
        while (true) {
            String name;
            try {
                name = questions.readUTF();
            } catch (EOFException end) {
                return;
            }
            short version = questions.readShort();
            byte[] body = questions.readNBytes(questions.readInt());
            answer(answers, name, version, body);
            answers.flush();
        }
    }

    private void answer(DataOutputStream answers, String name, short version, byte[] body) throws IOException {
        byte[] told;
        int outcome = 0;
        try {
            told = ask(name, version, body);
        } catch (ReflectiveOperationException | RuntimeException refusal) {
            outcome = 1;
            told = refusal.toString().getBytes(StandardCharsets.UTF_8);
        }
        answers.writeByte(outcome);
        answers.writeInt(told.length);
        answers.write(told);
    }

    /** The answer of the first release that has this version. */
    private byte[] ask(String name, short version, byte[] body) throws ReflectiveOperationException {
        for (Method release : releases) {
            try {
                byte[] rewritten = (byte[]) release.invoke(null, name, version, body);
                if (rewritten != null) {
                    return rewritten;
                }
            } catch (InvocationTargetException refused) {
                throw new IllegalArgumentException(refused.getCause().toString(), refused);
            }
        }
        throw new IllegalArgumentException("no release has " + name + " v" + version);
    }

    /** What needs Kafka: each release has a class loader of its own, with its own copy of this class. */
    public static final class Release {
        private Release() {}

        /** The bytes as this release writes what it read; null where it hasn't got the version. */
        public static byte[] rewritten(String name, short version, byte[] body) throws ReflectiveOperationException {
            Message message;
            try {
                Class<?> generated = Class.forName("org.apache.kafka.common.message." + name);
                message = (Message) generated.getConstructor().newInstance();
            } catch (ClassNotFoundException absent) {
                return null;
            }
            if (version < message.lowestSupportedVersion() || version > message.highestSupportedVersion()) {
                return null;
            }
            ByteBuffer unread = ByteBuffer.wrap(body);
            message.read(new ByteBufferAccessor(unread), version);
            if (unread.hasRemaining()) {
                throw new IllegalArgumentException(unread.remaining() + " bytes left over");
            }
            ObjectSerializationCache sizes = new ObjectSerializationCache();
            ByteBuffer written = ByteBuffer.allocate(message.size(sizes, version));
            message.write(new ByteBufferAccessor(written), sizes, version);
            return written.array();
        }
    }
}
