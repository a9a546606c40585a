// What a watcher hears over HTTP, asked by bare sockets.
#include "http/server.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "base/error.h"

using namespace kt;

namespace {

std::string ask(int port, const std::string& request) {
  int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  auto text = request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  REQUIRE(::send(socket, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  std::string answer;
  char bytes[4096];
  for (ssize_t got; (got = ::recv(socket, bytes, sizeof bytes, 0)) > 0;)
    answer.append(bytes, static_cast<size_t>(got));
  ::close(socket);
  return answer;
}

}  // namespace

TEST_CASE("each path has its answer, all else is not found") {
  http::Server server("127.0.0.1", 0,
                      {{"/healthz",
                        [] {
                          return http::Answer{503, "text/plain", "hangs\n"};
                        }},
                       {"/metrics", [] { return http::Answer{.body = "one 1\n"}; }}});
  REQUIRE(server.port() > 0);
  auto metrics = ask(server.port(), "GET /metrics");
  CHECK(metrics.starts_with("HTTP/1.1 200 "));
  CHECK(metrics.ends_with("\r\n\r\none 1\n"));
  auto health = ask(server.port(), "GET /healthz");
  CHECK(health.starts_with("HTTP/1.1 503 "));
  CHECK(health.find("Content-Type: text/plain\r\n") != std::string::npos);
  CHECK(ask(server.port(), "GET /metrics/x").starts_with("HTTP/1.1 404 "));
  CHECK(ask(server.port(), "POST /metrics").starts_with("HTTP/1.1 4"));
}

TEST_CASE("a page that fails takes nothing down") {
  http::Server server("127.0.0.1", 0,
                      {{"/", []() -> http::Answer { throw std::runtime_error("x"); }}});
  for (int i = 0; i < 10; ++i) CHECK(ask(server.port(), "GET /").starts_with("HTTP/1.1 500 "));
}

TEST_CASE("a port that is taken is an error, and free again when its server ends") {
  int port = 0;
  {
    http::Server server("127.0.0.1", 0, {});
    port = server.port();
    CHECK_THROWS_AS(http::Server("127.0.0.1", port, {}), Error);
  }
  http::Server again("127.0.0.1", port, {});
  CHECK(again.port() == port);
}
