#include <doctest/doctest.h>

#include <chrono>
#include <random>
#include <thread>
#include <vector>

#include "protocol/errors.h"
#include "protocol/msg/api_versions.h"
#include "protocol/msg/metadata.h"
#include "sandbox/client.h"
#include "sandbox/sandbox.h"

using namespace kt;
using kt::test::Client;

TEST_CASE("frames that are no Kafka close the connection") {
  Sandbox sandbox;
  for (std::string bytes :
       {std::string("\xff\xff\xff\xff", 4), std::string("GET / HTTP/1.1\r\n\r\n"),
        std::string("\0\0\0\0", 4), std::string("\0\0\0\x0a\x7f\xff\0\0\0\0\0\1\0\0", 14),
        std::string("\0\0\0\x0a\0\x03\0\x63\0\0\0\1\0\0", 14)}) {
    Client client(sandbox.bootstrap());
    client.send_bytes(bytes);
    CHECK(client.closed_by_peer());
  }
  Client client(sandbox.bootstrap());
  CHECK(client.ask(msg::MetadataRequest{}, 1).brokers.size() == 1);
}

TEST_CASE("any bytes leave the sandbox alive") {
  Sandbox sandbox;
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    Client client(sandbox.bootstrap());
    std::string frame(4 + random() % 200, '\0');
    for (char& byte : frame) byte = static_cast<char>(random());
    store_big_endian<int16_t>(frame.data(), static_cast<int16_t>(random() % 90));
    store_big_endian<int16_t>(frame.data() + 2, static_cast<int16_t>(random() % 14));
    client.send_frame(frame);
  }
  Client client(sandbox.bootstrap());
  CHECK(client.ask(msg::MetadataRequest{}, 1).brokers.size() == 1);
}

TEST_CASE("an unknown version of ApiVersions is answered in v0 with what there is") {
  Sandbox sandbox;
  Client client(sandbox.bootstrap());
  std::string frame;
  const Api& api = msg::ApiVersionsRequest::api();
  encode_header(frame, api,
                {.api_key = 18, .api_version = 99, .correlation_id = 5, .client_id = "x"});
  client.send_frame(frame);
  std::string reply = client.receive_frame();
  REQUIRE(reply.size() > 4);
  auto response = decode<msg::ApiVersionsResponse>(std::string_view(reply).substr(4), 0);
  CHECK(response.error_code == ErrorCode::unsupported_version);
  REQUIRE(response.api_keys.size() == 1);
  CHECK(response.api_keys[0].api_key == 18);
}

TEST_CASE("requests sent in one go are answered in order") {
  Sandbox sandbox;
  Client client(sandbox.bootstrap());
  std::string bytes;
  for (int32_t id = 1; id <= 200; ++id) {
    std::string frame(4, '\0');
    encode_header(frame, msg::MetadataRequest::api(),
                  {.api_key = 3, .api_version = 1, .correlation_id = id, .client_id = "x"});
    encode(frame, msg::MetadataRequest{}, 1);
    store_big_endian(frame.data(), static_cast<int32_t>(frame.size() - 4));
    bytes += frame;
  }
  client.send_bytes(bytes);
  for (int32_t id = 1; id <= 200; ++id)
    CHECK(load_big_endian<int32_t>(client.receive_frame().data()) == id);
}

TEST_CASE("a fault fails the next requests of its API, then things go on") {
  Sandbox sandbox;
  Client client(sandbox.bootstrap());
  sandbox.fault("Metadata:TOPIC_AUTHORIZATION_FAILED");
  msg::MetadataRequest request;
  request.topics.emplace().push_back({.topic_id = {}, .name = "t"});
  CHECK(client.ask(request, 9).topics[0].error_code == ErrorCode::topic_authorization_failed);
  client.ask(request, 9);
  CHECK(client.ask(request, 9).topics[0].error_code == 0);
  sandbox.fault("Metadata:drop");
  client.send_request(request, 9);
  CHECK(client.closed_by_peer());
}

TEST_CASE("a connection can be cut in the middle of an answer") {
  Sandbox sandbox;
  Client client(sandbox.bootstrap());
  sandbox.fault("Metadata:cut=7");
  client.send_request(msg::MetadataRequest{}, 1);
  CHECK(client.receive_frame().size() == 3);
  CHECK(client.closed_by_peer());
}

TEST_CASE("a stopped broker is gone from metadata and back on its port") {
  Sandbox sandbox({.brokers = 2});
  sandbox.create_topic("t", 1, 2);
  Client client(sandbox.bootstrap());
  int32_t leader =
      client.ask(msg::MetadataRequest{.topics = std::nullopt}, 9).topics[0].partitions[0].leader_id;
  REQUIRE(leader == 1);
  auto second = sandbox.bootstrap().substr(sandbox.bootstrap().find(',') + 1);
  Client other(second);
  sandbox.stop_broker(1);
  auto reply = other.ask(msg::MetadataRequest{.topics = std::nullopt}, 9);
  CHECK(reply.brokers.size() == 1);
  CHECK(reply.topics[0].partitions[0].leader_id == 2);
  CHECK(client.closed_by_peer());
  sandbox.start_broker(1);
  Client again(sandbox.bootstrap());
  CHECK(again.ask(msg::MetadataRequest{.topics = std::nullopt}, 9)
            .topics[0]
            .partitions[0]
            .isr_nodes.size() == 2);
}
