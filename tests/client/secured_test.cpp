// Clusters that want TLS, or to know who we are: the embedded one, with every way to fail.
#include <doctest/doctest.h>

#include <fstream>

#include "client/cluster.h"
#include "client/sasl/sasl.h"
#include "client/security.h"
#include "net/error.h"
#include "net/tls/tls.h"
#include "protocol/msg/list_groups.h"
#include "protocol/msg/metadata.h"
#include "sandbox/sandbox.h"
#include "support/has.h"
#include "support/temporary_directory.h"

using namespace kt;
using kt::TemporaryDirectory;
using kt::net::Failure;

namespace {

ClientOptions options_for(const Sandbox& sandbox, const Properties& properties) {
  ClientOptions options;
  options.bootstrap = net::parse_host_ports(sandbox.bootstrap(), 9092);
  options.timeout = Milliseconds(10'000);
  auto protocol = security_protocol(properties);
  if (protocol.tls) options.tls = std::make_shared<net::TlsContext>(tls_options(properties));
  if (protocol.sasl) options.sasl = sasl_options(properties);
  return options;
}

size_t brokers_seen(const Sandbox& sandbox, const Properties& properties) {
  Cluster cluster(options_for(sandbox, properties));
  cluster.call_all_brokers(msg::ListGroupsRequest{});
  return cluster.metadata()->brokers.size();
}

std::string failure(const Sandbox& sandbox, const Properties& properties,
                    Failure kind = Failure::unauthenticated) {
  auto begun = Clock::system().now();
  try {
    brokers_seen(sandbox, properties);
  } catch (const net::NetError& error) {
    CHECK(error.exit() == Exit::unreachable);
    CHECK(error.failure() == kind);
    CHECK(Clock::system().now() - begun < Milliseconds(8'000));
    return error.message();
  }
  return "no failure";
}

Properties login(const std::string& mechanism, const std::string& user, const std::string& password,
                 const std::string& protocol = "SASL_PLAINTEXT") {
  return {{"security.protocol", protocol},
          {"sasl.mechanism", mechanism},
          {"sasl.username", user},
          {"sasl.password", password}};
}

}  // namespace

TEST_CASE("all brokers are spoken to in TLS, with the files that the sandbox makes") {
  TemporaryDirectory directory;
  Sandbox sandbox({.brokers = 3, .tls_dir = directory.path()});
  auto properties = load_properties(directory.path() + "/client.properties");
  CHECK(brokers_seen(sandbox, properties) == 3);
  CHECK(has(failure(sandbox, {{"security.protocol", "SSL"}}, Failure::tls), "kt sandbox CA"));
  CHECK(has(failure(sandbox, {}, Failure::tls), "speaks TLS, and was spoken to in plain text"));
}

TEST_CASE("a client certificate is given from PEM where a broker requires it") {
  TemporaryDirectory directory;
  Sandbox sandbox({.tls_dir = directory.path(), .configs = {{"ssl.client.auth", "required"}}});
  auto properties = load_properties(directory.path() + "/client.properties");
  CHECK(brokers_seen(sandbox, properties) == 1);
  auto anonymous =
      Properties{{"security.protocol", "SSL"}, {"ssl.ca.location", directory.path() + "/ca.pem"}};
  CHECK(has(failure(sandbox, anonymous, Failure::tls), "asks for a client certificate"));
}

TEST_CASE("TLS spoken to a plain-text broker is recognised") {
  Sandbox sandbox;
  CHECK(has(failure(sandbox, {{"security.protocol", "SSL"}}, Failure::tls),
            "speaks plain text, and was spoken to in TLS"));
}

TEST_CASE("users are known by PLAIN and SCRAM, in SaslAuthenticate and in bare frames") {
  for (std::string release : {"", "2.8.2", "0.10.2.2"}) {
    Sandbox sandbox(
        {.brokers = 2, .as_version = release, .users = {{"alice", "secret"}, {"a=b,c", "x"}}});
    for (std::string mechanism : {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}) {
      CAPTURE(release);
      CAPTURE(mechanism);
      CHECK(brokers_seen(sandbox, login(mechanism, "alice", "secret")) == 2);
      CHECK(brokers_seen(sandbox, login(mechanism, "a=b,c", "x")) == 2);
      CHECK(has(failure(sandbox, login(mechanism, "alice", "wrong")),
                "does not accept user \"alice\" by " + mechanism));
      CHECK(has(failure(sandbox, login(mechanism, "mallory", "secret")), "user \"mallory\""));
    }
  }
}

TEST_CASE("the mechanisms of a broker stand in the error where ours is not among them") {
  Sandbox sandbox({.users = {{"alice", "secret"}},
                   .configs = {{"sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-512"}}});
  auto message = failure(sandbox, login("SCRAM-SHA-256", "alice", "secret"));
  CHECK(has(message, "takes no \"SCRAM-SHA-256\" to say who we are, but PLAIN, SCRAM-SHA-512"));
}

TEST_CASE("who says nothing to a broker that asks is told so; SASL to one that does not, too") {
  Sandbox asking({.users = {{"alice", "secret"}}});
  CHECK(has(failure(asking, {}), "wants to know who we are, by PLAIN, SCRAM-SHA-256"));
  Sandbox open;
  CHECK(has(failure(open, login("PLAIN", "alice", "secret")), "has no SASL on this port"));
}

TEST_CASE("who we are is said again before the broker's term ends") {
  TemporaryDirectory directory;
  Sandbox sandbox({.tls_dir = directory.path(),
                   .users = {{"alice", "secret"}},
                   .configs = {{"connections.max.reauth.ms", "300"}}});
  auto properties = login("SCRAM-SHA-256", "alice", "secret", "SASL_SSL");
  properties.push_back({"ssl.ca.location", directory.path() + "/ca.pem"});
  auto options = std::make_shared<const ClientOptions>(options_for(sandbox, properties));
  auto connection =
      Connection::open(options, options->bootstrap[0], -1, Deadline{options->timeout});
  auto version = connection->version_for(msg::MetadataRequest::api());
  Deadline until{Milliseconds(1'000)};
  while (!until.expired()) {
    Deadline soon{options->timeout};
    for (int i = 0; i < 3; ++i)
      connection->send(any_request(msg::MetadataRequest{}), version, soon);
    for (int i = 0; i < 3; ++i) connection->receive(soon);
  }
  CHECK(connection->usable());
  CHECK(connection->in_flight() == 0);
}
