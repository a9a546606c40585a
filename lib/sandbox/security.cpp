#include "sandbox/security.h"

#include <algorithm>
#include <charconv>

#include "sandbox/config_definitions.h"

namespace kt::sandbox {
namespace {

using Fields = std::vector<std::string>;

/// The shortest text that gives the same number again.
std::string exact_text(double value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

double number_in(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Acl acl_in(const Fields& line) {
  auto code = [&](size_t field) { return static_cast<int8_t>(parse_number(line.at(field))); };
  return {static_cast<AclResource>(code(1)),
          line.at(2),
          static_cast<AclPattern>(code(3)),
          line.at(4),
          line.at(5),
          static_cast<AclOperation>(code(6)),
          static_cast<AclPermission>(code(7))};
}

/// Names are marked, since an entity without one is the default.
QuotaEntity entity_in(const Fields& line, size_t first) {
  QuotaEntity entity;
  for (size_t i = first; i + 1 < line.size(); i += 2)
    entity[line[i]] =
        line[i + 1].empty() ? std::nullopt : std::optional<std::string>(line[i + 1].substr(1));
  return entity;
}

DelegationToken token_in(const Fields& line) {
  DelegationToken token{.id = line.at(2),
                        .owner = {line.at(3), line.at(4)},
                        .requester = {line.at(5), line.at(6)},
                        .issued_ms = parse_number(line.at(7)),
                        .expires_ms = parse_number(line.at(8)),
                        .latest_expiry_ms = parse_number(line.at(9))};
  for (size_t i = 10; i + 1 < line.size(); i += 2)
    token.renewers.emplace_back(line[i], line[i + 1]);
  return token;
}

}  // namespace

bool DelegationToken::may_be_renewed_by(const Principal& principal) const {
  return owner == principal || std::ranges::count(renewers, principal) > 0;
}

std::vector<Fields> security_lines(const Security& security) {
  std::vector<Fields> lines;
  auto text = [](auto number) { return std::to_string(static_cast<int>(number)); };
  for (const auto& acl : security.acls)
    lines.push_back({"acl", text(acl.resource_type), acl.resource_name, text(acl.pattern),
                     acl.principal, acl.host, text(acl.operation), text(acl.permission)});
  for (const auto& [entity, quotas] : security.quotas)
    for (const auto& [key, value] : quotas) {
      auto& line = lines.emplace_back(Fields{"quota", key, exact_text(value)});
      for (const auto& [type, name] : entity)
        line.insert(line.end(), {type, name ? "=" + *name : ""});
    }
  for (const auto& [user, mechanisms] : security.scram_iterations)
    for (const auto& [mechanism, iterations] : mechanisms)
      lines.push_back({"scram", user, text(mechanism), text(iterations)});
  for (const auto& [hmac, token] : security.tokens) {
    auto& line = lines.emplace_back(Fields{"token", hmac, token.id, token.owner.first,
                                           token.owner.second, token.requester.first,
                                           token.requester.second, text(token.issued_ms),
                                           text(token.expires_ms), text(token.latest_expiry_ms)});
    for (const auto& [type, name] : token.renewers) line.insert(line.end(), {type, name});
  }
  return lines;
}

void restore_security_line(Security& security, const Fields& line) {
  const std::string& kind = line.at(0);
  if (kind == "acl") security.acls.insert(acl_in(line));
  if (kind == "quota") security.quotas[entity_in(line, 3)][line.at(1)] = number_in(line.at(2));
  if (kind == "scram")
    security.scram_iterations[line.at(1)][static_cast<int8_t>(parse_number(line.at(2)))] =
        static_cast<int32_t>(parse_number(line.at(3)));
  if (kind == "token") security.tokens[line.at(1)] = token_in(line);
}

}  // namespace kt::sandbox
