// Who reads what, of groups that are kept in two places at once.
#include "client/group_lag.h"

#include <doctest/doctest.h>

#include "sandbox/sandbox.h"

using namespace kt;

namespace {

/// A group that is there with one member, which reads these partitions of topic "t".
StoredGroup group_in(GroupStore store, std::string member, std::vector<int32_t> reads,
                     std::vector<int32_t> positions) {
  StoredGroup group;
  group.store = store;
  group.description.group = "g";
  auto& one = group.description.members.emplace_back();
  one.id = std::move(member);
  one.assignment["t"] = std::move(reads);
  std::vector<CommittedOffsets::Entry> committed;
  for (int32_t partition : positions) {
    committed.emplace_back().first = {"t", partition};
    committed.back().second.offset = 0;
  }
  group.offsets.partitions = CommittedOffsets(std::move(committed));
  return group;
}

}  // namespace

TEST_CASE("a group in both stores has its own owners in each, and those of the other where none") {
  Sandbox sandbox{{}};
  sandbox.create_topic("t", 2, 1);
  ClientOptions options;
  options.bootstrap = net::parse_host_ports(sandbox.bootstrap(), 9092);
  Cluster cluster(options);
  std::vector<StoredGroup> groups{
      group_in(GroupStore::kafka, "in-kafka", {0}, {0, 1}),
      group_in(GroupStore::zookeeper, "in-zookeeper", {0, 1}, {0}),
  };
  std::vector<std::string> owners;
  measure_lag(cluster, groups, false, [&](const GroupLag& lag) {
    for (const auto& one : lag.partitions) owners.push_back(one.owner);
  });
  CHECK(owners == std::vector<std::string>{"in-kafka", "in-zookeeper", "in-zookeeper"});
}

TEST_CASE(
    "what a share group has done behind its position is no lag, where its coordinator counts") {
  Sandbox sandbox{{}};
  sandbox.create_topic("t", 1, 1);
  ClientOptions options;
  options.bootstrap = net::parse_host_ports(sandbox.bootstrap(), 9092);
  Cluster cluster(options);
  auto lag_of = [&](int64_t counted) {
    StoredGroup group;
    CommittedOffset start;
    start.offset = 0;
    start.lag = counted;
    group.offsets.partitions = CommittedOffsets({{{"t", 0}, start}});
    std::optional<int64_t> lag;
    measure_lag(cluster, {group}, false, [&](const GroupLag& measured) { lag = measured.total(); });
    return lag;
  };
  CHECK(lag_of(7) == 7);
  CHECK(lag_of(-1) == 0);  // the partition is empty
}
