#include <doctest/doctest.h>

#include "client/admin_elections.h"
#include "protocol/errors.h"
#include "sandbox/sandbox.h"
#include "support/options_for.h"

using namespace kt;

namespace {

int32_t leader_of(Cluster& cluster, const std::string& topic) {
  return cluster.refresh({topic})->partition(topic, 0)->leader;
}

}  // namespace

TEST_CASE("each partition has its own outcome, whatever the order asked in") {
  Sandbox sandbox({.brokers = 3});
  for (auto* name : {"a", "b"}) sandbox.create_topic(name, 3, 3);
  Cluster cluster(options_for(sandbox));
  auto preferred = leader_of(cluster, "a");
  sandbox.move_leader("a", 0, preferred % 3 + 1);
  auto elected = elect_leaders(cluster, Election::preferred,
                               {{"b", 1}, {"a", 0}, {"b", 0}, {"a", 9}, {"absent", 0}});
  REQUIRE(elected.size() == 5);
  CHECK(elected[0].at == TopicPartition{"a", 0});
  CHECK(elected[0].error_code == 0);
  CHECK(elected[1].error_code == ErrorCode::unknown_topic_or_partition);
  CHECK(elected[2].error_code == ErrorCode::unknown_topic_or_partition);
  CHECK(elected[3].error_code == ErrorCode::election_not_needed);
  CHECK(elected[4].error_code == ErrorCode::election_not_needed);
  CHECK(leader_of(cluster, "a") == preferred);
}

TEST_CASE("an election follows the controller, and is asked again where the connection broke") {
  Sandbox sandbox({.brokers = 3});
  sandbox.create_topic("a", 1, 3);
  Cluster cluster(options_for(sandbox));
  auto preferred = leader_of(cluster, "a");
  for (auto* fault :
       {"ElectLeaders:NOT_CONTROLLER:2", "ElectLeaders:drop:1", "ElectLeaders:cut=7:1"}) {
    CAPTURE(fault);
    sandbox.move_leader("a", 0, preferred % 3 + 1);
    sandbox.fault(fault);
    auto elected = elect_leaders(cluster, Election::preferred, {{"a", 0}});
    REQUIRE(elected.size() == 1);
    bool good =
        elected[0].error_code == 0 || elected[0].error_code == ErrorCode::election_not_needed;
    CHECK(good);
    CHECK(leader_of(cluster, "a") == preferred);
  }
}

TEST_CASE("a dead preferred leader is refused, and an unclean election needs a dead leader") {
  Sandbox sandbox({.brokers = 3});
  sandbox.create_topic("a", 1, 3);
  Cluster cluster(options_for(sandbox));
  auto preferred = leader_of(cluster, "a");
  sandbox.stop_broker(preferred);
  auto refused = elect_leaders(cluster, Election::preferred, {{"a", 0}});
  CHECK(refused.at(0).error_code == ErrorCode::preferred_leader_not_available);
  auto unclean = elect_leaders(cluster, Election::unclean, {{"a", 0}});
  CHECK(unclean.at(0).error_code == ErrorCode::election_not_needed);
}
