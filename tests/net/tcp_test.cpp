#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <thread>

#include "net/error.h"
#include "net/frame.h"
#include "net/transport.h"
#include "support/scripted_peer.h"

using kt::Buffer;
using kt::Deadline;
using kt::Milliseconds;
using kt::net::connect_tcp;
using kt::net::Failure;
using kt::net::NetError;
using kt::net::read_frame;
using kt::test::BlackHole;
using kt::test::PeerConnection;
using kt::test::ScriptedPeer;

namespace {

Deadline soon() { return Deadline(Milliseconds(10'000)); }

/// Connects to a peer that writes `bytes` and closes, reads a frame, and returns how that failed.
NetError failure_after(std::string bytes, size_t max_bytes = kt::net::kMaxFrameBytes) {
  ScriptedPeer peer([&](PeerConnection& connection) { connection.write(bytes); });
  auto transport = connect_tcp({"127.0.0.1", peer.port()}, soon());
  Buffer frame;
  try {
    read_frame(*transport, frame, soon(), max_bytes);
  } catch (const NetError& error) {
    CHECK(error.exit() == kt::Exit::unreachable);
    return error;
  }
  throw std::runtime_error("a frame was read");
}

std::string with_length(int32_t length, std::string body = {}) {
  std::string frame;
  kt::ByteWriter(frame).integer(length);
  return frame + body;
}

}  // namespace

TEST_CASE("a frame goes there and back, in pieces and with the bytes untouched") {
  ScriptedPeer peer([](PeerConnection& connection) {
    std::string frame = connection.read_frame();
    connection.write(with_length(static_cast<int32_t>(frame.size())).substr(0, 3));
    connection.write(with_length(static_cast<int32_t>(frame.size())).substr(3));
    connection.write(frame);
  });
  auto transport = connect_tcp({"127.0.0.1", peer.port()}, soon());
  std::string big(3'000'000, 'x');
  std::array<std::string_view, 3> pieces{"head", big, "tail"};
  kt::net::write_frame(*transport, pieces, soon());
  Buffer frame;
  read_frame(*transport, frame, soon());
  CHECK(frame.view() == "head" + big + "tail");
}

TEST_CASE("a peer that closes is told from one that never answers, at any byte") {
  CHECK(failure_after("").failure() == Failure::closed);
  for (size_t count = 1; count < 12; ++count) {
    auto error = failure_after(with_length(8, "12345678").substr(0, count));
    CHECK(error.failure() == Failure::closed);
    CHECK(error.message().find(" " + std::to_string(count) + " bytes into") != std::string::npos);
  }
}

TEST_CASE("a peer that stops in the middle times out at the deadline") {
  ScriptedPeer peer([](PeerConnection& connection) {
    connection.write(with_length(8, "123"));
    connection.wait_for_close();
  });
  auto transport = connect_tcp({"127.0.0.1", peer.port()}, soon());
  Buffer frame;
  try {
    read_frame(*transport, frame, Deadline(Milliseconds(50)));
    FAIL("read");
  } catch (const NetError& error) {
    CHECK(error.failure() == Failure::timed_out);
  }
}

TEST_CASE("TLS, HTTP and SSH ports and garbage lengths have sentences of their own") {
  CHECK(failure_after({0x15, 3, 3, 0, 2, 2, 0x46}).failure() == Failure::tls);
  CHECK(failure_after("HTTP/1.1 400 Bad Request").message().find("HTTP") != std::string::npos);
  CHECK(failure_after("SSH-2.0-OpenSSH_9.2").message().find("SSH") != std::string::npos);
  CHECK(failure_after(with_length(-5)).failure() == Failure::not_kafka);
  CHECK(failure_after(with_length(3, "abc")).failure() == Failure::not_kafka);
  CHECK(failure_after(with_length(0x7fffffff)).failure() == Failure::too_large);
  CHECK(failure_after(with_length(1001), 1000).failure() == Failure::too_large);
}

TEST_CASE("a port where nobody listens refuses, and says so") {
  uint16_t port = 0;
  {
    ScriptedPeer gone([](PeerConnection&) {});
    port = gone.port();
  }
  try {
    connect_tcp({"127.0.0.1", port}, soon());
    FAIL("connected");
  } catch (const NetError& error) {
    CHECK(error.failure() == Failure::refused);
    CHECK(error.message() == "connection to 127.0.0.1:" + std::to_string(port) + " refused");
  }
}

TEST_CASE("a black hole times out at the deadline, not later") {
  BlackHole hole;
  auto start = kt::Clock::system().now();
  try {
    connect_tcp({"127.0.0.1", hole.port()}, Deadline(Milliseconds(100)));
    FAIL("connected");
  } catch (const NetError& error) {
    CHECK(error.failure() == Failure::timed_out);
  }
  CHECK(kt::Clock::system().now() - start < Milliseconds(2'000));
}

TEST_CASE("a name is raced over its addresses, so that one family without listener costs nothing") {
  ScriptedPeer peer([](PeerConnection& connection) { connection.write(with_length(4, "pong")); });
  auto transport = connect_tcp({"localhost", peer.port()}, soon());
  Buffer frame;
  read_frame(*transport, frame, soon());
  CHECK(frame.view() == "pong");
}

TEST_CASE("shutting down from another thread wakes a read") {
  ScriptedPeer peer([](PeerConnection& connection) { connection.wait_for_close(); });
  auto transport = connect_tcp({"127.0.0.1", peer.port()}, soon());
  std::thread other([&] { transport->shut_down(); });
  Buffer frame;
  CHECK_THROWS_AS(read_frame(*transport, frame, soon()), NetError);
  other.join();
}
