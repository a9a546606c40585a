// A member of a group of the new protocol joins, lives, changes its subscription, or leaves.
#include "protocol/msg/consumer_group_heartbeat.h"

#include "sandbox/groups.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::ConsumerGroupHeartbeatResponse handle(Call& call,
                                           const msg::ConsumerGroupHeartbeatRequest& request) {
  auto refused = check_coordinator(call, request.group_id);
  for (const auto& topic : request.subscribed_topic_names.value_or(std::vector<std::string>()))
    if (refused == ErrorCode::none) refused = check_right(call, AclResource::topic, topic);
  if (refused == ErrorCode::none && call.cluster.feature_level("group.version") == 0)
    refused = ErrorCode::unsupported_version;
  if (refused == ErrorCode::none && request.group_id.empty()) refused = ErrorCode::invalid_request;
  Group* group = call.cluster.groups().find(request.group_id);
  if (refused == ErrorCode::none && group && !group->classic->is_empty())
    refused = ErrorCode::group_id_not_found;
  constexpr int32_t kJoin = 0;
  bool has_members = group && group->consumer;
  if (refused == ErrorCode::none && !has_members && request.member_epoch != kJoin)
    refused = ErrorCode::unknown_member_id;
  if (refused == ErrorCode::none)
    return call.cluster.groups().get_or_create_consumer(request.group_id).heartbeat(call, request);
  msg::ConsumerGroupHeartbeatResponse response;
  response.error_code = number(refused);
  return response;
}

}  // namespace

Handler consumer_group_heartbeat_handler() {
  return immediate<msg::ConsumerGroupHeartbeatRequest, handle>();
}

}  // namespace kt::sandbox
