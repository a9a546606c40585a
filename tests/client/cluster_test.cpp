#include "client/cluster.h"

#include <doctest/doctest.h>

#include <atomic>

#include "client/leaders.h"
#include "net/error.h"
#include "protocol/msg/create_topics.h"
#include "protocol/msg/describe_groups.h"
#include "protocol/msg/find_coordinator.h"
#include "protocol/msg/list_groups.h"
#include "protocol/msg/list_offsets.h"
#include "protocol/msg/metadata.h"
#include "support/fake_broker.h"

using namespace kt;
using kt::test::BlackHole;
using kt::test::FakeBroker;
using kt::test::PeerConnection;
using kt::test::ScriptedPeer;

namespace {

ClientOptions options_for(std::vector<uint16_t> ports) {
  ClientOptions options;
  for (uint16_t port : ports) options.bootstrap.push_back({"127.0.0.1", port});
  options.timeout = Milliseconds(10'000);
  options.backoff = Milliseconds(1);
  return options;
}

/// Brokers numbered from 1, all listed to whoever asks; topic "t" with partition n led by broker n
/// + 1.
msg::MetadataResponse metadata_of(const std::vector<uint16_t>& ports, int32_t controller = 1) {
  msg::MetadataResponse response;
  response.cluster_id = "fake-cluster";
  response.controller_id = controller;
  auto& topic = response.topics.emplace_back();
  topic.name = "t";
  int32_t id = 1;
  for (uint16_t port : ports) {
    auto& broker = response.brokers.emplace_back();
    broker.node_id = id;
    broker.host = "127.0.0.1";
    broker.port = port;
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = id - 1;
    partition.leader_id = id++;
  }
  return response;
}

const std::vector<msg::ApiVersionsResponse::ApiKey> kModern{
    FakeBroker::range(2, 0, 7),  FakeBroker::range(3, 0, 9),  FakeBroker::range(10, 0, 4),
    FakeBroker::range(15, 0, 5), FakeBroker::range(16, 0, 4), FakeBroker::range(19, 0, 5)};

void serve_metadata(FakeBroker& broker, const std::function<msg::MetadataResponse()>& answer) {
  broker.speaks(kModern);
  broker.on<msg::MetadataRequest>([answer](const auto&, int16_t) { return answer(); });
}

int64_t elapsed_ms(Clock::Time start) {
  return std::chrono::duration_cast<Milliseconds>(Clock::system().now() - start).count();
}

}  // namespace

TEST_CASE(
    "the highest version that both sides have is used, after the broker refused a newer "
    "ApiVersions") {
  FakeBroker broker;
  int16_t used = -1;
  broker.speaks(kModern);
  broker.on<msg::MetadataRequest>([&](const auto&, int16_t version) {
    used = version;
    return metadata_of({broker.port()});
  });
  Cluster cluster(options_for({broker.port()}));
  auto reply = cluster.call(msg::MetadataRequest{});
  CHECK(used == 9);
  CHECK(reply.version() == 9);
  CHECK(reply->cluster_id == "fake-cluster");
  CHECK(broker.connections() == 1);
}

TEST_CASE("0.10 to 2.3 refuse a newer ApiVersions with an empty list: v0 is asked then") {
  FakeBroker broker;
  broker.on_raw(18, [](std::string_view, int16_t version) {
    msg::ApiVersionsResponse response;
    response.error_code = version == 0 ? 0 : 35;
    if (version == 0) response.api_keys = {FakeBroker::range(3, 0, 1)};
    std::string out;
    encode(out, response, 0);
    return std::optional(out);
  });
  broker.on<msg::MetadataRequest>(
      [&](const auto&, int16_t) { return metadata_of({broker.port()}); });
  Cluster cluster(options_for({broker.port()}));
  CHECK(cluster.call(msg::MetadataRequest{}).version() == 1);
}

TEST_CASE("brokers that close on ApiVersions are told apart by what they answer") {
  auto probed = [](std::vector<int16_t> answered) {
    FakeBroker broker;
    for (int16_t key : answered)
      broker.on_raw(key, [](std::string_view, int16_t) { return std::string(16, '\0'); });
    auto start = Clock::system().now();
    Cluster cluster(options_for({broker.port()}));
    auto release = cluster.apis_of_any().probed_release();
    CHECK(elapsed_ms(start) < 1'000);
    return release;
  };
  CHECK(probed({3, 9, 12, 16}).substr(0, 3) == "0.9");
  CHECK(probed({3, 9, 12}).substr(0, 5) == "0.8.2");
  CHECK(probed({3, 9}).substr(0, 5) == "0.8.1");
  CHECK(probed({3}).substr(0, 5) == "0.8.0");
}

TEST_CASE("a connection that was cut while versions were asked for makes no broker an old one") {
  FakeBroker broker;
  std::atomic<int> asked = 0;
  broker.on_raw(18, [&](std::string_view, int16_t version) -> std::optional<std::string> {
    if (++asked == 1) return std::nullopt;
    msg::ApiVersionsResponse response;
    response.error_code = version == 0 ? 0 : 35;
    if (version == 0) response.api_keys = {FakeBroker::range(3, 0, 1)};
    std::string out;
    encode(out, response, 0);
    return out;
  });
  for (int16_t key : {3, 9, 12, 16})
    broker.on_raw(key, [](std::string_view, int16_t) { return std::string(16, '\0'); });
  Cluster cluster(options_for({broker.port()}));
  CHECK(cluster.apis_of_any().probed_release().empty());
}

TEST_CASE("0.9, which loses what others send when it is asked for versions, is not asked") {
  std::atomic<bool> harmed = false;
  std::atomic<int> metadata_asked = 0;
  // One broker and one topic without partitions, in v0.
  const std::string metadata("\0\0\0\1\0\0\0\1\0\1h\0\0\0\1\0\0\0\1\0\0\0\1t\0\0\0\0", 28);
  ScriptedPeer broker([&](PeerConnection& connection) {
    while (true) {
      std::string frame = connection.read_frame();
      if (frame.empty()) return;
      auto api_key = load_big_endian<int16_t>(frame.data());
      if (api_key == 18) {
        harmed = true;
        return connection.wait_for_close();
      }
      bool is_metadata = api_key == msg::MetadataRequest::api().key;
      metadata_asked += is_metadata;
      connection.write_frame(frame.substr(4, 4) + (is_metadata ? metadata : std::string(16, '\0')));
    }
  });
  Cluster cluster(options_for({broker.port()}));
  CHECK(cluster.apis_of_any().probed_release().substr(0, 3) == "0.9");
  CHECK(metadata_asked == 1);
  CHECK_FALSE(harmed);
}

TEST_CASE("a 0.9 broker in a cluster that is being upgraded is recognised by its silence") {
  ScriptedPeer old([](PeerConnection& connection) {
    while (true) {
      std::string frame = connection.read_frame();
      if (frame.empty()) return;
      if (load_big_endian<int16_t>(frame.data()) == 18) return connection.wait_for_close();
      connection.write_frame(frame.substr(4, 4) + std::string(6, '\0'));
    }
  });
  FakeBroker upgraded;
  serve_metadata(upgraded, [&] { return metadata_of({upgraded.port(), old.port()}); });
  Cluster cluster(options_for({upgraded.port()}));
  cluster.refresh({});
  auto start = Clock::system().now();
  CallOptions second;
  second.broker = 2;
  CHECK(cluster.call(msg::ListGroupsRequest{}, second).version() == 0);
  CHECK(elapsed_ms(start) < 1'000);
}

TEST_CASE("a controller of KRaft, which tells nothing about brokers, is recognised") {
  FakeBroker controller;
  controller.speaks({FakeBroker::range(1, 4, 18), FakeBroker::range(55, 0, 2)});
  Cluster cluster(options_for({controller.port()}));
  CHECK_THROWS_WITH_AS(cluster.metadata(), doctest::Contains("is a KRaft controller"), Error);
}

TEST_CASE("a peer that closes at everything is no broker, and not asked for ever") {
  FakeBroker broker;
  Cluster cluster(options_for({broker.port()}));
  CHECK_THROWS_AS(cluster.metadata(), net::NetError);
}

TEST_CASE("4.x advertises Produce from v0 on and closes on v0 to v2: they are not used") {
  BrokerApis apis;
  apis.add(0, {0, 13});
  apis.add(1, {4, 18});
  apis.correct_known_lies();
  CHECK(apis.range(0)->min == 3);
}

TEST_CASE("an API that the broker lacks is an error that names a release") {
  FakeBroker broker;
  serve_metadata(broker, [&] { return metadata_of({broker.port()}); });
  Cluster cluster(options_for({broker.port()}));
  try {
    CallOptions options;
    options.at_least = 5;
    cluster.call(msg::ListGroupsRequest{}, options);
    FAIL("answered");
  } catch (const Error& error) {
    CHECK(error.exit() == Exit::failed);
    CHECK(error.message().find("ListGroups v5") != std::string::npos);
    CHECK(error.message().find("v0 to v4") != std::string::npos);
    CHECK(error.hint().find("Kafka ") != std::string::npos);
  }
}

TEST_CASE("several bootstrap addresses: the first good answer wins over black holes and garbage") {
  BlackHole hole;
  ScriptedPeer web([](PeerConnection& c) { c.write("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  FakeBroker broker;
  serve_metadata(broker, [&] { return metadata_of({broker.port()}); });
  auto start = Clock::system().now();
  Cluster cluster(options_for({hole.port(), web.port(), broker.port()}));
  CHECK(cluster.metadata()->cluster_id == "fake-cluster");
  CHECK(elapsed_ms(start) < 2'000);
}

TEST_CASE("bootstrap addresses that all fail are an error with exit 4 that says why for each") {
  ScriptedPeer web([](PeerConnection& c) { c.write("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  ScriptedPeer tls([](PeerConnection& c) { c.write(std::string{0x15, 3, 3, 0, 2, 2, 0x46}); });
  Cluster cluster(options_for({web.port(), tls.port()}));
  try {
    cluster.metadata();
    FAIL("answered");
  } catch (const Error& error) {
    CHECK(error.exit() == Exit::unreachable);
    CHECK(error.message().find("HTTP") != std::string::npos);
    CHECK(error.message().find("TLS") != std::string::npos);
  }
}

TEST_CASE("a peer that never answers ends at the deadline with exit 4") {
  ScriptedPeer silent([](PeerConnection& c) { c.wait_for_close(); });
  auto options = options_for({silent.port()});
  options.timeout = Milliseconds(100);
  Cluster cluster(options);
  auto start = Clock::system().now();
  try {
    cluster.metadata();
    FAIL("answered");
  } catch (const net::NetError& error) {
    CHECK(error.failure() == net::Failure::timed_out);
    CHECK(error.exit() == Exit::unreachable);
  }
  CHECK(elapsed_ms(start) < 2'000);
}

TEST_CASE("an answer that cannot be read, or to another request, is exit 4") {
  FakeBroker broker;
  broker.speaks(kModern);
  broker.on_raw(3, [](std::string_view, int16_t) { return std::string("\xff\xff\xff\xff\xff"); });
  Cluster cluster(options_for({broker.port()}));
  try {
    cluster.metadata();
    FAIL("answered");
  } catch (const Error& error) {
    CHECK(error.exit() == Exit::unreachable);
    CHECK(error.message().find("Metadata v9") != std::string::npos);
  }
  ScriptedPeer confused([](PeerConnection& c) {
    c.read_frame();
    c.write_frame(std::string(64, '\x07'));
  });
  Cluster other(options_for({confused.port()}));
  CHECK_THROWS_WITH_AS(other.metadata(), doctest::Contains("answered request"), net::NetError);
}

TEST_CASE("a connection that the broker closed while idle is reopened silently") {
  std::atomic<int> requests = 0;
  FakeBroker broker;
  broker.speaks(kModern);
  broker.on_raw(3, [&](std::string_view, int16_t version) -> std::optional<std::string> {
    if (++requests == 2) return std::nullopt;
    std::string out;
    encode(out, metadata_of({broker.port()}), version);
    return out;
  });
  Cluster cluster(options_for({broker.port()}));
  cluster.call(msg::MetadataRequest{});
  CHECK(cluster.call(msg::MetadataRequest{})->cluster_id == "fake-cluster");
  CHECK(requests == 3);
  CHECK(broker.connections() == 2);
}

TEST_CASE("controller requests go to the controller, and follow it when it moves") {
  FakeBroker one, two;
  std::atomic<int32_t> controller = 1;
  std::atomic<int> refusals = 0;
  auto metadata = [&] { return metadata_of({one.port(), two.port()}, controller); };
  serve_metadata(one, metadata);
  serve_metadata(two, metadata);
  one.on<msg::CreateTopicsRequest>([&](const auto&, int16_t) {
    msg::CreateTopicsResponse response;
    response.topics.emplace_back().error_code = 41;
    ++refusals;
    controller = 2;
    return response;
  });
  two.on<msg::CreateTopicsRequest>([&](const auto&, int16_t) {
    msg::CreateTopicsResponse response;
    response.topics.emplace_back().error_code = 36;
    return response;
  });
  Cluster cluster(options_for({one.port()}));
  auto reply = cluster.call(msg::CreateTopicsRequest{});
  CHECK(refusals == 1);
  CHECK(reply->topics[0].error_code == 36);
  CHECK(reply.broker_id() == 2);
}

TEST_CASE("group requests find their coordinator, wait for it, and follow it when it moves") {
  FakeBroker one, two;
  std::atomic<int> lookups = 0;
  auto metadata = [&] { return metadata_of({one.port(), two.port()}); };
  serve_metadata(one, metadata);
  serve_metadata(two, metadata);
  auto find = [&](const msg::FindCoordinatorRequest& request, int16_t) {
    msg::FindCoordinatorResponse response;
    auto& found = response.coordinators.emplace_back();
    found.key = request.coordinator_keys.at(0);
    int lookup = ++lookups;
    if (lookup == 1) found.error_code = 15;
    found.node_id = lookup == 1 ? -1 : lookup == 2 ? 1 : 2;
    found.host = "127.0.0.1";
    found.port = lookup == 2 ? one.port() : two.port();
    return response;
  };
  one.on<msg::FindCoordinatorRequest>(find);
  two.on<msg::FindCoordinatorRequest>(find);
  auto describe = [&](int16_t error_code) {
    return [error_code](const msg::DescribeGroupsRequest& request, int16_t) {
      msg::DescribeGroupsResponse response;
      response.groups.emplace_back().group_id = request.groups.at(0);
      response.groups[0].error_code = error_code;
      return response;
    };
  };
  one.on<msg::DescribeGroupsRequest>(describe(16));
  two.on<msg::DescribeGroupsRequest>(describe(0));
  Cluster cluster(options_for({one.port()}));
  msg::DescribeGroupsRequest request;
  request.groups = {"g"};
  auto reply = cluster.call(request);
  CHECK(lookups == 3);
  CHECK(reply.broker_id() == 2);
  CHECK(reply->groups[0].error_code == 0);
}

TEST_CASE("asking all brokers: one that is unreachable costs its own answer only") {
  FakeBroker one, two;
  BlackHole hole;
  auto metadata = [&] { return metadata_of({one.port(), hole.port(), two.port()}); };
  for (auto* broker : {&one, &two}) {
    serve_metadata(*broker, metadata);
    broker->on<msg::ListGroupsRequest>(
        [](const auto&, int16_t) { return msg::ListGroupsResponse{}; });
  }
  auto options = options_for({one.port()});
  options.connect_timeout = Milliseconds(100);
  Cluster cluster(options);
  auto replies = cluster.call_all_brokers(msg::ListGroupsRequest{});
  REQUIRE(replies.size() == 3);
  CHECK(replies[0].reply.has_value());
  CHECK_FALSE(replies[1].reply.has_value());
  REQUIRE(replies[1].error.has_value());
  CHECK(replies[1].error->message().find("broker 2 advertises") != std::string::npos);
  CHECK(replies[1].error->hint().find("--map") != std::string::npos);
  CHECK(replies[2].reply.has_value());
}

TEST_CASE("an advertised address is replaced by the one it is mapped to") {
  FakeBroker broker;
  serve_metadata(broker, [&] {
    auto response = metadata_of({1});
    response.brokers[0].host = "inside.invalid";
    return response;
  });
  broker.on<msg::ListGroupsRequest>([](const auto&, int16_t) { return msg::ListGroupsResponse{}; });
  auto options = options_for({broker.port()});
  options.address_map[{"inside.invalid", 1}] = {"127.0.0.1", broker.port()};
  Cluster cluster(options);
  auto replies = cluster.call_all_brokers(msg::ListGroupsRequest{});
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].reply.has_value());
}

TEST_CASE(
    "requests about partitions are split by leader and put together, moved leaders asked again") {
  FakeBroker one, two;
  std::atomic<bool> moved = false;
  auto metadata = [&] {
    auto response = metadata_of({one.port(), two.port()});
    if (moved)
      for (auto& partition : response.topics[0].partitions) partition.leader_id = 2;
    return response;
  };
  auto answer = [](const msg::ListOffsetsRequest& request, int16_t error_code, int64_t offset) {
    msg::ListOffsetsResponse response;
    response.topics.emplace_back().name = request.topics.at(0).name;
    for (const auto& asked : request.topics[0].partitions) {
      auto& partition = response.topics[0].partitions.emplace_back();
      partition.partition_index = asked.partition_index;
      partition.error_code = error_code;
      partition.offset = offset + asked.partition_index;
    }
    return response;
  };
  serve_metadata(one, metadata);
  serve_metadata(two, metadata);
  one.on<msg::ListOffsetsRequest>([&](const auto& request, int16_t) {
    moved = true;
    return answer(request, 6, -1);
  });
  two.on<msg::ListOffsetsRequest>(
      [&](const auto& request, int16_t) { return answer(request, 0, 200); });
  Cluster cluster(options_for({one.port()}));
  msg::ListOffsetsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = "t";
  for (int32_t i : {0, 1, 7}) topic.partitions.emplace_back().partition_index = i;
  auto response = call_leaders(cluster, request);
  REQUIRE(response.topics.size() == 1);
  REQUIRE(response.topics[0].partitions.size() == 3);
  CHECK(response.topics[0].partitions[0].offset == 200);
  CHECK(response.topics[0].partitions[1].offset == 201);
  CHECK(response.topics[0].partitions[2].error_code == 3);
}

TEST_CASE("metadata before v4 would create the topics it names: all are asked for instead") {
  FakeBroker broker;
  bool named = false;
  broker.speaks({FakeBroker::range(3, 0, 3)});
  broker.on<msg::MetadataRequest>([&](const msg::MetadataRequest& request, int16_t) {
    named = named || (request.topics && !request.topics->empty());
    return metadata_of({broker.port()});
  });
  Cluster cluster(options_for({broker.port()}));
  auto metadata = cluster.metadata_for({"t", "absent"});
  CHECK_FALSE(named);
  CHECK(metadata->topic("t")->error_code == 0);
  CHECK(metadata->topic("absent")->error_code == 3);
}

TEST_CASE("a context pinned to a cluster id refuses another cluster before anything is asked") {
  FakeBroker broker;
  serve_metadata(broker, [&] { return metadata_of({broker.port()}); });
  auto options = options_for({broker.port()});
  options.expected_cluster_id = "another";
  Cluster cluster(options);
  CHECK_THROWS_WITH_AS(cluster.call(msg::ListGroupsRequest{}), doctest::Contains("pinned"), Error);
}
