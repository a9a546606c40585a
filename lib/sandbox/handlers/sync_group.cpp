// The leader of a classic group hands in the assignment; every member is told its part.
#include "protocol/msg/sync_group.h"

#include "sandbox/groups.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

void handle(Call& call, const msg::SyncGroupRequest& request, Reply<msg::SyncGroupRequest> reply) {
  auto refused = check_coordinator(call, request.group_id);
  Group* group = call.cluster.groups().find(request.group_id);
  if (refused == ErrorCode::none && !group) refused = ErrorCode::unknown_member_id;
  if (refused == ErrorCode::none) return group->classic->sync(request, std::move(reply));
  msg::SyncGroupResponse response;
  response.error_code = number(refused);
  reply(response);
}

}  // namespace

Handler sync_group_handler() { return delayed<msg::SyncGroupRequest, handle>(); }

}  // namespace kt::sandbox
