// Kafka's own generated classes as judges of kt's messages. A line is KIND, NAME, VERSION, BYTES in hex, JSON, with tabs
// between; kt-messages-oracle is the other side.
//
//   Oracle check          reads lines that kt made: Kafka reads the bytes, prints them as JSON, writes them again, and
//                         makes the same bytes of kt's JSON. Answers a line `KIND NAME VERSION` for each that it knows.
//   Oracle make COUNT     reads lines `KIND NAME VERSION` and answers with COUNT messages of each, filled at random
//                         along Kafka's own schema of the version.
//
// Kafka's JSON leaves `records` and unknown tagged fields empty, so kt's is compared without them.
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;

public class Oracle {
  static final String[] PACKAGES = {
    "org.apache.kafka.common.message.", "org.apache.kafka.coordinator.group.generated.",
    "org.apache.kafka.coordinator.transaction.generated.", "org.apache.kafka.coordinator.share.generated.",
    "org.apache.kafka.server.log.remote.metadata.storage.generated.", "org.apache.kafka.raft.generated.",
    "org.apache.kafka.common.metadata."};
  static final HexFormat HEX = HexFormat.of();
  static final ObjectMapper JSON = new ObjectMapper();
  static final PrintStream OUT = new PrintStream(System.out, false, StandardCharsets.UTF_8);

  /// A generated class, its converter, and the versions that it has.
  static class Kind {
    final Class<?> type;
    final Method toJson, fromJson;
    final int low, high;

    Kind(Class<?> type, Class<?> converter) throws Exception {
      this.type = type;
      toJson = method(converter, "write", 3);
      fromJson = method(converter, "read", 2);
      low = type.getField("LOWEST_SUPPORTED_VERSION").getShort(null);
      high = type.getField("HIGHEST_SUPPORTED_VERSION").getShort(null);
    }

    static Method method(Class<?> type, String name, int parameters) {
      for (Method method : type.getMethods())
        if (method.getName().equals(name) && method.getParameterCount() == parameters) return method;
      throw new IllegalStateException(type + " has no " + name);
    }
  }

  static final Map<String, Kind> kinds = new HashMap<>();

  static Kind kind(String kind, String name) throws Exception {
    String simple = switch (kind) {
      case "request" -> name + "RequestData";
      case "response" -> name + "ResponseData";
      default -> name;
    };
    if (kinds.containsKey(simple)) return kinds.get(simple);
    Kind found = null;
    for (String start : PACKAGES)
      for (String end : new String[] {"", "Data"})
        try {
          found = new Kind(Class.forName(start + simple + end), Class.forName(start + simple + end + "JsonConverter"));
        } catch (ClassNotFoundException e) {
          // Not in this package, or not in this release.
        }
    kinds.put(simple, found);
    return found;
  }

  static String bytes(Message message, short version) {
    ObjectSerializationCache cache = new ObjectSerializationCache();
    ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
    message.write(new ByteBufferAccessor(buffer), cache, version);
    if (buffer.hasRemaining()) throw new IllegalStateException("wrote less than its size");
    return HEX.formatHex(buffer.array());
  }

  static JsonNode toJson(Kind kind, Message message, short version) throws Exception {
    return (JsonNode) kind.toJson.invoke(null, message, version, true);
  }

  /// The same without what Kafka does not print; tells whether there was any.
  static boolean strip(JsonNode node) {
    boolean found = false;
    if (node instanceof ObjectNode object) {
      found = object.remove("_unknownTaggedFields") != null;
      JsonNode records = object.get("records");
      if (records != null && records.isTextual() && !records.asText().isEmpty()) {
        object.put("records", "");
        found = true;
      }
    }
    for (JsonNode child : node) found |= strip(child);
    return found;
  }

  static void check(BufferedReader in) throws Exception {
    int failures = 0, lines = 0;
    Set<String> covered = new LinkedHashSet<>();
    for (String line; (line = in.readLine()) != null; ) {
      String[] words = line.split("\t", 5);
      Kind kind = kind(words[0], words[1]);
      short version = Short.parseShort(words[2]);
      if (kind == null || version < kind.low || version > kind.high) continue;
      covered.add(words[0] + "\t" + words[1] + "\t" + words[2]);
      ++lines;
      String problem;
      try {
        problem = problem(kind, version, words[3], words[4]);
      } catch (Throwable e) {
        Throwable cause = e instanceof java.lang.reflect.InvocationTargetException ? e.getCause() : e;
        problem = cause.toString();
      }
      if (problem == null) continue;
      if (++failures <= 20) System.err.println(words[0] + " " + words[1] + " v" + version + ": " + problem + "\n  kt: " + words[3] + "\n  kt: " + words[4]);
    }
    for (String one : covered) OUT.println(one);
    OUT.flush();
    System.err.println(lines + " messages of kt judged, " + failures + " differ");
    if (failures > 0) System.exit(1);
  }

  static String problem(Kind kind, short version, String hex, String json) throws Exception {
    Message message = (Message) kind.type.getConstructor().newInstance();
    ByteBuffer buffer = ByteBuffer.wrap(HEX.parseHex(hex));
    message.read(new ByteBufferAccessor(buffer), version);
    if (buffer.hasRemaining()) return "Kafka leaves " + buffer.remaining() + " bytes";
    String written = bytes(message, version);
    if (!written.equals(hex)) return "Kafka writes " + written;
    JsonNode ours = JSON.readTree(json);
    boolean stripped = strip(ours);
    String theirs = toJson(kind, message, version).toString();
    if (!theirs.equals(stripped ? ours.toString() : json)) return "Kafka prints " + theirs;
    if (stripped || json.contains("Infinity\"")) return null;  // which Kafka prints and does not read
    String again = bytes((Message) kind.fromJson.invoke(null, ours, version), version);
    return again.equals(hex) ? null : "Kafka makes of the JSON " + again;
  }

  static void make(BufferedReader in, int count) throws Exception {
    for (String line; (line = in.readLine()) != null; ) {
      String[] words = line.split("\t");
      Kind kind = kind(words[0], words[1]);
      short version = Short.parseShort(words[2]);
      if (kind == null || version < kind.low || version > kind.high) continue;
      Schema[] schemas = (Schema[]) kind.type.getField("SCHEMAS").get(null);
      for (int seed = 0; seed < count; ++seed) {
        Maker maker = new Maker(line.hashCode() * 1000003L + seed);
        JsonNode node = maker.structure(schemas[version], kind.type);
        Message message = (Message) kind.fromJson.invoke(null, node, version);
        if (maker.flexible && seed % 5 == 0)
          message.unknownTaggedFields().add(new RawTaggedField(100 + seed, maker.bytes(seed)));
        OUT.println(line + "\t" + bytes(message, version) + "\t" + toJson(kind, message, version));
      }
    }
    OUT.flush();
  }

  /// Fills JSON at random along a schema; the class tells the names of its fields in JSON.
  static class Maker {
    final Random random;
    boolean flexible = false;

    Maker(long seed) {
      random = new Random(seed);
    }

    ObjectNode structure(Schema schema, Class<?> type) {
      Map<String, Field> members = new HashMap<>();
      for (Field field : type.getDeclaredFields()) members.put(plain(field.getName()), field);
      ObjectNode node = new ObjectNode(JsonNodeFactory.instance);
      for (BoundField bound : schema.fields()) {
        if (bound.def.type instanceof TaggedFields tagged) {
          flexible = true;
          for (org.apache.kafka.common.protocol.types.Field field : fields(tagged).values())
            if (random.nextInt(3) > 0) put(node, field, members);
        } else {
          put(node, bound.def, members);
        }
      }
      return node;
    }

    static String plain(String name) {
      return name.replace("_", "").toLowerCase(java.util.Locale.ROOT);
    }

    @SuppressWarnings("unchecked")
    static Map<Integer, org.apache.kafka.common.protocol.types.Field> fields(TaggedFields tagged) {
      try {
        Field field = TaggedFields.class.getDeclaredField("fields");  // no accessor before 4.0
        field.setAccessible(true);
        return (Map<Integer, org.apache.kafka.common.protocol.types.Field>) field.get(tagged);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }

    void put(ObjectNode node, org.apache.kafka.common.protocol.types.Field field, Map<String, Field> members) {
      Field member = members.get(plain(field.name));
      node.set(member.getName(), value(field.type, member.getGenericType()));
    }

    /// The class of the elements of a list or of one of Kafka's own collections.
    static Type element(Type type) {
      if (type instanceof ParameterizedType list) return list.getActualTypeArguments()[0];
      return ((ParameterizedType) ((Class<?>) type).getGenericSuperclass()).getActualTypeArguments()[0];
    }

    JsonNode value(org.apache.kafka.common.protocol.types.Type type, Type member) {
      JsonNodeFactory nodes = JsonNodeFactory.instance;
      if (type.isNullable() && random.nextInt(4) == 0) return nodes.nullNode();
      if (type.arrayElementType().isPresent()) {
        ArrayNode array = new ArrayNode(nodes);
        for (int i = random.nextInt(4); i > 0; --i) array.add(value(type.arrayElementType().get(), element(member)));
        return array;
      }
      if (type instanceof Schema schema) return structure(schema, (Class<?>) member);
      switch (type.toString()) {
        case "BOOLEAN": return nodes.booleanNode(random.nextBoolean());
        case "INT8": return nodes.numberNode((short) (byte) integer());
        case "INT16": return nodes.numberNode((short) integer());
        case "UINT16": return nodes.numberNode((int) integer() & 0xffff);
        case "INT32": return nodes.numberNode((int) integer());
        case "UINT32": return nodes.numberNode(integer() & 0xffffffffL);
        case "INT64": return nodes.numberNode(integer());
        case "FLOAT64": return nodes.numberNode(random.nextInt(3) == 0 ? Math.pow(10, random.nextInt(40) - 20) : random.nextGaussian() * 1000);
        case "UUID": return new TextNode(new Uuid(integer(), integer()).toString());
      }
      if (type.toString().endsWith("STRING")) return new TextNode(text());
      if (type.toString().endsWith("BYTES")) return new BinaryNode(bytes(random.nextInt(40)));
      if (type.toString().endsWith("RECORDS")) return new BinaryNode(new byte[0]);
      throw new IllegalStateException("no such type here: " + type + " " + type.getClass());
    }

    long integer() {
      switch (random.nextInt(6)) {
        case 0: return 0;
        case 1: return -1;
        case 2: return Long.MAX_VALUE;
        case 3: return Long.MIN_VALUE;
        default: return random.nextLong() >> random.nextInt(64);
      }
    }

    byte[] bytes(int count) {
      byte[] bytes = new byte[count];
      random.nextBytes(bytes);
      return bytes;
    }

    String text() {
      String letters = "aZ0.-/\"\\\n\u0001\u007fü€😀";
      int[] points = letters.codePoints().toArray();
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(20) == 0 ? 300 : random.nextInt(10); i > 0; --i) text.appendCodePoint(points[random.nextInt(points.length)]);
      return text.toString();
    }
  }

  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    if (arguments[0].equals("check")) check(in);
    else make(in, Integer.parseInt(arguments[1]));
  }
}
