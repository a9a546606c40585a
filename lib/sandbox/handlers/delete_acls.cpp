// Deletes the rights that filters ask for, and tells which they were.
#include "protocol/msg/delete_acls.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"
#include "sandbox/security.h"

namespace kt::sandbox {
namespace {

msg::DeleteAclsResponse handle(Call& call, const msg::DeleteAclsRequest& request) {
  msg::DeleteAclsResponse response;
  auto& acls = call.cluster.security().acls;
  for (const auto& asked : request.filters) {
    AclFilter filter{asked.resource_type_filter, asked.resource_name_filter,
                     asked.pattern_type_filter,  asked.principal_filter,
                     asked.host_filter,          asked.operation,
                     asked.permission_type};
    auto& result = response.filter_results.emplace_back();
    result.error_message.reset();
    for (auto acl = acls.begin(); acl != acls.end();) {
      if (!filter.matches(*acl)) {
        ++acl;
        continue;
      }
      auto& deleted = result.matching_acls.emplace_back();
      deleted.error_message.reset();
      deleted.resource_type = acl->resource_type;
      deleted.resource_name = acl->resource_name;
      deleted.pattern_type = acl->pattern_type;
      deleted.principal = acl->principal;
      deleted.host = acl->host;
      deleted.operation = acl->operation;
      deleted.permission_type = acl->permission_type;
      acl = acls.erase(acl);
    }
  }
  call.cluster.save_soon();
  return response;
}

}  // namespace

Handler delete_acls_handler() { return immediate<msg::DeleteAclsRequest, handle>(); }

}  // namespace kt::sandbox
