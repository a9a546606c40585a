// State and members of groups of the new protocol.
#include "protocol/msg/consumer_group_describe.h"

#include "sandbox/groups.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

using Described = msg::ConsumerGroupDescribeResponse::Group;
using Response = msg::ConsumerGroupDescribeResponse;

Response::Assignment listed(const Cluster& cluster, const Places& places) {
  Response::Assignment assignment;
  auto& topics = assignment.topic_partitions;
  for (const auto& [id, index] : places) {
    if (topics.empty() || topics.back().topic_id != id) {
      topics.emplace_back().topic_id = id;
      if (const Topic* topic = cluster.topic(id)) topics.back().topic_name = topic->name;
    }
    topics.back().partitions.push_back(index);
  }
  return assignment;
}

Described describe(const Call& call, const std::string& id, bool with_operations) {
  constexpr int8_t kNewProtocol = 1;
  Described described;
  described.group_id = id;
  auto refused = check_coordinator(call, id);
  const Group* group = call.cluster.groups().find(id);
  if (refused == ErrorCode::none && (!group || !group->consumer)) {
    refused = ErrorCode::group_id_not_found;
    described.error_message = "Group " + id + " not found.";
  }
  described.error_code = number(refused);
  if (refused != ErrorCode::none) return described;
  const ConsumerGroup& consumer = *group->consumer;
  described.group_state = consumer.state_name();
  described.group_epoch = described.assignment_epoch = consumer.epoch();
  described.assignor_name = consumer.assignor();
  if (with_operations) described.authorized_operations = group_operations(call, id);
  for (const auto& [member_id, member] : consumer.members()) {
    auto& one = described.members.emplace_back();
    one.member_id = member_id;
    one.instance_id = member.instance_id;
    one.rack_id = member.rack_id;
    one.member_epoch = member.epoch;
    one.client_id = member.client_id;
    one.client_host = member.client_host;
    one.subscribed_topic_names = {member.topics.begin(), member.topics.end()};
    one.subscribed_topic_regex = member.regex;
    one.assignment = listed(call.cluster, member.assigned);
    one.target_assignment = listed(call.cluster, member.target);
    if (call.version >= 1) one.member_type = kNewProtocol;
  }
  return described;
}

Response handle(Call& call, const msg::ConsumerGroupDescribeRequest& request) {
  Response response;
  for (const auto& id : request.group_ids)
    response.groups.push_back(describe(call, id, request.include_authorized_operations));
  return response;
}

}  // namespace

Handler consumer_group_describe_handler() {
  return immediate<msg::ConsumerGroupDescribeRequest, handle>();
}

}  // namespace kt::sandbox
