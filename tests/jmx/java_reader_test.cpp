#include "jmx/java_reader.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "base/bytes.h"
#include "jmx/datum.h"
#include "jmx/rmi.h"
#include "support/hex.h"

using namespace kt;
using namespace kt::jmx;

namespace {

constexpr size_t kLimit = size_t{1} << 20;

/// Reads a stream of which the header need not be written.
std::unique_ptr<JavaMessage> read(const std::string& body) {
  std::string stream = from_hex("aced0005") + body;
  size_t at = 0;
  Feed feed(
      [&](char* out, size_t size) {
        size_t count = std::min(size, stream.size() - at);
        std::memcpy(out, stream.data() + at, count);
        at += count;
        return count;
      },
      kLimit);
  return read_java(feed);
}

Datum datum(const std::string& body) { return datum_of(read(body)->value); }

std::string utf(std::string_view text) {
  std::string out;
  ByteWriter(out).integer(static_cast<uint16_t>(text.size()));
  return out.append(text);
}

/// A class description: `fields` as the stream has them, `super` a whole description or 70.
std::string described(std::string_view name, char flags, int count, const std::string& fields,
                      const std::string& super) {
  std::string out = "\x72" + utf(name) + std::string(8, '\1') + flags;
  ByteWriter(out).integer(static_cast<uint16_t>(count));
  return out + fields + "\x78" + super;
}

const std::string kNone = "\x70";
const std::string kNumber = described("java.lang.Number", 2, 0, "", kNone);

std::string boxed(std::string_view name, char type, const std::string& hex) {
  return "\x73" + described(name, 2, 1, type + utf("value"), kNumber) + from_hex(hex);
}

}  // namespace

TEST_CASE("boxes, texts and null come to plain values with their Java class") {
  auto number = datum(boxed("java.lang.Long", 'J', "ffffffffffffff9c"));
  CHECK(number.type == "java.lang.Long");
  CHECK(std::get<int64_t>(number.value) == -100);
  CHECK(std::get<double>(datum(boxed("java.lang.Double", 'D', "3ff8000000000000")).value) == 1.5);
  CHECK(std::isnan(
      std::get<double>(datum(boxed("java.lang.Double", 'D', "7ff8000000000000")).value)));
  CHECK(std::get<double>(datum(boxed("java.lang.Float", 'F', "40200000")).value) == 2.5);
  CHECK(std::get<int64_t>(datum(boxed("java.lang.Short", 'S', "8000")).value) == -32768);
  CHECK(std::get<bool>(datum(boxed("java.lang.Boolean", 'Z', "01")).value));
  CHECK(std::get<std::string>(datum(boxed("java.lang.Character", 'C', "20ac")).value) == "€");
  CHECK(std::get<std::string>(datum("\x74" + utf("orders")).value) == "orders");
  CHECK(datum(kNone).is_null());
}

TEST_CASE("modified UTF-8 has NUL as two bytes and apart what lies beyond 16 bits") {
  CHECK(from_modified_utf8("a\xC0\x80z") == std::string("a\0z", 3));
  // U+1F600 as D83D DE00.
  CHECK(from_modified_utf8("\xED\xA0\xBD\xED\xB8\x80") == "\xF0\x9F\x98\x80");
  CHECK(to_modified_utf8("\xF0\x9F\x98\x80") == "\xED\xA0\xBD\xED\xB8\x80");
  CHECK(to_modified_utf8(std::string("\0", 1)) == "\xC0\x80");
  CHECK(from_modified_utf8("\xED\xA0") == "\xED\xA0");
}

TEST_CASE("arrays of every width, and a constant of an enum") {
  auto array = [](std::string_view name, const std::string& hex) {
    return datum("\x75" + described(name, 2, 0, "", kNone) + from_hex(hex));
  };
  auto longs =
      std::get<Datum::List>(array("[J", "00000002 0000000000000001 ffffffffffffffff").value);
  REQUIRE(longs.size() == 2);
  CHECK(std::get<int64_t>(longs[1].value) == -1);
  CHECK(std::get<Datum::List>(array("[B", "00000003 010203").value).size() == 3);
  auto nested = array("[[I", "00000001 70");
  CHECK(std::get<Datum::List>(nested.value)[0].is_null());
  auto base = described("java.lang.Enum", 0x12, 0, "", kNone);
  auto unit = datum("\x7E" + described("java.util.concurrent.TimeUnit", 0x12, 0, "", base) +
                    "\x74" + utf("SECONDS"));
  CHECK(unit.type == "java.util.concurrent.TimeUnit");
  CHECK(std::get<std::string>(unit.value) == "SECONDS");
}

TEST_CASE("an object of a class that nobody knows shows its fields") {
  auto point = datum("\x73" + described("a.Point", 2, 2, "I" + utf("x") + "I" + utf("y"), kNone) +
                     from_hex("00000003 00000004"));
  auto members = std::get<Datum::Members>(point.value);
  REQUIRE(members.size() == 2);
  CHECK(members[1].name == "y");
  CHECK(std::get<int64_t>(members[1].value.value) == 4);
}

TEST_CASE("lengths are held against what may come before anything is allocated") {
  auto array = "\x75" + described("[J", 2, 0, "", kNone);
  CHECK_THROWS_WITH_AS(read(array + from_hex("7fffffff")), "an array longer than its stream may be",
                       DecodeError);
  CHECK_THROWS_AS(read(array + from_hex("ffffffff")), DecodeError);
  CHECK_THROWS_AS(read(from_hex("7c 7fffffffffffffff")), DecodeError);
  CHECK_THROWS_AS(read(from_hex("7a 7fffffff")), DecodeError);
  CHECK_THROWS_WITH_AS(read(from_hex("74 0005 61")), "the stream ends too early", DecodeError);
}

TEST_CASE("handles are checked: unknown, of an object for a class, of a class for itself") {
  CHECK_THROWS_AS(read(from_hex("71 007e0000")), DecodeError);
  CHECK_THROWS_AS(read(from_hex("71 00000000")), DecodeError);
  // An array whose class is a handle of its own first element's text.
  auto texts = "\x75" + described("[Ljava.lang.String;", 2, 0, "", kNone) +
               from_hex("00000002 74 0001 61 73 71 007e0002");
  CHECK_THROWS_WITH_AS(read(texts), "a handle of an object where a class should be", DecodeError);
  auto itself = "\x73" + described("a.A", 2, 0, "", from_hex("71 007e0000"));
  CHECK_THROWS_WITH_AS(read(itself), "a class with too many ancestors in a Java stream",
                       DecodeError);
}

TEST_CASE("nesting ends somewhere: objects in objects, ancestors, resets") {
  auto holder = described("a.A", 2, 1, "L" + utf("next") + "\x74" + utf("La/A;"), kNone);
  std::string deep = "\x73" + holder;
  for (int i = 0; i < 10'000; ++i) deep += from_hex("73 71 007e0000");
  CHECK_THROWS_WITH_AS(read(deep + kNone), "objects are nested too deeply in a Java stream",
                       DecodeError);
  std::string ancestors;
  for (int i = 0; i < 10'000; ++i)
    ancestors += "\x72" + utf("a") + std::string(8, '\1') + std::string("\2\0\0\x78", 4);
  CHECK_THROWS_AS(read("\x73" + ancestors), DecodeError);
  CHECK_THROWS_AS(read(std::string(10'000, '\x79')), DecodeError);
}

TEST_CASE("what refers to itself is read, and no value of it is told") {
  auto holder = described("a.A", 2, 1, "L" + utf("next") + "\x74" + utf("La/A;"), kNone);
  auto message = read("\x73" + holder + from_hex("71 007e0002"));
  CHECK_THROWS_WITH_AS(datum_of(message->value), "a value that is nested too deeply, or in itself",
                       DecodeError);
}

TEST_CASE("lists that hold a list twice, many times over, do not grow beyond measure") {
  auto array = described("[Ljava.lang.Object;", 2, 0, "", kNone);
  // Each holds the one before twice: 2^40 in the end. Handle 0 is the class, n + 1 the nth array.
  std::string outer = "\x75" + array + from_hex("0000002a") + from_hex("70");
  std::string two = from_hex("75 71 007e0000 00000002");
  outer += two + kNone + kNone;
  for (int i = 0; i < 40; ++i) {
    std::string before;
    ByteWriter(before).integer(static_cast<int32_t>(0x7e0002 + i));
    outer += two + "\x71" + before + "\x71" + before;
  }
  auto message = read(outer);
  CHECK_THROWS_WITH_AS(datum_of(message->value), "a value of too many parts", DecodeError);
}

TEST_CASE("an exception tells its class, its text and its cause once") {
  auto throwable = described("java.lang.Throwable", 3, 2,
                             "L" + utf("cause") + "\x74" + utf("Ljava/lang/Throwable;") + "L" +
                                 utf("detailMessage") + "\x74" + utf("Ljava/lang/String;"),
                             kNone);
  // Its cause is the exception itself: it has none. Handles: 0 the class, 1 Throwable, 2 and 3 the
  // types, 4 the exception.
  auto body = "\x73" + described("java.lang.SecurityException", 2, 0, "", throwable) +
              from_hex("71 007e0004") + "\x74" + utf("no") + "\x78";
  CHECK(exception_text(read(body)->value) == "java.lang.SecurityException: no");
  CHECK(exception_text(JavaValue{}) == "an exception without a class");
}

TEST_CASE("a stub is found by what it wrote, and none in anything else") {
  CHECK_THROWS_WITH_AS(remote_object_of(*read(kNone)), "the answer holds no stub", DecodeError);
  std::string block = utf("UnicastRef") + utf("broker.example") + from_hex("0000270f") +
                      std::string(22, 'i') + '\0';
  auto stub = "\x73" + described("java.rmi.server.RemoteObject", 3, 0, "", kNone) + "\x77" +
              static_cast<char>(block.size()) + block + "\x78";
  auto found = remote_object_of(*read(stub));
  CHECK(found.address.to_string() == "broker.example:9999");
  CHECK(found.id == std::string(22, 'i'));
}

TEST_CASE("a stub whose server speaks TLS has its id behind the factory of sockets") {
  // What OpenJDK 17 wrote of an object exported at kafka-1.example:10999 with
  // SslRMIClientSocketFactory.
  auto stub = from_hex(
      "737d000000010006537475622452787200176a6176612e6c616e672e7265666c6563742e50726f7879e127da20cc"
      "10"
      "43cb0200014c0001687400254c6a6176612f6c616e672f7265666c6563742f496e766f636174696f6e48616e646c"
      "65"
      "723b78707372002d6a6176612e726d692e7365727665722e52656d6f74654f626a656374496e766f636174696f6e"
      "48"
      "616e646c657200000000000000020200007872001c6a6176612e726d692e7365727665722e52656d6f74654f626a"
      "65"
      "6374d361b4910c61331e03000078707723000b556e69636173745265663201000f6b61666b612d312e6578616d70"
      "6c"
      "6500002af7737200276a617661782e726d692e73736c2e53736c524d49436c69656e74536f636b6574466163746f"
      "72"
      "798caab4bb8185250f020000787077175407b10abd2313ffd2b5c0cd000001a22996a2a880010078");
  auto found = remote_object_of(*read(stub));
  CHECK(found.tls);
  CHECK(found.address.to_string() == "kafka-1.example:10999");
  CHECK(found.id == from_hex("5407b10abd2313ffd2b5c0cd000001a22996a2a88001"));
  // Without what stands behind the factory: 0x18 bytes of a block, before the last 0x78.
  stub.erase(stub.size() - 26, 25);
  CHECK_THROWS_WITH_AS(remote_object_of(*read(stub)), "a stub without an id", DecodeError);
}
