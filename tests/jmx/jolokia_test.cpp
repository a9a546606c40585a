// What agents of Jolokia 1.7.2 and 2.2.9 said in brokers of 0.8.0 and 4.3.0, answered by a fake
// one.
#include <doctest/doctest.h>

#include "base/error.h"
#include "jmx/mbeans.h"
#include "support/fake_jolokia.h"

using namespace kt;
using namespace kt::jmx;
using kt::test::FakeJolokia;

namespace {

std::unique_ptr<MBeans> ask(const FakeJolokia& agent, std::string user = "") {
  auto password = user.empty() ? "" : "secret";
  return connect_jolokia({JolokiaUrl::parse(agent.url()), std::move(user), password, ""},
                         Deadline(Milliseconds(10'000)));
}

/// The message of the error that reading names ends with, and its exit code.
std::pair<std::string, Exit> failure(const FakeJolokia& agent) {
  try {
    ask(agent)->names();
  } catch (const Error& error) {
    return {error.message(), error.exit()};
  }
  return {"none", Exit::ok};
}

std::string http(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("values by Jolokia: composites, names, reals, null for what is no number") {
  FakeJolokia agent(
      {{"read java.lang:type=Memory HeapMemoryUsage,Verbose,ObjectName",
        R"({"value":{"Verbose":false,"HeapMemoryUsage":{"init":67108864,"committed":112222208,)"
        R"("max":405471232,"used":57471264},"ObjectName":{"objectName":"java.lang:type=Memory"}},)"
        R"("status":200,"timestamp":1795971279})"},
       {"read k:type=m MeanRate", R"({"value":1.25E-4,"status":200})"},
       {"read k:type=m nan", R"({"value":null,"status":200})"},
       {"read k:type=m MemoryPoolNames", R"({"value":["Eden Space","Tenured"],"status":200})"}});
  auto answer =
      ask(agent)->read({{"java.lang:type=Memory", {"HeapMemoryUsage", "Verbose", "ObjectName"}},
                        {"k:type=m", {"MeanRate"}},
                        {"k:type=m", {"nan"}},
                        {"k:type=m", {}},
                        {"k:type=m", {"MemoryPoolNames"}}});
  REQUIRE(answer.size() == 5);
  REQUIRE(answer[0].size() == 3);
  const auto& heap = std::get<Datum::Members>(answer[0][0].value.value);
  REQUIRE(heap.size() == 4);
  CHECK(heap[0].name == "init");
  CHECK(std::get<int64_t>(heap[0].value.value) == 67108864);
  CHECK(std::get<bool>(answer[0][1].value.value) == false);
  CHECK(std::get<std::string>(answer[0][2].value.value) == "java.lang:type=Memory");
  CHECK(std::get<double>(answer[1][0].value.value) == 0.000125);
  CHECK(answer[2][0].value.is_null());
  CHECK(answer[2][0].error == "");
  CHECK(answer[3].empty());
  CHECK(std::get<Datum::List>(answer[4][0].value.value).size() == 2);
  CHECK(agent.questions() == 1);
}

TEST_CASE("by Jolokia an attribute that throws leaves the others, and says what as RMI does") {
  FakeJolokia agent(
      {{"read java.lang:type=Runtime BootClassPath,Name",
        R"({"error_type":"java.lang.UnsupportedOperationException","error":)"
        R"("java.lang.UnsupportedOperationException : Boot class path mechanism is not supported",)"
        R"("status":500})"},
       {"read java.lang:type=Runtime BootClassPath",
        R"({"error_type":"java.lang.UnsupportedOperationException","error":)"
        R"("java.lang.UnsupportedOperationException : Boot class path mechanism is not supported",)"
        R"("status":500})"},
       {"read java.lang:type=Runtime Name", R"({"value":"30777@vm","status":200})"}});
  auto answer = ask(agent)->read(
      {{"java.lang:type=Runtime", {"BootClassPath", "Name"}}, {"a:b=c", {"x", "y"}}});
  REQUIRE(answer[0].size() == 2);
  CHECK(answer[0][0].error ==
        "java.lang.UnsupportedOperationException: Boot class path mechanism is not supported");
  CHECK(std::get<std::string>(answer[0][1].value.value) == "30777@vm");
  REQUIRE(answer[1].size() == 2);
  CHECK(answer[1][1].error == "javax.management.InstanceNotFoundException: gone");
  CHECK(agent.questions() == 2);
}

TEST_CASE("by Jolokia MBeans are listed and described, those of 0.8.0 with quotes") {
  FakeJolokia agent(
      {{"search *:*",
        R"({"value":["\"kafka.server\":type=\"ReplicaManager\",name=\"LeaderCount\"","a:b=c"],)"
        R"("timestamp":1795971462,"status":200})"},
       {R"(list "kafka.server"/type="ReplicaManager",name="LeaderCount")",
        R"({"value":{"op":{},"attr":{"Value":{"rw":false,"type":"java.lang.Object","desc":""}},)"
        R"("class":"com.yammer.metrics.reporting.JmxReporter$Gauge","desc":""},"status":200})"},
       {"list a/path=!/tmp!/!!", R"({"value":{"class":"A","desc":""},"status":200})"},
       {"list java.lang/type=Nope",
        R"({"error_type":"java.lang.IllegalArgumentException","error":)"
        R"("java.lang.IllegalArgumentException : No MBean 'java.lang:type=Nope' found",)"
        R"("status":400})"}});
  auto mbeans = ask(agent);
  std::string quoted = R"("kafka.server":type="ReplicaManager",name="LeaderCount")";
  CHECK(mbeans->names() == std::vector<std::string>{quoted, "a:b=c"});
  auto infos = mbeans->describe({quoted, "a:path=/tmp/!", "java.lang:type=Nope"});
  REQUIRE(infos.size() == 3);
  CHECK(infos[0].class_name == "com.yammer.metrics.reporting.JmxReporter$Gauge");
  REQUIRE(infos[0].attributes.size() == 1);
  CHECK(infos[0].attributes[0].type == "java.lang.Object");
  CHECK(infos[1].class_name == "A");
  CHECK(infos[1].attributes.empty());
  CHECK(infos[2].error == "javax.management.InstanceNotFoundException: java.lang:type=Nope");
}

TEST_CASE("many requests go to Jolokia in a few questions, on one connection, with the password") {
  std::map<std::string, std::string> known{{"read k:type=m Value", R"({"value":7,"status":200})"}};
  FakeJolokia agent(known);
  auto mbeans = ask(agent, "admin");
  auto answer = mbeans->read(std::vector<Wanted>(600, {"k:type=m", {"Value"}}));
  REQUIRE(answer.size() == 600);
  CHECK(std::get<int64_t>(answer[599][0].value.value) == 7);
  CHECK(agent.questions() == 3);
  CHECK(agent.connections() == 1);
  CHECK(agent.head().starts_with("POST /jolokia/ HTTP/1.1\r\n"));
  // `printf admin:secret | base64`
  CHECK(agent.head().find("Authorization: Basic YWRtaW46c2VjcmV0\r\n") != std::string::npos);
}

TEST_CASE("what is no Jolokia, or refuses, is told from one") {
  FakeJolokia agent({});
  agent.answer_with(http("401 Unauthorized", ""));
  CHECK(failure(agent).first.find("HTTP 401") != std::string::npos);
  CHECK(failure(agent).second == Exit::unreachable);
  agent.answer_with(http("404 Not Found", "<h1>404 Not Found</h1>"));
  CHECK(failure(agent).first.find("HTTP 404") != std::string::npos);
  for (auto body : {"<html>", "[", "[]", "{}", "[7]", R"([{"status":200,"value":7}])",
                    R"([{"status":200,"value":[7]}])"}) {
    agent.answer_with(http("200 OK", body));
    CHECK_THROWS_AS(ask(agent)->names(), Error);
  }
  agent.answer_with(
      http("200 OK", R"({"error_type":"x.Y","error":"x.Y : Invalid JSON request","status":400})"));
  CHECK(failure(agent).first.ends_with("/jolokia/: x.Y: Invalid JSON request"));
  agent.answer_with("SSH-2.0-OpenSSH_9.2\r\n");
  CHECK(failure(agent).second == Exit::unreachable);
  agent.answer_with("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[");
  CHECK(failure(agent).second == Exit::unreachable);
}

TEST_CASE("an agent that is silent, and one that is not there") {
  test::ScriptedPeer silent([](test::PeerConnection& connection) { connection.wait_for_close(); });
  auto url = "127.0.0.1:" + std::to_string(silent.port());
  auto mbeans = connect_jolokia({JolokiaUrl::parse(url), "", "", ""}, Deadline(Milliseconds(100)));
  CHECK_THROWS_WITH_AS(mbeans->names(), ("http://" + url + ": no answer in time").c_str(), Error);
  auto nobody = connect_jolokia({JolokiaUrl::parse("127.0.0.1:1"), "", "", ""},
                                Deadline(Milliseconds(10'000)));
  CHECK_THROWS_WITH_AS(nobody->names(), "http://127.0.0.1:1 cannot be reached", Error);
}

TEST_CASE("URLs of Jolokia: what is left out is the agent's own") {
  CHECK(JolokiaUrl::parse("host").text() == "http://host:8778/jolokia/");
  CHECK(JolokiaUrl::parse("host:1").text() == "http://host:1/jolokia/");
  CHECK(JolokiaUrl::parse("http://host/").text() == "http://host:80/jolokia/");
  CHECK(JolokiaUrl::parse("https://[::1]:8/a/b").text() == "https://[::1]:8/a/b/");
  for (auto wrong : {"ftp://host", "http://", "http://admin:secret@host", "http://host:x"})
    CHECK_THROWS_AS(JolokiaUrl::parse(wrong), Error);
}
