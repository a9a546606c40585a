// Well-formed nonsense: random messages of every API and version must leave the sandbox alive and
// answering.
#include <doctest/doctest.h>

#include <set>

#include "protocol/msg/metadata.h"
#include "protocol/random_message.h"
#include "sandbox/client.h"
#include "sandbox/sandbox.h"

using namespace kt;
using kt::test::Client;

TEST_CASE("random requests of every API and version leave the sandbox alive") {
  Sandbox sandbox({.brokers = 2, .configs = {{"auto.create.topics.enable", "false"}}});
  sandbox.create_topic("t", 3, 2);
  uint64_t seed = 1;
  for (const Api& api : apis()) {
    for (int16_t version = api.min_version; version <= api.max_version; ++version) {
      for (int round = 0; round < 3; ++round) {
        Client client(sandbox.bootstrap());
        std::string frame;
        encode_header(
            frame, api,
            {.api_key = api.key, .api_version = version, .correlation_id = 1, .client_id = "x"});
        AnyMessage message = random_message(*api.request, version, seed++);
        encode(frame, *api.request, message.get(), version);
        client.send_frame(frame);
      }
    }
  }
  Client client(sandbox.bootstrap());
  CHECK(client.ask(msg::MetadataRequest{.topics = std::nullopt}, 9).brokers.size() == 2);
}

TEST_CASE("requests cut off or with flipped bits leave the sandbox alive") {
  Sandbox sandbox;
  sandbox.create_topic("t", 1);
  uint64_t seed = 77;
  for (const Api& api : apis()) {
    int16_t version = api.max_version;
    std::string frame;
    encode_header(
        frame, api,
        {.api_key = api.key, .api_version = version, .correlation_id = 1, .client_id = "x"});
    AnyMessage message = random_message(*api.request, version, seed++);
    encode(frame, *api.request, message.get(), version);
    for (size_t cut = 9; cut < frame.size(); cut += 1 + frame.size() / 7) {
      Client client(sandbox.bootstrap());
      client.send_frame(frame.substr(0, cut));
      std::string flipped = frame;
      flipped[cut] = static_cast<char>(flipped[cut] ^ (1 << seed % 8));
      Client other(sandbox.bootstrap());
      other.send_frame(flipped);
    }
  }
  Client client(sandbox.bootstrap());
  CHECK(client.ask(msg::MetadataRequest{.topics = std::nullopt}, 9).brokers.size() == 1);
}
