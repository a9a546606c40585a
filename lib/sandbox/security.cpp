#include "sandbox/security.h"

namespace kt::sandbox {
namespace {

constexpr int8_t kAny = 1;  // of types, operations, permissions and patterns alike
enum Pattern : int8_t { kMatch = 2, kLiteral = 3, kPrefixed = 4 };

}  // namespace

bool AclFilter::matches(const Acl& acl) const {
  auto fits = [](int8_t wanted, int8_t is) { return wanted == kAny || wanted == is; };
  if (!fits(resource_type, acl.resource_type) || !fits(operation, acl.operation) ||
      !fits(permission_type, acl.permission_type))
    return false;
  if (principal && *principal != acl.principal) return false;
  if (host && *host != acl.host) return false;
  if (pattern_type != kAny && pattern_type != kMatch && pattern_type != acl.pattern_type)
    return false;
  if (!resource_name) return true;
  if (pattern_type != kMatch) return *resource_name == acl.resource_name;
  // What would apply to a resource of this name.
  if (acl.pattern_type == kPrefixed) return resource_name->starts_with(acl.resource_name);
  return acl.resource_name == *resource_name || acl.resource_name == "*";
}

}  // namespace kt::sandbox
