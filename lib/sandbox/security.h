// Rights, quotas, SCRAM users and delegation tokens: kept and told. Rights hold where there is an
// authorizer (authorizer.h), the others are never enforced.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocol/acl.h"

namespace kt::sandbox {

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

/// All of it as lines of fields, for the state file, and one of them read back; lines of other
/// kinds say nothing.
std::vector<std::vector<std::string>> security_lines(const Security& security);
void restore_security_line(Security& security, const std::vector<std::string>& line);

}  // namespace kt::sandbox
