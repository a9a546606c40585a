#include <doctest/doctest.h>

#include "client/admin_reassignments.h"
#include "protocol/errors.h"
#include "sandbox/sandbox.h"
#include "support/options_for.h"

using namespace kt;

TEST_CASE("moves are listed while they go on, and cancelled by no replicas") {
  Sandbox sandbox({.brokers = 3, .configs = {{"kt.reassignment.ms", "600000"}}});
  for (auto* name : {"a", "b"}) sandbox.create_topic(name, 1, 1);
  Cluster cluster(options_for(sandbox));
  auto leader = cluster.refresh({"b"})->partition("b", 0)->leader;
  int32_t other = leader % 3 + 1;
  sandbox.fault("AlterPartitionReassignments:NOT_CONTROLLER:1");
  auto started =
      alter_reassignments(cluster, {{{"b", 0}, {{other}}}, {{"a", 7}, {{1}}}, {{"a", 0}, {{9}}}});
  REQUIRE(started.size() == 3);
  CHECK(started[0].error_code == ErrorCode::invalid_replica_assignment);
  CHECK(started[1].error_code == ErrorCode::unknown_topic_or_partition);
  CHECK(started[2].error_code == 0);
  auto ongoing = list_reassignments(cluster);
  REQUIRE(ongoing.size() == 1);
  CHECK(ongoing[0].at == TopicPartition{"b", 0});
  CHECK(ongoing[0].adding == std::vector<int32_t>{other});
  CHECK(ongoing[0].removing == std::vector<int32_t>{leader});
  CHECK(alter_reassignments(cluster, {{{"b", 0}, std::nullopt}}).at(0).error_code == 0);
  CHECK(list_reassignments(cluster).empty());
  CHECK(alter_reassignments(cluster, {{{"b", 0}, std::nullopt}}).at(0).error_code ==
        ErrorCode::no_reassignment_in_progress);
}
