// What real brokers of 4.3.0 and 0.8.0 said, recorded on OpenJDK 17 and replayed by a fake
// registry.
#include <doctest/doctest.h>

#include "jmx/mbeans.h"
#include "jmx/object_name.h"
#include "net/error.h"
#include "support/recorded_session.h"

using namespace kt;
using namespace kt::jmx;
using kt::test::PeerConnection;
using kt::test::RecordedSession;
using kt::test::ScriptedPeer;

namespace {

Deadline soon() { return Deadline(Milliseconds(10'000)); }

/// A stub names the port that the broker had: the replay stands in for it.
std::unique_ptr<MBeans> replay(const RecordedSession& session, uint16_t recorded_port) {
  RmiOptions options;
  options.address = {"127.0.0.1", session.port()};
  options.address_map[{"127.0.0.1", recorded_port}] = options.address;
  return connect_rmi(std::move(options), soon());
}

std::string path_of(const char* release) {
  return std::string(KT_SOURCE_DIR) + "/tests/data/jmx/" + release + ".session";
}

const Datum* member(const Datum& datum, std::string_view key) {
  for (const auto& [name, value] : std::get<Datum::Members>(datum.value))
    if (name == key) return &value;
  return nullptr;
}

}  // namespace

TEST_CASE("4.3.0: attributes of a JVM's memory, composite values among them") {
  RecordedSession session(path_of("4.3.0"));
  auto mbeans = replay(session, 21999);
  auto info = mbeans->describe({"java.lang:type=Memory"}).at(0);
  CHECK(info.class_name == "sun.management.MemoryImpl");
  std::vector<std::string> names;
  for (const auto& attribute : info.attributes) names.push_back(attribute.name);
  REQUIRE(names == std::vector<std::string>{"Verbose", "ObjectPendingFinalizationCount",
                                            "HeapMemoryUsage", "NonHeapMemoryUsage", "ObjectName"});
  CHECK(info.attributes[2].type == "javax.management.openmbean.CompositeData");
  auto readings = mbeans->read({{"java.lang:type=Memory", names}}).at(0);
  REQUIRE(readings.size() == 5);
  CHECK(readings[2].value.type == "javax.management.openmbean.CompositeDataSupport");
  // The broker ran with -Xms64m.
  const auto* init = member(readings[2].value, "init");
  REQUIRE(init);
  CHECK(std::get<int64_t>(init->value) == 64 << 20);
  CHECK(init->type == "java.lang.Long");
  CHECK(std::get<bool>(readings[0].value.value) == false);
  CHECK(std::get<std::string>(readings[4].value.value) == "java.lang:type=Memory");
}

TEST_CASE("4.3.0: an attribute that throws says what, and an enum its constant") {
  RecordedSession session(path_of("4.3.0"));
  auto mbeans = replay(session, 21999);
  auto boot = mbeans->read({{"java.lang:type=Runtime", {"BootClassPath"}}}).at(0).at(0);
  CHECK(boot.error ==
        "javax.management.RuntimeMBeanException: java.lang.UnsupportedOperationException: Boot "
        "class path mechanism is not supported");
  auto unit =
      mbeans->read({{"kafka.server:type=ReplicaManager,name=IsrShrinksPerSec", {"RateUnit"}}})
          .at(0)
          .at(0);
  CHECK(unit.value.type == "java.util.concurrent.TimeUnit");
  CHECK(std::get<std::string>(unit.value.value) == "SECONDS");
}

TEST_CASE("a JVM that has forgotten the connection is asked for a new one") {
  RecordedSession session(path_of("4.3.0"));
  auto mbeans = replay(session, 21999);
  session.answer_once(path_of("forgotten"));
  auto info = mbeans->describe({"java.lang:type=Memory"}).at(0);
  CHECK(info.error == "");
  CHECK(info.class_name == "sun.management.MemoryImpl");
  CHECK(session.connections() == 4);
}

TEST_CASE("0.8.0: names with quotes are listed and found without") {
  RecordedSession session(path_of("0.8.0"));
  auto mbeans = replay(session, 31998);
  auto names = mbeans->names();
  NamePattern pattern("kafka.server:type=BrokerTopicMetrics,name=AllTopicsMessagesInPerSec");
  std::vector<std::string> found;
  for (const auto& name : names)
    if (pattern.matches(name)) found.push_back(name);
  REQUIRE(found.size() == 1);
  CHECK(found[0] == R"("kafka.server":type="BrokerTopicMetrics",name="AllTopicsMessagesInPerSec")");
  auto readings =
      mbeans->read({{found[0], {"Count", "OneMinuteRate", "FiveMinuteRate", "FifteenMinuteRate"}}})
          .at(0);
  // Seven records were produced.
  CHECK(std::get<int64_t>(readings[0].value.value) == 7);
  CHECK(readings[1].value.type == "java.lang.Double");
}

TEST_CASE("a stub's port where nobody listens names it, and what mends it") {
  RecordedSession session(path_of("4.3.0"));
  RmiOptions options;
  options.address = {"127.0.0.1", session.port()};
  options.address_map[{"127.0.0.1", 21999}] = {"127.0.0.1", 1};
  CHECK_THROWS_AS(connect_rmi(std::move(options), soon()), net::NetError);
}

namespace {

const net::Authority& authority() {
  static const net::Authority made("test CA");
  return made;
}

net::TlsServerOptions served() {
  auto identity = authority().issue({.common_name = "broker", .names = {"127.0.0.1"}});
  net::TlsServerOptions options;
  options.identity = identity.certificate + identity.key;
  return options;
}

/// A client that trusts who is signed by this authority.
RmiOptions trusting(uint16_t port, const net::Authority& signer = authority()) {
  RmiOptions options;
  options.address = {"127.0.0.1", port};
  options.tls = [pem = signer.certificate()] {
    net::TlsOptions tls;
    tls.trust.push_back({net::KeyStore::Type::pem, "the test's PEM", pem, ""});
    return std::make_shared<net::TlsContext>(tls);
  };
  return options;
}

void check_memory(RmiOptions options) {
  auto mbeans = connect_rmi(std::move(options), soon());
  CHECK(mbeans->describe({"java.lang:type=Memory"}).at(0).class_name ==
        "sun.management.MemoryImpl");
}

}  // namespace

TEST_CASE("a registry in plain text names an object that is served by TLS") {
  RecordedSession registry(path_of("4.3.0")), object(path_of("4.3.0"), served());
  for (auto* one : {&registry, &object}) {
    one->name_port(21999, object.port());
    one->name_tls();
  }
  check_memory(trusting(registry.port()));
  net::Authority stranger("another CA");
  CHECK_THROWS_WITH_AS(connect_rmi(trusting(registry.port(), stranger), soon()),
                       doctest::Contains("certificate"), net::NetError);
}

TEST_CASE("registry and object by TLS, where nothing says so beforehand") {
  RecordedSession session(path_of("4.3.0"), served());
  session.name_port(21999, session.port());
  session.name_tls();
  check_memory(trusting(session.port()));
}

TEST_CASE("an object in plain text is refused where TLS is asked for") {
  RecordedSession session(path_of("4.3.0"));
  session.name_port(21999, session.port());
  check_memory(trusting(session.port()));
  auto options = trusting(session.port());
  options.tls_only = true;
  CHECK_THROWS_WITH_AS(connect_rmi(std::move(options), soon()),
                       doctest::Contains("without TLS, and jmx.ssl asks for it"), Error);
}

TEST_CASE("what is no JMX port is told from one") {
  for (std::string_view answer : {"HTTP/1.1 400 Bad Request\r\n", "\x15\x03\x03", ""}) {
    ScriptedPeer peer([&](PeerConnection& connection) {
      connection.read(7);
      connection.write(answer);
    });
    RmiOptions options;
    options.address = {"127.0.0.1", peer.port()};
    options.tls = [] { return std::make_shared<net::TlsContext>(net::TlsOptions{}); };
    CHECK_THROWS_AS(connect_rmi(std::move(options), soon()), net::NetError);
  }
}
