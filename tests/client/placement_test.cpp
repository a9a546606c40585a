// Placement of new partitions: Kafka's rule by hand, and what holds for any numbers.
#include "client/placement.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "base/error.h"

using namespace kt;

namespace {

using Replicas = std::vector<std::vector<int32_t>>;

std::map<int32_t, std::string> plain(int count) {
  std::map<int32_t, std::string> brokers;
  for (int id = 0; id < count; ++id) brokers[id];
  return brokers;
}

}  // namespace

// The table that Kafka's own source gives for ten partitions of three replicas on five brokers.
TEST_CASE("leaders go round, and followers shift with every round") {
  CHECK(place({.brokers = plain(5), .replication_factor = 3, .partitions = 10}) ==
        Replicas{{0, 1, 2},
                 {1, 2, 3},
                 {2, 3, 4},
                 {3, 4, 0},
                 {4, 0, 1},
                 {0, 2, 3},
                 {1, 3, 4},
                 {2, 4, 0},
                 {3, 0, 1},
                 {4, 1, 2}});
}

TEST_CASE("further partitions go on where the first ones would have") {
  auto all = place(
      {.brokers = plain(4), .replication_factor = 2, .partitions = 4, .start = 2, .shift = 2});
  auto more = place({.brokers = plain(4),
                     .replication_factor = 2,
                     .first_partition = 2,
                     .partitions = 2,
                     .start = 2,
                     .shift = 2});
  CHECK(more == Replicas(all.begin() + 2, all.end()));
}

TEST_CASE("replicas stand on different brokers, leaders evenly, and racks are all used first") {
  for (uint32_t start : {0U, 3U, 7U})
    for (int32_t factor = 1; factor <= 6; ++factor) {
      std::map<int32_t, std::string> brokers;
      for (int32_t id = 0; id < 6; ++id) brokers[id] = "r" + std::to_string(id / 2);
      auto placed = place({.brokers = brokers,
                           .replication_factor = factor,
                           .partitions = 18,
                           .start = start,
                           .shift = start});
      std::map<int32_t, int> leads;
      for (const auto& replicas : placed) {
        ++leads[replicas.front()];
        std::set<std::string> racks;
        for (auto id : replicas) racks.insert(brokers.at(id));
        CHECK(std::set(replicas.begin(), replicas.end()).size() == static_cast<size_t>(factor));
        CHECK(racks.size() == std::min<size_t>(3, static_cast<size_t>(factor)));
      }
      for (const auto& [id, count] : leads) CHECK(count == 3);
    }
}

TEST_CASE("more replicas than brokers are refused, and one broker is enough for one") {
  CHECK_THROWS_AS(place({.brokers = plain(2), .replication_factor = 3}), Error);
  CHECK_THROWS_AS(place({.brokers = {}, .replication_factor = 1}), Error);
  CHECK(place({.brokers = {{7, ""}}, .replication_factor = 1, .partitions = 2}) ==
        Replicas{{7}, {7}});
}
