// What a real 0.7 cluster had in ZooKeeper, and nodes that are none of it.
#include "migrate/registry.h"

#include <doctest/doctest.h>

#include "base/json.h"
#include "storage/file.h"
#include "support/fake_zookeeper.h"

using namespace kt;
using namespace kt::migrate;
using namespace kt::test;
using legacy::PartitionId;

namespace {

/// The nodes of tests/data/kafka07/zookeeper.json.
void fill(FakeZooKeeper& server) {
  auto json = Json::parse(read_file(KT_SOURCE_DIR "/tests/data/kafka07/zookeeper.json"), "nodes");
  for (const auto& [path, node] : *json.get<Json::Object>())
    if (path != "/") server.put(path, *node.find("data")->get<std::string>());
}

zk::SessionOptions options_for(const FakeZooKeeper& server) {
  return {.servers = zk::parse_servers(server.address())};
}

}  // namespace

TEST_CASE("brokers, partitions and a group's positions of a real 0.7.0") {
  FakeZooKeeper server;
  fill(server);
  zk::Session session(options_for(server));
  auto registry = read_registry(session);
  CHECK(registry.brokers == std::map<int32_t, net::HostPort>{{0, {"127.0.0.1", 23'000}}});
  CHECK(registry.partitions == std::vector<PartitionId>{{"mix", 0, 0}, {"mix", 0, 1}});
  CHECK(group_positions(session, "legacy") ==
        std::map<PartitionId, int64_t>{{{"mix", 0, 0}, 33'894}, {{"mix", 0, 1}, 265'200}});
  CHECK_THROWS_WITH_AS(group_positions(session, "other"), doctest::Contains("has no positions"),
                       Error);
}

TEST_CASE("partitions of brokers that are gone are not asked for") {
  FakeZooKeeper server;
  fill(server);
  server.put("/brokers/topics/mix/7", "3");
  server.put("/brokers/ids/2", "host-17-1795461750839:kafka-2.example:9093");
  server.put("/brokers/topics/mix/2", "1");
  zk::Session session(options_for(server));
  auto registry = read_registry(session);
  CHECK(registry.brokers.at(2) == net::HostPort{"kafka-2.example", 9'093});
  CHECK(registry.partitions ==
        std::vector<PartitionId>{{"mix", 0, 0}, {"mix", 0, 1}, {"mix", 2, 0}});
}

TEST_CASE("nodes that 0.7 did not write are told with their paths") {
  for (const char* data : {"", "host", "a:b:c", ":9092", "x:host:0", "x:host:70000", "x::1",
                           R"({"host":"h","port":9092})"})
    CHECK_THROWS_WITH_AS(parse_address(data, "/brokers/ids/1"),
                         doctest::Contains("/brokers/ids/1: "), Error);
  for (auto [path, data] :
       {std::pair{"/brokers/topics/mix/0", "-1"}, std::pair{"/brokers/topics/mix/0", "2000000000"},
        std::pair{"/brokers/ids/one", "x:host:1"}}) {
    FakeZooKeeper server;
    fill(server);
    server.put(path, data);
    zk::Session session(options_for(server));
    CHECK_THROWS_AS(read_registry(session), Error);
  }
  FakeZooKeeper server;
  fill(server);
  server.put("/consumers/legacy/offsets/mix/0", "1");
  zk::Session session(options_for(server));
  CHECK_THROWS_AS(group_positions(session, "legacy"), Error);
  FakeZooKeeper empty;
  zk::Session to_empty(options_for(empty));
  CHECK_THROWS_WITH_AS(read_registry(to_empty), doctest::Contains("no broker is alive"), Error);
}
