#include <doctest/doctest.h>

#include "protocol/errors.h"
#include "protocol/msg/consumer_group_heartbeat.h"
#include "protocol/msg/delete_groups.h"
#include "protocol/msg/describe_groups.h"
#include "protocol/msg/heartbeat.h"
#include "protocol/msg/join_group.h"
#include "protocol/msg/leave_group.h"
#include "protocol/msg/metadata.h"
#include "protocol/msg/offset_commit.h"
#include "protocol/msg/offset_fetch.h"
#include "protocol/msg/sync_group.h"
#include "sandbox/client.h"
#include "sandbox/sandbox.h"

using namespace kt;
using kt::test::Client;

namespace {

msg::JoinGroupRequest join_request(const std::string& member_id = "") {
  msg::JoinGroupRequest request;
  request.group_id = "g";
  request.session_timeout_ms = 10'000;
  request.rebalance_timeout_ms = 10'000;
  request.member_id = member_id;
  request.protocol_type = "consumer";
  request.protocols.push_back({.name = "range", .metadata = "m"});
  return request;
}

msg::JoinGroupResponse join(Client& client) {
  auto first = client.ask(join_request(), 5);
  REQUIRE(first.error_code == ErrorCode::member_id_required);
  return client.ask(join_request(first.member_id), 5);
}

msg::SyncGroupResponse sync(Client& client, const msg::JoinGroupResponse& joined) {
  msg::SyncGroupRequest request;
  request.group_id = "g";
  request.generation_id = joined.generation_id;
  request.member_id = joined.member_id;
  for (const auto& member : joined.members)
    request.assignments.push_back(
        {.member_id = member.member_id, .assignment = "for " + member.member_id});
  return client.ask(request, 4);
}

int16_t heartbeat(Client& client, const msg::JoinGroupResponse& joined) {
  msg::HeartbeatRequest request;
  request.group_id = "g";
  request.generation_id = joined.generation_id;
  request.member_id = joined.member_id;
  return client.ask(request, 4).error_code;
}

int16_t commit(Client& client, int64_t offset, int32_t generation, const std::string& member_id) {
  msg::OffsetCommitRequest request;
  request.group_id = "g";
  request.generation_id_or_member_epoch = generation;
  request.member_id = member_id;
  auto& topic = request.topics.emplace_back();
  topic.name = "t";
  topic.partitions.emplace_back().committed_offset = offset;
  return client.ask(request, 8).topics[0].partitions[0].error_code;
}

int64_t committed(Client& client) {
  msg::OffsetFetchRequest request;
  request.group_id = "g";
  request.topics.emplace().push_back({.name = "t", .partition_indexes = {0}});
  return client.ask(request, 7).topics[0].partitions[0].committed_offset;
}

}  // namespace

TEST_CASE("members of a classic group join, are assigned, rebalance and leave") {
  Sandbox sandbox;
  sandbox.create_topic("t", 1);
  Client one(sandbox.bootstrap());
  Client two(sandbox.bootstrap());
  auto first = join(one);
  CHECK(first.leader == first.member_id);
  CHECK(sync(one, first).assignment == "for " + first.member_id);
  CHECK(heartbeat(one, first) == 0);

  auto asked = two.ask(join_request(), 5);
  two.send_request(join_request(asked.member_id), 5);
  while (heartbeat(one, first) != ErrorCode::rebalance_in_progress) {
  }
  auto again = one.ask(join_request(first.member_id), 5);
  auto second = two.receive_response<msg::JoinGroupRequest>(5);
  CHECK(again.generation_id == first.generation_id + 1);
  CHECK(second.generation_id == again.generation_id);
  CHECK(again.members.size() == 2);
  CHECK(heartbeat(one, first) == ErrorCode::illegal_generation);
  CHECK(sync(one, again).assignment == "for " + again.member_id);
  CHECK(sync(two, second).assignment == "for " + second.member_id);

  CHECK(commit(one, 5, first.generation_id, first.member_id) == ErrorCode::illegal_generation);
  CHECK(commit(one, 5, again.generation_id, again.member_id) == 0);
  CHECK(commit(one, 6, -1, "") == ErrorCode::unknown_member_id);
  CHECK(committed(two) == 5);

  msg::DeleteGroupsRequest remove{.groups_names = {"g"}};
  CHECK(one.ask(remove, 2).results[0].error_code == ErrorCode::non_empty_group);
  for (const auto& id : {again.member_id, second.member_id}) {
    msg::LeaveGroupRequest leave;
    leave.group_id = "g";
    leave.members.emplace_back().member_id = id;
    CHECK(one.ask(leave, 4).members[0].error_code == 0);
  }
  CHECK(one.ask(msg::DescribeGroupsRequest{.groups = {"g"}}, 5).groups[0].group_state == "Empty");
  CHECK(one.ask(remove, 2).results[0].error_code == 0);
  CHECK(committed(one) == -1);
}

TEST_CASE("a member that is silent for its session is put out") {
  Sandbox sandbox({.configs = {{"group.min.session.timeout.ms", "1"}}});
  Client client(sandbox.bootstrap());
  auto request = join_request();
  request.session_timeout_ms = 50;
  auto asked = client.ask(request, 5);
  request.member_id = asked.member_id;
  auto joined = client.ask(request, 5);
  sync(client, joined);
  // Whoever asks again and again is told at some point; a heartbeat would keep the member alive.
  while (client.ask(msg::DescribeGroupsRequest{.groups = {"g"}}, 5).groups[0].group_state !=
         "Empty") {
  }
  CHECK(heartbeat(client, joined) == ErrorCode::unknown_member_id);
}

TEST_CASE("a group of the new protocol gives partitions over only when they were given up") {
  Sandbox sandbox;
  sandbox.create_topic("t", 4);
  Client client(sandbox.bootstrap());
  auto ask = [&](const std::string& member, int32_t epoch,
                 std::optional<std::vector<int32_t>> owned) {
    msg::ConsumerGroupHeartbeatRequest request;
    request.group_id = "g";
    request.member_id = member;
    request.member_epoch = epoch;
    if (epoch == 0) {
      request.rebalance_timeout_ms = 10'000;
      request.subscribed_topic_names = std::vector<std::string>{"t"};
    }
    if (owned) {
      auto& topics = request.topic_partitions.emplace();
      if (!owned->empty()) {
        auto id = client.ask(msg::MetadataRequest{.topics = std::nullopt}, 12);
        for (const auto& topic : id.topics)
          if (topic.name == "t")
            topics.push_back({.topic_id = topic.topic_id, .partitions = *owned});
      }
    }
    return client.ask(request, 1);
  };
  auto count = [](const msg::ConsumerGroupHeartbeatResponse& response) {
    size_t partitions = 0;
    for (const auto& topic : response.assignment->topic_partitions)
      partitions += topic.partitions.size();
    return partitions;
  };
  using Owned = std::vector<int32_t>;
  auto a = ask("a", 0, Owned{});
  REQUIRE(a.error_code == 0);
  CHECK(count(a) == 4);
  auto b = ask("b", 0, Owned{});
  CHECK(count(b) == 0);
  auto revoked = ask("a", a.member_epoch, std::nullopt);
  CHECK(revoked.member_epoch == a.member_epoch);
  REQUIRE(count(revoked) == 2);
  CHECK(!ask("b", b.member_epoch, std::nullopt).assignment);
  auto confirmed = ask("a", a.member_epoch, revoked.assignment->topic_partitions[0].partitions);
  CHECK(confirmed.member_epoch == b.member_epoch);
  CHECK(count(ask("b", b.member_epoch, std::nullopt)) == 2);
  CHECK(ask("a", 99, std::nullopt).error_code == ErrorCode::fenced_member_epoch);
  CHECK(ask("a", -1, std::nullopt).error_code == 0);
  CHECK(count(ask("b", b.member_epoch, std::nullopt)) == 4);
}
