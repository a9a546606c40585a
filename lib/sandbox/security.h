// Rights, quotas and SCRAM users: kept and told, but never enforced, since the sandbox obeys
// everybody.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace kt::sandbox {

struct Acl {
  int8_t resource_type = 0;
  std::string resource_name;
  int8_t pattern_type = 3;
  std::string principal;
  std::string host;
  int8_t operation = 0;
  int8_t permission_type = 0;

  auto operator<=>(const Acl&) const = default;
};

/// Types and names of an entity ("user", "client-id", "ip"); no name: the default of its type.
using QuotaEntity = std::map<std::string, std::optional<std::string>>;

struct Security {
  std::set<Acl> acls;
  std::map<QuotaEntity, std::map<std::string, double>> quotas;
  std::map<std::string, std::map<int8_t, int32_t>>
      scram_iterations;  // user → mechanism → iterations
};

/// What an ACL filter asks for; nothing stands for anything.
struct AclFilter {
  int8_t resource_type = 1;
  std::optional<std::string> resource_name;
  int8_t pattern_type = 3;
  std::optional<std::string> principal;
  std::optional<std::string> host;
  int8_t operation = 1;
  int8_t permission_type = 1;

  bool matches(const Acl& acl) const;
};

}  // namespace kt::sandbox
