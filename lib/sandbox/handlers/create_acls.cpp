// Adds rights; what exists already stays as it is.
#include "protocol/msg/create_acls.h"

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"
#include "sandbox/security.h"

namespace kt::sandbox {
namespace {

msg::CreateAclsResponse handle(Call& call, const msg::CreateAclsRequest& request) {
  constexpr int8_t kFirstConcrete = 2;  // 0 and 1 are "unknown" and "any"
  msg::CreateAclsResponse response;
  for (const auto& one : request.creations) {
    auto& result = response.results.emplace_back();
    result.error_message.reset();
    if (call.injected_error != 0) continue;
    bool concrete = one.resource_type >= kFirstConcrete && one.operation >= kFirstConcrete &&
                    one.permission_type >= kFirstConcrete && !one.resource_name.empty() &&
                    one.principal.find(':') != std::string::npos;
    if (concrete) {
      call.cluster.security().acls.insert(
          {static_cast<AclResource>(one.resource_type), one.resource_name,
           static_cast<AclPattern>(one.resource_pattern_type), one.principal, one.host,
           static_cast<AclOperation>(one.operation),
           static_cast<AclPermission>(one.permission_type)});
      continue;
    }
    result.error_code = number(ErrorCode::invalid_request);
    result.error_message = "The ACL names no resource, principal, operation or permission type.";
  }
  call.cluster.save_soon();
  return response;
}

}  // namespace

Handler create_acls_handler() { return immediate<msg::CreateAclsRequest, handle>(); }

}  // namespace kt::sandbox
