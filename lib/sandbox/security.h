// Rights, quotas, SCRAM users and delegation tokens: kept and told, but never enforced, since the
// sandbox obeys everybody.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

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

using Principal = std::pair<std::string, std::string>;  // type, name

struct DelegationToken {
  std::string id;
  Principal owner;
  Principal requester;
  std::vector<Principal> renewers{};
  int64_t issued_ms = 0;
  int64_t expires_ms = 0;
  int64_t latest_expiry_ms = 0;

  bool may_be_renewed_by(const Principal& principal) const;
  bool is_expired(int64_t now_ms) const { return expires_ms < now_ms; }
};

struct Security {
  std::set<Acl> acls;
  std::map<QuotaEntity, std::map<std::string, double>> quotas;
  std::map<std::string, std::map<int8_t, int32_t>>
      scram_iterations;                           // user → mechanism → iterations
  std::map<std::string, DelegationToken> tokens;  // by HMAC
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

/// All of it as lines of fields, for the state file, and one of them read back; lines of other
/// kinds say nothing.
std::vector<std::vector<std::string>> security_lines(const Security& security);
void restore_security_line(Security& security, const std::vector<std::string>& line);

}  // namespace kt::sandbox
