// The groups that the broker which was asked coordinates.
#include "protocol/msg/list_groups.h"

#include <algorithm>

#include "sandbox/groups.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

/// Kafka compares the names of states and types without regard to case.
bool is_named(const std::vector<std::string>& filter, const std::string& name) {
  auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  return filter.empty() || std::ranges::any_of(filter, [&](const std::string& wanted) {
           return std::ranges::equal(wanted, name, same);
         });
}

msg::ListGroupsResponse handle(Call& call, const msg::ListGroupsRequest& request) {
  msg::ListGroupsResponse response;
  bool sees_all = may(call, AclOperation::describe, AclResource::cluster);
  for (const auto& [id, group] : call.cluster.groups().all()) {
    if (call.cluster.group_partition(id).leader() != call.broker.id()) continue;
    if (!sees_all && !may(call, AclOperation::describe, AclResource::group, id)) continue;
    if (!is_named(request.states_filter, group.state_name()) ||
        !is_named(request.types_filter, group.type_name()))
      continue;
    response.groups.push_back({.group_id = id,
                               .protocol_type = group.protocol_type(),
                               .group_state = group.state_name(),
                               .group_type = group.type_name()});
  }
  return response;
}

}  // namespace

Handler list_groups_handler() { return immediate<msg::ListGroupsRequest, handle>(); }

}  // namespace kt::sandbox
