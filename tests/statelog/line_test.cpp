#include "statelog/line.h"

#include <doctest/doctest.h>

#include <string>

using namespace kt::statelog;

namespace {

using Partitions = std::vector<PartitionName>;
using Numbers = std::vector<int32_t>;

}  // namespace

TEST_CASE("a line is taken apart as the shipped layout writes it") {
  auto line = parse_line(
      "[2026-11-24 17:00:56,664] TRACE Broker 1 completed (x) transition (state.change.logger)");
  REQUIRE(line);
  CHECK(line->local_ms == 1'795'539'656'664);  // date -ud '2026-11-24 17:00:56' +%s
  CHECK(line->level == "TRACE");
  CHECK(line->message == "Broker 1 completed (x) transition");
  CHECK(line->logger == "state.change.logger");
  CHECK(parse_line("[2026-11-24 17:00:56,664] TRACE m (l)\r")->logger == "l");
}

TEST_CASE("what has a time but another layout is all message, and what has none is no line") {
  auto line = parse_line("[2026-11-24 17:00:56,664] no level here");
  REQUIRE(line);
  CHECK(line->level.empty());
  CHECK(line->message == "no level here");
  CHECK(parse_line("[2026-11-24 17:00:56,664]")->message.empty());
  CHECK(parse_line("[2026-11-24 17:00:56,664] TRACE")->message == "TRACE");
  CHECK(parse_line("[2026-11-24 17:00:56,664] TRACE (l)")->logger == "l");
  for (const char* none : {"", "java.io.IOException: broken", "[2026-11-24 17:00:56,66",
                           "[2026-13-24 17:00:56,664] x", "[2026-02-30 17:00:56,664] x",
                           "[2026-11-24 24:00:56,664] x", "x[2026-11-24 17:00:56,664] TRACE m (l)"})
    CHECK_FALSE(parse_line(none));
}

TEST_CASE("0.8.0 names partitions in brackets and gives no state before") {
  auto change = parse_message(
      "Controller 1 epoch 2 changed state of replica 3 for partition [a,0] to OnlineReplica");
  CHECK(change.source == "controller");
  CHECK(change.source_id == 1);
  CHECK(change.controller_epoch == 2);
  CHECK(change.partitions == Partitions{{"a", 0}});
  CHECK(change.replica == 3);
  CHECK(change.from_state.empty());
  CHECK(change.to_state == "OnlineReplica");

  change = parse_message(
      "Controller 1 epoch 2 changed partition [a,1] state from NotExists to New with assigned "
      "replicas 1,2");
  CHECK(change.from_state == "NotExists");
  CHECK(change.to_state == "New");
  CHECK_FALSE(change.replica);
  CHECK(parse_message("Controller 1 epoch 2 elected leader 3 for Offline partition [a,1]").leader ==
        3);
  CHECK(parse_message("Controller 1 epoch 2 elected leader 3 for Offline partition [a,1]")
            .partitions == Partitions{{"a", 1}});
}

TEST_CASE("0.8.2 shows leader, ISR and epoch of a request") {
  auto change = parse_message(
      "Controller 3 epoch 1 sending UpdateMetadata request "
      "(Leader:-2,ISR:1,2,LeaderEpoch:4,ControllerEpoch:1) "
      "with correlationId 9 to broker 3 for partition [moved-orders,0]");
  CHECK(change.leader == -2);
  CHECK(change.isr == Numbers{1, 2});
  CHECK(change.leader_epoch == 4);
  CHECK(change.partitions == Partitions{{"moved-orders", 0}});
  CHECK(parse_message("Broker 1 handling stop replica (delete=false) for partition [a, 7]")
            .partitions == Partitions{{"a", 7}});
  CHECK(parse_message("Controller 3 epoch 1 received response LeaderAndIsrResponse(0,Map((a,1) -> "
                      "0, (a,0) -> 0),0) for a request")
            .partitions == Partitions{{"a", 1}, {"a", 0}});
}

TEST_CASE("0.10.2 and 1.1 write T-P, parted at the last dash") {
  auto change = parse_message(
      "Broker 2 cached leader info "
      "(LeaderAndIsrInfo:(Leader:1,ISR:1,LeaderEpoch:2,ControllerEpoch:5),ReplicationFactor:3),"
      "AllReplicas:1,2,3) for partition a-b-1-17 in response to UpdateMetadata request sent by "
      "controller 3 epoch 6 with correlation id 4");
  CHECK(change.source == "broker");
  CHECK(change.partitions == Partitions{{"a-b-1", 17}});
  CHECK(change.controller_epoch == 6);
  change = parse_message(
      "[Controller id=3 epoch=2] Changed partition a-0 from NewPartition to OnlinePartition with "
      "state "
      "LeaderAndIsr(leader=1, leaderEpoch=0, isr=List(1, 2, 3), zkVersion=0)");
  CHECK(change.source_id == 3);
  CHECK(change.controller_epoch == 2);
  CHECK(change.from_state == "NewPartition");
  CHECK(change.to_state == "OnlinePartition");
  CHECK(change.leader == 1);
  CHECK(change.leader_epoch == 0);
  CHECK(change.isr == Numbers{1, 2, 3});
  change = parse_message(
      "[Controller id=3 epoch=1] Sending become-leader LeaderAndIsr request "
      "PartitionState(controllerEpoch=1, leader=2, "
      "leaderEpoch=3, isr=2,1, zkVersion=0, replicas=1,2, isNew=false) to broker 2 for partition "
      "a-0");
  CHECK(change.isr == Numbers{2, 1});
}

TEST_CASE("2.8 and 3.9 name partitions by fields, and members of the ISR with their epochs") {
  auto change = parse_message(
      "[Broker id=1] Received LeaderAndIsr request LeaderAndIsrPartitionState(topicName='a.b', "
      "partitionIndex=4, "
      "controllerEpoch=1, leader=1, leaderEpoch=0, isr=[1, 2], zkVersion=0, replicas=[1, 2]) "
      "correlation id 1 from controller 3 epoch 1");
  CHECK(change.partitions == Partitions{{"a.b", 4}});
  CHECK(change.isr == Numbers{1, 2});
  change = parse_message(
      "[Controller id=3 epoch=1] Changed partition a-1 from OnlinePartition to OnlinePartition "
      "with state "
      "LeaderAndIsr(leader=3, leaderEpoch=1, isrWithBrokerEpoch=List(BrokerState(brokerId=3, "
      "brokerEpoch=-1), "
      "BrokerState(brokerId=1, brokerEpoch=25)), leaderRecoveryState=RECOVERED, partitionEpoch=1)");
  CHECK(change.isr == Numbers{3, 1});
  change = parse_message(
      "[Controller id=3 epoch=1] Sending UpdateMetadata request to brokers HashSet(1, 2) for 3 "
      "partitions");
  CHECK(change.partitions.empty());
  CHECK_FALSE(change.leader);
}

TEST_CASE("KRaft's brokers begin with their role, and ids of topics are not partitions") {
  auto change = parse_message(
      "[Broker id=2] Leader a-3 with topic id Some(ft-1NNqkhNS-7qZmWPbrx) starts at leader epoch 5 "
      "from offset 9 with partition "
      "epoch 1, high watermark 0, ISR [2,3], adding replicas [] and removing replicas [] . "
      "Previous leader None and previous leader epoch was -1.");
  CHECK(change.partitions == Partitions{{"a", 3}});
  CHECK(change.leader == 2);
  CHECK(change.leader_epoch == 5);
  CHECK(change.isr == Numbers{2, 3});
  change = parse_message(
      "[Broker id=2] Follower a-3 starts at leader epoch 5 from offset 0 with partition epoch 0 "
      "and high "
      "watermark 0. Current leader is 1. Previous leader Some(3) and previous leader epoch was 4.");
  CHECK(change.leader == 1);
  CHECK(change.partitions == Partitions{{"a", 3}});
  CHECK(parse_message("[Broker id=2] Creating new partition a-0 with topic id ft-1NN-2.")
            .partitions == Partitions{{"a", 0}});
  CHECK(parse_message("[Broker id=2] Transitioning 2 partition(s) to local leaders.")
            .partitions.empty());
}
