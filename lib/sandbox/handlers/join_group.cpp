// A member joins a group of the classic protocol; answered when all have.
#include "protocol/msg/join_group.h"

#include "sandbox/groups.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

ErrorCode check(const Call& call, const msg::JoinGroupRequest& request) {
  if (auto refused = check_coordinator(call, request.group_id); refused != ErrorCode::none)
    return refused;
  if (request.group_id.empty()) return ErrorCode::invalid_group_id;
  bool in_range =
      request.session_timeout_ms >= call.cluster.number_setting("group.min.session.timeout.ms") &&
      request.session_timeout_ms <= call.cluster.number_setting("group.max.session.timeout.ms");
  if (!in_range) return ErrorCode::invalid_session_timeout;
  const Group* group = call.cluster.groups().find(request.group_id);
  if (!group && !request.member_id.empty()) return ErrorCode::unknown_member_id;
  if (group && group->consumer && !group->consumer->is_empty())
    return ErrorCode::inconsistent_group_protocol;
  return ErrorCode::none;
}

void handle(Call& call, const msg::JoinGroupRequest& request, Reply<msg::JoinGroupRequest> reply) {
  if (auto refused = check(call, request); refused != ErrorCode::none) {
    msg::JoinGroupResponse response;
    response.error_code = number(refused);
    response.member_id = request.member_id;
    response.protocol_name = "";
    return reply(response);
  }
  Group& group = call.cluster.groups().get_or_create(request.group_id);
  group.consumer.reset();  // it has no members, as check() saw
  group.classic->join(call, request, std::move(reply));
}

}  // namespace

Handler join_group_handler() { return delayed<msg::JoinGroupRequest, handle>(); }

}  // namespace kt::sandbox
