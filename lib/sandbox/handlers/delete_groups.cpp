// Deletes groups without members, with their offsets.
#include "protocol/msg/delete_groups.h"

#include "sandbox/groups.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

ErrorCode remove(Call& call, const std::string& id) {
  if (auto refused = check_coordinator(call, id); refused != ErrorCode::none) return refused;
  const Group* group = call.cluster.groups().find(id);
  if (!group) return ErrorCode::group_id_not_found;
  if (!group->is_empty()) return ErrorCode::non_empty_group;
  call.cluster.groups().remove(id);
  return ErrorCode::none;
}

msg::DeleteGroupsResponse handle(Call& call, const msg::DeleteGroupsRequest& request) {
  msg::DeleteGroupsResponse response;
  for (const auto& id : request.groups_names)
    response.results.push_back({.group_id = id, .error_code = number(remove(call, id))});
  return response;
}

}  // namespace

Handler delete_groups_handler() { return immediate<msg::DeleteGroupsRequest, handle>(); }

}  // namespace kt::sandbox
