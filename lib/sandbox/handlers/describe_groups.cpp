// State and members of classic groups. An unknown group is dead, and from v6 an error.
#include "protocol/msg/describe_groups.h"

#include "sandbox/groups.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

using Described = msg::DescribeGroupsResponse::Group;

Described describe(const Call& call, const std::string& id, bool with_operations) {
  Described described;
  described.group_id = id;
  auto refused = check_coordinator(call, id);
  described.error_code = number(refused);
  if (refused != ErrorCode::none) return described;
  if (with_operations) described.authorized_operations = group_operations(call, id);
  const Group* group = call.cluster.groups().find(id);
  if (!group || group->type_name() != "classic") {
    described.group_state = "Dead";
    if (call.version < 6) return described;
    described.error_code = number(ErrorCode::group_id_not_found);
    described.error_message = "Group " + id + " not found.";
    return described;
  }
  const ClassicGroup& classic = *group->classic;
  described.group_state = classic.state_name();
  described.protocol_type = classic.protocol_type();
  bool is_stable = classic.state() == ClassicGroup::State::stable;
  if (is_stable) described.protocol_data = classic.protocol();
  for (const auto& member : classic.members())
    described.members.push_back({.member_id = member.id,
                                 .group_instance_id = member.instance_id,
                                 .client_id = member.client_id,
                                 .client_host = member.client_host,
                                 .member_metadata = is_stable ? classic.metadata(member) : "",
                                 .member_assignment = is_stable ? member.assignment : ""});
  return described;
}

msg::DescribeGroupsResponse handle(Call& call, const msg::DescribeGroupsRequest& request) {
  msg::DescribeGroupsResponse response;
  for (const auto& id : request.groups)
    response.groups.push_back(describe(call, id, request.include_authorized_operations));
  return response;
}

}  // namespace

Handler describe_groups_handler() { return immediate<msg::DescribeGroupsRequest, handle>(); }

}  // namespace kt::sandbox
