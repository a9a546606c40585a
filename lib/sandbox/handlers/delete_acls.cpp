// Deletes the rights that filters ask for, and tells which they were.
#include "protocol/msg/delete_acls.h"

#include "sandbox/handlers/acls.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

msg::DeleteAclsResponse handle(Call& call, const msg::DeleteAclsRequest& request) {
  msg::DeleteAclsResponse response;
  auto& acls = call.cluster.security().acls;
  for (const auto& asked : request.filters) {
    AclFilter filter = filter_of(asked);
    auto& result = response.filter_results.emplace_back();
    result.error_message.reset();
    if (call.injected_error != 0) continue;
    for (auto acl = acls.begin(); acl != acls.end();) {
      if (!filter.matches(*acl)) {
        ++acl;
        continue;
      }
      auto& deleted = result.matching_acls.emplace_back();
      deleted.error_message.reset();
      deleted.resource_type = static_cast<int8_t>(acl->resource_type);
      deleted.resource_name = acl->resource_name;
      deleted.pattern_type = static_cast<int8_t>(acl->pattern);
      deleted.principal = acl->principal;
      deleted.host = acl->host;
      deleted.operation = static_cast<int8_t>(acl->operation);
      deleted.permission_type = static_cast<int8_t>(acl->permission);
      acl = acls.erase(acl);
    }
  }
  call.cluster.save_soon();
  return response;
}

}  // namespace

Handler delete_acls_handler() { return immediate<msg::DeleteAclsRequest, handle>(); }

}  // namespace kt::sandbox
