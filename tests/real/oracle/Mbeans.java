// What a small Java client reads of a JVM: every attribute of every MBean, one JSON object a line, for mbeans.py.
//   java -cp LIBS Mbeans.java HOST:PORT [USER PASSWORD [tls]]
import java.io.PrintStream;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.util.*;
import javax.management.*;
import javax.management.openmbean.*;
import javax.management.remote.*;
import javax.rmi.ssl.SslRMIClientSocketFactory;

public class Mbeans {
  static PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);

  public static void main(String[] arguments) throws Exception {
    Map<String, Object> environment = new HashMap<>();
    if (arguments.length > 2)
      environment.put(JMXConnector.CREDENTIALS, new String[] {arguments[1], arguments[2]});
    if (arguments.length > 3) environment.put("com.sun.jndi.rmi.factory.socket", new SslRMIClientSocketFactory());
    JMXServiceURL url = new JMXServiceURL("service:jmx:rmi:///jndi/rmi://" + arguments[0] + "/jmxrmi");
    try (JMXConnector connector = JMXConnectorFactory.connect(url, environment)) {
      MBeanServerConnection server = connector.getMBeanServerConnection();
      for (ObjectName name : server.queryNames(null, null)) {
        MBeanAttributeInfo[] attributes;
        try {
          attributes = server.getMBeanInfo(name).getAttributes();
        } catch (InstanceNotFoundException gone) {
          continue;
        }
        for (MBeanAttributeInfo attribute : attributes) print(server, name, attribute);
      }
    }
    out.flush();
  }

  static void print(MBeanServerConnection server, ObjectName name, MBeanAttributeInfo attribute) throws Exception {
    StringBuilder line = new StringBuilder("{\"mbean\":" + quoted(name.toString()) + ",\"attribute\":"
        + quoted(attribute.getName()) + ",\"declared\":" + quoted(attribute.getType())
        + ",\"readable\":" + attribute.isReadable());
    if (attribute.isReadable()) {
      try {
        List<String> leaves = new ArrayList<>();
        add(leaves, attribute.getName(), server.getAttribute(name, attribute.getName()));
        line.append(",\"leaves\":[" + String.join(",", leaves) + "]");
      } catch (Exception thrown) {
        StringBuilder text = new StringBuilder();
        for (Throwable at = thrown; at != null; at = at.getCause())
          if (!text.toString().endsWith(at.toString())) text.append(text.length() == 0 ? "" : "; cause: ").append(at);
        line.append(",\"error\":" + quoted(text.toString()));
      }
    }
    out.println(line.append('}'));
  }

  static boolean isPlain(Object value) {
    return !(value instanceof CompositeData || value instanceof TabularData || value instanceof Map
        || value instanceof Collection || value != null && value.getClass().isArray());
  }

  static void add(List<String> leaves, String path, Object value) {
    String type = value == null ? "" : value.getClass().getName();
    if (isPlain(value)) {
      leaves.add(leaf(path, type, plain(value)));
    } else if (value instanceof CompositeData) {
      CompositeData composite = (CompositeData) value;
      for (String key : composite.getCompositeType().keySet()) add(leaves, path + "." + key, composite.get(key));
    } else if (value instanceof TabularData) {
      TabularData table = (TabularData) value;
      if (table.isEmpty()) leaves.add(leaf(path, type, "null"));
      // A map of an MXBean.
      boolean map = table.getTabularType().getRowType().keySet().equals(Set.of("key", "value"));
      for (Object row : table.values()) {
        StringJoiner key = new StringJoiner(",");
        for (Object part : table.calculateIndex((CompositeData) row)) key.add(String.valueOf(part));
        add(leaves, path + "." + key, map ? ((CompositeData) row).get("value") : row);
      }
    } else if (value instanceof Map) {
      Map<?, ?> map = (Map<?, ?>) value;
      if (map.isEmpty()) leaves.add(leaf(path, type, "null"));
      for (Map.Entry<?, ?> entry : map.entrySet()) add(leaves, path + "." + entry.getKey(), entry.getValue());
    } else {
      List<Object> elements = new ArrayList<>();
      if (value instanceof Collection) elements.addAll((Collection<?>) value);
      else for (int i = 0; i < Array.getLength(value); ++i) elements.add(Array.get(value, i));
      if (elements.stream().allMatch(Mbeans::isPlain)) {
        StringJoiner all = new StringJoiner(",", "[", "]");
        for (Object element : elements) all.add(plain(element));
        leaves.add(leaf(path, type, all.toString()));
      } else {
        for (int i = 0; i < elements.size(); ++i) add(leaves, path + "[" + i + "]", elements.get(i));
      }
    }
  }

  static String leaf(String path, String type, String value) {
    return "[" + quoted(path) + "," + (type.isEmpty() ? "null" : quoted(type)) + "," + value + "]";
  }

  static String plain(Object value) {
    if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      return Double.isNaN(number) || Double.isInfinite(number) ? "null" : Double.toString(number);
    }
    if (value == null || value instanceof Number || value instanceof Boolean) return String.valueOf(value);
    if (value instanceof Date) return Long.toString(((Date) value).getTime());
    if (value instanceof Enum) return quoted(((Enum<?>) value).name());
    return quoted(value.toString());
  }

  static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (char c : text.toCharArray())
      if (c < ' ' || c == '"' || c == '\\' || c > '~') json.append(String.format("\\u%04x", (int) c));
      else json.append(c);
    return json.append('"').toString();
  }
}
