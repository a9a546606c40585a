#include "net/address.h"

#include <doctest/doctest.h>

#include "net/error.h"

using kt::Deadline;
using kt::Milliseconds;
using kt::net::HostPort;
using kt::net::parse_host_port;
using kt::net::parse_host_ports;

TEST_CASE("an address is a host, a port if there is one, IPv6 in brackets or bare") {
  CHECK(parse_host_port("a.example", 9092) == HostPort{"a.example", 9092});
  CHECK(parse_host_port(" a:1 ", 9092) == HostPort{"a", 1});
  CHECK(parse_host_port("[::1]", 9092) == HostPort{"::1", 9092});
  CHECK(parse_host_port("[::1]:9093", 9092) == HostPort{"::1", 9093});
  CHECK(parse_host_port("fe80::1", 9092) == HostPort{"fe80::1", 9092});
  CHECK(parse_host_port("PLAINTEXT://a:65535", 9092) == HostPort{"a", 65535});
  CHECK(HostPort{"::1", 9092}.to_string() == "[::1]:9092");
}

TEST_CASE("a text that is no address is a usage error") {
  for (auto text :
       {"", ":9092", "a:", "a:0", "a:65536", "a:9x", "[::1", "[::1]9", "a b", "u@h:1"}) {
    CAPTURE(text);
    try {
      parse_host_port(text, 9092);
      FAIL("accepted");
    } catch (const kt::Error& error) {
      CHECK(error.exit() == kt::Exit::usage);
    }
  }
}

TEST_CASE("a list of addresses allows blanks and empty items") {
  CHECK(parse_host_ports("a:1, [::2]:2,,b,", 9) ==
        std::vector<HostPort>{{"a", 1}, {"::2", 2}, {"b", 9}});
}

TEST_CASE("numbers resolve without asking anybody, both families") {
  auto v4 = kt::net::resolve({"127.0.0.1", 80}, Deadline(Milliseconds(0)));
  REQUIRE(v4.size() == 1);
  CHECK(v4[0].to_string() == "127.0.0.1");
  auto v6 = kt::net::resolve({"::1", 80}, Deadline(Milliseconds(0)));
  REQUIRE(v6.size() == 1);
  CHECK(v6[0].to_string() == "::1");
}

TEST_CASE("a host that does not exist has its own sentence and exit code 4") {
  try {
    kt::net::resolve({"no-such-host.invalid", 80}, Deadline(Milliseconds(20'000)));
    FAIL("resolved");
  } catch (const kt::net::NetError& error) {
    CHECK(error.failure() == kt::net::Failure::unknown_host);
    CHECK(error.exit() == kt::Exit::unreachable);
    CHECK(error.message().find("unknown host no-such-host.invalid") == 0);
  }
}
