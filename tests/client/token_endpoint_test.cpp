// Tokens from an endpoint that is a script: what it is asked, what may be wrong with its answer,
// and when it is asked again.
#include "client/sasl/token_endpoint.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "base/base64.h"
#include "base/error.h"
#include "client/sasl/sasl.h"
#include "client/security.h"
#include "net/error.h"
#include "support/has.h"
#include "support/tls_peer.h"

using namespace kt;
using kt::net::Authority;
using kt::test::PeerConnection;
using kt::test::ScriptedPeer;
using kt::test::TlsPeer;

namespace {

Deadline soon() { return Deadline(Milliseconds(10'000)); }

std::string http(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

/// A request of HTTP with its body.
template <class Connection>
std::string read_request(Connection& connection) {
  constexpr std::string_view kLength = "content-length: ";
  std::string text;
  while (!text.ends_with("\r\n\r\n")) {
    auto byte = connection.read(1);
    if (byte.empty()) return {};
    text += byte;
  }
  auto small = text;
  std::transform(small.begin(), small.end(), small.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  auto at = small.find(kLength);
  return text + connection.read(std::stoul(small.substr(at + kLength.size())));
}

/// Answers each request with the next text, the last for ever, and keeps what it was asked.
class Server {
 public:
  explicit Server(std::vector<std::string> answers)
      : answers_(std::move(answers)), peer_([this](PeerConnection& connection) {
          auto request = read_request(connection);
          std::lock_guard lock(mutex_);
          connection.write(answers_[std::min(asked_.size(), answers_.size() - 1)]);
          asked_.push_back(request);
        }) {}

  std::string url() const { return "http://127.0.0.1:" + std::to_string(peer_.port()) + "/token"; }
  std::vector<std::string> asked() {
    std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  std::vector<std::string> answers_, asked_;
  std::mutex mutex_;
  ScriptedPeer peer_;
};

TokenRequest request_to(const std::string& url) { return {url, "alice", "s3:cret"}; }

std::string issued(const std::string& token, const std::string& more = "") {
  return http("200 OK", R"({"access_token":")" + token + '"' + more + '}');
}

std::string failure(const std::string& answer) {
  Server server({answer});
  try {
    TokenEndpoint(request_to(server.url())).token(soon());
  } catch (const net::NetError& error) {
    CHECK(error.failure() == net::Failure::unauthenticated);
    CHECK(error.message().find("s3:cret") == std::string::npos);
    return error.message() + "; " + error.hint();
  }
  return "no failure";
}

std::string jwt_until(int64_t end_s) {
  return "h." + base64url("{\"exp\":" + std::to_string(end_s) + "}") + ".s";
}

}  // namespace

TEST_CASE("a token is asked for as RFC 6749 has it, with id and secret in the header") {
  Server server({issued("abc")});
  auto request = request_to(server.url());
  request.scope = "read write";
  CHECK(TokenEndpoint(request).token(soon()) == "abc");
  request.escape_credentials = true;
  TokenEndpoint(request).token(soon());
  auto asked = server.asked();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].starts_with("POST /token HTTP/1.1\r\n"));
  CHECK(has(asked[0], "Authorization: Basic " + base64("alice:s3:cret")));
  CHECK(has(asked[0], "Content-Type: application/x-www-form-urlencoded"));
  CHECK(asked[0].ends_with("\r\n\r\ngrant_type=client_credentials&scope=read%20write"));
  CHECK(has(asked[1], "Authorization: Basic " + base64("alice:s3%3Acret")));
}

TEST_CASE(
    "a token serves until most of its life is over, and while it is good if no new one comes") {
  Server server({issued("first", R"(,"expires_in":100)"),
                 issued("second", R"(,"expires_in":"100")"), http("503 Busy", "")});
  FakeClock clock;
  TokenEndpoint endpoint(request_to(server.url()), clock);
  CHECK(endpoint.token(soon()) == "first");
  clock.advance(Milliseconds(79'000));
  CHECK(endpoint.token(soon()) == "first");
  CHECK(server.asked().size() == 1);
  clock.advance(Milliseconds(2'000));
  CHECK(endpoint.token(soon()) == "second");
  clock.advance(Milliseconds(90'000));
  CHECK(endpoint.token(soon()) == "second");
  CHECK(endpoint.token(soon()) == "second");
  CHECK(server.asked().size() == 3);
  clock.advance(Milliseconds(11'000));
  CHECK_THROWS_AS(endpoint.token(soon()), net::NetError);
}

TEST_CASE("how long a token lives says the answer, or the token itself") {
  auto lifetime = [](const std::string& token, const std::string& more) {
    return parse_token_answer(R"({"access_token":")" + token + '"' + more + '}', 1'000'000)
        .lifetime.count();
  };
  CHECK(lifetime("opaque", "") == 0);
  CHECK(lifetime("opaque", R"(,"expires_in":60)") == 60'000);
  CHECK(lifetime("opaque", R"(,"expires_in":-60)") == 0);
  CHECK(lifetime("opaque", R"(,"expires_in":9223372036854775807)") == 365LL * 86'400'000);
  CHECK(lifetime(jwt_until(1'300), "") == 300'000);
  CHECK(lifetime(jwt_until(900), "") == 0);
  CHECK(lifetime(jwt_until(INT64_MIN), "") == 0);
  CHECK(lifetime(jwt_until(1'300), R"(,"expires_in":60)") == 60'000);
  CHECK(lifetime("a.b.c", "") == 0);
}

TEST_CASE("what is wrong at the endpoint is said in its words") {
  auto refused = failure(
      http("401 Unauthorized", R"({"error":"invalid_client","error_description":"who\u001b?"})"));
  CHECK(has(refused, R"(gives no token, but 401, "invalid_client": "who\x1b?")"));
  CHECK(has(refused, "clientId"));
  CHECK(has(failure(http("500 Oops", "<html>")), "gives no token, but 500"));
  CHECK(has(failure(http("302 Found", "")), "gives no token, but 302"));
  CHECK(has(failure(http("200 OK", "<html>")), "gives no token: the answer"));
  CHECK(has(failure(http("200 OK", R"({"token_type":"Bearer"})")), "no access_token"));
  CHECK(has(failure(http("200 OK", std::string(2 << 20, ' '))), "more than 1048576 bytes"));
  CHECK(has(failure("SSH-2.0-OpenSSH\r\n"), "there is no token"));
  CHECK(token_refusal(R"({"error":")" + std::string(5'000, 'x') + "\"}").size() == 202);
}

TEST_CASE("a URL of an endpoint is one of HTTP") {
  for (auto url : {"", "https://", "https:///token", "ftp://host/token", "https://a:b@host/token",
                   "https://host/to ken", "host/token"}) {
    CAPTURE(url);
    CHECK_THROWS_AS(TokenEndpoint(request_to(url)), Error);
  }
}

TEST_CASE("the endpoint's certificate is to be signed by who is trusted, and of its name") {
  Authority authority("test CA");
  auto identity = authority.issue({.common_name = "endpoint", .names = {"localhost"}});
  net::TlsServerOptions options;
  options.identity = identity.certificate + identity.key;
  TlsPeer peer(options, [](test::TlsPeerConnection& connection) {
    if (!read_request(connection).empty()) connection.write(issued("abc"));
    connection.end();
  });
  auto ask = [&](const std::string& host, const std::string& ca) {
    auto request = request_to("https://" + host + ':' + std::to_string(peer.port()) + "/token");
    if (!ca.empty()) request.trust = trust_options({{"ssl.ca.pem", ca}});
    try {
      return TokenEndpoint(request).token(soon());
    } catch (const net::NetError& error) {
      return error.message();
    }
  };
  CHECK(ask("localhost", authority.certificate()) == "abc");
  CHECK(has(ask("localhost", ""), "nobody trusted signed it"));
  CHECK(has(ask("localhost", Authority("another CA").certificate()), "nobody trusted signed it"));
  CHECK(has(ask("127.0.0.1", authority.certificate()), "is not of that name"));
}

TEST_CASE(
    "the client of an endpoint comes from Java's login module, its newer keys, and librdkafka's") {
  auto of_java = [](const std::string& options) {
    return std::pair<std::string, std::string>(
        "sasl.jaas.config", "x.OAuthBearerLoginModule required " + options + ';');
  };
  auto token_of = [](Properties properties) {
    Server server({issued("abc")});
    properties.emplace_back("sasl.mechanism", "OAUTHBEARER");
    properties.emplace_back("sasl.oauthbearer.token.endpoint.url", server.url());
    auto first = sasl_options(properties)->begin("host", soon())->first();
    auto asked = server.asked();
    REQUIRE(asked.size() == 1);
    CHECK(has(asked[0], base64("alice:s3")));
    CHECK(asked[0].ends_with("&scope=read"));
    return first;
  };
  const std::string plain =
      "n,,\x01"
      "auth=Bearer abc\x01";
  CHECK(token_of({of_java("clientId=alice clientSecret=s3 scope=read extension_lsrc=a")}) ==
        plain + "lsrc=a\x01\x01");
  CHECK(token_of({{"sasl.oauthbearer.client.credentials.client.id", "alice"},
                  {"sasl.oauthbearer.client.credentials.client.secret", "s3"},
                  {"sasl.oauthbearer.scope", "read"}}) == plain + "\x01");
  CHECK(token_of({{"sasl.oauthbearer.method", "oidc"},
                  {"sasl.oauthbearer.client.id", "alice"},
                  {"sasl.oauthbearer.client.secret", "s3"},
                  {"sasl.oauthbearer.scope", "read"},
                  {"sasl.oauthbearer.extensions", "one=1,two=2"}}) ==
        plain + "one=1\x01two=2\x01\x01");
  auto refused = [&](Properties more) {
    more.emplace_back("sasl.mechanism", "OAUTHBEARER");
    more.emplace_back("sasl.oauthbearer.token.endpoint.url", "https://host/token");
    CHECK_THROWS_AS(sasl_options(more), Error);
  };
  refused({});
  refused({of_java("clientId=alice")});
  refused({of_java("clientId=alice clientSecret=s3 extension_auth=a")});
  refused({of_java("clientId=alice clientSecret=s3"), {"sasl.oauthbearer.extensions", "one"}});
  refused({of_java("clientId=alice clientSecret=s3"), {"sasl.oauthbearer.extensions", "1=one"}});
}
