// Members leave a classic group: the sender itself, or from v3 any of a list.
#include "protocol/msg/leave_group.h"

#include "sandbox/groups.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::LeaveGroupResponse handle(Call& call, const msg::LeaveGroupRequest& request) {
  msg::LeaveGroupResponse response;
  auto refused = check_coordinator(call, request.group_id);
  Group* group = call.cluster.groups().find(request.group_id);
  auto leave = [&](const std::string& member_id, const std::optional<std::string>& instance_id) {
    return group ? group->classic->leave(member_id, instance_id) : ErrorCode::unknown_member_id;
  };
  if (refused == ErrorCode::none && call.version < 3)
    refused = leave(request.member_id, std::nullopt);
  response.error_code = number(refused);
  if (refused != ErrorCode::none) return response;
  for (const auto& member : request.members) {
    auto& answer = response.members.emplace_back();
    answer.member_id = member.member_id;
    answer.group_instance_id = member.group_instance_id;
    answer.error_code = number(leave(member.member_id, member.group_instance_id));
  }
  return response;
}

}  // namespace

Handler leave_group_handler() { return immediate<msg::LeaveGroupRequest, handle>(); }

}  // namespace kt::sandbox
