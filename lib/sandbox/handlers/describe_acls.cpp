// The rights that a filter asks for.
#include "protocol/msg/describe_acls.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"
#include "sandbox/security.h"

namespace kt::sandbox {
namespace {

msg::DescribeAclsResponse handle(Call& call, const msg::DescribeAclsRequest& request) {
  AclFilter filter{request.resource_type_filter, request.resource_name_filter,
                   request.pattern_type_filter,  request.principal_filter,
                   request.host_filter,          request.operation,
                   request.permission_type};
  msg::DescribeAclsResponse response;
  response.error_message.reset();
  for (const Acl& acl : call.cluster.security().acls) {
    if (!filter.matches(acl)) continue;
    auto& resources = response.resources;
    bool same = !resources.empty() && resources.back().resource_type == acl.resource_type &&
                resources.back().resource_name == acl.resource_name &&
                resources.back().pattern_type == acl.pattern_type;
    if (!same) {
      auto& resource = resources.emplace_back();
      resource.resource_type = acl.resource_type;
      resource.resource_name = acl.resource_name;
      resource.pattern_type = acl.pattern_type;
    }
    auto& described = resources.back().acls.emplace_back();
    described.principal = acl.principal;
    described.host = acl.host;
    described.operation = acl.operation;
    described.permission_type = acl.permission_type;
  }
  return response;
}

}  // namespace

Handler describe_acls_handler() { return immediate<msg::DescribeAclsRequest, handle>(); }

}  // namespace kt::sandbox
