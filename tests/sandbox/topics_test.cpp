#include <doctest/doctest.h>

#include "protocol/errors.h"
#include "protocol/msg/create_partitions.h"
#include "protocol/msg/create_topics.h"
#include "protocol/msg/delete_topics.h"
#include "protocol/msg/metadata.h"
#include "sandbox/client.h"
#include "sandbox/sandbox.h"

using namespace kt;
using kt::test::Client;

TEST_CASE("a sandbox of three brokers tells their addresses") {
  Sandbox sandbox({.brokers = 3});
  Client client(sandbox.bootstrap());
  auto reply = client.ask(msg::MetadataRequest{}, 9);
  REQUIRE(reply.brokers.size() == 3);
  CHECK(sandbox.bootstrap().find(":" + std::to_string(reply.brokers[2].port)) != std::string::npos);
  CHECK(reply.controller_id == 1);
  CHECK(reply.topics.empty());
}

TEST_CASE("no id of a topic begins with a dash") {
  Sandbox sandbox;
  Client client(sandbox.bootstrap());
  msg::CreateTopicsRequest create;
  for (int i = 0; i < 600; ++i)
    create.topics.push_back({.name = "t" + std::to_string(i),
                             .num_partitions = 1,
                             .replication_factor = 1,
                             .assignments = {},
                             .configs = {}});
  for (const auto& topic : client.ask(create, 7).topics)
    CHECK_FALSE(topic.topic_id.text().starts_with('-'));
}

TEST_CASE("topics are created, widened, described and deleted") {
  Sandbox sandbox({.brokers = 3});
  Client client(sandbox.bootstrap());
  msg::CreateTopicsRequest create;
  create.topics.push_back({.name = "orders",
                           .num_partitions = 4,
                           .replication_factor = 2,
                           .assignments = {},
                           .configs = {}});
  auto created = client.ask(create, 7);
  CHECK(created.topics[0].error_code == 0);
  CHECK(!created.topics[0].topic_id.is_zero());
  CHECK(client.ask(create, 7).topics[0].error_code == ErrorCode::topic_already_exists);

  msg::CreatePartitionsRequest widen;
  widen.topics.push_back({.name = "orders", .count = 6, .assignments = std::nullopt});
  CHECK(client.ask(widen, 3).results[0].error_code == 0);
  widen.topics[0].count = 5;
  CHECK(client.ask(widen, 3).results[0].error_code == ErrorCode::invalid_partitions);

  auto described = client.ask(msg::MetadataRequest{.topics = std::nullopt}, 12);
  REQUIRE(described.topics.size() == 1);
  CHECK(described.topics[0].topic_id == created.topics[0].topic_id);
  REQUIRE(described.topics[0].partitions.size() == 6);
  for (const auto& partition : described.topics[0].partitions) {
    CHECK(partition.replica_nodes.size() == 2);
    CHECK(partition.leader_id == partition.replica_nodes[0]);
    CHECK(partition.isr_nodes == partition.replica_nodes);
  }

  msg::DeleteTopicsRequest remove;
  remove.topics.push_back({.name = "orders", .topic_id = {}});
  CHECK(client.ask(remove, 6).responses[0].error_code == 0);
  CHECK(client.ask(remove, 6).responses[0].error_code == ErrorCode::unknown_topic_or_partition);
}

TEST_CASE("a topic that can't be is refused with Kafka's code") {
  Sandbox sandbox;
  Client client(sandbox.bootstrap());
  auto code = [&](const msg::CreateTopicsRequest::Topic& topic) {
    msg::CreateTopicsRequest request;
    request.topics = {topic};
    return client.ask(request, 7).topics[0].error_code;
  };
  auto topic = [](std::string name, int32_t partitions, int16_t replicas) {
    msg::CreateTopicsRequest::Topic topic;
    topic.name = std::move(name);
    topic.num_partitions = partitions;
    topic.replication_factor = replicas;
    return topic;
  };
  CHECK(code(topic("a/b", 1, 1)) == ErrorCode::invalid_topic_exception);
  CHECK(code(topic("a", 0, 1)) == ErrorCode::invalid_partitions);
  CHECK(code(topic("a", 1, 2)) == ErrorCode::invalid_replication_factor);
  auto configured = topic("a", -1, -1);
  configured.configs.push_back({.name = "retention.ms", .value = "soon"});
  CHECK(code(configured) == ErrorCode::invalid_config);
  auto assigned = topic("a", -1, -1);
  assigned.assignments.push_back({.partition_index = 0, .broker_ids = {7}});
  CHECK(code(assigned) == ErrorCode::invalid_replica_assignment);
  CHECK(code(topic("a.b", 1, 1)) == 0);
  CHECK(code(topic("a_b", 1, 1)) == ErrorCode::invalid_topic_exception);
}

TEST_CASE("metadata of an absent topic creates it only where that is allowed") {
  Sandbox sandbox;
  Client client(sandbox.bootstrap());
  msg::MetadataRequest request;
  request.topics.emplace().push_back({.topic_id = {}, .name = "new"});
  request.allow_auto_topic_creation = false;
  CHECK(client.ask(request, 9).topics[0].error_code == ErrorCode::unknown_topic_or_partition);
  request.allow_auto_topic_creation = true;
  CHECK(client.ask(request, 9).topics[0].error_code == ErrorCode::leader_not_available);
  CHECK(client.ask(request, 9).topics[0].partitions.size() == 1);
}

TEST_CASE("partitions that too few living brokers could hold are refused") {
  Sandbox sandbox({.brokers = 2});
  sandbox.create_topic("t", 1, 2);
  sandbox.stop_broker(2);
  Client client(sandbox.bootstrap());
  msg::CreatePartitionsRequest widen;
  widen.topics.push_back({.name = "t", .count = 2, .assignments = std::nullopt});
  CHECK(client.ask(widen, 3).results[0].error_code == ErrorCode::invalid_replication_factor);
  widen.topics[0].count = 1'000'000;
  CHECK(client.ask(widen, 3).results[0].error_code == ErrorCode::policy_violation);
}
