// A member of a classic group is alive.
#include "protocol/msg/heartbeat.h"

#include "sandbox/groups.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::HeartbeatResponse handle(Call& call, const msg::HeartbeatRequest& request) {
  auto error = check_coordinator(call, request.group_id);
  Group* group = call.cluster.groups().find(request.group_id);
  if (error == ErrorCode::none)
    error = group ? group->classic->heartbeat(request) : ErrorCode::unknown_member_id;
  if (call.cluster.release().has_stub_heartbeat()) error = ErrorCode::unknown_server_error;
  msg::HeartbeatResponse response;
  response.error_code = number(error);
  return response;
}

}  // namespace

Handler heartbeat_handler() { return immediate<msg::HeartbeatRequest, handle>(); }

}  // namespace kt::sandbox
