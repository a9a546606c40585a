// What the handlers of rights share.
#pragma once

#include "protocol/acl.h"

namespace kt::sandbox {

/// What a request asks for: DescribeAcls as a whole, DeleteAcls in each of its filters.
template <class Asked>
AclFilter filter_of(const Asked& asked) {
  return {static_cast<AclResource>(asked.resource_type_filter),
          asked.resource_name_filter,
          static_cast<AclPattern>(asked.pattern_type_filter),
          asked.principal_filter,
          asked.host_filter,
          static_cast<AclOperation>(asked.operation),
          static_cast<AclPermission>(asked.permission_type)};
}

}  // namespace kt::sandbox
