#include "client/health.h"

#include <doctest/doctest.h>

#include <algorithm>

using kt::ClusterView;
using kt::find_problems;
using kt::msg::MetadataResponse;

namespace {

MetadataResponse cluster_of(std::vector<int32_t> brokers) {
  MetadataResponse metadata;
  metadata.controller_id = brokers.empty() ? -1 : brokers.front();
  for (auto id : brokers) metadata.brokers.emplace_back().node_id = id;
  return metadata;
}

void add(MetadataResponse& metadata, const std::string& topic, int32_t leader,
         std::vector<int32_t> replicas, std::vector<int32_t> isr) {
  if (metadata.topics.empty() || metadata.topics.back().name != topic)
    metadata.topics.emplace_back().name = topic;
  auto& partitions = metadata.topics.back().partitions;
  auto index = static_cast<int32_t>(partitions.size());
  auto& partition = partitions.emplace_back();
  partition.partition_index = index;
  partition.leader_id = leader;
  partition.replica_nodes = std::move(replicas);
  partition.isr_nodes = std::move(isr);
}

std::vector<std::string> kinds(const ClusterView& view) {
  std::vector<std::string> names;
  for (const auto& finding : find_problems(view)) names.emplace_back(finding.kind);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a cluster without trouble has no findings") {
  auto metadata = cluster_of({1, 2, 3});
  add(metadata, "a", 1, {1, 2}, {1, 2});
  add(metadata, "a", 2, {2, 3}, {3, 2});
  CHECK(kinds({metadata, {{"a", 2}}, {}}).empty());
}

TEST_CASE("a replica that a move brings is no trouble while it is copied") {
  auto metadata = cluster_of({1, 2, 3});
  add(metadata, "a", 1, {3, 1, 2}, {1, 2});
  add(metadata, "a", 1, {2, 1, 3}, {1});
  ClusterView view{metadata, {}, {}};
  CHECK(kinds(view) ==
        Names{"under-replicated", "under-replicated", "not-preferred", "not-preferred"});
  view.adding[{"a", 0}] = view.adding[{"a", 1}] = {3};
  auto found = find_problems(view);
  REQUIRE(found.size() == 1);
  CHECK(found[0].message == "out of sync on broker 2");
}

TEST_CASE("a dead broker is named with what it takes along") {
  auto metadata = cluster_of({1, 2});
  add(metadata, "a", 1, {1, 3}, {1});
  add(metadata, "b", -1, {3}, {3});
  auto found = find_problems({metadata, {}, {}});
  REQUIRE(found.size() == 3);
  CHECK(found[0].kind == "broker-missing");
  CHECK(found[0].broker == 3);
  CHECK(found[0].message == "not in the cluster, and holds 2 replicas");
  CHECK(found[0].remedy == "start broker 3; if it is lost: kt reassign plan --drain 3");
  CHECK(found[1].kind == "offline");
  CHECK(found[1].topic == "b");
  CHECK(found[1].remedy == "start broker 3");
  CHECK(found[2].kind == "under-replicated");
  CHECK(found[2].partition == 0);
}

TEST_CASE("a living replica out of sync may lead where the others are lost") {
  auto metadata = cluster_of({1, 2});
  add(metadata, "a", -1, {1, 3}, {3});
  ClusterView view{metadata, {}, {}};
  CHECK(find_problems(view).at(1).remedy ==
        "start broker 3; if that is lost: kt elect a --unclean");
  view.elects_unclean = false;
  CHECK(find_problems(view).at(1).remedy == "start broker 3");
}

TEST_CASE("too few replicas in sync for writes outrank a mere lag") {
  auto metadata = cluster_of({1, 2});
  add(metadata, "a", 1, {1, 2}, {1});
  CHECK(kinds({metadata, {}, {}}) == Names{"under-replicated"});
  CHECK(kinds({metadata, {{"a", 1}}, {}}) == Names{"under-replicated"});
  CHECK(kinds({metadata, {{"a", 2}}, {}}) == Names{"under-min-isr"});
}

TEST_CASE("min.insync.replicas above the number of replicas is mended by a setting") {
  auto metadata = cluster_of({1});
  add(metadata, "a", 1, {1}, {1});
  auto found = find_problems({metadata, {{"a", 2}}, {}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].remedy == "kt topic alter a --set min.insync.replicas=1");
}

TEST_CASE("leaders away from their preferred broker are counted by that broker") {
  auto metadata = cluster_of({1, 2});
  add(metadata, "a", 2, {1, 2}, {1, 2});
  add(metadata, "a", 2, {1, 2}, {1, 2});
  auto found = find_problems({metadata, {}, {}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == "not-preferred");
  CHECK(found[0].broker == 1);
  CHECK(found[0].message == "2 partitions that it should lead are led by others");
  CHECK(kinds({metadata, {}, {}, false}).empty());
}

TEST_CASE("a broker that leads far more than its share is named") {
  auto metadata = cluster_of({1, 2, 3});
  for (int i = 0; i < 20; ++i) add(metadata, "a", 1, {1, 2}, {1, 2});
  for (int i = 0; i < 4; ++i) add(metadata, "b", 2, {2, 3}, {2, 3});
  auto found = find_problems({metadata, {}, {}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == "leader-skew");
  CHECK(found[0].broker == 1);
  CHECK(found[0].message == "leads 20 of 24 partitions, where 8 would be even");
}

TEST_CASE("brokers that cannot be reached and a missing controller are findings") {
  auto metadata = cluster_of({1, 2});
  metadata.controller_id = -1;
  CHECK(kinds({metadata, {}, {{2, "refused"}}}) == Names{"no-controller", "broker-unreachable"});
  CHECK(kinds({metadata, {}, {}, true, false}).empty());
}

TEST_CASE("bytes are uneven where a broker has far more than its share, and much in all") {
  auto metadata = cluster_of({1, 2, 3});
  constexpr int64_t kGib = int64_t{1} << 30;
  ClusterView view{metadata, {}, {}};
  view.bytes = {{1, 6 * kGib}, {2, kGib}, {3, 2 * kGib}};
  auto found = find_problems(view);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == "bytes-skew");
  CHECK(found[0].broker == 1);
  view.bytes = {{1, 6'000'000}, {2, 1'000}, {3, 0}};
  CHECK(kinds(view).empty());
}

TEST_CASE("a broker that a shutdown has emptied and that runs on is named") {
  auto metadata = cluster_of({1, 2});
  for (int i = 0; i < 5; ++i) add(metadata, "a", 2, {2, 1}, {2, 1});
  auto found = find_problems({metadata, {}, {}});
  auto emptied = std::find_if(found.begin(), found.end(),
                              [](const auto& one) { return one.kind == "half-shut-down"; });
  REQUIRE(emptied != found.end());
  CHECK(emptied->broker == 1);
  metadata.topics[0].partitions.pop_back();  // four may be chance
  CHECK(kinds({metadata, {}, {}}).empty());
}

TEST_CASE("a living broker in sync nowhere is half shut down") {
  auto metadata = cluster_of({1, 2});
  for (int i = 0; i < 5; ++i) add(metadata, "a", 2, {2, 1}, {2});
  CHECK(kinds({metadata, {}, {}}).front() == "half-shut-down");
  metadata.topics[0].partitions.pop_back();  // four may be behind for other reasons
  CHECK(kinds({metadata, {}, {}}).front() == "under-replicated");
}

TEST_CASE("what lags on a living broker is looked for where its release tells") {
  auto metadata = cluster_of({1, 2});
  add(metadata, "a", 2, {2, 1}, {2});
  ClusterView view{metadata, {}, {}};
  CHECK(find_problems(view).at(0).remedy == "kt broker log-dirs 1 and the logs of broker 1");
  view.tells_log_dirs = false;
  CHECK(find_problems(view).at(0).remedy == "see the logs of broker 1");
}

TEST_CASE("what a shutdown wrote down names it half done until it is put back") {
  auto metadata = cluster_of({1, 2});
  ClusterView view{metadata, {}, {}};
  view.rollbacks = {{"kt-broker-1-shutdown.json", 1, 2, 3}};
  auto found = find_problems(view);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == "half-shut-down");
  CHECK(found[0].message == "kt broker shutdown took it off 2 partitions; 3 more are as they were");
  view.rollbacks[0].moved = 0;
  CHECK(kinds(view).empty());
}

TEST_CASE("lagging nodes of the quorum, wrong addresses and groups too far behind are findings") {
  auto metadata = cluster_of({1, 2});
  ClusterView view{metadata, {}, {}};
  view.quorum_lag_ms = {{1, 0}, {2, 29'999}};
  CHECK(kinds(view).empty());
  view.quorum_lag_ms[2] = 30'000;
  view.mis_advertised = {{2, "its address leads to another broker"}};
  view.groups = {{"billing", 12, 10}};
  auto found = find_problems(view);
  REQUIRE(found.size() == 3);
  CHECK(found[0].kind == "quorum-lag");
  CHECK(found[1].kind == "mis-advertised");
  CHECK(found[2].message == "group \"billing\" is 12 records behind, 10 are allowed");
  CHECK(found[2].remedy == "kt offsets check billing");
}
