// The rights that a filter asks for.
#include "protocol/msg/describe_acls.h"

#include "sandbox/handlers/acls.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::DescribeAclsResponse handle(Call& call, const msg::DescribeAclsRequest& request) {
  AclFilter filter = filter_of(request);
  msg::DescribeAclsResponse response;
  response.error_message.reset();
  for (const Acl& acl : call.cluster.security().acls) {
    if (!filter.matches(acl)) continue;
    auto& resources = response.resources;
    bool same = !resources.empty() &&
                resources.back().resource_type == static_cast<int8_t>(acl.resource_type) &&
                resources.back().resource_name == acl.resource_name &&
                resources.back().pattern_type == static_cast<int8_t>(acl.pattern);
    if (!same) {
      auto& resource = resources.emplace_back();
      resource.resource_type = static_cast<int8_t>(acl.resource_type);
      resource.resource_name = acl.resource_name;
      resource.pattern_type = static_cast<int8_t>(acl.pattern);
    }
    auto& described = resources.back().acls.emplace_back();
    described.principal = acl.principal;
    described.host = acl.host;
    described.operation = static_cast<int8_t>(acl.operation);
    described.permission_type = static_cast<int8_t>(acl.permission);
  }
  return response;
}

}  // namespace

Handler describe_acls_handler() { return immediate<msg::DescribeAclsRequest, handle>(); }

}  // namespace kt::sandbox
