// The planner on small cases with answers that reasoning gives, and on fifty hard clusters whose
// bounds tests/support/least_moved.h reckons by itself.
#include <doctest/doctest.h>

#include <iostream>

#include "client/reassign/planner.h"
#include "support/hard_cluster.h"
#include "support/least_moved.h"

using namespace kt;
using namespace kt::reassign;

namespace {

constexpr uint64_t kSeeds = 50;
constexpr test::HardCluster kSmall{.brokers = 60, .replicas = 12'000, .racks = true};

Layout layout_of(std::vector<Broker> brokers, std::vector<Partition> partitions) {
  return {std::move(brokers), std::move(partitions), true};
}

Partition partition_of(const char* topic, int32_t number, std::vector<int32_t> replicas,
                       int64_t size) {
  return {topic, number, replicas, replicas.front(), size};
}

/// What no plan may break, whatever the aims.
void check_rules(const Layout& layout, const Aims& aims, const Plan& plan) {
  REQUIRE(plan.replicas.size() == layout.partitions.size());
  std::set<int32_t> alive;
  for (const auto& broker : layout.brokers) alive.insert(broker.id);
  size_t wrong = 0, racks_broken = 0, not_spread = 0;
  for (size_t i = 0; i < plan.replicas.size(); ++i) {
    const auto& before = layout.partitions[i].replicas;
    const auto& after = plan.replicas[i];
    auto wanted =
        aims.replication_factor ? static_cast<size_t>(*aims.replication_factor) : before.size();
    std::set<int32_t> distinct(after.begin(), after.end());
    wrong += distinct.size() != after.size() || after.size() != wanted;
    for (int32_t broker : after) {
      bool is_new = std::find(before.begin(), before.end(), broker) == before.end();
      wrong += aims.drain.contains(broker);
      wrong += is_new &&
               (!alive.contains(broker) || (!aims.onto.empty() && !aims.onto.contains(broker)));
    }
    auto pairs = test::pairs_in_racks(layout, after);
    auto fewest = test::fewest_pairs(layout, aims.drain, after.size());
    racks_broken += pairs > std::max(fewest, test::pairs_in_racks(layout, before));
    not_spread += aims.rack_aware && pairs > fewest;
  }
  CHECK(wrong == 0);
  CHECK(racks_broken == 0);
  CHECK(not_spread == 0);
  CHECK(static_cast<double>(plan.bytes_to_move) ==
        doctest::Approx(test::bytes_moved(layout, plan.replicas)));
}

/// Every broker outside the band is explained by a partition that truly forbids it.
void check_obstacles(const Layout& layout, const test::Limits& limits, const Plan& plan,
                     size_t most_unexplained) {
  auto loads = test::loads_of(layout, plan.replicas);
  std::set<int32_t> named;
  size_t unexplained = 0;
  for (const auto& obstacle : plan.obstacles) {
    named.insert(obstacle.broker);
    const auto& partition = layout.partitions[obstacle.partition];
    auto size = static_cast<double>(partition.size_bytes);
    const auto& holders = plan.replicas[obstacle.partition];
    bool is_there = std::find(holders.begin(), holders.end(), obstacle.broker) != holders.end();
    switch (obstacle.kind) {
      case Obstacle::Kind::too_large:
        CHECK(is_there);
        CHECK(size > limits.high);
        break;
      case Obstacle::Kind::takes_too_much:
        CHECK(size > limits.high);
        CHECK(loads[obstacle.broker] < limits.low);
        break;
      case Obstacle::Kind::rack:
        break;  // the test of racks has the numbers
      case Obstacle::Kind::no_room:
        ++unexplained;
        break;
    }
  }
  size_t unnamed = 0;
  for (const auto& [broker, load] : loads)
    unnamed += (load > limits.high + 1 || load < limits.low - 1) && !named.contains(broker);
  CHECK(unnamed == 0);
  CHECK(unexplained <= most_unexplained);
}

}  // namespace

TEST_CASE("drain moves what is on the broker and nothing else, in the place that it had") {
  auto layout = layout_of({{1, ""}, {2, ""}, {3, ""}},
                          {partition_of("a", 0, {1, 2}, 100), partition_of("a", 1, {2, 3}, 50),
                           partition_of("a", 2, {3, 1}, 10)});
  auto plan = make_plan(layout, {.drain = {1}});
  CHECK(plan.replicas == std::vector<std::vector<int32_t>>{{3, 2}, {2, 3}, {3, 2}});
  CHECK(plan.bytes_to_move == 110);
  CHECK(plan.lower_bound_bytes == 110);
  CHECK(plan.changed == std::vector<size_t>{0, 2});
  CHECK(plan.refusals.empty());
}

TEST_CASE("a broker that died can be drained; its replicas are copied from those that live") {
  auto layout = layout_of({{2, ""}, {3, ""}}, {partition_of("a", 0, {1, 2}, 7)});
  CHECK(make_plan(layout, {.drain = {1}}).replicas[0] == std::vector<int32_t>{3, 2});
}

TEST_CASE("what nobody can take is refused by name and stays") {
  auto layout = layout_of({{1, ""}, {2, ""}}, {partition_of("a", 0, {1, 2}, 7)});
  auto plan = make_plan(layout, {.drain = {1}});
  REQUIRE(plan.refusals.size() == 1);
  CHECK(plan.refusals[0].broker == 1);
  CHECK(plan.refusals[0].is_held_by_all);
  CHECK(plan.replicas[0] == std::vector<int32_t>{1, 2});
}

TEST_CASE("a drained rack's replica goes to the rack that has none of the others") {
  auto layout = layout_of({{1, "a"}, {2, "b"}, {3, "b"}, {4, "c"}},
                          {partition_of("t", 0, {1, 2}, 5), partition_of("t", 1, {4}, 1000)});
  CHECK(make_plan(layout, {.drain = {1}}).replicas[0] == std::vector<int32_t>{4, 2});
}

TEST_CASE("a broker in the wrong rack is not filled by --onto where the rule of racks forbids it") {
  auto layout =
      layout_of({{1, "a"}, {2, "b"}, {3, "b"}, {4, "a"}}, {partition_of("t", 0, {1, 2}, 5)});
  auto plan = make_plan(layout, {.drain = {1}, .onto = {3}});
  CHECK(plan.replicas[0] == std::vector<int32_t>{1, 2});
  REQUIRE(plan.refusals.size() == 1);
  CHECK_FALSE(plan.refusals[0].is_held_by_all);
  CHECK(make_plan(layout, {.drain = {1}, .onto = {4}}).replicas[0] == std::vector<int32_t>{4, 2});
}

TEST_CASE("onto alone fills new brokers to their share and takes only what that needs") {
  std::vector<Partition> partitions;
  for (int32_t p = 0; p < 80; ++p) partitions.push_back(partition_of("t", p, {1 + p % 4}, 10));
  auto layout = layout_of({{1, ""}, {2, ""}, {3, ""}, {4, ""}, {5, ""}}, partitions);
  auto plan = make_plan(layout, {.onto = {5}});
  check_rules(layout, {.onto = {5}}, plan);
  // 800 bytes on five brokers: 160 each, and 152 are within five percent; of tens, 160.
  CHECK(plan.bytes_to_move == 160);
  CHECK(plan.brokers[4].bytes_after == 160);
}

TEST_CASE("what keeps a new broker from its share is named, and nothing else is") {
  auto layout = layout_of({{1, ""}, {2, ""}, {3, ""}},
                          {partition_of("t", 0, {1}, 1000), partition_of("t", 1, {2}, 10)});
  auto plan = make_plan(layout, {.onto = {3}});
  CHECK(plan.changed.empty());
  REQUIRE(plan.obstacles.size() == 1);
  CHECK(plan.obstacles[0].broker == 3);
  CHECK(plan.obstacles[0].partition == 0);
  CHECK(plan.obstacles[0].kind == Obstacle::Kind::takes_too_much);
}

TEST_CASE("where all partitions are empty, brokers are filled and emptied by count") {
  std::vector<Partition> partitions;
  for (int32_t p = 0; p < 6; ++p) partitions.push_back(partition_of("t", p, {1 + p % 2}, 0));
  auto layout = layout_of({{1, ""}, {2, ""}, {3, ""}, {4, ""}}, partitions);
  auto filled = make_plan(layout, {.onto = {3}});
  check_rules(layout, {.onto = {3}}, filled);
  // Six on four brokers are one or two each.
  CHECK(filled.brokers[2].replicas_after == 1);
  CHECK(filled.bytes_to_move == 0);
  CHECK(filled.lower_bound_bytes == 0);
  CHECK(filled.replicas_to_move == 1);
  auto drained = make_plan(layout, {.drain = {1}});
  CHECK(drained.brokers[0].replicas_after == 0);
  // Three leave, to where the fewest are: two are on one of the new ones, one on the other.
  CHECK(drained.brokers[1].replicas_after == 3);
  CHECK(drained.brokers[2].replicas_after + drained.brokers[3].replicas_after == 3);
  CHECK(std::abs(drained.brokers[2].replicas_after - drained.brokers[3].replicas_after) == 1);
}

TEST_CASE("more replicas are added behind, fewer leave the preferred leader") {
  auto layout = layout_of({{1, "a"}, {2, "b"}, {3, "c"}},
                          {partition_of("t", 0, {1, 2}, 5), partition_of("t", 1, {3}, 5)});
  auto more = make_plan(layout, {.replication_factor = 3});
  CHECK(more.replicas[0] == std::vector<int32_t>{1, 2, 3});
  CHECK(more.replicas[1].size() == 3);
  CHECK(more.replicas[1].front() == 3);
  CHECK(more.bytes_to_move == 15);
  auto fewer = make_plan(layout, {.replication_factor = 1});
  CHECK(fewer.replicas[0] == std::vector<int32_t>{1});
  CHECK(fewer.bytes_to_move == 0);
}

TEST_CASE("rack-aware moves one replica of two that share a rack, and not the preferred leader") {
  auto layout = layout_of({{1, "a"}, {2, "a"}, {3, "b"}}, {partition_of("t", 0, {1, 2}, 5)});
  auto plan = make_plan(layout, {.rack_aware = true});
  CHECK(plan.replicas[0] == std::vector<int32_t>{1, 3});
  CHECK(make_plan(layout, {.balance = {Balance::count}}).replicas[0].size() == 2);
}

TEST_CASE("leaders are evened out by order alone where orders do") {
  std::vector<Partition> partitions;
  for (int32_t p = 0; p < 30; ++p) partitions.push_back(partition_of("t", p, {1, 2, 3}, 10));
  auto layout = layout_of({{1, ""}, {2, ""}, {3, ""}}, partitions);
  auto plan = make_plan(layout, {.balance = {Balance::leaders}});
  CHECK(plan.bytes_to_move == 0);
  for (const auto& share : plan.brokers) CHECK(share.leaders_after == 10);
  // Twenty lead elsewhere now, and no other order was touched.
  CHECK(plan.changed.size() == 20);
}

TEST_CASE("leaders pass along a chain where no two brokers can help each other") {
  // 1 has too many, 3 none; 1 shares partitions with 2 only, 2 with 3 only.
  std::vector<Partition> partitions;
  for (int32_t p = 0; p < 4; ++p) partitions.push_back(partition_of("t", p, {1, 2}, 1));
  for (int32_t p = 4; p < 6; ++p) partitions.push_back(partition_of("t", p, {2, 3}, 1));
  auto layout = layout_of({{1, ""}, {2, ""}, {3, ""}}, partitions);
  auto plan = make_plan(layout, {.balance = {Balance::leaders}});
  CHECK(plan.bytes_to_move == 0);
  for (const auto& share : plan.brokers) CHECK(share.leaders_after == 2);
}

TEST_CASE("a partition too large for the band is named, and what is beside it leaves") {
  auto layout = layout_of({{1, ""}, {2, ""}, {3, ""}},
                          {partition_of("huge", 0, {1}, 1000), partition_of("s", 0, {1}, 10),
                           partition_of("s", 1, {2}, 10), partition_of("s", 2, {2}, 10),
                           partition_of("s", 3, {3}, 10)});
  auto plan = make_plan(layout, {.balance = {Balance::size}});
  CHECK(plan.replicas[0] == std::vector<int32_t>{1});
  CHECK(plan.replicas[1] == std::vector<int32_t>{3});
  REQUIRE(plan.obstacles.size() == 3);
  for (const auto& obstacle : plan.obstacles) CHECK(obstacle.partition == 0);
  CHECK(plan.obstacles[0].kind == Obstacle::Kind::too_large);
  CHECK(plan.obstacles[1].kind == Obstacle::Kind::takes_too_much);
}

TEST_CASE("a rack with too few brokers is named where the rule of racks overloads it") {
  // Two replicas, two racks: one of each, so that the one broker of rack a holds half of all.
  std::vector<Partition> partitions;
  for (int32_t p = 0; p < 90; ++p) partitions.push_back(partition_of("t", p, {1, 2 + p % 3}, 10));
  auto layout = layout_of({{1, "a"}, {2, "b"}, {3, "b"}, {4, "b"}}, partitions);
  auto plan = make_plan(layout, {.balance = {Balance::size}});
  CHECK(plan.bytes_to_move == 0);
  REQUIRE(plan.obstacles.size() == 4);
  for (const auto& obstacle : plan.obstacles) CHECK(obstacle.kind == Obstacle::Kind::rack);
}

TEST_CASE("50 hard clusters: drain moves the least, racks hold") {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    CAPTURE(seed);
    auto layout = test::hard_cluster(seed, kSmall);
    Aims aims;
    for (int32_t broker = 1; broker <= 60; broker += 13) aims.drain.insert(broker);
    auto plan = make_plan(layout, aims);
    check_rules(layout, aims, plan);
    CHECK(plan.refusals.empty());
    double least =
        test::least_moved(test::loads_of(layout, test::replicas_of(layout)), aims.drain, nullptr);
    CHECK(static_cast<double>(plan.bytes_to_move) <= 1.02 * least);
    CHECK(static_cast<double>(plan.lower_bound_bytes) <= 1.000001 * least);
  }
}

// Of 12,000 replicas some are coarse: the bar of ten percent is held at full size, by
// tests/bench/plan_bench.cpp.
TEST_CASE("50 hard clusters: balance by size moves near the least, or says what forbids the band") {
  double worst = 0;
  size_t reached = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    CAPTURE(seed);
    auto layout = test::hard_cluster(seed, kSmall);
    Aims aims{.balance = {Balance::size}};
    auto plan = make_plan(layout, aims);
    check_rules(layout, aims, plan);
    auto before = test::loads_of(layout, test::replicas_of(layout));
    auto limits = test::limits_of(before, {}, aims.tolerance);
    auto least = test::least_moved(before, {}, &limits);
    double ratio = static_cast<double>(plan.bytes_to_move) / least;
    std::cout << "seed " << seed << ": moved " << ratio << " of the least, "
              << plan.obstacles.size() << " brokers outside the band\n";
    CHECK(ratio <= 1.20);
    check_obstacles(layout, limits, plan, 20);
    reached += plan.obstacles.empty();
    worst = std::max(worst, ratio);
  }
  std::cout << "band reached " << reached << " times of " << kSeeds << ", worst " << worst << '\n';
  CHECK(reached >= kSeeds / 3);
}

TEST_CASE("50 hard clusters: counts are evened out exactly where there are no racks") {
  for (uint64_t seed = 1; seed <= kSeeds; seed += 5) {
    CAPTURE(seed);
    auto layout = test::hard_cluster(seed, {.brokers = 40, .replicas = 6'000, .racks = false});
    Aims aims{.balance = {Balance::count, Balance::leaders}};
    auto plan = make_plan(layout, aims);
    check_rules(layout, aims, plan);
    CHECK(plan.obstacles.empty());
    double mean = 6'000.0 / 40;
    int64_t excess = 0, moved = 0;
    for (const auto& share : plan.brokers) {
      CHECK(static_cast<double>(share.replicas_after) <= mean * 1.05 + 1);
      CHECK(static_cast<double>(share.replicas_after) >= mean * 0.95 - 1);
      excess += std::max<int64_t>(share.replicas_before - static_cast<int64_t>(mean * 1.05), 0);
      moved += std::max<int64_t>(static_cast<int64_t>(mean * 0.95) - share.replicas_before, 0);
    }
    CHECK(static_cast<double>(plan.replicas_to_move) <=
          1.10 * static_cast<double>(std::max(excess, moved)) + 40);
  }
}

TEST_CASE("50 hard clusters: all aims together hold all rules, twice the same") {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    CAPTURE(seed);
    auto layout = test::hard_cluster(seed, {.brokers = 40, .replicas = 4'000, .racks = true});
    Aims aims{.drain = {7, 19},
              .replication_factor = static_cast<int32_t>(1 + seed % 4),
              .rack_aware = true,
              .balance = {Balance::size, Balance::leaders}};
    auto plan = make_plan(layout, aims);
    CHECK(plan.refusals.empty());
    check_rules(layout, aims, plan);
    CHECK(plan.replicas == make_plan(layout, aims).replicas);
  }
}
