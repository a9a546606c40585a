#include "net/tls/tls.h"

#include <doctest/doctest.h>
#include <poll.h>

#include <atomic>

#include "base/whole_file.h"
#include "net/error.h"
#include "support/tls_peer.h"

using namespace kt;
using kt::net::Authority;
using kt::net::connect_tcp;
using kt::net::Failure;
using kt::net::NetError;
using kt::net::TlsContext;
using kt::net::TlsOptions;
using kt::net::TlsServerOptions;
using kt::net::Transport;
using kt::test::ScriptedPeer;
using kt::test::TlsPeer;
using kt::test::TlsPeerConnection;
using ClientCertificate = TlsServerOptions::ClientCertificate;

namespace {

Deadline soon() { return Deadline(Milliseconds(10'000)); }

const Authority& authority() {
  static const Authority made("test CA");
  return made;
}

TlsServerOptions server(const Authority::Wanted& wanted) {
  auto identity = authority().issue(wanted);
  TlsServerOptions options;
  options.identity = identity.certificate + identity.key;
  options.client_ca = authority().certificate();
  return options;
}

TlsServerOptions good_server() {
  return server({.common_name = "broker", .names = {"127.0.0.1", "localhost"}});
}

net::KeyStore pem(const std::string& text) {
  return {net::KeyStore::Type::pem, "the test's PEM", text, ""};
}

TlsOptions trusting() {
  TlsOptions options;
  options.trust.push_back(pem(authority().certificate()));
  return options;
}

TlsOptions with_identity(const Authority& issuer = authority()) {
  auto options = trusting();
  auto identity = issuer.issue({.common_name = "alice"});
  options.identity = {pem(identity.certificate), pem(identity.key)};
  return options;
}

std::unique_ptr<Transport> dial(const TlsOptions& options, uint16_t port,
                                const std::string& host = "127.0.0.1") {
  return TlsContext(options).secure(connect_tcp({"127.0.0.1", port}, soon()), host, soon());
}

void echo(TlsPeerConnection& connection) {
  for (std::string byte; !(byte = connection.read(1)).empty();) connection.write(byte);
}

/// What becomes of a connection over which a byte is sent and one read.
NetError failure(const TlsOptions& options, uint16_t port, const std::string& host = "127.0.0.1") {
  try {
    auto transport = dial(options, port, host);
    std::string_view ping = "p";
    char answer = 0;
    transport->write_all({&ping, 1}, soon());
    transport->read_some(&answer, 1, soon());
  } catch (const NetError& error) {
    CHECK(error.exit() == Exit::unreachable);
    return error;
  }
  throw std::runtime_error("the connection was good");
}

bool says(const NetError& error, std::string_view text) {
  INFO(error.message());
  bool found = error.message().find(text) != std::string::npos;
  CHECK(found);
  return found;
}

std::string received(Transport& transport, size_t size) {
  std::string bytes(size, '\0');
  for (size_t done = 0; done < size;)
    done += transport.read_some(&bytes[done], size - done, soon());
  return bytes;
}

}  // namespace

TEST_CASE("bytes go there and back in TLS, large and small, and the end is told") {
  for (std::string version : {"TLSv1.2", "TLSv1.3"}) {
    CAPTURE(version);
    auto options = good_server();
    options.highest_version = version;
    TlsPeer peer(options, [](TlsPeerConnection& connection) {
      connection.write(connection.read(3'000'004));
      connection.end();
    });
    auto transport = dial(trusting(), peer.port());
    std::string large(3'000'000, 'x');
    std::string_view pieces[] = {"he", large, "ad"};
    transport->write_all(pieces, soon());
    CHECK(received(*transport, 3'000'004) == "he" + large + "ad");
    char byte = 0;
    try {
      transport->read_some(&byte, 1, soon());
      FAIL("there was more");
    } catch (const NetError& error) {
      CHECK(error.failure() == Failure::closed);
    }
  }
}

TEST_CASE("tickets make a connection not readable, bytes that were decrypted already do") {
  TlsPeer peer(good_server(), [](TlsPeerConnection& connection) {
    connection.read(1);
    connection.write("abc");
    connection.read(1);
  });
  auto transport = dial(trusting(), peer.port());
  CHECK_FALSE(transport->wait_readable(Deadline(Milliseconds(50))));
  std::string_view ping = "p";
  transport->write_all({&ping, 1}, soon());
  CHECK(transport->wait_readable(soon()));
  CHECK(received(*transport, 1) == "a");
  CHECK(transport->readable());
  CHECK(received(*transport, 2) == "bc");
  CHECK_FALSE(transport->readable());
}

TEST_CASE("a certificate of an unknown CA is refused, and the CA named") {
  Authority other("somebody else's CA");
  auto identity = other.issue({.common_name = "broker", .names = {"127.0.0.1"}});
  TlsServerOptions options;
  options.identity = identity.certificate + identity.key;
  TlsPeer peer(options, echo);
  auto error = failure(trusting(), peer.port());
  CHECK(error.failure() == Failure::tls);
  says(error, "signed by \"CN=somebody else's CA\"");
  says(error, "the test's PEM");

  auto unverified = trusting();
  unverified.verify = false;
  dial(unverified, peer.port());
}

TEST_CASE("a certificate for another host is refused with the names that it has") {
  TlsPeer peer(server({.common_name = "x", .names = {"kafka-1.example", "10.0.0.7"}}), echo);
  auto error = failure(trusting(), peer.port());
  says(error, "is for kafka-1.example, 10.0.0.7, and not for \"127.0.0.1\"");
  says(failure(trusting(), peer.port(), "kafka-2.example"), "not for \"kafka-2.example\"");
  dial(trusting(), peer.port(), "kafka-1.example");
  dial(trusting(), peer.port(), "10.0.0.7");
  auto any_host = trusting();
  any_host.check_host_name = false;
  dial(any_host, peer.port());
  dial(any_host, peer.port(), "kafka-2.example");
}

TEST_CASE("expired and not yet valid are said with the day") {
  TlsPeer expired(
      server({.common_name = "old", .names = {"127.0.0.1"}, .from_days = -9, .until_days = -2}),
      echo);
  says(failure(trusting(), expired.port()), "\"CN=old\" of 127.0.0.1");
  says(failure(trusting(), expired.port()), "has expired on 20");
  TlsPeer early(server({.common_name = "new", .names = {"127.0.0.1"}, .from_days = 3}), echo);
  says(failure(trusting(), early.port()), "is valid from 20");
}

TEST_CASE("a certificate that expires soon is warned of once") {
  TlsPeer peer(server({.common_name = "soon", .names = {"127.0.0.1"}, .until_days = 5}), echo);
  std::vector<std::string> warnings;
  auto options = trusting();
  options.warn = [&](const std::string& text) { warnings.push_back(text); };
  TlsContext context(options);
  for (int i = 0; i < 2; ++i)
    context.secure(connect_tcp({"127.0.0.1", peer.port()}, soon()), "127.0.0.1", soon());
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("\"CN=soon\" of 127.0.0.1 expires on 20") != std::string::npos);
}

TEST_CASE("a client certificate is given where it is asked for; without one the error says so") {
  for (std::string version : {"TLSv1.2", "TLSv1.3"}) {
    CAPTURE(version);
    auto options = good_server();
    options.highest_version = version;
    options.client_certificate = ClientCertificate::required;
    TlsPeer peer(options, echo);
    auto transport = dial(with_identity(), peer.port());
    std::string_view ping = "p";
    transport->write_all({&ping, 1}, soon());
    CHECK(received(*transport, 1) == "p");

    says(failure(trusting(), peer.port()), "asks for a client certificate, and none is set");
    Authority other("somebody else's CA");
    says(failure(with_identity(other), peer.port()), "refused the client certificate \"CN=alice\"");
  }
}

TEST_CASE("an alert at the end of what a broker's buffer held before is read all the same") {
  // Kafka 2.8.2 and 0.10.2.2 send that much, zeros or the last records again.
  const std::string stale(16'709, '\0');
  auto ends_with = [&](char alert) {
    return std::make_unique<ScriptedPeer>([=](kt::test::PeerConnection& connection) {
      connection.read(5);
      connection.write(stale);
      connection.write(std::string("\x15\x03\x03\0\x02\x02", 6) + alert);
    });
  };
  says(failure(trusting(), ends_with(40)->port()), "found nothing in common with us for TLS");
  says(failure(trusting(), ends_with(70)->port()), "speaks no version of TLS");
}

TEST_CASE("what cannot be read after a client certificate was asked for is that it is refused") {
  auto options = good_server();
  options.client_certificate = ClientCertificate::requested;
  kt::net::TlsServerContext context(options);
  ScriptedPeer peer([&](kt::test::PeerConnection& connection) {
    TlsPeerConnection(context, connection.descriptor()).read(1);
    connection.write(std::string("\x17\x03\x03\0\x20", 5) + std::string(32, 'x'));
  });
  says(failure(trusting(), peer.port()), "asks for a client certificate, and none is set");
  says(failure(with_identity(), peer.port()), "refused the client certificate \"CN=alice\"");
}

TEST_CASE("a client certificate that is only asked for may be left out") {
  auto options = good_server();
  options.client_certificate = ClientCertificate::requested;
  TlsPeer peer(options, [](TlsPeerConnection& connection) { connection.read(1); });
  auto error = failure(trusting(), peer.port());
  CHECK((error.failure() == Failure::closed || error.failure() == Failure::tls));
}

// The text is what X500Principal.getName() of JDK 17 says.
TEST_CASE("who asks for our certificate knows us by its subject as Java spells it, others do not") {
  constexpr const char* kJavaName =
      R"(CN=\ \#a\<b\>\ ,2.5.4.5=#13023132,STREET=Main \"1\",O=Zoë\, Ünal \= x,)"
      R"(1.2.840.113549.1.9.1=#16056140622e63,CN=multi+UID=u1,DC=org)";
  auto stored = read_whole_file(KT_SOURCE_DIR "/tests/data/stores/subject.pem").value();
  auto options = trusting();
  options.identity = {pem(stored)};
  for (bool asks : {true, false}) {
    CAPTURE(asks);
    auto asking = good_server();
    asking.client_ca = stored;
    if (asks) asking.client_certificate = ClientCertificate::required;
    std::string seen;
    TlsPeer peer(asking, [&seen](TlsPeerConnection& connection) {
      connection.read(1);
      seen = connection.client_subject();
      connection.write("y");
    });
    TlsContext context(options);
    CHECK(context.known_as().empty());
    auto transport =
        context.secure(connect_tcp({"127.0.0.1", peer.port()}, soon()), "127.0.0.1", soon());
    std::string_view ping = "x";
    transport->write_all({&ping, 1}, soon());
    CHECK(received(*transport, 1) == "y");
    CHECK(context.known_as() == (asks ? kJavaName : ""));
    CHECK(seen == (asks ? kJavaName : ""));
  }
}

TEST_CASE("versions without overlap are told") {
  auto options = good_server();
  options.highest_version = "TLSv1.2";
  TlsPeer peer(options, echo);
  auto newest = trusting();
  newest.lowest_version = "TLSv1.3";
  says(failure(newest, peer.port()), "speaks no version of TLS that is allowed here");
}

TEST_CASE(
    "a peer that answers in plain text is recognised, one that is silent costs no more than the "
    "deadline") {
  ScriptedPeer talker([](kt::test::PeerConnection& connection) {
    connection.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    connection.wait_for_close();
  });
  says(failure(trusting(), talker.port()), "speaks plain text, and was spoken to in TLS");

  ScriptedPeer silent([](kt::test::PeerConnection& connection) { connection.wait_for_close(); });
  auto begun = Clock::system().now();
  try {
    TlsContext(trusting())
        .secure(connect_tcp({"127.0.0.1", silent.port()}, soon()), "127.0.0.1",
                Deadline(Milliseconds(100)));
    FAIL("there was TLS");
  } catch (const NetError& error) {
    CHECK(error.failure() == Failure::timed_out);
  }
  CHECK(Clock::system().now() - begun < Milliseconds(5'000));
}

TEST_CASE("who speaks TLS is found out without speaking it") {
  TlsPeer secured(good_server(), echo);
  CHECK(net::speaks_tls(*connect_tcp({"127.0.0.1", secured.port()}, soon()), soon()));
  ScriptedPeer plain([](kt::test::PeerConnection& connection) { connection.read(4); });
  CHECK_FALSE(net::speaks_tls(*connect_tcp({"127.0.0.1", plain.port()}, soon()), soon()));
}

TEST_CASE("stores that cannot be used name themselves and say why") {
  auto refused = [](TlsOptions options) {
    try {
      TlsContext context(std::move(options));
    } catch (const Error& error) {
      CHECK(error.exit() == Exit::usage);
      return error.message();
    }
    return std::string("nothing");
  };
  TlsOptions none;
  none.trust.push_back(pem("no certificate"));
  CHECK(refused(none) == "the test's PEM: there is no certificate in it");
  auto alice = authority().issue({.common_name = "alice"});
  auto bob = authority().issue({.common_name = "bob"});
  TlsOptions mixed;
  mixed.identity = {pem(alice.certificate), pem(bob.key)};
  CHECK(refused(mixed) == "the test's PEM: the private key belongs to none of the certificates");
  TlsOptions keyless;
  keyless.identity = {pem(alice.certificate)};
  CHECK(refused(keyless).find("there is no private key") != std::string::npos);
  TlsOptions damaged;
  damaged.identity = {{net::KeyStore::Type::pkcs12, "x.p12", "\x30\x03zzz", ""}};
  CHECK(refused(damaged) == "x.p12: this is no PKCS#12 store");
}

TEST_CASE("PEM in one line, as settings hold it, is read") {
  auto text = authority().certificate();
  for (char& c : text)
    if (c == '\n') c = ' ';
  TlsPeer peer(good_server(), echo);
  TlsOptions options;
  options.trust.push_back(pem(text));
  dial(options, peer.port());
}

TEST_CASE("cipher suites go by the standard's names and by OpenSSL's") {
  TlsPeer peer(good_server(), echo);
  for (auto names : {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384",
                     "TLS_AES_128_GCM_SHA256",
                     "TLS_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"}) {
    auto options = trusting();
    options.ciphers = names;
    dial(options, peer.port());
  }
  auto unknown = trusting();
  unknown.ciphers = "TLS_WITH_NOTHING";
  CHECK_THROWS_AS(TlsContext{unknown}, Error);
}
